//! A reload with what only one node may have, with threads of modules' own, with nodes that fail, and with many nodes.

use crate::desk::Desk;
use rogue_runtime::{
    engine::Health,
    swap::{Ending, NodeStatus, Running},
};
use rogue_tests::fake::attend_until;
use std::{
    net::TcpListener,
    sync::atomic::{AtomicU16, Ordering},
};

/// Two free consecutive ports, below those that the system gives to outgoing connections.
fn ports() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    loop {
        let step = NEXT.fetch_add(2, Ordering::Relaxed);
        let port = 13_000 + (std::process::id() as u16 % 90) * 200 + step % 200;
        if free(port) && free(port + 1) {
            return port;
        }
    }
}

fn counter(status: &[NodeStatus], node: &str, name: &str) -> u64 {
    let status = status.iter().find(|status| status.book.name == node).expect("the node");
    status.counters.iter().find(|(known, ..)| known == name).map_or(0, |(.., value)| *value)
}

/// Waits until a node has taken more.
fn takes_on(desk: &mut Desk, node: &str) {
    let before = desk.book(node).taken;
    attend_until(&mut desk.running, |running: &Running| {
        running
            .ledger(false)
            .nodes
            .iter()
            .any(|book| book.name == node && !book.removed && book.taken > before + 50)
    });
}

/// Ends a run in which a bridge gives for ever.
fn ended(mut desk: Desk) -> Ending {
    desk.running.stop();
    let until = std::time::Instant::now() + std::time::Duration::from_secs(5);
    while !desk.running.is_over() && std::time::Instant::now() < until {
        desk.running.attend(std::time::Duration::from_millis(5));
    }
    let ending = desk.running.end();
    rogue_tests::fake::assert_balanced(&ending);
    ending
}

/// `s >> srv` and, from a client of it, `cli >> c`.
fn bridged(server: &str, params: &str, port: u16) -> String {
    format!(
        "nodes: {{s: {{module: prbs-source, params: {{size: 64, rate: 20000}}}}, \
         {server}: {{module: tcp-server, params: {{addr: 127.0.0.1, port: {port}{params}}}}}, \
         cli: {{module: tcp-client, params: {{addr: 127.0.0.1, port: {port}}}}}, \
         c: {{module: prbs-check, params: {{check_payload: false}}}}}}\n\
         links: [s >> {server}, cli >> c]"
    )
}

#[test]
fn a_port_goes_over_to_the_module_that_replaces_its_holder_and_its_client_sees_nothing() {
    let port = ports();
    let mut desk = Desk::of(&bridged("srv", "", port));
    takes_on(&mut desk, "c");
    for size in [1, 2, 3, 4, 5] {
        let done = desk.reload(&bridged("srv", &format!(", max_held: {size}MiB"), port));
        let done = done.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((done.replaced.len(), done.dropped, done.untouched), (1, 0, (1, 2)));
        takes_on(&mut desk, "c");
    }
    let ending = ended(desk);
    // A client that had been cut off would have missed frames.
    assert_eq!(counter(&ending.status, "c", "rx_errors"), 0);
}

#[test]
fn a_port_goes_from_a_node_that_leaves_to_one_that_is_new_and_back_if_that_fails() {
    let port = ports();
    let mut desk = Desk::of(&bridged("srv", "", port));
    takes_on(&mut desk, "c");
    let done = desk.reload(&bridged("other", "", port)).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((done.added, done.removed), (vec!["other".to_owned()], vec!["srv".to_owned()]));
    takes_on(&mut desk, "c");
    // The next one wants a port besides that somebody else has.
    let taken = ports();
    let _theirs = TcpListener::bind(("127.0.0.1", taken)).expect("it was free");
    let third = bridged("third", "", port).replace(
        "cli: ",
        &format!("more: {{module: tcp-server, params: {{addr: 127.0.0.1, port: {taken}}}}}, cli: "),
    );
    let third = third.replace("links: [", "links: [more >> c, ");
    let refused = desk.reload(&third).expect_err("refused");
    assert!(refused.to_string().contains("port") && refused.to_string().contains("in use"), "{refused}");
    takes_on(&mut desk, "c");
    takes_on(&mut desk, "c");
    ended(desk);
}

/// Two servers, each with a source of its own, which tags its frames with 1 or 2, and a client of each port; `v` and `w` get
/// what is tagged with `to_v` at the first port and with `to_w` at the second.
fn two_bridges(a: u16, b: u16, ports: [u16; 2], [to_v, to_w]: [u8; 2], more: &str) -> String {
    let [first, second] = ports;
    let server = |name: &str, port: u16| {
        format!("{name}: {{module: tcp-server, params: {{addr: 127.0.0.1, port: {port}}}}}")
    };
    let client = |name: &str, port: u16| {
        format!("{name}: {{module: tcp-client, params: {{addr: 127.0.0.1, port: {port}}}}}")
    };
    let source = |name: &str| format!("{name}: {{module: prbs-source, params: {{size: 64, rate: 2000}}}}");
    let tag = |name: &str, channel: u8| format!("{name}: {{module: tag, params: {{channel: {channel}}}}}");
    let only =
        |name: &str, channel: u8| format!("{name}: {{module: filter, params: {{channel: {channel}}}}}");
    let sink = |name: &str| format!("{name}: {{module: debug, params: {{max_bytes: 0}}}}");
    let nodes = [
        source("s"),
        tag("one", 1),
        server("a", a),
        source("t"),
        tag("two", 2),
        server("b", b),
        client("x", first),
        only("f", to_v),
        sink("v"),
        client("y", second),
        only("g", to_w),
        sink("w"),
    ];
    format!(
        "nodes: {{{}{more}}}\nlinks: [s >> one >> a, t >> two >> b, x >> f >> v, y >> g >> w]",
        nodes.join(", ")
    )
}

#[test]
fn two_nodes_exchange_ports_and_keep_them_if_that_fails() {
    let at = [ports(), ports()];
    let [a, b] = at;
    let mut desk = Desk::of(&two_bridges(a, b, at, [1, 2], ""));
    takes_on(&mut desk, "v");
    takes_on(&mut desk, "w");
    // With another node that wants what somebody outside has, both stay where they are.
    let taken = ports();
    let _theirs = TcpListener::bind(("127.0.0.1", taken)).expect("it was free");
    let more = format!(", m: {{module: tcp-server, params: {{addr: 127.0.0.1, port: {taken}}}}}");
    let exchanged = two_bridges(b, a, at, [2, 1], "");
    let refused = two_bridges(b, a, at, [2, 1], &more).replace("links: [", "links: [m >> v, ");
    let refused = desk.reload(&refused).expect_err("refused");
    assert!(refused.to_string().contains("in use"), "{refused}");
    takes_on(&mut desk, "v");
    takes_on(&mut desk, "w");
    let done = desk.reload(&exchanged).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((done.added, done.removed), (vec!["a".into(), "b".into()], vec!["a".into(), "b".into()]));
    // What is tagged with 2 comes by the first port now.
    takes_on(&mut desk, "v");
    takes_on(&mut desk, "w");
    let ending = ended(desk);
    assert_eq!(ending.faults, []);
}

#[test]
fn nodes_with_a_state_that_exchange_what_only_one_may_have_lose_it_if_that_is_forced() {
    let with = |a: &str, b: &str| {
        let node = |seat: &str| format!("{{module: stubborn, params: {{seat: exchanged-{seat}}}}}");
        format!(
            "nodes: {{s: {{module: prbs-source, params: {{size: 64, rate: 2000}}}}, a: {}, b: {}, \
             v: {{module: debug, params: {{max_bytes: 0}}}}}}\nlinks: [s >> a >> b >> v]",
            node(a),
            node(b)
        )
    };
    let mut desk = Desk::of(&with("one", "two"));
    takes_on(&mut desk, "v");
    let refused = desk.reload(&with("two", "one")).expect_err("refused").to_string();
    assert!(refused.starts_with("node a has what another node is to have"), "{refused}");
    assert!(refused.ends_with("To begin without it, force the reload"), "{refused}");
    takes_on(&mut desk, "v");
    let done = desk.reload_with(&with("two", "one"), true).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((done.added.len(), done.removed.len(), done.kept.len()), (2, 2, 2));
    takes_on(&mut desk, "v");
    ended(desk);
}

#[test]
fn a_port_goes_from_a_node_that_has_another_now_to_the_next_and_from_that_to_one_that_is_new() {
    let at = [ports(), ports()];
    let ([a, b], free) = (at, ports());
    let mut desk = Desk::of(&two_bridges(a, b, at, [1, 2], ""));
    takes_on(&mut desk, "v");
    takes_on(&mut desk, "w");
    let done = desk.reload(&two_bridges(b, free, at, [1, 1], "")).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((done.replaced.len(), done.removed), (1, vec!["b".to_owned()]));
    takes_on(&mut desk, "w");
    let new = format!(
        ", c: {{module: tcp-server, params: {{addr: 127.0.0.1, port: {b}}}}}, \
         u: {{module: prbs-source, params: {{size: 64, rate: 2000}}}}"
    );
    let moved = two_bridges(a, free, at, [1, 2], &new).replace("t >> two >> b", "u >> b, t >> two >> c");
    desk.reload(&moved).unwrap_or_else(|error| panic!("{error}"));
    takes_on(&mut desk, "v");
    takes_on(&mut desk, "w");
    ended(desk);
}

#[test]
fn a_source_that_blocks_keeps_its_thread_when_it_is_linked_otherwise() {
    let with = |nodes: &str, links: &str| {
        format!(
            "nodes: {{b: {{module: example-blocking, params: {{period: 0s}}}}, {nodes}\
             v: {{module: debug, params: {{max_bytes: 0}}}}}}\nlinks: [{links}]"
        )
    };
    let plain = with("", "b >> v");
    let longer =
        with("f: {module: filter}, q: {module: fifo, params: {overflow: block}}, ", "b >> f >> q >> v");
    let mut desk = Desk::of(&plain);
    for turn in 0..6 {
        takes_on(&mut desk, "v");
        let done = desk.reload(if turn % 2 == 0 { &longer } else { &plain });
        assert_eq!(done.unwrap_or_else(|error| panic!("{error}")).dropped, 0);
    }
    takes_on(&mut desk, "v");
    // With other parameters it is made anew; without it nothing is left behind.
    desk.reload(&plain.replace("0s", "1us")).unwrap_or_else(|error| panic!("{error}"));
    takes_on(&mut desk, "v");
    let ending = ended(desk);
    assert_eq!(ending.faults, []);
}

#[test]
fn a_node_that_waits_to_be_made_anew_is_replaced_and_others_go_on_waiting() {
    let with = |x: &str, more: &str, links: &str| {
        format!(
            "nodes: {{s: {{module: prbs-source, params: {{size: 64, rate: 5000}}}}, x: {{module: carry, {x}}}, {more}\
             v: {{module: debug, params: {{max_bytes: 0}}}}}}\nlinks: [{links}]"
        )
    };
    let failing = "params: {fails_after: 20}, on_fault: {restart: {backoff: 1h, backoff_max: 1h}}";
    let mut desk = Desk::of(&with(failing, "", "s >> x >> v"));
    attend_until(&mut desk.running, |running| running.status()[1].health == Health::Waiting);
    // Others come and go meanwhile.
    desk.reload(&with(failing, "f: {module: filter}, ", "s >> x >> f >> v"))
        .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(desk.running.status()[1].health, Health::Waiting);
    let mended = "params: {}, on_fault: {restart: {backoff: 1h, backoff_max: 1h}}";
    let done = desk.reload(&with(mended, "f: {module: filter}, ", "s >> x >> f >> v"));
    assert_eq!(done.unwrap_or_else(|error| panic!("{error}")).replaced.len(), 1);
    takes_on(&mut desk, "v");
    assert_eq!(desk.running.status()[1].health, Health::Running);
    let ending = ended(desk);
    assert_eq!(ending.faults.len(), 1);
}

#[test]
fn of_two_hundred_nodes_the_one_that_changed_is_touched_with_its_segment_and_no_other() {
    const CHAINS: usize = 50;
    let graph = |channel: u32| {
        let (mut nodes, mut links) = (Vec::new(), Vec::new());
        for chain in 0..CHAINS {
            let channel = if chain == 17 { channel } else { 0 };
            nodes.push(format!("s{chain}: {{module: prbs-source, params: {{size: 64, rate: 100}}}}"));
            nodes.push(format!("t{chain}: {{module: tag, params: {{channel: {channel}}}}}"));
            nodes.push(format!("f{chain}: {{module: filter}}"));
            nodes.push(format!("c{chain}: {{module: prbs-check}}"));
            links.push(format!("s{chain} >> t{chain} >> f{chain} >> c{chain}"));
        }
        format!("nodes: {{{}}}\nlinks: [{}]", nodes.join(", "), links.join(", "))
    };
    let mut desk = Desk::of(&graph(0));
    let before = desk.running.drivers();
    let done = desk.reload(&graph(7)).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((done.kept.len(), done.untouched), (199, (CHAINS - 1, CHAINS)));
    assert_eq!(done.set.len() + done.replaced.len(), 1);
    assert_eq!(desk.running.drivers(), before, "all threads are what they were");
    for chain in [0, 17, 49] {
        takes_on(&mut desk, &format!("c{chain}"));
    }
    let ending = ended(desk);
    assert_eq!((ending.ledger.lost(), ending.faults.len()), (0, 0));
}
