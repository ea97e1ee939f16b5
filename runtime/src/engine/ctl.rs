//! What both halves of a node share, and what others may watch: its health, its failures, the time it takes.

use super::{CallTimes, Event, OnFault, Taps};
use crate::{
    host::NodeShared,
    module::Status,
    pool::{self, AccountId, field},
};
use crossbeam_channel::Sender;
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering},
};

/// How a node is doing; both halves share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Health {
    /// It is called.
    Running = 0,
    /// It failed and is not called any more.
    Dead = 1,
    /// It failed and waits for a new instance.
    Waiting = 2,
}

/// What both halves of a node share, and what others may watch.
pub struct NodeCtl {
    /// Its number in the run, which it keeps whatever becomes of the graph.
    pub node: usize,
    /// Its account.
    pub account: AccountId,
    /// What its module keeps in the runtime.
    pub shared: Arc<NodeShared>,
    on_fault: AtomicU8,
    /// Failures so far.
    pub faults: AtomicU64,
    /// Time inside the module, sampled (`busy`).
    pub times: CallTimes,
    /// Frames that its last call left in the inbox.
    pub waiting: AtomicU64,
    /// Set when a half of it has come to its end.
    pub ended: AtomicBool,
    /// Who looks at what leaves its outputs.
    pub taps: Taps,
    /// Set for a while after a swap: a failure makes frames wait for the module before, whatever `on_fault` says.
    pub on_trial: AtomicBool,
    health: AtomicU8,
    events: Sender<Event>,
}

impl NodeCtl {
    /// For a node that runs.
    pub fn new(
        node: usize,
        account: AccountId,
        shared: Arc<NodeShared>,
        on_fault: OnFault,
        events: Sender<Event>,
    ) -> Self {
        let (faults, waiting) = (AtomicU64::new(0), AtomicU64::new(0));
        let (ended, on_trial) = (AtomicBool::new(false), AtomicBool::new(false));
        let health = AtomicU8::new(0);
        let on_fault = AtomicU8::new(on_fault as u8);
        let (times, taps) = (CallTimes::default(), Taps::default());
        NodeCtl {
            node,
            account,
            shared,
            on_fault,
            faults,
            times,
            waiting,
            ended,
            taps,
            on_trial,
            health,
            events,
        }
    }

    /// How it is doing.
    #[inline]
    pub fn health(&self) -> Health {
        match self.health.load(Ordering::Acquire) {
            0 => Health::Running,
            2 => Health::Waiting,
            _ => Health::Dead,
        }
    }

    /// What the graph says of a failure.
    pub fn on_fault(&self) -> OnFault {
        match self.on_fault.load(Ordering::Acquire) {
            0 => OnFault::Stop,
            1 => OnFault::Drop,
            2 => OnFault::Bypass,
            _ => OnFault::Restart,
        }
    }

    /// The graph says something else of failures from now on.
    pub fn set_on_fault(&self, on_fault: OnFault) {
        self.on_fault.store(on_fault as u8, Ordering::Release);
    }

    /// What the frames it still has count as when it ends: those of a node that failed are lost to the fault.
    pub fn charge(&self, otherwise: usize) -> usize {
        if self.health() == Health::Running { otherwise } else { field::DROP_FAULT }
    }

    /// Says how it is doing.
    pub fn set_health(&self, health: Health) {
        self.health.store(health as u8, Ordering::Release);
    }

    /// Takes note of a failure and tells whoever watches. One that fails with nothing left to take is not made
    /// anew: nothing waits for it.
    pub fn fail(&self, status: Status, finishing: bool) {
        let said = self.shared.take_fault();
        let text = match (status, said) {
            (Status::Panicked, said) => {
                let said = said.as_deref().unwrap_or("without a text");
                match pool::take_last_words() {
                    Some(frame) => format!("panicked: {said}; inside it had {frame}"),
                    None => format!("panicked: {said}"),
                }
            }
            (_, Some(said)) => said,
            (_, None) => "failed without saying why".to_owned(),
        };
        self.faults.fetch_add(1, Ordering::Relaxed);
        let restart =
            self.on_trial.load(Ordering::Acquire) || (self.on_fault() == OnFault::Restart && !finishing);
        let health = if restart { Health::Waiting } else { Health::Dead };
        self.set_health(health);
        let _ = self.events.send(Event::Fault { node: self.node, text });
    }
}
