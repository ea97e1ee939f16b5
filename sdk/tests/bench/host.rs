//! What the bench plays for a module: pools, links, wrapped memory, clocks.

use rogue_sdk::{
    bench::{Bench, json},
    prelude::*,
};

#[derive(Params)]
struct ProbeParams {
    /// What to do in `produce`.
    ask: String,
}

/// Does one thing that needs the host.
struct Probe(String);

impl Module for Probe {
    type Params = ProbeParams;
    const CARD: Card = Card::source("probe").outputs(&[Port::new("out", "").family(3)]);

    fn new(params: ProbeParams, node: &Node) -> Result<Self> {
        match params.ask.as_str() {
            "local" => node.set_pool(4, 100),
            "forward" => node.forward_requests(),
            _ => {}
        }
        Ok(Probe(params.ask))
    }
}

impl Source for Probe {
    fn produce(&mut self, out: &mut Out, cx: &Context) -> Result<Flow> {
        match self.0.as_str() {
            "local" => out.send(cx.request_local(10)?),
            "wrap" => out.send(cx.wrap(b"my own".as_slice().into())?),
            "links" => (0..3).for_each(|port| cx.publish(&port.to_string(), out.links(port))),
            "clock" => {
                cx.publish("now", Node::now(cx).as_nanos() == cx.now().as_nanos());
                cx.publish("random", cx.random());
                cx.publish("year", cx.wall().as_secs() / (365 * 86_400 + 21_600) + 1970);
            }
            "too-much" => out.send(out.request(u32::MAX)?),
            _ => {}
        }
        Ok(Flow::Idle)
    }
}

fn probe(ask: &str) -> Bench {
    let mut bench = Bench::source::<Probe>(json!({ "ask": ask })).unwrap();
    bench.set_links(1, 3);
    bench.set_links(2, 0);
    bench.produce().unwrap();
    bench
}

/// The node's own pool is as the module set it.
#[test]
fn local_pool() {
    let mut bench = probe("local");
    assert_eq!(bench.pool(), (4, 100, false));
    let (_, frame) = bench.pop().unwrap();
    assert_eq!((frame.buffer_count(), frame.size()), (3, 12));
    assert_eq!(probe("forward").pool(), (0, 0, true));
}

/// Memory of the module's own is a frame like any other, shared, sliced, written and given back once.
#[test]
fn wrapped_memory() {
    let mut bench = probe("wrap");
    let (_, mut frame) = bench.pop().unwrap();
    assert_eq!((frame.to_vec(), frame.size()), (b"my own".to_vec(), 6));
    let slice = frame.slice(3, 3).unwrap();
    frame.write(3, b"OWN").unwrap();
    assert_eq!((frame.to_vec(), slice.to_vec()), (b"my OWN".to_vec(), b"own".to_vec()));
    bench.end().unwrap();
    drop(frame);
    assert_eq!(slice.to_vec(), b"own", "it outlives the module");
    drop(slice);
    assert_eq!((Bench::live_frames(), Bench::live_buffers(), Bench::live_bytes()), (0, 0, 0));
}

/// Links are as the test sets them, 1 otherwise.
#[test]
fn links() {
    let bench = probe("links");
    let links: Vec<_> = ["0", "1", "2"].map(|port| bench.reading(port)).into_iter().flatten().collect();
    assert_eq!(links, ["1", "3", "0"]);
}

/// One clock; a wall clock that is a date; numbers that are the same in every run.
#[test]
fn clocks_and_numbers() {
    let (one, two) = (probe("clock"), probe("clock"));
    assert_eq!(one.reading("now").as_deref(), Some("true"));
    assert_eq!(one.reading("year").as_deref(), Some("2026"));
    assert_eq!(one.reading("random"), two.reading("random"));
}

/// A frame larger than there may be is refused.
#[test]
fn too_large() {
    let mut bench = Bench::source::<Probe>(json!({ "ask": "too-much" })).unwrap();
    let error = bench.produce().unwrap_err().to_string();
    assert!(error.contains("larger than the runtime allows"), "{error}");
}
