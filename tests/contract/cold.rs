//! Life without frames: parameters, making and ending, state, new parameters for a running instance.

use crate::{Loaded, each};
use rogue_abi::NodeRef;
use rogue_runtime::{
    host::{NodeShared, nodes},
    metrics::NodeBook,
    module::{Call, ColdError, Held, Made, Outbox, State},
    pool::Account,
};
use std::sync::Arc;

/// A node for one instance, outside of any graph.
struct Place {
    account: &'static Account,
    shared: Arc<NodeShared>,
}

impl Place {
    fn new(loaded: &Loaded) -> Place {
        let account = Account::open().expect("room for a node");
        let shared = Arc::new(NodeShared::new("node", loaded.card().drops.len() as u32, false, 64));
        nodes::register(account, shared.clone());
        Place { account, shared }
    }

    fn node(&self) -> NodeRef {
        self.account.node_ref()
    }

    /// Nothing is left of what the instance had.
    fn settle(self, name: &str) {
        let book = NodeBook::read(name, self.account.id(), &[]);
        assert_eq!(book.held, 0, "{name} keeps frames after its end: {book:#?}");
        assert_eq!(book.alloc_count, 0, "{name} keeps buffers after its end");
        nodes::forget(self.account);
        self.account.close();
    }
}

fn make(loaded: &Loaded, place: &Place) -> Made {
    let made = loaded.module.create(place.node(), &loaded.params);
    made.unwrap_or_else(|error| panic!("{}: {error}", loaded.case.module))
}

#[test]
fn parameters_are_checked_and_unknown_keys_refused_by_path() {
    each(|loaded| {
        let (name, module) = (loaded.case.module, &loaded.module);
        assert_eq!(module.check(&loaded.params), [], "{name}");
        let mut params: serde_json::Map<_, _> = serde_json::from_str(&loaded.params).expect("JSON");
        params.insert("no_such_parameter".into(), 1.into());
        let errors = module.check(&serde_json::Value::Object(params).to_string());
        assert_eq!(
            errors.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(),
            ["no_such_parameter"],
            "{name}"
        );
        for text in ["[]", "7", "null", "{", "", "\u{0}"] {
            assert!(!module.check(text).is_empty(), "{name} takes {text:?} for parameters");
        }
    });
}

#[test]
fn instances_are_made_started_stopped_and_ended_without_a_trace() {
    each(|loaded| {
        for start in [false, true, true] {
            let place = Place::new(loaded);
            let mut made = make(loaded, &place);
            if start {
                made.instance.start().unwrap_or_else(|error| panic!("{}: {error}", loaded.case.module));
                made.instance.stop();
            }
            drop(made);
            place.settle(loaded.case.module);
        }
    });
}

#[test]
fn halves_are_those_of_the_shape() {
    use rogue_runtime::card::Shape;
    each(|loaded| {
        let place = Place::new(loaded);
        let made = make(loaded, &place);
        let halves = (made.take.is_some(), made.give.is_some());
        let wanted = match loaded.card().shape {
            Shape::Source => (false, true),
            Shape::Transform | Shape::Sink => (true, false),
            Shape::Endpoint => (true, true),
        };
        assert_eq!(halves, wanted, "{}", loaded.case.module);
        drop(made);
        place.settle(loaded.case.module);
    });
}

#[test]
fn a_half_that_takes_ends_when_asked_to_finish() {
    each(|loaded| {
        let place = Place::new(loaded);
        let Made { mut instance, take, give } = make(loaded, &place);
        instance.start().unwrap_or_else(|error| panic!("{}: {error}", loaded.case.module));
        if let Some(mut take) = take {
            let mut out = Outbox { items: Vec::new(), limit: 64 };
            let mut turns = 0;
            loop {
                let mut call = Call::asking(1, 64, &mut out);
                if take.finish(&mut call) == rogue_runtime::module::Status::Ended {
                    break;
                }
                turns += 1;
                assert!(turns < 100, "{} does not come to an end", loaded.case.module);
            }
        }
        instance.stop();
        drop((instance, give));
        place.settle(loaded.case.module);
    });
}

#[test]
fn state_goes_over_by_schema_and_foreign_state_is_refused() {
    each(|loaded| {
        let name = loaded.case.module;
        let place = Place::new(loaded);
        let mut first = make(loaded, &place);
        let mut second = make(loaded, &place);
        match (first.instance.snapshot(), &loaded.card().state) {
            (Ok(state), Some(card)) => {
                assert_eq!(
                    (state.schema.as_str(), state.version),
                    (card.schema.as_str(), card.version),
                    "{name}"
                );
                second
                    .instance
                    .restore(&state)
                    .unwrap_or_else(|error| panic!("{name} refuses its own state: {error}"));
                assert_eq!(second.instance.snapshot(), Ok(state.clone()), "{name}");
                let spoilt = State { bytes: vec![0xff; 7], ..state };
                assert!(matches!(second.instance.restore(&spoilt), Err(ColdError::Refused(_))), "{name}");
            }
            (Err(ColdError::Unsupported), None) => {}
            (state, card) => panic!("{name}: snapshot {state:?}, but the card says {card:?}"),
        }
        let foreign = State { schema: "somebody-else".into(), version: 7, bytes: Vec::new() };
        assert!(matches!(second.instance.restore(&foreign), Err(ColdError::Refused(_))), "{name}");
        drop((first, second));
        place.settle(name);
    });
}

#[test]
fn new_parameters_are_taken_or_refused_and_a_refusal_is_harmless() {
    each(|loaded| {
        let name = loaded.case.module;
        let place = Place::new(loaded);
        let mut made = make(loaded, &place);
        made.instance.start().unwrap_or_else(|error| panic!("{name}: {error}"));
        let again = made.instance.reconfigure(&loaded.params);
        assert!(matches!(again, Ok(()) | Err(ColdError::Unsupported)), "{name}: {again:?}");
        let wrong = made.instance.reconfigure(r#"{"no_such_parameter": 1}"#);
        assert!(matches!(wrong, Err(ColdError::Refused(_))), "{name}: {wrong:?}");
        made.instance.stop();
        drop(made);
        assert_eq!(place.shared.take_fault(), None, "{name}");
        place.settle(name);
    });
}

#[test]
fn nothing_held_is_nothing_handed_over() {
    each(|loaded| {
        let place = Place::new(loaded);
        let mut made = make(loaded, &place);
        let mut held = Held::default();
        assert_eq!(made.instance.release_held(&mut held), Ok(()), "{}", loaded.case.module);
        assert!(held.frames.is_empty() && held.handles.is_empty());
        assert_eq!(made.instance.adopt(&mut held), Ok(()), "{}", loaded.case.module);
        drop(made);
        place.settle(loaded.case.module);
    });
}
