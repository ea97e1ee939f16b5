//! Runs one module without a graph, for its tests.
//!
//! [`Bench`] calls the module through the very tables that a plugin exports, against a small host of its own:
//! frames are plain memory, time is virtual, threads and sockets are real. What is downstream is the test.
//!
//! ```
//! use rogue_sdk::bench::{Bench, json};
//! use rogue_sdk::prelude::*;
//!
//! struct Good;
//!
//! impl Module for Good {
//!     type Params = NoParams;
//!     const CARD: Card = Card::transform("good").drops(&[DropReason::asked("error", "frames with an error")]);
//!
//!     fn new(_: NoParams, _: &Node) -> Result<Self> {
//!         Ok(Good)
//!     }
//! }
//!
//! impl Transform for Good {
//!     fn accept(&mut self, frame: Frame, out: &mut Out, cx: &Context) -> Result<()> {
//!         const ERROR: Reason = Good::CARD.reason("error");
//!         if frame.error() == 0 { out.send(frame) } else { cx.drop(frame, ERROR) }
//!         Ok(())
//!     }
//! }
//!
//! let mut bench = Bench::transform::<Good>(json!({}))?;
//! bench.push(Bench::frame_of(b"hello")?)?;
//! let mut bad = Bench::frame_of(b"broken")?;
//! bad.set_error(1);
//! bench.push(bad)?;
//!
//! assert_eq!(bench.out().len(), 1);
//! assert_eq!(bench.dropped("error"), 1);
//! bench.end()?;                                   // the module stopped in order and leaked no frame
//! # Ok::<(), Error>(())
//! ```
//!
//! What holds:
//! - A call that fails comes back as an error with the module's text, and a panic as "the module panicked: …".
//! - What is not taken stays in the inbox; what the module sends waits to be [popped](Bench::pop).
//! - Nothing is called behind the test's back: a wake is noted ([`Bench::woken_take`]) until it is acted upon
//!   by [`Bench::wake`], [`Bench::produce`], [`Bench::run`] or [`Bench::run_until`], and time stands still until
//!   [`Bench::advance`].
//! - The node has the module's name.
//! - A bench belongs to the test's thread: live frames and claims are counted per thread, so tests that run side
//!   by side do not see each other.

mod account;
mod cold;
mod drive;
mod frames;
mod heap;
mod host;
mod instance;
mod look;
mod outbox;
mod record;
mod wait;

pub use instance::Interrupt;
pub use record::LogLine;
pub use serde_json::{Value, json};

use crate::{
    Endpoint, Frame, Result, Sink, Source, Transform,
    card::Card,
    export::native::{self, Module as Table},
    shape::{AsEndpoint, AsSink, AsSource, AsTransform, Module, Shaped, Step},
};
use account::{Account, Test};
use instance::Instance;
use rogue_abi::NodeRef;
use std::collections::VecDeque;

/// Most frames in one call, as in the runtime.
pub(crate) const BATCH_MAX: u32 = 64;

/// Where the bench's clock starts: late enough that a module may look back an hour without going below zero.
const START_NS: u64 = 3_600_000_000_000;

/// A module on the bench: fed, asked and looked at by a test. A transform is on the [module's page](self); this is a
/// source that gives a frame every second, in no time at all:
///
/// ```
/// use rogue_sdk::bench::{Bench, json};
/// use rogue_sdk::prelude::*;
///
/// #[derive(Params)]
/// struct TickParams {
///     /// Frames until the end.
///     count: u64,
/// }
///
/// struct Tick {
///     left: u64,
///     pace: Pace,
///     ticks: Counter,
/// }
///
/// impl Module for Tick {
///     type Params = TickParams;
///     const CARD: Card = Card::source("tick").counters(&[card::Counter::new("ticks", "frames given")]);
///
///     fn new(params: TickParams, node: &Node) -> Result<Self> {
///         Ok(Tick { left: params.count, pace: Pace::new(Some(1.0)), ticks: node.counter("ticks") })
///     }
/// }
///
/// impl Source for Tick {
///     fn produce(&mut self, out: &mut Out, cx: &Context) -> Result<Flow> {
///         while self.left > 0 && !out.is_full() {
///             if let Some(due) = self.pace.due_after(cx.now()) {
///                 cx.wake_at(due);
///                 return Ok(Flow::Idle);
///             }
///             out.send(out.request(1)?);
///             self.left -= 1;
///             self.pace.step();
///             self.ticks.add(1);
///         }
///         Ok(if self.left == 0 { Flow::Ended } else { Flow::More })
///     }
/// }
///
/// // Parameters are read as from a graph file; what is wrong with them comes back.
/// assert!(Bench::source::<Tick>(json!({ "count": -1 })).is_err());
///
/// let mut bench = Bench::source::<Tick>(json!({ "count": 3 }))?;
/// assert_eq!(bench.produce()?, Flow::Idle);       // the first is due at once, the second in a second
/// assert_eq!(bench.out().len(), 1);
///
/// bench.advance(std::time::Duration::from_millis(1500))?;
/// assert_eq!(bench.pop().map(|(port, frame)| (port, frame.size())), Some((0, 1)));
/// assert!(bench.pop().is_none());
///
/// bench.advance(std::time::Duration::from_secs(1))?;
/// assert_eq!(bench.counter("ticks"), 3);
/// bench.end()?;
/// # Ok::<(), Error>(())
/// ```
///
/// Dropping it stops and ends the module, and drops what is in the inbox and what came out.
pub struct Bench {
    /// Before the frames, so that the module ends first.
    instance: Instance,
    account: &'static Account,
    card: Card,
    table: fn() -> Table,
    inbox: VecDeque<(u32, Frame)>,
    results: VecDeque<(u32, Frame)>,
    halves: [Half; 2],
    started: bool,
}

/// What the bench knows of a half.
struct Half {
    step: Step,
    wake_at_ns: Option<u64>,
}

impl Half {
    fn reset(&mut self) {
        *self = Half { step: Step::Idle, wake_at_ns: None };
    }
}

impl Bench {
    /// A transform, created and started.
    ///
    /// # Errors
    /// What is wrong with the parameters, all of it; or what `new` or `start` said.
    pub fn transform<T: Transform>(params: Value) -> Result<Bench> {
        Bench::new::<AsTransform<T>>(params)
    }

    /// A sink, created and started.
    ///
    /// # Errors
    /// As [`Bench::transform`].
    pub fn sink<T: Sink>(params: Value) -> Result<Bench> {
        Bench::new::<AsSink<T>>(params)
    }

    /// A source, created and started.
    ///
    /// # Errors
    /// As [`Bench::transform`].
    pub fn source<T: Source>(params: Value) -> Result<Bench> {
        Bench::new::<AsSource<T>>(params)
    }

    /// An endpoint, created and started.
    ///
    /// # Errors
    /// As [`Bench::transform`].
    pub fn endpoint<T: Endpoint>(params: Value) -> Result<Bench> {
        Bench::new::<AsEndpoint<T>>(params)
    }

    fn new<S: Shaped>(params: Value) -> Result<Bench> {
        let table = || native::table::<S>(b"");
        let params = params.to_string();
        instance::check(&table(), &params)?;
        let account = Account::open(Test::current(), 0);
        account.record.kept().name = <S::Module as Module>::CARD.name.to_owned();
        let instance = Instance::create(table(), NodeRef(account.id.into()), &params)?;
        let half = || Half { step: Step::Idle, wake_at_ns: None };
        let mut bench = Bench {
            instance,
            account,
            card: <S::Module as Module>::CARD,
            table,
            inbox: VecDeque::new(),
            results: VecDeque::new(),
            halves: [half(), half()],
            started: false,
        };
        bench.instance.start()?;
        bench.started = true;
        Ok(bench)
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // Whoever wants to know what `stop` says calls it.
        let _ = self.stop();
        self.account.test.unclaim(self.account.id, None);
    }
}
