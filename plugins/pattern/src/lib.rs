//! `pattern`: makes frames whose every byte is known, for trials of a graph.
//!
//! Byte j of frame i is (i + j) mod 256; sizes, channels and errors follow their parameters. What holds: frame i is the
//! same in every run, whatever the rate, and a successor in a swap goes on with the next one.

mod bytes;

use rogue_sdk::prelude::*;

/// What frames are made, how many, and how fast.
#[derive(Params, Clone, PartialEq)]
struct PatternParams {
    /// Bytes of payload: a number, or a list that is cycled through.
    size: OneOrMany<u32>,
    /// Frames per second; absent: as fast as they are taken. What is missed while they are not taken is caught up with
    /// for at most a second.
    #[param(min = 0.001, max = 1000000000, live)]
    rate: Option<f64>,
    /// Frames to make; absent: for ever.
    count: Option<u64>,
    /// The channel: a number, or a list that is cycled through.
    #[param(default = 0)]
    channel: OneOrMany<u8>,
    /// Every N-th frame has error 1; absent: none has.
    #[param(min = 1)]
    errors: Option<u64>,
}

struct Pattern {
    params: PatternParams,
    /// Frames made so far.
    made: u64,
    pace: Pace,
    node: Node,
}

const SCHEMA: &str = "pattern";
const VERSION: u32 = 1;

/// Item `index` of a list that is cycled through.
fn cycled<T: Copy + Default>(list: &OneOrMany<T>, index: u64) -> T {
    let list = list.as_slice();
    let at = index.checked_rem(list.len() as u64).unwrap_or(0);
    list.get(at as usize).copied().unwrap_or_default()
}

impl Module for Pattern {
    type Params = PatternParams;
    const CARD: Card = Card::source("pattern").about("Makes frames with known bytes, for trials").state(
        SCHEMA,
        VERSION,
        &[VERSION],
    );

    fn check(params: &PatternParams) -> Result<()> {
        if params.size.as_slice().is_empty() || params.channel.as_slice().is_empty() {
            return Err(Error::new("`size` and `channel` need at least one number; `[]` has none"));
        }
        Ok(())
    }

    fn new(params: PatternParams, node: &Node) -> Result<Self> {
        Ok(Pattern { pace: Pace::new(params.rate), params, made: 0, node: *node })
    }

    fn reconfigure(&mut self, params: PatternParams) -> Result<Reconfigured> {
        if (PatternParams { rate: self.params.rate, ..params.clone() }) != self.params {
            return Ok(Reconfigured::Unsupported);
        }
        self.pace = Pace::new(params.rate);
        self.params = params;
        // The time asked for belongs to the old rate.
        self.node.wake_give();
        Ok(Reconfigured::Done)
    }

    fn snapshot(&self) -> Result<Option<State>> {
        State::of(SCHEMA, VERSION, &self.made).map(Some)
    }

    fn restore(&mut self, state: State) -> Result<()> {
        self.made = state.read(SCHEMA, VERSION)?;
        Ok(())
    }
}

impl Pattern {
    fn next(&self, out: &Out) -> Result<Frame> {
        let index = self.made;
        let size = cycled(&self.params.size, index);
        let mut frame = out.request(size)?;
        bytes::fill(&mut frame, index, size)?;
        frame.set_channel(cycled(&self.params.channel, index));
        let is_bad = self.params.errors.is_some_and(|every| (index + 1).is_multiple_of(every));
        frame.set_error(is_bad.into());
        Ok(frame)
    }
}

impl Source for Pattern {
    fn produce(&mut self, out: &mut Out, cx: &Context) -> Result<Flow> {
        loop {
            if self.params.count.is_some_and(|count| self.made >= count) {
                return Ok(Flow::Ended);
            }
            if out.is_full() {
                return Ok(Flow::More);
            }
            if let Some(due) = self.pace.due_after(cx.now()) {
                cx.wake_at(due);
                return Ok(Flow::Idle);
            }
            let frame = self.next(out)?;
            out.send(frame);
            self.made += 1;
            self.pace.step();
        }
    }
}

export_module!(Pattern: Source);

#[cfg(test)]
mod tests;
