//! `threshold`: lets frames pass whose first byte is large enough.

use rogue_sdk::prelude::*;

#[derive(Params)]
struct ThresholdParams {
    /// The smallest first byte that passes.
    #[param(default = 128)]
    level: u8,
}

struct Threshold(ThresholdParams);

impl Module for Threshold {
    type Params = ThresholdParams;
    const CARD: Card = Card::transform("threshold")
        .about("Lets frames with a large first byte pass")
        .drops(&[DropReason::asked("below", "frames whose first byte is below the level")]);

    fn new(params: ThresholdParams, _: &Node) -> Result<Self> {
        Ok(Threshold(params))
    }
}

impl Transform for Threshold {
    fn accept(&mut self, frame: Frame, out: &mut Out, cx: &Context) -> Result<()> {
        const BELOW: Reason = Threshold::CARD.reason("below");
        if frame.reader().number::<u8>().unwrap_or(0) >= self.0.level {
            out.send(frame);
        } else {
            cx.drop(frame, BELOW);
        }
        Ok(())
    }
}

export_module!(Threshold: Transform);
