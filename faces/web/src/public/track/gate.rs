//! Where the track pages meet the domains.

use super::Posted;
use super::view::{Answer, Entry, Holder, Looks, Pause, Promise, View};
use crate::public::{errors, office};
use crate::push::PushView;
use crate::{App, Fail, Page, looker, nearby};
use alerts::app::push;
use kernel::ids::AttachmentId;
use kernel::{Actor, Moment, Purpose};
use matters::Error;
use matters::NoteKind;
use matters::app::{self, Act, Found, TimelineLine, Tracked};
use matters::model::{Command, Level, Outcome, State};
use serde_json::Value;
use store::{Cx, Who};

/// What a form got wrong.
pub(super) struct Refused(pub Vec<(&'static str, String)>);

/// The code as it stands in addresses: capitals in groups of four.
fn canonical(typed: &str) -> Result<String, Fail> {
    let code = kernel::text::normalise_code(typed).ok_or(Fail::NotFound)?;
    let chars: Vec<char> = code.chars().collect();
    Ok(chars.chunks(4).map(|c| c.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

async fn found(app: &App, typed: &str) -> Result<(String, Found), Fail> {
    let code = canonical(typed)?;
    let asked = code.clone();
    let found = app.rt.read(app.raiser(), move |cx| app::find_by_code(cx, &asked)).await.map_err(errors::of_matters)?;
    Ok((code, found))
}

/// The holder of the code, about their own matter.
fn holder(app: &App, found: Found) -> Who {
    Who::new(Actor::raiser(app.district, found.matter), Purpose::OwnMatter)
}

/// The code as it is written in addresses, if there is such a matter.
pub(super) async fn find(app: &App, typed: &str) -> Result<String, Fail> {
    Ok(found(app, typed).await?.0)
}

pub(super) async fn view(app: &App, page: &Page, typed: &str) -> Result<(String, View), Fail> {
    let (code, found) = found(app, typed).await?;
    let (shown, link) = (page.clone(), code.clone());
    let view = app
        .rt
        .read(holder(app, found), move |cx| {
            let tracked = app::track(cx, found)?;
            let holder = who_has_it(cx, &shown, &tracked)?;
            let place = where_it_is(cx, &shown, &tracked)?;
            Ok::<_, Error>(draw(&shown, &link, tracked, holder, place))
        })
        .await
        .map_err(errors::of_matters)?;
    Ok((code, view))
}

/// Name, office and telephone number of the owner, as on the contact card of the grid; without one of their own, the
/// number of their office, then of the post.
fn who_has_it(cx: &mut Cx<'_>, page: &Page, t: &Tracked) -> Result<Option<Holder>, Error> {
    if !t.state.is_open() {
        return Ok(None);
    }
    let owner = people::app::accounts::account(cx, t.owner)?;
    let office = office::office(cx, page, t.owner_seat)?;
    let post = match places::snapshot(cx) {
        Ok(ground) => t.post.and_then(|id| ground.post(id).map(|p| p.phone.clone())),
        Err(_) => None,
    };
    let phone = owner.phone_ext.into_iter().chain(office.phone).chain(post).find(|p| !p.is_empty());
    Ok(Some(Holder { name: owner.display_name, office: office.name, phone }))
}

/// The place in words: the areas, and the door nearest to the pin. None where the district has nothing drawn there.
fn where_it_is(cx: &mut Cx<'_>, page: &Page, t: &Tracked) -> Result<Option<String>, Error> {
    let wrong = |e: places::Error| match e {
        places::Error::Store(e) => Error::Store(e),
        other => Error::Store(store::Error::Sql(other.to_string())),
    };
    if let Some(point) = t.point {
        return nearby::with_areas(cx, page, point).map_err(wrong);
    }
    let ground = places::snapshot(cx).map_err(wrong)?;
    let names = [t.spot.town, t.spot.community].into_iter().flatten().filter_map(|id| ground.area(id));
    Ok(nearby::areas(page, &names.map(|a| a.called(page.look.lang).to_owned()).collect::<Vec<_>>()))
}

fn draw(page: &Page, code: &str, t: Tracked, holder: Option<Holder>, place: Option<String>) -> View {
    let text = |kind| t.texts.iter().find(|n| n.kind == kind).map(|n| n.text.clone());
    let promise = promise(page, &t);
    let mut timeline: Vec<Entry> = t.timeline.iter().rev().map(|line| entry(page, line, &t)).collect();
    if t.joined {
        // The answering matter's story before that is somebody else's; one's own begins here.
        timeline.push(Entry { at: t.raised_at, what: page.tk("track-event-", "raise"), words: None });
    }
    // Opening the answer is its proof (R2): until then its words stay behind the button, unless it came another way.
    let opened = t.delivered || t.state == State::Closed;
    let answered_at = t.timeline.iter().rev().find(|l| l.kind == "answer").map_or(t.raised_at, |l| l.at);
    let hrefs =
        |ids: &[AttachmentId]| ids.iter().map(|id| page.href(format!("/t/{code}/photo/{id}"))).collect::<Vec<_>>();
    let answer = t.answer.as_ref().map(|words| Answer {
        at: answered_at,
        words: opened.then(|| words.clone()),
        photos: if opened { hrefs(&t.answer_pictures) } else { Vec::new() },
    });
    let reopen_until = t.reopen_until.filter(|until| t.state == State::Closed && page.now < *until);
    View {
        number: t.number.clone(),
        class: t.class.name(page.look.lang).to_owned(),
        text: text(NoteKind::Body).unwrap_or_default(),
        address: text(NoteKind::Place),
        place,
        raised_at: t.raised_at,
        emergency: t.emergency && t.state.is_open() && t.progress.step < State::ToVerify.progress(),
        status: status(&t),
        state: plain_state(&t).code(),
        pause: pause(page, &t),
        progress: t.progress.step,
        promise,
        pressed: t.clock.level(page.now) >= Level::Supervisor,
        contact_by: t.contact_by,
        answer_by: t.answer_by,
        provisional: t.clock.provisional,
        holder,
        timeline,
        answer,
        photos: hrefs(&t.attachments),
        rating: t.rating,
        can_add: t.state.is_open(),
        can_rate: opened && matches!(t.state, State::Answered | State::Closed) && t.rating.is_none(),
        reopen_until,
    }
}

/// The state as it is shown: once a pause is over the clock runs again, whether or not anybody pressed a button.
fn plain_state(t: &Tracked) -> State {
    match t.state {
        _ if t.joined && t.answer.is_none() => State::Duplicate,
        State::Waiting | State::Parked if t.progress.paused_until.is_none() => State::InProgress,
        state => state,
    }
}

/// One plain word for where it stands.
fn status(t: &Tracked) -> &'static str {
    match plain_state(t) {
        State::Received | State::Accepted | State::Assigned | State::Reopened => "received",
        State::Waiting if waits_for(t) == Some("raiser") => "facts",
        State::Waiting => "waiting",
        State::Parked => "parked",
        State::Answered | State::Closed => match t.outcome {
            Some(Outcome::Done | Outcome::Settled) => "done",
            Some(Outcome::PartlyDone) => "partly",
            Some(Outcome::Planned) => "planned",
            Some(Outcome::NotPossible | Outcome::Rejected) => "not",
            None => "answered",
        },
        _ => "working",
    }
}

/// What the last wait is for.
fn waits_for(t: &Tracked) -> Option<&str> {
    let line = t.timeline.iter().rev().find(|l| l.kind == "wait")?;
    line.payload.get("reason").and_then(Value::as_str)
}

/// The reason for a pause, or for an extension since it was last opened, until there is an answer.
fn pause(page: &Page, t: &Tracked) -> Option<Pause> {
    let kind = match plain_state(t) {
        State::Waiting => "wait",
        State::Parked => "park",
        State::Answered | State::Closed | State::Duplicate => return None,
        _ => "extend",
    };
    let opening = t.timeline.iter().rev().take_while(|l| l.kind != "reopen");
    let line = opening.into_iter().find(|l| l.kind == kind)?;
    let what = match waits_for(t).filter(|_| kind == "wait") {
        Some(reason) => page.tk("track-wait-", reason),
        None => page.tk("track-pause-", kind),
    };
    Some(Pause { what, words: said(t, line) })
}

/// What was written for the raiser, or by them, with a line of the log.
fn said(t: &Tracked, line: &TimelineLine) -> Option<String> {
    let digest = line.payload.get("note").and_then(Value::as_str)?;
    t.texts.iter().find(|n| n.digest == digest).map(|n| n.text.clone())
}

/// What is owed next, and until when.
fn promise(page: &Page, t: &Tracked) -> Option<Promise> {
    let provisional = t.clock.provisional;
    let of = |kind, by: Moment| Some(Promise { kind, by, provisional, overdue: by < page.now });
    if let Some(until) = t.progress.paused_until {
        return of(if status(t) == "facts" { "facts" } else { "resume" }, until);
    }
    match t.state {
        State::Closed | State::Answered | State::Duplicate => None,
        _ if t.progress.step < 2 && !t.progress.reopened => of("contact", t.contact_by),
        State::ToVerify | State::Verified | State::Rejected => of("answer", t.answer_by.max(t.clock.due_at)),
        _ => of("answer", if t.progress.reopened { t.clock.due_at } else { t.answer_by.max(t.clock.due_at) }),
    }
}

/// A line of the log in plain words, with what was written for the raiser.
fn entry(page: &Page, line: &TimelineLine, t: &Tracked) -> Entry {
    let until = line.payload.get("until").and_then(Value::as_i64).map(|m| page.stamp(Moment::from_micros(m)));
    let outcome = line.payload.get("outcome").and_then(Value::as_str).unwrap_or_default();
    let what = match (line.kind.as_str(), until) {
        ("contact", _) => page
            .loc
            .find(&format!("track-event-contact-{outcome}"), &[])
            .unwrap_or_else(|| page.t("track-event-contact")),
        (kind, Some(until)) => page.t1(&format!("track-event-{kind}"), "until", until),
        (kind, None) => page.tk("track-event-", kind),
    };
    let shown = matches!(line.kind.as_str(), "wait" | "park" | "extend" | "reopen" | "add_facts" | "contact");
    let words = said(t, line).filter(|_| shown);
    let reason = line.payload.get("reason").and_then(Value::as_str).filter(|_| line.kind == "wait");
    let reason = reason.map(|code| page.tk("track-wait-", code));
    let words = [reason, words].into_iter().flatten().reduce(|reason, words| format!("{reason}\n{words}"));
    Entry { at: line.at, what, words }
}

pub(super) async fn open_answer(app: &App, typed: &str) -> Result<String, Fail> {
    let (code, found) = found(app, typed).await?;
    app.rt
        .write(holder(app, found), move |cx| app::open_answer(cx, found.origin, found.raiser))
        .await
        .map_err(errors::of_matters)?;
    Ok(code)
}

/// Looks on one page.
const LOOKS: usize = 100;

/// Who looked, when and why: what the log has, in words.
pub(super) async fn looks(app: &App, page: &Page, typed: &str, before: Option<i64>) -> Result<Looks, Fail> {
    let (_, found) = found(app, typed).await?;
    let seen = app.rt.read(holder(app, found), move |cx| audit::seen::by_raiser(cx, found)).await?;
    let later = seen.withheld_until.map(|until| page.t2("seen-later", "n", seen.withheld, "until", page.day(until)));
    let mut lines: Vec<looker::LookLine> = seen
        .looks
        .iter()
        .filter(|look| before.is_none_or(|n| look.n < n))
        .take(LOOKS + 1)
        .map(|look| looker::LookLine {
            n: look.n,
            at: look.at,
            who: looker::who_for_raiser(page, &look.who),
            what: looker::what(page, &look.kind, &look.fields),
            why: looker::why(page, &look.why, None),
            ..looker::LookLine::default()
        })
        .collect();
    let more = lines.len() > LOOKS;
    lines.truncate(LOOKS);
    let older = lines.last().filter(|_| more).map(|l| l.n);
    Ok(Looks { older, lines: looker::together(page, lines), later })
}

/// News on devices: while there can still be any, and where it is switched on.
pub(super) async fn push_view(app: &App, page: &Page, typed: &str, v: &View) -> Result<Option<PushView>, Fail> {
    if app.push.is_none() || !(v.can_add || v.reopen_until.is_some()) {
        return Ok(None);
    }
    let (code, found) = found(app, typed).await?;
    let all = app.rt.read(holder(app, found), move |cx| push::of_raiser(cx, found)).await?;
    Ok(Some(PushView::matter(page, &code, all)))
}

pub(super) async fn push_key(app: &App, typed: &str) -> Result<String, Fail> {
    let (_, found) = found(app, typed).await?;
    Ok(app.rt.write(holder(app, found), move |cx| push::key_for(cx, found)).await?)
}

pub(super) async fn push_subscribe(app: &App, page: &Page, typed: &str, device: alerts::Device) -> Result<(), Fail> {
    let ((_, found), lang) = (found(app, typed).await?, page.look.lang);
    Ok(app.rt.write(holder(app, found), move |cx| push::subscribe_raiser(cx, found, &device, lang)).await?)
}

pub(super) async fn push_end(app: &App, typed: &str) -> Result<String, Fail> {
    let (code, found) = found(app, typed).await?;
    app.rt.write(holder(app, found), move |cx| push::end_raiser(cx, found)).await?;
    Ok(code)
}

/// The short head of the log, for receipts.
pub(super) async fn mark(app: &App) -> Result<String, Fail> {
    let head = app.rt.read(app.anybody(), store::chain::head).await?;
    Ok(store::chain::Mark::of(&head).to_string())
}

/// What somebody said with one of the forms: adds, rates or reopens.
#[derive(Debug, Clone, Default)]
pub(super) struct Said {
    pub text: String,
    pub stars: String,
    /// Made with the form: a double click does it once.
    pub again: String,
}

/// Does it, or says what the form got wrong.
pub(super) async fn say(
    app: &App,
    page: &Page,
    typed: &str,
    kind: &str,
    said: &Said,
    posted: Posted,
) -> Result<Result<(), Refused>, Fail> {
    let (_, found) = found(app, typed).await?;
    let pictures = match crate::photos::of_form(posted.files).await? {
        Ok(pictures) => pictures,
        Err(wrong) => return Ok(Err(Refused(vec![("photos", errors::words(page, &wrong))]))),
    };
    let words = Some(said.text.clone()).filter(|t| !t.is_empty());
    let command = match kind {
        "rate" => Some(Command::Rate { stars: said.stars.parse().unwrap_or(0), words }),
        "reopen" => Some(Command::Reopen { reason: said.text.clone() }),
        _ => words.map(|text| Command::AddFacts { text }),
    };
    let key = Some(format!("said:{}", said.again)).filter(|_| (8..=60).contains(&said.again.len()));
    let done = app
        .rt
        .write(holder(app, found), move |cx| {
            if let Some(command) = command {
                app::act(cx, Act { key, ..Act::new(found.matter, command) })?;
            }
            pictures.iter().try_for_each(|p| app::attach(cx, found.matter, p).map(drop))
        })
        .await;
    match done {
        Ok(()) => Ok(Ok(())),
        Err(Error::Invalid(wrong)) => {
            let field = |name| {
                if name == "stars" {
                    "stars"
                } else if name == "file" {
                    "photos"
                } else {
                    "text"
                }
            };
            Ok(Err(Refused(wrong.iter().map(|w| (field(w.field), errors::words(page, w))).collect())))
        }
        // Meanwhile it was closed, or reopened, or it is too late: what was typed stays on the page.
        Err(Error::Refused(_) | Error::Conflict(_)) => Ok(Err(Refused(vec![("text", page.tk("say-late-", kind))]))),
        Err(error) => Err(errors::of_matters(error)),
    }
}

pub(super) async fn photo(app: &App, typed: &str, id: &str) -> Result<(String, Vec<u8>), Fail> {
    let (_, found) = found(app, typed).await?;
    let id: AttachmentId = id.parse().map_err(|_| Fail::NotFound)?;
    app.rt.read(holder(app, found), move |cx| app::attachment(cx, id)).await.map_err(errors::of_matters)
}
