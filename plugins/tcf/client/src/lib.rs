//! A client of the Target Communication Framework's (TCF) Streams service: reads and writes the byte streams of a TCF
//! agent, or of a graph with the node `tcf-streams`, over TCP.
//!
//! - [`Client::connect`] opens a channel; a clone is the same channel, for other threads;
//! - the seven calls are [`subscribe`](Client::subscribe), [`unsubscribe`](Client::unsubscribe),
//!   [`connect_to`](Client::connect_to), [`disconnect`](Client::disconnect), [`read`](Client::read),
//!   [`write`](Client::write) and [`eos`](Client::eos). Each gives a [`Pending`], and any number up to
//!   [`Options::max_calls`] may be out at a time: reads that overlap are what makes a stream fast;
//! - [`Client::next_event`] is the listener: which streams were created and disposed of, and
//!   [`Client::next_wanted`] disconnects from those that are not wanted;
//! - [`Client::close`] ends it, from any thread, and so does a [`Stop`] while it is still connecting.
//!
//! ```
//! use rogue_tcf_client::{Client, Event, Options, Stop};
//! use std::time::Duration;
//! # #[path = "../tests/peer/mod.rs"]
//! # mod peer;
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let address = peer::serve_one_stream("scope", "VS0", b"some bytes", 4);
//! let client = Client::connect(&format!("TCP:{address}"), Options::default(), &Stop::new())?;
//! client.subscribe("scope")?.wait()?;
//! let event = client.next_wanted(Duration::from_secs(5), |created| created.stream_type == "scope")?;
//! let Some(Event::Created(stream)) = event else { panic!("there is no such stream") };
//!
//! // Four reads are out at any time; they are answered in their order.
//! let mut bytes = Vec::new();
//! let mut reads = std::collections::VecDeque::new();
//! loop {
//!     while reads.len() < 4 {
//!         reads.push_back(client.read(&stream.id, 64 << 10)?);
//!     }
//!     let Some(read) = reads.pop_front() else { break };
//!     let read = read.wait()?;
//!     println!("lost before the next bytes: {:?}", read.lost);
//!     bytes.extend(read.data);
//!     if read.eos {
//!         break;
//!     }
//! }
//! assert_eq!(bytes, b"some bytes");
//! client.disconnect(&stream.id)?.wait()?;
//! client.close();
//! # Ok(())
//! # }
//! ```
//!
//! What holds:
//! - nothing waits for ever but [`Pending::wait`], and that ends with the channel; a channel ends within a bounded time of
//!   [`Client::close`], whatever the peer does;
//! - what a peer can make this keep is bounded by [`Options`]: the length of a message, the calls that are out with the
//!   sizes they asked for, the events that nobody has taken;
//! - a peer that breaks the protocol is told so, and its channel closed; the error says what was wrong;
//! - the end of the stream is sent before the socket is closed, unless the peer does not take it.
//!
//! One thread for each channel reads what comes. Congestion that a peer reports slows commands down, as TCF asks.

mod client;
mod dial;
mod error;
mod events;
mod options;
mod peer;
mod pending;
mod receive;
mod shared;
mod write;

pub use client::Client;
pub use dial::Stop;
pub use error::{Broken, Closed, Error};
pub use events::{Created, Disposed, Event};
pub use options::Options;
pub use peer::check_peer;
pub use pending::{Pending, ReadDone};
pub use rogue_tcf_wire::{Code, ErrorReport, locator::Hello, streams::Lost};
