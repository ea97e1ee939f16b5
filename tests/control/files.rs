//! Module files that are not what a running graph can take: of another ABI, not whole, replaced while they are loaded, built
//! anew under the same name.

use crate::desk::{Desk, LIVE};
use rogue_tests::child::plugins;
use serde_json::json;
use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

/// The live graph with its third stage from a file of the test's own.
fn from_file() -> String {
    LIVE.replace("module: filter", "module: ./m.so")
}

fn plugin(name: &str) -> Vec<u8> {
    fs::read(plugins().join(format!("lib{name}.so"))).expect("a plugin")
}

/// The file as it would be for a runtime of another time.
fn of_another_abi(mut file: Vec<u8>) -> Vec<u8> {
    let mark = [b"ROGUEABI".as_slice(), &1u32.to_ne_bytes()].concat();
    let at = file.windows(mark.len()).position(|window| window == mark).expect("a mark");
    file[at + 8] = 2;
    file
}

/// Another content that does the same: what is behind the end of a library is nobody's.
fn built_anew(file: &Path) {
    let mut bytes = fs::read(file).expect("a file");
    bytes.extend([0; 16]);
    let new = file.with_extension("new");
    fs::write(&new, bytes).expect("written");
    fs::rename(new, file).expect("renamed");
}

fn goes_on(desk: &Desk) {
    let mut client = desk.client("live");
    let taken = client.taken();
    client.flows_beyond(taken + 10);
}

#[test]
fn a_file_that_is_not_for_this_runtime_changes_nothing() {
    let desk = Desk::new();
    fs::write(desk.path("m.so"), plugin("filter")).expect("written");
    desk.writes(&from_file().replace(", params: { channel: 0 }", ""));
    let run = desk.live();
    let before = desk.json(&["show", "--format", "json"])["yaml"].clone();
    let whole = plugin("tag");
    let half = &whole[..whole.len() / 2];
    for (bytes, says) in [
        (of_another_abi(whole.clone()), "was built for plugin ABI 2, this runtime speaks 1"),
        (plugin("test_other_tables"), "does not have the tables of plugin ABI 1"),
        (plugin("test_liar_card"), "lies in its card"),
        (half.to_vec(), "is truncated"),
        (Vec::new(), "is empty"),
        (b"\0asm\x01\0\0\0".to_vec(), "is a core WebAssembly module, not a component"),
    ] {
        // Both ways that such a file gets there: written in place, and renamed over.
        fs::write(desk.path("bad.so"), &bytes).expect("written");
        desk.verb(&["swap", "pick", "./bad.so"]).ended(5).says(says);
        fs::rename(desk.path("bad.so"), desk.path("m.so")).expect("renamed");
        desk.verb(&["reload"]).ended(5).says(says).says("nothing was changed");
        assert_eq!(desk.json(&["show", "--format", "json"])["yaml"], before, "{says}");
        goes_on(&desk);
    }
    fs::remove_file(desk.path("m.so")).expect("removed");
    desk.verb(&["reload"]).ended(5).says("m.so").says("nothing was changed");
    fs::create_dir(desk.path("m.so")).expect("made");
    desk.verb(&["swap", "pick", "./m.so"]).ended(5).says("is a directory, not a module file");
    desk.stop(run);
}

#[test]
fn a_file_that_is_replaced_while_it_is_loaded_is_one_or_the_other_or_refused() {
    let desk = Desk::new();
    let path = desk.path("m.so");
    let [one, other] = [plugin("filter"), plugin("tag")];
    let abi = of_another_abi(other.clone());
    fs::write(&path, &one).expect("written");
    desk.writes(&from_file());
    let run = desk.live();
    let over = AtomicBool::new(false);
    let renamed = |bytes: &[u8]| {
        fs::write(desk.path("next"), bytes).expect("written");
        fs::rename(desk.path("next"), &path).expect("renamed");
    };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for turn in 0.. {
                if over.load(Ordering::Acquire) {
                    break;
                }
                match turn % 6 {
                    0 => renamed(&one),
                    1 => fs::write(&path, &other[..other.len() / 3]).expect("cut short in place"),
                    2 => fs::write(&path, &other).expect("written in place"),
                    3 => fs::remove_file(&path).expect("removed"),
                    4 => renamed(&other),
                    _ => renamed(&abi),
                }
            }
        });
        let ask = |command: serde_json::Value| {
            let mut client = desk.client("live");
            let (mut done, mut refused) = (0, 0);
            // Until both have been seen, and some more: whatever is read is whole, or is not taken.
            while done < 10 || refused < 10 {
                let answer = client.ask(command.clone());
                match answer["error"]["kind"].as_str() {
                    None => done += usize::from(answer["ok"].is_object()),
                    Some(kind) => {
                        assert_eq!(kind, "refused", "{answer}");
                        refused += 1;
                    }
                }
            }
        };
        let swap = json!({ "command": "swap", "node": "pick", "module": "./m.so", "set": ["channel=0"] });
        let reload = json!({ "command": "reload", "force": true });
        let askers = [scope.spawn(move || ask(swap)), scope.spawn(move || ask(reload))];
        let ended: Vec<_> = askers.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        over.store(true, Ordering::Release);
        assert!(ended.iter().all(Result::is_ok));
    });
    renamed(&other);
    desk.verb(&["swap", "pick", "./m.so"]).ended(0);
    assert_eq!(desk.json(&["show", "--format", "json"])["nodes"][2]["module"], "tag");
    desk.verb(&["reload"]).ended(0).shows("the file says what runs");
    goes_on(&desk);
    desk.stop(run);
}

#[test]
fn a_file_that_is_built_anew_is_taken_by_a_reload_once_and_not_where_it_was_rolled_back() {
    let desk = Desk::new();
    let path = desk.path("m.so");
    fs::write(&path, plugin("filter")).expect("written");
    let two = from_file().replace("  view:", "  also: { module: ./m.so }\n  view:");
    desk.writes(&two.replace("pick >> view", "pick >> also >> view"));
    let run = desk.live();
    let unchanged = || drop(desk.verb(&["reload"]).ended(0).shows("the file says what runs"));
    unchanged();
    built_anew(&path);
    desk.verb(&["reload"]).ended(0).shows("replaced    pick: filter").shows("also: filter");
    unchanged();
    // One of them has it already.
    built_anew(&path);
    desk.verb(&["swap", "pick", "./m.so"]).ended(0);
    let done = desk.verb(&["reload"]).ended(0).shows("replaced    also: filter");
    assert!(!done.out.contains("pick: filter"), "{}", done.out);
    unchanged();
    // What was taken back is not brought again, until there is something else.
    built_anew(&path);
    desk.verb(&["swap", "pick", "./m.so"]).ended(0);
    desk.verb(&["rollback", "pick"]).ended(0);
    let done = desk.verb(&["reload"]).ended(0).shows("replaced    also: filter");
    assert!(!done.out.contains("pick: filter"), "{}", done.out);
    unchanged();
    built_anew(&path);
    desk.verb(&["reload"]).ended(0).shows("pick: filter").shows("also: filter");
    goes_on(&desk);
    desk.stop(run);
}
