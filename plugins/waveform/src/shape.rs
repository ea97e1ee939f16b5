//! The form of a pulse: up on a straight line, down by the same part of what is left in each sample.

/// Heights of its samples in 1/65536 of its peak; the last is not 0.
pub fn shape(rise: u32, decay: u32) -> Vec<u32> {
    let rise = u64::from(rise.max(1));
    let mut heights: Vec<u32> = (1..=rise).map(|sample| ((sample << 16) / rise) as u32).collect();
    // What stays from one sample to the next, in 2^-32: 1 - 1/decay, so that no function of a mathematical library is
    // needed, whose last bit may differ from machine to machine. With it the height of 37 % is met to half a sample.
    let stays = (1u64 << 32) - (1u64 << 32) / u64::from(decay.max(1));
    let mut left = 1u64 << 32;
    let falls = std::iter::from_fn(|| {
        left = ((u128::from(left) * u128::from(stays)) >> 32) as u64;
        Some((left >> 16) as u32).filter(|height| *height > 0)
    });
    if decay > 0 {
        heights.extend(falls);
    }
    heights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rises_on_a_line_and_falls_to_a_part_in_its_decay() {
        let heights = shape(4, 20);
        assert_eq!(heights[..4], [16384, 32768, 49152, 65536]);
        let wanted = |samples: f64| 65536.0 * (-samples / 20.0).exp();
        assert!(f64::from(heights[3 + 20]) > wanted(21.0) && f64::from(heights[3 + 20]) < wanted(20.0));
        assert!(heights[3..].windows(2).all(|pair| pair[1] < pair[0] || pair[0] < 20));
        assert_ne!(heights.last(), Some(&0));
    }

    #[test]
    fn the_shortest_is_one_sample() {
        assert_eq!(shape(1, 0), [65536]);
        assert_eq!(shape(1, 1), [65536]);
        assert_eq!(shape(2, 0), [32768, 65536]);
    }
}
