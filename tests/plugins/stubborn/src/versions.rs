//! Later versions of the state of `carry`: 3 takes those of 1 and 4, 4 those of 3, each in a form of its own.

use rogue_sdk::prelude::*;
use std::collections::VecDeque;

/// Parameters of both.
#[derive(Params)]
pub struct LaterParams {
    /// Frames kept back until others have come.
    #[param(default = 0)]
    depth: u32,
}

/// Counts, and writes the count; its state has this version.
pub struct Later<const VERSION: u32> {
    depth: usize,
    count: u64,
    kept: VecDeque<Frame>,
}

impl<const VERSION: u32> Module for Later<VERSION> {
    type Params = LaterParams;
    const CARD: Card = match VERSION {
        3 => Card::transform("carry-3").state("test-carry", 3, &[1, 3, 4]),
        _ => Card::transform("carry-4").state("test-carry", 4, &[3, 4]),
    };

    fn new(params: LaterParams, _: &Node) -> Result<Self> {
        Ok(Later { depth: params.depth as usize, count: 0, kept: VecDeque::new() })
    }

    fn snapshot(&self) -> Result<Option<State>> {
        Ok(Some(match VERSION {
            3 => State::of("test-carry", 3, &self.count)?,
            _ => State::of("test-carry", 4, &self.count.to_string())?,
        }))
    }

    fn restore(&mut self, state: State) -> Result<()> {
        self.count = match state.version {
            4 => state.read::<String>("test-carry", 4)?.parse()?,
            version => state.read("test-carry", version)?,
        };
        Ok(())
    }

    fn release_held(&mut self, held: &mut Held) {
        held.frames.extend(self.kept.drain(..).map(|frame| (0, frame)));
    }

    fn adopt(&mut self, held: &mut Held) -> Result<()> {
        self.kept.extend(held.frames.drain(..).map(|(_, frame)| frame));
        Ok(())
    }
}

impl<const VERSION: u32> Transform for Later<VERSION> {
    fn accept(&mut self, mut frame: Frame, out: &mut Out, _: &Context) -> Result<()> {
        frame.write(8, &self.count.to_le_bytes())?;
        self.count += 1;
        self.kept.push_back(frame);
        while self.kept.len() > self.depth {
            if let Some(frame) = self.kept.pop_front() {
                out.send(frame);
            }
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Out, _: &Context) -> Result<Flow> {
        self.kept.drain(..).for_each(|frame| out.send(frame));
        Ok(Flow::Ended)
    }
}
