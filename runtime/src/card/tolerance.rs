//! How near two payloads must be: equal bytes, or numbers of one type that differ by no more than so much.
//!
//! Pure. What holds: where no tolerance is asked for, one different bit is a difference.

use std::{fmt, str::FromStr};

/// Payloads are rows of little-endian numbers of one type, and two of them may differ by so much: `f32:0.001`, `i16:2`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    kind: Kind,
    by: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Signed(usize),
    Unsigned(usize),
    Float(usize),
}

const KINDS: [(&str, Kind); 10] = [
    ("i8", Kind::Signed(1)),
    ("i16", Kind::Signed(2)),
    ("i32", Kind::Signed(4)),
    ("i64", Kind::Signed(8)),
    ("u8", Kind::Unsigned(1)),
    ("u16", Kind::Unsigned(2)),
    ("u32", Kind::Unsigned(4)),
    ("u64", Kind::Unsigned(8)),
    ("f32", Kind::Float(4)),
    ("f64", Kind::Float(8)),
];

impl FromStr for Tolerance {
    type Err = String;

    fn from_str(text: &str) -> Result<Tolerance, String> {
        let wrong = || {
            let kinds: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
            format!(
                "`{text}` is no tolerance; write TYPE:DIFFERENCE, such as f32:0.001, where TYPE is one of {}",
                kinds.join(", ")
            )
        };
        let (name, by) = text.split_once(':').ok_or_else(wrong)?;
        let (_, kind) = KINDS.iter().find(|(known, _)| *known == name).ok_or_else(wrong)?;
        let by: f64 = by.trim().parse().map_err(|_| wrong())?;
        if by.is_finite() && by >= 0.0 { Ok(Tolerance { kind: *kind, by }) } else { Err(wrong()) }
    }
}

impl fmt::Display for Tolerance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = KINDS.iter().find(|(_, kind)| *kind == self.kind).map_or("", |(name, _)| name);
        write!(f, "{name}:{}", self.by)
    }
}

impl Tolerance {
    /// The first byte of the first number that differs by more; what is left behind the last whole number must be equal.
    pub fn first_beyond(&self, a: &[u8], b: &[u8]) -> Option<usize> {
        let (Kind::Signed(size) | Kind::Unsigned(size) | Kind::Float(size)) = self.kind;
        let beyond = a.chunks(size).zip(b.chunks(size)).position(|(a, b)| !self.is_near(a, b));
        beyond.map(|at| at * size).or_else(|| (a.len() != b.len()).then(|| a.len().min(b.len())))
    }

    fn is_near(&self, a: &[u8], b: &[u8]) -> bool {
        if a == b {
            return true;
        }
        let Some((a, b)) = self.number(a).zip(self.number(b)) else { return false };
        match (a, b) {
            (Number::Whole(a), Number::Whole(b)) => (a - b).unsigned_abs() as f64 <= self.by,
            // Two that are no numbers are alike, whatever their bits.
            (Number::Float(a), Number::Float(b)) => {
                (a - b).abs() <= self.by || a == b || (a.is_nan() && b.is_nan())
            }
            _ => false,
        }
    }

    fn number(&self, bytes: &[u8]) -> Option<Number> {
        let mut word = [0; 8];
        word.get_mut(..bytes.len())?.copy_from_slice(bytes);
        let bits = u64::from_le_bytes(word);
        Some(match self.kind {
            Kind::Signed(size) | Kind::Unsigned(size) | Kind::Float(size) if bytes.len() != size => {
                return None;
            }
            Kind::Signed(size) => {
                let unused = 64 - 8 * size as u32;
                Number::Whole(i128::from((bits << unused) as i64 >> unused))
            }
            Kind::Unsigned(_) => Number::Whole(bits.into()),
            Kind::Float(4) => Number::Float(f32::from_bits(bits as u32).into()),
            Kind::Float(_) => Number::Float(f64::from_bits(bits)),
        })
    }
}

enum Number {
    Whole(i128),
    Float(f64),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beyond(tolerance: &str, a: &[u8], b: &[u8]) -> Option<usize> {
        tolerance.parse::<Tolerance>().expect("a tolerance").first_beyond(a, b)
    }

    #[test]
    fn numbers_may_differ_by_so_much_and_no_more() {
        assert_eq!(beyond("i16:2", &[0xff, 0xff, 10, 0], &[1, 0, 12, 0]), None);
        assert_eq!(beyond("i16:2", &[0xff, 0xff, 10, 0], &[1, 0, 13, 0]), Some(2));
        assert_eq!(beyond("u16:2", &[0xff, 0xff], &[1, 0]), Some(0));
        assert_eq!(beyond("u64:0", &[255; 8], &[255; 8]), None);
        let (one, more, nan) = (1f32.to_le_bytes(), 1.01f32.to_le_bytes(), f32::NAN.to_le_bytes());
        assert_eq!(beyond("f32:0.02", &one, &more), None);
        assert_eq!(beyond("f32:0.001", &one, &more), Some(0));
        assert_eq!(beyond("f32:0.02", &one, &nan), Some(0));
        assert_eq!(beyond("f64:1", &f64::INFINITY.to_le_bytes(), &f64::INFINITY.to_le_bytes()), None);
        // What is no whole number must be equal, and as long.
        assert_eq!(beyond("i16:100", &[1, 0, 7], &[2, 0, 8]), Some(2));
        assert_eq!(beyond("i16:100", &[1, 0], &[1, 0, 0, 0]), Some(2));
    }

    #[test]
    fn what_is_no_tolerance_is_said() {
        for text in ["", "f32", "f16:1", "f32:x", "f32:-1", "f32:inf", "i8:nan"] {
            assert!(
                text.parse::<Tolerance>().is_err_and(|why| why.contains("write TYPE:DIFFERENCE")),
                "{text}"
            );
        }
        assert_eq!("i16:2".parse::<Tolerance>().map(|t| t.to_string()), Ok("i16:2".to_owned()));
    }
}
