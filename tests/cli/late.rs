//! Modules that do not return: each call of a module has an end, whatever the module does, and the run says whose it was.

use crate::place::Place;
use rogue_tests::child::Done;

/// A run through a module that does not return from this call; `args` end a run that would not end.
fn late(at: &str, args: &[&str]) -> Done {
    let place = Place::new();
    place.file(
        "g.yaml",
        format!(
            "name: late
nodes:
  src: {{ module: pattern, params: {{ size: 8, count: 10 }} }}
  slow: {{ module: late, params: {{ at: {at} }} }}
  view: {{ module: debug, params: {{ max_bytes: 0 }} }}
links: [ src >> slow >> view ]
"
        ),
    );
    place.run(&[&["g.yaml"], args].concat())
}

#[test]
fn late_in_its_check() {
    let done = late("check", &[]).ended(78).says("g.yaml:4:").says("error: node `slow`: ");
    let done = done.says("did not return from opening it and checking its parameters within 10 s");
    assert_eq!(done.says("this is for the module's author to mend").out, "");
}

#[test]
fn late_as_it_is_made() {
    let done =
        late("new", &[]).ended(4).says("g.yaml:4:").says("error: node `slow`: its module did not return");
    assert_eq!(done.says("within 10 s; it was given up").out, "");
}

#[test]
fn late_as_it_is_started() {
    let done =
        late("start", &[]).ended(4).says("g.yaml:4:").says("error: node `slow`: its module did not return");
    assert_eq!(done.says("from start within 10 s; it was given up").out, "");
}

#[test]
fn late_with_a_frame() {
    let done = late("accept", &["--for", "50ms", "--drain", "50ms"]).ended(3);
    let done = done.says("ERROR rogue_runtime: node slow: its module did not return; it was left behind");
    let done = done.shows("= 0 consumed + 0 dropped + 0 held + 10 queued: balances");
    done.shows("\nINCOMPLETE(10 frames, ").shows("slow did not return from its module, with 10 frames");
}

#[test]
fn late_at_the_end_of_the_stream() {
    let done = late("finish", &["--for", "50ms", "--drain", "50ms"]).ended(3);
    let done = done.says("ERROR rogue_runtime: node slow: its module did not return; it was left behind");
    done.shows("slow did not return from its module").shows("10 created");
}

#[test]
fn late_as_it_is_ended() {
    for at in ["stop", "drop"] {
        let done = late(at, &[]).ended(3);
        let done = done.says("ERROR rogue_runtime: node slow: its module did not return; it was left behind");
        let done = done.shows("\nINCOMPLETE(0 frames, slow): slow did not return from its module\n");
        done.shows("= 10 consumed + 0 dropped + 0 held + 0 queued: balances");
    }
}
