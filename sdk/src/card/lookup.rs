//! The numbers of what a card declares, as constants.
//!
//! Called by the SDK and by authors in constants, so that a misspelt name is found when it is compiled.

use super::{Card, Port};
use crate::params::json::same;

impl Card {
    /// The number of a drop reason, in declared order.
    pub const fn drop_index(&self, name: &str) -> Option<u32> {
        let mut i = 0;
        while i < self.drops.len() {
            if same(self.drops[i].name, name) {
                return Some(i as u32);
            }
            i += 1;
        }
        None
    }

    /// The number of a reading, in declared order.
    pub const fn reading_index(&self, name: &str) -> Option<u32> {
        let mut i = 0;
        while i < self.readings.len() {
            if same(self.readings[i].name, name) {
                return Some(i as u32);
            }
            i += 1;
        }
        None
    }

    /// The number of a counter, in declared order.
    pub const fn counter_index(&self, name: &str) -> Option<u32> {
        let mut i = 0;
        while i < self.counters.len() {
            if same(self.counters[i].name, name) {
                return Some(i as u32);
            }
            i += 1;
        }
        None
    }

    /// The number of an input port; of a family, its first.
    pub const fn input_index(&self, name: &str) -> Option<u32> {
        port_index(self.inputs, name)
    }

    /// The number of an output port; of a family, its first.
    pub const fn output_index(&self, name: &str) -> Option<u32> {
        port_index(self.outputs, name)
    }

    /// How many input ports there are, families counted through.
    pub const fn input_count(&self) -> u32 {
        port_count(self.inputs)
    }

    /// How many output ports there are, families counted through.
    pub const fn output_count(&self) -> u32 {
        port_count(self.outputs)
    }
}

const fn port_index(ports: &[Port], name: &str) -> Option<u32> {
    let (mut i, mut first) = (0, 0u32);
    while i < ports.len() {
        if same(ports[i].name, name) {
            return Some(first);
        }
        first = first.saturating_add(ports[i].count);
        i += 1;
    }
    None
}

const fn port_count(ports: &[Port]) -> u32 {
    let (mut i, mut count) = (0, 0u32);
    while i < ports.len() {
        count = count.saturating_add(ports[i].count);
        i += 1;
    }
    count
}
