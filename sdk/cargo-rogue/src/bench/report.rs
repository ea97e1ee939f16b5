//! Costs as people and programs read them.

use super::Cost;
use crate::{module::Chosen, say::thousands};
use serde_json::{Value, json};
use std::fmt::Write;

/// A table, one line for each size.
pub fn text(chosen: &Chosen, costs: &[Cost], rounds: usize) -> String {
    let memcpy = costs.iter().map(|cost| cost.memcpy_ns).fold(f64::INFINITY, f64::min);
    let mut text = format!(
        "{}, best of {rounds} runs; one copy of 64 KiB takes {memcpy:.0} ns\n\n{:>10}  {:>11}  {:>10}  {:>10}  {:>10}  \
         {:>9}\n",
        chosen.title(),
        "size",
        "frames",
        "without ns",
        "with ns",
        "cost ns",
        "x copy"
    );
    for cost in costs {
        let size = cost.size.map_or_else(|| "its own".to_owned(), |size| thousands(size.into()));
        let without = cost.without_ns.map_or_else(|| "-".to_owned(), |ns| format!("{ns:.1}"));
        let _ = writeln!(
            text,
            "{size:>10}  {:>11}  {without:>10}  {:>10.1}  {:>10.1}  {:>9.3}",
            thousands(cost.frames),
            cost.with_ns,
            cost.ns(),
            cost.ratio()
        );
    }
    text
}

/// The same for programs.
pub fn as_json(chosen: &Chosen, costs: &[Cost], rounds: usize) -> Value {
    let costs: Vec<Value> = costs
        .iter()
        .map(|cost| {
            json!({
                "size": cost.size,
                "frames": cost.frames,
                "without_ns": cost.without_ns,
                "with_ns": cost.with_ns,
                "cost_ns": cost.ns(),
                "memcpy_64k_ns": cost.memcpy_ns,
                "ratio": cost.ratio()
            })
        })
        .collect();
    json!({
        "file": chosen.found.file.to_string_lossy(),
        "module": chosen.card().name,
        "version": chosen.card().version,
        "params": chosen.params,
        "best_of": rounds,
        "costs": costs
    })
}
