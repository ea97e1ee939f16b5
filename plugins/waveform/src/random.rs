//! Where chance comes from: SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
//!
//! It is written out here and not taken from a crate, since what it gives must never change: recordings and expected
//! numbers hang on it.

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// A sequence of numbers, all of which follow from the first.
#[derive(Clone, Copy, Debug)]
pub struct Random(u64);

impl Random {
    /// The sequence of waveform `index` under a seed.
    pub fn of(seed: u64, index: u64) -> Random {
        Random(mix(mix(seed.wrapping_add(STEP)).wrapping_add(index)))
    }

    /// 64 bits.
    #[inline]
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// A number from 0 to `below`, without it; 0 if that is 0.
    pub fn below(&mut self, below: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(below)) >> 64) as u64
    }

    /// The sum of four numbers of 16 bits less its mean: nearly normal, with the standard deviation [`NORMAL`], and at
    /// most 131,070 from 0.
    #[inline]
    pub fn normal(&mut self) -> i64 {
        let bits = self.next();
        let part = |shift: u32| (bits >> shift & 0xffff) as i64;
        part(0) + part(16) + part(32) + part(48) - 2 * 65535
    }
}

/// The standard deviation of [`Random::normal`]: the root of (2^32 - 1) / 3.
pub const NORMAL: f64 = 37_837.227;

fn mix(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first numbers of seed 1234567, as the authors' own program gives them.
    #[test]
    fn it_is_splitmix64() {
        let mut random = Random(1_234_567);
        let first = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert_eq!([random.next(), random.next(), random.next()], first);
    }

    #[test]
    fn numbers_below_another_are_spread_evenly() {
        let mut random = Random::of(1, 2);
        let mut seen = [0; 10];
        for _ in 0..10_000 {
            seen[random.below(10) as usize] += 1;
        }
        assert!(seen.iter().all(|count| (850..1150).contains(count)), "{seen:?}");
        assert_eq!(random.below(0), 0);
    }

    #[test]
    fn the_deviation_is_what_it_says() {
        let mut random = Random::of(3, 4);
        let (mut sum, mut squares, count) = (0, 0, 100_000);
        for _ in 0..count {
            let value = random.normal();
            assert!(value.abs() <= 131_070);
            sum += value;
            squares += value * value;
        }
        let deviation = (squares as f64 / f64::from(count)).sqrt();
        assert!((deviation / NORMAL - 1.0).abs() < 0.01, "{deviation}");
        assert!((sum as f64 / f64::from(count)).abs() < NORMAL / 100.0);
    }
}
