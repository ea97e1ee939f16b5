//! The bytes of a frame.

use rogue_sdk::{Frame, Result};

/// Bytes written at once: the pattern is copied from a table, not computed byte by byte.
const CHUNK: usize = 4096;

/// The pattern from any of its 256 beginnings, for a chunk.
static TABLE: [u8; CHUNK + 256] = {
    let mut table = [0; CHUNK + 256];
    let mut i = 0;
    while i < table.len() {
        table[i] = i as u8;
        i += 1;
    }
    table
};

/// Fills `size` bytes: byte j is (index + j) mod 256.
pub fn fill(frame: &mut Frame, index: u64, size: u32) -> Result<()> {
    let begin = usize::from(index as u8);
    let mut done = 0;
    while done < size {
        let len = (size - done).min(CHUNK as u32);
        // CHUNK is a multiple of 256, so every chunk begins as the first one does.
        frame.write(done, &TABLE[begin..begin + len as usize])?;
        done += len;
    }
    Ok(())
}
