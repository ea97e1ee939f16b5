//! One module between Rust fakes, in bursts out of a seed.

use super::{frames::Given, lines};
use crate::desk;
use rogue_runtime::{
    metrics::NodeBook,
    module::{OutItem, Status},
    pool::{self, Account, PoolSpec},
};
use rogue_sdk::Frame;
use rogue_tests::fake::{Fake, giving, taking};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

/// A frame as it arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Came {
    payload: Vec<u8>,
    size: u32,
    available: u32,
    channel: u8,
    error: u8,
    flags: u16,
}

impl Came {
    /// What a frame is.
    pub fn of(frame: &Frame) -> Came {
        Came {
            payload: frame.to_vec(),
            size: frame.size(),
            available: frame.available(),
            channel: frame.channel(),
            error: frame.error(),
            flags: frame.flags(),
        }
    }
}

/// All that can be seen of a run.
pub struct Run {
    came: Vec<Came>,
    book: NodeBook,
    counters: Vec<(String, u32, u64)>,
    readings: Vec<(String, String)>,
    lines: Vec<String>,
}

impl Run {
    /// Numbers of what was dropped, by reason.
    pub fn drops(&self) -> Vec<u64> {
        self.book.dropped.iter().map(|dropped| dropped.frames).collect()
    }

    /// That another run was the same, but for the copies that a sandbox makes.
    pub fn assert_same(&self, other: &Run, changes: bool, what: &str) {
        assert_eq!(self.came.len(), other.came.len(), "{what}");
        for (number, (one, another)) in self.came.iter().zip(&other.came).enumerate() {
            assert_eq!(one, another, "{what}, frame {number}");
        }
        let books = [self, other].map(|run| comparable(&run.book, changes));
        assert_eq!(books[0], books[1], "{what}");
        assert_eq!(self.counters, other.counters, "{what}");
        assert_eq!(self.readings, other.readings, "{what}");
        assert_eq!(self.lines, other.lines, "{what}");
    }
}

/// What a sandbox does not change of books; `changes`: frames end inside and others are made in their place.
pub fn comparable(book: &NodeBook, changes: bool) -> NodeBook {
    let book = NodeBook { busy_ns: 0, ..book.clone() };
    match changes {
        true => NodeBook { created: 0, consumed: book.consumed.wrapping_sub(book.created), ..book },
        false => book,
    }
}

/// Counters in order, without those of a sandbox.
pub fn counters(all: &[(String, u32, u64)]) -> Vec<(String, u32, u64)> {
    let mut counters = all.to_vec();
    counters.retain(|(name, _, _)| name != "copied_in" && name != "copied_out");
    counters.sort();
    counters
}

/// Runs frames through a module; who takes its output has a pool of buffers of `fixed` bytes.
pub fn run(module: &str, params: &str, frames: &[Given], fixed: u32) -> Run {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    lines::listen();
    let node = format!("{}{}z", lines::NAME, NUMBER.fetch_add(1, Ordering::Relaxed));
    let card = desk::found(module).card;
    let came = Arc::new(Mutex::new(Vec::new()));
    let mut fakes = vec![sink(&came)];
    let mut nodes = vec![format!("{node}: {{module: {module:?}, params: {params}}}")];
    let mut links = Vec::new();
    for (port, input) in card.inputs.iter().enumerate() {
        let of_port: Vec<Given> = frames.iter().filter(|frame| frame.port == port as u32).cloned().collect();
        fakes.push(source(&format!("src{port}"), of_port));
        nodes.push(format!("s{port}: {{module: src{port}}}"));
        links.push(format!("s{port} >> {node}.{}", input.name));
    }
    if card.output_count() > 0 {
        nodes.push(format!("e: {{module: out, pool: {{fixed_size: {fixed}}}}}"));
        links.push(format!("{node} >> e"));
    }
    let yaml = format!("nodes: {{{}}}\nlinks: [{}]", nodes.join(", "), links.join(", "));
    let ending = desk::run(&yaml, &fakes);
    assert_eq!(ending.faults, [], "{module} {params}");
    let status = ending.status.iter().find(|status| status.book.name == node).expect("the node");
    Run {
        came: came.lock().expect("not poisoned").clone(),
        book: NodeBook { name: String::new(), ..ending.ledger.nodes[0].clone() },
        counters: counters(&status.counters),
        readings: status.readings.clone(),
        lines: lines::of(&node),
    }
}

/// Gives frames in bursts.
fn source(name: &str, frames: Vec<Given>) -> Fake {
    Fake::new(name, "source", "", move |node| {
        let (mut rest, mut random) = (frames.clone().into_iter(), fastrand::Rng::with_seed(5));
        let give = giving(move |call| {
            let burst = random.usize(1..64).min(call.out.limit);
            for _ in 0..burst {
                let Some(given) = rest.next() else { return Status::Ended };
                let account = Account::of(node).expect("the node is there");
                account.set_pool(PoolSpec { fixed_size: given.fixed, pool_size: 3 });
                let mut frame = pool::request_from(account.id(), account.id(), given.room).expect("memory");
                frame.write(0, &given.payload).expect("room");
                given.tag(&mut frame);
                call.out.items.push(OutItem { frame, port: 0, pad: 0 });
            }
            Status::More
        });
        (None, Some(give))
    })
}

fn sink(came: &Arc<Mutex<Vec<Came>>>) -> Fake {
    let came = came.clone();
    Fake::new("out", "sink", "", move |_| {
        let came = came.clone();
        let take = taking(move |call| {
            while let Some(frame) = call.frames.get_mut(call.taken).and_then(Option::take) {
                call.taken += 1;
                came.lock().expect("not poisoned").push(Came::of(&frame));
            }
            Status::Idle
        });
        (Some(take), None)
    })
}
