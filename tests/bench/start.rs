//! How long the program takes from its start to the first frame of a graph of ten nodes, and to its own end.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

const ROUNDS: usize = 10;

/// Ten nodes, of eight modules in seven files; `view` prints the frame that has come through.
const GRAPH: &str = "\
nodes:
  source: { module: pattern, params: { count: 1, size: 1024 } }
  a: { module: filter, params: { channel: 0 } }
  b: { module: ratedrop, params: { period: false, value: 1 } }
  c: { module: tag }
  d: { module: fifo }
  e: { module: tag }
  f: { module: fifo }
  g: { module: filter, params: { channel: 0 } }
  h: { module: bench-pass }
  view: { module: debug, params: { max_bytes: 16 } }
links: [source >> a >> b >> c >> d >> e >> f >> g >> h >> view]
";

/// Prints the best of several starts.
pub fn report() {
    let times = (0..ROUNDS).map(|_| first_frame());
    let best = times.fold((Duration::MAX, Duration::MAX), |best, now| (best.0.min(now.0), best.1.min(now.1)));
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    println!(
        "\nstart of a graph of ten nodes, the program's own start included: {:.1} ms to the first frame (≤ 50 ms), {:.1} ms to its end",
        ms(best.0),
        ms(best.1)
    );
}

/// Runs the program; how long until the frame is printed, and until the program ends.
fn first_frame() -> (Duration, Duration) {
    let dir = std::env::temp_dir().join(format!("rogue-bench-{}.yaml", std::process::id()));
    std::fs::write(&dir, GRAPH).expect("room for a graph file");
    let start = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_rogue-runtime-under-test"))
        .args(["run", "--plugin-path"])
        .arg(deps())
        .arg(&dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let lines = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut seen = None;
    for line in lines.lines().map_while(Result::ok) {
        if line.contains("view") && seen.is_none() {
            seen = Some(start.elapsed());
        }
    }
    let status = child.wait().expect("the program ends");
    let ended = start.elapsed();
    assert!(status.success(), "{status}");
    let _ = std::fs::remove_file(dir);
    (seen.expect("the frame is printed"), ended)
}

fn deps() -> std::path::PathBuf {
    let exe = std::env::current_exe().expect("this program has a path");
    exe.parent().expect("it lies in a folder").to_owned()
}
