//! A module as the engine sees it: no file, no ABI, no sandbox, only calls.
//!
//! Implemented by `load` for every packaging (and by tests in plain Rust); called by `engine` (halves)
//! and by whoever builds, swaps and ends instances.
//!
//! What holds: a [`Half`] is called by one thread at a time; an [`Instance`] is called only while no half
//! of it is being called; frames in a [`Call`] belong to the caller until taken.

pub use crate::pool::OutItem;
use rogue_abi::NodeRef;
use rogue_sdk::frame::Frame;
use std::sync::Arc;

/// What a call says of its half; see `rogue_abi::status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nothing to do without new input, a wake, a descriptor or the time asked for.
    Idle,
    /// Call again.
    More,
    /// The next frame cannot be taken now.
    Blocked,
    /// Nothing will come any more.
    Ended,
    /// The module reported an error; its text went to `Host::fault`.
    Fault,
    /// The module panicked, caught inside it.
    Panicked,
}

/// Where a module leaves its results.
#[derive(Debug, Default)]
pub struct Outbox {
    /// Results in the module's order.
    pub items: Vec<OutItem>,
    /// Where a module stops taking.
    pub limit: usize,
}

/// Results a single call may leave at most, however much one frame unpacks into: a runaway module is
/// stopped with a fault before it eats the machine.
pub const OUT_HARD_LIMIT: usize = 1 << 20;

/// One call into a half.
pub struct Call<'a> {
    /// Monotonic nanoseconds.
    pub now_ns: u64,
    /// Input port of all `frames`.
    pub port: u32,
    /// Frames on offer; taken ones are `None` afterwards.
    pub frames: &'a mut [Option<Frame>],
    /// How many were taken, from the front.
    pub taken: usize,
    /// Address of the handle that was taken last (`pool::address`), 0 = none: tells the fence which frame
    /// was inside when a call failed.
    pub inside: usize,
    /// Results.
    pub out: &'a mut Outbox,
    /// Length of `out.items` when the last frame was completed.
    pub completed_out: usize,
    /// Most frames a source should give.
    pub max: u32,
    /// Time at which the half wants to be called again, 0 = none.
    pub wake_at_ns: u64,
}

impl<'a> Call<'a> {
    /// A call that offers no frames: to `produce`, to `finish`, or a wake.
    pub fn asking(now_ns: u64, max: u32, out: &'a mut Outbox) -> Call<'a> {
        Call {
            now_ns,
            port: 0,
            frames: &mut [],
            taken: 0,
            inside: 0,
            out,
            completed_out: 0,
            max,
            wake_at_ns: 0,
        }
    }
}

/// One half of an instance: what the loop calls.
pub trait Half: Send {
    /// Offers frames.
    fn accept(&mut self, call: &mut Call<'_>) -> Status;
    /// Asks for frames.
    fn produce(&mut self, call: &mut Call<'_>) -> Status;
    /// After the last input, until it returns [`Status::Ended`].
    fn finish(&mut self, call: &mut Call<'_>) -> Status;
}

/// State on its way from one instance to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Name of the schema.
    pub schema: String,
    /// Version of the schema.
    pub version: u32,
    /// The state itself.
    pub bytes: Vec<u8>,
}

/// What an instance gives up for its successor; what is left in it is counted and closed.
#[derive(Default)]
pub struct Held {
    /// Frames with the output port they would have left by, oldest first.
    pub frames: Vec<(u32, Frame)>,
    /// Named descriptors.
    pub handles: Vec<(String, std::os::fd::OwnedFd)>,
}

/// Why a cold call did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ColdError {
    /// The module said no; nothing changed.
    #[error("{0}")]
    Refused(String),
    /// The module cannot do this at all.
    #[error("the module does not support this")]
    Unsupported,
    /// The module panicked.
    #[error("the module panicked: {0}")]
    Panicked(String),
}

/// Ends the waiting of a blocking `produce`, from any thread.
pub type Interrupt = Arc<dyn Fn() + Send + Sync>;

/// The cold side of an instance. Dropping it, once its halves are gone, ends the instance.
pub trait Instance: Send {
    /// Takes what only one may have.
    fn start(&mut self) -> Result<(), ColdError>;
    /// New parameters (JSON object) for the running instance.
    fn reconfigure(&mut self, params: &str) -> Result<(), ColdError>;
    /// The state; changes nothing.
    fn snapshot(&mut self) -> Result<State, ColdError>;
    /// Takes over a state.
    fn restore(&mut self, state: &State) -> Result<(), ColdError>;
    /// Gives up frames and descriptors.
    fn release_held(&mut self, held: &mut Held) -> Result<(), ColdError>;
    /// Takes what it can use out of `held`.
    fn adopt(&mut self, held: &mut Held) -> Result<(), ColdError>;
    /// For modules whose `produce` may block.
    fn interrupt(&self) -> Option<Interrupt>;
    /// Gives up what `start` took.
    fn stop(&mut self);
    /// The last state that was good, where one is kept while frames flow; the instance is not called.
    fn good_state(&mut self) -> Option<State> {
        None
    }
}

/// The cold side of a module that has none, as those in plain Rust that tests and tools put into a graph: it starts,
/// keeps no state, and takes no new parameters.
pub struct NoColdSide;

impl Instance for NoColdSide {
    fn start(&mut self) -> Result<(), ColdError> {
        Ok(())
    }
    fn reconfigure(&mut self, _: &str) -> Result<(), ColdError> {
        Err(ColdError::Unsupported)
    }
    fn snapshot(&mut self) -> Result<State, ColdError> {
        Err(ColdError::Unsupported)
    }
    fn restore(&mut self, _: &State) -> Result<(), ColdError> {
        Err(ColdError::Unsupported)
    }
    fn release_held(&mut self, _: &mut Held) -> Result<(), ColdError> {
        Ok(())
    }
    fn adopt(&mut self, _: &mut Held) -> Result<(), ColdError> {
        Ok(())
    }
    fn interrupt(&self) -> Option<Interrupt> {
        None
    }
    fn stop(&mut self) {}
}

/// A fresh instance with its halves.
pub struct Made {
    /// For cold calls.
    pub instance: Box<dyn Instance>,
    /// The half that takes.
    pub take: Option<Box<dyn Half>>,
    /// The half that gives.
    pub give: Option<Box<dyn Half>>,
}

/// An error of a parameter: its path (`channel`, `steps[2].gain`) and what is wrong.
pub type ParamFault = (String, String);

/// A module that can be instantiated.
pub trait Module: Send + Sync {
    /// `rogue_abi::module_flags`.
    fn flags(&self) -> u64;
    /// Every error of the parameters (JSON object); no effect. A panic inside comes back as an error.
    fn check(&self, params: &str) -> Vec<ParamFault>;
    /// Makes an instance for `node`; no effect outside of it.
    fn create(&self, node: NodeRef, params: &str) -> Result<Made, ColdError>;
}
