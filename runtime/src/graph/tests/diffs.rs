//! Two plans compared.

use super::*;

const OLD: &str = "nodes:\n  s: { module: pattern }\n  f: { module: filter, params: { channel: 1 } }\n  q: { module: fifo }\n  v: { module: debug }\nlinks:\n  - s >> f >> q >> v\n";

fn against_old(new: &str) -> Diff {
    diff(&plan(OLD), &plan(new))
}

#[test]
fn the_same_graph_changes_nothing() {
    let diff = against_old(OLD);
    assert!(diff.is_empty());
    assert_eq!(diff.keep, [(0, 0), (1, 1), (2, 2), (3, 3)]);
}

#[test]
fn a_parameter_or_a_setting_replaces_the_node() {
    assert_eq!(against_old(&OLD.replace("channel: 1", "channel: 2")).replace, [(1, 1)]);
    assert_eq!(against_old(&OLD.replace("module: fifo", "module: fifo, batch: 3")).replace, [(2, 2)]);
    let limits = "module: fifo, limits: { call: 1s }";
    assert_eq!(against_old(&OLD.replace("module: fifo", limits)).replace, [(2, 2)]);
    let as_default = "module: fifo, limits: { call: 100ms }, grant: {}";
    assert!(against_old(&OLD.replace("module: fifo", as_default)).is_empty());
    let diff = against_old(&OLD.replace("filter, params: { channel: 1 }", "tag, params: { channel: 1 }"));
    assert_eq!((diff.replace, diff.relink), (vec![(1, 1)], vec![]));
}

#[test]
fn another_content_of_the_same_file_replaces_the_node() {
    let (mut old, mut new) = (plan(OLD), plan(OLD));
    old.nodes[1].found.sha256 = Some("a".repeat(64));
    new.nodes[1].found.sha256 = Some("b".repeat(64));
    assert_eq!(diff(&old, &new).replace, [(1, 1)]);
    new.nodes[1].found = Found { file: "/elsewhere/same.so".into(), ..old.nodes[1].found.clone() };
    assert!(diff(&old, &new).is_empty());
}

#[test]
fn nodes_come_and_go_and_their_neighbours_are_relinked() {
    let new = "nodes:\n  s: { module: pattern }\n  q: { module: fifo }\n  t: { module: tag }\n  v: { module: debug }\nlinks:\n  - s >> q >> t >> v\n";
    let diff = against_old(new);
    assert_eq!((diff.keep, diff.replace), (vec![(0, 0), (2, 1), (3, 3)], vec![]));
    assert_eq!((diff.add, diff.remove), (vec![2], vec![1]));
    assert_eq!(diff.relink, [(0, 0), (2, 1), (3, 3)]);
}

#[test]
fn another_primary_is_a_relink() {
    let two = "nodes:\n  s: { module: pattern }\n  a: { module: debug }\n  b: { module: debug }\nlinks: [s >> a, s >> b]\n";
    let turned = two.replace("s >> a, s >> b", "s >> b, s >> a");
    assert_eq!(diff(&plan(two), &plan(&turned)).relink, [(0, 0)]);
}

#[test]
fn start_and_stop_are_steps_from_and_to_nothing() {
    let all = vec![0, 1, 2, 3];
    assert_eq!(diff(&Plan::empty(), &plan(OLD)), Diff { add: all.clone(), ..Diff::default() });
    assert_eq!(diff(&plan(OLD), &Plan::empty()), Diff { remove: all, ..Diff::default() });
}
