//! The verb `bench`: one measurement for each size of frame.

use super::{Cost, Wanted, measure, report};
use crate::{
    cli::{BenchArgs, Format},
    module::{Chosen, Subject},
    say::{self, OK, Trouble},
};
use rogue_runtime::card::Shape;

/// Sizes that are measured unless others are asked for: a small event, a packet, a large block.
const SIZES: [u32; 3] = [64, 1024, 65536];

/// Most frames of a run whose number is not given.
const MOST: u64 = 1_000_000;

/// Runs of each graph.
const ROUNDS: usize = 5;

/// Measures a module.
pub fn bench(args: &BenchArgs) -> Result<u8, Trouble> {
    let chosen = Chosen::find(&args.module)?;
    let source = chosen.card().shape == Shape::Source;
    if source && (args.frames.is_some() || !args.size.is_empty()) {
        return Err(Trouble::usage(format_args!(
            "`{}` is a source: it makes frames of its own number and size, and --frames and --size are not for it. \
             Give it parameters with --set.",
            chosen.card().name
        )));
    }
    let dir = tempfile::tempdir()
        .map_err(|error| Trouble::failed(format_args!("no folder for {{dir}}: {error}")))?;
    let subject = Subject::load(&chosen, dir.path()).map_err(Trouble::failed)?;
    let faults = subject.module.check(&subject.params_text());
    if let Some((path, what)) = faults.first() {
        return Err(Trouble::usage(format_args!("parameter `{path}`: {what}")));
    }
    let sizes = match (source, args.size.as_slice()) {
        (true, _) => vec![0],
        (false, []) => SIZES.to_vec(),
        (false, sizes) => sizes.to_vec(),
    };
    let mut costs: Vec<Cost> = Vec::new();
    for size in sizes {
        let wanted = Wanted { size, frames: args.frames, most: MOST, rounds: ROUNDS };
        match measure(&subject, &wanted).map_err(Trouble::failed)? {
            Some(cost) => costs.push(cost),
            None => return Err(Trouble::failed("the source made no frame, so there is nothing to measure")),
        }
    }
    say::out(&match args.module.format {
        Format::Text => report::text(&chosen, &costs, ROUNDS),
        Format::Json => format!("{:#}\n", report::as_json(&chosen, &costs, ROUNDS)),
    })?;
    Ok(OK)
}
