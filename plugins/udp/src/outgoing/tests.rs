//! Datagrams are sent from where they lie.

use super::*;
use rogue_sdk::bench::Bench;

#[test]
fn what_is_sent_is_the_buffers_of_the_frames_themselves() {
    let mut out = Outgoing::default();
    let mut lie = Vec::new();
    for size in [100, 1472, 1472, 1472, 8972, 8972, 1] {
        let frame = Bench::frame_of(&vec![size as u8; size]).unwrap();
        lie.push((frame.buffer(0).unwrap().bytes().as_ptr().addr(), size));
        out.push(frame);
    }
    let mut frame = Bench::frame_with(1472, 1472 * 5).unwrap();
    frame.set_payload(1472 * 5).unwrap();
    lie.extend(frame.buffers().map(|buffer| (buffer.bytes().as_ptr().addr(), buffer.bytes().len())));
    out.push(frame);
    let mut sent = Vec::new();
    loop {
        let mut slices = Vec::new();
        let Next::Run { count, .. } = out.next(&mut slices, RUN_MAX) else { break };
        sent.extend(slices.iter().map(|slice| (slice.as_ptr().addr(), slice.len())));
        out.done(count, Fate::Sent, |_, fate| assert_eq!(fate, Fate::Sent));
    }
    assert_eq!(sent, lie);
}
