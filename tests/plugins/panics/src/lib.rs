//! Panics in the call that its parameter names: for tests of the fence.

use rogue_sdk::prelude::*;

/// Parameters of `panics`.
#[derive(Params)]
struct PanicsParams {
    /// The call that panics: check, new, start, accept, wake, finish, snapshot, restore, reconfigure,
    /// release_held, adopt, stop, drop; anything else: none.
    at: String,
}

struct Panics {
    at: String,
}

impl Panics {
    fn reach(&self, here: &str) {
        assert_ne!(self.at, here, "asked to panic in {here}");
    }
}

impl Module for Panics {
    type Params = PanicsParams;
    const CARD: Card = Card::transform("panics").about("panics in the call that is named").pure();

    fn check(params: &PanicsParams) -> Result<()> {
        assert_ne!(params.at, "check", "asked to panic in check");
        Ok(())
    }

    fn new(params: PanicsParams, _: &Node) -> Result<Self> {
        let this = Panics { at: params.at };
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

    fn reconfigure(&mut self, _: PanicsParams) -> Result<Reconfigured> {
        self.reach("reconfigure");
        Ok(Reconfigured::Done)
    }

    fn snapshot(&self) -> Result<Option<State>> {
        self.reach("snapshot");
        Ok(None)
    }

    fn restore(&mut self, _: State) -> Result<()> {
        self.reach("restore");
        Ok(())
    }

    fn release_held(&mut self, _: &mut Held) {
        self.reach("release_held");
    }

    fn adopt(&mut self, _: &mut Held) -> Result<()> {
        self.reach("adopt");
        Ok(())
    }
}

impl Transform for Panics {
    fn accept(&mut self, frame: Frame, out: &mut Out<'_>, cx: &Context<'_>) -> Result<()> {
        self.reach("accept");
        out.send(frame);
        // It has to be asked for to come for certain.
        if self.at == "wake" {
            cx.wake_at(cx.now());
        }
        Ok(())
    }

    fn wake(&mut self, _: &mut Out<'_>, _: &Context<'_>) -> Result<()> {
        self.reach("wake");
        Ok(())
    }

    fn finish(&mut self, _: &mut Out<'_>, _: &Context<'_>) -> Result<Flow> {
        self.reach("finish");
        Ok(Flow::Ended)
    }
}

impl Drop for Panics {
    fn drop(&mut self) {
        if self.at == "drop" {
            self.reach("drop");
        }
    }
}

export_module!(Panics: Transform);
