//! State, parameters and held things across the border.

use std::os::fd::AsRawFd;

use rogue_runtime::module::{ColdError, Held, Outbox, State};

use crate::stage::{Stage, accept, module, shown, taking};

#[test]
fn state_goes_from_one_instance_to_the_next() {
    let stage = Stage::new();
    let doubler = module("doubler");
    let (mut old, mut half) = taking(stage.create(&*doubler, "{}").unwrap());
    let mut out = Outbox { items: Vec::new(), limit: 64 };
    accept(&mut *half, &mut stage.frames(0, 7), &mut out);
    let state = old.snapshot().unwrap();
    assert_eq!(state, State { schema: "doubler".to_owned(), version: 1, bytes: b"7".to_vec() });

    let (mut new, _half) = taking(stage.create(&*doubler, "{}").unwrap());
    new.restore(&state).unwrap();
    assert_eq!(new.snapshot().unwrap(), state);
    let later = State { version: 2, ..state };
    assert!(matches!(new.restore(&later), Err(ColdError::Refused(text)) if text.contains("version 2")));
}

#[test]
fn parameters_change_while_it_runs() {
    let stage = Stage::new();
    let (mut instance, mut half) = taking(stage.create(&*module("doubler"), "{}").unwrap());
    instance.start().unwrap();
    instance.reconfigure(r#"{"copies":0}"#).unwrap();
    let mut out = Outbox { items: Vec::new(), limit: 64 };
    accept(&mut *half, &mut stage.frames(5, 1), &mut out);
    assert_eq!(shown(&out.items), [(5, 0)]);
    assert!(matches!(instance.reconfigure(r#"{"copies":13}"#), Err(ColdError::Refused(_))));
    instance.stop();

    let made = stage.create(&*module("numbers"), "{}").unwrap();
    let mut numbers = made.instance;
    assert_eq!(numbers.reconfigure("{}"), Err(ColdError::Unsupported));
    assert_eq!(numbers.snapshot(), Err(ColdError::Unsupported));
}

#[test]
fn held_frames_and_descriptors_move_and_what_is_left_stays_in_the_list() {
    let stage = Stage::new();
    let pair = module("pair");
    let (old, new) = (stage.create(&*pair, "{}").unwrap(), stage.create(&*pair, "{}").unwrap());
    let mut out = Outbox { items: Vec::new(), limit: 64 };
    let (mut old_take, mut old) = (old.take.unwrap(), old.instance);
    accept(&mut *old_take, &mut stage.frames(1, 2), &mut out);

    let mut held = Held::default();
    old.release_held(&mut held).unwrap();
    assert_eq!((held.frames.len(), held.handles.len()), (2, 1));
    let (name, fd) = &held.handles[0];
    assert!(name == "null" && fd.as_raw_fd() >= 0);
    held.frames.extend(stage.frames(3, 1).into_iter().flatten().map(|frame| (0, frame)));

    let mut new_instance = new.instance;
    new_instance.adopt(&mut held).unwrap();
    let left: Vec<u8> = held.frames.iter().map(|(_, frame)| frame.contiguous().unwrap()[0]).collect();
    assert_eq!((left, held.handles.len()), (vec![3], 1));
    assert_eq!(stage.alive(), 3);
    let mut give = new.give.unwrap();
    crate::stage::call(|call| give.produce(call), &mut [], &mut out);
    assert_eq!(shown(&out.items), [(1, 0), (2, 0)]);
}
