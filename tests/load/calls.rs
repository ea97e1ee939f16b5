//! Frames on their way through a plugin and back.

use rogue_runtime::module::{Half, Module, Outbox, Status};

use crate::stage::{Stage, accept, call, module, refusal, shown, taking};

#[test]
fn frames_go_in_and_results_come_out_in_order() {
    let stage = Stage::new();
    let (instance, mut half) = taking(stage.create(&*module("doubler"), r#"{"copies":2}"#).unwrap());
    let mut frames = stage.frames(10, 3);
    let mut out = Outbox { items: Vec::new(), limit: 100 };
    let after = accept(&mut *half, &mut frames, &mut out);
    assert_eq!((after.status, after.taken, after.completed_out), (Status::Idle, 3, 9));
    assert!(frames.iter().all(Option::is_none));
    assert_eq!(
        shown(&out.items),
        [(10, 0), (10, 1), (10, 1), (11, 0), (11, 1), (11, 1), (12, 0), (12, 1), (12, 1)]
    );
    assert_eq!(stage.alive(), 9);
    drop((out, instance, half));
    assert_eq!(stage.alive(), 0);
}

#[test]
fn a_full_outbox_leaves_frames_with_the_caller() {
    let stage = Stage::new();
    let (_instance, mut half) = taking(stage.create(&*module("doubler"), r#"{"copies":1}"#).unwrap());
    let mut frames = stage.frames(0, 5);
    let mut out = Outbox { items: Vec::new(), limit: 3 };
    let after = accept(&mut *half, &mut frames, &mut out);
    assert_eq!((after.status, after.taken, after.completed_out), (Status::More, 2, 4));
    let left: Vec<bool> = frames.iter().map(Option::is_some).collect();
    assert_eq!(left, [false, false, true, true, true]);
    out.items.clear();
    let after = accept(&mut *half, &mut frames[2..], &mut out);
    assert_eq!((after.taken, shown(&out.items)), (2, vec![(2, 0), (2, 1), (3, 0), (3, 1)]));
}

#[test]
fn one_frame_may_give_more_than_there_was_room_for() {
    let stage = Stage::new();
    let (_instance, mut half) = taking(stage.create(&*module("doubler"), r#"{"copies":5000}"#).unwrap());
    let mut out = Outbox { items: Vec::new(), limit: 1 };
    out.items.extend(stage.frames(7, 1).into_iter().flatten().map(|frame| rogue_runtime::module::OutItem {
        frame,
        port: 3,
        pad: 0,
    }));
    out.limit = 2;
    let after = accept(&mut *half, &mut stage.frames(8, 1), &mut out);
    assert_eq!((after.status, after.taken, after.completed_out), (Status::Idle, 1, 5002));
    assert_eq!(shown(&out.items[..3]), [(7, 3), (8, 0), (8, 1)]);
    assert_eq!(shown(&out.items[5001..]), [(8, 1)]);
    assert_eq!(stage.alive(), 5002);
    // The list is full: a frame more stays on offer, and the half asks to be called again.
    out.items.truncate(1);
    let after = accept(&mut *half, &mut stage.frames(8, 2), &mut out);
    assert_eq!((after.status, after.taken, after.completed_out), (Status::More, 1, 5002));
}

#[test]
fn a_source_gives_and_is_interrupted() {
    let stage = Stage::new();
    let numbers = module("numbers");
    assert_eq!(numbers.flags() & rogue_abi::module_flags::BLOCKING, rogue_abi::module_flags::BLOCKING);
    let made = stage.create(&*numbers, "{}").unwrap();
    assert!(made.take.is_none());
    let mut give = made.give.unwrap();
    let mut out = Outbox { items: Vec::new(), limit: 3 };
    for round in 0..2u8 {
        let after = call(|call| give.produce(call), &mut [], &mut out);
        assert_eq!((after.status, after.taken), (Status::More, 0));
        assert_eq!(shown(&out.items), [(round * 3, 0), (round * 3 + 1, 0), (round * 3 + 2, 0)]);
        out.items.clear();
    }
    let interrupt = made.instance.interrupt().unwrap();
    std::thread::spawn({
        let interrupt = interrupt.clone();
        move || interrupt()
    })
    .join()
    .unwrap();
    drop((made.instance, give));
    interrupt();
    assert_eq!(stage.counter("interrupted"), 2);
}

#[test]
fn both_halves_of_an_endpoint_live_on_two_threads() {
    let stage = Stage::new();
    let made = stage.create(&*module("pair"), "{}").unwrap();
    let (mut take, mut give) = (made.take.unwrap(), made.give.unwrap());
    assert!(made.instance.interrupt().is_none());
    let mut frames = stage.frames(1, 3);
    let mut out = Outbox { items: Vec::new(), limit: 64 };
    let after = accept(&mut *take, &mut frames, &mut out);
    assert_eq!((after.status, after.taken), (Status::Blocked, 2));
    assert_eq!(frames[2].as_ref().unwrap().contiguous(), Some(&[3][..]));
    let given = std::thread::spawn(move || {
        let mut out = Outbox { items: Vec::new(), limit: 64 };
        let after = call(|call| give.produce(call), &mut [], &mut out);
        assert_eq!(after.status, Status::Idle);
        shown(&out.items)
    });
    assert_eq!(given.join().unwrap(), [(1, 0), (2, 0)]);
}

#[test]
fn an_instance_ends_once_after_its_last_part() {
    let stage = Stage::new();
    let module = module("doubler");
    let (instance, half) = taking(stage.create(&*module, "{}").unwrap());
    drop(module);
    drop(instance);
    assert_eq!(stage.counter("destroyed"), 0);
    std::thread::spawn(move || drop::<Box<dyn Half>>(half)).join().unwrap();
    assert_eq!(stage.counter("destroyed"), 1);
}

#[test]
fn parameters_are_checked_and_refused_with_a_path() {
    let stage = Stage::new();
    let doubler = module("doubler");
    assert_eq!(doubler.check("{}"), []);
    let faults = doubler.check(r#"{"copies":"many"}"#);
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].0, "copies");
    assert_eq!(doubler.check(r#"{"copies":13}"#), [(String::new(), "13 brings bad luck".to_owned())]);
    assert_eq!(refusal(stage.create(&*doubler, r#"{"copies":999}"#)).to_string(), "999 copies are too many");
}

#[test]
fn one_module_makes_many_instances() {
    let stage = Stage::new();
    let module: std::sync::Arc<dyn Module> = module("doubler");
    let made: Vec<_> = (0..10).map(|_| stage.create(&*module, "{}").unwrap()).collect();
    drop(made);
    assert_eq!(stage.counter("destroyed"), 10);
}
