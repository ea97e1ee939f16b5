//! `prbs-check`: checks frames of pseudo-random words, in the original's order (spec section 15).
//!
//! What holds: a lost or doubled frame costs exactly one error, since the number of the next frame is taken
//! from the one at hand, good or bad. Unlike in the original a bad frame is dropped under a reason, so that a
//! run that had one is incomplete.

use crate::pattern::{Mismatch, Pattern, last_index};
use rogue_sdk::{Reason, card, prelude::*};
use serde::{Deserialize, Serialize};

/// Parameters of `prbs-check`.
#[derive(Params, Debug, PartialEq)]
pub struct PrbsCheckParams {
    /// Bits of a word: a multiple of 32 from 32 to 512.
    #[param(default = 32, min = 32, max = 512)]
    width: u32,
    /// Bits of the word that make the next one.
    #[param(default = [1, 2, 6, 31])]
    taps: Vec<u32>,
    /// Compares all words; else the first two only.
    #[param(default = true)]
    check_payload: bool,
}

/// What a successor goes on with.
#[derive(Serialize, Deserialize)]
struct Progress {
    /// Number that the next frame should have; 0 = any.
    expected: u32,
}

const STATE: (&str, u32) = ("prbs-check", 1);

/// The module.
pub struct PrbsCheck {
    pattern: Pattern,
    check_payload: bool,
    progress: Progress,
    /// A frame of several buffers is gathered here first.
    whole: Vec<u8>,
    rx_count: Counter,
    rx_bytes: Counter,
    rx_errors: Counter,
}

impl Module for PrbsCheck {
    type Params = PrbsCheckParams;
    const CARD: Card = Card::sink("prbs-check")
        .about("checks Rogue's pseudo-random test frames")
        .counters(&[
            card::Counter::new("rx_count", "good frames"),
            card::Counter::new("rx_bytes", "bytes of good frames"),
            card::Counter::new("rx_errors", "bad frames"),
        ])
        .drops(&[DropReason::loss("bad", "frames that are not what the source made, or out of sequence")])
        .state(STATE.0, STATE.1, &[STATE.1])
        .log("pyrogue.prbs.rx");

    fn check(params: &PrbsCheckParams) -> Result<()> {
        Pattern::new(params.width, &params.taps).map(|_| ())
    }

    fn new(params: PrbsCheckParams, node: &Node) -> Result<Self> {
        Ok(PrbsCheck {
            pattern: Pattern::new(params.width, &params.taps)?,
            check_payload: params.check_payload,
            progress: Progress { expected: 0 },
            whole: Vec::new(),
            rx_count: node.counter("rx_count"),
            rx_bytes: node.counter("rx_bytes"),
            rx_errors: node.counter("rx_errors"),
        })
    }

    fn snapshot(&self) -> Result<Option<State>> {
        State::of(STATE.0, STATE.1, &self.progress).map(Some)
    }

    fn restore(&mut self, state: State) -> Result<()> {
        self.progress = state.read(STATE.0, STATE.1)?;
        Ok(())
    }
}

impl PrbsCheck {
    /// What is wrong with a frame, `None` if nothing.
    fn fault(&mut self, frame: &Frame) -> Result<Option<String>> {
        if frame.error() != 0 {
            return Ok(Some(format!("Frame error field is {}", frame.error())));
        }
        let size = frame.payload() as usize;
        if !self.pattern.is_size(size) {
            return Ok(Some(format!("Size violation: {}", self.pattern.size_error(size as u64))));
        }
        let bytes = match frame.contiguous() {
            Some(bytes) => bytes,
            None => {
                self.whole.resize(size, 0);
                frame.read(0, &mut self.whole)?;
                &self.whole
            }
        };
        let (sequence, well_formed) = self.pattern.head(bytes);
        let expected = std::mem::replace(&mut self.progress.expected, sequence.wrapping_add(1));
        let in_sequence = sequence == 0 || expected == 0 || sequence == expected;
        if !(well_formed && in_sequence) {
            return Ok(Some(format!(
                "Bad header: sequence {sequence}, expected {expected}; size word {}, expected {} for {size} bytes",
                self.pattern.size_word(bytes),
                last_index(size / self.pattern.word()),
            )));
        }
        if !self.check_payload {
            return Ok(None);
        }
        Ok(self.pattern.mismatch(bytes).map(|Mismatch { word, wanted, got }| {
            let at = word * self.pattern.word();
            format!(
                "Bad data in frame {sequence}: word {word} (byte {at}) is {}, expected {}",
                hex(&got),
                hex(&wanted)
            )
        }))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Sink for PrbsCheck {
    fn accept(&mut self, frame: Frame, cx: &Context<'_>) -> Result<()> {
        const BAD: Reason = PrbsCheck::CARD.reason("bad");
        match self.fault(&frame)? {
            None => {
                self.rx_count.add(1);
                self.rx_bytes.add(frame.payload().into());
            }
            Some(why) => {
                self.rx_errors.add(1);
                log::warn!("{why}");
                cx.drop(frame, BAD);
            }
        }
        Ok(())
    }
}
