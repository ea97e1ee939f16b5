//! Bytes as Rogue's base slave shows them: rows of ` 0x%.2x` led by 5 blanks (spec section 7).

use std::fmt::Write;

/// Bytes of a full row.
const ROW: usize = 8;

/// The rows of some bytes; the last may be shorter.
pub fn rows(bytes: &[u8]) -> impl Iterator<Item = String> + '_ {
    bytes.chunks(ROW).map(|row| {
        row.iter().fold(" ".repeat(5), |mut line, byte| {
            // Writing to a String cannot fail.
            let _ = write!(line, " 0x{byte:02x}");
            line
        })
    })
}
