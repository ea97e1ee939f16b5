//! The layout of a frame: word 0 is the sequence number, word 1 the number of words less one, then the
//! register's states after the seed, which is word 0 (spec section 15). Numbers are in the low 4 bytes.
//!
//! Called by the source, which writes frames, and by the check, which reads them.

use crate::register::{Register, WIDTH_MAX};
use rogue_sdk::{Error, Result};
use std::ops::Range;

/// Fewest words of a frame.
pub const WORDS_MIN: usize = 3;

/// Most taps: Rogue counts them in a byte.
pub const TAPS_MAX: usize = 255;

/// A width and its taps, and what follows from them.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    register: Register,
}

/// What is wrong with a frame's words; numbers of bytes and words count from 0.
#[derive(Debug, PartialEq)]
pub struct Mismatch {
    /// The word.
    pub word: usize,
    /// What it should be.
    pub wanted: Vec<u8>,
    /// What it is.
    pub got: Vec<u8>,
}

impl Pattern {
    /// A pattern of `width` bits.
    ///
    /// # Errors
    /// A width or taps that the format does not have, in the operator's words.
    pub fn new(width: u32, taps: &[u32]) -> Result<Pattern> {
        if width == 0 || width > WIDTH_MAX || !width.is_multiple_of(32) {
            return Err(Error::new(format_args!(
                "width is {width} bits; write a multiple of 32 from 32 to {WIDTH_MAX}"
            )));
        }
        if taps.is_empty() || taps.len() > TAPS_MAX {
            return Err(Error::new(format_args!(
                "taps has {} entries; write 1 to {TAPS_MAX} numbers of bits",
                taps.len()
            )));
        }
        if let Some(tap) = taps.iter().find(|tap| **tap >= width) {
            return Err(Error::new(format_args!(
                "taps has {tap}, and a word of {width} bits has bits 0 to {}",
                width - 1
            )));
        }
        Ok(Pattern { register: Register::new(width as usize / 8, taps.to_vec()) })
    }

    /// Bytes of a word.
    pub fn word(&self) -> usize {
        self.register.width()
    }

    /// Whether a frame may have this many bytes: whole words, at least three.
    pub fn is_size(&self, size: usize) -> bool {
        size.is_multiple_of(self.word()) && size >= WORDS_MIN * self.word()
    }

    /// Why it may not.
    pub fn size_error(&self, size: u64) -> String {
        let word = self.word();
        format!(
            "{size} bytes are not a frame of {}-bit words: it has a multiple of {word} bytes, and at least {}",
            word * 8,
            WORDS_MIN * word
        )
    }

    /// Writes a whole frame, whose size must be allowed. With `count`, words 2, 3, … are their own index.
    pub fn write(&self, sequence: u32, frame: &mut [u8], count: bool) {
        let (word, words) = (self.word(), frame.len() / self.word());
        let head = |at: usize| at * word..(at + 1) * word;
        set(frame, head(0), sequence);
        set(frame, head(1), last_index(words));
        if count {
            for at in 2..words {
                set(frame, head(at), at as u32);
            }
        } else {
            let (seed, rest) = frame.split_at_mut(word);
            if let Some(states) = rest.get_mut(word..) {
                self.register.fill(seed, states);
            }
        }
    }

    /// Sequence number, and whether both numbers are written as they should be: the size word is that of this
    /// frame, and what is beyond 32 bits is 0. The frame's size must be allowed.
    pub fn head(&self, frame: &[u8]) -> (u32, bool) {
        let (word, words) = (self.word(), frame.len() / self.word());
        let rest_is_zero = frame.chunks(word).take(2).all(|word| word.iter().skip(4).all(|byte| *byte == 0));
        (number(frame), rest_is_zero && self.size_word(frame) == last_index(words))
    }

    /// The number in word 1.
    pub fn size_word(&self, frame: &[u8]) -> u32 {
        frame.get(self.word()..).map_or(0, number)
    }

    /// The first word that is not as it should be after the seed in word 0.
    pub fn mismatch(&self, frame: &[u8]) -> Option<Mismatch> {
        let word = self.word();
        let (at, wanted) = self.register.difference(frame.get(..word)?, frame.get(2 * word..)?)?;
        let at = at + 2;
        let got = frame.get(at * word..(at + 1) * word).unwrap_or_default().to_vec();
        Some(Mismatch { word: at, wanted, got })
    }
}

/// What word 1 says in a frame of so many words.
pub fn last_index(words: usize) -> u32 {
    words.saturating_sub(1) as u32
}

/// Sets a word to a number.
fn set(frame: &mut [u8], at: Range<usize>, value: u32) {
    if let Some((low, high)) = frame.get_mut(at).and_then(|word| word.split_at_mut_checked(4)) {
        low.copy_from_slice(&value.to_le_bytes());
        high.fill(0);
    }
}

/// The number in the first word of `bytes`.
fn number(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |le| u32::from_le_bytes(*le))
}
