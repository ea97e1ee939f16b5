//! What an author writes on fields and variants: doc comments, `#[param(..)]`, `#[serde(..)]`.
//!
//! Called by `structs` and `enums`. What holds: an attribute that would make the schema and `Deserialize`
//! disagree is refused, with what to write in its place.

use proc_macro2::Span;
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned;
use syn::{Attribute, Error, Expr, ExprLit, ExprPath, Ident, Lit, LitStr, Meta, Token};

use crate::literal::Literal;

/// What stands on a field.
#[derive(Default)]
pub struct FieldAttributes {
    pub about: String,
    pub default: Option<Literal>,
    pub live: bool,
    pub min: Option<Literal>,
    pub max: Option<Literal>,
    pub bare: Option<Ident>,
    pub rename: Option<String>,
    /// The function that reads the field in place of its type.
    pub reader: Option<ExprPath>,
}

impl FieldAttributes {
    pub fn read(attrs: &[Attribute]) -> syn::Result<Self> {
        let mut read = Self { about: about(attrs), ..Self::default() };
        for attr in attrs {
            if attr.path().is_ident("param") {
                attr.parse_nested_meta(|meta| read.param(&meta))?;
            } else if attr.path().is_ident("serde") {
                attr.parse_nested_meta(|meta| read.serde(&meta))?;
            }
        }
        if let (Some(unit), Some(_)) = (&read.bare, &read.reader) {
            return Err(Error::new(unit.span(), "`bare` and `deserialize_with` exclude each other"));
        }
        Ok(read)
    }

    fn param(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        if meta.path.is_ident("default") {
            let value = if meta.input.peek(Token![=]) {
                Literal::read(&meta.value()?.parse()?)?
            } else {
                Literal::defaults(meta.path.span())
            };
            return set(&mut self.default, value, meta);
        }
        if meta.path.is_ident("live") {
            self.live = true;
            return Ok(());
        }
        if meta.path.is_ident("min") {
            return set(&mut self.min, Literal::read(&meta.value()?.parse()?)?, meta);
        }
        if meta.path.is_ident("max") {
            return set(&mut self.max, Literal::read(&meta.value()?.parse()?)?, meta);
        }
        if meta.path.is_ident("bare") {
            return set(&mut self.bare, unit(&meta.value()?.parse()?)?, meta);
        }
        Err(meta.error("unknown; there are `default`, `live`, `min`, `max`, `bare`"))
    }

    fn serde(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        let name = meta.path.get_ident().map(Ident::to_string).unwrap_or_default();
        match name.as_str() {
            "rename" => set(&mut self.rename, rename(meta)?, meta),
            "deserialize_with" => {
                let path = meta.value()?.parse::<LitStr>()?.parse()?;
                set(&mut self.reader, path, meta)
            }
            "with" => {
                let mut path: ExprPath = meta.value()?.parse::<LitStr>()?.parse()?;
                path.path.segments.push(Ident::new("deserialize", path.span()).into());
                set(&mut self.reader, path, meta)
            }
            "serialize_with" | "skip_serializing_if" => meta.value()?.parse::<LitStr>().map(|_| ()),
            "skip_serializing" => Ok(()),
            "default" => Err(meta.error("write `#[param(default = ..)]`, which the schema shows too")),
            "alias" => Err(meta.error("a parameter has one name, since the schema lists one")),
            "flatten" => {
                Err(meta.error("unknown keys are refused, so fields cannot be flattened; nest the struct"))
            }
            "skip" | "skip_deserializing" => {
                Err(meta.error("every field is a parameter; keep other things outside of this struct"))
            }
            _ => Err(meta.error("not supported here; there are `rename`, `with`, `deserialize_with`")),
        }
    }
}

/// The value of a variant if `#[serde(rename = "..")]` stands on it.
pub fn variant_rename(attrs: &[Attribute]) -> syn::Result<Option<String>> {
    let mut name = None;
    for attr in attrs {
        if attr.path().is_ident("param") {
            return Err(Error::new(
                attr.span(),
                "`param` is for fields; the default stands on the field of this type",
            ));
        }
        if attr.path().is_ident("serde") {
            attr.parse_nested_meta(|meta| {
                if meta.path.is_ident("rename") {
                    return set(&mut name, rename(&meta)?, &meta);
                }
                Err(meta.error("not supported here; there is `rename`"))
            })?;
        }
    }
    Ok(name)
}

/// On the struct or enum itself nothing is taken.
pub fn refuse_on_container(attrs: &[Attribute]) -> syn::Result<()> {
    for attr in attrs {
        if attr.path().is_ident("serde") {
            let what = "Params writes Deserialize itself (unknown keys are refused); \
                        put `#[serde(rename = \"..\")]` on single fields or variants";
            return Err(Error::new(attr.span(), what));
        }
        if attr.path().is_ident("param") {
            return Err(Error::new(attr.span(), "`param` is for fields"));
        }
    }
    Ok(())
}

/// The doc comment as one text: lines joined, paragraphs kept apart.
fn about(attrs: &[Attribute]) -> String {
    let mut text = String::new();
    for attr in attrs {
        let Meta::NameValue(meta) = &attr.meta else { continue };
        let Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) = &meta.value else { continue };
        if !meta.path.is_ident("doc") {
            continue;
        }
        for line in line.value().lines().map(str::trim).chain(line.value().is_empty().then_some("")) {
            match line {
                "" if !text.is_empty() && !text.ends_with('\n') => text.push('\n'),
                "" => {}
                _ => {
                    if !text.is_empty() && !text.ends_with('\n') {
                        text.push(' ');
                    }
                    text.push_str(line);
                }
            }
        }
    }
    text.trim_end().to_owned()
}

fn rename(meta: &ParseNestedMeta<'_>) -> syn::Result<String> {
    if !meta.input.peek(Token![=]) {
        return Err(meta.error("write `rename = \"name\"`"));
    }
    Ok(meta.value()?.parse::<LitStr>()?.value())
}

fn unit(text: &LitStr) -> syn::Result<Ident> {
    let name = match text.value().as_str() {
        "ns" => "Ns",
        "us" => "Us",
        "ms" => "Ms",
        "s" => "S",
        "m" => "M",
        "h" => "H",
        _ => return Err(Error::new(text.span(), "the unit is one of ns, us, ms, s, m, h")),
    };
    Ok(Ident::new(name, Span::call_site()))
}

fn set<T>(place: &mut Option<T>, value: T, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    if place.replace(value).is_some() {
        return Err(meta.error("given twice"));
    }
    Ok(())
}
