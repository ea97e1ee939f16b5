//! Modules in plain Rust, for tests of the engine: a card and what its halves do.

use crossbeam_channel::{Receiver, Sender, unbounded};
use rogue_abi::NodeRef;
use rogue_runtime::{
    card::Card,
    engine::Clock,
    graph::{self, Catalog, Found, Options, Packaging, Plan, Wanted},
    module::{Call, ColdError, Half, Made, Module, NoColdSide, OutItem, ParamFault, Status},
    pool::{self, Account},
    swap::{self, Ending, Running, StartError},
};
use rogue_sdk::Frame;
use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

/// What a half does when it is called.
pub type Body = Box<dyn FnMut(&mut Call<'_>) -> Status + Send>;

/// A half made of closures.
pub struct FnHalf {
    /// Offered frames.
    pub accept: Body,
    /// Asked for frames.
    pub produce: Body,
    /// After the last input.
    pub finish: Body,
}

impl Half for FnHalf {
    fn accept(&mut self, call: &mut Call<'_>) -> Status {
        (self.accept)(call)
    }
    fn produce(&mut self, call: &mut Call<'_>) -> Status {
        (self.produce)(call)
    }
    fn finish(&mut self, call: &mut Call<'_>) -> Status {
        (self.finish)(call)
    }
}

/// A half that only takes.
pub fn taking(accept: impl FnMut(&mut Call<'_>) -> Status + Send + 'static) -> Box<dyn Half> {
    Box::new(FnHalf {
        accept: Box::new(accept),
        produce: Box::new(|_| Status::Ended),
        finish: Box::new(|_| Status::Ended),
    })
}

/// A half that only gives.
pub fn giving(produce: impl FnMut(&mut Call<'_>) -> Status + Send + 'static) -> Box<dyn Half> {
    Box::new(FnHalf {
        accept: Box::new(|_| Status::Idle),
        produce: Box::new(produce),
        finish: Box::new(|_| Status::Ended),
    })
}

/// Makes the halves of an instance: taking and giving.
pub type Factory = Arc<dyn Fn(NodeRef) -> (Option<Box<dyn Half>>, Option<Box<dyn Half>>) + Send + Sync>;

/// A module for a test.
#[derive(Clone)]
pub struct Fake {
    card: Arc<Card>,
    make: Factory,
}

impl Module for Fake {
    fn flags(&self) -> u64 {
        0
    }
    fn check(&self, _: &str) -> Vec<ParamFault> {
        Vec::new()
    }
    fn create(&self, node: NodeRef, _: &str) -> Result<Made, ColdError> {
        let (take, give) = (self.make)(node);
        Ok(Made { instance: Box::new(NoColdSide), take, give })
    }
}

impl Fake {
    /// A module of the given shape; `more` is further JSON of the card, such as `,"give":"bridge"`.
    pub fn new(
        name: &str,
        shape: &str,
        more: &str,
        make: impl Fn(NodeRef) -> (Option<Box<dyn Half>>, Option<Box<dyn Half>>) + Send + Sync + 'static,
    ) -> Fake {
        let ports = match shape {
            "source" => r#""inputs":[],"outputs":[{"name":"out"}]"#,
            "sink" => r#""inputs":[{"name":"in"}],"outputs":[]"#,
            "transform" => r#""inputs":[{"name":"in"}],"outputs":[{"name":"out"}]"#,
            _ => r#""inputs":[{"name":"in","optional":true}],"outputs":[{"name":"out","optional":true}]"#,
        };
        let params = r#"{"type":"object","properties":{},"required":[],"additionalProperties":false}"#;
        let json = format!(
            r#"[{{"card":1,"name":"{name}","version":"0.1.0","about":"a fake","shape":"{shape}",{ports},"params":{params},"readings":[],"counters":[],"drops":[],"state":null,"flags":[],"log":""{more}}}]"#
        );
        let mut bytes = rogue_abi::CARDS_MAGIC.to_vec();
        bytes.extend((json.len() as u32).to_le_bytes());
        bytes.extend(json.as_bytes());
        let cards = Card::parse_all(&bytes).expect("the card of a fake is right");
        Fake { card: Arc::new(cards.into_iter().next().expect("one card")), make: Arc::new(make) }
    }

    /// Its card.
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// What a catalog says of it.
    pub fn found(&self) -> Found {
        Found {
            card: self.card.clone(),
            file: PathBuf::from("fake.so"),
            index: 0,
            sha256: None,
            packaging: Packaging::Native,
        }
    }

    /// Gives `count` frames, each with its number as a little-endian u32, as fast as they are taken.
    pub fn source(name: &str, count: u32) -> Fake {
        Fake::new(name, "source", "", move |node| {
            let mut next = 0;
            let give = giving(move |call| {
                while next < count && call.out.items.len() < call.out.limit {
                    let Some(frame) = numbered(node, next) else { return Status::Fault };
                    call.out.items.push(OutItem { frame, port: 0, pad: 0 });
                    next += 1;
                }
                if next == count { Status::Ended } else { Status::More }
            });
            (None, Some(give))
        })
    }

    /// Sends on what it takes.
    pub fn pass(name: &str) -> Fake {
        Fake::new(name, "transform", "", |_| (Some(taking(|call| send_on(call, |_| 1))), None))
    }

    /// A queue of at most `depth` frames that blocks when it is full.
    pub fn queue(name: &str, depth: usize) -> Fake {
        Fake::new(name, "endpoint", r#","give":"queue""#, move |node| {
            let (put, get): (Sender<Frame>, Receiver<Frame>) = crossbeam_channel::bounded(depth);
            let mut put = Some(put);
            let wake = move |half| {
                rogue_runtime::host::nodes::with(node, |_, entry| {
                    if let Some(Some((waker, index))) = entry.wake.get(half as usize) {
                        waker.wake(*index);
                    }
                });
            };
            let closing: Arc<Mutex<Option<Sender<Frame>>>> = Arc::new(Mutex::new(put.take()));
            let accepting = closing.clone();
            let take = FnHalf {
                accept: Box::new(move |call| {
                    let guard = accepting.lock().expect("not poisoned");
                    let Some(put) = guard.as_ref() else { return Status::Fault };
                    let mut status = Status::Idle;
                    while call.taken < call.frames.len() {
                        let Some(frame) = call.frames[call.taken].take() else { break };
                        match put.try_send(frame) {
                            Ok(()) => call.taken += 1,
                            Err(back) => {
                                call.frames[call.taken] = Some(back.into_inner());
                                status = Status::Blocked;
                                break;
                            }
                        }
                    }
                    drop(guard);
                    wake(rogue_abi::half::GIVE);
                    status
                }),
                produce: Box::new(|_| Status::Ended),
                finish: Box::new(move |_| {
                    closing.lock().expect("not poisoned").take();
                    wake(rogue_abi::half::GIVE);
                    Status::Ended
                }),
            };
            let give = giving(move |call| {
                while call.out.items.len() < call.out.limit {
                    match get.try_recv() {
                        Ok(frame) => call.out.items.push(OutItem { frame, port: 0, pad: 0 }),
                        Err(crossbeam_channel::TryRecvError::Empty) => {
                            wake(rogue_abi::half::TAKE);
                            return Status::Idle;
                        }
                        Err(crossbeam_channel::TryRecvError::Disconnected) => return Status::Ended,
                    }
                }
                wake(rogue_abi::half::TAKE);
                Status::More
            });
            (Some(Box::new(take)), Some(give))
        })
    }
}

/// A frame of `node` with a number in it.
pub fn numbered(node: NodeRef, number: u32) -> Option<Frame> {
    let mut frame = pool::request(Account::of(node)?, 0, 4)?;
    frame.write(0, &number.to_le_bytes()).ok()?;
    Some(frame)
}

/// The number in a frame.
pub fn number(frame: &Frame) -> u32 {
    let mut bytes = [0; 4];
    frame.read(0, &mut bytes).expect("a numbered frame");
    u32::from_le_bytes(bytes)
}

/// Takes frames and sends each on `copies(frame)` times, the first time itself, until `Out` is full.
pub fn send_on(call: &mut Call<'_>, copies: impl Fn(&Frame) -> usize) -> Status {
    while call.taken < call.frames.len() {
        if call.out.items.len() >= call.out.limit {
            return Status::More;
        }
        let Some(frame) = call.frames[call.taken].take() else { break };
        call.taken += 1;
        for _ in 1..copies(&frame) {
            let frame = frame.share().expect("memory");
            call.out.items.push(OutItem { frame, port: 0, pad: 0 });
        }
        call.out.items.push(OutItem { frame, port: 0, pad: 0 });
        call.completed_out = call.out.items.len();
    }
    Status::Idle
}

/// What sinks have seen, in order: name and number.
#[derive(Clone, Default)]
pub struct Seen(Arc<Mutex<Vec<(String, u32)>>>);

impl Seen {
    /// A sink that notes what it takes.
    pub fn sink(&self, name: &str) -> Fake {
        let (seen, label) = (self.clone(), name.to_owned());
        Fake::new(name, "sink", "", move |_| {
            let (seen, label) = (seen.clone(), label.clone());
            (Some(taking(move |call| seen.note(&label, call, usize::MAX))), None)
        })
    }

    /// A sink that takes a frame only for each permit; `Gate::permit` gives more.
    pub fn gated(&self, name: &str) -> (Fake, Gate) {
        let (seen, label, gate) = (self.clone(), name.to_owned(), Gate::default());
        let held = gate.clone();
        let fake = Fake::new(name, "sink", "", move |node| {
            *held.node.lock().expect("not poisoned") = Some(node);
            let (seen, label, held) = (seen.clone(), label.clone(), held.clone());
            let take = taking(move |call| {
                let permits = held.permits.load(Ordering::SeqCst);
                let status = seen.note(&label, call, permits as usize);
                held.permits.fetch_sub(call.taken as u32, Ordering::SeqCst);
                status
            });
            (Some(take), None)
        });
        (fake, gate)
    }

    fn note(&self, label: &str, call: &mut Call<'_>, most: usize) -> Status {
        let mut seen = self.0.lock().expect("not poisoned");
        while call.taken < call.frames.len() {
            if call.taken == most {
                return Status::Blocked;
            }
            let Some(frame) = call.frames[call.taken].take() else { break };
            call.taken += 1;
            seen.push((label.to_owned(), number(&frame)));
        }
        Status::Idle
    }

    /// All of it.
    pub fn all(&self) -> Vec<(String, u32)> {
        self.0.lock().expect("not poisoned").clone()
    }

    /// What one sink has seen.
    pub fn of(&self, name: &str) -> Vec<u32> {
        self.all().into_iter().filter(|(n, _)| n == name).map(|(_, number)| number).collect()
    }
}

/// Lets frames into a gated sink.
#[derive(Clone, Default)]
pub struct Gate {
    permits: Arc<AtomicU32>,
    node: Arc<Mutex<Option<NodeRef>>>,
}

impl Gate {
    /// Lets `frames` more in.
    pub fn permit(&self, frames: u32) {
        self.permits.fetch_add(frames, Ordering::SeqCst);
        let node = self.node.lock().expect("not poisoned").expect("the sink was made");
        rogue_runtime::host::nodes::with(node, |_, entry| {
            if let Some((waker, index)) = &entry.wake[0] {
                waker.wake(*index);
            }
        });
    }
}

struct Fakes<'a>(&'a [Fake]);

impl Catalog for Fakes<'_> {
    fn find(&self, wanted: &Wanted<'_>) -> Result<Found, String> {
        let fake = self.0.iter().find(|fake| fake.card.name == wanted.module).ok_or("no such fake")?;
        Ok(fake.found())
    }

    fn names(&self) -> Vec<String> {
        self.0.iter().map(|fake| fake.card.name.clone()).collect()
    }
}

/// The plan of a graph file of fakes.
pub fn plan(yaml: &str, fakes: &[Fake]) -> Plan {
    match graph::load(yaml, "test.yaml", &Options::default(), &Fakes(fakes)) {
        Ok(checked) => checked.plan,
        Err(errors) => panic!("{}", graph::render(&errors, yaml, false)),
    }
}

/// Starts a graph file of fakes.
pub fn start(yaml: &str, fakes: &[Fake]) -> Result<Running, StartError> {
    let plan = plan(yaml, fakes);
    let find = |module: &str| fakes.iter().find(|fake| fake.card.name == module).cloned();
    let modules =
        plan.nodes.iter().map(|node| find(&node.module).map(|fake| Arc::new(fake) as Arc<dyn Module>));
    let modules = modules.collect::<Option<Vec<_>>>().expect("every fake is there");
    swap::start(plan, modules, Clock::Real)
}

/// Longest time a test waits for something that must happen.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Attends to a run until `done` says so.
pub fn attend_until(running: &mut Running, mut done: impl FnMut(&Running) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !done(running) {
        assert!(Instant::now() < deadline, "still waiting after {PATIENCE:?}: {:#?}", running.status());
        running.attend(Duration::from_millis(2));
    }
}

/// Runs a graph file of fakes to its end.
pub fn run(yaml: &str, fakes: &[Fake]) -> Ending {
    let mut running = start(yaml, fakes).expect("the graph starts");
    attend_until(&mut running, Running::is_over);
    let ending = running.end();
    assert_balanced(&ending);
    ending
}

/// The books of a run that has ended are right, whatever happened in it.
pub fn assert_balanced(ending: &Ending) {
    assert_eq!(ending.ledger.imbalance(), 0, "{:#?}", ending.ledger);
    assert_eq!(ending.ledger.unbalanced(), [], "{:#?}", ending.ledger);
    assert_eq!(ending.ledger.holding(), [], "{:#?}", ending.ledger);
    assert_eq!(ending.stuck, [""; 0]);
}

/// A channel for tests that have something to say from inside a half.
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    unbounded()
}
