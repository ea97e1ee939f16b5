//! What streams have buffered, which may be much: it is handed over as it lies, apart from the rest of a service.

use crate::{Service, ring::Ring};

/// What serde leaves out.
impl Service {
    /// What is buffered in each stream, in up to two pieces, in the streams' order.
    pub fn buffers(&self) -> impl Iterator<Item = [&[u8]; 2]> {
        self.streams.values().filter_map(|stream| stream.ring.as_ref()).map(Ring::pieces)
    }

    /// The other way: a service that was read again gets what was buffered. `next` gives the next so many bytes.
    ///
    /// # Errors
    /// What `next` says, and `None` where the frames that should be in a buffer cannot be.
    pub fn fill<E>(&mut self, mut next: impl FnMut(usize) -> Result<Vec<u8>, E>) -> Result<(), Option<E>> {
        for ring in self.streams.values_mut().filter_map(|stream| stream.ring.as_mut()) {
            let len = ring.frames_len().ok_or(None)?;
            let bytes = next(len)?;
            if bytes.len() != len {
                return Err(None);
            }
            ring.fill(bytes);
        }
        Ok(())
    }
}
