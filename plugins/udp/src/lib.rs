//! Bridges over UDP, as Rogue's `udp.Server` and `udp.Client` (spec section 12): [`modules::UdpServer`] and
//! [`modules::UdpClient`].
//!
//! - `open` makes the socket; `sys` is what the system offers beyond crates: many datagrams in a call, its drops.
//! - `outgoing` cuts frames into datagrams; `sender` sends them; `take` is the half in front of it.
//! - `receiver` reads datagrams, `pieces` makes frames of them; `give` is the half behind it.
//! - `peer` is whom frames go to, which both sides share; `bridge` is the life of both modules, and `handover` what a
//!   successor gets of it.
//!
//! What holds: one buffer is one datagram, and one datagram is one frame; nothing is added to either. No call waits, and no
//! thread is started. What is lost here is counted here, what the system loses is asked of the system.

mod bridge;
mod give;
mod handover;
mod modules;
mod open;
mod outgoing;
mod params;
mod peer;
mod pieces;
mod receiver;
mod sender;
mod status;
mod sys;
mod take;

use modules::{UdpClient, UdpServer};
use rogue_sdk::export_module;

export_module!(UdpServer: Endpoint, UdpClient: Endpoint);

#[cfg(test)]
mod tests;
