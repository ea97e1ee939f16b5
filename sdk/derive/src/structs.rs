//! The derive on a struct: the parameters of a module, or a group of them.
//!
//! Called by `lib`. Generates the constant tree and its text, and `Deserialize` through a hidden mirror of
//! the struct that refuses unknown keys and reads each field with a function of its own. The default of a
//! field goes through the same function, so it is the value a user would get by writing it.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{DataStruct, Error, Fields, Ident, Type};

use crate::attributes::FieldAttributes;
use crate::literal::Literal;

/// One field with everything known of it, and the names of what is generated for it.
struct Parameter<'a> {
    ident: &'a Ident,
    ty: &'a Type,
    name: String,
    required: bool,
    attributes: FieldAttributes,
    mirror: Ident,
    type_const: Ident,
    read: Ident,
    default: Ident,
}

pub fn expand(ident: &Ident, data: &DataStruct) -> syn::Result<TokenStream> {
    let parameters = parameters(&data.fields)?;
    let functions = parameters.iter().map(Parameter::functions);
    let schema = parameters.iter().map(Parameter::schema);
    let mirror_fields = parameters.iter().map(Parameter::mirror_field);
    let values = parameters.iter().map(Parameter::value);
    let name = ident.unraw().to_string();
    let default = default_impl(ident, &parameters);
    Ok(quote! {
        #[automatically_derived]
        const _: () = {
            use ::rogue_sdk::params::__private as __rogue;
            #(#functions)*

            impl ::rogue_sdk::params::ParamType for #ident {
                const TYPE: __rogue::Type = __rogue::Type::Object(&[#(#schema),*]);
            }

            const __LEN: usize = <#ident as ::rogue_sdk::params::ParamType>::TYPE.json_len();
            const __JSON: [u8; __LEN] = <#ident as ::rogue_sdk::params::ParamType>::TYPE.json();
            impl ::rogue_sdk::params::Params for #ident {
                const SCHEMA: &'static str = __rogue::schema_text(&__JSON);
            }

            #[derive(__rogue::serde::Deserialize)]
            #[serde(crate = "::rogue_sdk::params::__private::serde", rename = #name, deny_unknown_fields)]
            struct __Mirror { #(#mirror_fields)* }

            impl<'de> __rogue::serde::Deserialize<'de> for #ident {
                fn deserialize<D: __rogue::serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> ::core::result::Result<Self, D::Error> {
                    let __mirror = <__Mirror as __rogue::serde::Deserialize<'de>>::deserialize(deserializer)?;
                    ::core::result::Result::Ok(Self { #(#values)* })
                }
            }
            #default
        };
    })
}

fn parameters(fields: &Fields) -> syn::Result<Vec<Parameter<'_>>> {
    let mut parameters: Vec<Parameter<'_>> = Vec::new();
    let mut errors: Option<Error> = None;
    let mut wrong = |error: Error| match &mut errors {
        Some(errors) => errors.combine(error),
        None => errors = Some(error),
    };
    if let Fields::Unnamed(fields) = fields {
        return Err(Error::new(fields.span(), "parameters have names: write a struct with named fields"));
    }
    for (i, field) in fields.iter().enumerate() {
        // Unnamed fields have been refused, so every field has an ident.
        let Some(ident) = &field.ident else { continue };
        let attributes = match FieldAttributes::read(&field.attrs) {
            Ok(attributes) => attributes,
            Err(error) => {
                wrong(error);
                continue;
            }
        };
        let name = attributes.rename.clone().unwrap_or_else(|| ident.unraw().to_string());
        if parameters.iter().any(|earlier| earlier.name == name) {
            wrong(Error::new(ident.span(), format!("a second parameter named {name:?}")));
        }
        parameters.push(Parameter {
            ident,
            ty: &field.ty,
            name,
            required: attributes.default.is_none() && !is_option(&field.ty),
            attributes,
            mirror: format_ident!("f{i}"),
            type_const: format_ident!("__TYPE_{i}"),
            read: format_ident!("__read_{i}"),
            default: format_ident!("__default_{i}"),
        });
    }
    match errors {
        Some(errors) => Err(errors),
        None => Ok(parameters),
    }
}

fn default_impl(ident: &Ident, parameters: &[Parameter<'_>]) -> Option<TokenStream> {
    if parameters.iter().any(|parameter| parameter.required) {
        return None;
    }
    let values =
        parameters.iter().map(|Parameter { ident, default, attributes, .. }| match attributes.default {
            Some(_) => quote!(#ident: __rogue::default_or_panic(#default()),),
            None => quote!(#ident: ::core::option::Option::None,),
        });
    Some(quote! {
        impl ::core::default::Default for #ident {
            fn default() -> Self {
                Self { #(#values)* }
            }
        }
    })
}

impl Parameter<'_> {
    /// The field's type as a constant, and the functions that read it and its default.
    fn functions(&self) -> TokenStream {
        let Parameter { ty, type_const, read, default, attributes, name, .. } = self;
        let span = generated(ty.span());
        let mut tree = quote_spanned!(span=> <#ty as ::rogue_sdk::params::ParamType>::TYPE);
        let mut value = match (&attributes.reader, &attributes.bare) {
            (Some(reader), _) => quote!(#reader(deserializer)),
            (None, Some(unit)) => {
                tree = quote_spanned!(span=> #tree.bare(__rogue::Unit::#unit));
                quote_spanned!(span=>
                    <#ty as __rogue::Bare<'de>>::deserialize_bare(deserializer, __rogue::Unit::#unit))
            }
            (None, None) => {
                quote_spanned!(span=> <#ty as __rogue::serde::Deserialize<'de>>::deserialize(deserializer))
            }
        };
        for (bound, method) in [(&attributes.min, "at_least"), (&attributes.max, "at_most")] {
            let Some(bound) = bound else { continue };
            let (constant, json, method) =
                (&bound.constant, &bound.json, Ident::new(method, generated(bound.span)));
            tree = quote_spanned!(generated(bound.span)=> #tree.#method(#constant, #json));
        }
        if attributes.min.is_some() || attributes.max.is_some() {
            value = quote_spanned!(span=> #value.and_then(|value| __rogue::in_range(value, &#type_const)));
        }
        let default = attributes.default.as_ref().map(|literal| {
            let (constant, json) = (&literal.constant, &literal.json);
            let assert = quote_spanned!(generated(literal.span)=>
                const _: () = __rogue::assert_default(&#type_const, &#constant););
            quote! {
                #assert
                fn #default() -> ::core::result::Result<#ty, ::std::string::String> {
                    __rogue::default(#name, #json, |value| #read(value))
                }
            }
        });
        let some = (!self.required).then(|| {
            let some = self.some();
            quote! {
                fn #some<'de, D: __rogue::serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> ::core::result::Result<::core::option::Option<#ty>, D::Error> {
                    #read(deserializer).map(::core::option::Option::Some)
                }
            }
        });
        quote! {
            const #type_const: __rogue::Type = #tree;
            fn #read<'de, D: __rogue::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<#ty, D::Error> {
                #value
            }
            #some
            #default
        }
    }

    fn some(&self) -> Ident {
        format_ident!("{}_some", self.read)
    }

    /// The field in the schema tree.
    fn schema(&self) -> TokenStream {
        let Parameter { name, type_const, required, attributes, .. } = self;
        let (about, live) = (&attributes.about, attributes.live);
        let default = match &attributes.default {
            Some(Literal { json, .. }) => quote!(::core::option::Option::Some(#json)),
            None => quote!(::core::option::Option::None),
        };
        quote! {
            __rogue::Field {
                name: #name, ty: #type_const, about: #about, default: #default, required: #required, live: #live,
            }
        }
    }

    fn mirror_field(&self) -> TokenStream {
        let Parameter { mirror, ty, name, .. } = self;
        if self.required {
            let read = self.read.to_string();
            return quote!(#[serde(rename = #name, deserialize_with = #read)] #mirror: #ty,);
        }
        let some = self.some().to_string();
        quote! {
            #[serde(rename = #name, default, deserialize_with = #some)]
            #mirror: ::core::option::Option<#ty>,
        }
    }

    /// The field of the author's struct, from the mirror.
    fn value(&self) -> TokenStream {
        let Parameter { ident, mirror, default, .. } = self;
        if self.required {
            return quote!(#ident: __mirror.#mirror,);
        }
        if self.attributes.default.is_none() {
            return quote!(#ident: ::core::option::Option::flatten(__mirror.#mirror),);
        }
        quote! {
            #ident: match __mirror.#mirror {
                ::core::option::Option::Some(value) => value,
                ::core::option::Option::None => {
                    #default().map_err(<D::Error as __rogue::serde::de::Error>::custom)?
                }
            },
        }
    }
}

/// Generated code with errors at a place of the author's source, but without lints about its style.
fn generated(place: Span) -> Span {
    Span::call_site().located_at(place)
}

/// Whether a type is written as an `Option`; a macro sees no more than that.
fn is_option(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => path.path.segments.last().is_some_and(|segment| segment.ident == "Option"),
        _ => false,
    }
}
