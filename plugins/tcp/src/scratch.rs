//! Where a half reads what is no large payload: heads, and small frames, many at once.
//!
//! One for all connections of a half; made when the first bytes come, so that an idle bridge has none.

/// Bytes of one read: enough for hundreds of small frames, and little enough to stay in the processor's cache.
pub const LEN: usize = 128 << 10;

/// Bytes that were read and not used yet.
#[derive(Default)]
pub struct Scratch {
    bytes: Vec<u8>,
    from: usize,
    to: usize,
}

impl Scratch {
    /// What is not used yet.
    #[inline]
    pub fn rest(&self) -> &[u8] {
        &self.bytes[self.from..self.to]
    }

    /// Whether all is used.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.from == self.to
    }

    /// All but the last `left` bytes are used.
    #[inline]
    pub fn keep(&mut self, left: usize) {
        self.from = self.to - left;
    }

    /// Room for at most `most` new bytes, in place of what was used.
    #[inline]
    pub fn room(&mut self, most: usize) -> &mut [u8] {
        if self.bytes.is_empty() {
            self.bytes = vec![0; LEN];
        }
        (self.from, self.to) = (0, 0);
        &mut self.bytes[..most.min(LEN)]
    }

    /// So many bytes were put there.
    #[inline]
    pub fn came(&mut self, n: usize) {
        self.to = n;
    }

    /// Takes over what a predecessor had not used yet.
    pub fn resume(&mut self, bytes: &[u8]) {
        self.bytes = vec![0; LEN.max(bytes.len())];
        self.bytes[..bytes.len()].copy_from_slice(bytes);
        (self.from, self.to) = (0, bytes.len());
    }
}
