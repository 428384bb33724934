//! The sheet that a pair takes along, A5: doors in order with their time, what to bring, a line for notes. Where somebody of the
//! supplementary force goes there are no names on it (N2).

use super::LIST;
use super::plan::letter;
use crate::desk::{Frame, ground};
use crate::session::Staff;
use crate::{App, Fail, Page, html, unkept};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use care::app::rounds::{self, Sheet};
use care::model::round::{RoundId, clock};
use jiff::civil::Date;
use kernel::Purpose;
use serde::Deserialize;
use uuid::Uuid;

pub(super) struct Door {
    pub n: usize,
    pub time: String,
    pub walk: i64,
    pub name: Option<String>,
    pub address: String,
    pub phone: Option<String>,
    pub what: String,
    pub bring: String,
}

#[derive(Template)]
#[template(path = "desk/care/round_sheet.html")]
pub(super) struct SheetPage {
    pub page: Page,
    pub frame: Frame,
    pub back: String,
    pub letter: String,
    pub names: String,
    pub area: String,
    pub day: String,
    pub hours: String,
    pub doors: Vec<Door>,
    pub without_names: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Ask {
    pair: Uuid,
    day: String,
}

pub(super) async fn show(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<RoundId>,
    Query(asked): Query<Ask>,
) -> Result<Response, Fail> {
    let day: Date = asked.day.parse().map_err(|_| Fail::NotFound)?;
    let who = staff.who(Purpose::Administration);
    let shown = app
        .rt
        .write(who, move |cx| {
            let sheet = rounds::sheet(cx, id, asked.pair, day)?;
            let frame = Frame::load(cx, &page, &staff, LIST)?;
            let area = ground::called(&*places::snapshot(cx)?, sheet.round.area, page.look.lang);
            Ok::<_, Fail>(build(page, frame, &sheet, area))
        })
        .await?;
    Ok(unkept(html(&shown)?))
}

pub(super) fn build(page: Page, frame: Frame, sheet: &Sheet, area: String) -> SheetPage {
    let door = |(n, s): (usize, &rounds::SheetStop)| {
        let mut what = vec![page.tk("rounds-kind-", s.kind.code())];
        what.extend(s.language.clone());
        what.extend(s.window.map(|(from, to)| page.t2("rounds-agreed", "from", clock(from), "to", clock(to))));
        let bring: Vec<String> = s.bring.iter().map(|b| page.tk("rounds-bring-", b)).collect();
        Door {
            n: n + 1,
            time: clock(s.start),
            walk: s.walk,
            name: s.name.clone(),
            address: s.address.clone().unwrap_or_else(|| page.t("rounds-no-address")),
            phone: s.phone.clone(),
            what: what.join(" · "),
            bring: bring.join(&page.t("list-comma")),
        }
    };
    SheetPage {
        back: page.href(format!("{LIST}/{}?day={}", sheet.round.id, sheet.day)),
        letter: letter(sheet.pair.number),
        names: sheet.names.join(&page.t("rounds-with")),
        area,
        day: page.date(sheet.day),
        hours: format!("{}–{}", clock(sheet.pair.from), clock(sheet.pair.to)),
        doors: sheet.stops.iter().enumerate().map(door).collect(),
        without_names: sheet.without_names,
        page,
        frame,
    }
}
