//! `tcp-server` and `tcp-client` against libzmq itself, with Rogue's sockets, options and messages (`rogue_tcp.py`).

use crate::{
    desk::{Desk, on_ports, until},
    python::{CURRENT, Libzmq, OLD},
};

/// Frames of a stream; the sizes below and above what is copied.
const FRAMES: u64 = 20_000;

/// Test frames go out by a bridge, come back by it, and are compared with what they were.
fn there_and_back(bridge: &str, size: u32, count: u64) -> String {
    format!(
        "nodes:
  src: {{ module: prbs-source, params: {{ size: {size}, count: {count} }} }}
  bridge: {{ module: {bridge}, params: {{ addr: 127.0.0.1, port: PORT }} }}
  check: {{ module: prbs-check }}
links: [ src >> bridge >> check ]
"
    )
}

/// All that comes goes back.
fn echo(bridge: &str) -> String {
    format!(
        "nodes:
  bridge: {{ module: {bridge}, params: {{ addr: 127.0.0.1, port: PORT }} }}
  pass: {{ module: filter, params: {{ drop_errors: false }} }}
links: [ bridge >> pass >> bridge ]
"
    )
}

/// Ours in one role, libzmq in the other, either of them first.
fn pairs() -> [(&'static str, &'static str, bool); 4] {
    let pairs = [("tcp-client", "server"), ("tcp-server", "client")];
    [(pairs[0], true), (pairs[0], false), (pairs[1], true), (pairs[1], false)]
        .map(|((ours, theirs), first)| (ours, theirs, first))
}

/// Test frames through an echo of theirs: no bit of one is wrong.
fn goes_through(libzmq: &Libzmq, size: u32, count: u64) {
    for (ours, theirs, first) in pairs() {
        let desk = Desk::new();
        let graph = there_and_back(ours, size, count);
        let (_, (mut run, peer)) = on_ports(|port| match first {
            true => {
                let run = desk.start("ours", &graph, port)?;
                Some((run, desk.peer_over(libzmq, &[theirs, "echo"], port)?))
            }
            false => {
                let peer = desk.peer_over(libzmq, &[theirs, "echo"], port)?;
                Some((desk.start("ours", &graph, port)?, peer))
            }
        });
        run.wait("check", "rx_count", count);
        assert_eq!((run.get("check", "rx_errors"), run.get("bridge", "rejected")), (0, 0));
        run.stop().ended(0).shows("COMPLETE: nothing was lost");
        peer.kill();
    }
}

/// Frames of theirs, of all sizes and metadata, through an echo of ours.
fn comes_back(libzmq: &Libzmq, count: &str) {
    for (ours, theirs, first) in pairs() {
        let desk = Desk::new();
        let exchange = |port| desk.peer_over(libzmq, &[theirs, "exchange", count], port);
        let (_, (run, mut peer)) = on_ports(|port| match first {
            true => {
                let run = desk.start("ours", &echo(ours), port)?;
                Some((run, exchange(port)?))
            }
            false => {
                let peer = exchange(port)?;
                Some((desk.start("ours", &echo(ours), port)?, peer))
            }
        });
        peer.wait_for(&format!("exchanged {count}"));
        run.stop().ended(0).shows("COMPLETE: nothing was lost");
        peer.kill();
    }
}

/// Theirs is killed, and ours ended, so many times each; both are found again.
fn finds_again(libzmq: &Libzmq, times: u64) {
    for (ours, theirs) in [("tcp-client", "server"), ("tcp-server", "client")] {
        let desk = Desk::new();
        let exchange = |port| desk.peer_over(libzmq, &[theirs, "exchange", "50"], port);
        let (port, (mut run, mut peer)) = on_ports(|port| {
            let run = desk.start("ours", &echo(ours), port)?;
            Some((run, exchange(port)?))
        });
        peer.wait_for("exchanged 50");
        for round in 1..=times {
            // Killed: nothing is said to the other side.
            peer.kill();
            run.wait_is("bridge", "disconnects", 2 * round);
            assert_eq!(run.get("bridge", "link"), 0);
            peer = until("the ports are free again", || exchange(port));
            peer.wait_for("exchanged 50");
        }
        // Ours ends, and comes back; the peer stays and goes on.
        run.stop().ended(0);
        peer.kill();
        let all = (1000 * times).to_string();
        let again = || desk.peer_over(libzmq, &[theirs, "echo", &all], port);
        let mut peer = until("the ports are free again", again);
        for _ in 0..times {
            let graph = there_and_back(ours, 1024, 1000);
            let mut run = until("the ports are free again", || desk.start("ours", &graph, port));
            run.wait("check", "rx_count", 1000);
            run.stop().ended(0).shows("COMPLETE: nothing was lost");
        }
        peer.wait_for(&format!("echoed {all}"));
        peer.kill();
    }
}

#[test]
fn test_frames_through_libzmq_and_back_have_no_error() {
    if CURRENT.python().is_none() {
        return;
    }
    goes_through(&CURRENT, 64, FRAMES);
    goes_through(&CURRENT, 65536, FRAMES / 20);
}

#[test]
fn frames_of_all_sizes_and_metadata_come_back_from_ours_unchanged() {
    if CURRENT.python().is_none() {
        return;
    }
    comes_back(&CURRENT, "1000");
}

#[test]
fn both_find_each_other_again_after_a_restart_of_either() {
    if CURRENT.python().is_none() {
        return;
    }
    finds_again(&CURRENT, 3);
}

/// The same in short.
fn is_no_different(libzmq: &Libzmq) {
    if libzmq.python().is_none() {
        return;
    }
    goes_through(libzmq, 1024, FRAMES / 20);
    comes_back(libzmq, "200");
    finds_again(libzmq, 1);
}

#[test]
fn libzmq_4_1_is_no_different() {
    is_no_different(&OLD[0]);
}

#[test]
fn libzmq_4_2_is_no_different() {
    is_no_different(&OLD[1]);
}

#[test]
fn several_clients_over_libzmq_get_frames_in_turn_and_are_heard_all() {
    if CURRENT.python().is_none() {
        return;
    }
    let desk = Desk::new();
    let graph = "nodes:
  src: { module: prbs-source, params: { size: 64, rate: 2000 } }
  bridge: { module: tcp-server, params: { addr: 127.0.0.1, port: PORT } }
  one: { module: filter, params: { channel: 1 } }
  two: { module: filter, params: { channel: 2 } }
  three: { module: filter, params: { channel: 3 } }
  ones: { module: debug, params: { max_bytes: 0 } }
  twos: { module: debug, params: { max_bytes: 0 } }
  threes: { module: debug, params: { max_bytes: 0 } }
links: [ src >> bridge, bridge >> one >> ones, bridge >> two >> twos, bridge >> three >> threes ]
";
    let (port, mut run) = on_ports(|port| desk.start("ours", graph, port));
    let every = || desk.peer(&["client", "every", "200", "3"], port).expect("it takes no port");
    let mut takers = [every(), every(), every()];
    takers.iter_mut().for_each(|taker| taker.wait_for("every 3"));
    takers.into_iter().for_each(|taker| drop(taker.kill()));
    // One that never stops leaves room for the others.
    let send = |count, number| desk.peer(&["client", "send", count, number], port).expect("it takes no port");
    let flood = send("0", "1");
    run.wait_taken("ones", 1);
    let mut others = [send("3000", "2"), send("3000", "3")];
    others.iter_mut().for_each(|peer| peer.wait_for("sent 3000"));
    run.wait_taken("twos", 3000);
    run.wait_taken("threes", 3000);
    let so_far = run.taken("ones");
    run.wait_taken("ones", so_far + 1);
    others.into_iter().for_each(|peer| drop(peer.kill()));
    flood.kill();
}

#[test]
fn several_of_our_clients_get_frames_from_libzmq_in_turn() {
    if CURRENT.python().is_none() {
        return;
    }
    let desk = Desk::new();
    let (port, server) = on_ports(|port| desk.peer(&["server", "send", "0"], port));
    let graph = "nodes:
  bridge: { module: tcp-client, params: { addr: 127.0.0.1, port: PORT } }
  end: { module: debug, params: { max_bytes: 0 } }
links: [ bridge >> end ]
";
    let mut runs = ["first", "second", "third"].map(|name| desk.client(name, graph, port));
    for run in &mut runs {
        run.wait("bridge", "peers_in", 1);
    }
    // All of them get on while all are there; what each had before does not count.
    let before = runs.each_mut().map(|run| run.taken("end"));
    for (run, before) in runs.iter_mut().zip(before) {
        run.wait_taken("end", before + 1000);
    }
    server.kill();
}

#[test]
fn what_is_no_frame_is_named_and_the_connection_made_anew() {
    if CURRENT.python().is_none() {
        return;
    }
    let desk = Desk::new();
    let (port, mut run) = on_ports(|port| desk.start("ours", &echo("tcp-server"), port));
    let mut bad = desk.peer(&["client", "wrong"], port).expect("it takes no port");
    bad.wait_for("sent wrong ones");
    run.wait("bridge", "rejected", 1);
    bad.kill();
    let mut good = desk.peer(&["client", "exchange", "50"], port).expect("it takes no port");
    good.wait_for("exchanged 50");
    let done = run.stop().ended(0);
    assert!(done.err.contains("closed by us: a message"), "{}", done.err);
    assert!(done.err.contains(&format!("pyrogue.stream.TcpCore.127.0.0.1.Server.{port}")), "{}", done.err);
}
