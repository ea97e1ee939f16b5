//! A plugin whose code has another card than its file: for the test that compares them.
#![allow(unsafe_code)] // The symbols of a plugin, exported by hand since `export_module!` cannot lie.

use rogue_sdk::{
    card::{CardSource, cards_bytes, cards_len},
    export::native,
    prelude::*,
    shape::AsTransform,
};

struct Liar;

impl Module for Liar {
    type Params = NoParams;
    const CARD: Card = Card::transform("liar").about("what the file says");

    fn new(_: NoParams, _: &Node) -> Result<Self> {
        Ok(Liar)
    }
}

impl Transform for Liar {
    fn accept(&mut self, frame: Frame, out: &mut Out<'_>, _: &Context<'_>) -> Result<()> {
        out.send(frame);
        Ok(())
    }
}

const fn source(card: Card) -> CardSource {
    CardSource { card, version: "1.0.0", schema: <NoParams as rogue_sdk::params::Params>::SCHEMA }
}

const FILE: &[CardSource] = &[source(Liar::CARD)];
const FILE_LEN: usize = cards_len(FILE);
const CODE: CardSource = source(Card::transform("liar").about("what the code says"));
const CODE_LEN: usize = CODE.len();
static CODE_TEXT: [u8; CODE_LEN] = CODE.bytes::<CODE_LEN>();

/// The cards in the file.
#[unsafe(export_name = "ROGUE_CARDS")]
pub static CARDS: [u8; FILE_LEN] = cards_bytes::<FILE_LEN>(FILE);

/// The mark.
#[unsafe(export_name = "ROGUE_ABI")]
pub static MARK: native::AbiMark = native::ROGUE_ABI;

static MODULES: &[native::Module] = &[native::table::<AsTransform<Liar>>(&CODE_TEXT)];

extern "C" fn root() -> native::RootModuleResult {
    native::root(MODULES)
}

/// The root.
#[unsafe(export_name = "_1as_0lib_1header_0root_bmodule_bloader")]
pub static HEADER: native::LibHeader = native::header(root);
