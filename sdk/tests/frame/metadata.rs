//! Section 1: metadata.

use rogue_sdk::bench::Bench;

/// Section 1: "Metadata: flags u16, error u8 (0 = good), channel u8. All start at 0."
#[test]
fn all_start_at_zero() {
    let frame = Bench::frame(8).unwrap();
    assert_eq!((frame.flags(), frame.error(), frame.channel()), (0, 0, 0));
    assert_eq!((frame.first_user(), frame.last_user()), (0, 0));
}

/// Section 1: what is set is what is read, over the whole width of each.
#[test]
fn whole_width() {
    let mut frame = Bench::frame(8).unwrap();
    frame.set_flags(0xffff);
    frame.set_error(0xff);
    frame.set_channel(0xff);
    assert_eq!((frame.flags(), frame.error(), frame.channel()), (0xffff, 0xff, 0xff));
}

/// Section 1: "firstUser: low 8 bits of flags; lastUser: high 8 bits of flags".
#[test]
fn users_are_bytes_of_the_flags() {
    let mut frame = Bench::frame(8).unwrap();
    frame.set_flags(0xb2a1);
    assert_eq!((frame.first_user(), frame.last_user()), (0xa1, 0xb2));
}

/// Section 18: "setFirstUser replaces (or offer both)": the plain setters replace their byte, and only that.
#[test]
fn setting_a_user_replaces_its_byte() {
    let mut frame = Bench::frame(8).unwrap();
    frame.set_flags(0xffff);
    frame.set_first_user(0x01);
    assert_eq!(frame.flags(), 0xff01);
    frame.set_last_user(0x02);
    assert_eq!(frame.flags(), 0x0201);
}

/// Section 1: "setFirstUser(x) / setLastUser(x): bit-ORs x into the byte; never clears bits already set."
#[test]
fn or_keeps_bits_as_the_original_does() {
    let mut frame = Bench::frame(8).unwrap();
    frame.or_first_user(0x05);
    frame.or_first_user(0x02);
    frame.or_last_user(0x50);
    frame.or_last_user(0x20);
    assert_eq!(frame.flags(), 0x7007);
    frame.or_first_user(0);
    assert_eq!(frame.flags(), 0x7007);
    frame.set_flags(0);
    assert_eq!(frame.flags(), 0, "only setFlags can clear");
}

/// Channel, error and flags go over together, sizes and bytes do not.
#[test]
fn copy_metadata_copies_metadata_only() {
    let mut from = Bench::frame_of(b"payload").unwrap();
    from.set_flags(0x1234);
    from.set_error(5);
    from.set_channel(6);
    let mut to = Bench::frame(3).unwrap();
    to.copy_metadata(&from);
    assert_eq!((to.flags(), to.error(), to.channel()), (0x1234, 5, 6));
    assert_eq!((to.payload(), to.size()), (0, 3));
}
