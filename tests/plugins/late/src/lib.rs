//! Does not return from the call that its parameter names: for tests of deadlines.

use rogue_sdk::prelude::*;

/// Parameters of `late`.
#[derive(Params)]
struct LateParams {
    /// The call that does not return: check, new, start, accept, finish, stop, drop; anything else: none.
    at: String,
}

struct Late {
    at: String,
}

fn wait_for_ever() {
    loop {
        std::thread::park();
    }
}

impl Late {
    fn reach(&self, here: &str) {
        if self.at == here {
            wait_for_ever();
        }
    }
}

impl Module for Late {
    type Params = LateParams;
    const CARD: Card = Card::transform("late").about("does not return from the call that is named").pure();

    fn check(params: &LateParams) -> Result<()> {
        if params.at == "check" {
            wait_for_ever();
        }
        Ok(())
    }

    fn new(params: LateParams, _: &Node) -> Result<Self> {
        let this = Late { at: params.at };
        this.reach("new");
        Ok(this)
    }

    fn start(&mut self) -> Result<()> {
        self.reach("start");
        Ok(())
    }

    fn stop(&mut self) {
        self.reach("stop");
    }
}

impl Transform for Late {
    fn accept(&mut self, frame: Frame, out: &mut Out<'_>, _: &Context<'_>) -> Result<()> {
        self.reach("accept");
        out.send(frame);
        Ok(())
    }

    fn finish(&mut self, _: &mut Out<'_>, _: &Context<'_>) -> Result<Flow> {
        self.reach("finish");
        Ok(Flow::Ended)
    }
}

impl Drop for Late {
    fn drop(&mut self) {
        self.reach("drop");
    }
}

export_module!(Late: Transform);
