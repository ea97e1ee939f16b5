//! `run`: a graph from start to verdict.
//!
//! What holds: nothing runs before the graph and all its modules are found right; the first SIGINT or SIGTERM
//! stops the run, which drains for a bounded time; whatever ends the run, the table and the verdict are
//! printed, and the exit code is the verdict's.

mod losses;
mod reloads;
mod signals;
mod status_line;
mod watch;

use std::{io, net::SocketAddr, path::Path};

use super::{
    apply::Desk,
    cli::{Globals, RunArgs},
    exit,
    io::{INDENT, Io, is_closed},
    logger::{Logger, TARGET},
    metrics::Metrics,
    numbers,
    prepare::{self, Prepared},
    rates::Rates,
    reloading,
    screen::Screen,
    server::Server,
    table,
    verdict::verdict,
};
use crate::{
    engine::Clock,
    graph::{Plan, wrap},
    swap::{self, COLD_CALL, Ending, StartError},
};
use reloads::Watched;
use signals::Signals;
use watch::Watch;

/// Runs a graph; the exit code is the verdict's.
pub fn run(args: &RunArgs, globals: &Globals, io: &mut Io<'_>, screen: &Screen, logger: &Logger) -> u8 {
    if args.watch && args.graph.graph == Path::new("-") {
        io.error("--watch: the graph is read from the standard input, which cannot be watched; name a file");
        return exit::USAGE;
    }
    // Before it is read: what is written from now on is a change.
    let watched = args.watch.then(|| Watched::new(&args.graph.graph));
    let prepared = match prepare::graph(&args.graph, globals, true, io) {
        Ok(prepared) => prepared,
        Err(code) => return code,
    };
    let plan = reloading::with_whole_paths(prepared.checked.plan.clone());
    if let Some(error) = args.until.as_ref().and_then(|until| unknown(&plan, until)) {
        io.error(error);
        return exit::USAGE;
    }
    let stamps = reloading::stamps(&plan);
    let modules = match prepared.modules(io) {
        Ok(modules) => modules,
        Err(code) => return code,
    };
    let signals = match Signals::catch() {
        Ok(signals) => signals,
        Err(error) => {
            io.error(format!("the system does not let signals be caught: {error}; nothing was started"));
            return exit::INTERNAL;
        }
    };
    let name = plan.name.clone();
    let metrics = match args.metrics.map(|address| metrics(address, io)).transpose() {
        Ok(metrics) => metrics,
        Err(code) => return code,
    };
    let desk = Desk {
        args: args.graph.clone(),
        spec: prepared.checked.spec.clone(),
        start: plan.clone(),
        stamps,
        base: prepared.base().to_owned(),
        search: prepare::search(globals),
        logger,
        rates: Rates::default(),
        drain: args.drain,
        metrics: metrics.as_ref().map(Metrics::address),
    };
    let server = if args.no_control { None } else { server(&name) };
    let mut running = match swap::start(plan, modules, Clock::Real) {
        Ok(running) => running,
        Err(error) => return not_started(&prepared, &error, io),
    };
    running.tell_calls_longer_than(args.watchdog);
    log::info!(
        target: TARGET,
        "graph {name} runs: {} nodes in {} segments",
        running.plan.nodes.len(),
        running.plan.segments.len()
    );
    let watch = Watch::new(args, &running, signals, screen, logger);
    let ending = watch.until_end(running, desk, server.as_ref(), metrics, watched);
    logger.finish();
    if let Err(error) = report(&name, &ending, globals, io)
        && !is_closed(&error)
    {
        io.error(format!("the result cannot be written: {error}"));
    }
    // Only now: whoever asked last has its answer by then.
    drop(server);
    verdict(&ending).code()
}

/// The port that metrics are read from. Who asks for it counts on it: without it nothing is started.
fn metrics(address: SocketAddr, io: &mut Io<'_>) -> Result<Metrics, u8> {
    let metrics = Metrics::open(address).map_err(|error| {
        let what_to_do = match error.kind() {
            io::ErrorKind::AddrInUse => {
                "another program has this port: write another one, or 0 for one that is free"
            }
            io::ErrorKind::AddrNotAvailable => "this machine does not have this address",
            io::ErrorKind::PermissionDenied => "ports below 1024 are for the system",
            _ => "nothing was started",
        };
        io.error(format!("--metrics: {address} cannot be listened at: {error}; {what_to_do}"));
        exit::USAGE
    })?;
    log::info!(target: TARGET, "metrics at http://{}/metrics", metrics.address());
    Ok(metrics)
}

/// The control socket. A graph runs without one where there can be none.
fn server(graph: &str) -> Option<Server> {
    let server = Server::open(graph);
    match &server {
        Ok(server) if server.is_second() => log::warn!(
            target: TARGET,
            "another run has the name {graph}; this one is --run {} for `show`, `top`, `set` and the like",
            server.name()
        ),
        Ok(server) => log::info!(target: TARGET, "control socket {}", server.path().display()),
        Err(why) => {
            log::warn!(target: TARGET, "no control socket, so `show`, `top` and the like do not find this run: {why}")
        }
    }
    server.ok()
}

/// What is wrong with the node of `--until`, if it is not in the graph.
fn unknown(plan: &Plan, until: &str) -> Option<String> {
    let names: Vec<&str> = plan.nodes.iter().map(|node| node.name.as_str()).collect();
    if names.contains(&until) {
        return None;
    }
    Some(format!("--until: the graph has no node `{until}`; it has {}", names.join(", ")))
}

/// Says why nothing runs, at the node's place in the graph file.
///
/// What a module refuses to be made of is a mistake of the graph; what it cannot get (a port, a file) is a
/// fault of the stage.
fn not_started(prepared: &Prepared, error: &StartError, io: &mut Io<'_>) -> u8 {
    let (node, what, code) = match error {
        StartError::Create { node, error } => (node, error.to_string(), exit::INVALID),
        StartError::NoHalf { node, half } => (
            node,
            format!(
                "the module made no {half} half, which its card promises; this is for its author to mend"
            ),
            exit::INVALID,
        ),
        StartError::Start { node, error } => (node, format!("could not start: {error}"), exit::FAULT),
        StartError::Late { node, call } => (
            node,
            format!(
                "its module did not return from {call} within {} s; it was given up",
                COLD_CALL.as_secs()
            ),
            exit::FAULT,
        ),
        StartError::TooManyNodes { .. } => {
            io.error(error);
            return exit::INVALID;
        }
        StartError::Thread { .. } => {
            io.error(format!("{error}; a graph needs a thread for each segment, see `rogue-runtime graph`"));
            return exit::FAULT;
        }
    };
    let index = prepared.checked.plan.nodes.iter().position(|known| known.name == *node);
    let placed = prepared.checked.place_node_error(index.unwrap_or(usize::MAX), &what);
    prepared.refuse(&[placed], io);
    code
}

/// The table, on `-v` the readings, the ledger, what was lost outside, and the verdict; on `-q` the verdict alone.
fn report(name: &str, ending: &Ending, globals: &Globals, io: &mut Io<'_>) -> io::Result<()> {
    let width = (io.widths)().out;
    if !globals.quiet {
        writeln!(io.out, "{name} ran {}\n\n{}", numbers::time(ending.lasted), table::table(ending, width))?;
        if globals.verbose > 0 {
            let readings = table::readings(&ending.status);
            if !readings.is_empty() {
                writeln!(io.out, "{readings}")?;
            }
        }
        writeln!(io.out, "{}", table::ledger_line(&ending.ledger, width))?;
        write!(io.out, "{}", table::outside(&ending.status, width))?;
    }
    writeln!(io.out, "{}", wrap(&verdict(ending).to_string(), INDENT, width.unwrap_or(usize::MAX)))?;
    io.out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::io::Widths;

    fn reported(globals: &Globals) -> String {
        let report = |io: &mut Io<'_>| report("g", &Ending::default(), globals, io).map(|()| exit::OK);
        crate::control::io::tests::written(Widths::default, report).1
    }

    #[test]
    fn a_report_has_the_table_the_ledger_and_the_verdict() {
        let text = reported(&Globals::default());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "g ran 0 ms");
        assert_eq!(lines[2], "node  in  out  held  busy %  dropped");
        assert!(lines[4].starts_with("ledger: 0 created") && lines[4].ends_with(": balances"), "{text}");
        assert_eq!(lines[5..], ["COMPLETE: nothing was lost"]);
        let quiet = Globals { quiet: true, ..Globals::default() };
        assert_eq!(reported(&quiet), "COMPLETE: nothing was lost\n");
    }

    #[test]
    fn until_must_name_a_node() {
        let error = unknown(&Plan::empty(), "x").expect("an error");
        assert!(error.contains("no node `x`"), "{error}");
    }
}
