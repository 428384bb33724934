//! One matter: where it stands and until when, what can be done next and why the rest cannot, what was said and done.
//! Names of raisers are behind a step of their own that is logged (R3).

use super::frame::queue_path;
use super::ground;
use super::view::{class_names, due};
use super::words::{Due, No, Tag, why};
use super::{Frame, nobody};
use crate::session::Staff;
use crate::{App, Fail, Page, fmt, html};
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use kernel::Purpose;
use kernel::ids::{AccountId, AttachmentId, MatterId};
use matters::app::{Detail, Queue, TimelineLine};
use matters::model::{CommandKind, DeliveryResult};
use matters::{Note, NoteKind};
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/matters/{id}", get(show))
        .route("/desk/matters/{id}/raiser", post(reveal))
        .route("/desk/matters/{id}/picture/{picture}", get(picture))
        .route("/desk/matters/{id}/point.geojson", get(point))
}

/// A step that can be taken now.
struct NextStep {
    word: String,
    href: String,
    /// The one the page proposes.
    first: bool,
}

/// A step that cannot, and why.
struct Refused {
    word: String,
    no: No,
}

struct RaiserView {
    channel: String,
    anonymous: bool,
    at: String,
    proof: Option<String>,
    /// Where to write down an attempt to bring the answer.
    record: Option<String>,
    attempts: Vec<String>,
}

struct EventView {
    at: String,
    machine: String,
    who: String,
    what: String,
    more: Vec<String>,
    words: Option<String>,
    late: bool,
}

struct PictureView {
    href: String,
    alt: String,
}

struct Similar {
    href: String,
    title: String,
    why: String,
    join: Option<String>,
}

struct View {
    id: String,
    href: String,
    back: String,
    number: String,
    title: String,
    tag: Tag,
    emergency: bool,
    open: bool,
    class_name: String,
    origin: String,
    raised: String,
    raised_machine: String,
    done: Option<String>,
    due: Due,
    stage: String,
    why: Vec<String>,
    owner: String,
    via: Option<String>,
    next: Vec<NextStep>,
    refused: Vec<Refused>,
    text: String,
    place: Option<String>,
    areas: Option<String>,
    pictures: Vec<PictureView>,
    answer: Option<String>,
    outcome: Option<String>,
    raisers: Vec<RaiserView>,
    may_reveal: bool,
    reveal: String,
    readings: Option<String>,
    timeline: Vec<EventView>,
    viewers: Vec<String>,
    similar: Vec<Similar>,
    point: Option<(f64, f64)>,
}

#[derive(Template)]
#[template(path = "desk/matter.html")]
struct MatterPage {
    page: Page,
    frame: Frame,
    m: View,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct After {
    /// The step just taken.
    done: String,
}

async fn show(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<MatterId>,
    Query(after): Query<After>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Matter(id));
    let shown = app
        .rt
        .read(who, move |cx| {
            let detail = matters::app::detail(cx, id)?;
            let frame = Frame::load(cx, &page, &staff, queue_path(Queue::Mine))?;
            let done = CommandKind::from_code(&after.done).map(|kind| page.tk("desk-done-", kind.code()));
            let m = view(cx, &page, detail, done)?;
            Ok::<_, Fail>(MatterPage { page, frame, m })
        })
        .await?;
    html(&shown)
}

/// Steps in the order in which a page offers them; the first possible one is the one proposed.
const ORDER: [CommandKind; 19] = [
    CommandKind::Verify,
    CommandKind::Sign,
    CommandKind::Contact,
    CommandKind::Resume,
    CommandKind::Start,
    CommandKind::Submit,
    CommandKind::Answer,
    CommandKind::RecordDelivery,
    CommandKind::Close,
    CommandKind::SendBack,
    CommandKind::Accept,
    CommandKind::Assign,
    CommandKind::Wait,
    CommandKind::Extend,
    CommandKind::Park,
    CommandKind::Return,
    CommandKind::Reject,
    CommandKind::Merge,
    CommandKind::MarkEmergency,
];

/// Where the step after the present state comes first: contact before start, submit once work is under way.
fn proposal(detail: &Detail, kind: CommandKind) -> u8 {
    use matters::model::State as S;
    let best = match detail.line.state {
        S::Received | S::Accepted | S::Assigned | S::Reopened => CommandKind::Sign,
        S::Signed => CommandKind::Contact,
        S::Contacted => CommandKind::Start,
        S::InProgress => CommandKind::Submit,
        S::Waiting | S::Parked => CommandKind::Resume,
        S::ToVerify | S::Rejected => CommandKind::Verify,
        S::Verified => CommandKind::Answer,
        S::Answered => CommandKind::RecordDelivery,
        S::Closed | S::Duplicate => CommandKind::AddNote,
    };
    u8::from(kind != best)
}

fn view(cx: &mut Cx<'_>, page: &Page, d: Detail, done: Option<String>) -> Result<View, Fail> {
    let id = d.line.matter;
    let href = page.href(format!("/desk/matters/{id}"));
    let names = names_of(cx, &d)?;
    let classes = class_names(cx, page)?;
    // Town, community, cell; the police area stands beside them.
    let place = &d.line.spot;
    let spot: Vec<_> = [place.police, place.grid, place.community, place.town].into_iter().flatten().collect();
    let areas = ground::names(cx, &spot)?;
    let area_line: Vec<String> = spot.iter().rev().filter_map(|a| areas.get(a).cloned()).collect();
    let (next, refused) = steps(page, &d, &href);
    let similar = if d.line.state.is_open() { similar(cx, page, &d, &href)? } else { Vec::new() };
    let readings = matters::raiser::readings(cx, id)?;
    let by_kind = |kind| d.texts.iter().find(|n| n.kind == kind).map(|n| n.text.clone());
    let open = d.line.state.is_open();
    let raisers = raisers(page, &d, &href);
    let timeline = timeline(page, &d, &names, &classes);
    Ok(View {
        back: page.href("/desk"),
        number: d.line.number.clone(),
        title: d.line.summary.clone(),
        tag: Tag::state(page, d.line.state),
        emergency: d.line.emergency,
        open,
        class_name: d.class.name(page.look.lang).to_owned(),
        origin: page.tk("origin-", d.line.origin.code()),
        raised: page.ago(d.line.received_at),
        raised_machine: page.machine_time(d.line.received_at),
        done,
        due: if open {
            Due::of(page, d.clock.due_at, d.clock.level(page.now), d.clock.paused_until, d.clock.provisional)
        } else {
            due(page, &d.line)
        },
        stage: page.tk("desk-stage-", d.clock.stage.code()),
        why: why(page, &d.clock.why, d.class.name(page.look.lang)),
        owner: names.get(&d.owner).cloned().unwrap_or_else(|| nobody(page)),
        via: (d.owner_via != "holder").then(|| page.tk("desk-via-", d.owner_via)),
        next,
        refused,
        text: by_kind(NoteKind::Body).unwrap_or_default(),
        place: by_kind(NoteKind::Place),
        areas: (!area_line.is_empty()).then(|| area_line.join(" · ")),
        pictures: d
            .attachments
            .iter()
            .enumerate()
            .map(|(i, p)| PictureView { href: format!("{href}/picture/{p}"), alt: page.t1("desk-picture", "n", i + 1) })
            .collect(),
        answer: d.answer.clone(),
        outcome: d.outcome.map(|o| page.tk("outcome-", o.code())),
        raisers,
        may_reveal: d.may_reveal,
        reveal: format!("{href}/raiser"),
        readings: (!readings.is_empty()).then(|| page.t1("desk-readings", "n", readings.len())),
        timeline,
        viewers: viewers(page, &d, &names, &area_line),
        similar,
        point: d.line.lat.zip(d.line.lon),
        id: id.to_string(),
        href,
    })
}

/// Names of everybody who occurs, in one statement.
fn names_of(cx: &mut Cx<'_>, d: &Detail) -> Result<HashMap<AccountId, String>, Fail> {
    let mut ids = vec![d.owner];
    ids.extend(d.handlers.iter().copied());
    ids.extend(d.timeline.iter().filter_map(|e| e.account));
    ids.extend(d.timeline.iter().filter_map(|e| account_in(&e.payload, "owner")));
    ids.sort_unstable();
    ids.dedup();
    Ok(people::app::accounts::names(cx, &ids)?)
}

fn account_in(payload: &Value, field: &str) -> Option<AccountId> {
    payload.get(field)?.as_str()?.parse().ok()
}

fn steps(page: &Page, d: &Detail, href: &str) -> (Vec<NextStep>, Vec<Refused>) {
    let word = |kind: CommandKind| page.tk("command-", kind.code());
    let mut next = Vec::new();
    let mut refused = Vec::new();
    let mut order: Vec<CommandKind> = ORDER.to_vec();
    order.push(CommandKind::AddNote);
    order.sort_by_key(|kind| proposal(d, *kind));
    for kind in order {
        let Some((_, answer)) = d.commands.iter().find(|(k, _)| *k == kind) else { continue };
        match answer {
            Ok(()) => next.push(NextStep {
                word: word(kind),
                href: format!("{href}/do/{}", kind.code()),
                first: next.is_empty() && kind != CommandKind::AddNote,
            }),
            Err(error) if kind != CommandKind::AddNote => {
                let no = match error {
                    matters::Error::Refused(refusal) => No::refused(page, refusal),
                    matters::Error::Denied(denied) => No::denied(page, denied),
                    _ => continue,
                };
                refused.push(Refused { word: word(kind), no });
            }
            Err(_) => {}
        }
    }
    (next, refused)
}

fn raisers(page: &Page, d: &Detail, href: &str) -> Vec<RaiserView> {
    let may_record = d.commands.iter().any(|(k, a)| *k == CommandKind::RecordDelivery && a.is_ok());
    d.raisers
        .iter()
        .map(|r| RaiserView {
            channel: page.tk("channel-", r.channel.code()),
            anonymous: r.anonymous,
            at: page.ago(r.at),
            proof: r.proof.map(|p| page.tk("proof-", p.code())),
            record: (may_record && r.proof.is_none()).then(|| format!("{href}/do/record_delivery?raiser={}", r.id)),
            attempts: d
                .deliveries
                .iter()
                .filter(|a| a.raiser == r.id)
                .map(|a| format!("{} {}", page.stamp(a.at), page.tk("delivery-", a.result.code())))
                .collect(),
        })
        .collect()
}

fn timeline(
    page: &Page,
    d: &Detail,
    names: &HashMap<AccountId, String>,
    classes: &HashMap<String, String>,
) -> Vec<EventView> {
    let shown = |note: &&Note| !matches!(note.kind, NoteKind::Body | NoteKind::Place);
    let mut notes: Vec<&Note> = d.texts.iter().filter(shown).collect();
    let mut out: Vec<EventView> = Vec::with_capacity(d.timeline.len());
    for event in &d.timeline {
        // A text and its entry are written in the same instant by the same person.
        let at = notes.iter().position(|n| n.at == event.at && n.author == event.actor);
        let words = at.map(|i| notes.remove(i).text.clone());
        out.push(EventView {
            at: page.ago(event.at),
            machine: page.machine_time(event.at),
            who: who(page, event, names),
            what: page.tk("done-", &event.kind),
            more: more(page, event, names, classes),
            words,
            late: event.kind == "escalate",
        });
    }
    out.reverse();
    out
}

/// Who did it, in words: a colleague by name, the resident, the program.
fn who(page: &Page, event: &TimelineLine, names: &HashMap<AccountId, String>) -> String {
    match event.account {
        Some(account) => names.get(&account).cloned().unwrap_or_else(|| nobody(page)),
        None if event.actor.starts_with("system") => page.t("desk-by-program"),
        None => page.t("desk-by-raiser"),
    }
}

/// What the log adds to an entry: dates, reasons, outcomes, the new owner.
fn more(
    page: &Page,
    event: &TimelineLine,
    names: &HashMap<AccountId, String>,
    classes: &HashMap<String, String>,
) -> Vec<String> {
    let text = |field: &str| event.payload.get(field).and_then(Value::as_str);
    let at = |field: &str| event.payload.get(field).and_then(Value::as_i64).map(kernel::Moment::from_micros);
    let mut out = Vec::new();
    let mut say = |key: &str, value: String| out.push(page.t1(key, "value", value));
    if let Some(until) = at("until") {
        say("desk-log-until", page.stamp(until));
    }
    match event.kind.as_str() {
        "wait" => text("reason").into_iter().for_each(|r| say("desk-log-reason", page.tk("wait-", r))),
        "reject" => text("reason").into_iter().for_each(|r| say("desk-log-reason", page.tk("reject-", r))),
        "contact" => text("outcome").into_iter().for_each(|o| say("desk-log-outcome", page.tk("contacted-", o))),
        "submit" => text("outcome").into_iter().for_each(|o| say("desk-log-outcome", page.tk("outcome-", o))),
        "record_delivery" => {
            if let Some(result) = text("result").and_then(DeliveryResult::from_code) {
                say("desk-log-outcome", page.tk("delivery-", result.code()));
            }
        }
        "rate" => event
            .payload
            .get("stars")
            .and_then(Value::as_i64)
            .into_iter()
            .for_each(|n| say("desk-log-stars", n.to_string())),
        "escalate" => text("level").into_iter().for_each(|l| say("desk-log-level", page.tk("level-", l))),
        _ => {}
    }
    if let Some(owner) = account_in(&event.payload, "owner") {
        let via = text("via").filter(|v| *v != "holder").map(|v| page.tk("desk-via-", v)).unwrap_or_default();
        let name = names.get(&owner).cloned().unwrap_or_else(|| nobody(page));
        say("desk-log-owner", format!("{name} {via}").trim_end().to_owned());
    }
    if let Some(class) = text("class").and_then(|c| classes.get(c)).filter(|_| event.kind == "reclassify") {
        say("desk-log-class", class.clone());
    }
    out
}

/// Who can see this matter, in words (the same rules as the policy's `ViewMatter`).
fn viewers(page: &Page, d: &Detail, names: &HashMap<AccountId, String>, areas: &[String]) -> Vec<String> {
    let mut out = vec![page.t1("desk-viewer-owner", "who", names.get(&d.owner).cloned().unwrap_or_default())];
    let handlers: Vec<String> =
        d.handlers.iter().filter(|h| **h != d.owner).filter_map(|h| names.get(h).cloned()).collect();
    if !handlers.is_empty() {
        out.push(page.t1("desk-viewer-handlers", "who", handlers.join(&page.t("list-comma"))));
    }
    if !areas.is_empty() {
        out.push(page.t1("desk-viewer-area", "area", areas.join(&page.t("list-comma"))));
    }
    out.push(page.t("desk-viewer-coordinator"));
    out.push(page.t("desk-viewer-raiser"));
    out
}

fn similar(cx: &mut Cx<'_>, page: &Page, d: &Detail, href: &str) -> Result<Vec<Similar>, Fail> {
    let may_join = d.commands.iter().any(|(k, a)| *k == CommandKind::Merge && a.is_ok());
    let found = matters::app::duplicates_of(cx, d.line.matter)?;
    Ok(found
        .iter()
        .map(|c| Similar {
            href: page.href(format!("/desk/matters/{}", c.line.matter)),
            title: format!("{} {}", c.line.number, c.line.summary),
            why: alike(page, c),
            join: may_join.then(|| format!("{href}/do/merge?into={}", c.line.number)),
        })
        .collect())
}

/// Why two matters may be the same: how far apart in metres and hours, and how alike in words.
pub(super) fn alike(page: &Page, c: &matters::app::Candidate) -> String {
    let far = if c.distance_m.is_finite() {
        page.t1("desk-alike-far", "n", c.distance_m.round() as i64)
    } else {
        page.t("desk-alike-near")
    };
    let ago = page.t1("desk-alike-ago", "span", fmt::span(page.loc, c.hours_apart * 3_600));
    let words = page.t1("desk-alike-words", "share", fmt::percent(c.words, page.look.lang));
    [far, ago, words].join(&page.t("list-comma"))
}

#[derive(Template)]
#[template(path = "desk/reveal.html")]
struct Reveal {
    page: Page,
    frame: Frame,
    number: String,
    title: String,
    back: String,
    at: String,
    raisers: Vec<Shown>,
}

/// A raiser, opened.
struct Shown {
    anonymous: bool,
    erased: bool,
    name: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    address: Option<String>,
}

/// Shows who raised it, once, and writes down that it was shown. A POST, so that no prefetch ever does it.
async fn reveal(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<MatterId>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Matter(id));
    let shown = app
        .rt
        .write(who, move |cx| {
            let raisers = matters::raiser::reveal(cx, id)?;
            let detail = matters::app::detail(cx, id)?;
            let frame = Frame::load(cx, &page, &staff, queue_path(Queue::Mine))?;
            let raisers = raisers
                .into_iter()
                .map(|r| Shown {
                    anonymous: r.anonymous,
                    erased: r.erased,
                    name: r.name,
                    phone: r.phone,
                    email: r.email,
                    address: r.address,
                })
                .collect();
            Ok::<_, Fail>(Reveal {
                number: detail.line.number,
                title: detail.line.summary,
                back: page.href(format!("/desk/matters/{id}")),
                at: page.stamp(page.now),
                raisers,
                frame,
                page,
            })
        })
        .await?;
    let mut response = html(&shown)?;
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    Ok(response)
}

async fn picture(
    State(app): State<App>,
    staff: Staff,
    Path((id, picture)): Path<(MatterId, AttachmentId)>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Matter(id));
    let (mime, bytes) = app.rt.read(who, move |cx| matters::app::attachment(cx, picture).map_err(Fail::from)).await?;
    Ok(([(header::CONTENT_TYPE, mime), (header::CACHE_CONTROL, "private, no-store".to_owned())], bytes).into_response())
}

/// The matter as a point, for its map.
async fn point(State(app): State<App>, staff: Staff, Path(id): Path<MatterId>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Matter(id));
    let line = app.rt.read(who, move |cx| matters::app::detail(cx, id).map(|d| d.line).map_err(Fail::from)).await?;
    Ok(super::map::points(&[line], None))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use matters::model::{Level, Refusal, State as Stand, WhoCould};

    fn sample(page: &Page, state: Stand) -> View {
        let name = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
        let href = page.href("/desk/matters/1");
        let full = state != Stand::Closed;
        let refusal = Refusal::new("refuse-returned-already", WhoCould::Supervisor, "todo-ask-supervisor");
        let texts = |on: bool, text: String| on.then_some(text);
        View {
            id: "1".into(),
            back: page.href("/desk"),
            number: "HQ-2026-00001".into(),
            title: name("3号楼楼道漏水", "Leak on the stairs of house 3"),
            tag: Tag::state(page, state),
            emergency: full,
            open: full,
            class_name: name("漏水", "Leak"),
            origin: page.t("origin-phone"),
            raised: page.ago(page.now.plus_hours(-5)),
            raised_machine: page.machine_time(page.now),
            done: texts(full, page.t("desk-done-sign")),
            due: Due::of(page, page.now.plus_hours(3), Level::Yellow, None, full),
            stage: page.t("desk-stage-contact"),
            why: vec![page.t1("why-due", "at", page.stamp(page.now))],
            owner: name("王工", "Wang"),
            via: texts(full, page.t("desk-via-deputy")),
            next: if full {
                [CommandKind::Contact, CommandKind::Wait]
                    .iter()
                    .enumerate()
                    .map(|(i, k)| NextStep {
                        word: page.tk("command-", k.code()),
                        href: format!("{href}/do/{}", k.code()),
                        first: i == 0,
                    })
                    .collect()
            } else {
                Vec::new()
            },
            refused: vec![Refused { word: page.t("command-return"), no: No::refused(page, &refusal) }],
            text: name("三楼到二楼的楼道一直滴水", "Water drips from the third floor"),
            place: texts(full, name("青禾路3号", "3 Qinghe Road")),
            areas: texts(full, name("南桥镇 · 青禾居委会", "Nanqiao · Qinghe")),
            pictures: vec![PictureView { href: format!("{href}/picture/1"), alt: page.t1("desk-picture", "n", 1) }],
            answer: texts(!full, name("水管已经换好", "The pipe was replaced")),
            outcome: texts(!full, page.t("outcome-done")),
            raisers: vec![RaiserView {
                channel: page.t("channel-phone"),
                anonymous: full,
                at: page.ago(page.now),
                proof: texts(!full, page.t("proof-call")),
                record: texts(full, format!("{href}/do/record_delivery")),
                attempts: vec![page.t("delivery-call_failed")],
            }],
            may_reveal: full,
            reveal: format!("{href}/raiser"),
            readings: texts(full, page.t1("desk-readings", "n", 2)),
            timeline: vec![EventView {
                at: page.ago(page.now),
                machine: page.machine_time(page.now),
                who: name("王工", "Wang"),
                what: page.t("done-sign"),
                more: vec![page.t1("desk-log-owner", "value", name("李明", "Li"))],
                words: texts(full, name("马上去看", "On my way")),
                late: full,
            }],
            viewers: vec![page.t("desk-viewer-coordinator")],
            similar: vec![Similar {
                href: href.clone(),
                title: name("楼道滴水", "Dripping"),
                why: page.t1("desk-alike-far", "n", 40),
                join: texts(full, format!("{href}/do/merge?into=HQ-2026-00002")),
            }],
            point: full.then_some((30.92, 121.47)),
            href,
        }
    }

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let frame = Frame::sample(page);
        let mut out = Vec::new();
        for state in [Stand::Signed, Stand::Closed] {
            let shown = MatterPage { page: page.clone(), frame: frame.clone(), m: sample(page, state) };
            out.push(("desk/matter.html", shown.render().unwrap_or_default()));
        }
        let one = |n: usize| Shown {
            anonymous: n == 1,
            erased: n == 2,
            name: (n == 0).then(|| if page.zh() { "张三".into() } else { "Zhang San".into() }),
            phone: (n == 0).then(|| "021-0571 0199".into()),
            email: None,
            address: None,
        };
        let shown = Reveal {
            page: page.clone(),
            frame,
            number: "HQ-2026-00001".into(),
            title: if page.zh() { "楼道漏水".into() } else { "Leak".into() },
            back: page.href("/desk/matters/1"),
            at: page.stamp(page.now),
            raisers: (0..3).map(one).collect(),
        };
        out.push(("desk/reveal.html", shown.render().unwrap_or_default()));
        out
    }
}
