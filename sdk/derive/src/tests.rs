//! What the derive says to an author who asks for what it cannot do.

use proc_macro2::TokenStream;
use quote::quote;

fn errors(input: TokenStream) -> Vec<String> {
    match crate::expand(input) {
        Ok(tokens) => panic!("accepted: {tokens}"),
        Err(errors) => errors.into_iter().map(|error| error.to_string()).collect(),
    }
}

fn refused(input: TokenStream, wanted: &str) {
    let errors = errors(input);
    assert!(errors.len() == 1 && errors[0].contains(wanted), "wanted {wanted:?}, got {errors:?}");
}

#[test]
fn shapes_that_have_no_schema() {
    refused(
        quote!(
            struct P<T> {
                a: T,
            }
        ),
        "no generic parameters or lifetimes",
    );
    refused(
        quote!(
            struct P<'a> {
                a: &'a str,
            }
        ),
        "no generic parameters or lifetimes",
    );
    refused(
        quote!(
            struct P(u32);
        ),
        "named fields",
    );
    refused(quote!(union P { a: u32 }), "a struct with named fields, or an enum");
    refused(
        quote!(
            enum P {}
        ),
        "without variants",
    );
    refused(
        quote!(
            enum P {
                A,
                B(u32),
            }
        ),
        "one word",
    );
    refused(
        quote!(
            enum P {
                A,
                B { b: u32 },
            }
        ),
        "one word",
    );
}

#[test]
fn names_that_occur_twice() {
    refused(
        quote!(
            struct P {
                a: u32,
                #[serde(rename = "a")]
                b: u32,
            }
        ),
        "a second parameter named \"a\"",
    );
    refused(
        quote!(
            enum P {
                Ab,
                #[serde(rename = "ab")]
                B,
            }
        ),
        "a second variant with the value \"ab\"",
    );
}

#[test]
fn attributes_that_would_contradict_the_schema() {
    refused(
        quote!(
            #[serde(rename_all = "kebab-case")]
            struct P {
                a: u32,
            }
        ),
        "on single fields",
    );
    refused(
        quote!(
            #[param(live)]
            struct P {
                a: u32,
            }
        ),
        "`param` is for fields",
    );
    refused(
        quote!(
            struct P {
                #[serde(default)]
                a: u32,
            }
        ),
        "#[param(default = ..)]",
    );
    refused(
        quote!(
            struct P {
                #[serde(alias = "b")]
                a: u32,
            }
        ),
        "one name",
    );
    refused(
        quote!(
            struct P {
                #[serde(flatten)]
                a: Q,
            }
        ),
        "nest the struct",
    );
    refused(
        quote!(
            struct P {
                #[serde(skip)]
                a: u32,
            }
        ),
        "every field is a parameter",
    );
    refused(
        quote!(
            struct P {
                #[serde(borrow)]
                a: u32,
            }
        ),
        "not supported here",
    );
    refused(
        quote!(
            struct P {
                #[serde(rename(serialize = "b"))]
                a: u32,
            }
        ),
        "write `rename = \"name\"`",
    );
    refused(
        quote!(
            enum P {
                #[serde(other)]
                A,
            }
        ),
        "there is `rename`",
    );
    refused(
        quote!(
            enum P {
                #[param(default)]
                A,
            }
        ),
        "stands on the field",
    );
}

#[test]
fn param_attributes_that_make_no_sense() {
    refused(
        quote!(
            struct P {
                #[param(defualt = 1)]
                a: u32,
            }
        ),
        "there are `default`, `live`, `min`, `max`, `bare`",
    );
    refused(
        quote!(
            struct P {
                #[param(default = 1, default = 2)]
                a: u32,
            }
        ),
        "given twice",
    );
    refused(
        quote!(
            struct P {
                #[param(default = 1 + 1)]
                a: u32,
            }
        ),
        "write a literal",
    );
    refused(
        quote!(
            struct P {
                #[param(default = -"x")]
                a: u32,
            }
        ),
        "write a literal",
    );
    refused(
        quote!(
            struct P {
                #[param(default = 'x')]
                a: u32,
            }
        ),
        "write a literal",
    );
    refused(
        quote!(
            struct P {
                #[param(default = 1u32)]
                a: u32,
            }
        ),
        "without a suffix",
    );
    refused(
        quote!(
            struct P {
                #[param(default = 1e999)]
                a: f64,
            }
        ),
        "larger than f64 holds",
    );
    refused(
        quote!(
            struct P {
                #[param(bare = "min")]
                a: Duration,
            }
        ),
        "one of ns, us, ms, s, m, h",
    );
    refused(
        quote!(
            struct P {
                #[param(bare = "s")]
                #[serde(deserialize_with = "f")]
                a: Duration,
            }
        ),
        "exclude each other",
    );
}

#[test]
fn every_mistake_is_reported() {
    let errors = errors(quote!(
        struct P {
            #[serde(skip)]
            a: u32,
            b: u32,
            #[param(what)]
            c: u32,
        }
    ));
    assert_eq!(errors.len(), 2, "{errors:?}");
}
