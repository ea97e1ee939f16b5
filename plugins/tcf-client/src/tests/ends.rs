//! Absent agents, the ends of streams, channels and runs.

use super::{
    LIMIT,
    agent::{Agent, data, eos},
    frame, framed, gauge, node,
    peer::{serve, serve_until},
    until_given,
};
use rogue_sdk::{
    Flow,
    bench::{Bench, json},
};
use std::{net::TcpListener, sync::mpsc};

/// An address at which nobody listens.
fn nobody() -> std::net::SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

#[test]
fn without_an_agent_nothing_is_taken_off_the_graph_or_all_is_dropped() {
    let mut bench = node(nobody(), json!({}));
    bench.push_all(0, (0..10).map(|i| frame(i, 10))).unwrap();
    assert!(bench.is_blocked());
    assert_eq!((bench.inbox_len(), bench.held()), (10, 0));
    bench
        .run_until(LIMIT, |bench| bench.reading("link").is_some_and(|text| text.contains("not connected")))
        .unwrap();
    // At once, however long the pause before the next attempt.
    bench.stop().unwrap();
    bench.end().unwrap();

    let mut bench = node(nobody(), json!({ "when_absent": "drop" }));
    bench.push_all(0, (0..10).map(|i| frame(i, 10))).unwrap();
    assert_eq!((bench.inbox_len(), bench.dropped("absent")), (0, 10));
    bench.end().unwrap();
    assert_eq!(Bench::live_frames(), 0);
}

#[test]
fn frames_that_nothing_says_where_to_write_are_a_fault() {
    let mut bench = node(nobody(), json!({ "type": null, "stream": "VS0" }));
    let error = bench.push(frame(0, 10)).unwrap_err().to_string();
    assert!(error.contains("write write_type or write_stream"), "{error}");
    bench.end().unwrap();
}

#[test]
fn the_giving_half_ends_with_its_streams_if_that_is_asked_for() {
    let play = |peer: &mut super::peer::Peer| Agent::new(vec![data(&framed(0, 10)), eos()]).play(peer);
    let (address, agent) = serve(play);
    let mut bench = node(address, json!({ "end_with_peer": true }));
    let mut given = Vec::new();
    until_given(&mut bench, &mut given, 1);
    bench.run_until(LIMIT, |bench| bench.produce().unwrap() == Flow::Ended).unwrap();
    drop(given);
    bench.end().unwrap();
    agent.join().unwrap();

    let (address, agent) = serve(play);
    let mut bench = node(address, json!({}));
    let mut given = Vec::new();
    until_given(&mut bench, &mut given, 1);
    bench.run_until(LIMIT, |bench| gauge(bench, "streams") == 0).unwrap();
    assert_eq!(bench.produce().unwrap(), Flow::Idle);
    assert!(bench.reading("link").unwrap().contains("all streams have ended"));
    drop(given);
    bench.end().unwrap();
    agent.join().unwrap();
}

/// The channel is lost instead.
#[test]
fn the_giving_half_ends_with_its_channel_if_that_is_asked_for() {
    let (address, agent) = serve(|peer| {
        Agent { drops: true, ..Agent::new(vec![data(&framed(0, 10))]) }.play(peer);
    });
    let mut bench = node(address, json!({ "end_with_peer": true }));
    let mut given = Vec::new();
    until_given(&mut bench, &mut given, 1);
    bench.run_until(LIMIT, |bench| bench.produce().unwrap() == Flow::Ended).unwrap();
    drop(given);
    bench.end().unwrap();
    agent.join().unwrap();
}

/// Nobody would be served by a further channel.
#[test]
fn behind_the_end_of_both_halves_the_agent_is_left_alone() {
    let (address, agent) = serve(|peer| {
        Agent { drops: true, ..Agent::new(vec![data(&framed(0, 10))]) }.play(peer);
    });
    let mut bench = node(address, json!({ "end_with_peer": true }));
    let mut given = Vec::new();
    until_given(&mut bench, &mut given, 1);
    assert_eq!(bench.finish().unwrap(), Flow::Ended);
    bench.run_until(LIMIT, |bench| bench.produce().unwrap() == Flow::Ended).unwrap();
    bench.run_until(LIMIT, |bench| bench.threads() == 0).unwrap();
    assert_eq!((bench.counter("connects"), bench.reading("link").as_deref()), (1, Some("stopped")));
    drop(given);
    bench.end().unwrap();
    agent.join().unwrap();
}

/// What came before the end is given though the graph takes it only after.
#[test]
fn what_came_before_the_end_of_the_channel_is_given() {
    let answers: Vec<_> = (0..20).map(|i| data(&framed(i, 1000))).collect();
    let (address, agent) = serve(move |peer| {
        Agent { drops: true, ..Agent::new(answers) }.play(peer);
    });
    let mut bench = node(address, json!({ "end_with_peer": true, "read_size": "1100B", "reads": 3 }));
    bench.run_until(LIMIT, |bench| gauge(bench, "queued") + bench.out_len() as u64 > 0).unwrap();
    let mut given = Vec::new();
    until_given(&mut bench, &mut given, 20);
    bench.run_until(LIMIT, |bench| bench.produce().unwrap() == Flow::Ended).unwrap();
    assert_eq!((bench.counter("missed_frames"), bench.counter("cut_frames")), (0, 0));
    drop(given);
    bench.end().unwrap();
    agent.join().unwrap();
}

#[test]
fn a_run_ends_though_the_agent_answers_nothing() {
    // It accepts and does not greet; it greets and answers nothing.
    for greets in [false, true] {
        let (done, wait) = mpsc::channel::<()>();
        let (accepted, come) = mpsc::channel();
        let (address, agent) = serve(move |peer| {
            accepted.send(()).unwrap();
            if greets {
                peer.greet(true);
            }
            wait.recv().unwrap_err();
        });
        let mut bench = node(address, json!({}));
        bench.push(frame(0, 10)).unwrap();
        // A node that is stopped before it has connected leaves the agent waiting for it.
        bench.run_until(LIMIT, |_| come.try_recv().is_ok()).unwrap();
        if greets {
            bench.run_until(LIMIT, |bench| gauge(bench, "connected") == 1).unwrap();
        }
        bench.end().unwrap();
        drop(done);
        agent.join().unwrap();
    }
}

/// An agent that does not have the stream is asked again.
#[test]
fn a_stream_that_is_not_there_is_asked_for_again() {
    let (address, agent) = serve_until(|number, peer| {
        peer.greet(true);
        if number == 0 {
            let token = peer.expect(rogue_tcf_wire::streams::Name::Connect);
            let report =
                rogue_tcf_wire::ErrorReport::new(rogue_tcf_wire::Code::InvalidContext, "Invalid context");
            peer.refuse(token, report);
            peer.until_gone();
            return None;
        }
        let token = peer.expect(rogue_tcf_wire::streams::Name::Connect);
        peer.done(token);
        peer.until_gone();
        Some(())
    });
    let mut bench = node(address, json!({ "type": null, "stream": "VS5" }));
    bench.run_until(LIMIT, |bench| bench.counter("connects") == 2 && gauge(bench, "streams") == 1).unwrap();
    assert!(
        bench
            .logged()
            .iter()
            .any(|line| line.message.contains("\"VS5\" cannot be connected: Invalid context"))
    );
    bench.end().unwrap();
    agent.join().unwrap();
}
