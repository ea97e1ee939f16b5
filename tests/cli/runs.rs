//! How a run is changed, ended and judged from the command line.

use crate::place::{ENDLESS, Place, SHORT, graphs};
use rogue_tests::child::{Child, run};

#[test]
fn a_run_that_loses_nothing_ends_with_0() {
    Place::new().graph(SHORT).ended(0).shows("\nCOMPLETE: nothing was lost\n").shows("short ran ");
}

#[test]
fn wrong_usage_is_2_and_starts_nothing() {
    let place = Place::new();
    place.file("g.yaml", SHORT);
    for args in [
        &["run"][..],
        &["g.yaml", "--for", "10"],
        &["g.yaml", "--drain", "soon"],
        &["g.yaml", "more.yaml"],
        &["chekc", "g.yaml"],
        &["graph", "g.yaml", "--format", "png"],
        &["g.yaml", "--log", "fifo=loud"],
        &["completions", "cmd"],
    ] {
        let done = place.run(args).ended(2).says("error: ");
        assert_eq!(done.out, "", "{args:?}");
    }
    place.run(&["g.yaml", "--until", "nobody"]).ended(2).says("no node `nobody`; it has src, view");
    place.run(&["chekc", "g.yaml"]).says("check");
}

#[test]
fn frames_lost_to_a_full_queue_are_3_unless_the_graph_says_so() {
    let place = Place::new();
    let graph = "name: full
nodes:
  src: { module: pattern, params: { size: 8, count: 5000 } }
  queue: { module: fifo, params: { max_depth: 1 } }
  slow: { module: prbs-source, params: { size: 65536, count: 1 } }
  view: { module: debug, params: { max_bytes: 0 } }
  other: { module: debug, params: { max_bytes: 0 } }
links: [ src >> queue >> view, slow >> other ]
";
    let done = place.graph(graph).ended(3).shows("INCOMPLETE(").shows("queue lost ").says("overflow");
    assert_eq!(done.err.matches("drops frames (full)").count(), 1, "{}", done.err);
    place.run(&["g.yaml", "--set", "queue.overflow=drop_newest"]).ended(0).shows("dropped as the graph says");
    place.run(&["g.yaml", "--set", "queue.overflow=block"]).ended(0).shows("COMPLETE: nothing was lost\n");
}

#[test]
fn for_until_and_drain_end_a_run() {
    let place = Place::new();
    place.file("g.yaml", ENDLESS);
    place.run(&["g.yaml", "--for", "30ms"]).ended(0).shows("COMPLETE");
    place.run(&["run", "g.yaml", "--for=0s"]).ended(0);
    let two = ENDLESS.replace(
        "links: [ src >> view ]",
        "  few: { module: pattern, params: { size: 8, count: 3 } }
  seen: { module: debug, params: { max_bytes: 0 } }
links: [ src >> view, few >> seen ]",
    );
    place.file("g.yaml", two);
    place.run(&["g.yaml", "--until", "seen"]).ended(0).shows("COMPLETE");
    let ring = graphs().join("ring.yaml");
    let ring = ring.to_str().expect("a path in UTF-8");
    let done = place.run(&[ring, "--for", "10ms", "--drain", "10ms"]).ended(3);
    done.shows("INCOMPLETE(10 frames, ").shows("(stopped)").says("not delivered within --drain");
}

#[test]
fn set_changes_the_graph_and_is_checked_like_it() {
    let place = Place::new();
    place.file("g.yaml", SHORT);
    let count =
        |done: rogue_tests::child::Done, frames: &str| done.ended(0).shows(&format!("{frames} created"));
    count(place.run(&["g.yaml", "--set", "src.count=3"]), "3");
    count(place.run(&["g.yaml", "--set", "nodes.src={module: pattern, params: {size: 1, count: 4}}"]), "4");
    count(place.run(&["g.yaml", "--set", "src.count=3", "--set", "src.count=5"]), "5");
    let set = |lines: &str| run(place.program.command(&["g.yaml"]).env("ROGUE_SET", lines));
    count(set("src.count=6\nsrc.size=9\n"), "6");
    let refused = place.run(&["g.yaml", "--set", "src.cuont=3", "--set", "nobody.x=1"]).ended(78);
    refused.says("--set 1").says("did you mean `count`?").says("--set 2").says("nobody");
    place.run(&["g.yaml", "--set", "src.count"]).ended(78).says("--set 1");
}

#[test]
fn env_replaces_variables_only_when_asked() {
    let place = Place::new();
    let block = "nodes:
  src:
    module: pattern
    params:
      size: 64
      count: ${ROGUE_TEST_COUNT:-7}
  view: { module: debug, params: { max_bytes: 0 } }
links: [ src >> view ]
";
    place.file("g.yaml", block);
    let with = |args: &[&str], value: Option<&str>| {
        let mut command = place.program.command(args);
        value.map(|value| command.env("ROGUE_TEST_COUNT", value));
        run(&mut command)
    };
    with(&["g.yaml", "--env"], None).ended(0).shows("7 created");
    with(&["g.yaml", "--env"], Some("8")).ended(0).shows("8 created");
    with(&["g.yaml"], Some("8")).ended(78).says("${ROGUE_TEST_COUNT:-7}");
    // No YAML comes in with a value.
    with(&["g.yaml", "--env"], Some("1, size: 9")).ended(78).says("count");
    run(place.program.command(&["g.yaml"]).env("ROGUE_ENV", "1")).ended(0).shows("7 created");
    place.file("g.yaml", block.replace(":-7", ""));
    with(&["g.yaml", "--env"], None).ended(78).says("ROGUE_TEST_COUNT");
}

#[test]
fn a_graph_comes_from_the_standard_input_too() {
    let place = Place::new();
    for args in [&["-"][..], &["run", "-"]] {
        let done = Child::spawn(&mut place.program.command(args), SHORT.as_bytes()).end().ended(0);
        done.shows("short ran ");
    }
    let wrong = SHORT.replace("pattern", "patern");
    let done = Child::spawn(&mut place.program.command(&["check", "-"]), wrong.as_bytes()).end();
    done.ended(78).says("standard input:3:").says("did you mean `pattern`?");
    Child::spawn(&mut place.program.command(&["-"]), b"").end().ended(78).says("there is nothing in it");
}

#[test]
fn quiet_and_verbose_say_less_and_more() {
    let place = Place::new();
    place.file("g.yaml", SHORT);
    let quiet = place.run(&["-q", "g.yaml"]).ended(0);
    assert_eq!((quiet.out.as_str(), quiet.err.as_str()), ("COMPLETE: nothing was lost\n", ""));
    place.file("g.yaml", SHORT.replace("pattern", "prbs-source"));
    place.run(&["g.yaml", "-v"]).ended(0).shows("src.tx_count 10\n").says("graph short runs");
    run(place.program.command(&["g.yaml"]).env("ROGUE_VERBOSE", "1")).ended(0).shows("src.tx_count 10\n");
}

#[test]
fn an_output_that_cannot_be_written_is_70_but_a_verdict_stays() {
    let place = Place::new();
    place.file("g.yaml", SHORT);
    let to_full = |args: &[&str]| {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a Linux machine");
        Child::heard(place.program.command(args).stdout(full), b"").end()
    };
    to_full(&["list"]).ended(70).says("the output cannot be written");
    to_full(&["check", "g.yaml"]).ended(70).says("the output cannot be written");
    to_full(&["g.yaml"]).ended(0).says("the result cannot be written");
}
