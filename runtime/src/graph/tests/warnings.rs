//! What runs and is probably not meant.

use super::*;

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
