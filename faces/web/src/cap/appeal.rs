//! Appeals for missing elders as CAP 1.2: the first message, what replaces it, and the cancellation, which says nothing of the elder
//! any more. Only the last message of an appeal can be read; those before it are named in its references.

use super::message::{host, stamp};
use super::{area, document};
use crate::xml::Xml;
use crate::{App, Fail, Loc, Page, appeals};
use axum::response::Response;
use kernel::{Lang, Moment};
use lost::app::appeal::{self, Public};
use places::Snapshot;
use store::Cx;
use uuid::Uuid;

/// A programme that asked once hears of the end within so many hours.
const OVER_HOURS: i64 = 24;

pub(super) async fn show(app: App, id: Uuid, nth: i64) -> Result<Response, Fail> {
    let site = app.clone();
    let text = app
        .rt
        .read(app.anybody(), move |cx| {
            let found = appeal::one(cx, id).map_err(crate::public::errors::of_lost)?;
            if found.nth != nth {
                return Err(Fail::NotFound);
            }
            write(cx, &site, &found)
        })
        .await?;
    Ok(document(text, "application/cap+xml; charset=utf-8"))
}

fn identifier(app: &App, id: Uuid, nth: i64) -> String {
    format!("{}-{id}-{nth}", host(app))
}

fn path(p: &Public) -> String {
    format!("/cap/{}-{}.xml", p.appeal, p.nth)
}

fn write(cx: &mut Cx<'_>, app: &App, p: &Public) -> Result<String, Fail> {
    let ground = places::snapshot(cx)?;
    let mut xml = Xml::new("alert", "xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"");
    xml.leaf("identifier", &identifier(app, p.appeal, p.nth));
    xml.leaf("sender", host(app));
    xml.leaf("sent", &stamp(p.at));
    xml.leaf("status", "Actual");
    let kind = match (&p.text, p.before.is_empty()) {
        (None, _) => "Cancel",
        (Some(_), true) => "Alert",
        (Some(_), false) => "Update",
    };
    xml.leaf("msgType", kind);
    xml.leaf("scope", "Public");
    let all: Vec<String> = p
        .before
        .iter()
        .map(|(nth, at)| format!("{},{},{}", host(app), identifier(app, p.appeal, *nth), stamp(*at)))
        .collect();
    xml.some("references", &all.join(" "));
    for lang in [Lang::ZhCn, Lang::En] {
        info(&mut xml, app, &ground, p, lang);
        let district = if lang == Lang::En { &app.config.name_en } else { &app.config.name_zh };
        area::write(&mut xml, &ground, p.text.as_ref().and_then(|t| t.area), None, district);
        xml.close();
    }
    Ok(xml.finish())
}

fn info(xml: &mut Xml, app: &App, ground: &Snapshot, p: &Public, lang: Lang) {
    let loc = Loc(lang);
    let said = p.text.as_ref().map(|text| appeals::Words::of(loc, p.at, ground, text));
    xml.open("info");
    xml.leaf("language", lang.tag());
    xml.leaf("category", "Rescue");
    xml.leaf("event", &loc.t("appeal-event"));
    xml.leaf("responseType", if said.is_some() { "Monitor" } else { "AllClear" });
    xml.leaf("urgency", if said.is_some() { "Immediate" } else { "Past" });
    xml.leaf("severity", "Severe");
    xml.leaf("certainty", "Observed");
    xml.leaf("effective", &stamp(p.at));
    xml.leaf("expires", &stamp(expires(p)));
    xml.leaf("senderName", if lang == Lang::En { &app.config.name_en } else { &app.config.name_zh });
    match &said {
        Some(words) => {
            xml.leaf("headline", &words.headline);
            xml.leaf("description", &words.description(loc));
            xml.leaf("instruction", &loc.t("appeal-instruction"));
        }
        None => {
            xml.leaf("headline", &loc.t("appeal-over"));
            xml.leaf("description", &loc.t("appeal-over-more"));
        }
    }
    let there = crate::Look { lang, ..crate::Look::default() }.href(&format!("/appeals/{}", p.appeal));
    xml.leaf("web", &app.config.absolute(&there));
    let phone = appeals::phone(ground, p.post, &app.config.duty_phone);
    xml.leaf("contact", &loc.t1("cap-contact", "phone", phone));
}

fn expires(p: &Public) -> Moment {
    if p.text.is_some() { p.expires_at } else { p.at.plus_hours(OVER_HOURS) }
}

/// Its line in the index.
pub(super) fn entry(xml: &mut Xml, app: &App, page: &Page, ground: &Snapshot, p: &Public) {
    let said = p.text.as_ref().map(|text| appeals::for_page(page, ground, text));
    let (title, summary) = match &said {
        Some(words) => (words.headline.clone(), words.description(page.loc)),
        None => (page.t("appeal-over"), page.t("appeal-over-more")),
    };
    xml.open("entry");
    xml.leaf("id", &format!("urn:mulin:{}", identifier(app, p.appeal, p.nth)));
    xml.leaf("title", &title);
    xml.leaf("updated", &stamp(p.at));
    xml.leaf("published", &stamp(p.before.first().map_or(p.at, |(_, at)| *at)));
    let message = app.config.absolute(&path(p));
    xml.empty("link", &[("rel", "alternate"), ("type", "application/cap+xml"), ("href", &message)]);
    xml.empty("category", &[("term", "Rescue")]);
    xml.leaf("summary", &summary);
    xml.close();
}
