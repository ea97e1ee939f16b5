//! Drops pieces, second handles and frames of its own for reasons of its card, also while it is stopped: for the books,
//! which are the same in a sandbox.

use rogue_sdk::prelude::*;

/// Sends frames on, but every fifth, which it keeps until it is stopped.
pub struct Sheds {
    node: Node,
    frames: u64,
    kept: Vec<Frame>,
}

const PIECE: Reason = Sheds::CARD.reason("piece");
const SECOND: Reason = Sheds::CARD.reason("second");
const LAST: Reason = Sheds::CARD.reason("last");

impl Module for Sheds {
    type Params = NoParams;
    const CARD: Card = Card::transform("sheds").drops(&[
        DropReason::asked("piece", "pieces of frames"),
        DropReason::asked("second", "second handles"),
        DropReason::asked("last", "frames at its end"),
    ]);

    fn new(_: NoParams, node: &Node) -> Result<Self> {
        Ok(Sheds { node: *node, frames: 0, kept: Vec::new() })
    }

    fn stop(&mut self) {
        for frame in self.kept.drain(..) {
            if let Ok(piece) = frame.slice(0, frame.payload() / 2) {
                self.node.drop(piece, PIECE);
            }
            self.node.drop(frame, LAST);
        }
        if let Ok(frame) = self.node.request_local(8) {
            self.node.drop(frame, LAST);
        }
    }
}

impl Transform for Sheds {
    fn accept(&mut self, frame: Frame, out: &mut Out, cx: &Context) -> Result<()> {
        self.frames += 1;
        cx.drop(frame.slice(0, frame.payload() / 2)?, PIECE);
        if self.frames.is_multiple_of(3) {
            cx.drop(frame.share()?, SECOND);
        }
        match self.frames.is_multiple_of(5) {
            true => self.kept.push(frame),
            false => out.send(frame),
        }
        Ok(())
    }
}
