//! `#[derive(Params)]`: a parameter struct's schema as a constant, and a `Deserialize` that cannot be lax.
//!
//! Authors use it through `rogue_sdk::params`, whose documentation describes the attributes. What holds:
//! - All generated paths begin with `::rogue_sdk`, so an author needs no other dependency.
//! - What is wrong with the author's source is a compile error at the place of the mistake; what depends on
//!   types (a default out of range, a field of a type that is no parameter) the compiler finds in the constants.

mod attributes;
mod enums;
mod literal;
mod structs;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error};

/// Implements `rogue_sdk::params::Params` for a struct, or `ParamType` for an enum of unit variants.
///
/// The attributes are described at `rogue_sdk::params::Params`.
#[proc_macro_derive(Params, attributes(param, serde))]
pub fn derive_params(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expand(input.into()).unwrap_or_else(Error::into_compile_error).into()
}

fn expand(input: TokenStream) -> syn::Result<TokenStream> {
    let input: DeriveInput = syn::parse2(input)?;
    if !input.generics.params.is_empty() {
        let what = "parameters have one schema, so their type takes no generic parameters or lifetimes";
        return Err(Error::new(input.generics.span(), what));
    }
    attributes::refuse_on_container(&input.attrs)?;
    match &input.data {
        Data::Struct(data) => structs::expand(&input.ident, data),
        Data::Enum(data) => enums::expand(&input.ident, data),
        Data::Union(data) => Err(Error::new(
            data.union_token.span(),
            "Params is derived for a struct with named fields, or an enum",
        )),
    }
}
