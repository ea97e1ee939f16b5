//! Plain memory that loom watches: a model says where it is read and written, and loom finds what happens at once.

use crate::registry;

/// The memory at `at` is written.
pub fn write(at: usize) {
    registry::with(|registry| registry.cell(at)).with_mut(|_| ());
}

/// The memory at `at` is read; it was written before.
pub fn read(at: usize) {
    registry::with(|registry| registry.cell(at)).with(|_| ());
}
