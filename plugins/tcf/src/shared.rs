//! What the halves, the module and the thread of the sockets have in common.
//!
//! What holds: the lock is held for copies and bookkeeping only; a ring of the bell before the thread goes to sleep, or
//! while it sleeps, is never lost.

use super::{
    inbox::Inbox,
    params::{Per, Settings},
    status::Status,
};
use rogue_tcf_service::{Direction, Service, StreamNumber};
use serde::{Deserialize, Serialize};
use std::{
    io::Write,
    os::unix::net::UnixStream,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{
            AtomicBool, AtomicU64,
            Ordering::{Relaxed, SeqCst},
        },
    },
    time::{Duration, Instant},
};

/// The service and the streams that are the graph's.
#[derive(Serialize, Deserialize)]
pub struct Core {
    pub service: Service,
    /// By channel; with one stream for all, under 0.
    streams: Vec<Option<(StreamNumber, u64)>>,
    /// The one that is written to.
    pub input: Option<StreamNumber>,
    /// The last frame has come.
    pub ending: bool,
}

/// What is shared.
pub struct Shared {
    pub settings: Settings,
    pub status: Status,
    core: Mutex<Core>,
    pub inbox: Mutex<Inbox>,
    /// The thread has to end.
    pub stopping: AtomicBool,
    rung: AtomicBool,
    asleep: AtomicBool,
    bell: UnixStream,
    epoch: Instant,
    /// What a predecessor's clock was ahead of this one's, in nanoseconds.
    ahead: AtomicU64,
}

impl Shared {
    /// With the end of the bell that rings; the other one is the thread's.
    pub fn new(settings: Settings, status: Status, bell: UnixStream) -> Shared {
        let core = Mutex::new(Core::new(&settings));
        Shared {
            settings,
            status,
            core,
            inbox: Mutex::default(),
            stopping: AtomicBool::new(false),
            rung: AtomicBool::new(false),
            asleep: AtomicBool::new(false),
            bell,
            epoch: Instant::now(),
            ahead: AtomicU64::new(0),
        }
    }

    /// The service, for as short as can be.
    pub fn core(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The frames that clients wrote.
    pub fn inbox(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Time of the service's clock.
    pub fn now(&self) -> Duration {
        self.epoch.elapsed() + Duration::from_nanos(self.ahead.load(Relaxed))
    }

    /// The clock goes on where a predecessor's was.
    pub fn go_on_at(&self, now: Duration) {
        let ahead = now.saturating_sub(self.epoch.elapsed());
        self.ahead.store(u64::try_from(ahead.as_nanos()).unwrap_or(0), Relaxed);
    }

    /// Has the thread look at everything.
    pub fn ring(&self) {
        self.rung.store(true, SeqCst);
        if self.asleep.swap(false, SeqCst) {
            // When the pipe is full, a ring is on its way.
            let _ = (&self.bell).write(&[0]);
        }
    }

    /// The thread is about to look at everything.
    pub fn awake(&self) {
        self.asleep.store(false, SeqCst);
        self.rung.store(false, SeqCst);
    }

    /// The thread is about to sleep; whether it may.
    pub fn may_sleep(&self) -> bool {
        self.asleep.store(true, SeqCst);
        !self.rung.load(SeqCst)
    }
}

impl Core {
    /// Without a stream.
    pub fn new(settings: &Settings) -> Core {
        Core { service: Service::new(settings.limits), streams: vec![None; 256], input: None, ending: false }
    }

    /// Makes the streams that are there from the beginning, unless they are.
    pub fn open(&mut self, settings: &Settings, now: Duration) {
        if settings.per == Per::Node {
            self.stream(settings, 0, now);
        }
        if settings.write && self.input.is_none() {
            let name = format!("{}.in", settings.stream_type);
            self.input = Some(self.service.create(&name, None, Direction::Writable, now));
        }
    }

    /// The stream of a channel, and the sequence number of its next frame, which counts up.
    pub fn stream(&mut self, settings: &Settings, channel: u8, now: Duration) -> (StreamNumber, &mut u64) {
        let (at, context) = match settings.per {
            Per::Node => (0, None),
            Per::Channel => (usize::from(channel), Some(channel.to_string())),
        };
        let service = &mut self.service;
        let (number, sequence) = self.streams[at].get_or_insert_with(|| {
            let direction = Direction::Readable { capacity: settings.buffer, block: settings.block };
            (service.create(&settings.stream_type, context, direction, now), 0)
        });
        (*number, sequence)
    }

    /// The ids of all streams, for who has to know them.
    pub fn ids(&self) -> String {
        let streams = self.streams.iter().flatten().map(|(number, _)| *number).chain(self.input);
        streams.map(|number| number.to_string()).collect::<Vec<_>>().join(" ")
    }

    /// Nothing more will be published.
    pub fn end(&mut self, now: Duration) {
        self.ending = true;
        for (number, _) in self.streams.iter().flatten() {
            self.service.end(*number, now);
        }
    }

    /// Ends everything at once, as when the node is stopped.
    pub fn dispose_all(&mut self, now: Duration) {
        self.service.dispose_all(now);
        self.streams.fill(None);
        self.input = None;
        self.ending = false;
    }
}
