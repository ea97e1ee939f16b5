//! Carrying what a node left in `Out` along its links.
//!
//! What holds: the first listed link gets the frame itself, the others shares of it; whoever a frame is delivered
//! to answers for it from then on; a tap sees a frame before it is carried on; a frame that leaves by an output without
//! a link is dropped as *unlinked*.

use super::{Node, Segment};
use crate::{
    module::OutItem,
    pool::{self, field},
};

impl Segment {
    /// Carries what node `n` left in `out` along its links.
    #[inline]
    pub(super) fn deliver(&mut self, n: usize) {
        if self.out.items.is_empty() {
            return;
        }
        let (before, after) = self.nodes.split_at_mut(n + 1);
        let Some(node) = before.last() else { return };
        if node.ctl.taps.is_open() {
            node.ctl.taps.see(&self.out.items, self.now_ns);
        }
        if let [targets] = node.outputs.as_slice()
            && let [target] = targets.as_slice()
        {
            let count = carry(node, &mut self.out.items, &mut after[target.node - n - 1], target.port);
            if count > 0 && !self.blocked.contains(target.node) {
                self.ready.insert(target.node);
            }
            if self.out.items.is_empty() {
                return;
            }
        }
        let account = node.ctl.account;
        let (mut frames, mut bytes) = (0u64, 0u64);
        for item in self.out.items.drain(..) {
            let mut frame = item.frame;
            let Some((primary, others)) =
                node.outputs.get(item.port as usize).and_then(|targets| targets.split_first())
            else {
                pool::drop_as(frame, field::DROP_UNLINKED);
                continue;
            };
            let holder = pool::holder(&frame);
            if holder == account {
                frames += 1;
                bytes += u64::from(frame.payload());
            } else {
                // It came past the links, such as through a static of a plugin.
                pool::count2(holder, (field::OUT, 1), (field::OUT_BYTES, frame.payload().into()));
            }
            for target in others {
                let to = &mut after[target.node - n - 1];
                match frame.share() {
                    Ok(mut twin) => {
                        pool::count(holder, field::CREATED, u64::MAX);
                        pool::set_holder(&mut twin, to.ctl.account);
                        to.inbox.push(target.port, twin);
                        self.ready.insert(target.node);
                    }
                    Err(_) => pool::count(account, field::DROP_MEMORY, 1),
                }
                pool::count(account, field::SHARED, 1);
            }
            let to = &mut after[primary.node - n - 1];
            pool::set_holder(&mut frame, to.ctl.account);
            to.inbox.push(primary.port, frame);
            self.ready.insert(primary.node);
        }
        pool::count2(account, (field::OUT, frames), (field::OUT_BYTES, bytes));
        for target in node.outputs.iter().flatten() {
            if self.blocked.contains(target.node) {
                self.ready.remove(target.node);
            }
        }
    }
}

/// The usual case of [`Segment::deliver`]: one output with one link, so nothing is shared and all frames go to one
/// inbox. Says how many went, and leaves the list from the first on that is not as usual.
#[inline]
fn carry(from: &Node, items: &mut Vec<OutItem>, to: &mut Node, port: u32) -> usize {
    let room = to.inbox.room(items.len());
    let (count, bytes) = pool::hand_over(items, room, from.ctl.account, to.ctl.account);
    to.inbox.filled(port, count, bytes);
    pool::count2(from.ctl.account, (field::OUT, count as u64), (field::OUT_BYTES, bytes));
    count
}
