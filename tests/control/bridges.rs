//! Two runs that speak to each other over UDP: the port that the system chose is asked for, frames go both ways, and an end
//! is swapped meanwhile.

use crate::desk::Desk;

/// Checks what comes, and sends it back.
const NEAR: &str = "name: near
nodes:
  srv: { module: udp-server, params: { addr: 127.0.0.1, port: 0 } }
  good: { module: filter, params: { drop_errors: true } }
  check: { module: prbs-check }
links: [ srv >> good >> srv, good >> check ]
";

/// Sends as many frames, and checks what comes back.
const FAR: &str = "name: far
nodes:
  src: { module: prbs-source, params: { size: 256, rate: 1000, count: 1000 } }
  cli: { module: udp-client, params: { host: 127.0.0.1, port: PORT, end_when_silent: 3s } }
  check: { module: prbs-check }
links: [ src >> cli, cli >> check ]
";

#[test]
fn two_runs_exchange_frames_both_ways_while_one_end_is_swapped() {
    let desk = Desk::new();
    std::fs::write(desk.path("near.yaml"), NEAR).expect("written");
    let near = desk.start(&["near.yaml"]);
    let port = desk.verb(&["get", "srv.port"]).ended(0).out.trim().to_owned();
    assert!(port.parse::<u16>().is_ok_and(|port| port > 0), "{port}");
    assert_eq!(desk.verb(&["get", "srv.max_payload"]).ended(0).out, "1472\n");
    std::fs::write(desk.path("far.yaml"), FAR.replace("PORT", &port)).expect("written");
    let far = desk.start(&["far.yaml"]);
    desk.client("near").flows_beyond(50);
    for timeout in ["2s", "3s", "4s"] {
        // It cannot be set in the running instance, so this swaps the module with itself.
        desk.verb(&["set", &format!("srv.timeout={timeout}"), "--run", "near"]).ended(0);
        assert_eq!(desk.verb(&["get", "srv.port", "--run", "near"]).ended(0).out.trim(), port);
        let before = desk.client("near").taken();
        desk.client("near").flows_beyond(before + 20);
    }
    // It ends by itself, when what was sent has come back. A frame that is missing would be a wrong one to both checks.
    let far = far.end().ended(0).shows("COMPLETE: nothing was lost").shows("cli.datagrams_in 1,000");
    assert!(far.out.contains("check.rx_count 1,000") && far.out.contains("check.rx_errors 0"), "{}", far.out);
    let near = desk.stop(near);
    assert!(
        near.out.contains("check.rx_count 1,000") && near.out.contains("srv.kernel_drops 0"),
        "{}",
        near.out
    );
}
