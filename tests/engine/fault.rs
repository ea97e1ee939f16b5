//! Failures of modules: which frames are delivered, which are lost, and what `on_fault` makes of the rest.

use rogue_abi::NodeRef;
use rogue_runtime::{
    host::nodes,
    module::{OutItem, Status},
    swap::Running,
};
use rogue_tests::fake::{Fake, Seen, assert_balanced, attend_until, number, run, start, taking};
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
