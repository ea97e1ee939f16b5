//! Rogue's data files (spec section 13): [`writer::FileWriter`] and [`reader::FileReader`].
//!
//! - [`record`] is the 8-byte header of a record, which the runtime has too, and [`name`] the names of files, in one
//!   place for both.
//! - `writer/` collects frames ([`writer::batch`]), writes them in few system calls, and rolls over.
//! - `reader/` finds the files of a replay, and reads one record after the other.
//!
//! What holds: what is written is byte for byte what Rogue's StreamWriter writes, and nothing but whole
//! records; a frame counts as consumed once the kernel has its bytes, and as lost if it cannot have them.

mod name;
mod reader;
mod writer;

#[cfg(test)]
mod tests;

use reader::FileReader;
use rogue_record as record;
use rogue_sdk::export_module;
use writer::FileWriter;

export_module!(FileWriter: Sink, FileReader: Source);
