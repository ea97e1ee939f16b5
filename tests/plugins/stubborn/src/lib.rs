//! Stages that carry a count on as `carry` does: `stubborn` goes wrong in the call that its parameters name, for swaps that
//! must be refused; `carry-3` and `carry-4` have later versions of the state.

mod nearly;
mod versions;

use rogue_sdk::prelude::*;
use std::{collections::VecDeque, path::Path, time::Duration};

/// What goes wrong.
#[derive(Params, Clone, Copy, PartialEq)]
enum How {
    /// Nothing.
    Not,
    /// It panics.
    Panics,
    /// It never returns.
    Hangs,
    /// It returns when a file is gone.
    Lingers,
    /// It returns an error.
    Refuses,
    /// It says that it has failed, from a thread of its own.
    Complains,
}

/// Parameters of `stubborn`.
#[derive(Params)]
struct StubbornParams {
    /// What goes wrong.
    #[param(default = "not")]
    how: How,
    /// The call in which it does: check, new, start, accept, wake, finish, reconfigure, snapshot, restore, release_held,
    /// adopt, stop, drop.
    #[param(default = "")]
    at: String,
    /// The file that what lingers waits to be gone.
    #[param(default = "")]
    door: String,
    /// Frames kept back until others have come.
    #[param(default = 0)]
    depth: u32,
    /// Something that only one may have, and it wants.
    seat: Option<String>,
    /// Frames of its own after which it goes wrong in `accept`.
    #[param(default = 0)]
    after: u64,
}

struct Stubborn {
    params: StubbornParams,
    node: Node,
    count: u64,
    own: u64,
    kept: VecDeque<Frame>,
}

impl StubbornParams {
    fn reach(&self, here: &str, node: Option<&Node>) -> Result<()> {
        if self.at != here {
            return Ok(());
        }
        match self.how {
            How::Not => {}
            How::Panics => std::panic::panic_any(format!("asked to panic in {here}")),
            How::Hangs => loop {
                std::thread::park();
            },
            How::Lingers => {
                while Path::new(&self.door).exists() {
                    std::thread::park_timeout(Duration::from_millis(2));
                }
            }
            How::Refuses => return Err(Error::new(format!("asked to refuse in {here}"))),
            How::Complains => {
                if let Some(node) = node {
                    node.fault(format!("asked to complain in {here}"));
                }
            }
        }
        Ok(())
    }
}

impl Stubborn {
    fn reach(&self, here: &str) -> Result<()> {
        self.params.reach(here, Some(&self.node))
    }

    /// For calls that cannot refuse.
    fn meet(&self, here: &str) {
        if let Err(error) = self.reach(here) {
            log::warn!("{error}");
        }
    }
}

impl Module for Stubborn {
    type Params = StubbornParams;
    const CARD: Card = Card::transform("stubborn")
        .state("test-carry", 1, &[1, 3])
        .drops(&[DropReason::asked("other", "nothing")]);

    fn check(params: &StubbornParams) -> Result<()> {
        params.reach("check", None)
    }

    fn new(params: StubbornParams, node: &Node) -> Result<Self> {
        if let Some(seat) = &params.seat {
            node.claim(seat)?;
        }
        let this = Stubborn { params, node: *node, count: 0, own: 0, kept: VecDeque::new() };
        this.reach("new")?;
        Ok(this)
    }

    fn start(&mut self) -> Result<()> {
        self.reach("start")
    }

    fn stop(&mut self) {
        self.meet("stop");
    }

    fn reconfigure(&mut self, params: StubbornParams) -> Result<Reconfigured> {
        self.reach("reconfigure")?;
        self.params = params;
        Ok(Reconfigured::Done)
    }

    fn snapshot(&self) -> Result<Option<State>> {
        self.reach("snapshot")?;
        Ok(Some(State::of("test-carry", 1, &self.count)?))
    }

    fn restore(&mut self, state: State) -> Result<()> {
        self.reach("restore")?;
        self.count = state.read("test-carry", state.version)?;
        Ok(())
    }

    fn release_held(&mut self, held: &mut Held) {
        self.meet("release_held");
        held.frames.extend(self.kept.drain(..).map(|frame| (0, frame)));
    }

    fn adopt(&mut self, held: &mut Held) -> Result<()> {
        // Some are taken before it goes wrong.
        let half = held.frames.len() / 2;
        self.kept.extend(held.frames.drain(..half).map(|(_, frame)| frame));
        self.reach("adopt")?;
        self.kept.extend(held.frames.drain(..).map(|(_, frame)| frame));
        Ok(())
    }
}

impl Transform for Stubborn {
    fn accept(&mut self, mut frame: Frame, out: &mut Out, cx: &Context) -> Result<()> {
        if self.own >= self.params.after {
            self.reach("accept")?;
        }
        if self.params.at == "wake" {
            cx.wake_at(cx.now());
        }
        frame.write(8, &self.count.to_le_bytes())?;
        self.count += 1;
        self.own += 1;
        self.kept.push_back(frame);
        while self.kept.len() > self.params.depth as usize {
            if let Some(frame) = self.kept.pop_front() {
                out.send(frame);
            }
        }
        Ok(())
    }

    fn wake(&mut self, _: &mut Out, _: &Context) -> Result<()> {
        self.reach("wake")
    }

    fn finish(&mut self, out: &mut Out, _: &Context) -> Result<Flow> {
        self.reach("finish")?;
        self.kept.drain(..).for_each(|frame| out.send(frame));
        Ok(Flow::Ended)
    }
}

impl Drop for Stubborn {
    fn drop(&mut self) {
        self.meet("drop");
    }
}

export_module!(
    Stubborn: Transform,
    versions::Later<3>: Transform,
    versions::Later<4>: Transform,
    nearly::Nearly: Transform,
);
