//! Graphs that need more than the system gives: `check` says so before anything runs, and the run says what is missing.

use crate::place::Place;
use rogue_tests::child::{Done, run};
use std::{fmt::Write, process::Command};

/// So many servers on a port each, which lead to one node.
fn servers(count: u16) -> String {
    let (mut text, mut links) = ("nodes:\n  end: { module: debug }\n".to_owned(), "links:\n".to_owned());
    for n in 0..count {
        let port = 1025 + 2 * n;
        writeln!(text, "  b{n}: {{ module: tcp-server, params: {{ addr: 127.0.0.1, port: {port} }} }}")
            .expect("a text");
        writeln!(links, "  - b{n} >> end").expect("a text");
    }
    text + &links
}

/// Runs the program where `ulimit` has been told this.
fn limited(place: &Place, ulimit: &str, args: &[&str]) -> Done {
    let plain = place.program.command(args);
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit {ulimit} && exec \"$0\" \"$@\"")]);
    command.arg(plain.get_program()).args(plain.get_args());
    plain.get_envs().for_each(|(name, value)| match value {
        Some(value) => drop(command.env(name, value)),
        None => drop(command.env_remove(name)),
    });
    run(command.current_dir(&place.program.dir)).sound()
}

#[test]
fn six_hundred_bridges_need_more_descriptors_than_a_process_usually_has() {
    let place = Place::new();
    place.file("g.yaml", servers(600));
    let needs = "the graph needs about 2417 file descriptors and may have";
    // As systems come: 1024, and more for the asking.
    limited(&place, "-n 4096 && ulimit -S -n 1024", &["check", "g.yaml"])
        .ended(0)
        .says(&format!("{needs} 1024: with `b251` they are used up"))
        .says("`ulimit -n 4096` before the start lets it have them");
    limited(&place, "-n 512", &["check", "g.yaml"])
        .ended(0)
        .says(&format!("{needs} 512"))
        .says("root can raise the limit, which is 512 at most here: `LimitNOFILE=4096` in a systemd unit");
    let enough = limited(&place, "-n 4096", &["check", "g.yaml"]).ended(0);
    assert!(!enough.err.contains("file descriptors"), "{}", enough.err);
}

#[test]
fn a_run_that_has_none_left_says_so_with_the_remedy() {
    let place = Place::new();
    let node = |n| format!("  b{n}: {{ module: udp-server, params: {{ addr: 127.0.0.1, port: 0 }} }}\n");
    let link = |n| format!("  - b{n} >> end\n");
    let (nodes, links): (String, String) = ((0..200).map(node).collect(), (0..200).map(link).collect());
    place.file("g.yaml", format!("nodes:\n  end: {{ module: debug }}\n{nodes}links:\n{links}"));
    let done = limited(&place, "-n 100", &["g.yaml"]);
    assert!(done.code.is_some_and(|code| code != 0), "{}", done.err);
    done.says("the graph needs about 217 file descriptors and may have 100: with `b83` they are used up")
        .says("Too many open files")
        .says("with `ulimit -n` before the start");
}

#[test]
fn a_receive_buffer_that_the_system_does_not_give_is_said_once() {
    let place = Place::new();
    let bridge = "module: udp-server, params: { addr: 127.0.0.1, port: 0, rx_buffer_count: 4294967295 }";
    let text = format!("nodes:\n  u: {{ {bridge} }}\n  end: {{ module: debug }}\nlinks: [ u >> end ]\n");
    place.file("g.yaml", text);
    let times = |done: &Done| done.err.matches("net.core.rmem_max").count();
    let checked = place.run(&["check", "g.yaml"]).ended(0);
    assert_eq!(times(&checked), 1, "{}", checked.err);
    let ran = place.run(&["g.yaml", "--for", "100ms"]);
    assert_eq!(times(&ran), 1, "{}", ran.err);
}
