//! Watches a running graph to its end: faults, signals, `--for`, `--until`, the drain, the status line.
//!
//! Called by `run`. What holds: faults are logged as they come, each once; once the run is stopping, it
//! lasts no longer than the drain.

use std::time::{Duration, Instant};

use super::{
    losses::Losses,
    reloads::{Reloads, Watched},
    signals::Signals,
    status_line::StatusLine,
};
use crate::{
    control::{
        apply::Desk,
        asker::Asker,
        cli::RunArgs,
        io::Widths,
        logger::{Logger, TARGET},
        metrics::Metrics,
        numbers::{frames, time},
        rates::Rates,
        screen::Screen,
        server::Server,
    },
    metrics::Ledger,
    swap::{Ending, LongCall, Running},
};

/// How long a signal may wait to be seen; what the graph itself does is seen at once.
const TICK: Duration = Duration::from_millis(25);
/// How often the status line changes, and losses are looked for.
const LOOK: Duration = Duration::from_millis(250);

/// Whoever watches a run.
pub struct Watch<'a> {
    args: &'a RunArgs,
    signals: Signals,
    screen: &'a Screen,
    logger: &'a Logger,
    line: StatusLine,
    losses: Losses,
    looked: Instant,
    /// Faults that are logged.
    logged: usize,
}

impl<'a> Watch<'a> {
    /// A watch over `running`, which has just begun.
    pub fn new(
        args: &'a RunArgs,
        running: &Running,
        signals: Signals,
        screen: &'a Screen,
        logger: &'a Logger,
    ) -> Watch<'a> {
        let line = StatusLine::new(&running.plan);
        let losses = Losses::new(&running.plan);
        Watch { args, signals, screen, logger, line, losses, looked: Instant::now(), logged: 0 }
    }

    /// Watches the run until it is over or must be, and ends it.
    pub fn until_end(
        mut self,
        mut running: Running,
        mut desk: Desk<'_>,
        server: Option<&Server>,
        mut metrics: Option<Metrics>,
        watched: Option<Watched>,
    ) -> Ending {
        // Without a socket, what is reloaded on its own asks the same way.
        let (own, own_requests) = Asker::new(1);
        let requests = server.map_or(&own_requests, Server::requests);
        let asker = server.map_or(&own, Server::asker).clone();
        let mut reloads = Reloads::new(asker, watched);
        loop {
            let (faults, request) = running.attend_or(TICK, requests);
            self.log(&faults);
            log_long_calls(&running.long_calls());
            if let Some(request) = request {
                request.serve(&mut running, &mut desk);
                self.losses.renew(&running.plan);
                self.line.renew(&running.plan);
            }
            if let Some(metrics) = &mut metrics {
                metrics.serve(&running);
            }
            if running.is_over() {
                break;
            }
            reloads.look(self.signals.take_hup());
            if running.stopping_since().is_none()
                && let Some(why) = self.reason_to_stop(&running)
            {
                let drain = time(self.args.drain);
                log::info!(target: TARGET, "stopping, {why}; what is held has {drain} to be delivered");
                running.stop();
            }
            if self.left(&running) == Some(Duration::ZERO) {
                break;
            }
            self.look(&running, &mut desk.rates);
        }
        self.screen.status(None);
        self.end(running)
    }

    fn end(mut self, running: Running) -> Ending {
        let forced = !running.is_over();
        let ending = running.end();
        let new: Vec<_> = ending.faults.iter().skip(self.logged).cloned().collect();
        self.log(&new);
        // Of what was lost since the last look, too.
        self.warn(&ending.ledger);
        let drops = ending.ledger.nodes.iter().flat_map(|node| &node.dropped);
        let thrown_away: u64 = drops.filter(|drop| drop.reason == "stopped").map(|drop| drop.frames).sum();
        if forced && thrown_away > 0 {
            let drain = time(self.args.drain);
            let held = frames(thrown_away);
            log::warn!(target: TARGET, "{held} not delivered within --drain {drain} of the stop, thrown away");
        }
        for node in &ending.stuck {
            log::error!(target: TARGET, "node {node}: its module did not return; it was left behind");
        }
        if !ending.left_behind.is_empty() {
            let nodes = ending.left_behind.join(", ");
            log::warn!(target: TARGET, "behind it in the same segment, and left with it: {nodes}");
        }
        ending
    }

    fn log(&mut self, faults: &[(String, String)]) {
        for (node, text) in faults {
            log::error!(target: TARGET, "node {node}: {text}");
        }
        self.logged += faults.len();
    }

    fn warn(&mut self, ledger: &Ledger) {
        for news in self.losses.news(ledger) {
            log::warn!(target: TARGET, "{news}");
        }
    }

    fn reason_to_stop(&self, running: &Running) -> Option<String> {
        if self.signals.stop() {
            return Some("asked by a signal".to_owned());
        }
        if let Some(longest) = self.args.longest.filter(|longest| running.lasted() >= *longest) {
            return Some(format!("--for {} is over", time(longest)));
        }
        let until = self.args.until.as_ref().filter(|node| running.has_ended(node))?;
        Some(format!("--until {until} has ended"))
    }

    /// What is left of the drain, if the run is stopping.
    fn left(&self, running: &Running) -> Option<Duration> {
        let since = running.stopping_since()?;
        Some(self.args.drain.saturating_sub(since.elapsed()))
    }

    fn look(&mut self, running: &Running, rates: &mut Rates) {
        if self.looked.elapsed() < LOOK {
            return;
        }
        self.looked = Instant::now();
        let ledger = running.ledger(false);
        rates.note(running.lasted(), &ledger);
        self.warn(&ledger);
        self.logger.tick();
        if self.screen.is_terminal() {
            let width = Widths::now().err.unwrap_or(80);
            let left = self.left(running);
            self.screen.status(Some(self.line.text(running.lasted(), &ledger, left, width)));
        }
    }
}

fn log_long_calls(calls: &[LongCall]) {
    for LongCall { node, call, lasted, returned } in calls {
        let seconds = lasted.as_secs_f64();
        if *returned {
            log::warn!(target: TARGET, "node {node}: has returned from {call}, which took more than {seconds:.1} s");
        } else {
            log::warn!(target: TARGET, "node {node}: has been inside {call} for {seconds:.1} s");
        }
    }
}
