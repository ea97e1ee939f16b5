//! `inspect`: what a module file says of itself, read without running its code.

use std::{io, path::Path};

use serde_json::json;

use super::{
    card_text::card_text,
    cli::{Globals, InspectArgs, Sheet},
    exit,
    io::Io,
    numbers::thousands,
    prepare,
};
use crate::load::{Inspected, inspect_named};

/// Shows the cards of a file, or the one card that was asked for.
pub fn inspect(args: &InspectArgs, globals: &Globals, io: &mut Io<'_>) -> io::Result<u8> {
    let seen = match inspect_named(&args.what, Path::new(""), &prepare::search(globals)) {
        Ok(seen) => seen,
        Err(error) => {
            io.error(error);
            return Ok(exit::INVALID);
        }
    };
    match args.format {
        Sheet::Table => io.out.write_all(text(&seen, (io.widths)().out).as_bytes())?,
        Sheet::Json => writeln!(io.out, "{:#}", json(&seen))?,
    }
    Ok(exit::OK)
}

/// Where lines end in a pipe, and on a wider terminal: a longer one is hard to read.
const WIDTH: usize = 100;

/// Whether the module with this number was asked for.
fn wanted(seen: &Inspected, index: usize) -> bool {
    seen.module.is_none_or(|module| module as usize == index)
}

fn text(seen: &Inspected, width: Option<usize>) -> String {
    let (major, minor) = seen.cards.abi;
    let mut text = format!(
        "file    {}\nsize    {} bytes\nsha256  {}\nabi     {major}.{minor}\n",
        seen.file.display(),
        thousands(seen.len),
        seen.sha256
    );
    for (_, card) in seen.cards.cards.iter().enumerate().filter(|(index, _)| wanted(seen, *index)) {
        text.push('\n');
        text.push_str(&card_text(card, width.map_or(WIDTH, |width| width.min(WIDTH))));
    }
    text
}

/// The cards as they are written, with what a newer SDK may have added.
fn json(seen: &Inspected) -> serde_json::Value {
    let cards = seen.cards.values().into_iter().enumerate();
    let cards: Vec<_> = cards.filter(|(index, _)| wanted(seen, *index)).map(|(_, card)| card).collect();
    let (major, minor) = seen.cards.abi;
    json!({
        "file": seen.file.to_string_lossy(),
        "bytes": seen.len,
        "sha256": seen.sha256,
        "abi": { "major": major, "minor": minor },
        "modules": cards
    })
}
