//! The functions that a component exports, found and compared with the contract once for each instance.
//!
//! Used by [`super::guest`]. What holds: a component has `rogue:flow/module` and what the shape on its card needs; that
//! their types are those of `sdk/wit/v0.1/flow.wit` wasmtime checks here, before the first call.

use wasmtime::{
    AsContextMut,
    component::{Component, ComponentExportIndex, ComponentNamedList, Instance, Lift, Lower, TypedFunc},
};

use super::{
    frames::{Frames, Heads},
    lift::Did,
    lower::Given,
    state::State,
    v0_1::{Outcome, ParamFault, State as Carried, Told},
};
use crate::card::{Card, Shape};

/// The life of a module.
pub const MODULE: &str = "rogue:flow/module@0.1.0";
/// Transforms and sinks.
pub const PROCESSOR: &str = "rogue:flow/processor@0.1.0";
/// Transforms and sinks that read metadata only.
pub const INSPECTOR: &str = "rogue:flow/inspector@0.1.0";
/// Sources.
pub const SOURCE: &str = "rogue:flow/source@0.1.0";

type Answer = (Result<(), String>,);
type HeldFrames = &'static [(u32, Given<'static>)];

/// A hot function without frames.
type Asked = TypedFunc<(Told,), (Did,)>;

/// The hot functions of a shape.
#[derive(Clone, Copy)]
pub enum Hot {
    /// Takes frames with their payload.
    Process(TypedFunc<(Told, Frames<'static>), (Did,)>, Asked),
    /// Takes metadata.
    Inspect(TypedFunc<(Told, Heads<'static>), (Did,)>, Asked),
    /// Gives frames.
    Produce(Asked),
}

/// The functions of an instance.
pub struct Calls {
    pub hot: Hot,
    pub check: TypedFunc<(u32, &'static str), (Vec<ParamFault>,)>,
    pub create: TypedFunc<(u32, &'static str), Answer>,
    pub start: TypedFunc<(), Answer>,
    pub reconfigure: TypedFunc<(&'static str,), (Result<bool, String>,)>,
    pub snapshot: TypedFunc<(), (Result<Option<Carried>, String>,)>,
    pub restore: TypedFunc<(Carried,), Answer>,
    pub release_held: TypedFunc<(), (Result<Vec<Outcome>, String>,)>,
    pub adopt: TypedFunc<(HeldFrames,), (Result<Vec<u32>, String>,)>,
    pub stop: TypedFunc<(), (Vec<Outcome>,)>,
}

/// Where the functions are in a component: looked up by name once, by number in each instance.
pub struct Exports {
    kind: &'static str,
    hot: ComponentExportIndex,
    finish: Option<ComponentExportIndex>,
    module: [ComponentExportIndex; 9],
}

const COLD: [&str; 9] =
    ["check", "create", "start", "reconfigure", "snapshot", "restore", "release-held", "adopt", "stop"];

impl Exports {
    /// Finds what a module with this card must have.
    ///
    /// # Errors
    /// What is missing.
    pub fn of(component: &Component, card: &Card) -> Result<Exports, String> {
        let find = |interface: &'static str, function: &str| {
            let found = component.get_export_index(None, interface);
            let found = found.and_then(|within| component.get_export_index(Some(&within), function));
            found.ok_or_else(|| {
                format!(
                    "it does not export `{function}` of `{interface}`, which its card, that of a {}, needs",
                    card.shape
                )
            })
        };
        let mut module = Vec::with_capacity(COLD.len());
        for function in COLD {
            module.push(find(MODULE, function)?);
        }
        let module = module.try_into().map_err(|_| "too few functions".to_owned())?;
        if card.has("blocking") {
            return Err(
                "its card says blocking, which needs a thread of its own and is native only".to_owned()
            );
        }
        let (kind, first) = match card.shape {
            Shape::Source => (SOURCE, "produce"),
            Shape::Transform | Shape::Sink if card.has("metadata_only") => (INSPECTOR, "inspect"),
            Shape::Transform | Shape::Sink => (PROCESSOR, "process"),
            Shape::Endpoint => {
                return Err("its card says endpoint, which needs two threads and is native only".to_owned());
            }
        };
        let finish = (kind != SOURCE).then(|| find(kind, "finish")).transpose()?;
        Ok(Exports { kind, hot: find(kind, first)?, finish, module })
    }
}

impl Calls {
    /// The functions of an instance, if they have the types of the contract.
    pub fn of(
        exports: &Exports,
        instance: &Instance,
        store: &mut impl AsContextMut<Data = State>,
    ) -> Result<Calls, String> {
        let [check, create, start, reconfigure, snapshot, restore, release_held, adopt, stop] =
            &exports.module;
        let (kind, first) = (exports.kind, &exports.hot);
        let hot = match &exports.finish {
            None => Hot::Produce(typed(instance, store, first, SOURCE, "produce")?),
            Some(finish) => {
                let finish = typed(instance, store, finish, kind, "finish")?;
                match kind {
                    INSPECTOR => Hot::Inspect(typed(instance, store, first, kind, "inspect")?, finish),
                    _ => Hot::Process(typed(instance, store, first, kind, "process")?, finish),
                }
            }
        };
        Ok(Calls {
            hot,
            check: typed(instance, store, check, MODULE, "check")?,
            create: typed(instance, store, create, MODULE, "create")?,
            start: typed(instance, store, start, MODULE, "start")?,
            reconfigure: typed(instance, store, reconfigure, MODULE, "reconfigure")?,
            snapshot: typed(instance, store, snapshot, MODULE, "snapshot")?,
            restore: typed(instance, store, restore, MODULE, "restore")?,
            release_held: typed(instance, store, release_held, MODULE, "release-held")?,
            adopt: typed(instance, store, adopt, MODULE, "adopt")?,
            stop: typed(instance, store, stop, MODULE, "stop")?,
        })
    }
}

fn typed<P, R>(
    instance: &Instance,
    store: &mut impl AsContextMut<Data = State>,
    index: &ComponentExportIndex,
    interface: &str,
    function: &str,
) -> Result<TypedFunc<P, R>, String>
where
    P: ComponentNamedList + Lower,
    R: ComponentNamedList + Lift,
{
    instance
        .get_typed_func::<P, R>(store, index)
        .map_err(|why| format!("`{function}` of `{interface}` has another type than the contract's: {why:#}"))
}
