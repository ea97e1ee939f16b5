//! Stands in for the queue's parameters, without their schema.

use crate::params::Size;

#[derive(Clone, Copy, Debug)]
pub struct FifoParams {
    pub max_depth: u64,
    pub max_held: Size,
}

impl FifoParams {
    pub fn batch(&self) -> u64 {
        if self.max_depth == 0 { 64 } else { (self.max_depth / 4).clamp(1, 64) }
    }
}
