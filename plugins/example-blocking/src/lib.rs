//! `example-blocking`: how to make a source of a driver that can only be waited for.
//!
//! Such a module says `.blocking()` in its card. It then has a thread of its own, so `produce` may wait; nobody else
//! is held up. The price: it must be able to end the waiting from another thread, at any time. That is the
//! [`interrupter`](Module::interrupter): the runtime calls it before it pauses, swaps or stops the node, and expects
//! `produce` to return then. A driver that cannot be interrupted cannot be stopped, and is reported by name.
//!
//! What to take from here: the interruption is remembered when nobody waits, so that it is never missed; it is looked
//! at before the data, so that a busy device does not delay it; what the device loses is counted as lost outside of
//! the graph.

mod device;

use device::{Device, Waited};
use rogue_sdk::{card::Counter as Counted, prelude::*};
use std::sync::Arc;

/// What the device does.
#[derive(Params)]
struct BlockingParams {
    /// Blocks that the device reads after a start; absent: it goes on for ever.
    count: Option<u64>,
    /// Time between two blocks; 0s is as fast as the device can.
    #[param(default = "1ms")]
    period: Duration,
}

struct Blocking {
    params: BlockingParams,
    node: Node,
    device: Arc<Device>,
}

impl Module for Blocking {
    type Params = BlockingParams;
    const CARD: Card = Card::source("example-blocking")
        .about("An example for authors: a source that waits for a driver")
        .counters(&[Counted::new("lost", "blocks that nobody read in time")])
        .blocking();

    /// No effect outside: the device is opened in `start`.
    fn new(params: BlockingParams, node: &Node) -> Result<Self> {
        let device = Arc::new(Device::new(node.outside_counter("lost")));
        Ok(Blocking { params, node: *node, device })
    }

    fn start(&mut self) -> Result<()> {
        self.device.open(&self.node, self.params.count, self.params.period)
    }

    fn stop(&mut self) {
        self.device.close();
    }

    /// Asked for once, right after `new`; called from any thread, any number of times.
    fn interrupter(&self) -> Option<Interrupter> {
        let device = Arc::clone(&self.device);
        Some(Box::new(move || device.interrupt()))
    }
}

impl Source for Blocking {
    fn produce(&mut self, out: &mut Out, _: &Context) -> Result<Flow> {
        match self.device.wait() {
            Waited::Block(bytes) => {
                let mut frame = out.request(u32::try_from(bytes.len())?)?;
                frame.write(0, &bytes)?;
                out.send(frame);
                Ok(Flow::More)
            }
            // Nothing to give: the runtime, which wanted this, calls again when it likes.
            Waited::Interrupted => Ok(Flow::Idle),
            Waited::End => Ok(Flow::Ended),
        }
    }
}

export_module!(Blocking: Source);

#[cfg(test)]
mod tests;
