//! "This is what the owner will read": a text with its marks, and what was found in it, for the form of a resident and the
//! one of a clerk (R3).

use crate::Page;
use crate::public::post::Posted;
use matters::redaction::{Correction, Piece};

/// A piece of the text as the owner reads it.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    pub words: String,
    /// A mark, not words of the raiser.
    pub mark: bool,
}

/// Something that was found, and may be shown after all.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub words: String,
    pub kind: String,
    pub shown: bool,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Preview {
    pub text: Vec<Shown>,
    pub found: Vec<Found>,
}

impl Preview {
    pub(crate) fn of(page: &Page, pieces: &[Piece]) -> Self {
        let mut preview = Self::default();
        for piece in pieces {
            let mark = piece.kind.filter(|_| piece.hidden);
            let words = mark.map_or_else(|| piece.text.clone(), |kind| kind.mark().to_owned());
            preview.text.push(Shown { words, mark: mark.is_some() });
            // What was asked for in the other field is taken back there.
            let Some(kind) = piece.kind.filter(|kind| *kind != matters::redaction::Kind::Words) else { continue };
            if preview.found.iter().all(|f| f.words != piece.text) {
                preview.found.push(Found {
                    words: piece.text.clone(),
                    kind: page.tk("redact-", kind.code()),
                    shown: !piece.hidden,
                });
            }
        }
        preview
    }
}

/// What the form says about the preview: boxes named `show`, and words in `hide` parted by blanks or commas.
pub(crate) fn correction(posted: &Posted) -> Correction {
    Correction { show: posted.list("show"), hide: words(&posted.get("hide")) }
}

pub(crate) fn words(typed: &str) -> Vec<String> {
    typed
        .split([' ', ',', '\u{ff0c}', '\u{3001}', '\n', '\u{3000}', ';', '\u{ff1b}'])
        .map(str::to_owned)
        .filter(|w| !w.is_empty())
        .collect()
}

#[cfg(test)]
pub(crate) fn sample(page: &Page) -> Preview {
    use matters::redaction::Kind;
    let piece = |text: &str, kind, hidden| Piece { text: text.into(), kind, hidden };
    let pieces = [
        piece("三楼漏水，", None, false),
        piece("我是502的", Some(Kind::Own), true),
        piece(",电话", None, false),
        piece("021-05550123", Some(Kind::Phone), false),
    ];
    Preview::of(page, &pieces)
}
