//! What a module's file needs: `use rogue_sdk::prelude::*;`.

pub use crate::{
    Accepted, Context, Counter, Endpoint, Error, Flow, Frame, Gauge, Give, Held, Interrupter, Module, Node,
    Out, Pace, Reason, Reconfigured, Result, Sink, Source, State, Take, Transform,
    card::{self, Card, DropReason, Port, Reading},
    export_module, log,
    params::{Duration, NoParams, OneOrMany, Params, Size},
};
