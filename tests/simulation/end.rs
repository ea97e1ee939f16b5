//! The end of a run: its books, and the files that were written.

use crate::{
    books, disk,
    graph::{Graph, number},
    order::{Order, subsequence},
    point::{Hits, Point},
    run::Run,
    trace::Trace,
};
use rogue_runtime::{
    graph::Plan,
    metrics::NodeBook,
    swap::{Ending, Running},
};
use std::path::Path;

/// What there is to check at the end.
struct End<'a> {
    plan: Plan,
    ending: Ending,
    order: &'a Order,
    graph: &'a Graph,
    failures: &'a [u64],
    forced: bool,
    dir: &'a Path,
}

/// Ends the run, and checks what is left of it.
pub fn end(run: Run<'_>) -> Result<Trace, (String, Trace)> {
    let Run { running, mut trace, world, order, graph, failures, forced, dir, .. } = run;
    let plan = running.plan.clone();
    let ending = Running::end(running);
    for NodeBook { name, taken, out, consumed, dropped, .. } in &ending.ledger.nodes {
        trace.add(format_args!("{name}: {taken} in, {out} out, {consumed} consumed, {dropped:?}"));
    }
    let end = End { plan, ending, order: &order, graph: &graph, failures: &failures, forced, dir };
    let checked = end.books().and_then(|()| end.files(&mut world.lock().hits));
    match checked {
        Ok(()) => Ok(trace),
        Err(what) => Err((what, trace)),
    }
}

impl End<'_> {
    fn books(&self) -> Result<(), String> {
        let ledger = &self.ending.ledger;
        books::balance(ledger)?;
        if !ledger.holding().is_empty() || !self.ending.stuck.is_empty() {
            return Err(format!("left behind: {:?}, stuck {:?}", ledger.holding(), self.ending.stuck));
        }
        for book in &ledger.nodes {
            let failures = self.failures[number(&book.name)];
            if book.alloc_count != 0 || book.alloc_bytes != 0 {
                return Err(format!("buffers of {} are still out: {}", book.name, book.alloc_count));
            }
            if book.faults != failures {
                return Err(format!("{} failed {failures} times, {} are told of", book.name, book.faults));
            }
        }
        let mut dropped = ledger.nodes.iter().flat_map(|book| &book.dropped);
        let failed = self.failures.iter().any(|&failures| failures > 0);
        let unfounded = dropped.find(|dropped| match dropped.reason.as_str() {
            "fault" => !failed,
            "stopped" => !self.forced,
            _ => false,
        });
        match unfounded {
            Some(dropped) => {
                Err(format!("{} frames were lost as `{}` for no reason", dropped.frames, dropped.reason))
            }
            None => Ok(()),
        }
    }

    /// What each writer wrote: whole records, in order, as many as frames were consumed.
    fn files(&self, hits: &mut Hits) -> Result<(), String> {
        for book in self.ending.ledger.nodes.iter().filter(|book| !book.removed) {
            let planned = self.plan.nodes.iter().find(|node| node.name == book.name);
            let path = planned.and_then(|node| node.params.get("path")?.as_str());
            let node = number(&book.name);
            let (Some(kept), Some(path)) = (self.order.kept(node), path) else { continue };
            let file = Path::new(path).file_name().unwrap_or_default().to_string_lossy();
            let room = self.graph.short.iter().find(|(name, _)| *name == file).map(|(_, room)| *room);
            let full = path == "/dev/full";
            if book.dropped.iter().any(|dropped| dropped.reason == "disk") {
                match (room, full) {
                    (Some(_), _) => hits.hit(Point::ShortWrite),
                    (None, true) => hits.hit(Point::DiskFull),
                    (None, false) => return Err(format!("{}: the disk was not full:\n{book:#?}", book.name)),
                }
            }
            let written = if full { Vec::new() } else { disk::records(&self.dir.join(&*file), room)? };
            // A writer that ends by force or failure writes what it still has, and that is booked as lost.
            let unsure = self.forced || self.failures[node] > 0;
            let (count, consumed) = (written.len() as u64, book.consumed);
            if count < consumed || (count > consumed && !unsure) {
                return Err(format!(
                    "{}: {count} records were written, and {consumed} frames consumed",
                    book.name
                ));
            }
            subsequence(&mut kept.iter().copied(), written)
                .map_err(|id| format!("record {id:x} of {} is out of its turn", book.name))?;
        }
        Ok(())
    }
}
