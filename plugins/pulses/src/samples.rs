//! A payload as numbers, and the loops that see every sample.
//!
//! Whatever the format and the polarity, a sample is turned into a *key* by one exclusive or: a signed number of 16 bits
//! that grows with the pulse. What holds: the loops here go over slices of fixed or known length, without an index and
//! without a branch on a sample, so that the compiler makes vector instructions of them.

/// Samples of a block; 64 keys are 8 or 16 vectors of any machine.
pub const BLOCK: usize = 64;

/// How samples become keys, and keys counts.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// What is exclusive-or'ed with the 16 bits of a sample.
    mask: u16,
    /// 1 where pulses go up, else -1.
    sign: i32,
    /// The sample whose key is 0.
    zero: i32,
    /// The keys at both ends of the digitizer's range: at them and beyond, a sample is saturated.
    ends: (i32, i32),
}

impl Scale {
    /// For a digitizer of so many bits.
    pub fn new(signed: bool, negative: bool, bits: u32) -> Scale {
        let (mask, sign, zero) = match (signed, negative) {
            (false, false) => (0x8000, 1, 32768),
            (false, true) => (0x7fff, -1, 32767),
            (true, false) => (0, 1, 0),
            (true, true) => (0xffff, -1, -1),
        };
        let (first, last) =
            if signed { (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) } else { (0, (1 << bits) - 1) };
        let ends = (sign * (first - zero), sign * (last - zero));
        Scale { mask, sign, zero, ends: (ends.0.min(ends.1), ends.0.max(ends.1)) }
    }

    /// The sample of a key, in counts.
    pub fn sample(&self, key: i32) -> i32 {
        self.zero + self.sign * key
    }

    /// The sum of so many samples with this sum of keys.
    pub fn sample_sum(&self, key_sum: i64, count: i64) -> i64 {
        i64::from(self.zero) * count + i64::from(self.sign) * key_sum
    }

    /// A level in 1/256 of a key, from one in 1/256 counts.
    pub fn key_q8(&self, counts_q8: i64) -> i64 {
        i64::from(self.sign) * (counts_q8 - 256 * i64::from(self.zero))
    }

    /// Whether there are keys at an end of the range, when these are the smallest and the largest.
    pub fn saturates(&self, least: i16, most: i16) -> bool {
        i32::from(least) <= self.ends.0 || self.tops(most)
    }

    /// Whether this key is at the end of the range that pulses go to.
    pub fn tops(&self, key: i16) -> bool {
        i32::from(key) >= self.ends.1
    }
}

/// Samples as they lie; `BIG`: the high byte first.
#[derive(Clone, Copy)]
pub struct Samples<'a, const BIG: bool> {
    pairs: &'a [[u8; 2]],
    /// How they become numbers.
    pub scale: Scale,
}

impl<'a, const BIG: bool> Samples<'a, BIG> {
    pub fn new(pairs: &'a [[u8; 2]], scale: Scale) -> Self {
        Samples { pairs, scale }
    }

    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Those from `from` to `to`, as far as there are any.
    pub fn part(&self, from: usize, to: usize) -> Self {
        let to = to.min(self.pairs.len());
        Samples { pairs: self.pairs.get(from..to).unwrap_or_default(), scale: self.scale }
    }

    #[inline(always)]
    fn key(pair: [u8; 2], mask: u16) -> i16 {
        let bits = if BIG { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) };
        (bits ^ mask) as i16
    }

    /// All keys in order.
    #[inline]
    pub fn keys(&self) -> impl Iterator<Item = i16> + 'a {
        let mask = self.scale.mask;
        self.pairs.iter().map(move |pair| Self::key(*pair, mask))
    }

    /// The smallest and the largest key of all, and the largest of each block into `tops`.
    pub fn extremes(&self, tops: &mut Vec<i16>) -> (i16, i16) {
        let mask = self.scale.mask;
        let (blocks, rest) = self.pairs.as_chunks::<BLOCK>();
        let (mut least, mut most) = (i16::MAX, i16::MIN);
        tops.clear();
        tops.reserve(blocks.len() + 1);
        let mut note = |(low, top): (i16, i16)| {
            least = least.min(low);
            most = most.max(top);
            tops.push(top);
        };
        for block in blocks {
            note(extremes(block.iter().map(|pair| Self::key(*pair, mask))));
        }
        if !rest.is_empty() {
            note(extremes(rest.iter().map(|pair| Self::key(*pair, mask))));
        }
        (least, most)
    }

    /// The sum of the keys.
    pub fn sum(&self) -> i64 {
        // So many keys of 16 bits do not overflow a sum of 32.
        self.pairs
            .chunks(1 << 15)
            .map(|part| part.iter().map(|pair| i32::from(Self::key(*pair, self.scale.mask))).sum::<i32>())
            .map(i64::from)
            .sum()
    }

    /// The sum of the squares of the keys.
    pub fn sum_of_squares(&self) -> u64 {
        let square = |key: i16| u64::from(i32::from(key).unsigned_abs() * i32::from(key).unsigned_abs());
        self.keys().map(square).sum()
    }
}

#[inline(always)]
fn extremes(keys: impl Iterator<Item = i16>) -> (i16, i16) {
    keys.fold((i16::MAX, i16::MIN), |(least, most), key| (least.min(key), most.max(key)))
}

impl<const BIG: bool> Samples<'_, BIG> {
    /// The smallest and the largest key of a few samples.
    pub fn span(&self) -> (i16, i16) {
        extremes(self.keys())
    }
}
