//! Parameters that cannot be, in an operator's words.

use rogue_sdk::bench::{Bench, Value, json};

fn refused(params: Value) -> String {
    match Bench::endpoint::<crate::node::TcfClient>(params.clone()) {
        Ok(_) => panic!("{params} is taken"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn wrong_ones_are_named() {
    for (params, says) in [
        (json!({ "type": "t" }), "peer"),
        (json!({ "peer": "nowhere", "type": "t" }), "\"nowhere\" is no peer; write one as `TCP:host:port`"),
        (json!({ "peer": "SSL:x:1", "type": "t" }), "is no peer"),
        (json!({ "peer": "x:1" }), "neither type nor stream"),
        (json!({ "peer": "x:1", "type": "t", "stream": "VS0" }), "type and stream are both written"),
        (
            json!({ "peer": "x:1", "type": "t", "write_type": "w", "write_stream": "VS0" }),
            "write_type and write_stream are both written",
        ),
        (json!({ "peer": "x:1", "type": "t", "write_type": "t" }), "goes one way only"),
        (json!({ "peer": "x:1", "type": "" }), "type is empty or longer than 255 bytes"),
        (json!({ "peer": "x:1", "type": "t", "read_size": "0B" }), "read_size is 0B"),
        (json!({ "peer": "x:1", "type": "t", "read_size": "9MiB" }), "write one from 1B to 8MiB"),
        (json!({ "peer": "x:1", "type": "t", "reads": 0 }), "reads"),
        (json!({ "peer": "x:1", "type": "t", "max_payload": "5GiB" }), "max_payload is 4 GiB or more"),
        (json!({ "peer": "x:1", "type": "t", "keep_alive": "10ms" }), "keep_alive is shorter than 1s"),
    ] {
        let error = refused(params.clone());
        assert!(error.contains(says), "{params}: {error}");
    }
}
