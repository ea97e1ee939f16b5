//! `tcf-client`: reads streams of a Target Communication Framework (TCF) agent into frames, and writes frames into a
//! stream of it. The agent may be a graph with `tcf-streams`.
//!
//! The protocol is `plugins/tcf/client`, how frames lie in a stream is in `plugins/tcf/wire`; here they meet the graph.
//!
//! - `node` is the module's life; `take` and `give` are the halves that the runtime calls; `params` its settings;
//! - `shared` is what they have in common with the thread of the channel: frames on their way, how far each stream was
//!   read (`seen`);
//! - `worker` is that thread: it connects, again and again; `session` is one channel, `reading` one stream that is read,
//!   `writing` the one that is written;
//! - `status` is what is shown.
//!
//! What holds: neither half waits for the peer; a frame that was taken is let go when the peer has answered that it has
//! it; what the peer says is lost, and what this finds missing, is counted; what a peer can make this keep is bounded by
//! its settings, and its misconduct ends its channel and nothing else.

mod give;
mod node;
mod params;
mod reading;
mod seen;
mod session;
mod shared;
mod status;
mod take;
mod worker;
mod writing;

use node::TcfClient;
use rogue_sdk::export_module;

export_module!(TcfClient: Endpoint);

#[cfg(test)]
mod tests;
