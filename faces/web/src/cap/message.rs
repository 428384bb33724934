//! One message of CAP 1.2. The order of the elements is that of the schema; a test reads the messages back and holds every
//! rule of the schema against them.

use super::area;
use crate::xml::Xml;
use crate::{App, Fail, Loc};
use alerts::bulletin::{Bulletin, Words};
use kernel::{Lang, Moment, time};
use store::Cx;

/// The first message of a bulletin, or the one that takes it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Alert,
    Cancel,
}

impl Kind {
    pub(super) const fn nth(self) -> &'static str {
        match self {
            Self::Alert => "1",
            Self::Cancel => "2",
        }
    }
    pub(super) fn from_nth(nth: &str) -> Option<Self> {
        [Self::Alert, Self::Cancel].into_iter().find(|k| k.nth() == nth)
    }
}

/// Unique in space and time; no blank, comma, `<` or `&`.
pub(super) fn identifier(app: &App, bulletin: &Bulletin, kind: Kind) -> String {
    format!("{}-{}-{}", host(app), bulletin.id, kind.nth())
}

pub(super) fn sent(bulletin: &Bulletin, kind: Kind) -> Moment {
    let cancelled = bulletin.cancelled_at.filter(|_| kind == Kind::Cancel);
    cancelled.or(bulletin.published_at).unwrap_or(bulletin.made_at)
}

/// CAP's own form of an instant: seconds and a numeric offset, never `Z`.
pub(super) fn stamp(at: Moment) -> String {
    at.zoned(&time::shanghai()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

pub(super) fn path(bulletin: &Bulletin, kind: Kind) -> String {
    format!("/cap/{}-{}.xml", bulletin.id, kind.nth())
}

pub(super) fn host(app: &App) -> &str {
    let host = app.config.host();
    host.split(':').next().unwrap_or(host)
}

pub(super) fn write(cx: &mut Cx<'_>, app: &App, bulletin: &Bulletin, kind: Kind) -> Result<String, Fail> {
    let ground = places::snapshot(cx)?;
    let mut xml = Xml::new("alert", "xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"");
    xml.leaf("identifier", &identifier(app, bulletin, kind));
    xml.leaf("sender", host(app));
    xml.leaf("sent", &stamp(sent(bulletin, kind)));
    xml.leaf("status", if bulletin.draft.exercise { "Exercise" } else { "Actual" });
    xml.leaf("msgType", if kind == Kind::Cancel { "Cancel" } else { "Alert" });
    xml.leaf("scope", "Public");
    if kind == Kind::Cancel {
        xml.some("note", bulletin.cancel_reason.as_deref().unwrap_or_default());
        let first = Kind::Alert;
        let reference = format!("{},{},{}", host(app), identifier(app, bulletin, first), stamp(sent(bulletin, first)));
        xml.leaf("references", &reference);
    }
    let languages = [(Lang::ZhCn, Some(&bulletin.draft.zh)), (Lang::En, bulletin.draft.en.as_ref())];
    for (lang, words) in languages.into_iter().filter_map(|(lang, words)| Some((lang, words?))) {
        info(&mut xml, app, bulletin, kind, lang, words);
        let district = if lang == Lang::En { &app.config.name_en } else { &app.config.name_zh };
        area::write(&mut xml, &ground, bulletin.draft.area, bulletin.draft.circle, district);
        xml.close();
    }
    Ok(xml.finish())
}

/// Everything of `<info>` but its area.
fn info(xml: &mut Xml, app: &App, bulletin: &Bulletin, kind: Kind, lang: Lang, words: &Words) {
    let (draft, loc) = (&bulletin.draft, Loc(lang));
    let marked = |text: &str| -> String {
        let text = if draft.exercise { loc.t1("cap-exercise", "text", text) } else { text.to_owned() };
        if kind == Kind::Cancel { loc.t1("cap-cancelled", "text", text) } else { text }
    };
    xml.open("info");
    xml.leaf("language", lang.tag());
    xml.leaf("category", draft.category.cap());
    xml.leaf("event", &words.event);
    xml.leaf("urgency", if kind == Kind::Cancel { "Past" } else { draft.urgency.cap() });
    xml.leaf("severity", draft.severity.cap());
    xml.leaf("certainty", draft.certainty.cap());
    xml.leaf("effective", &stamp(sent(bulletin, kind)));
    xml.leaf("expires", &stamp(draft.expires_at));
    xml.leaf("senderName", if lang == Lang::En { &app.config.name_en } else { &app.config.name_zh });
    xml.leaf("headline", &marked(&words.headline));
    xml.leaf("description", &words.description);
    if kind == Kind::Alert {
        xml.some("instruction", &words.instruction);
    }
    xml.leaf("web", &app.config.absolute(&path(bulletin, kind)));
    xml.leaf("contact", &loc.t1("cap-contact", "phone", &app.config.duty_phone));
}
