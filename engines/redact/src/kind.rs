//! Kinds of what is hidden, and spans of a text.

/// What stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A telephone number.
    Phone,
    /// A number of a person: identity card, passport, bank card, licence plate, e-mail, account, case.
    Number,
    /// Where somebody lives.
    Address,
    /// What somebody is called.
    Name,
    /// A fact by which whoever it is about recognises who raised it.
    Own,
    /// Hidden because somebody asked for it.
    Words,
}

impl Kind {
    pub const ALL: [Self; 6] = [Self::Phone, Self::Number, Self::Address, Self::Name, Self::Own, Self::Words];

    /// Code for forms and locale keys.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Number => "number",
            Self::Address => "address",
            Self::Name => "name",
            Self::Own => "own",
            Self::Words => "words",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.code() == code)
    }

    /// What stands in the text instead.
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Phone => "〔电话〕",
            Self::Number => "〔号码〕",
            Self::Address => "〔地址〕",
            Self::Name => "〔姓名〕",
            Self::Own => "〔个人情况〕",
            Self::Words => "〔隐去〕",
        }
    }
}

/// A piece of a text, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    pub start: usize,
    pub end: usize,
    pub kind: Kind,
}

/// In order and without overlaps: pieces that overlap become one of the longer one's kind, and so do neighbours of one kind.
pub(crate) fn joined(mut spans: Vec<Span>) -> Vec<Span> {
    spans.retain(|s| s.start < s.end);
    spans.sort_unstable();
    let mut out: Vec<Span> = Vec::with_capacity(spans.len());
    // How long the piece was that gave a joined span its kind.
    let mut longest = 0;
    for span in spans {
        let length = span.end - span.start;
        match out.last_mut() {
            Some(last) if span.start < last.end || (span.start == last.end && span.kind == last.kind) => {
                last.end = last.end.max(span.end);
                if length > longest {
                    (last.kind, longest) = (span.kind, length);
                }
            }
            _ => {
                out.push(span);
                longest = length;
            }
        }
    }
    out
}
