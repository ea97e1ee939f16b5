//! Size classes: how large a slot for so many bytes of payload is.
//!
//! Powers of two and the steps half-way between them, from 64 bytes to 1 MiB, so that at most a third of a
//! slot is unused; class 0 is a header alone. What is larger comes from the system, one mapping each.

/// Number of classes.
pub(super) const CLASSES: usize = 2 + 2 * (LAST_SHIFT - FIRST_SHIFT);
/// `home` of slots that are a mapping of their own.
pub(super) const BIG: u32 = u32::MAX;
/// Largest payload room of a class.
pub(super) const LARGEST: u32 = 1 << LAST_SHIFT;
/// Header and block in front of the bytes.
pub(super) const PREFIX: usize = 128;

const FIRST_SHIFT: usize = 6;
const LAST_SHIFT: usize = 20;
/// Bytes that a thread keeps of one class before it gives half of them to the others.
const LOCAL_BYTES: usize = 4 << 20;
/// Slots that a thread exchanges with the others in one go.
pub(super) const BATCH: usize = 64;

/// The class for `cap` bytes, `cap <= LARGEST`.
#[inline]
pub(super) fn class_of(cap: u32) -> usize {
    if cap <= 64 {
        return (cap != 0) as usize;
    }
    let top = 31 - (cap - 1).leading_zeros() as usize;
    let half = ((cap - 1) >> (top - 1)) & 1;
    2 * (top - FIRST_SHIFT) + half as usize + 2
}

/// Payload room of a class.
pub(super) const fn cap_of(class: usize) -> usize {
    match class {
        0 => 0,
        1 => 64,
        n => {
            let (shift, half) = (FIRST_SHIFT + (n - 2) / 2, (n - 2) % 2);
            (1 << shift) + ((half + 1) << (shift - 1))
        }
    }
}

/// Size of a slot of a class, a multiple of 64.
pub(super) const fn slot_of(class: usize) -> usize {
    (PREFIX + cap_of(class) + 63) & !63
}

/// Slots of a class that are exchanged in one go.
pub(super) const fn batch_of(class: usize) -> usize {
    let fit = LOCAL_BYTES / 2 / slot_of(class);
    if fit == 0 {
        1
    } else if fit > BATCH {
        BATCH
    } else {
        fit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_has_the_smallest_class_that_fits() {
        for cap in (0..5000).chain([8972, 65535, 65536, 65537, LARGEST - 1, LARGEST]) {
            let class = class_of(cap);
            assert!(cap_of(class) >= cap as usize, "{cap} in class {class} of {}", cap_of(class));
            assert!(class == 0 || cap_of(class - 1) < cap as usize, "{cap} would fit a smaller class");
        }
        assert_eq!(class_of(LARGEST), CLASSES - 1);
    }
}
