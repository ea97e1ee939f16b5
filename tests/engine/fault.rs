//! Failures of modules: which frames are delivered, which are lost, and what `on_fault` makes of the rest.

use rogue_abi::NodeRef;
use rogue_runtime::{
    host::nodes,
    module::{OutItem, Status},
    swap::Running,
};
use rogue_tests::fake::{
    Fake, FnHalf, Seen, assert_balanced, attend_until, giving, number, run, start, taking,
};
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

/// Sends frames on and fails with number `bad`, having let go of it; `made` counts instances.
fn failing(bad: u32, made: Arc<AtomicU32>) -> Fake {
    Fake::new("failing", "transform", "", move |node: NodeRef| {
        made.fetch_add(1, Ordering::SeqCst);
        let take = taking(move |call| {
            while call.taken < call.frames.len() {
                let Some(frame) = call.frames[call.taken].take() else { break };
                call.taken += 1;
                call.inside = rogue_runtime::pool::address(&frame);
                if number(&frame) == bad {
                    let half_done = frame.share().expect("memory");
                    call.out.items.push(OutItem { frame: half_done, port: 0, pad: 0 });
                    drop(frame);
                    nodes::with(node, |_, entry| entry.shared.set_fault("does not like it"));
                    return Status::Fault;
                }
                call.out.items.push(OutItem { frame, port: 0, pad: 0 });
                call.completed_out = call.out.items.len();
            }
            Status::Idle
        });
        (Some(take), None)
    })
}

fn yaml(on_fault: &str) -> String {
    format!(
        "nodes: {{s: {{module: src}}, f: {{module: failing, on_fault: {on_fault}}}, e: {{module: sink}}}}\nlinks: [s >> f >> e]"
    )
}

#[test]
fn drop_delivers_what_came_before_and_counts_the_rest_as_lost_to_the_fault() {
    let seen = Seen::default();
    let fakes = [Fake::source("src", 100), failing(30, Arc::default()), seen.sink("sink")];
    let ending = run(&yaml("drop"), &fakes);
    assert_eq!(seen.of("sink"), (0..30).collect::<Vec<_>>());
    assert_eq!(ending.faults, [("f".to_owned(), "does not like it".to_owned())]);
    let f = &ending.ledger.nodes[1];
    // 70 frames, and the result that the failed call had left already.
    assert_eq!((f.taken, f.out, f.consumed, f.lost()), (100, 30, 0, 71), "{f:#?}");
    assert!(!ending.faulted);
}

#[test]
fn bypass_loses_only_the_frame_inside() {
    let seen = Seen::default();
    let fakes = [Fake::source("src", 100), failing(30, Arc::default()), seen.sink("sink")];
    let ending = run(&yaml("bypass"), &fakes);
    assert_eq!(seen.of("sink"), (0..100).filter(|&n| n != 30).collect::<Vec<_>>());
    assert_eq!(ending.ledger.nodes[1].lost(), 2);
}

#[test]
fn stop_ends_the_run_and_drops_what_was_waiting() {
    let seen = Seen::default();
    let fakes = [Fake::source("src", 1_000_000), failing(30, Arc::default()), seen.sink("sink")];
    let ending = run(&yaml("stop"), &fakes);
    assert!(ending.faulted);
    assert_eq!(seen.of("sink"), (0..30).collect::<Vec<_>>());
    assert!(ending.ledger.nodes[0].created < 1_000_000);
}

#[test]
fn restart_makes_a_new_instance_and_loses_only_the_frame_inside() {
    let (seen, made) = (Seen::default(), Arc::new(AtomicU32::new(0)));
    let fakes = [Fake::source("src", 100), failing(30, made.clone()), seen.sink("sink")];
    let mut running = start(&yaml("restart"), &fakes).expect("starts");
    attend_until(&mut running, Running::is_over);
    let ending = running.end();
    assert_balanced(&ending);
    assert_eq!(made.load(Ordering::SeqCst), 2);
    assert_eq!(seen.of("sink"), (0..100).filter(|&n| n != 30).collect::<Vec<_>>());
}

#[test]
fn a_node_that_cannot_be_made_leaves_nothing_running() {
    let seen = Seen::default();
    let none = Fake::new("none", "transform", "", |_| (None, None));
    let fakes = [Fake::source("src", 100), none, seen.sink("sink")];
    let yaml = "nodes: {s: {module: src}, n: {module: none}, e: {module: sink}}\nlinks: [s >> n >> e]";
    let error = start(yaml, &fakes).err().expect("refused").to_string();
    assert!(error.contains("node n: the module made no taking half"), "{error}");
    assert!(seen.all().is_empty());
}

/// More starts that fail than there is room for nodes.
#[test]
fn a_start_that_fails_leaves_no_account_behind() {
    let seen = Seen::default();
    let none = Fake::new("none", "transform", "", |_| (None, None));
    let fakes = [Fake::source("src", 100), none, seen.sink("sink")];
    let yaml = "nodes: {s: {module: src}, n: {module: none}, e: {module: sink}}\nlinks: [s >> n >> e]";
    for _ in 0..=rogue_runtime::pool::account::MAX_ACCOUNTS / 2 {
        let error = start(yaml, &fakes).err().expect("refused").to_string();
        assert!(error.contains("node n: the module made no taking half"), "{error}");
    }
}

/// A panic books the frame it takes with it once, as lost to the fault, and its description is in the text.
#[test]
fn a_panic_takes_one_frame_and_says_which() {
    let seen = Seen::default();
    let panics = Fake::new("failing", "transform", "", |node: NodeRef| {
        let take = taking(move |call| {
            while call.taken < call.frames.len() {
                let Some(mut frame) = call.frames[call.taken].take() else { break };
                call.taken += 1;
                call.inside = rogue_runtime::pool::address(&frame);
                if number(&frame) == 30 {
                    frame.set_channel(9);
                    let quiet = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                        let _inside = frame;
                        std::panic::resume_unwind(Box::new("on purpose"));
                    }));
                    assert!(quiet.is_err());
                    nodes::with(node, |_, entry| entry.shared.set_fault("on purpose"));
                    return Status::Panicked;
                }
                call.out.items.push(OutItem { frame, port: 0, pad: 0 });
                call.completed_out = call.out.items.len();
            }
            Status::Idle
        });
        (Some(take), None)
    });
    let ending = run(&yaml("bypass"), &[Fake::source("src", 100), panics, seen.sink("sink")]);
    assert_eq!(seen.of("sink"), (0..100).filter(|&n| n != 30).collect::<Vec<_>>());
    let f = &ending.ledger.nodes[1];
    assert_eq!((f.consumed, f.lost()), (0, 1), "{f:#?}");
    let text = "panicked: on purpose; inside it had a frame of 4 bytes, channel 9, error 0x00, flags 0x0000: 1e 00 00 00";
    assert_eq!(ending.faults, [("f".to_owned(), text.to_owned())]);
}

/// Frames that a failed module still holds are lost to the fault, not consumed.
#[test]
fn what_a_failed_module_holds_is_lost() {
    let seen = Seen::default();
    let hoards = Fake::new("failing", "transform", "", |node: NodeRef| {
        let mut hoard = Vec::new();
        let take = taking(move |call| {
            while call.taken < call.frames.len() {
                let Some(frame) = call.frames[call.taken].take() else { break };
                call.taken += 1;
                hoard.push(frame);
                call.completed_out = call.out.items.len();
                if hoard.len() == 40 {
                    nodes::with(node, |_, entry| entry.shared.set_fault("too much"));
                    return Status::Fault;
                }
            }
            Status::Idle
        });
        (Some(take), None)
    });
    let ending = run(&yaml("drop"), &[Fake::source("src", 100), hoards, seen.sink("sink")]);
    let f = &ending.ledger.nodes[1];
    assert_eq!((f.taken, f.consumed, f.lost()), (100, 0, 100), "{f:#?}");
}

/// Counts the instances of a module that are alive: each half has one of these.
struct Alive(Arc<AtomicU32>);

impl Alive {
    fn new(count: &Arc<AtomicU32>) -> Alive {
        count.fetch_add(1, Ordering::SeqCst);
        Alive(count.clone())
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Keeps every frame, and fails with each third; `most` is how many instances were alive at once.
fn hoarder(alive: &Arc<AtomicU32>, most: &Arc<AtomicU32>) -> Fake {
    let (alive, most) = (alive.clone(), most.clone());
    Fake::new("failing", "transform", "", move |node: NodeRef| {
        let me = Alive::new(&alive);
        most.fetch_max(alive.load(Ordering::SeqCst), Ordering::SeqCst);
        let mut hoard = Vec::new();
        let take = taking(move |call| {
            let _alive = &me;
            while call.taken < call.frames.len() {
                let Some(frame) = call.frames[call.taken].take() else { break };
                call.taken += 1;
                hoard.push(frame);
                if hoard.len() == 3 {
                    nodes::with(node, |_, entry| entry.shared.set_fault("too much"));
                    return Status::Fault;
                }
            }
            Status::Idle
        });
        (Some(take), None)
    })
}

/// Each failed instance ends before its successor is made, not only the first: what it took is free again.
#[test]
fn every_failed_instance_ends_before_the_next_is_made() {
    let (alive, most) = (Arc::default(), Arc::default());
    let fakes = [Fake::source("src", 30), hoarder(&alive, &most), Seen::default().sink("sink")];
    let ending = run(&yaml("{ restart: { backoff: 1us } }"), &fakes);
    assert_eq!((most.load(Ordering::SeqCst), alive.load(Ordering::SeqCst)), (1, 0));
    let f = &ending.ledger.nodes[1];
    assert_eq!((f.taken, f.faults, f.lost()), (30, 10, 30), "{f:#?}");
}

/// A run that is stopped while a failed node waits for its next instance books what the failed one held.
#[test]
fn a_stop_amidst_a_restart_leaves_nothing_behind() {
    let (alive, most) = (Arc::default(), Arc::default());
    let fakes = [Fake::source("src", 1_000_000), hoarder(&alive, &most), Seen::default().sink("sink")];
    let mut running = start(&yaml("{ restart: { backoff: 1h } }"), &fakes).expect("starts");
    let mut faults = 0;
    while faults == 0 {
        // The stand-in is on its way in when this returns, and the failed half on its way back.
        faults += running.attend(rogue_tests::fake::PATIENCE).len();
    }
    running.stop();
    attend_until(&mut running, Running::is_over);
    let ending = running.end();
    assert_balanced(&ending);
    assert_eq!(alive.load(Ordering::SeqCst), 0);
    assert_eq!((ending.ledger.nodes[1].consumed, ending.ledger.nodes[1].faults), (0, 1));
}

/// The giving half of a queue fails after the taking half has come to its end: a new instance would wait for ever.
#[test]
fn a_queue_that_fails_after_its_input_ended_is_not_made_anew() {
    let queue = Fake::new("failing", "endpoint", r#","give":"queue""#, |node: NodeRef| {
        let closed = Arc::new(AtomicU32::new(0));
        let closing = closed.clone();
        let take = FnHalf {
            accept: Box::new(|call| {
                call.frames.iter_mut().for_each(|frame| drop(frame.take()));
                call.taken = call.frames.len();
                Status::Idle
            }),
            produce: Box::new(|_| Status::Ended),
            finish: Box::new(move |_| {
                closing.store(1, Ordering::SeqCst);
                wake(node, rogue_abi::half::GIVE);
                Status::Ended
            }),
        };
        let mut calls = 0;
        let give = giving(move |_| {
            if closed.load(Ordering::SeqCst) == 0 {
                return Status::Idle;
            }
            // Once more, so that the end of the taking half has been noted.
            calls += 1;
            wake(node, rogue_abi::half::GIVE);
            if calls < 1000 { Status::Idle } else { Status::Fault }
        });
        (Some(Box::new(take)), Some(give))
    });
    let fakes = [Fake::source("src", 30), queue, Seen::default().sink("sink")];
    let ending = run(&yaml("{ restart: { backoff: 1us } }"), &fakes);
    let f = &ending.ledger.nodes[1];
    assert_eq!((f.taken, f.faults, ending.faulted), (30, 1, false), "{f:#?}");
}

fn wake(node: NodeRef, half: u32) {
    nodes::with(node, |_, entry| {
        if let Some(Some((waker, index))) = entry.wake.get(half as usize) {
            waker.wake(*index);
        }
    });
}
