//! The door: the three symbols of a plugin file, and how they are checked.
//!
//! 1. [`ROGUE_ABI`]: a few plain words, read first, for a one-line answer to "is this for me?".
//! 2. `ROGUE_CARDS`: the cards, read from the file without running its code.
//! 3. [`ROOT_SYMBOL`]: abi_stable's header, with the layout of every type in this crate, checked before
//!    anything is called.

use crate::{
    call::{Call, Out, OutItem},
    frame::{Block, FrameHdr, FrameVt, Seg},
    host::{Hist, Host},
    module::{ErrList, Made, Module},
    state::{Held, HeldFrame, HeldHandle, State},
};
use abi_stable::{
    StableAbi,
    library::RootModule,
    package_version_strings,
    sabi_types::VersionStrings,
    std_types::{RSlice, RStr},
};

/// Symbol of the [`AbiMark`].
pub const MARK_SYMBOL: &str = "ROGUE_ABI";
/// Symbol of the cards.
pub const CARDS_SYMBOL: &str = "ROGUE_CARDS";
/// First bytes of the cards; then their length (u32, little-endian) and a JSON array.
pub const CARDS_MAGIC: [u8; 8] = *b"RGCARDS1";
/// Symbol of abi_stable's header.
pub const ROOT_SYMBOL: &str = abi_stable::library::ROOT_MODULE_LOADER_NAME;

/// Says in plain words what a plugin was built for.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AbiMark {
    /// `b"ROGUEABI"`.
    pub magic: [u8; 8],
    /// Version of the tables.
    pub major: u32,
    /// Set of extensions; never a reason to refuse.
    pub minor: u32,
    /// Made of the sizes of all types in this crate; differs when the layout does.
    pub layout_hash: u64,
}

/// The mark of this version.
pub const ROGUE_ABI: AbiMark =
    AbiMark { magic: *b"ROGUEABI", major: 1, minor: 0, layout_hash: layout_hash() };

const fn layout_hash() -> u64 {
    let sizes = [
        size_of::<Block>(),
        size_of::<Seg>(),
        size_of::<FrameHdr>(),
        size_of::<FrameVt>(),
        size_of::<Call>(),
        size_of::<Out>(),
        size_of::<OutItem>(),
        size_of::<Host>(),
        size_of::<Hist>(),
        size_of::<Module>(),
        size_of::<ErrList>(),
        size_of::<Made>(),
        size_of::<State>(),
        size_of::<Held>(),
        size_of::<HeldFrame>(),
        size_of::<HeldHandle>(),
    ];
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut i = 0;
    while i < sizes.len() {
        hash = (hash ^ sizes[i] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        i += 1;
    }
    hash
}

/// What a plugin file holds.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = RootRef)))]
#[sabi(missing_field(panic))]
pub struct Root {
    /// Version of the tables, 1.
    pub abi: u32,
    /// Version of `rogue-sdk` that built the plugin.
    pub sdk: RStr<'static>,
    /// The modules, in the order of the cards.
    #[sabi(last_prefix_field)]
    pub modules: RSlice<'static, Module>,
}

impl RootModule for RootRef {
    abi_stable::declare_root_module_statics! {RootRef}

    const BASE_NAME: &'static str = "rogue_plugin";
    const NAME: &'static str = "rogue_plugin";
    const VERSION_STRINGS: VersionStrings = package_version_strings!();
}
