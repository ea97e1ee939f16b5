//! `sdk/wit/v0.1/flow.wit` in Rust, generated.
//!
//! Functions that are called for every batch are in [`super::hot`] instead. Used by the rest of this folder and by `host::wasm`.
#![allow(unsafe_code, missing_docs, clippy::all, clippy::undocumented_unsafe_blocks)]

wit_bindgen::generate!({
    path: "wit/v0.1",
    world: "any",
    pub_export_macro: true,
    export_macro_name: "__export_component",
    skip: ["process", "inspect", "produce", "finish"],
});
