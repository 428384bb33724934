//! What the card says in a case: scans and what finders wrote by it, as lines of the timeline, as a word on top, and to be answered.

use super::show::EntryView;
use crate::{Page, fmt};
use care::app::finder::How;
use care::model::From;
use kernel::Moment;
use lost::app::Case;
use lost::app::relay::Heard;
use lost::model::State;

/// Minutes for which a scan stands on top of a case.
const ON_TOP: i64 = 60;

/// The word on top, while nobody of us is with the elder.
pub(super) struct OnTop {
    pub words: String,
    pub over: bool,
}

/// A finder to write to.
pub(super) struct ThreadView {
    pub id: String,
    pub number: String,
    pub open: bool,
    /// Who, when, and what; a place instead of words has its address for a map program.
    pub said: Vec<SaidView>,
    /// They said where they are.
    pub place: bool,
}

pub(super) struct SaidView {
    pub who: String,
    pub at: String,
    pub words: String,
    pub geo: Option<String>,
}

fn heard(c: &Case) -> Option<&Heard> {
    c.circle.as_ref().map(|k| &k.heard)
}

pub(super) fn on_top(page: &Page, c: &Case) -> Option<OnTop> {
    if !matches!(c.row.state, State::Missing | State::Sighted | State::Escorted) {
        return None;
    }
    let last = heard(c)?.scans.last().filter(|s| s.at > page.now.plus_minutes(-ON_TOP))?;
    let key = match (last.over, last.how) {
        (true, _) => "lost-scan-top-over",
        (false, How::Typed) => "lost-scan-top-typed",
        (false, How::Scanned) => "lost-scan-top",
    };
    let ago = page.ago(last.at);
    let number = page.card_number(last.number);
    Some(OnTop { words: page.t2(key, "at", ago, "number", number), over: last.over })
}

/// Scans and messages, each with its moment.
pub(super) fn lines(page: &Page, c: &Case) -> Vec<(Moment, EntryView)> {
    let Some(heard) = heard(c) else { return Vec::new() };
    let entry = |at: Moment, who: String, what: String, words: Option<String>, late: bool| {
        let (at_words, machine) = (page.ago(at), page.machine_time(at));
        (at, EntryView { at: at_words, machine, who, what, words, late, geo: None, there: None })
    };
    let scans = heard.scans.iter().map(|s| {
        let key = match (s.over, s.how) {
            (true, _) => "lost-entry-scan-over",
            (false, How::Typed) => "lost-entry-scan-typed",
            (false, How::Scanned) => "lost-entry-scan",
        };
        let what = page.t1(key, "number", page.card_number(s.number));
        entry(s.at, page.t("lost-by-somebody"), what, None, s.over)
    });
    let said = heard.threads.iter().flat_map(|t| &t.messages).map(|m| {
        let who = page.tk("card-from-", m.from.code());
        match m.place {
            Some(_) => entry(m.at, who, page.t("lost-entry-place-shared"), None, false),
            None => entry(m.at, who, page.t("lost-entry-wrote"), Some(m.words.clone()), false),
        }
    });
    scans.chain(said).collect()
}

pub(super) fn threads(page: &Page, c: &Case) -> Vec<ThreadView> {
    let Some(heard) = heard(c) else { return Vec::new() };
    let view = |t: &care::app::threads::ThreadView| ThreadView {
        id: t.id.to_string(),
        number: page.t1("lost-thread", "clock", fmt::clock(t.opened_at)),
        open: t.closed.is_none(),
        said: t
            .messages
            .iter()
            .map(|m| SaidView {
                who: page.tk("card-from-", m.from.code()),
                at: fmt::clock(m.at),
                words: if m.place.is_some() { page.t("lost-entry-place-shared") } else { m.words.clone() },
                geo: m.place.map(|p| format!("geo:{:.5},{:.5}", p.lat(), p.lon())),
            })
            .collect(),
        place: t.messages.iter().any(|m| m.from == From::Finder && m.place.is_some()),
    };
    heard.threads.iter().map(view).collect()
}
