//! A source whose frames lie in memory of its own: for tests of what happens to it when its module ends first.

use rogue_sdk::prelude::*;

/// Parameters of `wraps`.
#[derive(Params)]
struct WrapsParams {
    /// Frames of each instance.
    count: u8,
    /// The instance fails after so many.
    fail_after: Option<u8>,
}

struct Wraps {
    params: WrapsParams,
    given: u8,
    node: Node,
}

impl Module for Wraps {
    type Params = WrapsParams;
    const CARD: Card = Card::source("wraps").about("gives memory of its own");

    fn new(params: WrapsParams, node: &Node) -> Result<Self> {
        Ok(Wraps { params, given: 0, node: *node })
    }
}

impl Source for Wraps {
    fn produce(&mut self, out: &mut Out, _: &Context) -> Result<Flow> {
        while !out.is_full() {
            if self.params.fail_after == Some(self.given) {
                return Err(Error::new("failed as it was told"));
            }
            if self.given == self.params.count {
                return Ok(Flow::Ended);
            }
            out.send(self.node.wrap(vec![self.given; 16].into_boxed_slice())?);
            self.given += 1;
        }
        Ok(Flow::More)
    }
}

export_module!(Wraps: Source);
