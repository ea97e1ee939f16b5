//! What a frame costs, through the real engine, `.so` modules and full accounting: `cargo bench -p rogue-tests`.
//!
//! Each line is the best of several runs of a whole graph, start included (`docs/benchmarks.md` says how to read it).
//! A word after `--` picks the lines that contain it.

mod bridges;
mod cases;
mod graphs;
mod memory;
mod reloads;
mod run;
mod sandbox;
mod start;
mod swaps;
mod taps;
mod tcf;
mod udp;
mod watched;

use run::{Cost, cost, memcpy_64k};

/// Divides the frames of each run: `ROGUE_BENCH_DIVIDE=200` keeps a run under an instruction counter short.
fn divide() -> u64 {
    std::env::var("ROGUE_BENCH_DIVIDE").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if let [_, word, module, ..] = args.as_slice()
        && word == "load-once"
    {
        return sandbox::load_once(module);
    }
    if let Some(at) = args.iter().position(|arg| arg == "udp-send") {
        return udp::send(&args[at + 1..]);
    }
    if bridges::other_end() {
        return;
    }
    let only = std::env::args().skip(1).find(|arg| !arg.starts_with('-')).unwrap_or_default();
    let reference = memcpy_64k();
    println!("one copy of 64 KiB: {reference:.0} ns\n");
    println!("| graph | ns/frame | CPU ns/frame | M frames/s | GB/s | x copy | bar |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | --- |");
    let mut before: Option<(f64, &str)> = None;
    for case in cases::all().into_iter().filter(|case| case.name.contains(&only)) {
        let frames = (case.frames / divide()).max(1);
        let Cost { ns, cpu_ns } = cost(&case.graph, frames);
        let rate = f64::from(case.size) / ns;
        let rate = if case.size >= 1024 { format!("{rate:.2}") } else { String::new() };
        println!(
            "| {} | {ns:.1} | {cpu_ns:.1} | {:.2} | {rate} | {:.3} | {} |",
            case.name,
            1e3 / ns,
            ns / reference,
            case.bar
        );
        if let Some(hops) = case.hops_more {
            if let Some((base, name)) = before {
                let hop = (cpu_ns - base) / f64::from(hops);
                println!(
                    "| a further hop: the last line less “{name}” | | {hop:.1} | | | {:.4} | ≤ 4 ns |",
                    hop / reference
                );
            }
        } else {
            before = Some((cpu_ns, case.name));
        }
    }
    if only.is_empty() || "start".contains(&only) {
        start::report();
    }
    if only.is_empty() || "sandbox".contains(&only) {
        sandbox::report(divide());
    }
    if only.is_empty() || "swaps".contains(&only) {
        swaps::report();
    }
    if only.is_empty() || "reloads".contains(&only) {
        reloads::report();
    }
    if only.is_empty() || "taps".contains(&only) {
        taps::report();
    }
    if only.is_empty() || "watched".contains(&only) {
        watched::report();
    }
    if only.is_empty() || "tcf".contains(&only) {
        tcf::report(divide());
    }
    if only.is_empty() || "udp".contains(&only) {
        udp::report(divide());
    }
    if only.is_empty() || "bridges".contains(&only) {
        bridges::report(divide());
    } else if only == "many" {
        bridges::report_many();
    }
    if only.is_empty() || "memory".contains(&only) {
        memory::report(divide());
    }
}
