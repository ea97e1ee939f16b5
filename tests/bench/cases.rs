//! The lines of the report.

use crate::graphs::{chain, queue, reader, writer};

/// A graph, with `COUNT` where the number of frames stands.
pub struct Case {
    /// What it is.
    pub name: &'static str,
    /// The graph.
    pub graph: String,
    /// Frames of one run.
    pub frames: u64,
    /// Bytes of payload of one frame.
    pub size: u32,
    /// Hops more than in the case before, which it is compared with.
    pub hops_more: Option<u32>,
    /// What is aimed at.
    pub bar: &'static str,
}

fn case(name: &'static str, graph: String, frames: u64, size: u32, bar: &'static str) -> Case {
    Case { name, graph, frames, size, hops_more: None, bar }
}

/// All of them. The reader reads what the writer before it has left.
pub fn all() -> Vec<Case> {
    const M: u64 = 1_000_000;
    let base = case("request + write 16 B + send + drop", chain(16, 0), 20 * M, 16, "≤ 30 ns");
    let hops = case("the same, 8 hops more", chain(16, 8), 10 * M, 16, "");
    vec![
        base,
        Case { hops_more: Some(8), ..hops },
        case("fifo, no copy, 64 B, depth 256", queue(64, 256, true), 10 * M, 64, "≥ 10 M/s"),
        case("fifo, no copy, 1 KiB, depth 256", queue(1024, 256, true), 10 * M, 1024, "≥ 10 M/s"),
        case("fifo, no copy, 64 KiB, depth 256", queue(65536, 256, true), 5 * M, 65536, "≥ 10 M/s"),
        case("fifo, no copy, 64 B, depth 1000", queue(64, 1000, true), 10 * M, 64, "≥ 5 M/s"),
        case("fifo, no copy, 64 KiB, depth 1000", queue(65536, 1000, true), 5 * M, 65536, "≥ 5 M/s"),
        case("fifo, no copy, 64 B, depth 100", queue(64, 100, true), 10 * M, 64, ""),
        case("fifo, no copy, 64 KiB, depth 100", queue(65536, 100, true), 5 * M, 65536, ""),
        case("fifo, copy, 64 B", queue(64, 1000, false), 5 * M, 64, "≥ 8 M/s"),
        case("fifo, copy, 1 KiB", queue(1024, 1000, false), 5 * M, 1024, "≥ 5 M/s"),
        case("fifo, copy, 64 KiB", queue(65536, 1000, false), M / 5, 65536, "≥ 0.15 M/s"),
        case("file-writer, 1 KiB", writer(1024), M / 4, 1024, "≥ 2.5 GB/s"),
        case("file-writer, 64 KiB", writer(65536), 8_000, 65536, "≥ 4 GB/s"),
        case("file-reader, 64 KiB", reader(), 8_000, 65536, "≥ 7 GB/s"),
    ]
}
