//! JSON as it streams by: every value with the names that lead to it, nothing kept. Phones send half a kilobyte of which a dozen numbers are
//! wanted.

/// A value, or the end of an object.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value<'a> {
    /// As it stands between the quotes, escapes and all.
    Text(&'a [u8]),
    Number(f64),
    Bool(bool),
    Null,
    /// The object at this path is over.
    End,
}

impl<'a> Value<'a> {
    pub fn number(self) -> Option<f64> {
        match self {
            Self::Number(n) => Some(n),
            Self::Text(text) => crate::text::decimal(text),
            _ => None,
        }
    }

    pub fn text(self) -> Option<&'a [u8]> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

/// Deeper than this is no report.
const DEEPEST: usize = 8;

struct Walk<'a, 'v> {
    text: &'a [u8],
    at: usize,
    path: [&'a [u8]; DEEPEST],
    visit: &'v mut dyn FnMut(&[&'a [u8]], Value<'a>),
}

const BROKEN: &str = "the body is not JSON";

/// Calls `visit` with the names from outside to inside and the value; items of a list have the names of their list.
pub(super) fn walk<'a>(text: &'a [u8], visit: &mut dyn FnMut(&[&'a [u8]], Value<'a>)) -> Result<(), &'static str> {
    let mut walk = Walk { text, at: 0, path: [&[]; DEEPEST], visit };
    walk.value(0, 0).ok_or(BROKEN)?;
    walk.blanks();
    if walk.at == text.len() { Ok(()) } else { Err(BROKEN) }
}

impl<'a> Walk<'a, '_> {
    fn blanks(&mut self) {
        while matches!(self.text.get(self.at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// The next byte that is not blank.
    fn next(&mut self) -> Option<u8> {
        self.blanks();
        let byte = *self.text.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn tell(&mut self, names: usize, value: Value<'a>) {
        if let Some(path) = self.path.get(..names) {
            (self.visit)(path, value);
        }
    }

    /// Behind the opening quote.
    fn quoted(&mut self) -> Option<&'a [u8]> {
        let from = self.at;
        loop {
            self.at = crate::bytes::either(self.text, self.at, b'"', b'\\')?;
            if self.text.get(self.at) == Some(&b'"') {
                break;
            }
            self.at += 2;
        }
        let text = self.text.get(from..self.at)?;
        self.at += 1;
        Some(text)
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        let found = self.text.get(self.at - 1..)?.starts_with(word);
        self.at += word.len() - 1;
        found.then_some(())
    }

    fn value(&mut self, names: usize, depth: usize) -> Option<()> {
        let value = match self.next()? {
            b'{' => return self.object(names, depth),
            b'[' => return self.list(names, depth),
            b'"' => Value::Text(self.quoted()?),
            b't' => {
                self.word(b"true")?;
                Value::Bool(true)
            }
            b'f' => {
                self.word(b"false")?;
                Value::Bool(false)
            }
            b'n' => {
                self.word(b"null")?;
                Value::Null
            }
            b'-' | b'0'..=b'9' => Value::Number(self.number()?),
            _ => return None,
        };
        self.tell(names, value);
        Some(())
    }

    fn number(&mut self) -> Option<f64> {
        let from = self.at - 1;
        while matches!(self.text.get(self.at), Some(b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-')) {
            self.at += 1;
        }
        let digits = self.text.get(from..self.at)?;
        // Up to fifteen digits are read exactly; what is longer or has an exponent takes the long way.
        if digits.len() <= 16
            && let Some(value) = crate::text::decimal(digits)
        {
            return Some(value);
        }
        std::str::from_utf8(digits).ok()?.parse().ok()
    }

    fn object(&mut self, names: usize, depth: usize) -> Option<()> {
        if depth >= DEEPEST {
            return None;
        }
        let mut byte = self.next()?;
        while byte != b'}' {
            if byte != b'"' {
                return None;
            }
            let name = self.quoted()?;
            *self.path.get_mut(names)? = name;
            if self.next()? != b':' {
                return None;
            }
            self.value(names + 1, depth + 1)?;
            byte = self.next()?;
            if byte == b',' {
                byte = self.next()?;
                if byte == b'}' {
                    return None;
                }
            } else if byte != b'}' {
                return None;
            }
        }
        self.tell(names, Value::End);
        Some(())
    }

    fn list(&mut self, names: usize, depth: usize) -> Option<()> {
        if depth >= DEEPEST {
            return None;
        }
        self.blanks();
        if self.text.get(self.at) == Some(&b']') {
            self.at += 1;
            return Some(());
        }
        loop {
            self.value(names, depth + 1)?;
            match self.next()? {
                b',' => {}
                b']' => return Some(()),
                _ => return None,
            }
        }
    }
}
