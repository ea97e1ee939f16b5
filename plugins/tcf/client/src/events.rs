//! The listener's events, and those that wait to be taken.

use rogue_tcf_wire::streams;

/// A stream was created, and this client is connected to it: it owes reads or a disconnect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created {
    /// The stream's type.
    pub stream_type: String,
    /// Its id.
    pub id: String,
    /// What it belongs to.
    pub context: Option<String>,
}

/// This client is connected to a stream no longer: since it has disconnected itself, or by the peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disposed {
    /// The stream's type.
    pub stream_type: String,
    /// Its id.
    pub id: String,
}

/// What the service tells unasked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A stream is there.
    Created(Created),
    /// A stream is gone.
    Disposed(Disposed),
}

impl From<streams::Event> for Event {
    fn from(event: streams::Event) -> Event {
        match event {
            streams::Event::Created { stream_type, id, context } => {
                Event::Created(Created { stream_type, id, context })
            }
            streams::Event::Disposed { stream_type, id } => Event::Disposed(Disposed { stream_type, id }),
        }
    }
}
