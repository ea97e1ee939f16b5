//! The graphs that are measured.

use std::path::PathBuf;

/// A chain of `hops` transforms.
pub fn chain(size: u32, hops: usize) -> String {
    let passes: String = (0..hops).map(|n| format!("  p{n}: {{ module: bench-pass }}\n")).collect();
    let links: String = (0..hops).map(|n| format!("p{n} >> ")).collect();
    format!(
        "nodes:\n  s: {{ module: bench-source, params: {{ size: {size}, count: COUNT }} }}\n{passes}  e: {{ module: bench-sink }}\nlinks: [s >> {links}e]\n"
    )
}

/// A queue between source and sink.
pub fn queue(size: u32, depth: u32, no_copy: bool) -> String {
    format!(
        "nodes:\n  s: {{ module: bench-source, params: {{ size: {size}, count: COUNT }} }}\n  q: {{ module: fifo, params: {{ max_depth: {depth}, overflow: block, no_copy: {no_copy} }} }}\n  e: {{ module: bench-sink }}\nlinks: [s >> q >> e]\n"
    )
}

/// Where recordings are made: with few frames it is the page cache that is measured.
pub fn recording() -> PathBuf {
    std::env::temp_dir().join(format!("rogue-bench-{}.dat", std::process::id()))
}

/// A source into a recording.
pub fn writer(size: u32) -> String {
    let path = recording();
    format!(
        "nodes:\n  s: {{ module: bench-source, params: {{ size: {size}, count: COUNT }} }}\n  w: {{ module: file-writer, params: {{ path: {}, if_exists: replace }} }}\nlinks: [s >> w]\n",
        path.display()
    )
}

/// A recording into a sink.
pub fn reader() -> String {
    let path = recording();
    format!(
        "nodes:\n  r: {{ module: file-reader, params: {{ path: {} }} }}\n  e: {{ module: bench-sink }}\nlinks: [r >> e]\n",
        path.display()
    )
}
