//! Everything a module author sees.
//!
//! A module is a type with a card, parameters and one of four shapes. It never calls another module and
//! never sleeps: it is given frames, leaves frames in [`Out`], and returns.
//!
//! - [`Frame`] is what flows: metadata and buffers ([`frame`]).
//! - [`Module`] is what every module has; [`Transform`], [`Source`], [`Sink`] and [`Endpoint`] are the
//!   shapes ([`shape`]).
//! - [`card::Card`] says what the module is, readable without running it; [`params`] makes a struct into its
//!   parameters.
//! - [`Context`] is the call being made, [`Node`] the place in the graph: its name, counters, readings, waking,
//!   logging (through the `log` crate).
//! - [`export_module!`] makes the plugin, or the component, as the target says; [`bench`](mod@bench) runs one module
//!   without a graph.
//!
//! ```
//! use rogue_sdk::prelude::*;
//!
//! /// Parameters of `only`.
//! #[derive(Params)]
//! struct OnlyParams {
//!     /// The channel that passes.
//!     channel: u8,
//! }
//!
//! struct Only(u8);
//!
//! impl Module for Only {
//!     type Params = OnlyParams;
//!     const CARD: Card = Card::transform("only")
//!         .about("lets one channel pass")
//!         .drops(&[DropReason::asked("channel", "frames of other channels")]);
//!
//!     fn new(params: OnlyParams, _: &Node) -> Result<Self> {
//!         Ok(Only(params.channel))
//!     }
//! }
//!
//! impl Transform for Only {
//!     fn accept(&mut self, frame: Frame, out: &mut Out, cx: &Context) -> Result<()> {
//!         const CHANNEL: Reason = Only::CARD.reason("channel");
//!         if frame.channel() == self.0 { out.send(frame) } else { cx.drop(frame, CHANNEL) }
//!         Ok(())
//!     }
//! }
//! export_module!(Only: Transform);
//! ```

extern crate self as rogue_sdk;

mod abi;
#[cfg(not(target_family = "wasm"))]
pub mod bench;
pub mod card;
mod context;
mod error;
#[doc(hidden)]
pub mod export;
#[cfg(not(target_family = "wasm"))]
pub mod extension;
pub mod frame;
#[cfg(any(test, target_family = "wasm"))]
mod guest;
mod host;
mod logger;
mod node;
mod pace;
pub mod params;
pub mod prelude;
pub mod shape;
mod state;

pub use context::{Context, Reason};
pub use error::{Error, Result};
pub use export::call::{Input, Out};
pub use frame::Frame;
pub use node::{Counter, Gauge, Node};
pub use pace::Pace;
pub use shape::{Accepted, Endpoint, Flow, Give, Interrupter, Module, Sink, Source, Take, Transform};
pub use state::{Held, Reconfigured, State};

/// The log crate, so that a module logs with what the SDK was built with.
pub use log;
