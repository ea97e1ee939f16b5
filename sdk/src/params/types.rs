//! Which Rust types a parameter may have.
//!
//! Used by the code `#[derive(Params)]` generates. An author gives a type of their own a place among them
//! by deriving `Params` on it, or by `impl ParamType` beside a `Deserialize` that agrees with it.

use std::path::PathBuf;

use super::schema::{Bound, Type};
use super::words;

/// A type a parameter may have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the type of a parameter",
    label = "not a parameter type",
    note = "use bool, an integer of up to 64 bits, f64, String, PathBuf, Option, Vec, or OneOrMany, Duration, Size of rogue_sdk::params; or `#[derive(Params)]` on your own struct or enum"
)]
pub trait ParamType {
    /// What the parameter may be; `Deserialize` of the type takes what fits it.
    const TYPE: Type;
}

/// A number, which `#[param(min = .., max = ..)]` can bound.
#[diagnostic::on_unimplemented(message = "`min` and `max` need a number or an `Option` of one, not `{Self}`")]
#[doc(hidden)]
pub trait InRange {
    /// Why the value lies outside of `ty`.
    fn in_range(&self, ty: &Type) -> Result<(), String>;
}

macro_rules! integers {
    ($($int:ty),*) => {$(
        impl ParamType for $int {
            const TYPE: Type = Type::Integer { min: <$int>::MIN as i128, max: <$int>::MAX as i128 };
        }
        impl InRange for $int {
            fn in_range(&self, ty: &Type) -> Result<(), String> {
                match ty {
                    Type::Integer { min, max } if !(*min..=*max).contains(&(*self as i128)) => {
                        Err(words::mismatch(ty, &format!("{self}")))
                    }
                    _ => Ok(()),
                }
            }
        }
    )*};
}
integers!(u8, u16, u32, u64, usize, i8, i16, i32, i64, isize);

impl ParamType for f64 {
    const TYPE: Type = Type::Number { min: None, max: None };
}

impl InRange for f64 {
    fn in_range(&self, ty: &Type) -> Result<(), String> {
        match ty {
            Type::Number { min, max } if !between(*self, min, max) => {
                Err(words::mismatch(ty, &format!("{self}")))
            }
            _ => Ok(()),
        }
    }
}

/// Whether a number keeps the bounds.
pub(super) fn between(value: f64, min: &Option<Bound>, max: &Option<Bound>) -> bool {
    min.is_none_or(|min| value >= min.value) && max.is_none_or(|max| value <= max.value)
}

impl ParamType for bool {
    const TYPE: Type = Type::Boolean;
}

impl ParamType for String {
    const TYPE: Type = Type::Text;
}

impl ParamType for PathBuf {
    const TYPE: Type = Type::Text;
}

/// Absent is `None`; so is `null`, which a graph has no reason to write.
impl<T: ParamType> ParamType for Option<T> {
    const TYPE: Type = T::TYPE;
}

impl<T: InRange> InRange for Option<T> {
    fn in_range(&self, ty: &Type) -> Result<(), String> {
        self.as_ref().map_or(Ok(()), |value| value.in_range(ty))
    }
}

impl<T: ParamType> ParamType for Vec<T> {
    const TYPE: Type = Type::List(&T::TYPE);
}
