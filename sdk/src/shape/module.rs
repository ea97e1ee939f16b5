//! What every module has, whatever its shape.

use crate::{Error, Held, Node, Reconfigured, Result, State, card::Card, params::Params};

/// What a half says when it has done what it could.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Nothing more for now: call again after a wake, a time asked for, or a new frame.
    Idle,
    /// There is more; call again when `Out` has room.
    More,
    /// Nothing will come any more.
    Ended,
}

/// Makes a blocking `produce` return; called from any thread.
pub type Interrupter = Box<dyn Fn() + Send + Sync>;

/// The common part of a module: its card, its life, its state.
///
/// The order of a life: [`check`](Module::check), [`new`](Module::new), [`restore`](Module::restore) and
/// [`adopt`](Module::adopt) (in a swap), [`start`](Module::start), calls of its shape,
/// [`snapshot`](Module::snapshot) and [`release_held`](Module::release_held) (in a swap),
/// [`stop`](Module::stop), drop. Everything here is called while no half is being called.
pub trait Module: Sized + Send + 'static {
    /// The parameters: a struct with `#[derive(Params)]`, or [`crate::params::NoParams`].
    type Params: Params;

    /// What the module says of itself.
    const CARD: Card;

    /// Makes an instance. No effect outside of it: no port, no file, no thread.
    ///
    /// # Errors
    /// What `check` cannot see.
    fn new(params: Self::Params, node: &Node) -> Result<Self>;

    /// What the parameters' types cannot say, such as "exactly one of". An error is shown at the node's
    /// parameters in the graph file.
    ///
    /// # Errors
    /// In the operator's words.
    fn check(_params: &Self::Params) -> Result<()> {
        Ok(())
    }

    /// Takes what only one may have: ports, files, devices, threads.
    ///
    /// # Errors
    /// When it cannot be had; the graph is not started.
    fn start(&mut self) -> Result<()> {
        Ok(())
    }

    /// Gives up what `start` took. Bounded in time.
    fn stop(&mut self) {}

    /// New parameters for the running instance. Parameters marked `live` must be handled here.
    ///
    /// # Errors
    /// When they are refused; nothing has changed then.
    fn reconfigure(&mut self, _params: Self::Params) -> Result<Reconfigured> {
        Ok(Reconfigured::Unsupported)
    }

    /// The state for a successor; changes nothing. `None` where there is none worth it.
    ///
    /// # Errors
    /// When it cannot be written; the swap is refused then.
    fn snapshot(&self) -> Result<Option<State>> {
        Ok(None)
    }

    /// Takes over the state of a predecessor.
    ///
    /// # Errors
    /// When it is not understood; the swap is refused then.
    fn restore(&mut self, state: State) -> Result<()> {
        Err(Error::new(format_args!(
            "this module takes over no state ({} version {} was offered)",
            state.schema, state.version
        )))
    }

    /// Gives up the frames it holds, and descriptors that can live on.
    fn release_held(&mut self, _held: &mut Held) {}

    /// Takes what it can use; what is left is counted and closed.
    ///
    /// # Errors
    /// When what it must have is missing.
    fn adopt(&mut self, _held: &mut Held) -> Result<()> {
        Ok(())
    }

    /// For a module whose card says `blocking`: ends the waiting of `produce`.
    fn interrupter(&self) -> Option<Interrupter> {
        None
    }
}
