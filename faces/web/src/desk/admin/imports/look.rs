//! What a file would change, or why it cannot come in; bringing it in, answering what is unsure, or throwing it away. A long
//! file is read by a job: until then the page says so and comes again by itself.

use super::{HOME, SHOWN};
use crate::desk::Frame;
use crate::session::Staff;
use crate::uploads::{self, denied, fail};
use crate::{App, Fail, Page, html};
use ::imports::areas::Pair;
use ::imports::problems::{Counted, Problem};
use ::imports::residents::Proposal;
use ::imports::upload::{self, Stated};
use ::imports::uploads::{Outcome, Upload};
use ::imports::{Did, Finding};
use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Datum, Purpose};
use std::collections::{BTreeMap, HashMap};
use store::imports::drafts::Wish;
use uuid::Uuid;

/// Seconds after which a page that waits comes again.
const AGAIN: &str = "2";

/// A finding in the reader's language.
struct Found {
    place: String,
    column: String,
    what: String,
}

impl Found {
    fn of(page: &Page, of: Counted, problem: &Problem) -> Self {
        let lang = page.look.lang;
        let bare = Problem { column: String::new(), ..problem.clone() };
        Self { place: bare.place(of, lang), column: problem.column_words(of, lang), what: problem.what.words(lang) }
    }
}

struct Place {
    name: String,
    added: usize,
    changed: usize,
}

struct Row {
    row: usize,
    name: String,
    did: String,
}

#[derive(Template)]
#[template(path = "desk/admin/import.html")]
pub(super) struct LookPage {
    page: Page,
    frame: Frame,
    action: String,
    file: String,
    stated: String,
    /// What would happen, in a sentence; none when the file is refused.
    sum: Option<String>,
    nothing: bool,
    /// A text about the whole file, line by line.
    refused: Vec<String>,
    /// What somebody must decide first.
    unsure: Vec<Question>,
    /// Rows that may be somebody here already: the same.
    alike: Vec<Question>,
    /// How many there are; only the first are listed.
    alikes: usize,
    /// Those that agree in the same, to be answered together.
    alike_kinds: Vec<Question>,
    /// It is read, or waits for it: in a sentence.
    busy: Option<String>,
    /// Things to look at that refuse nothing.
    notes: Vec<String>,
    wrong: Vec<Found>,
    doubtful: Vec<Found>,
    /// How many there are; only the first are listed.
    mistakes: usize,
    doubts: usize,
    cut: bool,
    places: Vec<Place>,
    rows: Vec<Row>,
    unaccepted: bool,
}

/// Rows that are asked about at once; the rest come when these are answered.
const ASKED: usize = 20;

/// In what a row agrees with somebody, and whether with a row of the file or somebody who is here.
fn kind(proposal: &Proposal) -> Option<(&'static str, &[String])> {
    match &proposal.finding {
        Finding::AlikeHere { agree, .. } => Some(("here", &agree.0)),
        Finding::AlikeRow { agree, .. } => Some(("row", &agree.0)),
        _ => None,
    }
}

fn kind_field((of, agree): (&str, &[String])) -> String {
    format!("all-{of}-{}", agree.join("-"))
}

/// Kinds with several rows, the most frequent first.
fn kinds(page: &Page, rows: &[Proposal]) -> Vec<Question> {
    let mut counts: BTreeMap<(&str, &[String]), usize> = BTreeMap::new();
    for found in rows.iter().filter_map(kind) {
        *counts.entry(found).or_default() += 1;
    }
    let mut all: Vec<_> = counts.into_iter().filter(|(_, n)| *n > 1).collect();
    all.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let question = |(found, n): ((&str, &[String]), usize)| {
        let fields: Vec<String> = found.1.iter().map(|field| page.tk("findings-agrees-", field)).collect();
        let fields = fields.join(page.t("list-comma").as_str());
        let words = page.t2(&format!("desk-import-alike-kind-{}", found.0), "n", n, "fields", fields);
        Question { field: kind_field(found), words, name: String::new() }
    };
    all.into_iter().map(question).collect()
}

/// A pair that somebody must decide about.
struct Question {
    /// Name of the field.
    field: String,
    words: String,
    name: String,
}

pub(super) async fn show(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
) -> Result<Response, Fail> {
    let upload = uploads::find(&app, staff.who(Purpose::Administration), id).await?;
    shown(&app, page, staff, &upload, false).await
}

async fn shown(app: &App, page: Page, staff: Staff, upload: &Upload, unaccepted: bool) -> Result<Response, Fail> {
    if let Some(look) = upload.brought() {
        let done = look.import.map_or_else(|| "done=nothing".to_owned(), |n| format!("done=brought&n={n}"));
        return Ok(Redirect::to(&page.href(format!("{HOME}?{done}"))).into_response());
    }
    if let Some(denied) = upload.outcome.as_ref().and_then(denied) {
        return Err(denied);
    }
    let who = staff.who(Purpose::Administration);
    let words = page.clone();
    let frame = app.rt.read(who, move |cx| Frame::load(cx, &words, &staff, HOME)).await?;
    let html = html(&look_page(page, frame, upload, unaccepted))?;
    if upload.is_busy() {
        return Ok(([(header::REFRESH, AGAIN)], html).into_response());
    }
    let refused = upload.looked().is_none() || unaccepted;
    let status = if refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, html).into_response())
}

pub(super) fn look_page(page: Page, frame: Frame, upload: &Upload, unaccepted: bool) -> LookPage {
    let draft = &upload.draft;
    let mut shown = LookPage {
        action: page.href(format!("{HOME}/look/{}", draft.id)),
        file: draft.file.clone(),
        stated: stated_words(&page, &upload.stated),
        sum: None,
        nothing: false,
        refused: Vec::new(),
        unsure: Vec::new(),
        alike: Vec::new(),
        alikes: 0,
        alike_kinds: Vec::new(),
        busy: upload.is_busy().then(|| page.tk("desk-import-busy-", draft.state.code())),
        notes: Vec::new(),
        wrong: Vec::new(),
        doubtful: Vec::new(),
        mistakes: 0,
        doubts: 0,
        cut: false,
        places: Vec::new(),
        rows: Vec::new(),
        unaccepted,
        frame,
        page,
    };
    let page = &shown.page;
    let said = |finding: &Finding| finding.words(page.look.lang);
    let problems = match &upload.outcome {
        Some(Outcome::Fine(look)) => {
            let counts = [
                ("rows", page.number(number(look.rows))),
                ("added", page.number(number(look.added))),
                ("changed", page.number(number(look.changed))),
                ("unchanged", page.number(number(look.unchanged))),
                ("differs", number(look.differs).to_string()),
            ];
            shown.sum = Some(page.loc.args("desk-import-would", &counts));
            shown.nothing = look.changes_nothing();
            shown.notes = look.notes.iter().map(said).collect();
            let row = |l: &::imports::Line| Row { row: l.row, name: l.name.clone(), did: did(page, l.did) };
            shown.rows = look.lines.iter().map(row).collect();
            let none = page.t("desk-import-no-area");
            let name = |n: &String| if n.is_empty() { none.clone() } else { n.clone() };
            let place = |(n, c): (&String, &::imports::look::Count)| Place {
                name: name(n),
                added: c.added,
                changed: c.changed,
            };
            shown.places = look.places.iter().map(place).collect();
            shown.cut = look.added + look.changed + look.differs > look.lines.len();
            Some(&look.problems)
        }
        Some(Outcome::Wrong(problems)) => Some(&**problems),
        Some(Outcome::Unfit(why)) => {
            shown.refused = why.iter().take(SHOWN).map(said).collect();
            None
        }
        Some(Outcome::Unsure(pairs)) => {
            let question = |(n, pair): (usize, &Pair)| Question {
                field: format!("pair-{n}"),
                words: said(&pair.finding()),
                name: pair.name.clone(),
            };
            shown.unsure = pairs.iter().enumerate().map(question).collect();
            None
        }
        Some(Outcome::Alike(rows)) => {
            shown.alikes = rows.len();
            let question = |proposal: &Proposal| Question {
                field: format!("row-{}", proposal.row),
                words: said(&proposal.finding),
                name: String::new(),
            };
            shown.alike = rows.iter().take(ASKED).map(question).collect();
            shown.alike_kinds = kinds(page, rows);
            None
        }
        Some(Outcome::Broken) => {
            shown.refused = vec![page.t("desk-import-broken")];
            None
        }
        // A page of its own.
        Some(Outcome::Denied { .. }) | None => None,
    };
    if let Some(problems) = problems {
        let found = |p: &Problem| Found::of(page, problems.of, p);
        (shown.mistakes, shown.doubts) = (problems.wrong.count, problems.doubtful.count);
        shown.wrong = problems.wrong.kept.iter().take(SHOWN).map(found).collect();
        shown.doubtful = problems.doubtful.kept.iter().take(SHOWN).map(found).collect();
    }
    shown
}

fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn did(page: &Page, did: Did) -> String {
    page.tk("desk-import-did-", did.code())
}

/// What was stated, to read it once more.
fn stated_words(page: &Page, stated: &Stated) -> String {
    let mut words = vec![page.tk("desk-import-kind-", &stated.kind)];
    if stated.kind == "areas" {
        words.push(page.tk("area-", &stated.area_kind));
    }
    if upload::has_coordinates(&stated.kind) {
        words.push(match stated.datum.parse::<Datum>() {
            Ok(_) => page.tk("desk-import-datum-", &stated.datum),
            Err(_) => page.t("desk-import-datum-none"),
        });
    }
    words.extend(Some(stated.timezone.clone()).filter(|z| !z.is_empty()));
    words.join(" · ")
}

/// `wish`, `doubtful`, and for every unsure pair what was decided.
type Answer = HashMap<String, String>;

/// Brings the file in, looks at it again with the pairs that were decided, or throws it away.
pub(super) async fn answer(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
    Form(answer): Form<Answer>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let said = |field: &str| answer.get(field).map_or("", String::as_str);
    let upload = uploads::find(&app, who.clone(), id).await?;
    let here = page.href(format!("{HOME}/look/{id}"));
    let (wish, stated) = match (said("wish"), &upload.outcome) {
        ("bring", _) if upload.is_doubtful() && said("doubtful") != "yes" => {
            return shown(&app, page, staff, &upload, true).await;
        }
        ("bring", _) if upload.looked().is_some() => (Wish::Bring, None),
        // Nothing to bring in: it is said once more why.
        ("bring", _) => return shown(&app, page, staff, &upload, false).await,
        ("alike", Some(Outcome::Alike(rows))) => (Wish::Look, Some(answered(&upload.stated, rows, &answer))),
        ("pairs", Some(Outcome::Unsure(pairs))) => (Wish::Look, Some(decided(&upload.stated, pairs, &answer))),
        _ => {
            app.rt.write(who, move |cx| ::imports::uploads::forget(cx, id).map_err(fail)).await?;
            return Ok(Redirect::to(&page.href(HOME)).into_response());
        }
    };
    if app.rt.write(who, move |cx| uploads::wish(cx, id, wish, stated)).await? {
        uploads::work(&app, id).await?;
    }
    Ok(Redirect::to(&here).into_response())
}

/// The pairs that were decided, beside those of before; one without an answer stays open.
fn decided(stated: &Stated, pairs: &[Pair], answer: &Answer) -> Stated {
    let mut stated = stated.clone();
    for (n, pair) in pairs.iter().enumerate() {
        match answer.get(&format!("pair-{n}")).map(String::as_str) {
            Some("same") => drop(stated.pairs.insert(pair.name.clone(), Some(pair.area))),
            Some("new") => drop(stated.pairs.insert(pair.name.clone(), None)),
            _ => {}
        }
    }
    stated
}

/// The rows that were decided, beside those of before: each by its own answer, else by the one for its kind, else for all others; without either it stays
/// open.
fn answered(stated: &Stated, rows: &[Proposal], answer: &Answer) -> Stated {
    let mut stated = stated.clone();
    let said = |field: &str| answer.get(field).map(String::as_str).filter(|said| matches!(*said, "same" | "other"));
    for proposal in rows {
        let of_kind = || kind(proposal).and_then(|found| said(&kind_field(found)));
        let own = said(&format!("row-{}", proposal.row));
        if let Some(said) = own.or_else(of_kind).or_else(|| said("all")) {
            stated.rows.insert(proposal.row, said == "same");
        }
    }
    stated
}
