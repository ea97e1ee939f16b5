//! How a module's source becomes a component: the exports of `sdk/wit/v0.1/flow.wit` over the shapes.
//!
//! Called by the host through what [`crate::export_module!`] exports. [`bindings`] is the WIT in Rust, [`exports`] its
//! functions, [`hot`] those of them that are called for every batch, [`instance`] a module as they see it, [`call`] one hand-over of frames, [`convert`] writes what became of
//! them. What holds: one instance for each component; a panic says its text and place and then traps.

pub mod bindings;
mod call;
mod convert;
mod exports;
pub mod hot;
mod instance;

pub use exports::Exports;
pub use instance::{Entry, entry};

/// Has panics say what they are, once.
fn install_panic_hook() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|info| {
            let text = super::panic_text(info.payload());
            let said = match info.location() {
                Some(at) => format!("{text}, {}:{}", at.file(), at.line()),
                None => text.to_owned(),
            };
            crate::host::panicked(&said);
        }));
    });
}
