//! Conversations recorded between TCF's own clients and its C agent, played to the live server: what it answers has the
//! same bytes, but for the agent's own list of services, its processes, and the time in errors.

use super::node;
use rogue_sdk::bench::json;
use std::{
    io::{Read, Write},
    net::TcpStream,
};

/// Text with `|` for NUL, `!` for the end of a message and `$` for the end of the stream.
fn bytes(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for byte in text.bytes() {
        match byte {
            b'|' => out.push(0),
            b'!' => out.extend_from_slice(&[3, 1]),
            b'$' => out.extend_from_slice(&[3, 2]),
            byte => out.push(byte),
        }
    }
    out
}

struct Script {
    stream: TcpStream,
    heard: Vec<u8>,
}

impl Script {
    fn connect(port: u16) -> Script {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(super::LIMIT)).unwrap();
        Script { stream, heard: Vec::new() }
    }

    fn says(&mut self, text: &str) {
        self.stream.write_all(&bytes(text)).unwrap();
    }

    /// As many bytes come as these are, with times as `T`, and they are these.
    fn hears(&mut self, text: &str) {
        let wanted = bytes(text);
        loop {
            let heard = untimed(&self.heard);
            if heard.len() >= wanted.len() {
                assert_eq!(heard.escape_ascii().to_string(), wanted.escape_ascii().to_string());
                self.heard.clear();
                return;
            }
            let mut more = [0; 4096];
            let n = self.stream.read(&mut more).unwrap();
            assert!(n > 0, "closed after {}", heard.escape_ascii());
            self.heard.extend_from_slice(&more[..n]);
        }
    }
}

/// Times become `T`.
fn untimed(bytes: &[u8]) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::new(), bytes);
    const BEFORE: &[u8] = b"\"Time\":";
    while let Some(at) = rest.windows(BEFORE.len()).position(|window| window == BEFORE) {
        let (before, behind) = rest.split_at(at + BEFORE.len());
        out.extend_from_slice(before);
        out.push(b'T');
        let digits = behind.iter().take_while(|byte| byte.is_ascii_digit()).count();
        rest = &behind[digits..];
    }
    out.extend_from_slice(rest);
    out
}

const HELLO: &str = r#"E|Locator|Hello|["ZeroCopy","Streams","Locator","Diagnostics"]|!"#;

#[test]
fn transcript_a() {
    let mut bench =
        node(json!({ "type": "Processes", "write": true, "framing": "raw", "test_streams": true }));
    let mut python = Script::connect(super::port(&bench));
    python.hears(HELLO);
    python.says(r#"E|Locator|Hello|["Locator"]|!"#);
    python.says("C|0|Locator|sync|!");
    python.hears("R|0||!");
    python.says("C|1|Locator|getAgentID|!C|2|Streams|subscribe|\"Processes\"|!");
    let id = format!("rogue-runtime-{}-{}", std::process::id(), super::port(&bench));
    python.hears(&format!("R|1||\"{id}\"|!R|2||!E|Streams|created|\"Processes\"|\"VS0\"|null|!"));
    python.says("C|3|Streams|subscribe|\"Processes\"|!");
    python.hears("R|3|{\"Code\":1,\"Time\":T,\"Format\":\"Already subscribed\"}|!");
    python.says("C|4|Processes|start|!");
    python.hears("N|4|!");
    bench.push(rogue_sdk::bench::Bench::frame_of(b"a\x03b\0c").unwrap()).unwrap();
    bench.finish().unwrap();
    python.says("C|5|Streams|read|\"VS0\"|64|!");
    python.hears("R|5|\"YQNiAGM=\"||0|true|!");
    python.says("C|6|Streams|read|\"VS0\"|64|!");
    python.hears("R|6|null||0|true|!");
    python.says("C|8|Streams|connect|\"VS1\"|!");
    python.hears("R|8||!");
    python.says("C|9|Streams|read|\"VS1\"|64|!");
    python.hears("R|9|null|{\"Code\":23,\"Time\":T,\"Format\":\"Unsupported command\"}|0|false|!");
    python.says("C|12|Streams|write|\"VS999\"|3|\"YWJj\"|!");
    python.hears("R|12|{\"Code\":1,\"Time\":T,\"Format\":\"No such stream: VS999\"}|!");
    python.says("C|14|Streams|connect|\"VS999\"|!");
    python.hears("R|14|{\"Code\":16,\"Time\":T,\"Format\":\"Invalid context\"}|!");
    python.says("C|17|Streams|disconnect|\"VS0\"|!");
    python.hears("E|Streams|disposed|\"Processes\"|\"VS0\"|!R|17||!");
    python.says("C|18|Locator|getPeers|!");
    python.hears("R|18||[]|!");
    python.stream.shutdown(std::net::Shutdown::Write).unwrap();
    python.hears("$|!");
    bench.end().unwrap();
}

#[test]
fn transcript_b() {
    let bench = node(json!({ "test_streams": true }));
    let mut python = Script::connect(super::port(&bench));
    python.hears(HELLO);
    python.says(r#"E|Locator|Hello|["Locator"]|!"#);
    python.says("C|0|Diagnostics|createTestStreams|1024|1024|!");
    python.hears("R|0||\"VS1\"|\"VS2\"|!");
    python.says("C|1|Streams|connect|\"VS1\"|!C|2|Streams|connect|\"VS2\"|!");
    python.hears("R|1||!R|2||!");
    python.says("C|4|Streams|read|\"VS2\"|3|!C|5|Streams|read|\"VS2\"|3|!C|6|Streams|read|\"VS2\"|100|!");
    python.says("C|7|Streams|write|\"VS1\"|10|\"MDEyMzQ1Njc4OQ==\"|!");
    python.hears("R|7||!R|4|\"MDEy\"||0|false|!R|5|\"MzQ1\"||0|false|!R|6|\"Njc4OQ==\"||0|false|!");
    python.says(
        "C|42|Streams|read|\"VS2\"|40|!C|43|Streams|read|\"VS2\"|40|!C|44|Streams|disconnect|\"VS2\"|!",
    );
    let cancelled = |token: u32| {
        format!("R|{token}|null|{{\"Code\":6,\"Time\":T,\"Format\":\"Command canceled\"}}|0|true|!")
    };
    python.hears(&format!(
        "E|Streams|disposed|\"Diagnostics\"|\"VS2\"|!{}{}R|44||!",
        cancelled(42),
        cancelled(43)
    ));
    bench.end().unwrap();
}

/// The C client: blocks across fields, with lengths in more groups than they need; binary data in return.
#[test]
fn transcript_c() {
    let mut bench = node(json!({ "framing": "raw", "write": true }));
    let mut client = Script::connect(super::port(&bench));
    client.hears(r#"E|Locator|Hello|["ZeroCopy","Streams","Locator"]|!"#);
    client.says("E|Locator|Hello|[\"ZeroCopy\"]|!");
    let block = |client: &mut Script, head: &str, rest: &str| {
        let rest = bytes(rest);
        let mut out = bytes(head);
        out.extend_from_slice(&[3, 3, rest.len() as u8 | 0x80, 0]);
        out.extend_from_slice(&rest);
        out.extend_from_slice(&[3, 1]);
        client.stream.write_all(&out).unwrap();
    };
    block(&mut client, "C|1", "|Locator|sync|");
    client.hears("R|1||!");
    block(&mut client, "C|2", "|Streams|connect|\"VS0\"|");
    block(&mut client, "C|3", "|Streams|connect|\"VS1\"|");
    client.hears("R|2||!R|3||!");
    block(&mut client, "C|5", "|Streams|write|\"VS1\"|5|\"YQNiAGM=\"|");
    client.hears("R|5||!");
    bench.run_until(super::LIMIT, |bench| bench.out_len() == 1).unwrap();
    let written = bench.out().remove(0);
    assert_eq!(written.to_vec(), b"a\x03b\0c");
    let data = [&b"a\x03b\0c"[..], &[b'A'; 40][..]].concat();
    bench.push(rogue_sdk::bench::Bench::frame_of(&data).unwrap()).unwrap();
    block(&mut client, "C|7", "|Streams|read|\"VS0\"|100|");
    let mut answer = bytes("R|7|(45)");
    answer.extend_from_slice(&[3, 3, 45]);
    answer.extend_from_slice(&data);
    answer.extend_from_slice(&bytes("||0|false|!"));
    let mut heard = vec![0; answer.len()];
    client.stream.read_exact(&mut heard).unwrap();
    assert_eq!(heard, answer);
    bench.end().unwrap();
}
