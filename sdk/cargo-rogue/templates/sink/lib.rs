//! `@name@`: adds up what it takes, and logs it now and then.

use rogue_sdk::prelude::*;

/// What a graph may write under `params:`. These comments are what operators read.
#[derive(Params)]
struct @Type@Params {
    /// A line is logged after so many frames.
    #[param(default = 1000, min = 1)]
    log_every: u64,
}

struct @Type@ {
    params: @Type@Params,
    frames: u64,
    bytes: Counter,
    largest: Gauge,
}

impl Module for @Type@ {
    type Params = @Type@Params;

    /// What the module says of itself; written into the plugin, and read without running it.
    const CARD: Card = Card::sink("@name@")
        .about("@about@")
        .counters(&[card::Counter::new("bytes", "bytes of payload taken")])
        .readings(&[Reading::new("largest", "bytes of the largest frame so far")]);

    /// Makes an instance; files, sockets and threads belong into `start`.
    fn new(params: @Type@Params, node: &Node) -> Result<Self> {
        Ok(@Type@ {
            params,
            frames: 0,
            bytes: node.counter("bytes"),
            largest: node.gauge("largest"),
        })
    }
}

impl Sink for @Type@ {
    /// Called for every frame, which ends here when it goes out of scope.
    fn accept(&mut self, frame: Frame, _: &Context) -> Result<()> {
        let size = u64::from(frame.payload());
        self.frames += 1;
        self.bytes.add(size);
        self.largest.set(self.largest.get().max(size));
        if self.frames.is_multiple_of(self.params.log_every) {
            log::info!("{} frames, {} bytes", self.frames, self.bytes.get());
        }
        Ok(())
    }

    /// Called after the last frame.
    fn finish(&mut self, _: &Context) -> Result<Flow> {
        log::info!(
            "{} frames, {} bytes at the end",
            self.frames,
            self.bytes.get()
        );
        Ok(Flow::Ended)
    }
}

export_module!(@Type@: Sink);

#[cfg(test)]
mod tests {
    use super::*;
    use rogue_sdk::bench::{Bench, json};

    #[test]
    fn bytes_are_added_up() -> Result<()> {
        let mut bench = Bench::sink::<@Type@>(json!({ "log_every": 2 }))?;
        for text in [&b"one"[..], b"three", b"two"] {
            bench.push(Bench::frame_of(text)?)?;
        }
        assert_eq!(bench.finish()?, Flow::Ended);
        assert_eq!(bench.counter("bytes"), 11);
        assert_eq!(bench.reading("largest").as_deref(), Some("5"));
        assert_eq!(bench.consumed(), 3);
        bench.end() // stopped in order, and no frame was leaked
    }
}
