//! A literal of the source, as JSON and as the constant the compiler checks.
//!
//! Called by `attributes`. What holds: both forms are the same value.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::spanned::Spanned;
use syn::{Error, Expr, ExprArray, ExprLit, ExprUnary, Lit, UnOp};

/// The value of `default`, `min` or `max`.
pub struct Literal {
    /// As JSON.
    pub json: String,
    /// As a `rogue_sdk::params::schema::Literal`.
    pub constant: TokenStream,
    /// Where it stands.
    pub span: Span,
}

impl Literal {
    /// Of a literal, a negative one, or a list of them.
    pub fn read(expr: &Expr) -> syn::Result<Literal> {
        let span = expr.span();
        match expr {
            Expr::Lit(ExprLit { lit, .. }) => of(lit, false, span),
            Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => match &**expr {
                Expr::Lit(ExprLit { lit: lit @ (Lit::Int(_) | Lit::Float(_)), .. }) => of(lit, true, span),
                _ => Err(Error::new(span, WANTED)),
            },
            Expr::Array(ExprArray { elems, .. }) => {
                let items = elems.iter().map(Literal::read).collect::<syn::Result<Vec<_>>>()?;
                let json: Vec<_> = items.iter().map(|item| item.json.as_str()).collect();
                let json = format!("[{}]", json.join(","));
                let constants = items.iter().map(|item| &item.constant);
                Ok(Literal { json, constant: quote!(__rogue::Literal::List(&[#(#constants),*])), span })
            }
            _ => Err(Error::new(span, WANTED)),
        }
    }

    /// Of a struct whose fields are all at their defaults.
    pub fn defaults(span: Span) -> Literal {
        Literal { json: "{}".to_owned(), constant: quote!(__rogue::Literal::Defaults), span }
    }
}

const WANTED: &str = "write a literal: a number, true or false, a \"text\", or a list of them in [ ]";

fn of(lit: &Lit, negative: bool, span: Span) -> syn::Result<Literal> {
    let (json, constant) = match lit {
        Lit::Bool(lit) => {
            let value = lit.value;
            (value.to_string(), quote!(__rogue::Literal::Boolean(#value)))
        }
        Lit::Int(lit) if lit.suffix().is_empty() => {
            let value: i128 = lit.base10_parse()?;
            let value = if negative { -value } else { value };
            (value.to_string(), quote!(__rogue::Literal::Integer(#value)))
        }
        Lit::Float(lit) if lit.suffix().is_empty() => {
            let value: f64 = lit.base10_parse()?;
            if !value.is_finite() {
                return Err(Error::new(span, "larger than f64 holds"));
            }
            let value = if negative { -value } else { value };
            (format!("{value:?}"), quote!(__rogue::Literal::Number(#value)))
        }
        Lit::Int(_) | Lit::Float(_) => {
            return Err(Error::new(span, "write the number without a suffix; its type is that of the field"));
        }
        Lit::Str(lit) => {
            let value = lit.value();
            (string(&value), quote!(__rogue::Literal::Text(#value)))
        }
        _ => return Err(Error::new(span, WANTED)),
    };
    Ok(Literal { json, constant, span })
}

/// A JSON string.
fn string(text: &str) -> String {
    let mut json = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            c if u32::from(c) < 0x20 => json.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => json.push(c),
        }
    }
    json.push('"');
    json
}
