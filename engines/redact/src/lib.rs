//! Redaction: where in a Chinese text somebody's telephone, numbers, name, address or something by which they would be
//! recognised stands, and the text without it.
//!
//! ```
//! use redact::{Hints, find, redact};
//! let text = "我叫王小明,住幸福小区3号楼502室,电话021-0555 0123。楼道里的灯坏了。";
//! let spans = find(text, &Hints::default());
//! assert_eq!(redact(text, &spans), "我叫〔姓名〕,住〔地址〕,电话〔电话〕。楼道里的灯坏了。");
//! ```
//!
//! # What counts
//!
//! - **Telephones and numbers** by form and by the words before them, however they are typed: full-width, broken by
//!   blanks, dashes or dots, in Chinese numerals (幺三八…), with letters for digits. Numbers everybody may call (110,
//!   12345), money, dates, hours and sizes stay.
//! - **Names** by a small language model: the likeliest way to cut a run of characters into common words and names, where
//!   a title (王阿姨) or a cue (我叫, 联系人) makes a name likelier ([`names`]).
//! - **Addresses** by their parts (弄, 号, 幢, 室, 组 …). *Where the nuisance is must stay readable, where the raiser lives
//!   must not*: see the rules in [`address`]. In doubt a home is hidden and a public place stays.
//! - **What gives the raiser away** to whoever the matter is about: 我家楼上, 我是三楼的, 我妈在…上班 ([`own`]).
//!
//! What is known of the raiser ([`Hints`]) is hidden wherever it occurs, also in part.
//!
//! # Promises
//!
//! Pure, no clock, no files. Linear in the length of the text: every rule looks a bounded number of characters to both
//! sides ([`find_counted`] tells the steps). Spans come in order, do not overlap and lie on character boundaries. What is
//! already a mark is left alone, so that redacting twice changes nothing.

mod address;
mod digits;
mod hints;
mod kind;
mod lists;
mod model;
mod names;
mod online;
mod own;
mod pattern;
mod text;

pub use hints::{Hints, Places};
pub use kind::{Kind, Span};

use lists::Words;
use text::Text;

/// A text is looked at again with what was found hidden, until nothing more is found; at most so often.
const ROUNDS: usize = 12;

/// What is to be hidden, in order, without overlaps.
pub fn find(text: &str, hints: &Hints) -> Vec<Span> {
    find_counted(text, hints).0
}

/// As [`find`], with the number of looks at a character that it took: the measure of the linear-time test.
pub fn find_counted(text: &str, hints: &Hints) -> (Vec<Span>, u64) {
    let places = hints.places.words();
    let mut spans = Vec::new();
    let mut steps = 0;
    for _ in 0..ROUNDS {
        let folded = Text::new(text, &spans);
        let found = look(&folded, hints, places);
        steps += folded.steps();
        if found.is_empty() {
            break;
        }
        spans.extend(found);
        spans = kind::joined(spans);
    }
    (spans, steps)
}

fn look(text: &Text, hints: &Hints, places: &Words) -> Vec<Span> {
    let mut found = Vec::new();
    hints.find(text, &mut found);
    digits::find(text, &mut found);
    online::find(text, &mut found);
    names::find(text, places, &mut found);
    let contacts = found.clone();
    address::find(text, hints, places, &contacts, &mut found);
    own::find(text, &mut found);
    kind::joined(found.into_iter().map(|f| text.span(f)).collect())
}

/// The text with a mark such as 〔电话〕 in place of each span. Spans out of order, out of bounds or off a character
/// boundary are left out.
pub fn redact(text: &str, spans: &[Span]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for span in spans {
        let Some(before) = text.get(done..span.start) else { continue };
        if text.get(span.start..span.end).is_none() {
            continue;
        }
        out.push_str(before);
        out.push_str(span.kind.mark());
        done = span.end;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}
