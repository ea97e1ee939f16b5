//! `run --metrics`: what a scrape says is what the run counts; the documents name what is there; clients that are
//! silent, slow or hostile harm nobody.

use crate::desk::{Desk, LIVE};
use rogue_tests::child::{Child, Done};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    time::Duration,
};

/// How long an answer may take; far more than any needs.
const ANSWER: Duration = Duration::from_secs(100);

/// Has something of everything that is shown: a queue, a module's counters, gauges, readings, losses outside.
const ALL: &str = "name: live
nodes:
  src: { module: pattern, params: { size: 64, rate: 2000 } }
  q: { module: fifo, params: { max_depth: 100, overflow: block } }
  pick: { module: filter, params: { channel: 0 } }
  view: { module: debug, params: { max_bytes: 0 } }
  wave: { module: waveform, params: { rate: 100 } }
  find: { module: pulses, params: { threshold: 200 } }
  away: { module: tcp-client, params: { addr: 127.0.0.1, port: PORT, when_absent: drop } }
links: [ src >> q >> pick >> view, wave >> find >> away ]
";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace").to_owned()
}

fn started(desk: &Desk, graph: &str) -> (Child, SocketAddr) {
    fs::write(desk.path("live.yaml"), graph).expect("written");
    let run = desk.start(&["live.yaml", "--metrics", "0"]);
    let shown = desk.json(&["show", "--format", "json"]);
    let url = shown["metrics"].as_str().expect("metrics are read somewhere").to_owned();
    let address = url.strip_prefix("http://").and_then(|url| url.strip_suffix("/metrics")).expect("a URL");
    (run, address.parse().expect("an address"))
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("connects");
    stream.set_read_timeout(Some(ANSWER)).expect("a time");
    stream
}

fn talk(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = connect(address);
    stream.write_all(request).expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    String::from_utf8(answer).expect("UTF-8")
}

fn scrape(address: SocketAddr, format: &str) -> String {
    let answer =
        talk(address, format!("GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: {format}\r\n\r\n").as_bytes());
    let (head, text) = answer.split_once("\r\n\r\n").expect("a head");
    assert!(
        head.starts_with("HTTP/1.1 200 OK\r\n") && head.contains(&format!("Content-Length: {}", text.len()))
    );
    text.to_owned()
}

/// Every line of the older format: name with labels, and number.
fn samples(text: &str) -> BTreeMap<String, f64> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let sample = |line: &str| {
        let (name, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no number: {line}"));
        (name.to_owned(), value.parse().unwrap_or_else(|_| panic!("no number: {line}")))
    };
    lines.map(sample).collect()
}

/// Names of families, with their types.
fn families(text: &str) -> BTreeMap<String, String> {
    let types = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    types
        .map(|line| line.split_once(' ').map(|(name, kind)| (name.to_owned(), kind.to_owned())).expect(line))
        .collect()
}

#[test]
fn a_scrape_is_what_the_run_counts() {
    let desk = Desk::new();
    let (run, address) = started(&desk, LIVE);
    desk.client("live").flows_beyond(100);
    desk.verb(&["set", "q.max_depth=50"]).ended(0);
    desk.verb(&["swap", "pick", "filter", "--set", "channel=1"]).ended(0);
    let before = samples(&scrape(address, "*/*"));
    let mut after = samples(&scrape(address, "*/*"));
    let frames = "rogue_node_frames_in_total{node=\"view\",module=\"debug\"}";
    assert!(before[frames] >= 100.0);
    // Channel 1 lets nothing pass, and that is asked for.
    let dropped = "rogue_node_frames_dropped_total{node=\"pick\",module=\"filter\",reason=\"channel\",intent=\"asked\"}";
    while after[dropped] <= before[dropped] + 100.0 {
        after = samples(&scrape(address, "*/*"));
    }
    for (name, is) in [
        (frames, before[frames]),
        ("rogue_node_bytes_in_total{node=\"view\",module=\"debug\"}", 64.0 * before[frames]),
        ("rogue_node_frames_dropped_total{node=\"q\",module=\"fifo\",reason=\"fault\",intent=\"loss\"}", 0.0),
        ("rogue_node_queue_capacity_frames{node=\"q\",module=\"fifo\"}", 50.0),
        ("rogue_node_reconfigured_total{node=\"q\",module=\"fifo\"}", 1.0),
        ("rogue_node_swaps_total{node=\"pick\",module=\"filter\"}", 1.0),
        ("rogue_node_faults_total{node=\"pick\",module=\"filter\"}", 0.0),
        ("rogue_node_up{node=\"pick\",module=\"filter\"}", 1.0),
        ("rogue_node_inside_seconds{node=\"pick\",module=\"filter\"}", 0.0),
        ("rogue_swap_pause_seconds_count", 2.0),
        ("rogue_swap_pause_seconds_bucket{le=\"+Inf\"}", 2.0),
        ("rogue_reloads_total", 0.0),
        ("rogue_ledger_imbalance_frames", 0.0),
        ("rogue_nodes", 4.0),
    ] {
        assert_eq!(after.get(name), Some(&is), "{name}");
    }
    assert!(after["rogue_uptime_seconds"] > 0.0 && after["rogue_ledger_checks_total"] >= 1.0);
    let calls = |of: &str| after[&format!("rogue_node_call_seconds_{of}{{node=\"view\",module=\"debug\"}}")];
    assert!(calls("count") > 0.0 && calls("sum") > 0.0);
    // What is counted never gets less.
    for (name, was) in before.iter().filter(|(name, _)| name.contains("_total")) {
        assert!(after.get(name).is_some_and(|is| is >= was), "{name}: {was}, then {:?}", after.get(name));
    }
    desk.stop(run);
    assert!(TcpStream::connect(address).is_err(), "it still listens");
}

#[test]
fn a_reload_is_counted_with_what_it_did_to_nodes_and_its_pause() {
    let desk = Desk::new();
    let (run, address) = started(&desk, LIVE);
    // What a live parameter takes, what makes a module anew, a node more; then one that is refused, and one that does nothing.
    desk.writes(
        &crate::reloads::longer()
            .replace("max_depth: 100", "max_depth: 60")
            .replace("module: filter, params: { channel: 0 }", "module: tag, params: { channel: 3 }"),
    );
    desk.verb(&["reload"]).ended(0);
    desk.writes("nodes: {}");
    desk.verb(&["reload"]).ended(5);
    let text = scrape(address, "*/*");
    let now = samples(&text);
    for (name, is) in [
        ("rogue_reloads_total", 1.0),
        ("rogue_nodes", 5.0),
        ("rogue_swap_pause_seconds_count", 1.0),
        ("rogue_node_reconfigured_total{node=\"q\",module=\"fifo\"}", 1.0),
        ("rogue_node_swaps_total{node=\"q\",module=\"fifo\"}", 0.0),
        ("rogue_node_swaps_total{node=\"pick\",module=\"tag\"}", 1.0),
        ("rogue_node_swaps_total{node=\"cut\",module=\"filter\"}", 0.0),
        ("rogue_ledger_imbalance_frames", 0.0),
    ] {
        assert_eq!(now.get(name), Some(&is), "{name}\n{text}");
    }
    assert!(now["rogue_swap_pause_seconds_sum"] > 0.0);
    // What the file does not have any more has no row.
    desk.writes(LIVE);
    desk.verb(&["reload"]).ended(0);
    let text = scrape(address, "*/*");
    assert!(!text.contains("node=\"cut\"") && text.contains("rogue_reloads_total 2"), "{text}");
    desk.stop(run);
}

#[test]
fn both_formats_have_the_same_families() {
    let desk = Desk::new();
    let (run, address) = started(&desk, LIVE);
    let (old, new) =
        (scrape(address, "text/plain"), scrape(address, "application/openmetrics-text;version=1.0.0"));
    assert!(new.ends_with("\n# EOF\n") && !old.contains("# EOF"));
    let without_total = |families: BTreeMap<String, String>| -> BTreeMap<String, String> {
        families.into_iter().map(|(name, kind)| (name.trim_end_matches("_total").to_owned(), kind)).collect()
    };
    assert_eq!(without_total(families(&old)), without_total(families(&new)));
    desk.stop(run);
}

/// Words of a text that are names of families, or of what a family has.
fn named_in(text: &str) -> BTreeSet<String> {
    let part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    text.split(|c: char| !part(c))
        .filter(|word| word.starts_with("rogue_") && *word != "rogue_runtime")
        .map(str::to_owned)
        .collect()
}

/// A metric, of which a histogram has three.
fn family(name: &str) -> &str {
    let ends = ["_bucket", "_count", "_sum"];
    ends.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name)
}

#[test]
fn the_documents_the_dashboard_and_the_alerts_name_what_is_there() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = silent.local_addr().expect("an address").port().to_string();
    let desk = Desk::new();
    let (run, address) = started(&desk, &ALL.replace("PORT", &port));
    // A reading is there when its module has something to show.
    let mut text = scrape(address, "*/*");
    while !text.contains("# TYPE rogue_module_reading ") {
        text = scrape(address, "*/*");
    }
    let there: BTreeSet<String> = families(&text).into_keys().collect();
    let read =
        |name: &str| fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let page = read("docs/metrics.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let listed: BTreeSet<String> =
        rows.filter(|name| name.starts_with("rogue_")).map(str::to_owned).collect();
    assert_eq!(there.difference(&listed).collect::<Vec<_>>(), [""; 0], "not in the table of docs/metrics.md");
    assert_eq!(listed.difference(&there).collect::<Vec<_>>(), [""; 0], "in the table, and not there");
    for name in ["docs/metrics.md", "docs/monitoring/dashboard.json", "docs/monitoring/alerts.yaml"] {
        let named = named_in(&read(name));
        assert!(named.len() >= 10, "{name} names {named:?}");
        for metric in named {
            assert!(there.contains(family(&metric)) || there.contains(&metric), "{name} names {metric}");
        }
    }
    desk.verb(&["stop"]).ended(0);
    run.end().ended(0);
}

#[test]
fn the_dashboard_and_the_alerts_are_what_their_programs_read() {
    let read = |name: &str| fs::read_to_string(root().join("docs/monitoring").join(name)).expect(name);
    let alerts: serde_json::Value = serde_yaml::from_str(&read("alerts.yaml")).expect("YAML");
    let mut names = BTreeSet::new();
    for group in alerts["groups"].as_array().expect("groups") {
        assert!(group["name"].is_string());
        for rule in group["rules"].as_array().expect("rules") {
            for key in ["alert", "expr"] {
                assert!(rule[key].is_string(), "no {key} in {rule}");
            }
            for key in ["summary", "description"] {
                assert!(rule["annotations"][key].is_string(), "no {key} in {rule}");
            }
            assert!(rule["labels"]["severity"].is_string(), "{rule}");
            assert!(names.insert(rule["alert"].as_str().expect("a name").to_owned()), "twice: {rule}");
        }
    }
    assert!(names.len() >= 6, "{names:?}");
    let dashboard: serde_json::Value = serde_json::from_str(&read("dashboard.json")).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    let mut ids = BTreeSet::new();
    for panel in panels {
        assert!(ids.insert(panel["id"].as_u64().expect("an id")), "twice: {panel}");
        assert!(panel["gridPos"]["w"].is_u64() && panel["title"].is_string(), "{panel}");
        if panel["type"] != "row" {
            let targets = panel["targets"].as_array().expect("targets");
            assert!(targets.iter().all(|target| target["expr"].is_string()), "{panel}");
        }
    }
    assert!(panels.len() >= 10, "{} panels", panels.len());
}

#[test]
fn a_busy_port_is_an_error_that_names_the_flag() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address");
    let desk = Desk::new();
    let run = |metrics: &str| -> Done { desk.verb(&["live.yaml", "--metrics", metrics]) };
    let done = run(&address.port().to_string()).ended(2);
    done.says(&format!("--metrics: {address} cannot be listened at"))
        .says("another program has this port: write another one, or 0 for one that is free");
    run("192.0.2.1:0").ended(2).says("this machine does not have this address");
    run("example.org:80").ended(2).says("write PORT (for this machine alone)");
}

#[test]
fn several_runs_have_their_ports_and_none_listens_unasked() {
    let desk = Desk::new();
    let (first, one) = started(&desk, LIVE);
    fs::write(desk.path("other.yaml"), LIVE.replace("name: live", "name: other")).expect("written");
    let second = desk.start(&["other.yaml", "--metrics", "localhost:0"]);
    let third = desk.start(&["live.yaml", "--no-control"]);
    let shown = desk.json(&["show", "--run", "other", "--format", "json"]);
    assert_ne!(shown["metrics"], format!("http://{one}/metrics"));
    assert!(scrape(one, "*/*").contains("graph=\"live\""));
    desk.verb(&["stop", "--run", "live"]).ended(0);
    first.end().ended(0).says(&format!("metrics at http://{one}/metrics"));
    desk.verb(&["stop", "--run", "other"]).ended(0);
    second.end().ended(0);
    third.signal("INT");
    assert!(!third.end().ended(0).err.contains("metrics at"));
}

#[test]
fn who_is_hostile_silent_or_slow_harms_nobody() {
    let desk = Desk::new();
    let (run, address) = started(&desk, LIVE);
    for (request, status) in [
        (&b"GET / HTTP/1.1\r\n\r\n"[..], "404"),
        (b"DELETE /metrics HTTP/1.1\r\n\r\n", "405"),
        (b"{\"command\":\"stop\"}\n", "400"),
        (b"\x16\x03\x01\x00\xff\xff\r\n\r\n", "400"),
    ] {
        let answer = talk(address, request);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    }
    // More than a request may have, a gigabyte if it were read: the connection ends.
    let mut large = connect(address);
    let (chunk, mut sent) = (vec![b'x'; 1 << 20], 0u64);
    large.write_all(b"GET /").expect("sent");
    while sent < 1 << 30 && large.write_all(&chunk).is_ok() {
        sent += chunk.len() as u64;
    }
    assert!(sent < 1 << 26, "{sent} bytes were taken");
    // Those who connect and say nothing make room for who asks.
    let mut silent: Vec<TcpStream> = (0..64).map(|_| connect(address)).collect();
    // One that never reads what it asked for.
    let mut deaf = connect(address);
    deaf.write_all(b"GET /metrics HTTP/1.1\r\n\r\n").expect("sent");
    for stream in silent.iter_mut().skip(32) {
        // The end of a line that never ends.
        let _ = stream.write_all(b"GET /metrics HTTP/1.1\r\nA: b");
    }
    assert!(scrape(address, "*/*").contains("rogue_nodes 4"));
    let mut client = desk.client("live");
    let taken = client.taken();
    client.flows_beyond(taken + 10);
    // A stop does not wait for them.
    desk.stop(run);
}
