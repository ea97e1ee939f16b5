//! What is set, and what stays.

use super::Tag;
use rogue_sdk::{
    bench::{Bench, json},
    prelude::*,
};

/// A frame with channel 1, error 2, flags 0x0403, through the module: what came out (channel, error, flags).
fn tagged(bench: &mut Bench) -> Result<(u8, u8, u16)> {
    let mut frame = Bench::frame_of(b"payload")?;
    frame.set_channel(1);
    frame.set_error(2);
    frame.set_flags(0x0403);
    bench.push(frame)?;
    let out = bench.out();
    assert_eq!((out.len(), out[0].to_vec().as_slice()), (1, &b"payload"[..]));
    Ok((out[0].channel(), out[0].error(), out[0].flags()))
}

#[test]
fn what_is_given_is_set_and_the_rest_stays() -> Result<()> {
    for (params, want) in [
        (json!({}), (1, 2, 0x0403)),
        (json!({ "channel": 9 }), (9, 2, 0x0403)),
        (json!({ "error": 0 }), (1, 0, 0x0403)),
        (json!({ "flags": 65535 }), (1, 2, 0xffff)),
        (json!({ "channel": 0, "error": 255, "flags": 0 }), (0, 255, 0)),
    ] {
        let mut bench = Bench::transform::<Tag>(params)?;
        assert_eq!(tagged(&mut bench)?, want);
        assert_eq!((bench.created(), bench.consumed()), (0, 0), "the frame itself passes");
        bench.end()?;
    }
    Ok(())
}

#[test]
fn all_parameters_are_live() -> Result<()> {
    let mut bench = Bench::transform::<Tag>(json!({ "channel": 9 }))?;
    assert_eq!(bench.reconfigure(json!({ "error": 7 }))?, Reconfigured::Done);
    assert_eq!(tagged(&mut bench)?, (1, 7, 0x0403));
    assert!(bench.reconfigure(json!({ "flags": 65536 })).is_err());
    assert_eq!(tagged(&mut bench)?, (1, 7, 0x0403));
    bench.end()
}
