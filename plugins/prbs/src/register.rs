//! The shift register behind the pseudo-random words (spec section 15).
//!
//! Called by `pattern`. One advance: the new bit is the XOR of the bits at the taps; the whole word, a
//! little-endian integer, moves up by one; the new bit comes in below and the top bit falls off.
//!
//! What holds: widths of 32, 64 and 128 bits run in one machine number, with the usual taps as constants;
//! all others run in 64-bit limbs with every bit beyond the width zero, so that states compare as they are.

/// Most bits of a word.
pub const WIDTH_MAX: u32 = 512;

const LIMBS: usize = WIDTH_MAX as usize / 64;

/// One state: a word of the payload.
pub trait State: Copy + PartialEq {
    /// Bytes of a word; `width` is that of the register.
    fn len(width: usize) -> usize;
    /// From the bytes of a word.
    fn load(bytes: &[u8]) -> Self;
    /// Into the bytes of a word.
    fn store(self, bytes: &mut [u8]);
    /// Bit `at`, in bit 0; what is above it is noise.
    fn bit(self, at: u32) -> u64;
    /// Moved up by one, with `bit` below; cut to `width` bytes.
    fn shifted(self, bit: u64, width: usize) -> Self;
}

macro_rules! native {
    ($($t:ty),*) => {$(
        impl State for $t {
            #[inline]
            fn len(_: usize) -> usize {
                size_of::<$t>()
            }
            #[inline]
            fn load(bytes: &[u8]) -> Self {
                let mut le = [0; size_of::<$t>()];
                le.copy_from_slice(bytes);
                <$t>::from_le_bytes(le)
            }
            #[inline]
            fn store(self, bytes: &mut [u8]) {
                bytes.copy_from_slice(&self.to_le_bytes());
            }
            #[inline]
            fn bit(self, at: u32) -> u64 {
                (self >> at) as u64
            }
            #[inline]
            fn shifted(self, bit: u64, _: usize) -> Self {
                (self << 1) | (bit & 1) as $t
            }
        }
    )*};
}
native!(u32, u64, u128);

/// A state of any width.
#[derive(Clone, Copy, PartialEq)]
pub struct Wide([u64; LIMBS]);

impl State for Wide {
    fn len(width: usize) -> usize {
        width
    }

    fn load(bytes: &[u8]) -> Self {
        let mut limbs = [0; LIMBS];
        for (limb, from) in limbs.iter_mut().zip(bytes.chunks(8)) {
            let mut le = [0; 8];
            le[..from.len()].copy_from_slice(from);
            *limb = u64::from_le_bytes(le);
        }
        Wide(limbs)
    }

    fn store(self, bytes: &mut [u8]) {
        for (limb, to) in self.0.iter().zip(bytes.chunks_mut(8)) {
            to.copy_from_slice(&limb.to_le_bytes()[..to.len()]);
        }
    }

    #[inline]
    fn bit(self, at: u32) -> u64 {
        self.0.get(at as usize / 64).map_or(0, |limb| limb >> (at % 64))
    }

    #[inline]
    fn shifted(mut self, bit: u64, width: usize) -> Self {
        let mut carry = bit & 1;
        for limb in &mut self.0[..width.div_ceil(8)] {
            (*limb, carry) = ((*limb << 1) | carry, *limb >> 63);
        }
        if !width.is_multiple_of(8) {
            self.0[width / 8] &= u64::from(u32::MAX);
        }
        self
    }
}

/// The register: its width and its taps.
#[derive(Clone, Debug, PartialEq)]
pub struct Register {
    width: usize,
    taps: Vec<u32>,
    usual: bool,
}

/// Rogue's taps unless others are set.
pub const USUAL_TAPS: [u32; 4] = [1, 2, 6, 31];

/// Calls `$f::<State>(args.., step)` with the state and step of this register.
macro_rules! with_state {
    ($register:expr, $f:ident($($arg:expr),*)) => {{
        let Register { width, taps, usual } = $register;
        let width = *width;
        match (width, usual) {
            (4, true) => $f::<u32>($($arg,)* width, |s| usual_step(s, width)),
            (8, true) => $f::<u64>($($arg,)* width, |s| usual_step(s, width)),
            (16, true) => $f::<u128>($($arg,)* width, |s| usual_step(s, width)),
            (4, false) => $f::<u32>($($arg,)* width, |s| step(s, taps, width)),
            (8, false) => $f::<u64>($($arg,)* width, |s| step(s, taps, width)),
            (16, false) => $f::<u128>($($arg,)* width, |s| step(s, taps, width)),
            _ => $f::<Wide>($($arg,)* width, |s| step(s, taps, width)),
        }
    }};
}

impl Register {
    /// A register of `width` bytes, at most 64, a multiple of 4; each tap is the number of a bit.
    pub fn new(width: usize, taps: Vec<u32>) -> Register {
        let usual = taps == USUAL_TAPS;
        Register { width, taps, usual }
    }

    /// Bytes of a word.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Writes the states that follow `seed`, one a word.
    pub fn fill(&self, seed: &[u8], words: &mut [u8]) {
        with_state!(self, fill(seed, words));
    }

    /// The first of `words` that is not the state it should be, and that state.
    pub fn difference(&self, seed: &[u8], words: &[u8]) -> Option<(usize, Vec<u8>)> {
        with_state!(self, difference(seed, words))
    }
}

#[inline]
fn usual_step<S: State>(state: S, width: usize) -> S {
    let [a, b, c, d] = USUAL_TAPS.map(|tap| state.bit(tap));
    state.shifted(a ^ b ^ c ^ d, width)
}

#[inline]
fn step<S: State>(state: S, taps: &[u32], width: usize) -> S {
    state.shifted(taps.iter().fold(0, |bits, tap| bits ^ state.bit(*tap)), width)
}

#[inline]
fn fill<S: State>(seed: &[u8], words: &mut [u8], width: usize, step: impl Fn(S) -> S) {
    let mut state = S::load(seed);
    for word in words.chunks_exact_mut(S::len(width)) {
        state = step(state);
        state.store(word);
    }
}

#[inline]
fn difference<S: State>(
    seed: &[u8],
    words: &[u8],
    width: usize,
    step: impl Fn(S) -> S,
) -> Option<(usize, Vec<u8>)> {
    let mut state = S::load(seed);
    for (at, word) in words.chunks_exact(S::len(width)).enumerate() {
        state = step(state);
        if S::load(word) != state {
            let mut wanted = vec![0; word.len()];
            state.store(&mut wanted);
            return Some((at, wanted));
        }
    }
    None
}
