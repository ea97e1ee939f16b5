//! Answers of a running graph as a person reads them.
//!
//! Called by the verbs. What holds: nothing in a text that comes from a run moves the cursor.

use std::{fmt::Write, time::Duration};

use serde_json::{Map, Value};

use crate::{
    control::{
        answer::{
            Books, ComparedOnly, Comparison, Exchanged, Limits, NamedValue, Reloaded, Show, ShownNode,
            StateHandedOver, ValueKind,
        },
        client::Client,
        columns::Columns,
        numbers::{frames, thousands, time},
    },
    graph::Sandbox,
};

/// A text without characters that a terminal acts on.
pub fn plain(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' => c.to_string(),
        c if c.is_control() => c.escape_default().to_string(),
        c => c.to_string(),
    };
    text.chars().map(shown).collect()
}

/// A value as a person reads it.
pub fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.escape_debug().to_string(),
        Value::Null => "-".to_owned(),
        value => plain(&value.to_string()),
    }
}

/// Parameters in one line.
pub fn flow(params: &Map<String, Value>) -> String {
    let all: Vec<String> =
        params.iter().map(|(name, value)| format!("{}={}", plain(name), text(value))).collect();
    if all.is_empty() { "no parameters written".to_owned() } else { all.join(", ") }
}

/// The plan of a run.
pub fn table(show: &Show, run: &Client, width: usize) -> String {
    let state = if show.stopping { "stopping" } else { "running" };
    let lasted = time(Duration::try_from_secs_f64(show.seconds).unwrap_or_default());
    let (name, path) = (plain(&run.hello.name), plain(&run.path.display().to_string()));
    let mut text = format!("{name} (pid {}) {state} for {lasted}\nsocket {path}\n", run.hello.pid);
    if let Some(metrics) = &show.metrics {
        let _ = writeln!(text, "metrics {}", plain(metrics));
    }
    text.push('\n');
    let titles = ["node", "module", "version", "packaging", "health", "segments", "parameters"];
    let mut columns = Columns::titled(&titles).breaking_after(", ").last_at_least(24);
    for node in &show.nodes {
        let segments: Vec<String> = node.segments.iter().map(ToString::to_string).collect();
        columns.row([
            plain(&node.node),
            plain(&node.module),
            plain(&node.version),
            plain(&node.packaging),
            match (&node.inside, node.inside_ms) {
                (Some(call), Some(ms)) => plain(&inside(call, ms)),
                _ => plain(&node.health),
            },
            segments.join(" "),
            flow(&node.params),
        ]);
    }
    text.push_str(&columns.text("", width));
    text.push('\n');
    let mut columns = Columns::titled(&["node", "readings"]).breaking_after(", ").last_at_least(24);
    let shown: Vec<_> = show.nodes.iter().filter(|node| !node.readings.is_empty()).collect();
    shown.iter().for_each(|node| columns.row([plain(&node.node), flow(&node.readings)]));
    if !shown.is_empty() {
        text.push_str(&columns.text("", width));
        text.push('\n');
    }
    let mut columns = Columns::titled(&["node", "sandbox"]);
    let boxed: Vec<_> = show.nodes.iter().filter_map(|node| Some((node, sandbox(node)?))).collect();
    boxed.iter().for_each(|(node, sandbox)| columns.row([plain(&node.node), sandbox.to_string()]));
    if !boxed.is_empty() {
        text.push_str(&columns.text("", width));
        text.push('\n');
    }
    for link in &show.links {
        let _ = writeln!(text, "{}", plain(link));
    }
    text
}

/// What a sandboxed node may use and reach.
fn sandbox(node: &ShownNode) -> Option<Sandbox> {
    let Limits { memory, call_ns, output } = node.limits?;
    let granted = |what: &str| node.grant.iter().any(|grant| grant == what);
    let (wall, random) = (granted("wall"), granted("random"));
    Some(Sandbox { memory, call: Duration::from_nanos(call_ns), output, wall, random })
}

/// That a node is in a call, and for how long.
pub fn inside(call: &str, ms: u64) -> String {
    format!("inside {call} for {}", time(Duration::from_millis(ms)))
}

/// Values, one in each line.
pub fn listed(values: &[NamedValue], width: usize) -> String {
    let mut columns = Columns::plain(&["", "", ""]);
    for NamedValue { name, value, kind } in values {
        let kind = match kind {
            ValueKind::Live => "parameter, live",
            ValueKind::Restart => "parameter, restart",
            ValueKind::Reading => "",
        };
        columns.row([plain(name), text(value), kind.to_owned()]);
    }
    columns.text("", width)
}

/// What a swap did.
pub fn exchanged(done: Exchanged) -> String {
    let Exchanged {
        node,
        was,
        module,
        version,
        packaging,
        file,
        params,
        left_out,
        compared,
        pause_us,
        state,
        moved,
        dropped,
        before,
        after,
    } = done;
    let mut text =
        format!("node {node}: {was} -> {module} {version} ({packaging}), paused for {pause_us:.1} us\n");
    let _ = writeln!(text, "  file        {file}");
    let _ = writeln!(text, "  parameters  {}", flow(&params));
    if !left_out.is_empty() {
        let _ = writeln!(text, "  left out    {}: {module} has no such parameters", left_out.join(", "));
    }
    let lines: Vec<String> = compared.iter().map(comparison).collect();
    text.push_str(&lines.concat());
    let _ = match state {
        Some(state) => writeln!(
            text,
            "  state       {} version {}, {} bytes handed over",
            state.schema,
            state.version,
            thousands(state.bytes as u64)
        ),
        None => writeln!(text, "  state       none handed over"),
    };
    let _ = writeln!(text, "  held        {} handed over, {} dropped", frames(moved), frames(dropped));
    let _ = writeln!(text, "  before      {}", books(&before));
    let _ = writeln!(text, "  after       {}", books(&after));
    plain(&text)
}

/// What was compared, where nothing was to be swapped.
pub fn compared_only(done: &ComparedOnly) -> String {
    let ComparedOnly { node, runs, module, version, compared } = done;
    let lines: Vec<String> = compared.iter().map(comparison).collect();
    plain(&format!(
        "node {node}: {runs} runs; {module} {version} was compared, nothing was changed\n{}",
        lines.concat()
    ))
}

fn comparison(of: &Comparison) -> String {
    let mut text = format!(
        "  {:<10}  {} given to both: {} equal, {} different\n",
        of.how,
        frames(of.frames),
        thousands(of.equal),
        thousands(of.different)
    );
    if of.equal == 0 && of.different == 0 {
        text.push_str("              neither gave a frame: what they dropped is alike\n");
    }
    if let Some(tolerance) = &of.tolerance {
        let _ = writeln!(text, "  within      {tolerance}");
    }
    if of.paused_us > 0.0 {
        let anew = match of.resynchronised {
            0 => String::new(),
            1 => ", was too slow and began anew once".to_owned(),
            times => format!(", was too slow and began anew {} times", thousands(times)),
        };
        let _ = writeln!(text, "  paused      for {:.1} us{anew}", of.paused_us);
    }
    if let Some(first) = &of.first {
        let _ = writeln!(text, "  first       {first}");
    }
    if let Some(folder) = &of.saved {
        let _ = writeln!(text, "  saved       {folder}: input.dat, old.dat, new.dat");
    }
    if let Some(why) = &of.not_saved {
        let _ = writeln!(text, "  saved       nothing: {why}");
    }
    text
}

/// What a reload did.
pub fn reloaded(run: &str, done: &Reloaded) -> String {
    let changed = [&done.set, &done.added, &done.removed, &done.relinked];
    let nothing = done.replaced.is_empty() && changed.iter().all(|nodes| nodes.is_empty());
    let mut text = match nothing {
        true => format!("{run}: the file says what runs; nothing was changed\n"),
        false => format!(
            "{run}: reloaded, {} of {} segments untouched, the others paused for {:.1} us\n",
            done.segments_untouched, done.segments, done.pause_us
        ),
    };
    for node in &done.replaced {
        let state = node.state.as_ref().map_or("no state".to_owned(), handed_over);
        let _ = writeln!(
            text,
            "  replaced    {}: {} {}, {state}, {} handed over, {} dropped",
            node.node,
            node.module,
            node.version,
            frames(node.moved),
            frames(node.dropped)
        );
    }
    for (what, nodes) in
        [("set", &done.set), ("added", &done.added), ("removed", &done.removed), ("relinked", &done.relinked)]
    {
        if !nodes.is_empty() {
            let _ = writeln!(text, "  {what:<10}  {}", nodes.join(", "));
        }
    }
    let kept = done.kept.len();
    let _ = writeln!(text, "  kept        {kept} node{}", if kept == 1 { "" } else { "s" });
    if done.dropped > 0 {
        let _ = writeln!(text, "  dropped     {}, counted as swapped", frames(done.dropped));
    }
    let _ = writeln!(text, "  before      {}", books(&done.before));
    let _ = writeln!(text, "  after       {}", books(&done.after));
    plain(&text)
}

fn handed_over(state: &StateHandedOver) -> String {
    format!("{} version {}, {} bytes", state.schema, state.version, thousands(state.bytes as u64))
}

fn books(books: &Books) -> String {
    let Books { created, shared, consumed, dropped, lost, held } = *books;
    format!(
        "{} created + {} shared = {} consumed + {} dropped + {} held; {} lost",
        thousands(created),
        thousands(shared),
        thousands(consumed),
        thousands(dropped),
        thousands(held),
        thousands(lost)
    )
}
