//! Leaves too much: one frame too large, too many frames, too many pieces, too many words.

use crate::number;
use rogue_sdk::prelude::*;

/// Parameters.
#[derive(Params)]
pub struct OutputParams {
    /// The frame that sets it off.
    at: u32,
    /// Bytes of a frame, or of a line.
    #[param(default = 16)]
    size: u32,
}

macro_rules! module {
    ($(#[$about:meta])* $name:ident, $text:literal) => {
        $(#[$about])*
        pub struct $name(OutputParams);

        impl Module for $name {
            type Params = OutputParams;
            const CARD: Card = Card::transform($text).log("test.attacks");

            fn new(params: OutputParams, _: &Node) -> Result<Self> {
                Ok($name(params))
            }
        }
    };
}

module!(
    /// Sends one frame of `size` bytes.
    Giant,
    "giant"
);
module!(
    /// Sends frames of `size` bytes without an end.
    Storm,
    "storm"
);
module!(
    /// Sends pieces of one frame without an end.
    Pieces,
    "pieces"
);
module!(
    /// Logs lines of `size` bytes without an end.
    Shouts,
    "shouts"
);

impl Transform for Giant {
    fn accept(&mut self, frame: Frame, out: &mut Out, _: &Context) -> Result<()> {
        if number(&frame) == Some(self.0.at) {
            let mut giant = out.request(self.0.size)?;
            giant.set_payload_full();
            out.send(giant);
        }
        out.send(frame);
        Ok(())
    }
}

impl Transform for Storm {
    fn accept(&mut self, frame: Frame, out: &mut Out, _: &Context) -> Result<()> {
        while number(&frame) == Some(self.0.at) {
            let mut more = out.request(self.0.size)?;
            more.set_payload_full();
            out.send(more);
        }
        out.send(frame);
        Ok(())
    }
}

impl Transform for Pieces {
    fn accept(&mut self, frame: Frame, out: &mut Out, _: &Context) -> Result<()> {
        while number(&frame) == Some(self.0.at) {
            out.send(frame.slice(0, 1)?);
        }
        out.send(frame);
        Ok(())
    }
}

impl Transform for Shouts {
    fn accept(&mut self, frame: Frame, out: &mut Out, _: &Context) -> Result<()> {
        let line = "shout ".repeat(self.0.size as usize / 6);
        while number(&frame) == Some(self.0.at) {
            log::error!("{line}");
            log::error!(target: "test.attacks#always", "{line}");
        }
        out.send(frame);
        Ok(())
    }
}
