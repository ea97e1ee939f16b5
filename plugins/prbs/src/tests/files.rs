//! The files that Rogue 6.15 wrote (graphs/data): frame i of each has 4 + 5·i words.

use crate::{check::PrbsCheck, pattern::Pattern, source::PrbsSource};
use rogue_sdk::bench::{Bench, json};

/// Channel and payload of each record (spec section 13).
fn records(width: u32) -> Vec<(u8, Vec<u8>)> {
    let name = format!("{}/../../graphs/data/rogue-6.15-prbs{width}.dat", env!("CARGO_MANIFEST_DIR"));
    let file = std::fs::read(name).unwrap();
    let (mut rest, mut records) = (&file[..], Vec::new());
    while let Some((head, after)) = rest.split_first_chunk::<8>() {
        let payload = u32::from_le_bytes(head[..4].try_into().unwrap()) as usize - 4;
        assert_eq!(head[4..7], [0; 3], "flags and error of generated frames are 0");
        records.push((head[7], after[..payload].to_vec()));
        rest = &after[payload..];
    }
    assert_eq!(records.len(), 40);
    records
}

const FILES: [(u32, u8); 3] = [(32, 1), (64, 2), (128, 4)];

#[test]
fn what_rogue_made_is_good() {
    for (width, channel) in FILES {
        let mut bench = Bench::sink::<PrbsCheck>(json!({ "width": width })).unwrap();
        let records = records(width);
        assert!(records.iter().all(|record| record.0 == channel));
        bench.push_all(0, records.iter().map(|record| Bench::frame_of(&record.1).unwrap())).unwrap();
        assert_eq!((bench.counter("rx_count"), bench.counter("rx_errors")), (40, 0), "width {width}");
        bench.end().unwrap();
    }
}

#[test]
fn what_we_make_is_the_same() {
    for (width, _) in FILES {
        let pattern = Pattern::new(width, &[1, 2, 6, 31]).unwrap();
        for (i, (_, payload)) in records(width).into_iter().enumerate() {
            assert_eq!(payload.len(), (4 + 5 * i) * pattern.word());
            let mut ours = vec![0xee; payload.len()];
            pattern.write(i as u32, &mut ours, false);
            assert_eq!(ours, payload, "width {width}, frame {i}");
        }
    }
}

#[test]
fn the_source_as_a_module_makes_the_same() {
    for (width, _) in FILES {
        for (i, (_, payload)) in records(width).into_iter().enumerate() {
            let params = json!({ "width": width, "size": payload.len(), "count": 1 });
            let mut bench = Bench::source::<PrbsSource>(params).unwrap();
            let mut state = bench.snapshot().unwrap().unwrap();
            state.bytes = json!({ "sequence": i, "given": 0 }).to_string().into_bytes();
            bench.restore(&state).unwrap();
            bench.produce().unwrap();
            assert_eq!(bench.out()[0].to_vec(), payload);
        }
    }
}
