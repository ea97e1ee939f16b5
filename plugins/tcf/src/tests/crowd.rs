//! Many clients: fast and stopped ones side by side, and a thousand that come and go.

use super::{Client, LIMIT, frame, node, port};
use rogue_sdk::{Flow, bench::json};
use rogue_tcf_wire::Form;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
};

/// Sixteen clients of one stream, in either form, one of which does not read: for each, bytes read and bytes lost are
/// together what was published.
#[test]
fn sixteen_clients_and_one_that_has_stopped() {
    let mut bench = node(json!({ "buffer": "256KiB", "stall_limit": "300ms" }));
    let mut stopped = Client::connect(port(&bench), Form::Plain);
    stopped.join("VS0");
    let ready = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = (0..15)
        .map(|i| {
            let (port, ready) = (port(&bench), ready.clone());
            thread::spawn(move || {
                let form = if i % 2 == 0 { Form::Plain } else { Form::Binary };
                let mut client = Client::connect(port, form);
                client.join("VS0");
                ready.fetch_add(1, SeqCst);
                // Several reads open, of a size of its own.
                let size = 1000 << (i % 5);
                let (mut open, mut sum) = (std::collections::VecDeque::new(), (0, 0));
                loop {
                    while open.len() < 4 {
                        open.push_back(client.ask("VS0", size));
                    }
                    let got = client.got(open.pop_front().unwrap());
                    assert_eq!(got.error, None);
                    sum = (sum.0 + got.data.len() as u64, sum.1 + got.lost);
                    if got.eos {
                        return sum;
                    }
                }
            })
        })
        .collect();
    bench.run_until(LIMIT, |_| ready.load(SeqCst) == 15).unwrap();
    for i in 0..3000 {
        bench.push(frame(i, 2000)).unwrap();
    }
    assert_eq!(bench.inbox_len(), 0, "under `drop` nobody is waited for");
    let published = bench.counter("bytes_published");
    bench
        .run_until(LIMIT, |bench| {
            bench.finish().unwrap() == Flow::Ended && clients.iter().all(|client| client.is_finished())
        })
        .unwrap();
    for client in clients {
        let (read, lost) = client.join().unwrap();
        assert_eq!(read + lost, published);
        assert!(read > 0);
    }
    // The stopped one comes back and has missed what is no longer there.
    let (bytes, lost) = stopped.read_all("VS0");
    assert_eq!(bytes.len() as u64 + lost, published);
    // The node has counted the same, in frames as well, and shows it for each.
    bench
        .run_until(LIMIT, |bench| bench.counter("bytes_read") + bench.counter("bytes_lost") == 16 * published)
        .unwrap();
    assert_eq!(bench.counter("frames_read") + bench.counter("frames_lost"), 16 * 3000);
    assert!(bench.counter("frames_lost") > 0);
    bench
        .run_until(LIMIT, |bench| {
            let peers = bench.reading("peers").unwrap_or_default();
            // The fifteen have left with their threads.
            peers.contains(&format!("lost {lost} (")) && !peers.contains(';')
        })
        .unwrap();
    bench.end().unwrap();
}

/// Fifteen that keep up lose nothing, whatever the sixteenth does: it asks for all it may and then takes nothing off its
/// socket.
#[test]
fn who_keeps_up_is_not_touched_by_one_that_has_stopped() {
    let mut bench = node(json!({ "buffer": "256KiB" }));
    let mut stopped = Client::connect(port(&bench), Form::Binary);
    stopped.join("VS0");
    let asked: Vec<u64> = (0..64).map(|_| stopped.ask("VS0", 256 << 10)).collect();
    let read: Vec<Arc<AtomicUsize>> = (0..15).map(|_| Arc::default()).collect();
    let ready = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = (0..15)
        .map(|i| {
            let (port, read, ready) = (port(&bench), read[i].clone(), ready.clone());
            thread::spawn(move || {
                let mut client = Client::connect(port, if i % 2 == 0 { Form::Plain } else { Form::Binary });
                client.join("VS0");
                ready.fetch_add(1, SeqCst);
                loop {
                    let got = client.read("VS0", 65_536);
                    assert_eq!((got.error, got.lost), (None, 0));
                    read.fetch_add(got.data.len(), SeqCst);
                    if got.eos {
                        return;
                    }
                }
            })
        })
        .collect();
    bench.run_until(LIMIT, |_| ready.load(SeqCst) == 15).unwrap();
    // As much again as is buffered, each time when they have read what there was.
    for round in 0..100 {
        for i in 0..100 {
            bench.push(frame(round * 100 + i, 2000)).unwrap();
        }
        let published = bench.counter("bytes_published") as usize;
        bench.run_until(LIMIT, |_| read.iter().all(|read| read.load(SeqCst) == published)).unwrap();
    }
    bench
        .run_until(LIMIT, |bench| {
            bench.finish().unwrap();
            clients.iter().all(|client| client.is_finished())
        })
        .unwrap();
    clients.into_iter().for_each(|client| client.join().unwrap());
    // It has missed most of it, and is told how much when it goes on.
    let published = bench.counter("bytes_published");
    let (mut sum, mut lost, mut ended) = (0, 0, false);
    for token in asked {
        let got = stopped.got(token);
        sum += got.data.len() as u64 + got.lost;
        lost += got.lost;
        ended |= got.eos;
    }
    if !ended {
        let (rest, more) = stopped.read_all("VS0");
        sum += rest.len() as u64 + more;
        lost += more;
    }
    assert_eq!(sum, published);
    assert!(lost > 0);
    bench.end().unwrap();
}

#[test]
fn a_thousand_come_and_go_and_one_stays() {
    let mut bench = node(json!({}));
    let mut good = Client::connect(port(&bench), Form::Plain);
    good.join("VS0");
    let at = port(&bench);
    for i in 0..1000 {
        let mut client = Client::mute(at);
        if i % 3 == 0 {
            client.send(b"E\0Locator\0Hello\0[");
        }
        drop(client);
        if i % 100 == 0 {
            good.join("VS0");
        }
    }
    // Whoever finds all places taken by those that are just going is sent away; all are gone at last. Some still wait to be
    // accepted when the last has been let go of here.
    bench
        .run_until(LIMIT, |bench| {
            let [connects, disconnects, rejected] =
                ["connects", "disconnects", "rejected"].map(|name| bench.counter(name));
            connects + rejected > 1000 && connects == disconnects + 1 && super::gauge(bench, "clients") == 1
        })
        .unwrap();
    good.join("VS0");
    bench.end().unwrap();
}
