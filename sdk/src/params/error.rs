//! One mistake in a module's parameters.
//!
//! Made by [`Params::parse`](super::Params::parse) and by a module's own checks; the runtime finds the place
//! in the graph file by the path.

use std::fmt;

/// One mistake in a module's parameters, in an operator's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ParamError {
    /// Which parameter: `channel`, `limits.rate`, `channel[2]`; "" for the parameters as a whole.
    pub path: String,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl ParamError {
    /// A mistake at `path`; "" means the parameters as a whole.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}

impl fmt::Display for ParamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.path, self.message)
        }
    }
}
