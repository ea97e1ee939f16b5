//! Bridges over TCP to Rogue's `TcpServer` and `TcpClient` (spec section 11): [`modules::TcpServer`] and
//! [`modules::TcpClient`].
//!
//! - `zmtp/` is the protocol as pure code; `peer` brings it to a socket.
//! - `door`, with `dial`, is where connections come from.
//! - `outgoing` and `incoming` are one connection each way; `sender` and `receiver` all of them.
//! - `take` and `give` are the halves that the runtime calls; `bridge` is the life of both modules, and `handover` what
//!   a successor gets of it.
//!
//! What holds: no call waits and no thread is started, but for a host name's address; the two directions have their own
//! sockets, and share none; what a peer sends is bounded before memory is had for it, and its misconduct ends its own
//! connection and nothing else.

mod bridge;
mod dial;
mod door;
mod flight;
mod give;
mod handover;
mod incoming;
mod modules;
mod outgoing;
mod params;
mod partial;
mod peer;
mod receiver;
mod scratch;
mod sender;
mod status;
mod sys;
mod take;
mod zmtp;

use modules::{TcpClient, TcpServer};
use rogue_sdk::export_module;

export_module!(TcpServer: Endpoint, TcpClient: Endpoint);

#[cfg(test)]
mod tests;
