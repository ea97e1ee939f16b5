//! `tcf-streams`: offers the frames of a graph to clients of the Target Communication Framework, and takes what they write.
//!
//! The protocol and the service are pure code in the folders `wire` and `service` beside this one; here they meet sockets and the graph.
//!
//! - `node` is the module's life; `take` and `give` are the halves that the runtime calls; `params` its settings;
//! - `shared` is what they have in common with the thread of the sockets: the service behind a lock, a bell, the frames
//!   that clients wrote (`inbox`);
//! - `server` is that thread; `connection` one client, `speech` what it says and is answered, `output` what it is sent,
//!   `written` how writes become frames;
//! - `status` is what is shown, `sys` waits for descriptors, `handover` is what a successor is given.
//!
//! What holds: all sockets belong to one thread, so that neither half waits for a client nor a client for the graph's
//! other work; the lock is held while bytes are copied, never while something is encoded, sent or waited for; what a client
//! makes this keep is bounded by its settings.

mod connection;
mod give;
mod handover;
mod inbox;
mod node;
mod output;
mod params;
mod server;
mod shared;
mod speech;
mod status;
mod sys;
mod take;
mod written;

use node::TcfStreams;
use rogue_sdk::export_module;

export_module!(TcfStreams: Endpoint);

#[cfg(test)]
mod tests;
