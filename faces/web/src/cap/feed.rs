//! The index: what stands now and what was taken back, newest first, as Atom (RFC 4287).

use super::document;
use super::message::{Kind, identifier, path, sent, stamp};
use crate::xml::Xml;
use crate::{App, Fail, Page};
use alerts::app::bulletins;
use alerts::bulletin::{Bulletin, Stand};
use axum::extract::State;
use axum::response::Response;
use kernel::Moment;

pub(super) async fn show(State(app): State<App>, page: Page) -> Result<Response, Fail> {
    let current = app.rt.read(app.anybody(), bulletins::current).await?;
    let (appeals, ground) = app
        .rt
        .read(app.anybody(), |cx| {
            let all = lost::app::appeal::current(cx).map_err(crate::public::errors::of_lost)?;
            Ok::<_, Fail>((all, places::snapshot(cx)?))
        })
        .await?;
    let own = app.config.absolute(&page.href("/cap/feed.atom"));
    let newest = current.iter().map(|b| sent(b, kind(b))).chain(appeals.iter().map(|a| a.at)).max();
    let mut xml = Xml::new("feed", "xmlns=\"http://www.w3.org/2005/Atom\"");
    xml.leaf("id", &own);
    xml.leaf("title", &page.t1("cap-feed", "place", page.place()));
    // With nothing to say the index is as old as the protocol: a changing date would look like news.
    xml.leaf("updated", &stamp(newest.unwrap_or(Moment::from_micros(0))));
    xml.empty("link", &[("rel", "self"), ("type", "application/atom+xml"), ("href", &own)]);
    xml.open("author");
    xml.leaf("name", page.place());
    xml.close();
    for appeal in &appeals {
        super::appeal::entry(&mut xml, &app, &page, &ground, appeal);
    }
    for bulletin in &current {
        entry(&mut xml, &app, &page, bulletin);
    }
    Ok(document(xml.finish(), "application/atom+xml; charset=utf-8"))
}

fn kind(bulletin: &Bulletin) -> Kind {
    if bulletin.stand == Stand::Cancelled { Kind::Cancel } else { Kind::Alert }
}

fn entry(xml: &mut Xml, app: &App, page: &Page, bulletin: &Bulletin) {
    let kind = kind(bulletin);
    let words = bulletin.draft.en.as_ref().filter(|_| !page.zh()).unwrap_or(&bulletin.draft.zh);
    let mut title = words.headline.clone();
    if bulletin.draft.exercise {
        title = page.t1("cap-exercise", "text", title);
    }
    if kind == Kind::Cancel {
        title = page.t1("cap-cancelled", "text", title);
    }
    xml.open("entry");
    xml.leaf("id", &format!("urn:mulin:{}", identifier(app, bulletin, kind)));
    xml.leaf("title", &title);
    xml.leaf("updated", &stamp(sent(bulletin, kind)));
    xml.leaf("published", &stamp(sent(bulletin, Kind::Alert)));
    let message = app.config.absolute(&path(bulletin, kind));
    xml.empty("link", &[("rel", "alternate"), ("type", "application/cap+xml"), ("href", &message)]);
    xml.empty("category", &[("term", bulletin.draft.category.cap())]);
    xml.leaf("summary", &words.description);
    xml.close();
}
