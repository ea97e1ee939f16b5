//! Checks the default of a parameter against its type, at compile time.
//!
//! Called by the code `#[derive(Params)]` generates. What holds: a default that passes is read without an
//! error, unless the author's own `Deserialize` refuses what its `ParamType` allows.

use super::{Field, Literal, Type, listed, number};
use crate::params::units;

impl Type {
    /// Why a literal cannot be a value of this type.
    pub const fn refuses(&self, literal: &Literal) -> Option<&'static str> {
        let fits = match (self, literal) {
            (Type::Boolean, Literal::Boolean(_)) | (Type::Text, Literal::Text(_)) => true,
            (Type::Integer { min, max }, Literal::Integer(value)) => {
                if *value < *min || *value > *max {
                    return Some("the default is outside of the range of this parameter");
                }
                true
            }
            (Type::Number { min, max }, _) => match number(*literal) {
                Some(value) => {
                    let low = matches!(min, Some(bound) if value < bound.value);
                    if low || matches!(max, Some(bound) if value > bound.value) {
                        return Some("the default is outside of the range of this parameter");
                    }
                    true
                }
                None => false,
            },
            (Type::Enum(values), Literal::Text(text)) => {
                if !listed(values, text) {
                    return Some("the default is not one of the values of this enum");
                }
                true
            }
            (Type::Duration { .. }, Literal::Text(text)) => {
                if units::duration(text).is_err() {
                    return Some("the default is not a duration such as \"100ms\"");
                }
                true
            }
            (Type::Duration { bare: Some(unit) }, Literal::Integer(value)) => {
                *value >= 0 && *value <= (u64::MAX / unit.nanos()) as i128
            }
            (Type::Size, Literal::Text(text)) => {
                if units::size(text).is_err() {
                    return Some("the default is not a size such as \"64MiB\"");
                }
                true
            }
            (Type::Size, Literal::Integer(value)) => *value >= 0 && *value <= u64::MAX as i128,
            (Type::List(item), Literal::List(items)) => return item.refuses_any(items),
            (Type::OneOrMany(item), Literal::List(items)) => return item.refuses_any(items),
            (Type::OneOrMany(item), _) => return item.refuses(literal),
            (Type::Object(fields), Literal::Defaults) => {
                if any_required(fields) {
                    return Some("a struct with a required field has no default");
                }
                true
            }
            _ => false,
        };
        if fits { None } else { Some("the default is not a value of the type of this parameter") }
    }

    const fn refuses_any(&self, items: &[Literal]) -> Option<&'static str> {
        let mut i = 0;
        while i < items.len() {
            if let Some(why) = self.refuses(&items[i]) {
                return Some(why);
            }
            i += 1;
        }
        None
    }
}

const fn any_required(fields: &[Field]) -> bool {
    let mut i = 0;
    while i < fields.len() {
        if fields[i].required {
            return true;
        }
        i += 1;
    }
    false
}

/// For the derive: stops the build if a default is refused by its own parameter.
#[doc(hidden)]
pub const fn assert_default(ty: &Type, default: &Literal) {
    if let Some(why) = ty.refuses(default) {
        panic!("{}", why);
    }
}
