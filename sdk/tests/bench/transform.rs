//! A transform: ports, drops, batches, results.

use crate::{frame, texts};
use rogue_sdk::{
    Flow,
    bench::{Bench, json},
    prelude::*,
};

#[derive(Params)]
struct RouterParams {
    /// Results of each frame.
    #[param(default = 1)]
    copies: u32,
    /// Most frames in one call.
    #[param(default = 64)]
    batch: u32,
}

/// Sends what comes in at port 0 by the port that is its channel, drops what comes in at port 1, and says at the end
/// how much it was.
struct Router {
    copies: u32,
    calls: Counter,
    seen: u32,
}

impl Module for Router {
    type Params = RouterParams;
    const CARD: Card = Card::transform("router")
        .inputs(&[Port::new("in", ""), Port::new("waste", "").optional()])
        .outputs(&[Port::new("out", "").family(4)])
        .counters(&[card::Counter::new("calls", ""), card::Counter::new("never", "")])
        .drops(&[DropReason::loss("first", ""), DropReason::asked("waste", "")]);

    fn new(params: RouterParams, node: &Node) -> Result<Self> {
        node.batch_max(params.batch);
        Ok(Router { copies: params.copies, calls: node.counter("calls"), seen: 0 })
    }
}

impl Transform for Router {
    fn accept(&mut self, frame: Frame, out: &mut Out, cx: &Context) -> Result<()> {
        const WASTE: Reason = Router::CARD.reason("waste");
        self.calls.add(1);
        self.seen += 1;
        if cx.port() == 1 {
            cx.drop(frame, WASTE);
            return Ok(());
        }
        for _ in 1..self.copies {
            out.send_to(frame.channel().into(), frame.share()?);
        }
        out.send_to(frame.channel().into(), frame);
        Ok(())
    }

    fn finish(&mut self, out: &mut Out, _: &Context) -> Result<Flow> {
        let mut last = out.request(4)?;
        last.writer(0).put_number(self.seen)?;
        out.send(last);
        self.seen = self.seen.saturating_sub(2);
        Ok(if self.seen == 0 { Flow::Ended } else { Flow::More })
    }
}

/// Frames go where they are sent, in order, and the account balances.
#[test]
fn ports_and_drops() {
    let mut bench = Bench::transform::<Router>(json!({})).unwrap();
    for (channel, text) in [(0, "a"), (2, "b"), (0, "c")] {
        let mut frame = frame(text);
        frame.set_channel(channel);
        bench.push(frame).unwrap();
    }
    bench.push_to(1, frame("waste")).unwrap();
    let came: Vec<(u32, Vec<u8>)> =
        std::iter::from_fn(|| bench.pop()).map(|(port, frame)| (port, frame.to_vec())).collect();
    assert_eq!(came, [(0, b"a".to_vec()), (2, b"b".to_vec()), (0, b"c".to_vec())]);
    assert_eq!((bench.dropped("waste"), bench.dropped("first"), bench.dropped("fault")), (1, 0, 0));
    assert_eq!((bench.counter("calls"), bench.counter("never")), (4, 0));
    assert_eq!((bench.consumed(), bench.held(), bench.created()), (0, 0, 0));
    bench.end().unwrap();
    assert_eq!((Bench::live_frames(), Bench::live_bytes()), (0, 0));
}

/// A port that the card does not have.
#[test]
fn no_such_port() {
    let mut bench = Bench::transform::<Router>(json!({})).unwrap();
    let error = bench.push_to(2, frame("x")).unwrap_err().to_string();
    assert_eq!(error, "there is no input 2: the card has 2");
    assert_eq!((bench.inbox_len(), bench.counter("calls")), (0, 0));
}

/// A module stops taking when the batch of results is full, and is called again; one frame may give more than a batch.
#[test]
fn many_results() {
    for (copies, frames) in [(3, 100), (200, 3), (64, 2)] {
        let mut bench = Bench::transform::<Router>(json!({ "copies": copies })).unwrap();
        bench.push_all(0, (0..frames).map(|_| frame("x"))).unwrap();
        assert_eq!((bench.out_len(), bench.inbox_len()), (copies * frames, 0));
        assert_eq!(bench.created() as usize, (copies - 1) * frames);
    }
}

/// More results than a call may have end in a fault, not in an exhausted machine.
#[test]
fn too_many_results() {
    let mut bench = Bench::transform::<Router>(json!({ "copies": 100_000 })).unwrap();
    let error = bench.push(frame("x")).unwrap_err().to_string();
    assert_eq!(error, "more results in one call than the runtime takes");
    drop(bench);
    assert_eq!((Bench::live_frames(), Bench::live_bytes()), (0, 0));
}

/// The module says how many frames it wants in a call.
#[test]
fn batches() {
    let mut bench = Bench::transform::<Router>(json!({ "batch": 3 })).unwrap();
    assert_eq!(bench.batch_max(), 3);
    bench.push_all(0, (0..10).map(|_| frame("x"))).unwrap();
    assert_eq!(bench.out_len(), 10);
    assert_eq!(Bench::transform::<Router>(json!({ "batch": 1000 })).unwrap().batch_max(), 64);
    assert_eq!(Bench::transform::<Router>(json!({ "batch": 0 })).unwrap().batch_max(), 1);
}

/// `finish` is called until the module has no more to say.
#[test]
fn finish_until_ended() {
    let mut bench = Bench::transform::<Router>(json!({})).unwrap();
    bench.push_all(0, (0..5).map(|_| frame("x"))).unwrap();
    assert_eq!(texts(&mut bench).len(), 5);
    assert_eq!(bench.finish().unwrap(), Flow::Ended);
    let counts: Vec<u32> = bench.out().iter().map(|last| last.reader().number().unwrap()).collect();
    assert_eq!(counts, [5, 3, 1]);
}

/// A transform has no half that gives.
#[test]
fn nothing_to_produce() {
    let mut bench = Bench::transform::<Router>(json!({})).unwrap();
    assert!(bench.produce().unwrap_err().to_string().contains("no half that gives"));
}
