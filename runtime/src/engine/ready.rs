//! A set of node indices that gives its highest member quickly.

/// Up to as many members as it was made for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BitSet(Vec<u64>);

impl BitSet {
    /// An empty set for `0..len`.
    pub fn new(len: usize) -> Self {
        BitSet(vec![0; len.div_ceil(64).max(1)])
    }

    /// Adds.
    #[inline]
    pub fn insert(&mut self, n: usize) {
        if let Some(word) = self.0.get_mut(n / 64) {
            *word |= 1 << (n % 64);
        }
    }

    /// Takes out.
    #[inline]
    pub fn remove(&mut self, n: usize) {
        if let Some(word) = self.0.get_mut(n / 64) {
            *word &= !(1 << (n % 64));
        }
    }

    /// Whether it is in.
    #[inline]
    pub fn contains(&self, n: usize) -> bool {
        self.0.get(n / 64).is_some_and(|word| word & (1 << (n % 64)) != 0)
    }

    /// Adds all of `other`.
    pub fn add_all(&mut self, other: &BitSet) {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a |= b);
    }

    /// Empties it.
    pub fn clear(&mut self) {
        self.0.fill(0);
    }

    /// The highest member that is not in `without`.
    #[inline]
    pub fn highest_without(&self, without: &BitSet) -> Option<usize> {
        self.0.iter().zip(&without.0).enumerate().rev().find_map(|(i, (a, b))| {
            let word = a & !b;
            (word != 0).then(|| i * 64 + 63 - word.leading_zeros() as usize)
        })
    }

    /// Adds the members of one word.
    #[inline]
    pub fn insert_word(&mut self, index: usize, bits: u64) {
        if let Some(word) = self.0.get_mut(index) {
            *word |= bits;
        }
    }

    /// Number of words, for [`BitSet::insert_word`].
    pub fn words(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn highest_looks_through_words_and_skips_what_is_without() {
        let (mut set, mut without) = (BitSet::new(200), BitSet::new(200));
        assert_eq!(set.highest_without(&without), None);
        [0, 63, 64, 199].into_iter().for_each(|n| set.insert(n));
        assert_eq!(set.highest_without(&without), Some(199));
        without.insert(199);
        without.insert(64);
        assert_eq!(set.highest_without(&without), Some(63));
        set.remove(63);
        set.remove(0);
        assert_eq!(set.highest_without(&without), None);
        assert!(set.contains(199) && !set.contains(200_000));
    }
}
