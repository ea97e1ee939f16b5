//! What a module hands to its successor when it is swapped (architecture: swap; spec section 18: nothing
//! that is held is lost silently).

use crate::{Error, Result, frame::Frame};
use serde::{Serialize, de::DeserializeOwned};
#[cfg(not(target_family = "wasm"))]
use std::os::fd::OwnedFd;

/// State by schema and version. The card names both; a module refuses what it does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Name of the schema.
    pub schema: String,
    /// Version of the schema.
    pub version: u32,
    /// The state itself.
    pub bytes: Vec<u8>,
}

impl State {
    /// Writes `value` as JSON.
    ///
    /// # Errors
    /// When the value has no JSON form.
    pub fn of(schema: &str, version: u32, value: &impl Serialize) -> Result<State> {
        Ok(State { schema: schema.to_owned(), version, bytes: serde_json::to_vec(value)? })
    }

    /// Reads a value that [`State::of`] wrote.
    ///
    /// # Errors
    /// When schema or version is another one, or the bytes are not that value.
    pub fn read<T: DeserializeOwned>(&self, schema: &str, version: u32) -> Result<T> {
        if self.schema != schema || self.version != version {
            return Err(Error::new(format_args!(
                "state is {} version {}, this module takes {schema} version {version}",
                self.schema, self.version
            )));
        }
        Ok(serde_json::from_slice(&self.bytes)?)
    }
}

/// Frames and descriptors on their way to the next instance.
#[derive(Default)]
pub struct Held {
    /// Frames with the output port they would have left by, oldest first.
    pub frames: Vec<(u32, Frame)>,
    /// Descriptors with the name the module gives them. A sandboxed module has none.
    #[cfg(not(target_family = "wasm"))]
    pub handles: Vec<(String, OwnedFd)>,
}

/// What became of new parameters for a running instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reconfigured {
    /// They are in force.
    Done,
    /// Not possible while running; the runtime swaps the module with itself.
    Unsupported,
}
