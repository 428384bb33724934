//! What whoever handles a matter reads of what was raised (R3): the text without what gives the raiser away.
//!
//! The original is sealed under a key class of its own. Each body that a matter is given to has its own copy, made when
//! it first gets the matter. The raiser or the clerk sees beforehand what the owner will read and puts it right
//! ([`preview`], [`Correction`]); what comes in by a program or a file is redacted as the rules say.

use crate::app::{Raise, RaiserInput, around};
use crate::store::MatterRow;
use crate::store::notes::{self, Note, Reader};
use crate::{Error, readings};
use ::places::Snapshot;
use ::store::Cx;
use kernel::ids::{DistrictId, MatterId};
use kernel::text;
use people::policy::{Action, ResourceFacts, require};
pub use redact::Kind;
use redact::{Hints, Places, Span};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What somebody put right in the preview: by the words themselves, so that it still fits after the text was edited.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Correction {
    /// Found pieces that may be read after all.
    pub show: Vec<String>,
    /// Words to hide besides.
    pub hide: Vec<String>,
}

/// A piece of a text in the preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    /// What was found there; none for what always was readable.
    pub kind: Option<Kind>,
    /// The owner reads a mark instead.
    pub hidden: bool,
}

/// Corrections taken from one text, at most.
const CORRECTIONS: usize = 60;

/// The text as the owner will read it, in pieces. Nothing is stored.
pub fn preview(cx: &mut Cx<'_>, raise: &Raise, correction: &Correction) -> Result<Vec<Piece>, Error> {
    require(&cx.actor, cx.purpose, Action::Raise, &ResourceFacts::District)?;
    let mut hints = hints(cx, &raise.raiser, raise.place.address.as_deref())?;
    hints.words = words(correction);
    let text = text::tidy(&raise.text);
    let mut pieces = Vec::new();
    let mut done = 0;
    for span in redact::find(&text, &hints) {
        let (plain, found) = (text.get(done..span.start), text.get(span.start..span.end));
        pieces.extend(plain.filter(|t| !t.is_empty()).map(|t| Piece { text: t.to_owned(), kind: None, hidden: false }));
        pieces.extend(found.map(|t| Piece {
            text: t.to_owned(),
            kind: Some(span.kind),
            hidden: !shows(correction, &span, t),
        }));
        done = span.end;
    }
    let rest = text.get(done..).filter(|t| !t.is_empty());
    pieces.extend(rest.map(|t| Piece { text: t.to_owned(), kind: None, hidden: false }));
    Ok(pieces)
}

/// The words of whoever raised it, as they stand. Needs the right to, and is logged as a reading of the raiser.
pub fn original(cx: &mut Cx<'_>, matter: MatterId) -> Result<Vec<Note>, Error> {
    let m = MatterRow::load(cx, matter)?;
    let facts = around::facts_of(cx, &m)?;
    require(&cx.actor, cx.purpose, Action::ViewOriginal, &facts)?;
    let mut texts = notes::all(cx, matter, Reader::Original)?;
    texts.retain(|note| note.kind.is_raisers());
    cx.record_read("matter", matter.0, &[readings::ORIGINAL])?;
    Ok(texts)
}

/// What is known of this raiser and of the places here.
pub(crate) fn hints(cx: &mut Cx<'_>, raiser: &RaiserInput, address: Option<&str>) -> Result<Hints, Error> {
    let list = |value: &Option<String>| value.iter().cloned().collect::<Vec<_>>();
    Ok(Hints {
        names: list(&raiser.name),
        phones: list(&raiser.phone),
        numbers: list(&raiser.email),
        addresses: list(&raiser.address),
        subject: address.map(str::to_owned).into_iter().collect(),
        ..places(cx)?
    })
}

/// The names of areas and posts, which are nobody's.
pub(crate) fn places(cx: &mut Cx<'_>) -> Result<Hints, Error> {
    let ground = places::snapshot(cx)?;
    let kept = cx.cached(Names::default);
    let mut kept = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
    let places = match kept.get(&cx.district()) {
        Some((of, places)) if Arc::ptr_eq(of, &ground) => places.clone(),
        _ => {
            let areas = ground.areas().iter().map(|area| area.name.as_str());
            let places = Places::of(areas.chain(ground.posts().iter().map(|post| post.name.as_str())));
            kept.insert(cx.district(), (ground, places.clone()));
            places
        }
    };
    Ok(Hints { places, ..Hints::default() })
}

/// The names as words, kept as long as the ground stays as it is: there are thousands, and every text is looked at with them.
#[derive(Default)]
struct Names(Mutex<HashMap<DistrictId, (Arc<Snapshot>, Places)>>);

/// What is hidden of the words, once somebody has looked.
pub(crate) fn spans(text: &str, hints: &Hints, correction: &Correction) -> Vec<Span> {
    let hints = Hints { words: words(correction), ..hints.clone() };
    let mut spans = redact::find(text, &hints);
    spans.retain(|span| !shows(correction, span, text.get(span.start..span.end).unwrap_or_default()));
    spans
}

/// The place of a matter must stay readable; what else stands in that field need not.
pub(crate) fn place_spans(text: &str, hints: &Hints) -> Vec<Span> {
    let mut spans =
        redact::find(text, &Hints { addresses: Vec::new(), subject: vec![text.to_owned()], ..hints.clone() });
    spans.retain(|span| !matches!(span.kind, Kind::Address | Kind::Own));
    spans
}

/// A redacted text without its marks, for search and comparison: a mark is no word of anybody.
pub(crate) fn unmarked(text: &str) -> String {
    Kind::ALL.iter().fold(text.to_owned(), |text, kind| text.replace(kind.mark(), " "))
}

fn shows(correction: &Correction, span: &Span, found: &str) -> bool {
    span.kind != Kind::Words && correction.show.iter().take(CORRECTIONS).any(|shown| shown == found)
}

fn words(correction: &Correction) -> Vec<String> {
    let words = correction.hide.iter().map(|w| w.trim().to_owned()).filter(|w| !w.is_empty());
    words.take(CORRECTIONS).collect()
}
