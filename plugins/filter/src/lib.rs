//! `filter`: lets frames of some channels pass, and drops frames with an error if asked to (Rogue's `Filter`,
//! spec section 9).
//!
//! What differs from Rogue: several channels or all of them, and every drop is counted.

use rogue_sdk::prelude::*;

/// Which frames pass.
#[derive(Params)]
struct FilterParams {
    /// The channels that pass: a number or a list. Absent: all.
    #[param(live)]
    channel: Option<OneOrMany<u8>>,
    /// Whether frames with an error are dropped.
    #[param(default = false, live)]
    drop_errors: bool,
}

struct Filter(FilterParams);

impl Module for Filter {
    type Params = FilterParams;
    const CARD: Card = Card::transform("filter")
        .about("Lets frames of some channels pass, or frames without an error")
        .drops(&[
            DropReason::asked("channel", "frames of other channels"),
            DropReason::asked("error", "frames with an error"),
        ])
        .metadata_only()
        .stateless()
        .pure()
        .log("pyrogue.stream.Filter");

    fn new(params: FilterParams, _: &Node) -> Result<Self> {
        Ok(Filter(params))
    }

    fn reconfigure(&mut self, params: FilterParams) -> Result<Reconfigured> {
        self.0 = params;
        Ok(Reconfigured::Done)
    }
}

impl Transform for Filter {
    fn accept(&mut self, frame: Frame, out: &mut Out, cx: &Context) -> Result<()> {
        const CHANNEL: Reason = Filter::CARD.reason("channel");
        const ERROR: Reason = Filter::CARD.reason("error");
        let (channel, error) = (frame.channel(), frame.error());
        if self.0.channel.as_ref().is_some_and(|passing| !passing.contains(&channel)) {
            cx.drop(frame, CHANNEL);
        } else if self.0.drop_errors && error != 0 {
            log::debug!("dropping a frame with an error: channel=0x{channel:02x}, error=0x{error:02x}");
            cx.drop(frame, ERROR);
        } else {
            out.send(frame);
        }
        Ok(())
    }
}

export_module!(Filter: Transform);

#[cfg(test)]
mod tests;
