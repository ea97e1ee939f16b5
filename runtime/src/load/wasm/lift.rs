//! What a call did, read from an instance's memory in one piece.
//!
//! Used by [`super::guest`] for every call of frames. wasmtime's own way looks up the type of each field. What holds:
//! only what is in order is read here; everything else, and all text, is left to wasmtime's own way, which says what is
//! wrong. The type that wasmtime compares with the contract is that of [`Done`].
#![allow(unsafe_code)]

use wasmtime::{
    Result,
    component::{
        __internal::{CanonicalAbiInfo, InstanceType, InterfaceType, LiftContext},
        ComponentType, Lift,
    },
};

use super::v0_1::{Discarded, Done, Dropped, Flow, Meta, Outcome, Outcomes, Part, Retagged, Sent};

/// What a call did.
pub struct Did(pub Done);

// SAFETY: type, size and alignment are those of the derived record.
unsafe impl ComponentType for Did {
    type Lower = <Done as ComponentType>::Lower;
    const ABI: CanonicalAbiInfo = Done::ABI;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        Done::typecheck(ty, types)
    }
}

// SAFETY: what is read is within the instance's memory (slices are checked), and of the contract's cases.
unsafe impl Lift for Did {
    fn linear_lift_from_flat(cx: &mut LiftContext<'_>, ty: InterfaceType, src: &Self::Lower) -> Result<Self> {
        Done::linear_lift_from_flat(cx, ty, src).map(Did)
    }

    fn linear_lift_from_memory(cx: &mut LiftContext<'_>, ty: InterfaceType, bytes: &[u8]) -> Result<Self> {
        const { assert!(Done::SIZE32 == 48 && Done::ALIGN32 == 8) };
        match in_order(cx, bytes)? {
            Some(done) => Ok(Did(done)),
            None => Done::linear_lift_from_memory(cx, ty, bytes).map(Did),
        }
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|word| u32::from_le_bytes(*word))
}

/// A call that did not fail; none where anything is not as it should be.
fn in_order(cx: &mut LiftContext<'_>, bytes: &[u8]) -> Result<Option<Done>> {
    let Some((&bytes, _)) = bytes.split_first_chunk::<48>() else { return Ok(None) };
    let word = |at| word(&bytes, at).unwrap_or_default();
    let flow = match bytes[16] {
        0 => Flow::Idle,
        1 => Flow::More,
        2 => Flow::Ended,
        _ => return Ok(None),
    };
    if bytes[32] != 0 {
        return Ok(None);
    }
    let outcomes = match bytes[4] {
        0 => Outcomes::PassAll,
        1 => Outcomes::ReleaseAll,
        2 => match list(cx, word(8) as usize, word(12) as usize)? {
            Some(list) => Outcomes::Each(list),
            None => return Ok(None),
        },
        _ => return Ok(None),
    };
    let wake_at = u64::from(word(24)) | u64::from(word(28)) << 32;
    Ok(Some(Done { taken: word(0), outcomes, flow, wake_at, fault: None, completed: word(44) }))
}

/// The outcomes of a list.
fn list(cx: &mut LiftContext<'_>, at: usize, len: usize) -> Result<Option<Vec<Outcome>>> {
    const { assert!(Outcome::SIZE32 == 24 && Outcome::ALIGN32 == 4) };
    let bytes = len.checked_mul(Outcome::SIZE32).and_then(|size| cx.memory().get(at..at.checked_add(size)?));
    let Some(bytes) = bytes.filter(|_| at.is_multiple_of(4)) else { return Ok(None) };
    cx.consume_fuel_array(len, size_of::<Outcome>())?;
    let mut outcomes = Vec::with_capacity(len);
    for record in bytes.as_chunks::<{ Outcome::SIZE32 }>().0 {
        let Some(outcome) = outcome(record) else { return Ok(None) };
        outcomes.push(outcome);
    }
    Ok(Some(outcomes))
}

fn outcome(record: &[u8; 24]) -> Option<Outcome> {
    let [a, b, c, d, e] = std::array::from_fn(|at| word(record, 4 + 4 * at).unwrap_or_default());
    let meta = Meta { channel: c as u8, error: (c >> 8) as u8, flags: (c >> 16) as u16 };
    let retagged = Retagged { frame: a, port: b, meta };
    Some(match record[0] {
        0 => Outcome::Pass(Sent { frame: a, port: b }),
        1 => Outcome::Retag(retagged),
        2 => Outcome::Share(retagged),
        3 => Outcome::Part(Part { frame: a, port: b, meta, offset: d, len: e }),
        4 => Outcome::Emitted(a),
        5 => Outcome::Drop(Dropped { frame: a, reason: b }),
        6 => Outcome::Hold(a),
        7 => Outcome::Release(a),
        8 => Outcome::Discard(Discarded { reason: a, frames: b }),
        _ => return None,
    })
}
