//! The derive on an enum of unit variants: one of several texts.
//!
//! Called by `lib`. Generates `ParamType`, `Deserialize` and `as_str`, all from one list of values.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DataEnum, Error, Fields, Ident};

use crate::attributes::variant_rename;

pub fn expand(ident: &Ident, data: &DataEnum) -> syn::Result<TokenStream> {
    if data.variants.is_empty() {
        return Err(Error::new(ident.span(), "an enum without variants has no value a parameter could take"));
    }
    let mut variants: Vec<&Ident> = Vec::new();
    let mut values: Vec<String> = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            let what =
                "a value of a parameter is one word; what belongs to it goes into fields of the struct";
            return Err(Error::new(variant.ident.span(), what));
        }
        let value = match variant_rename(&variant.attrs)? {
            Some(value) => value,
            None => snake_case(&variant.ident),
        };
        if values.contains(&value) {
            return Err(Error::new(
                variant.ident.span(),
                format!("a second variant with the value {value:?}"),
            ));
        }
        values.push(value);
        variants.push(&variant.ident);
    }
    Ok(quote! {
        #[automatically_derived]
        impl #ident {
            /// The value as a graph file writes it.
            #[allow(dead_code)]
            pub const fn as_str(&self) -> &'static str {
                match self { #(Self::#variants => #values),* }
            }
        }
        #[automatically_derived]
        const _: () = {
            use ::rogue_sdk::params::__private as __rogue;
            impl ::rogue_sdk::params::ParamType for #ident {
                const TYPE: __rogue::Type = __rogue::Type::Enum(&[#(#values),*]);
            }
            const _: usize = <#ident as ::rogue_sdk::params::ParamType>::TYPE.json_len();
            impl<'de> __rogue::serde::Deserialize<'de> for #ident {
                fn deserialize<D: __rogue::serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> ::core::result::Result<Self, D::Error> {
                    __rogue::one_of(
                        deserializer,
                        &<Self as ::rogue_sdk::params::ParamType>::TYPE,
                        |text| match text {
                            #(#values => ::core::option::Option::Some(Self::#variants),)*
                            _ => ::core::option::Option::None,
                        },
                    )
                }
            }
        };
    })
}

/// `DropNewest` is `drop_newest`, as serde has it.
fn snake_case(ident: &Ident) -> String {
    let mut snake = String::new();
    for (i, c) in ident.to_string().trim_start_matches("r#").char_indices() {
        if i > 0 && c.is_uppercase() {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
    }
    snake
}
