//! `tcf-streams`: its card and its life.
//!
//! What holds: the port is announced in `new`, so that a predecessor gives it up first, and taken in `start`, or taken over;
//! `stop` ends every channel in order, within a bounded time.

use super::{
    connection::Gone,
    give::StreamsGive,
    handover::{self, Sockets},
    params::{Settings, StreamsParams},
    server::Server,
    shared::Shared,
    status::{COUNTERS, DROPS, READINGS, Status},
    take::StreamsTake,
};
use rogue_sdk::{State, log, prelude::*};
use rogue_socket::listener;
use serde::{Deserialize, Serialize};
use std::{
    os::unix::net::UnixStream,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    thread::JoinHandle,
};

const STOPPED: Reason = TcfStreams::CARD.reason("stopped");
/// Name and version of what a successor is told.
const STATE: (&str, u32) = ("tcf-streams", 1);

/// What a successor is told before it is given all the rest.
#[derive(Serialize, Deserialize)]
struct Told {
    /// The number of the next stream: ids are never used twice in a run.
    next_stream: u64,
}

/// The module.
pub struct TcfStreams {
    shared: Arc<Shared>,
    /// The thread's end of the bell.
    bell: UnixStream,
    node: Node,
    claim: String,
    /// While there is no thread.
    sockets: Sockets,
    thread: Option<JoinHandle<()>>,
    /// What the thread gives back.
    back: Arc<Mutex<Sockets>>,
    /// A successor takes over: channels stay.
    replaced: Arc<AtomicBool>,
}

impl Module for TcfStreams {
    type Params = StreamsParams;
    const CARD: Card = Card::endpoint("tcf-streams")
        .bridge()
        .about("Offers frames to clients of the Target Communication Framework as streams, and takes what they write")
        .state(STATE.0, STATE.1, &[STATE.1])
        .readings(READINGS)
        .counters(COUNTERS)
        .drops(DROPS);

    fn check(params: &StreamsParams) -> Result<()> {
        Settings::new(params, None).map(|_| ())
    }

    fn new(params: StreamsParams, node: &Node) -> Result<Self> {
        let settings = Settings::new(&params, node.name())?;
        let claim = settings.claim(node);
        node.claim(&claim)?;
        let (ours, bell) = UnixStream::pair()?;
        ours.set_nonblocking(true)?;
        bell.set_nonblocking(true)?;
        Ok(TcfStreams {
            shared: Arc::new(Shared::new(settings, Status::new(node), ours)),
            bell,
            node: *node,
            claim,
            sockets: Sockets::default(),
            thread: None,
            back: Arc::default(),
            replaced: Arc::default(),
        })
    }

    fn start(&mut self) -> Result<()> {
        self.node.claim(&self.claim)?;
        let settings = &self.shared.settings;
        let listener = match self.sockets.listener.take() {
            Some(listener) => listener,
            None => handover::listen(settings, &[])?,
        };
        let mut connections = std::mem::take(&mut self.sockets.connections);
        let address = listener.local_addr()?;
        for connection in &mut connections {
            if !connection.stream.local_addr().is_ok_and(|by| listener::covers(address, by)) {
                connection.end(&Gone::Refused("the node listens at another address now"), &self.shared);
            }
        }
        if !address.ip().is_loopback() {
            log::warn!(
                "{address} can be reached from other machines, without a password and without encryption, since \
                 allow_remote is set"
            );
        }
        self.shared.status.port.set(address.port().into());
        self.shared.stopping.store(false, SeqCst);
        self.replaced.store(false, SeqCst);
        let now = self.shared.now();
        let ids = {
            let mut core = self.shared.core();
            core.open(settings, now);
            core.ids()
        };
        log::info!("listening on {address}, type {:?}, streams: {ids}", settings.stream_type);
        let listeners = [Some(listener), self.sockets.before.take()].into_iter().flatten().collect();
        let server = Server::new(self.shared.clone(), listeners, connections, self.bell.try_clone()?);
        let (back, replaced) = (self.back.clone(), self.replaced.clone());
        self.thread = Some(self.node.spawn(move |_| {
            let sockets = server.run(|| replaced.load(SeqCst));
            *back.lock().unwrap_or_else(PoisonError::into_inner) = sockets;
        })?);
        self.node.wake_take();
        self.node.wake_give();
        Ok(())
    }

    fn stop(&mut self) {
        self.node.unclaim(&self.claim);
        self.end_thread();
        self.sockets = Sockets::default();
        let mut inbox = self.shared.inbox();
        (inbox.ended, inbox.take_ended) = (false, false);
        while let Some(frame) = inbox.pop() {
            self.node.drop(frame, STOPPED);
        }
    }

    fn snapshot(&self) -> Result<Option<State>> {
        let told = Told { next_stream: self.shared.core().service.next_stream() };
        State::of(STATE.0, STATE.1, &told).map(Some)
    }

    fn restore(&mut self, state: State) -> Result<()> {
        let told: Told = state.read(STATE.0, STATE.1)?;
        self.shared.core().service.skip_streams(told.next_stream);
        Ok(())
    }

    /// All sockets go over, and all that is kept for clients, who do not notice.
    fn release_held(&mut self, held: &mut Held) {
        self.replaced.store(true, SeqCst);
        self.end_thread();
        handover::release(&self.shared, std::mem::take(&mut self.sockets), held);
        let mut inbox = self.shared.inbox();
        while let Some(frame) = inbox.pop() {
            held.frames.push((0, frame));
        }
    }

    fn adopt(&mut self, held: &mut Held) -> Result<()> {
        self.sockets = handover::adopt(&self.shared, held)?;
        let mut inbox = self.shared.inbox();
        held.frames.drain(..).for_each(|(_, frame)| inbox.push(frame));
        Ok(())
    }
}

impl TcfStreams {
    /// Ends the thread, and with it every channel unless a successor takes over; gets the sockets back.
    fn end_thread(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        self.shared.stopping.store(true, SeqCst);
        self.shared.ring();
        // One that panicked has said so already.
        drop(thread.join());
        self.sockets = std::mem::take(&mut *self.back.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Endpoint for TcfStreams {
    type Take = StreamsTake;
    type Give = StreamsGive;

    fn split(&mut self, node: &Node) -> Result<(StreamsTake, StreamsGive)> {
        Ok((StreamsTake::new(&self.shared), StreamsGive::new(&self.shared, node)))
    }
}
