//! Every change of a round: one address, `do` says which. Each names the version of the page it was made on.

use super::plan::{Ask, Note, load};
use super::{LIST, plan_now, said};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html, unkept};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use care::app::rounds::{self, Off, Published, Wish, WorkState};
use care::model::round::{Asks, RoundId, minute};
use care::model::visit::VisitId;
use jiff::civil::Date;
use kernel::Purpose;
use kernel::ids::AccountId;
use std::collections::BTreeMap;
use store::Cx;
use uuid::Uuid;

/// What is to be done, read from the form.
enum Do {
    Move(VisitId, Option<(Uuid, Date, usize)>),
    Lock(VisitId, bool),
    Ask(VisitId, Asks, i64),
    Ill(Off),
    Swap(Uuid, (AccountId, AccountId)),
    Hours(Uuid, i64, i64),
    Pair((AccountId, AccountId), (i64, i64)),
    /// Somebody telephoned.
    Called(VisitId),
    Plan,
    /// Of a planning that goes on.
    End(Wish),
    Publish,
    CallOff,
}

impl Do {
    /// The end of `?done=`.
    const fn done(&self) -> &'static str {
        match self {
            Self::Move(..) => "moved",
            Self::Lock(..) | Self::Ask(..) | Self::Hours(..) => "kept",
            Self::Ill(_) => "ill",
            Self::Swap(..) | Self::Pair(..) => "pair",
            Self::Called(_) => "called",
            Self::Plan => "planned",
            Self::End(_) => "planning",
            Self::Publish => "sent",
            Self::CallOff => "off",
        }
    }
    /// Everything that is free is planned anew after it.
    const fn plans(&self) -> bool {
        match self {
            // Whoever goes instead takes the visits over as they are.
            Self::Ill(off) => off.instead.is_none(),
            _ => matches!(self, Self::Plan | Self::Pair(..)),
        }
    }
}

fn read(page: &Page, posted: &Posted) -> Result<Do, (String, String)> {
    let wrong = |field: &str, key: &str| (field.to_owned(), page.t(key));
    let visit = || posted.get("visit").parse::<VisitId>().map_err(|_| wrong("visit", "rounds-wrong-unknown"));
    let pair = || posted.get("pair").parse::<Uuid>().map_err(|_| wrong("pair", "rounds-wrong-unknown"));
    let person = |name: &str| posted.get(name).parse::<AccountId>().map_err(|_| wrong(name, "rounds-wrong-person"));
    let time = |name: &str| minute(&posted.get(name)).ok_or_else(|| wrong(name, "rounds-wrong-time"));
    Ok(match posted.get("do").as_str() {
        "move" => Do::Move(visit()?, target(page, posted)?),
        "lock" => Do::Lock(visit()?, true),
        "unlock" => Do::Lock(visit()?, false),
        "ask" => {
            let id = visit()?;
            let at = |name: &str| match posted.get(name) {
                text if text.is_empty() => Ok(None),
                text => minute(&text).map(Some).ok_or_else(|| wrong(&format!("{name}-{id}"), "rounds-wrong-time")),
            };
            let asks = Asks {
                from: at("from")?,
                to: at("to")?,
                nurse: !posted.get("nurse").is_empty(),
                must_speak: !posted.get("speak").is_empty(),
            };
            let minutes = posted.get("minutes").parse();
            Do::Ask(id, asks, minutes.map_err(|_| wrong(&format!("minutes-{id}"), "rounds-wrong-range"))?)
        }
        "ill" => {
            let day = |name: &str| posted.get(name).parse::<Date>().map_err(|_| wrong(name, "rounds-wrong-date"));
            let instead = posted.get("instead");
            let instead = if instead.is_empty() { None } else { Some(person("instead")?) };
            Do::Ill(Off { pair: pair()?, who: person("who")?, from: day("day")?, to: day("until")?, instead })
        }
        "swap" => Do::Swap(pair()?, (person("one")?, person("two")?)),
        "hours" => Do::Hours(pair()?, time("from")?, time("to")?),
        "pair" => Do::Pair((person("one")?, person("two")?), (time("from")?, time("to")?)),
        "called" => Do::Called(visit()?),
        "plan" => Do::Plan,
        "end" => Do::End(Wish::End),
        "take" => Do::End(Wish::Take),
        "publish" => Do::Publish,
        "call-off" => Do::CallOff,
        _ => return Err(wrong("", "rounds-wrong-unknown")),
    })
}

/// `pair|day`, and the place in the list, counted from 1; without a place at the end.
fn target(page: &Page, posted: &Posted) -> Result<Option<(Uuid, Date, usize)>, (String, String)> {
    let to = posted.get("to");
    if to.is_empty() {
        return Ok(None);
    }
    let wrong = || ("to".to_owned(), page.t("rounds-wrong-unknown"));
    let (pair, day) = to.split_once('|').ok_or_else(wrong)?;
    let place = posted.get("place");
    let place = if place.is_empty() {
        usize::MAX
    } else {
        place.parse::<usize>().map_err(|_| ("place".to_owned(), page.t("rounds-wrong-place")))?.saturating_sub(1)
    };
    let (pair, day) = (pair.parse().map_err(|_| wrong())?, day.parse().map_err(|_| wrong())?);
    Ok(Some((pair, day, place)))
}

fn run(cx: &mut Cx<'_>, id: RoundId, seen: i64, what: &Do) -> care::Result<Published> {
    match what {
        Do::Move(visit, to) => rounds::move_stop(cx, id, seen, *visit, *to)?,
        Do::Lock(visit, locked) => rounds::lock(cx, id, seen, *visit, *locked)?,
        Do::Ask(visit, asks, minutes) => rounds::ask(cx, id, seen, *visit, *asks, *minutes)?,
        Do::Ill(off) => rounds::set_off(cx, id, seen, off)?,
        Do::Swap(pair, who) => rounds::swap(cx, id, seen, *pair, *who)?,
        Do::Hours(pair, from, to) => rounds::pair_hours(cx, id, seen, *pair, *from, *to)?,
        Do::Pair(who, hours) => rounds::add_pair(cx, id, seen, *who, *hours)?,
        Do::Publish => return rounds::publish(cx, id, seen),
        Do::CallOff => rounds::call_off(cx, id, seen)?,
        Do::Called(visit) => rounds::called(cx, id, seen, *visit)?,
        Do::End(wish) => rounds::end(cx, id, *wish)?,
        Do::Plan => {}
    }
    Ok(Published::default())
}

pub(super) async fn act(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<RoundId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let day = posted.get("day");
    let Ok(seen) = posted.get("version").parse::<i64>() else {
        // Whoever may not plan here learns that first.
        app.rt.read(who, move |cx| rounds::task(cx, id, None).map(drop)).await?;
        return Err(Fail::NeedsVersion);
    };
    let what = match read(&page, &posted) {
        Ok(what) => what,
        Err(error) => return again(app, page, staff, id, &posted, error, StatusCode::UNPROCESSABLE_ENTITY).await,
    };
    let (mut done, plans) = (what.done(), what.plans());
    let only = matches!(what, Do::Plan);
    let ran = app.rt.write(who.clone(), move |cx| run(cx, id, seen, &what)).await;
    match ran {
        Ok(published) => {
            if plans {
                let key = match plan_now(&app, who, id, only.then_some(seen)).await {
                    Ok(Some(WorkState::Done)) => None,
                    // It goes on, or somebody ended it: the page says how it stands.
                    Ok(None | Some(WorkState::Running | WorkState::Ended | WorkState::Lost)) => {
                        done = "planning";
                        None
                    }
                    Ok(Some(WorkState::Stale)) | Err(care::Error::Stale { .. }) => Some("rounds-stale"),
                    Err(care::Error::Refused("round-planning")) if !only => Some("rounds-planning-changed"),
                    Err(care::Error::Refused("round-planning")) => Some("rule-care-round-planning"),
                    Err(other) => return Err(other.into()),
                };
                if let Some(key) = key {
                    let error = (String::new(), page.t(key));
                    return again(app, page, staff, id, &posted, error, StatusCode::CONFLICT).await;
                }
            }
            let mut fell: BTreeMap<&str, usize> = BTreeMap::new();
            for (_, why) in &published.fell {
                *fell.entry(why.code()).or_default() += 1;
            }
            let fell: Vec<String> = fell.iter().map(|(why, n)| format!("{why}:{n}")).collect();
            let mut to = format!("{LIST}/{id}?day={day}&done={done}&sent={}&fell={}", published.sent, fell.join(","));
            if posted.get("do") == "ask" {
                to.push_str(&format!(
                    "&visit={}",
                    form_urlencoded::byte_serialize(posted.get("visit").as_bytes()).collect::<String>()
                ));
            }
            if published.readdressed > 0 {
                to.push_str(&format!("&moved={}&stopped={}", published.readdressed, published.stopped));
            }
            Ok(Redirect::to(&page.href(to)).into_response())
        }
        Err(error) => {
            let status = match &error {
                care::Error::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
                _ => StatusCode::CONFLICT,
            };
            let (field, words) = said(&page, error)?;
            again(app, page, staff, id, &posted, (field.to_owned(), words), status).await
        }
    }
}

/// The page as it stands now, with what was typed and what is wrong with it.
async fn again(
    app: App,
    page: Page,
    staff: Staff,
    id: RoundId,
    posted: &Posted,
    error: (String, String),
    status: StatusCode,
) -> Result<Response, Fail> {
    let typed = (posted.get("do") == "ask").then(|| {
        let flag = |name: &str| !posted.get(name).is_empty();
        let text = |name: &str| posted.get(name);
        (text("visit"), text("from"), text("to"), text("minutes"), flag("nurse"), flag("speak"))
    });
    let anchor = match &typed {
        Some((visit, ..)) => format!("s-{visit}"),
        None => "plan".to_owned(),
    };
    let note = Note { errors: vec![(anchor, error.1)], typed };
    let asked = Ask { day: posted.get("day"), ..Ask::default() };
    let who = staff.who(Purpose::Administration);
    let shown = app.rt.write(who, move |cx| load(cx, page, &staff, id, &asked, &note)).await?;
    Ok(unkept((status, html(&shown)?)))
}
