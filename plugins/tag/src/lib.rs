//! `tag`: sets channel, error or flags of every frame that passes.
//!
//! What Rogue's users do in a small module of their own: give the frames of one source their channel before several
//! sources meet in one writer or one bridge.

use rogue_sdk::prelude::*;

/// What is set; what is absent stays as the frame has it.
#[derive(Params)]
struct TagParams {
    /// The channel, 0 to 255.
    #[param(live)]
    channel: Option<u8>,
    /// The error code, 0 = good.
    #[param(live)]
    error: Option<u8>,
    /// All 16 flag bits: first user in the low byte, last user in the high byte.
    #[param(live)]
    flags: Option<u16>,
}

struct Tag(TagParams);

impl Module for Tag {
    type Params = TagParams;
    const CARD: Card = Card::transform("tag")
        .about("Sets channel, error or flags of frames")
        .metadata_only()
        .stateless()
        .pure();

    fn new(params: TagParams, _: &Node) -> Result<Self> {
        Ok(Tag(params))
    }

    fn reconfigure(&mut self, params: TagParams) -> Result<Reconfigured> {
        self.0 = params;
        Ok(Reconfigured::Done)
    }
}

impl Transform for Tag {
    fn accept(&mut self, mut frame: Frame, out: &mut Out, _: &Context) -> Result<()> {
        let TagParams { channel, error, flags } = self.0;
        frame.set_channel(channel.unwrap_or(frame.channel()));
        frame.set_error(error.unwrap_or(frame.error()));
        frame.set_flags(flags.unwrap_or(frame.flags()));
        out.send(frame);
        Ok(())
    }
}

export_module!(Tag: Transform);

#[cfg(test)]
mod tests;
