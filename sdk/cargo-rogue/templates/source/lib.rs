//! `@name@`: gives a numbered frame at a steady pace.

use rogue_sdk::prelude::*;

/// What a graph may write under `params:`. These comments are what operators read.
#[derive(Params)]
struct @Type@Params {
    /// Time from one frame to the next.
    #[param(default = "1ms")]
    period: Duration,
    /// Frames until the end; without end if it is not written.
    count: Option<u64>,
}

struct @Type@ {
    params: @Type@Params,
    /// Frames given so far.
    given: u64,
    pace: Pace,
    beats: Counter,
}

impl Module for @Type@ {
    type Params = @Type@Params;

    /// What the module says of itself; written into the plugin, and read without running it.
    const CARD: Card = Card::source("@name@")
        .about("@about@")
        .counters(&[card::Counter::new(
            "beats",
            "frames given since the start of the graph",
        )]);

    /// What the types of the parameters cannot say; shown at the place in the graph file.
    fn check(params: &@Type@Params) -> Result<()> {
        match params.period.as_nanos() {
            0 => Err(Error::new("`period` must be longer than nothing")),
            _ => Ok(()),
        }
    }

    /// Makes an instance; files, sockets and threads belong into `start`.
    fn new(params: @Type@Params, node: &Node) -> Result<Self> {
        let rate = 1.0 / params.period.get().as_secs_f64();
        Ok(@Type@ {
            params,
            given: 0,
            pace: Pace::new(Some(rate)),
            beats: node.counter("beats"),
        })
    }
}

impl Source for @Type@ {
    /// Called whenever frames are wanted; never waits, but says when it wants to be called again.
    fn produce(&mut self, out: &mut Out, cx: &Context) -> Result<Flow> {
        loop {
            if self.params.count.is_some_and(|count| self.given >= count) {
                return Ok(Flow::Ended);
            }
            if out.is_full() {
                return Ok(Flow::More);
            }
            if let Some(due) = self.pace.due_after(cx.now()) {
                cx.wake_at(due);
                return Ok(Flow::Idle);
            }
            let mut frame = out.request(8)?;
            frame.write(0, &self.given.to_le_bytes())?;
            out.send(frame);
            self.given += 1;
            self.pace.step();
            self.beats.add(1);
        }
    }
}

export_module!(@Type@: Source);

#[cfg(test)]
mod tests {
    use super::*;
    use rogue_sdk::bench::{Bench, json};
    use std::time::Duration;

    #[test]
    fn a_frame_comes_with_every_period() -> Result<()> {
        let mut bench = Bench::source::<@Type@>(json!({ "period": "10ms", "count": 3 }))?;
        assert_eq!(bench.produce()?, Flow::Idle);
        assert_eq!(bench.out_len(), 1); // the first is due at once
        bench.advance(Duration::from_millis(25))?; // time is virtual: this takes none
        let numbers: Vec<Vec<u8>> = bench.out().iter().map(Frame::to_vec).collect();
        let expected: Vec<Vec<u8>> = (0..3u64).map(|n| n.to_le_bytes().to_vec()).collect();
        assert_eq!(numbers, expected);
        assert_eq!(bench.produce()?, Flow::Ended);
        assert_eq!(bench.counter("beats"), 3);
        bench.end() // stopped in order, and no frame was leaked
    }
}
