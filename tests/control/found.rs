//! How a run is found: its name, several runs, processes that are gone, and who may look.

use crate::desk::Desk;
use rogue_tests::child::Child;
use std::{
    fs,
    os::unix::{
        fs::{MetadataExt, PermissionsExt},
        net::{UnixListener, UnixStream},
    },
};

fn mode(path: &std::path::Path) -> u32 {
    fs::symlink_metadata(path).expect("is there").permissions().mode() & 0o777
}

#[test]
fn only_the_user_can_look() {
    let desk = Desk::new();
    let run = desk.live();
    assert_eq!(mode(&desk.folder()), 0o700);
    assert_eq!(mode(&desk.folder().join("live.sock")), 0o600);
    desk.stop(run);
    assert!(!desk.folder().join("live.sock").exists(), "the socket is left behind");
}

#[test]
fn a_folder_that_others_can_look_into_is_not_used() {
    let desk = Desk::new();
    fs::create_dir(desk.folder()).expect("made");
    fs::set_permissions(desk.folder(), fs::Permissions::from_mode(0o777)).expect("ours");
    let run = desk.live();
    assert!(!desk.folder().join("live.sock").exists());
    // The other folder is.
    desk.verb(&["show"]).ended(0).shows("/rogue-runtime-");
    desk.stop(run);
}

#[test]
fn a_graph_runs_without_a_socket_where_there_can_be_none() {
    let desk = Desk::new();
    let mut command = desk.command(&["live.yaml", "-v", "--for", "100ms"]);
    let uid = fs::metadata(desk.path("")).expect("a folder").uid();
    let file = desk.path(&format!("rogue-runtime-{uid}"));
    fs::write(&file, "").expect("written");
    command.env("XDG_RUNTIME_DIR", desk.path("none"));
    let done = Child::spawn(&mut command, b"").end().ended(0).says("no control socket").shows("COMPLETE");
    done.says("none/rogue-runtime: No such file").says("it is no folder");
    fs::remove_file(file).expect("ours");
    let run = desk.start(&["live.yaml", "--no-control", "--for", "1s"]);
    desk.verb(&["show"]).ended(2).says("no graph runs");
    run.end().ended(0);
}

#[test]
fn several_runs_do_not_get_in_each_others_way() {
    let desk = Desk::new();
    let first = desk.live();
    let mut second = desk.live();
    second.wait_for("another run has the name live");
    second.wait_for("--run live-");
    let other =
        fs::read_to_string(desk.path("live.yaml")).expect("a graph").replace("name: live", "name: other");
    fs::write(desk.path("other.yaml"), other).expect("written");
    let third = desk.start(&["other.yaml"]);
    let runs = desk.json(&["show", "--format", "json"]);
    let runs = runs["runs"].as_array().expect("a list");
    let names: Vec<&str> = runs.iter().filter_map(|run| run["name"].as_str()).collect();
    assert_eq!(names.len(), 3, "{runs:?}");
    let second_name = names.iter().find(|name| name.starts_with("live-")).expect("the second");
    let pid = second_name.strip_prefix("live-").expect("a number");
    // Not guessed: the error lists them, `show` alone does too.
    desk.verb(&["top", "--once"]).ended(2).says("several graphs run").says(second_name).says("--run");
    desk.verb(&["show"]).ended(0).shows(second_name).shows("other");
    desk.verb(&["get", "q", "--run", "third"]).ended(2).says("no graph `third` runs");
    // Each by its name, its process, its socket.
    desk.verb(&["set", "q.max_depth=7", "--run", pid]).ended(0);
    let socket = desk.folder().join("live.sock");
    let socket = socket.to_str().expect("UTF-8");
    for (run, depth) in [("live", "100\n"), (socket, "100\n"), (second_name, "7\n"), ("other", "100\n")] {
        assert_eq!(desk.verb(&["get", "q.max_depth", "--run", run]).ended(0).out, depth, "{run}");
    }
    desk.verb(&["stop", "--run", second_name]).ended(0);
    second.end().ended(0);
    desk.verb(&["stop", "--run", "other"]).ended(0);
    third.end().ended(0);
    desk.stop(first);
}

#[test]
fn a_process_that_is_gone_leaves_nothing_in_the_way() {
    let desk = Desk::new();
    let killed = desk.live();
    killed.kill();
    let socket = desk.folder().join("live.sock");
    assert!(socket.exists(), "it was to be left behind");
    desk.verb(&["show"]).ended(2).says("no graph runs");
    let path = socket.to_str().expect("UTF-8");
    desk.verb(&["show", "--run", path]).ended(2).says("no graph runs behind this socket");
    // What is no run of ours, too.
    let stale = desk.folder().join("old-17.sock");
    drop(UnixListener::bind(&stale).expect("bound"));
    let mut run = desk.live();
    run.wait_for("live.sock");
    assert!(!stale.exists() && UnixStream::connect(&socket).is_ok());
    desk.stop(run);
}

#[test]
fn whoever_does_not_answer_is_named() {
    let desk = Desk::new();
    let run = desk.live();
    let other = desk.folder().join("mute.sock");
    let listener = UnixListener::bind(&other).expect("bound");
    let speaks = std::thread::spawn(move || {
        use std::io::Write;
        let (mut stream, _) = listener.accept().expect("a connection");
        stream.write_all(b"HTTP/1.1 400 Bad Request\n").expect("sent");
    });
    desk.verb(&["show", "--run", other.to_str().expect("UTF-8")]).ended(2).says("it is no rogue-runtime");
    speaks.join().expect("it was asked");
    desk.verb(&["get", "q.max_depth"]).ended(0);
    desk.stop(run);
}
