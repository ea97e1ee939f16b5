//! Never returns.

use crate::number;
use rogue_sdk::prelude::*;

/// Parameters of `loops`.
#[derive(Params)]
pub struct LoopsParams {
    /// The frame it never returns with.
    at: Option<u32>,
    /// The call it never returns from.
    #[param(default = "")]
    when: String,
}

/// Never returns from a call.
pub struct Loops(LoopsParams);

fn for_ever() {
    let mut turns = 0u64;
    while std::hint::black_box(turns) != u64::MAX {
        turns = std::hint::black_box(turns).wrapping_add(2);
    }
}

impl Loops {
    fn reach(&self, call: &str) {
        if self.0.when == call {
            for_ever();
        }
    }
}

impl Module for Loops {
    type Params = LoopsParams;
    const CARD: Card = Card::transform("loops").state("test-loops", 1, &[1]);

    fn new(params: LoopsParams, _: &Node) -> Result<Self> {
        let module = Loops(params);
        module.reach("create");
        Ok(module)
    }

    fn check(params: &LoopsParams) -> Result<()> {
        if params.when == "check" {
            for_ever();
        }
        Ok(())
    }

    fn start(&mut self) -> Result<()> {
        self.reach("start");
        Ok(())
    }

    fn stop(&mut self) {
        self.reach("stop");
    }

    fn reconfigure(&mut self, params: LoopsParams) -> Result<Reconfigured> {
        self.0 = params;
        self.reach("reconfigure");
        Ok(Reconfigured::Done)
    }

    fn snapshot(&self) -> Result<Option<State>> {
        self.reach("snapshot");
        Ok(Some(State::of("test-loops", 1, &7)?))
    }

    fn restore(&mut self, _: State) -> Result<()> {
        self.reach("restore");
        Ok(())
    }
}

impl Transform for Loops {
    fn accept(&mut self, frame: Frame, out: &mut Out, _: &Context) -> Result<()> {
        if self.0.at.is_some() && number(&frame) == self.0.at {
            for_ever();
        }
        out.send(frame);
        Ok(())
    }

    fn finish(&mut self, _: &mut Out, _: &Context) -> Result<Flow> {
        self.reach("finish");
        Ok(Flow::Ended)
    }
}
