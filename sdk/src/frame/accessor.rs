//! A contiguous range of a frame as numbers (spec section 4).
//!
//! Numbers are little-endian, as everywhere in Rogue's formats; no alignment is needed.

use super::{Frame, FrameError};
use std::marker::PhantomData;

/// A number that can be read from and written to a frame.
pub trait Scalar: Copy + sealed::Sealed {
    /// Its bytes.
    type Bytes: Default + AsRef<[u8]> + AsMut<[u8]>;
    /// From little-endian bytes.
    fn from_le(bytes: Self::Bytes) -> Self;
    /// To little-endian bytes.
    fn to_le(self) -> Self::Bytes;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! scalars {
    ($($t:ty),*) => {$(
        impl sealed::Sealed for $t {}
        impl Scalar for $t {
            type Bytes = [u8; size_of::<$t>()];
            #[inline]
            fn from_le(bytes: Self::Bytes) -> Self { <$t>::from_le_bytes(bytes) }
            #[inline]
            fn to_le(self) -> Self::Bytes { self.to_le_bytes() }
        }
    )*};
}
scalars!(u8, i8, u16, i16, u32, i32, u64, i64, f32, f64);

fn load<T: Scalar>(bytes: &[u8], index: usize) -> Option<T> {
    let at = index.checked_mul(size_of::<T>())?;
    let from = bytes.get(at..at + size_of::<T>())?;
    let mut le = T::Bytes::default();
    le.as_mut().copy_from_slice(from);
    Some(T::from_le(le))
}

/// `count` numbers, to read.
#[derive(Clone, Copy)]
#[doc(alias = "FrameAccessor")]
pub struct Accessor<'a, T> {
    bytes: &'a [u8],
    numbers: PhantomData<T>,
}

impl<'a, T: Scalar> Accessor<'a, T> {
    pub(super) fn new(chunk: &'a [u8], offset: u32, count: u32) -> Result<Self, FrameError> {
        let len = (count as usize).checked_mul(size_of::<T>());
        match len.and_then(|len| chunk.get(..len)) {
            Some(bytes) => Ok(Self { bytes, numbers: PhantomData }),
            None => Err(FrameError::CrossesBuffers { offset, count }),
        }
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.bytes.len() / size_of::<T>()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// One element, `None` when there is no such.
    #[doc(alias = "at")]
    pub fn get(&self, index: usize) -> Option<T> {
        load(self.bytes, index)
    }

    /// All elements.
    pub fn iter(&self) -> impl Iterator<Item = T> + 'a {
        let bytes = self.bytes;
        bytes.chunks_exact(size_of::<T>()).filter_map(|chunk| load(chunk, 0))
    }
}

/// `count` numbers, to read and write.
#[doc(alias = "FrameAccessor")]
pub struct AccessorMut<'a, T> {
    bytes: &'a mut [u8],
    numbers: PhantomData<T>,
}

impl<T: Scalar> AccessorMut<'_, T> {
    /// Number of elements.
    pub fn len(&self) -> usize {
        self.bytes.len() / size_of::<T>()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// One element.
    pub fn get(&self, index: usize) -> Option<T> {
        load(self.bytes, index)
    }

    /// Writes one element; false when there is no such.
    pub fn set(&mut self, index: usize, value: T) -> bool {
        let Some(at) = index.checked_mul(size_of::<T>()) else { return false };
        match self.bytes.get_mut(at..at.saturating_add(size_of::<T>())) {
            Some(to) => {
                to.copy_from_slice(value.to_le().as_ref());
                true
            }
            None => false,
        }
    }
}

impl Frame {
    /// `count` numbers of the payload from byte `offset`, which must lie in one buffer.
    ///
    /// # Errors
    /// [`FrameError::BeyondPayload`] (nothing at `offset`), [`FrameError::CrossesBuffers`].
    pub fn accessor<T: Scalar>(&self, offset: u32, count: u32) -> Result<Accessor<'_, T>, FrameError> {
        let mut reader = self.reader();
        reader.seek(offset)?;
        reader.accessor(count)
    }

    /// `count` numbers of the payload from byte `offset`, to write; they must lie in one buffer. Memory
    /// that another frame shares is copied first.
    ///
    /// # Errors
    /// [`FrameError::BeyondPayload`], [`FrameError::CrossesBuffers`], [`FrameError::NoMemory`].
    pub fn accessor_mut<T: Scalar>(
        &mut self,
        offset: u32,
        count: u32,
    ) -> Result<AccessorMut<'_, T>, FrameError> {
        let len = Accessor::<T>::new(self.chunk_at(offset)?, offset, count)?.bytes.len();
        let mut skip = offset as usize;
        let mut index = 0;
        while index + 1 < self.buffer_count() && skip >= self.seg_payload(index).len() {
            skip -= self.seg_payload(index).len();
            index += 1;
        }
        self.make_writable(index, 1)?;
        match self.seg_payload_mut(index).get_mut(skip..skip + len) {
            Some(bytes) => Ok(AccessorMut { bytes, numbers: PhantomData }),
            None => Err(FrameError::CrossesBuffers { offset, count }),
        }
    }

    fn chunk_at(&self, offset: u32) -> Result<&[u8], FrameError> {
        let mut reader = self.reader();
        reader.seek(offset)?;
        Ok(reader.chunk())
    }
}
