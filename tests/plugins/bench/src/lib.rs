//! The least that a source, a transform and a sink can do, to measure what the runtime costs.

use rogue_sdk::prelude::*;

/// Parameters of `bench-source`.
#[derive(Params)]
struct Give {
    /// Bytes requested for each frame; 16 of them are written.
    #[param(default = 16, min = 16)]
    size: u32,
    /// Frames until the end.
    count: u64,
}

/// Requests a frame, writes 16 bytes, sends it.
struct BenchSource {
    params: Give,
    given: u64,
}

impl Module for BenchSource {
    type Params = Give;
    const CARD: Card = Card::source("bench-source");

    fn new(params: Give, _: &Node) -> Result<Self> {
        Ok(BenchSource { params, given: 0 })
    }
}

impl Source for BenchSource {
    fn produce(&mut self, out: &mut Out, _: &Context) -> Result<Flow> {
        while !out.is_full() && self.given < self.params.count {
            let mut frame = out.request(self.params.size)?;
            let mut bytes = [0; 16];
            bytes[..8].copy_from_slice(&self.given.to_le_bytes());
            frame.write(0, &bytes)?;
            frame.set_payload(self.params.size)?;
            out.send(frame);
            self.given += 1;
        }
        Ok(if self.given == self.params.count { Flow::Ended } else { Flow::More })
    }
}

/// Sends on what it takes.
struct BenchPass;

impl Module for BenchPass {
    type Params = NoParams;
    const CARD: Card = Card::transform("bench-pass");

    fn new(_: NoParams, _: &Node) -> Result<Self> {
        Ok(BenchPass)
    }
}

impl Transform for BenchPass {
    fn accept(&mut self, frame: Frame, out: &mut Out, _: &Context) -> Result<()> {
        out.send(frame);
        Ok(())
    }
}

/// Drops what it takes.
struct BenchSink;

impl Module for BenchSink {
    type Params = NoParams;
    const CARD: Card = Card::sink("bench-sink");

    fn new(_: NoParams, _: &Node) -> Result<Self> {
        Ok(BenchSink)
    }
}

impl Sink for BenchSink {
    fn accept(&mut self, frame: Frame, _: &Context) -> Result<()> {
        drop(frame);
        Ok(())
    }
}

/// Reads every byte, sends on what it takes.
struct BenchRead {
    sum: u64,
}

impl Module for BenchRead {
    type Params = NoParams;
    const CARD: Card =
        Card::transform("bench-read").readings(&[Reading::new("sum", "of all words of eight bytes")]);

    fn new(_: NoParams, _: &Node) -> Result<Self> {
        Ok(BenchRead { sum: 0 })
    }
}

/// Bytes that are read before the next look at the loop's end: in a component each turn of a loop looks at the time too.
const ROW: usize = 256;
/// Sums that are added to side by side, so that no addition waits for the one before.
const SUMS: usize = 8;

/// The sum of all whole words of eight bytes.
fn sum(bytes: &[u8]) -> u64 {
    let word = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
    let (rows, rest) = bytes.as_chunks::<ROW>();
    let mut sums = [0u64; SUMS];
    for row in rows {
        for words in row.as_chunks::<8>().0.as_chunks::<SUMS>().0 {
            for (sum, bytes) in sums.iter_mut().zip(words) {
                *sum = sum.wrapping_add(word(bytes));
            }
        }
    }
    let rest = rest.as_chunks::<8>().0.iter().map(word);
    sums.into_iter().chain(rest).fold(0, u64::wrapping_add)
}

impl Transform for BenchRead {
    fn accept(&mut self, frame: Frame, out: &mut Out, _: &Context) -> Result<()> {
        if let Some(bytes) = frame.contiguous() {
            self.sum = self.sum.wrapping_add(sum(bytes));
        }
        out.send(frame);
        Ok(())
    }

    fn finish(&mut self, _: &mut Out, cx: &Context) -> Result<Flow> {
        cx.publish("sum", self.sum);
        Ok(Flow::Ended)
    }
}

/// Writes every byte, sends on what it takes.
struct BenchReplace;

impl Module for BenchReplace {
    type Params = NoParams;
    const CARD: Card = Card::transform("bench-replace");

    fn new(_: NoParams, _: &Node) -> Result<Self> {
        Ok(BenchReplace)
    }
}

impl Transform for BenchReplace {
    fn accept(&mut self, mut frame: Frame, out: &mut Out, _: &Context) -> Result<()> {
        frame.bytes_mut()?.iter_mut().for_each(|byte| *byte ^= 0x5a);
        out.send(frame);
        Ok(())
    }
}

/// Looks at metadata, sends on what it takes.
struct BenchMeta;

impl Module for BenchMeta {
    type Params = NoParams;
    const CARD: Card = Card::transform("bench-meta")
        .metadata_only()
        .drops(&[DropReason::asked("error", "frames with an error")]);

    fn new(_: NoParams, _: &Node) -> Result<Self> {
        Ok(BenchMeta)
    }
}

impl Transform for BenchMeta {
    fn accept(&mut self, frame: Frame, out: &mut Out, cx: &Context) -> Result<()> {
        const ERROR: Reason = BenchMeta::CARD.reason("error");
        if frame.error() == 0 {
            out.send(frame)
        } else {
            cx.drop(frame, ERROR)
        }
        Ok(())
    }
}

export_module!(
    BenchSource: Source,
    BenchPass: Transform,
    BenchRead: Transform,
    BenchReplace: Transform,
    BenchMeta: Transform,
    BenchSink: Sink,
);
