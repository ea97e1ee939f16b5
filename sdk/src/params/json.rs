//! Writes JSON at compile time: the one thing cards and parameter schemas are made with.
//!
//! Called by `schema` and by `card`. What holds: the same code counts and writes, so a length computed with
//! [`Json::counter`] is exactly what [`Json::writer`] fills; text is escaped as RFC 8259 section 7 wants it.

/// A JSON text in the making: into bytes, or only its length.
pub(crate) struct Json<'a> {
    to: Option<&'a mut [u8]>,
    len: usize,
}

impl<'a> Json<'a> {
    /// Counts what would be written.
    pub(crate) const fn counter() -> Json<'static> {
        Json { to: None, len: 0 }
    }

    /// Writes into `to`, which has the length a counter found.
    pub(crate) const fn writer(to: &'a mut [u8]) -> Json<'a> {
        Json { to: Some(to), len: 0 }
    }

    /// Bytes written or counted so far.
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// Bytes as they are.
    pub(crate) const fn bytes(&mut self, bytes: &[u8]) {
        if let Some(to) = &mut self.to {
            let (_, rest) = to.split_at_mut(self.len);
            let (place, _) = rest.split_at_mut(bytes.len());
            place.copy_from_slice(bytes);
        }
        self.len += bytes.len();
    }

    /// JSON text as it is.
    pub(crate) const fn raw(&mut self, json: &str) {
        self.bytes(json.as_bytes());
    }

    /// A string with its quotes, escaped.
    pub(crate) const fn string(&mut self, text: &str) {
        self.bytes(b"\"");
        self.escaped(text);
        self.bytes(b"\"");
    }

    /// The inside of a string.
    pub(crate) const fn escaped(&mut self, text: &str) {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let text = text.as_bytes();
        let mut i = 0;
        while i < text.len() {
            let byte = text[i];
            match byte {
                b'"' => self.bytes(b"\\\""),
                b'\\' => self.bytes(b"\\\\"),
                b'\n' => self.bytes(b"\\n"),
                b'\t' => self.bytes(b"\\t"),
                b'\r' => self.bytes(b"\\r"),
                0..0x20 => {
                    self.bytes(b"\\u00");
                    self.bytes(&[HEX[(byte >> 4) as usize], HEX[(byte & 15) as usize]]);
                }
                _ => self.bytes(&[byte]),
            }
            i += 1;
        }
    }

    /// `"key":`, with a comma in front unless it is the first of its object.
    pub(crate) const fn key(&mut self, first: bool, key: &str) {
        if !first {
            self.bytes(b",");
        }
        self.string(key);
        self.bytes(b":");
    }

    /// A whole number.
    pub(crate) const fn integer(&mut self, value: i128) {
        // An i128 has at most 39 digits.
        let mut digits = [0u8; 39];
        let mut from = digits.len();
        let mut rest = value.unsigned_abs();
        loop {
            from -= 1;
            digits[from] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if value < 0 {
            self.bytes(b"-");
        }
        self.bytes(digits.split_at(from).1);
    }

    /// `true` or `false`.
    pub(crate) const fn boolean(&mut self, value: bool) {
        self.raw(if value { "true" } else { "false" });
    }
}

/// Whether two texts are equal; `==` cannot be called at compile time.
pub(crate) const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// Text that was written by [`Json`], so it is UTF-8: every piece of it is.
pub(crate) const fn as_text(bytes: &'static [u8]) -> &'static str {
    match core::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl Fn(&mut Json<'_>)) -> String {
        let mut counter = Json::counter();
        write(&mut counter);
        let mut bytes = vec![0; counter.len()];
        let mut writer = Json::writer(&mut bytes);
        write(&mut writer);
        assert_eq!(writer.len(), bytes.len());
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn strings_come_back_as_they_went_in() {
        let all: String = (0u8..128).map(char::from).chain("äöü€😀".chars()).collect();
        let json = written(|j| j.string(&all));
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), all);
    }

    #[test]
    fn integers_of_any_size() {
        for value in [0, 7, -1, 10, i128::from(u64::MAX), i128::from(i64::MIN), i128::MAX, i128::MIN] {
            assert_eq!(written(|j| j.integer(value)), value.to_string());
        }
    }

    #[test]
    fn equality_is_byte_for_byte() {
        assert!(same("", "") && same("ab", "ab"));
        assert!(!same("ab", "ac") && !same("ab", "abc") && !same("a", ""));
    }
}
