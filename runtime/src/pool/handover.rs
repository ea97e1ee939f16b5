//! Handing frames over: from the list that a module left them in to the slots of the node they go to.
//!
//! Used by `engine`, for every frame and every hop: the loop that the cost of a hop is made of.

use super::{AccountId, vt::frame_ptr};
use rogue_abi::FrameHdr;
use rogue_sdk::frame::Frame;
use std::ptr;

/// A frame on its way out and the output port it leaves by.
///
/// Same layout as `rogue_abi::OutItem`, so that a list of these is lent to plugins as it is.
#[repr(C)]
#[derive(Debug)]
pub struct OutItem {
    /// The frame.
    pub frame: Frame,
    /// Output port.
    pub port: u32,
    /// Zero.
    pub pad: u32,
}

const _: () = assert!(size_of::<Option<Frame>>() == size_of::<*mut FrameHdr>());

/// Moves frames from the front of `items` into `slots`, which must be empty, and charges them to `to`: as long as a
/// frame is charged to `from`, leaves by port 0, and there are slots. How many, and their payload in bytes.
#[inline]
pub fn hand_over(
    items: &mut Vec<OutItem>,
    slots: &mut [Option<Frame>],
    from: AccountId,
    to: AccountId,
) -> (usize, u64) {
    let (len, most) = (items.len(), items.len().min(slots.len()));
    let first = items.as_mut_ptr();
    let slots = slots.as_mut_ptr().cast::<*mut FrameHdr>();
    let (mut done, mut bytes) = (0, 0);
    // SAFETY: `done < most`, so item and slot exist. The handle in the item is live and ours; it is written to the
    // slot, which is as large as a pointer, and forgotten in the list below. A slot that was not empty would leak.
    unsafe {
        while done < most {
            let item = &*first.add(done);
            let hdr = frame_ptr(&item.frame);
            if (*hdr).holder != from || item.port != 0 {
                break;
            }
            bytes += u64::from((*hdr).payload);
            (*hdr).holder = to;
            slots.add(done).write(hdr);
            done += 1;
        }
        // What is left of the list moves to its front.
        items.set_len(0);
        if done < len {
            ptr::copy(first.add(done), first, len - done);
            items.set_len(len - done);
        }
    }
    (done, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pool::{Account, holder, request};

    #[test]
    fn frames_are_handed_over_in_order_up_to_the_first_that_is_not_as_usual() {
        let account = |name| Account::open().unwrap_or_else(|| panic!("no room for {name}"));
        let (from, to, other) = (account("from"), account("to"), account("other"));
        let item = |by: &Account, port, size| {
            let mut frame = request(by, 0, size).expect("memory");
            frame.set_payload_full();
            OutItem { frame, port, pad: 0 }
        };
        let mut slots: Vec<Option<Frame>> = std::iter::repeat_with(|| None).take(3).collect();

        let mut items = vec![item(from, 0, 10), item(from, 0, 20), item(other, 0, 30), item(from, 0, 40)];
        assert_eq!(hand_over(&mut items, &mut slots, from.id(), to.id()), (2, 30));
        assert_eq!(items.iter().map(|item| item.frame.payload()).collect::<Vec<_>>(), [30, 40]);
        let moved: Vec<_> = slots.iter_mut().filter_map(Option::take).collect();
        assert_eq!(
            moved.iter().map(|f| (f.payload(), holder(f))).collect::<Vec<_>>(),
            [(10, to.id()), (20, to.id())]
        );

        assert_eq!(hand_over(&mut items, &mut slots, from.id(), to.id()), (0, 0));
        let mut by_another_port = vec![item(from, 1, 1)];
        assert_eq!(hand_over(&mut by_another_port, &mut slots, from.id(), to.id()), (0, 0));
        let mut more_than_slots = (1..=5).map(|size| item(from, 0, size)).collect();
        assert_eq!(hand_over(&mut more_than_slots, &mut slots, from.id(), to.id()), (3, 6));
        assert_eq!(more_than_slots.len(), 2);
        assert_eq!(hand_over(&mut Vec::new(), &mut slots, from.id(), to.id()), (0, 0));
        drop((items, moved, by_another_port, more_than_slots, slots));
        [from, to, other].into_iter().for_each(Account::close);
    }
}
