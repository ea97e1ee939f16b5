//! Carrying what a node left in `Out` along its links.
//!
//! What holds: the first listed link gets the frame itself, the others shares of it; whoever a frame is delivered
//! to answers for it from then on; a frame that leaves by an output without a link is dropped as *unlinked*.

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
        if let [targets] = node.outputs.as_slice()
            && let [target] = targets.as_slice()
        {
            let to = &mut after[target.node - n - 1];
            carry(node, &mut self.out.items, to, target.port);
            if !self.blocked.contains(target.node) {
                self.ready.insert(target.node);
            }
            return;
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
                pool::count(holder, field::OUT, 1);
                pool::count(holder, field::OUT_BYTES, frame.payload().into());
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
        pool::count(account, field::OUT, frames);
        pool::count(account, field::OUT_BYTES, bytes);
        for target in node.outputs.iter().flatten() {
            if self.blocked.contains(target.node) {
                self.ready.remove(target.node);
            }
        }
    }
}

/// The usual case of [`Segment::deliver`]: one output with one link, so nothing is shared and all frames go to
/// one inbox.
#[inline]
fn carry(from: &Node, items: &mut Vec<OutItem>, to: &mut Node, port: u32) {
    let (account, next) = (from.ctl.account, to.ctl.account);
    let (mut frames, mut bytes) = (0u64, 0u64);
    to.inbox.reserve(items.len());
    for item in items.drain(..) {
        let OutItem { mut frame, port: 0, .. } = item else {
            pool::drop_as(item.frame, field::DROP_UNLINKED);
            continue;
        };
        let payload = u64::from(frame.payload());
        let holder = pool::holder(&frame);
        if holder == account {
            (frames, bytes) = (frames + 1, bytes + payload);
        } else {
            // It came past the links, such as through a static of a plugin.
            pool::count(holder, field::OUT, 1);
            pool::count(holder, field::OUT_BYTES, payload);
        }
        pool::set_holder(&mut frame, next);
        to.inbox.push(port, frame);
    }
    pool::count(account, field::OUT, frames);
    pool::count(account, field::OUT_BYTES, bytes);
}
