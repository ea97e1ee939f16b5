//! Threads and descriptors are real: a bench waits for what they do, not for time.

use crate::texts;
use rogue_sdk::{
    bench::{Bench, json},
    prelude::{Card, Context, Error, Flow, Frame, Module, NoParams, Node, Out, Params, Result, Sink, Source},
};
use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    os::fd::AsFd,
    sync::mpsc::{Receiver, Sender, channel},
    thread::JoinHandle,
    time::Duration,
};

/// Far more than anything here takes; only a failing test waits so long.
const LONG: Duration = Duration::from_secs(60);

#[derive(Params)]
struct FeederParams {
    /// Frames to make.
    count: u32,
    /// How the thread ends: `well`, `panic`, `fault`.
    #[param(default = "well")]
    ends: String,
    /// Whether `stop` forgets the thread.
    #[param(default = false)]
    forgets: bool,
}

/// Makes frames in a thread of its own.
struct Feeder {
    params: FeederParams,
    node: Node,
    sender: Option<Sender<Frame>>,
    receiver: Receiver<Frame>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Module for Feeder {
    type Params = FeederParams;
    const CARD: Card = Card::source("feeder").log("test.Feeder");

    fn new(params: FeederParams, node: &Node) -> Result<Self> {
        let (sender, receiver) = channel();
        Ok(Feeder { params, node: *node, sender: Some(sender), receiver, stop: None, thread: None })
    }

    fn start(&mut self) -> Result<()> {
        let (stop, stopped) = channel::<()>();
        let (count, ends) = (self.params.count, self.params.ends.clone());
        let sender = self.sender.take().ok_or_else(|| Error::new("started twice"))?;
        self.stop = Some(stop);
        self.thread = Some(self.node.spawn(move |node| {
            for at in 0..count {
                let Ok(mut frame) = node.request(0, 16) else { return };
                if write!(frame.writer(0), "{at}").is_err() || sender.send(frame).is_err() {
                    return;
                }
                node.wake_give();
            }
            match ends.as_str() {
                "panic" => panic!("on a thread"),
                "fault" => node.fault("the device is gone"),
                _ => {}
            }
            // Until `stop` hangs up.
            let _ = stopped.recv();
        })?);
        Ok(())
    }

    fn stop(&mut self) {
        if self.params.forgets {
            // The thread goes on until the module is dropped.
            return;
        }
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Source for Feeder {
    fn produce(&mut self, out: &mut Out, _: &Context) -> Result<Flow> {
        while !out.is_full() {
            match self.receiver.try_recv() {
                Ok(frame) => out.send(frame),
                Err(_) => return Ok(Flow::Idle),
            }
        }
        Ok(Flow::More)
    }
}

/// Wakes from a thread are acted upon; frames it made on the way are the node's.
#[test]
fn a_thread_that_wakes() {
    let mut bench = Bench::source::<Feeder>(json!({ "count": 500 })).unwrap();
    bench.run_until(LONG, |bench| bench.out_len() == 500).unwrap();
    assert_eq!(bench.threads(), 1);
    assert_eq!(texts(&mut bench), (0..500).map(|at| at.to_string()).collect::<Vec<_>>());
    assert_eq!(bench.created(), 500);
    bench.end().unwrap();
    assert_eq!((Bench::live_frames(), Bench::live_bytes()), (0, 0));
}

/// A fault of a thread is the fault of the next call.
#[test]
fn a_thread_that_fails() {
    for (ends, text) in
        [("fault", "the device is gone"), ("panic", "a thread of the module panicked: on a thread")]
    {
        let mut bench = Bench::source::<Feeder>(json!({ "count": 3, "ends": ends })).unwrap();
        let error = bench.run_until(LONG, |_| false).unwrap_err().to_string();
        assert_eq!(error, text);
        assert_eq!(bench.faults(), [text]);
    }
}

/// A thread that outlives `stop` is told.
#[test]
fn a_thread_that_stays() {
    let mut bench = Bench::source::<Feeder>(json!({ "count": 1, "forgets": true })).unwrap();
    bench.run_until(LONG, |bench| bench.out_len() == 1).unwrap();
    bench.stop().unwrap();
    assert_eq!(bench.threads(), 1);
}

/// What does not happen is told.
#[test]
fn waiting_in_vain() {
    let mut bench = Bench::source::<Feeder>(json!({ "count": 0 })).unwrap();
    let error = bench.run_until(Duration::from_millis(1), |_| false).unwrap_err().to_string();
    assert_eq!(error, "what the test waits for did not happen within 1ms");
}

/// Reads a socket it watches.
struct Reader {
    node: Node,
    socket: Option<TcpStream>,
}

#[derive(Params)]
struct ReaderParams {
    /// Where to connect to.
    port: u16,
}

impl Module for Reader {
    type Params = ReaderParams;
    const CARD: Card = Card::source("reader");

    fn new(params: ReaderParams, node: &Node) -> Result<Self> {
        let socket = TcpStream::connect(("127.0.0.1", params.port))?;
        socket.set_nonblocking(true)?;
        Ok(Reader { node: *node, socket: Some(socket) })
    }

    fn start(&mut self) -> Result<()> {
        self.socket.as_ref().map_or(Ok(()), |socket| self.node.watch_read(socket.as_fd(), false))
    }

    fn stop(&mut self) {
        if let Some(socket) = self.socket.take() {
            self.node.unwatch(socket.as_fd(), false);
        }
    }
}

impl Source for Reader {
    fn produce(&mut self, out: &mut Out, _: &Context) -> Result<Flow> {
        let mut bytes = [0; 64];
        match self.socket.as_mut().map(|socket| socket.read(&mut bytes)) {
            Some(Ok(0)) | None => Ok(Flow::Ended),
            Some(Ok(len)) => {
                let mut frame = out.request(len as u32)?;
                frame.write(0, &bytes[..len])?;
                out.send(frame);
                Ok(Flow::More)
            }
            Some(Err(error)) if error.kind() == std::io::ErrorKind::WouldBlock => Ok(Flow::Idle),
            Some(Err(error)) => Err(error.into()),
        }
    }
}

/// A watched descriptor that is ready wakes the half that watches it.
#[test]
fn a_watched_descriptor() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut bench = Bench::source::<Reader>(json!({ "port": port })).unwrap();
    let (mut peer, _) = listener.accept().unwrap();
    for text in ["one", "two", "three"] {
        peer.write_all(text.as_bytes()).unwrap();
        bench.run_until(LONG, |bench| bench.out_len() == 1).unwrap();
        assert_eq!(texts(&mut bench), [text]);
    }
    bench.end().unwrap();
}

/// Logs a line for every frame.
struct Talker;

impl Module for Talker {
    type Params = NoParams;
    const CARD: Card = Card::sink("talker").log("pyrogue.test.Talker");

    fn new(_: NoParams, _: &Node) -> Result<Self> {
        rogue_sdk::log::info!("made");
        Ok(Talker)
    }
}

impl Sink for Talker {
    fn accept(&mut self, frame: Frame, _: &Context) -> Result<()> {
        rogue_sdk::log::warn!(target: "pyrogue.other", "{} bytes", frame.payload());
        Ok(())
    }
}

/// Lines go to the node they are of, under the module's name unless they name another.
#[test]
fn logged_lines() {
    let mut bench = Bench::sink::<Talker>(json!({})).unwrap();
    let other = Bench::sink::<Talker>(json!({})).unwrap();
    bench.push(crate::frame("abc")).unwrap();
    let lines: Vec<String> = (bench.logged().iter())
        .map(|line| format!("{} {}: {}", line.level, line.target, line.message))
        .collect();
    assert_eq!(lines, ["INFO pyrogue.test.Talker: made", "WARN pyrogue.other: 3 bytes"]);
    assert!(bench.logged().is_empty());
    assert_eq!(other.logged().len(), 1);
}
