//! A stage that holds frames back and numbers them, in plain Rust: what it holds is copied for a module in its shadow, and
//! a module that cannot keep up is compared anew from where the other one is.

use rogue_abi::NodeRef;
use rogue_runtime::{
    card::{Card, StateCard},
    engine::Clock,
    module::{
        Call, ColdError, Half, Held, Instance, Interrupt, Made, Module, OutItem, ParamFault, State, Status,
    },
    swap::{
        self, Running, Wanted,
        proof::{Compared, Trial, Verdict},
    },
};
use rogue_sdk::Frame;
use rogue_tests::fake::{Fake, PATIENCE, assert_balanced, attend_until, plan};
use serde_json::Map;
use std::{
    collections::VecDeque,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// Frames that it holds.
const DEPTH: usize = 5;

#[derive(Default)]
struct Inner {
    count: u32,
    kept: VecDeque<Frame>,
}

/// Makes instances that wait at the gate before each frame.
#[derive(Clone, Default)]
struct Keeper {
    gate: Arc<(Mutex<bool>, Condvar)>,
    met: Arc<AtomicBool>,
    waits: bool,
}

impl Keeper {
    fn open_gate(&self) {
        *self.gate.0.lock().expect("not poisoned") = true;
        self.gate.1.notify_all();
    }

    fn pass_gate(&self) {
        if self.waits {
            self.met.store(true, Ordering::SeqCst);
            let open = self.gate.0.lock().expect("not poisoned");
            let _open = self.gate.1.wait_while(open, |open| !*open).expect("not poisoned");
        }
    }
}

#[derive(Clone)]
struct Instanced(Arc<Mutex<Inner>>, Keeper);

impl Half for Instanced {
    fn accept(&mut self, call: &mut Call<'_>) -> Status {
        let mut inner = self.0.lock().expect("not poisoned");
        while call.taken < call.frames.len() {
            let Some(mut frame) = call.frames[call.taken].take() else { break };
            self.1.pass_gate();
            call.taken += 1;
            frame.write(0, &inner.count.to_le_bytes()).expect("room");
            inner.count = inner.count.wrapping_add(1);
            inner.kept.push_back(frame);
            if inner.kept.len() > DEPTH {
                let frame = inner.kept.pop_front().expect("one");
                call.out.items.push(OutItem { frame, port: 0, pad: 0 });
            }
            call.completed_out = call.out.items.len();
        }
        Status::Idle
    }
    fn produce(&mut self, _: &mut Call<'_>) -> Status {
        Status::Ended
    }
    fn finish(&mut self, call: &mut Call<'_>) -> Status {
        let mut inner = self.0.lock().expect("not poisoned");
        let all = inner.kept.drain(..).map(|frame| OutItem { frame, port: 0, pad: 0 });
        call.out.items.extend(all);
        Status::Ended
    }
}

impl Instance for Instanced {
    fn start(&mut self) -> Result<(), ColdError> {
        Ok(())
    }
    fn reconfigure(&mut self, _: &str) -> Result<(), ColdError> {
        Err(ColdError::Unsupported)
    }
    fn snapshot(&mut self) -> Result<State, ColdError> {
        let bytes = self.0.lock().expect("not poisoned").count.to_le_bytes().to_vec();
        Ok(State { schema: "keeper".to_owned(), version: 1, bytes })
    }
    fn restore(&mut self, state: &State) -> Result<(), ColdError> {
        let bytes = state.bytes.as_slice().try_into().expect("four bytes");
        self.0.lock().expect("not poisoned").count = u32::from_le_bytes(bytes);
        Ok(())
    }
    fn release_held(&mut self, held: &mut Held) -> Result<(), ColdError> {
        held.frames.extend(self.0.lock().expect("not poisoned").kept.drain(..).map(|frame| (0, frame)));
        Ok(())
    }
    fn adopt(&mut self, held: &mut Held) -> Result<(), ColdError> {
        self.0.lock().expect("not poisoned").kept.extend(held.frames.drain(..).map(|(_, frame)| frame));
        Ok(())
    }
    fn interrupt(&self) -> Option<Interrupt> {
        None
    }
    fn stop(&mut self) {}
}

impl Module for Keeper {
    fn flags(&self) -> u64 {
        0
    }
    fn check(&self, _: &str) -> Vec<ParamFault> {
        Vec::new()
    }
    fn create(&self, _: NodeRef, _: &str) -> Result<Made, ColdError> {
        let both = Instanced(Arc::default(), self.clone());
        Ok(Made { instance: Box::new(both.clone()), take: Some(Box::new(both)), give: None })
    }
}

/// `s >> x >> e`, in which `x` is a keeper.
fn start() -> (Running, Wanted) {
    let fakes = [
        Fake::source("s", u32::MAX),
        Fake::pass("x"),
        Fake::new("e", "sink", "", |_| {
            (
                Some(rogue_tests::fake::taking(|call| {
                    call.taken = call.frames.iter_mut().map(|frame| drop(frame.take())).count();
                    Status::Idle
                })),
                None,
            )
        }),
    ];
    let yaml = "nodes: {s: {module: s}, x: {module: x}, e: {module: e}}\nlinks: [s >> x >> e]";
    let mut plan = plan(yaml, &fakes);
    let x = &mut plan.nodes[1];
    let state = StateCard { schema: "keeper".to_owned(), version: 1, accepts: vec![1] };
    let card = Card { flags: vec!["pure".to_owned()], state: Some(state), ..(*x.found.card).clone() };
    x.found.card = Arc::new(card);
    let wanted = Wanted {
        node: "x".to_owned(),
        found: x.found.clone(),
        module: Arc::new(Keeper::default()),
        params: Map::new(),
        sandbox: x.sandbox,
        keep_state: true,
        patience: PATIENCE,
        grace: Duration::ZERO,
    };
    let [s, _, e] = fakes;
    let modules: Vec<Arc<dyn Module>> = vec![Arc::new(s), Arc::new(Keeper::default()), Arc::new(e)];
    let mut running = swap::start(plan, modules, Clock::Real).expect("the graph starts");
    flows(&mut running, 1000);
    (running, wanted)
}

/// Waits until so many more frames have come to `x`.
fn flows(running: &mut Running, frames: u64) {
    let taken = |running: &Running| running.ledger(false).nodes[1].taken;
    let before = taken(running);
    attend_until(running, |running| taken(running) > before + frames);
}

fn trial(frames: u64) -> Trial {
    Trial { frames, within: PATIENCE, tolerance: None, counts: false }
}

fn end(mut running: Running) {
    running.stop();
    attend_until(&mut running, Running::is_over);
    let ending = running.end();
    assert_balanced(&ending);
    let [s, x, e] = ending.ledger.nodes.as_slice() else { panic!("three nodes") };
    assert_eq!((ending.ledger.lost(), x.taken, e.taken), (0, s.out, s.out));
}

fn verdict(running: &mut Running, ticket: &swap::proof::Ticket) -> Compared {
    let mut verdict = None;
    attend_until(running, |_| {
        verdict = ticket.wait(Duration::ZERO);
        verdict.is_some()
    });
    match verdict {
        Some(Verdict::Done(compared)) => compared,
        other => panic!("{other:#?}"),
    }
}

#[test]
fn what_is_held_is_copied_with_the_state_and_stays_where_it_was() {
    let (mut running, wanted) = start();
    for frames in [1, 10, 10_000] {
        let ticket = running.shadow(wanted.clone(), trial(frames)).expect("it begins");
        let compared = verdict(&mut running, &ticket);
        assert!(
            compared.frames >= frames && compared.equal >= frames && compared.different == 0,
            "{compared:?}"
        );
    }
    // Without both, the first frame is another.
    let fresh = Wanted { keep_state: false, ..wanted };
    let ticket = running.shadow(fresh, trial(10_000)).expect("it begins");
    let mut differs = None;
    attend_until(&mut running, |_| {
        differs = ticket.wait(Duration::ZERO);
        differs.is_some()
    });
    let Some(Verdict::Differs(compared)) = differs else { panic!("{differs:?}") };
    std::fs::remove_dir_all(compared.saved.expect("saved")).expect("removed");
    end(running);
}

#[test]
fn one_that_cannot_keep_up_begins_anew_and_the_graph_does_not_wait() {
    let (mut running, wanted) = start();
    let slow = Keeper { waits: true, ..Keeper::default() };
    let wanted = Wanted { module: Arc::new(slow.clone()), ..wanted };
    let ticket = running.shadow(wanted, trial(100_000)).expect("it begins");
    attend_until(&mut running, |_| slow.met.load(Ordering::SeqCst));
    // Far more than what may wait for it: 1024 calls of at most 64 frames.
    flows(&mut running, 200_000);
    slow.open_gate();
    let compared = verdict(&mut running, &ticket);
    assert!(compared.resynchronised >= 1 && !compared.paused.is_zero(), "{compared:?}");
    assert!(compared.frames >= 100_000 && compared.different == 0, "{compared:?}");
    end(running);
}
