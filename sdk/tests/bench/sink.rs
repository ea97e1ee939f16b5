//! A sink: frames held, readings, the wake after a batch.

use crate::frame;
use rogue_sdk::{
    bench::{Bench, json},
    prelude::*,
};

/// Keeps the last two frames, writes a line per batch.
struct Keeper {
    kept: Vec<Frame>,
    node: Node,
    depth: Gauge,
    batches: Counter,
}

impl Module for Keeper {
    type Params = NoParams;
    const CARD: Card = Card::sink("keeper").inputs(&[Port::new("in", "").family(8)]).readings(&[
        Reading::new("depth", ""),
        Reading::new("last", ""),
        Reading::new("unset", ""),
    ]);

    fn new(_: NoParams, node: &Node) -> Result<Self> {
        let (depth, batches) = (node.gauge("depth"), node.counter("batches"));
        Ok(Keeper { kept: Vec::new(), node: *node, depth, batches })
    }
}

impl Sink for Keeper {
    fn accept(&mut self, frame: Frame, cx: &Context) -> Result<()> {
        self.node.publish("last", cx.port());
        self.kept.push(frame);
        if self.kept.len() > 2 {
            self.kept.remove(0);
        }
        self.depth.set(self.kept.len() as u64);
        Ok(())
    }

    fn wake(&mut self, _: &Context) -> Result<()> {
        self.batches.add(1);
        Ok(())
    }
}

/// What is held is held, what is let go is consumed.
#[test]
fn held_and_consumed() {
    let mut bench = Bench::sink::<Keeper>(json!({})).unwrap();
    bench.push_all(3, [frame("a"), frame("b"), frame("c")]).unwrap();
    assert_eq!((bench.held(), bench.consumed(), bench.inbox_len()), (2, 1, 0));
    assert_eq!(Bench::live_frames(), 2);
    assert_eq!(bench.reading("depth").as_deref(), Some("2"));
    assert_eq!(bench.reading("last").as_deref(), Some("3"));
    assert_eq!(bench.reading("unset"), None);
    bench.end().unwrap();
    assert_eq!(Bench::live_frames(), 0);
}

/// A frame that outlives the module is a leak, and said to be.
#[test]
fn leaks_are_told() {
    struct Leak;
    impl Module for Leak {
        type Params = NoParams;
        const CARD: Card = Card::sink("leak");
        fn new(_: NoParams, _: &Node) -> Result<Self> {
            Ok(Leak)
        }
    }
    impl Sink for Leak {
        fn accept(&mut self, frame: Frame, _: &Context) -> Result<()> {
            std::mem::forget(frame);
            Ok(())
        }
    }
    // On a thread of its own, so that its live frames are nobody else's.
    let test = std::thread::spawn(|| {
        let mut bench = Bench::sink::<Leak>(json!({})).unwrap();
        bench.push(frame("a")).unwrap();
        assert_eq!((bench.held(), Bench::live_frames()), (1, 1));
        assert_eq!(bench.end().unwrap_err().to_string(), "the module is gone and 1 of its frames are not");
    });
    test.join().unwrap();
}

/// One wake per call with frames, one per wake without.
#[test]
fn wake_follows_the_batch() {
    let mut bench = Bench::sink::<Keeper>(json!({})).unwrap();
    bench.push_all(0, (0..65).map(|_| frame("x"))).unwrap();
    assert_eq!(bench.counter("batches"), 2, "64 and 1");
    bench.wake().unwrap();
    assert_eq!(bench.counter("batches"), 3);
}

/// One call has frames of one port.
#[test]
fn runs_of_equal_port() {
    let mut bench = Bench::sink::<Keeper>(json!({})).unwrap();
    for port in [1, 1, 2, 1] {
        bench.push_to(port, frame("x")).unwrap();
        assert_eq!(bench.reading("last"), Some(port.to_string()));
    }
    assert_eq!(bench.counter("batches"), 4);
}
