//! A module of a plugin: parameters are checked, instances made.

use std::{ffi::c_void, ptr, sync::Arc};

use abi_stable::std_types::{RStr, RString};
use rogue_abi::{ErrList, HostPtr, NodeRef, module_flags, outcome};

use super::{
    half::NativeHalf,
    instance::{Inner, NativeInstance, answer},
};
use crate::{
    card::{Card, Shape},
    module::{ColdError, Half, Made, Module, ParamFault},
};

/// Most errors that one check reports, and most bytes of each text: more helps nobody.
const FAULT_LIMIT: usize = 1000;
const TEXT_LIMIT: usize = 4096;

/// A module of an open plugin.
pub struct NativeModule {
    table: &'static rogue_abi::Module,
    host: HostPtr,
    card: Arc<Card>,
}

impl NativeModule {
    pub(super) fn new(table: &'static rogue_abi::Module, host: HostPtr, card: Arc<Card>) -> NativeModule {
        NativeModule { table, host, card }
    }

    /// What is wrong with the pointers of a fresh instance of this shape.
    fn contradiction(&self, made: &rogue_abi::Made) -> Option<&'static str> {
        let (takes, gives) = match self.card.shape {
            Shape::Source => (false, true),
            Shape::Transform | Shape::Sink => (true, false),
            Shape::Endpoint => (true, true),
        };
        match (made.take.is_null(), made.give.is_null()) {
            _ if made.inst.is_null() => Some("the module made no instance"),
            (true, _) if takes => {
                Some("the module made no taking half, though its card says that it takes frames")
            }
            (_, true) if gives => {
                Some("the module made no giving half, though its card says that it gives frames")
            }
            (false, _) if !takes => {
                Some("the module made a taking half, though its card says that it is a source")
            }
            (_, false) if !gives => {
                Some("the module made a giving half, though its card does not say endpoint")
            }
            _ => None,
        }
    }
}

impl Module for NativeModule {
    fn flags(&self) -> u64 {
        self.table.flags
    }

    fn check(&self, params: &str) -> Vec<ParamFault> {
        let mut faults: Vec<ParamFault> = Vec::new();
        let mut list = ErrList { ctx: (&raw mut faults).cast::<c_void>(), push };
        // SAFETY: both arguments live for the call; `push` gets the list it is made for.
        let code = unsafe { (self.table.check)(RStr::from_str(params), &raw mut list) };
        let silent = faults.is_empty();
        let mut add = |text: String| faults.push((String::new(), text));
        match code {
            outcome::OK => {}
            outcome::REFUSED if !silent => {}
            outcome::REFUSED => add("the module refuses these parameters without saying why".to_owned()),
            outcome::PANICKED if !silent => {}
            outcome::PANICKED => add("the module panicked while it checked these parameters".to_owned()),
            other => add(format!("the module answered its check with {other}, which means nothing")),
        }
        faults
    }

    fn create(&self, node: NodeRef, params: &str) -> Result<Made, ColdError> {
        let mut made = rogue_abi::Made {
            inst: ptr::null_mut(),
            take: ptr::null_mut(),
            give: ptr::null_mut(),
            err: RString::new(),
        };
        // SAFETY: the arguments live for the call, the host's table for ever.
        let code = unsafe { (self.table.create)(self.host, node, RStr::from_str(params), &raw mut made) };
        answer(code, &made.err)?;
        if let Some(what) = self.contradiction(&made) {
            if !made.inst.is_null() {
                // SAFETY: what `create` just made, never used, and not used again.
                unsafe { (self.table.destroy)(made.inst, made.take, made.give) };
            }
            return Err(ColdError::Refused(format!("{what}; this is for the module's author to mend")));
        }
        let inner = Arc::new(Inner { table: self.table, inst: made.inst, take: made.take, give: made.give });
        let half = |half: *mut c_void| -> Option<Box<dyn Half>> {
            (!half.is_null())
                .then(|| -> Box<dyn Half> { Box::new(NativeHalf::new(inner.clone(), half, self.host, node)) })
        };
        let (take, give) = (half(made.take), half(made.give));
        let blocking = self.table.flags & module_flags::BLOCKING != 0;
        Ok(Made { instance: Box::new(NativeInstance::new(inner, blocking)), take, give })
    }
}

/// Adds an error of a parameter to the list of [`NativeModule::check`].
unsafe extern "C" fn push(list: *mut ErrList, path: RStr<'_>, message: RStr<'_>) {
    let cut = |text: RStr<'_>| -> String {
        let end = text.as_str().floor_char_boundary(TEXT_LIMIT);
        text.as_str().get(..end).unwrap_or_default().to_owned()
    };
    // SAFETY: the list is the one `check` made, and nobody else uses it during the call.
    let faults = unsafe { &mut *(*list).ctx.cast::<Vec<ParamFault>>() };
    if faults.len() < FAULT_LIMIT {
        faults.push((cut(path), cut(message)));
    }
}
