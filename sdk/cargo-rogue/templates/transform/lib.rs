//! `@name@`: lets frames pass that are large enough.

use rogue_sdk::prelude::*;

/// What a graph may write under `params:`. These comments are what operators read.
#[derive(Params)]
struct @Type@Params {
    /// The fewest bytes of payload that pass.
    #[param(default = "32B")]
    min_size: Size,
}

struct @Type@ {
    params: @Type@Params,
}

impl Module for @Type@ {
    type Params = @Type@Params;

    /// What the module says of itself; written into the plugin, and read without running it.
    const CARD: Card = Card::transform("@name@")
        .about("@about@")
        .drops(&[DropReason::asked(
            "small",
            "frames with less payload than min_size",
        )])
        // Nobody hears of it but by the frames it sends and drops, so another version can be tried in its shadow before
        // a swap. Take this out where that is no longer so.
        .pure();

    /// Makes an instance; files, sockets and threads belong into `start`.
    fn new(params: @Type@Params, _: &Node) -> Result<Self> {
        Ok(@Type@ { params })
    }
}

impl Transform for @Type@ {
    /// Called for every frame: send it on, drop it under a reason, or send other frames instead.
    fn accept(&mut self, frame: Frame, out: &mut Out, cx: &Context) -> Result<()> {
        const SMALL: Reason = @Type@::CARD.reason("small");
        if u64::from(frame.payload()) >= self.params.min_size.bytes() {
            out.send(frame);
        } else {
            cx.drop(frame, SMALL);
        }
        Ok(())
    }
}

export_module!(@Type@: Transform);

#[cfg(test)]
mod tests {
    use super::*;
    use rogue_sdk::bench::{Bench, json};

    #[test]
    fn small_frames_are_dropped_and_counted() -> Result<()> {
        let mut bench = Bench::transform::<@Type@>(json!({ "min_size": 4 }))?;
        bench.push(Bench::frame_of(b"four")?)?;
        bench.push(Bench::frame_of(b"two")?)?;
        assert_eq!(bench.out().len(), 1);
        assert_eq!(bench.dropped("small"), 1);
        bench.end() // stopped in order, and no frame was leaked
    }

    #[test]
    fn wrong_parameters_are_refused() {
        assert!(Bench::transform::<@Type@>(json!({ "min_size": "many" })).is_err());
    }
}
