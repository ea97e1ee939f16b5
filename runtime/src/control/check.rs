//! `check`: every mistake of a graph at once, or one line that says it is right.

use std::io;

use super::{
    cli::{CheckArgs, Globals},
    exit,
    io::Io,
    prepare,
};
use crate::graph::Plan;

/// Checks a graph; its modules' own checks too, unless `--no-code`.
pub fn check(args: &CheckArgs, globals: &Globals, io: &mut Io<'_>) -> io::Result<u8> {
    let prepared = match prepare::graph(&args.graph, globals, false, io) {
        Ok(prepared) => prepared,
        Err(code) => return Ok(code),
    };
    if !args.no_code
        && let Err(code) = prepared.modules(io)
    {
        return Ok(code);
    }
    writeln!(io.out, "{}", summary(&prepared.checked.plan))?;
    Ok(exit::OK)
}

fn summary(plan: &Plan) -> String {
    let count = |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
    let (nodes, links) = (count(plan.nodes.len(), "node"), count(plan.links.len(), "link"));
    format!("ok: {nodes}, {links}, {}", count(plan.segments.len(), "segment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_counts() {
        assert_eq!(summary(&Plan::empty()), "ok: 0 nodes, 0 links, 0 segments");
    }
}
