//! What runs and is probably not meant.

use super::*;
use crate::graph::limits::{Limits, ThreadLimit};

fn warnings(nodes: &str, links: &str) -> Vec<String> {
    let text =
        format!("nodes:\n  s: {{ module: pattern }}\n  v: {{ module: debug }}\n{nodes}links: [{links}]\n");
    match check(&text) {
        Ok(checked) => checked.warnings.iter().map(short).collect(),
        Err(errors) => panic!("{}", render(&errors, &text, false)),
    }
}

const BRIDGE: &str = "  t: { module: tcp-server, params: { addr: \"*\", port: 1 } }\n";
const WRITER: &str = "  w: { module: file-writer, params: { path: x } }\n";

#[test]
fn a_bridge_that_blocks_by_default_beside_a_branch() {
    assert_eq!(
        warnings(BRIDGE, "s >> v, s >> t"),
        [
            "4:3+1 `t` can block, and `v` in the same segment would wait for it | put a `fifo` before `t`, or write `when_absent:` to say that this is meant"
        ]
    );
    let written = BRIDGE.replace("port: 1", "port: 1, when_absent: block");
    assert_eq!(warnings(&written, "s >> v, s >> t"), [""; 0]);
    let queue = format!("{BRIDGE}  q: {{ module: fifo, params: {{ overflow: block }} }}\n");
    assert_eq!(warnings(&queue, "s >> v, s >> q >> t"), [""; 0]);
}

#[test]
fn a_writer_beside_a_branch_and_alone() {
    let found = warnings(WRITER, "s >> w, s >> v");
    assert_eq!(
        found,
        ["4:3+1 `w` can block, and `v` in the same segment would wait for it | put a `fifo` before `w`"]
    );
    let chain = format!("{WRITER}  f: {{ module: filter }}\n  t: {{ module: pattern }}\n");
    assert_eq!(warnings(&chain, "s >> f >> w, t >> v"), [""; 0]);
}

#[test]
fn several_sources_into_one_writer() {
    let two = format!("{WRITER}  s2: {{ module: pattern }}\n  s3: {{ module: pattern }}\n");
    assert_eq!(
        warnings(&two, "s >> w.1, s2 >> w.2, s3 >> v"),
        [
            "4:3+1 `s` and `s2` enter `w` without a fifo | put one `fifo` before `w`, so that no source waits for the disk"
        ]
    );
    let queue = format!("{two}  q: {{ module: fifo }}\n");
    assert_eq!(warnings(&queue, "s >> q, s2 >> q, q >> w, s3 >> v"), [""; 0]);
}

#[test]
fn what_nothing_uses() {
    assert_eq!(
        warnings("  q: { module: fifo }\n", "s >> v"),
        ["4:3+1 node `q` is linked to nothing and does nothing | link it, or remove it"]
    );
    let text = "modules: { patern: ./p.so }\nnodes:\n  s: { module: pattern }\n  v: { module: debug }\nlinks: [s >> v]\n";
    let found: Vec<String> = check(text).expect("sound").warnings.iter().map(short).collect();
    assert_eq!(found, ["1:12+6 no node uses the module `patern` | a node says `module: pattern`"]);
}

#[test]
fn limits_of_a_native_module() {
    let node = "  n: { module: debug, limits: { memory: 1MiB }, grant: { wall: true } }\n";
    let no = |key: &str, help: &str| {
        format!("4:3+1 `{key}` of `n` has no effect: its module is native code, not sandboxed | {help}")
    };
    let help = |key: &str| format!("take `{key}` out; only who trusts a plugin should load it");
    assert_eq!(
        warnings(node, "s >> v, s >> n"),
        [no("limits", &help("limits")), no("grant", &help("grant"))]
    );
    assert_eq!(warnings(&node.replace("module: debug", "module: debug.wasm"), "s >> v, s >> n"), [""; 0]);
}

#[test]
fn a_receive_buffer_that_the_system_does_not_give() {
    let bridge = |params: &str| format!("  u: {{ module: udp-server, params: {{ port: 1, {params} }} }}\n");
    assert_eq!(warnings(&bridge("rx_buffer_count: 100"), "s >> v, s >> u"), [""; 0]);
    assert_eq!(
        warnings(&bridge("rx_buffer_count: 101"), "s >> v, s >> u"),
        [
            "4:3+1 `u` asks for 151500 bytes of receive buffer (rx_buffer_count), and the system gives at most 150000 | `sysctl -w net.core.rmem_max=151500` lets it give them"
        ]
    );
    let found = warnings(&bridge("rx_buffer_count: 17, jumbo: true"), "s >> v, s >> u");
    assert!(found.len() == 1 && found[0].contains("asks for 153000 bytes"), "{found:?}");
    assert_eq!(warnings(&bridge("rx_buffer_count: 16, jumbo: true"), "s >> v, s >> u"), [""; 0]);
}

/// What is said of ten servers, each with a sink of its own, or all with one.
fn of_ten(limits: Limits, own_sinks: bool) -> Vec<String> {
    let (mut nodes, mut links) = ("  v0: { module: debug }\n".to_owned(), Vec::new());
    for n in 0..10 {
        nodes += &format!("  t{n}: {{ module: tcp-server, params: {{ addr: x, port: {} }} }}\n", 2 * n + 1);
        let sink = if own_sinks { n } else { 0 };
        if sink > 0 {
            nodes += &format!("  v{sink}: {{ module: debug }}\n");
        }
        links.push(format!("t{n} >> v{sink}"));
    }
    let text = format!("nodes:\n{nodes}links: [{}]\n", links.join(", "));
    match load(&text, "g.yaml", &Options::default(), &fake::Limited(limits)) {
        Ok(checked) => checked.warnings.iter().map(short).collect(),
        Err(errors) => panic!("{}", render(&errors, &text, false)),
    }
}

#[test]
fn more_descriptors_than_there_are() {
    let of = |most, hard| {
        of_ten(Limits { descriptors: Some(most), descriptors_hard: hard, ..Limits::default() }, false)
    };
    // Four for each server, those of the program, and one that wakes the thread.
    assert_eq!(of(57, Some(57)), [""; 0]);
    let needs = "the graph needs about 57 file descriptors and may have 40: with `t5` they are used up";
    assert_eq!(
        of(40, Some(1000)),
        [format!("8:3+2 {needs} | `ulimit -n 64` before the start lets it have them")]
    );
    assert_eq!(
        of(40, Some(60)),
        [format!("8:3+2 {needs} | `ulimit -n 60` before the start lets it have them")]
    );
    assert_eq!(
        of(40, Some(50)),
        [format!(
            "8:3+2 {needs} | root can raise the limit, which is 50 at most here: `LimitNOFILE=64` in a systemd unit"
        )]
    );
}

#[test]
fn more_threads_and_maps_than_there_are() {
    let threads = |most, which| Limits { threads: Some((most, which)), ..Limits::default() };
    // The taking halves have nothing to take, and are no segments.
    assert_eq!(of_ten(threads(18, ThreadLimit::User), true), [""; 0]);
    assert_eq!(of_ten(threads(10, ThreadLimit::User), false), [""; 0]);
    let helps = [
        (ThreadLimit::User, "`ulimit -u 32` before the start"),
        (ThreadLimit::System, "`sysctl -w kernel.threads-max=32`"),
        (ThreadLimit::Group, "`TasksMax=32` in a systemd unit, or the limit of the container,"),
    ];
    for (which, help) in helps {
        assert_eq!(
            of_ten(threads(17, which), true),
            [format!(
                "20:3+2 the graph needs about 18 threads, one for each segment, and may have 17 | {help} lets it have \
                 them; bridges that lead to one node share one"
            )]
        );
    }
    let maps = |most| Limits { maps: Some(most), ..Limits::default() };
    assert_eq!(of_ten(maps(114), true), [""; 0]);
    assert_eq!(
        of_ten(maps(113), true),
        [
            "20:3+2 the graph needs about 114 maps of memory, 5 for each segment's thread, and may have 113 | `sysctl -w vm.max_map_count=128` lets it have them"
        ]
    );
}
