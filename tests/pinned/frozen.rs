//! Version 1 of the tables never changes: what is written here was read off the released version, by hand and once. A test
//! that fails here says that plugins which exist would no longer load; the sources are to be changed back, not these
//! numbers.

use rogue_abi::{
    Block, Call, ErrList, FrameHdr, FrameVt, Held, HeldFrame, HeldHandle, Hist, Host, Made, Module, Out,
    OutItem, ROGUE_ABI, Seg, State,
};
use std::{collections::BTreeMap, fs, mem::offset_of, path::Path};

#[test]
fn the_mark_is_that_of_the_first_version() {
    assert_eq!((ROGUE_ABI.magic, ROGUE_ABI.major), (*b"ROGUEABI", 1));
    assert_eq!(ROGUE_ABI.layout_hash, LAYOUT_HASH);
}

const LAYOUT_HASH: u64 = 7_911_705_997_290_952_485;

#[test]
fn every_table_has_its_size() {
    let sizes = [
        ("Block", size_of::<Block>()),
        ("Seg", size_of::<Seg>()),
        ("FrameHdr", size_of::<FrameHdr>()),
        ("FrameVt", size_of::<FrameVt>()),
        ("Call", size_of::<Call>()),
        ("Out", size_of::<Out>()),
        ("OutItem", size_of::<OutItem>()),
        ("Host", size_of::<Host>()),
        ("Hist", size_of::<Hist>()),
        ("Module", size_of::<Module>()),
        ("ErrList", size_of::<ErrList>()),
        ("Made", size_of::<Made>()),
        ("State", size_of::<State>()),
        ("Held", size_of::<Held>()),
        ("HeldFrame", size_of::<HeldFrame>()),
        ("HeldHandle", size_of::<HeldHandle>()),
    ];
    assert_eq!(sizes.map(|(_, size)| size), SIZES, "{sizes:?}");
}

const SIZES: [usize; 16] = [32, 40, 96, 112, 96, 32, 16, 272, 24, 184, 16, 56, 72, 64, 16, 40];

/// What plugins have compiled into them: the readers of these fields are inlined.
#[test]
fn fields_that_plugins_read_by_themselves_lie_where_they_lay() {
    let places = [
        offset_of!(FrameHdr, holder),
        offset_of!(FrameHdr, flags),
        offset_of!(FrameHdr, error),
        offset_of!(FrameHdr, chan),
        offset_of!(FrameHdr, payload),
        offset_of!(FrameHdr, size),
        offset_of!(FrameHdr, nseg),
        offset_of!(FrameHdr, segs),
        offset_of!(FrameHdr, vt),
        offset_of!(FrameHdr, stamp_ns),
        offset_of!(FrameHdr, seg0),
        offset_of!(Seg, block),
        offset_of!(Seg, base),
        offset_of!(Seg, raw),
        offset_of!(Seg, head),
        offset_of!(Seg, tail),
        offset_of!(Seg, end),
        offset_of!(Block, refs),
        offset_of!(Block, free),
        offset_of!(FrameVt, release),
        offset_of!(Host, request),
        offset_of!(Host, extension),
        offset_of!(Module, accept),
        offset_of!(Module, extension),
        offset_of!(Call, frames),
        offset_of!(Out, items),
    ];
    assert_eq!(places, PLACES);
}

const PLACES: [usize; 26] =
    [0, 4, 6, 7, 8, 12, 16, 24, 32, 40, 56, 0, 8, 16, 20, 24, 28, 0, 16, 8, 40, 200, 56, 144, 16, 0];

/// Sizes do not show two functions that changed places, nor a constant that changed its meaning: so the code itself of
/// `sdk/abi` is compared, without its comments and spaces.
#[test]
fn the_code_of_the_abi_is_that_of_the_first_version() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sdk/abi/src");
    let mut sums = BTreeMap::new();
    for entry in fs::read_dir(&source).expect("sdk/abi") {
        let path = entry.expect("an entry").path();
        let text = fs::read_to_string(&path).expect("a source");
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        sums.insert(name, sum(&text));
    }
    let expected: BTreeMap<String, u64> = CODE.iter().map(|(name, sum)| ((*name).to_owned(), *sum)).collect();
    assert_eq!(sums, expected);
}

const CODE: [(&str, u64); 7] = [
    ("call.rs", 1_027_835_315_810_453_789),
    ("frame.rs", 1_898_190_107_917_583_068),
    ("host.rs", 5_551_020_058_746_122_253),
    ("lib.rs", 16_633_967_447_035_781_059),
    ("module.rs", 10_094_417_192_801_745_628),
    ("root.rs", 6_326_939_896_885_159_967),
    ("state.rs", 6_908_821_061_446_799_403),
];

/// FNV-1a of what the compiler sees: no comment, no white space.
fn sum(text: &str) -> u64 {
    let code = text.lines().map(|line| line.split("//").next().unwrap_or(""));
    let bytes = code.flat_map(str::bytes).filter(|byte| !byte.is_ascii_whitespace());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[test]
fn a_sum_sees_code_and_nothing_else() {
    let plain = sum("pub struct A {\n    /// One.\n    pub a: u32, // two\n}\n");
    assert_eq!(plain, sum("pub struct A { pub a: u32, }"));
    assert_ne!(plain, sum("pub struct A { pub a: u64, }"));
    assert_ne!(sum("a,b"), sum("b,a"));
}
