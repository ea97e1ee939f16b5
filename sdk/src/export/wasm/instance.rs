//! A module as the exports see it, whatever its type.
//!
//! Made by [`entry`] for each module of a file.

use crate::{
    Context, Error, Frame, Held, Input, Node, Out, Reconfigured, Result, State, logger,
    params::{ParamError, Params},
    shape::{Module, Shaped, Step},
};
use std::any::Any;

/// A module of a component, before there is an instance.
pub struct Entry {
    pub(super) check: fn(&str) -> Vec<ParamError>,
    pub(super) create: fn(&str) -> Result<Box<dyn Running>>,
}

/// The entry of a module.
pub const fn entry<S: Shaped>() -> Entry {
    Entry { check: check::<S>, create: create::<S> }
}

fn check<S: Shaped>(params: &str) -> Vec<ParamError> {
    match <S::Module as Module>::Params::parse(params) {
        Err(errors) => errors,
        Ok(params) => match S::Module::check(&params) {
            Ok(()) => Vec::new(),
            Err(error) => vec![ParamError { path: String::new(), message: error.to_string() }],
        },
    }
}

fn parse<S: Shaped>(params: &str) -> Result<<S::Module as Module>::Params> {
    let errors = check::<S>(params);
    if errors.is_empty()
        && let Ok(params) = Params::parse(params)
    {
        return Ok(params);
    }
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    Err(Error::new(lines.join("; ")))
}

fn create<S: Shaped>(params: &str) -> Result<Box<dyn Running>> {
    let node = Node { log: <S::Module as Module>::CARD.log_target() };
    logger::install(&node);
    logger::enter(&node);
    let it = S::Module::new(parse::<S>(params)?, &node)?;
    Ok(Box::new(Instance::<S> { node, it }))
}

/// What is called on an instance.
pub(super) trait Running {
    fn node(&self) -> Node;
    fn start(&mut self) -> Result<()>;
    fn reconfigure(&mut self, params: &str) -> Result<bool>;
    fn snapshot(&mut self) -> Result<Option<State>>;
    fn restore(&mut self, state: State) -> Result<()>;
    fn release_held(&mut self) -> Vec<(u32, Frame)>;
    /// Gives back nothing: what the module leaves in the list is dropped.
    fn adopt(&mut self, frames: Vec<(u32, Frame)>) -> Result<()>;
    fn stop(&mut self);
    fn accept(&mut self, input: &mut Input<'_>, out: &mut Out<'_>, cx: &Context<'_>) -> Result<Step>;
    fn produce(&mut self, out: &mut Out<'_>, cx: &Context<'_>) -> Result<Step>;
    fn finish(&mut self, out: &mut Out<'_>, cx: &Context<'_>) -> Result<Step>;
}

struct Instance<S: Shaped> {
    node: Node,
    it: S::Module,
}

impl<S: Shaped> Instance<S> {
    /// The half that takes, which is the module itself: no shape of a component has two halves.
    #[inline]
    fn take(&mut self) -> Option<&mut S::Take> {
        (&mut self.it as &mut dyn Any).downcast_mut()
    }

    /// The half that gives, as [`Instance::take`].
    #[inline]
    fn give(&mut self) -> Option<&mut S::Give> {
        (&mut self.it as &mut dyn Any).downcast_mut()
    }
}

impl<S: Shaped> Running for Instance<S> {
    fn node(&self) -> Node {
        self.node
    }

    fn start(&mut self) -> Result<()> {
        self.it.start()
    }

    fn reconfigure(&mut self, params: &str) -> Result<bool> {
        Ok(self.it.reconfigure(parse::<S>(params)?)? == Reconfigured::Done)
    }

    fn snapshot(&mut self) -> Result<Option<State>> {
        self.it.snapshot()
    }

    fn restore(&mut self, state: State) -> Result<()> {
        self.it.restore(state)
    }

    fn release_held(&mut self) -> Vec<(u32, Frame)> {
        let mut held = Held::default();
        self.it.release_held(&mut held);
        held.frames
    }

    fn adopt(&mut self, frames: Vec<(u32, Frame)>) -> Result<()> {
        self.it.adopt(&mut Held { frames })
    }

    fn stop(&mut self) {
        self.it.stop();
    }

    #[inline]
    fn accept(&mut self, input: &mut Input<'_>, out: &mut Out<'_>, cx: &Context<'_>) -> Result<Step> {
        self.take().map_or(Ok(Step::Idle), |take| S::accept(take, input, out, cx))
    }

    #[inline]
    fn produce(&mut self, out: &mut Out<'_>, cx: &Context<'_>) -> Result<Step> {
        self.give().map_or(Ok(Step::Ended), |give| S::produce(give, out, cx))
    }

    fn finish(&mut self, out: &mut Out<'_>, cx: &Context<'_>) -> Result<Step> {
        self.take().map_or(Ok(Step::Ended), |take| S::finish(take, out, cx))
    }
}
