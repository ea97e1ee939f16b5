//! `tcf-client`: its card and its life.
//!
//! What holds: the thread is started in `start` and ended in `stop` or when a successor takes over, within a bounded time
//! whatever the agent does; a successor reads on behind the last frame that was given.

use super::{
    give::ClientGive,
    params::{ClientParams, Settings},
    seen::Seen,
    shared::{Shared, Taken, cost},
    status::{COUNTERS, DROPS, READINGS, Status},
    take::ClientTake,
    worker,
};
use rogue_sdk::{State, prelude::*};
use rogue_tcf_client::Stop;
use serde::{Deserialize, Serialize};
use std::{
    sync::{Arc, PoisonError},
    thread::JoinHandle,
};

/// Name and version of what a successor is told.
const STATE: (&str, u32) = ("tcf-client", 1);

/// What a successor is told.
#[derive(Serialize, Deserialize)]
struct Told {
    /// How far each stream was read.
    seen: Seen,
    /// How many of the frames that are handed over are to be given; the others are to be written.
    to_give: usize,
    /// The number of the next frame that is written.
    next_sequence: u64,
}

/// The module.
pub struct TcfClient {
    shared: Arc<Shared>,
    node: Node,
    thread: Option<JoinHandle<()>>,
    /// Of the frames that are adopted, how many are to be given.
    to_give: usize,
}

/// A name that no other node has.
fn claim(node: &Node) -> String {
    format!("tcf-client:{node:?}")
}

impl Module for TcfClient {
    type Params = ClientParams;
    const CARD: Card = Card::endpoint("tcf-client")
        .bridge()
        .about(
            "Reads streams of a Target Communication Framework agent, or of tcf-streams, and writes to one",
        )
        .state(STATE.0, STATE.1, &[STATE.1])
        .readings(READINGS)
        .counters(COUNTERS)
        .drops(DROPS);

    fn check(params: &ClientParams) -> Result<()> {
        Settings::new(params).map(|_| ())
    }

    /// Announces itself: by that the runtime knows that a predecessor has to end its channel first, and not to read on
    /// beside this one.
    fn new(params: ClientParams, node: &Node) -> Result<Self> {
        node.claim(&claim(node))?;
        let shared = Arc::new(Shared::new(Settings::new(&params)?, Status::new(node)));
        Ok(TcfClient { shared, node: *node, thread: None, to_give: 0 })
    }

    fn start(&mut self) -> Result<()> {
        self.node.claim(&claim(&self.node))?;
        *self.shared.stop.lock().unwrap_or_else(PoisonError::into_inner) = Stop::new();
        {
            let mut exchange = self.shared.exchange();
            (exchange.stopping, exchange.paused) = (false, false);
        }
        let shared = self.shared.clone();
        self.thread = Some(self.node.spawn(move |_| worker::run(&shared))?);
        self.node.wake_take();
        self.node.wake_give();
        Ok(())
    }

    /// Frames that are not given or not answered for stay with the node, which answers for them.
    fn stop(&mut self) {
        self.node.unclaim(&claim(&self.node));
        let Some(thread) = self.thread.take() else { return };
        self.shared.stop.lock().unwrap_or_else(PoisonError::into_inner).stop();
        let client = {
            let mut exchange = self.shared.exchange();
            exchange.stopping = true;
            let client = exchange.client.clone();
            self.shared.ring(exchange);
            client
        };
        if let Some(client) = client {
            client.close();
        }
        // One that panicked has said so already.
        drop(thread.join());
    }

    /// From here on nothing is added to what a successor is told, until a half is called again.
    fn snapshot(&self) -> Result<Option<State>> {
        let mut exchange = self.shared.exchange();
        exchange.paused = true;
        let told = Told {
            seen: exchange.seen.clone(),
            to_give: exchange.inbox.len(),
            next_sequence: exchange.next_sequence,
        };
        drop(exchange);
        self.node.wake_give();
        State::of(STATE.0, STATE.1, &told).map(Some)
    }

    fn restore(&mut self, state: State) -> Result<()> {
        let told: Told = state.read(STATE.0, STATE.1)?;
        let mut exchange = self.shared.exchange();
        (exchange.seen, exchange.next_sequence) = (told.seen, told.next_sequence);
        self.to_give = told.to_give;
        Ok(())
    }

    /// The channel ends: what is on its way is read again by the successor.
    fn release_held(&mut self, held: &mut Held) {
        self.stop();
        let mut exchange = self.shared.exchange();
        self.to_give = exchange.inbox.len();
        exchange.inbox_bytes = 0;
        (exchange.held, exchange.held_bytes) = (0, 0);
        let exchange = &mut *exchange;
        let writes = exchange.outbox.drain(..).map(|taken| taken.frame);
        held.frames.extend(exchange.inbox.drain(..).chain(writes).map(|frame| (0, frame)));
    }

    fn adopt(&mut self, held: &mut Held) -> Result<()> {
        let (mine, others): (Vec<_>, Vec<_>) = held.frames.drain(..).partition(|(port, _)| *port == 0);
        held.frames = others;
        let mut exchange = self.shared.exchange();
        for (at, (_, frame)) in mine.into_iter().enumerate() {
            if at < self.to_give {
                exchange.inbox_bytes += frame.payload() as usize;
                exchange.inbox.push_back(frame);
            } else {
                exchange.held += 1;
                exchange.held_bytes += cost(&frame);
                exchange.outbox.push_back(Taken { frame, sequence: None });
            }
        }
        self.to_give = 0;
        self.shared.status.queued.set(exchange.inbox.len() as u64);
        self.shared.status.held.set(exchange.held);
        Ok(())
    }
}

impl Drop for TcfClient {
    /// Where nobody has stopped it.
    fn drop(&mut self) {
        self.stop();
    }
}

impl Endpoint for TcfClient {
    type Take = ClientTake;
    type Give = ClientGive;

    fn split(&mut self, node: &Node) -> Result<(ClientTake, ClientGive)> {
        Ok((ClientTake::new(&self.shared), ClientGive::new(&self.shared, node)))
    }
}
