//! A plugin whose mark is ours and whose tables are not: what a changed `rogue-abi` of the same version would make.
#![allow(unsafe_code)] // The symbols of a plugin, exported by hand since `export_module!` makes them right.

use abi_stable::{
    StableAbi,
    library::{CheckTypeLayout, LibHeader, RootModule, RootModuleResult},
    prefix_type::WithMetadata,
    sabi_types::VersionStrings,
    std_types::{RSlice, RStr},
};
use rogue_sdk::{
    card::{CardSource, cards_bytes, cards_len},
    export::native,
    prelude::*,
};

const CARD: CardSource = CardSource {
    card: Card::transform("other-tables").about("cannot be loaded"),
    version: "1.0.0",
    schema: <NoParams as rogue_sdk::params::Params>::SCHEMA,
};
const CARDS: &[CardSource] = &[CARD];
const LEN: usize = cards_len(CARDS);

/// The cards.
#[unsafe(export_name = "ROGUE_CARDS")]
pub static CARDS_TEXT: [u8; LEN] = cards_bytes::<LEN>(CARDS);

/// The mark.
#[unsafe(export_name = "ROGUE_ABI")]
pub static MARK: native::AbiMark = native::ROGUE_ABI;

/// A module's table with another first field.
#[repr(C)]
#[derive(StableAbi)]
pub struct Module {
    /// In the table of version 1 it has 32 bits.
    pub size: u64,
    /// The card.
    pub card: RStr<'static>,
}

/// The root, with such tables.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = RootRef)))]
#[sabi(missing_field(panic))]
pub struct Root {
    /// Version of the tables.
    pub abi: u32,
    /// Version of the SDK.
    pub sdk: RStr<'static>,
    /// The modules.
    #[sabi(last_prefix_field)]
    pub modules: RSlice<'static, Module>,
}

impl RootModule for RootRef {
    abi_stable::declare_root_module_statics! {RootRef}

    const BASE_NAME: &'static str = "rogue_plugin";
    const NAME: &'static str = "rogue_plugin";
    const VERSION_STRINGS: VersionStrings = VersionStrings::new("1.0.0");
}

extern "C" fn root() -> RootModuleResult {
    // The layout is compared first: a host that comes here would read these tables as its own.
    static ROOT: &WithMetadata<Root> =
        &WithMetadata::new(Root { abi: 1, sdk: RStr::from_str("1.0.0"), modules: RSlice::EMPTY });
    fn make() -> RootRef {
        RootRef(ROOT.static_as_prefix())
    }
    abi_stable::library::__call_root_module_loader(make)
}

/// The root's header.
// SAFETY: `root` gives a `RootRef`.
#[unsafe(export_name = "_1as_0lib_1header_0root_bmodule_bloader")]
pub static HEADER: LibHeader =
    // SAFETY: `root` gives what `__call_root_module_loader` made of a `RootRef`.
    unsafe { LibHeader::from_constructor::<RootRef>(root, CheckTypeLayout::Yes) };
