//! Differences as files of records: a folder with `input.dat`, `old.dat` and `new.dat`, which `file-reader` reads, and
//! `differences.txt`, which says in words what differs.
//!
//! What holds: the folder is new, and its user's alone; differences stand in the three files in the same order; where one
//! of the two gave nothing, its file has nothing.

use super::comparison::Difference;
use rogue_record::Header;
use rogue_sdk::Frame;
use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::PathBuf,
};

/// Writes differences of node `node`; the folder.
///
/// # Errors
/// What the system says of the disk.
pub(super) fn save(node: &str, kept: &[Difference]) -> io::Result<PathBuf> {
    let folder = tempfile::Builder::new().prefix(&format!("rogue-runtime-{node}-")).tempdir()?;
    let mut files = ["input.dat", "old.dat", "new.dat"]
        .into_iter()
        .map(|name| File::create_new(folder.path().join(name)).map(BufWriter::new));
    let (Some(input), Some(old), Some(new)) = (files.next(), files.next(), files.next()) else {
        return Err(io::ErrorKind::Other.into());
    };
    let (mut input, mut old, mut new) = (input?, old?, new?);
    for difference in kept {
        difference.input.iter().try_for_each(|frame| record(frame, &mut input))?;
        difference.old.iter().try_for_each(|frame| record(frame, &mut old))?;
        difference.new.iter().try_for_each(|frame| record(frame, &mut new))?;
    }
    for mut file in [input, old, new] {
        file.flush()?;
    }
    let texts: Vec<&str> = kept.iter().map(|difference| difference.what.as_str()).collect();
    std::fs::write(folder.path().join("differences.txt"), texts.join("\n") + "\n")?;
    Ok(folder.keep())
}

fn record(frame: &Frame, to: &mut impl Write) -> io::Result<()> {
    // Longer frames than a record can say are not made.
    let Some(header) = Header::of(frame, frame.channel()) else { return Ok(()) };
    to.write_all(&header.encode())?;
    let mut reader = frame.reader();
    while !reader.chunk().is_empty() {
        let chunk = reader.chunk();
        to.write_all(chunk)?;
        reader.advance(chunk.len() as u32);
    }
    Ok(())
}
