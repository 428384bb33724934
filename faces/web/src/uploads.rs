//! Files that are brought in: the same for the desk's pages and the JSON interface. What is done with a file stands in the
//! crate `imports`; here a short one is done while its sender waits, and refusals become failures.

use crate::{App, Fail, Page};
use ::imports::Finding;
use ::imports::problems::SHOWN;
use ::imports::undo::CannotUndo;
use ::imports::upload::Stated;
use ::imports::uploads::{self, Outcome, Upload};
use axum::extract::Multipart;
use people::policy::{Action, who_may};
use store::imports::drafts::Wish;
use store::{Cx, Who};
use uuid::Uuid;

/// What a form with a file sent.
#[derive(Default)]
pub(crate) struct Sent {
    pub stated: Stated,
    pub file: Option<(String, Vec<u8>)>,
}

/// Reads a form with a file.
pub(crate) async fn read(mut parts: Multipart) -> Result<Sent, Fail> {
    let wrong = |e: axum::extract::multipart::MultipartError| Fail::from_status(e.status());
    let mut sent = Sent::default();
    while let Some(part) = parts.next_field().await.map_err(wrong)? {
        let (field, name) = (part.name().unwrap_or_default().to_owned(), part.file_name().map(str::to_owned));
        let bytes = part.bytes().await.map_err(wrong)?.to_vec();
        let text = || kernel::text::tidy(&String::from_utf8_lossy(&bytes));
        match field.as_str() {
            "file" => sent.file = name.filter(|_| !bytes.is_empty()).map(|name| (kernel::text::tidy(&name), bytes)),
            "map" => sent.stated.map = String::from_utf8_lossy(&bytes).replace('\0', ""),
            "kind" => sent.stated.kind = text(),
            "area_kind" => sent.stated.area_kind = text(),
            "datum" => sent.stated.datum = text(),
            "timezone" => sent.stated.timezone = text(),
            _ => {}
        }
    }
    Ok(sent)
}

/// Does what is wished with a short file now, instead of leaving it to the job.
pub(crate) async fn work(app: &App, id: Uuid) -> Result<(), Fail> {
    let (rt, district) = (app.rt.clone(), app.district);
    let work = move || uploads::work(&rt, district, id);
    let done = tokio::task::spawn_blocking(work).await.map_err(|e| Fail::Internal(e.to_string()))?;
    done.map_err(fail)
}

/// Whether the sender of so many bytes waits for them.
pub(crate) const fn is_short(bytes: usize) -> bool {
    bytes <= uploads::SHORT
}

/// An upload of whoever asks.
pub(crate) async fn find(app: &App, who: Who, id: Uuid) -> Result<Upload, Fail> {
    app.rt.read(who, move |cx| uploads::find(cx, id).map_err(fail)).await
}

/// Wishes something with an upload that was looked through, and does it when it is short.
pub(crate) fn wish(cx: &mut Cx<'_>, id: Uuid, wish: Wish, stated: Option<Stated>) -> Result<bool, Fail> {
    let upload = uploads::find(cx, id).map_err(fail)?;
    if upload.is_busy() || wish == Wish::Bring && upload.looked().is_none() {
        return Err(Fail::Refused("rule-import-not-looked".into()));
    }
    let stated = stated.unwrap_or_else(|| upload.stated.clone());
    uploads::wish(cx, &upload, wish, &stated).map_err(fail)?;
    Ok(uploads::is_short(&upload))
}

/// A refusal for want of rights that came out while a file was read.
pub(crate) fn denied(outcome: &Outcome) -> Option<Fail> {
    let Outcome::Denied { action, why } = outcome else { return None };
    let action = action.as_deref().and_then(|code| Action::ALL.iter().find(|a| a.code() == code));
    let who = action.map(|a| who_may(*a).into_iter().map(kernel::Role::code).collect()).unwrap_or_default();
    let rule = if why.is_empty() { "rule-not-allowed".to_owned() } else { format!("denied-{why}") };
    Some(Fail::Forbidden { rule, who })
}

/// What an import refuses for want of rights, or because the database is away.
pub(crate) fn fail(error: anyhow::Error) -> Fail {
    let error = match error.downcast::<people::policy::Denied>() {
        Ok(denied) => return denied.into(),
        Err(error) => error,
    };
    let error = match error.downcast::<people::Error>() {
        Ok(people) => return people.into(),
        Err(error) => error,
    };
    let error = match error.downcast::<places::Error>() {
        Ok(places) => return places.into(),
        Err(error) => error,
    };
    let error = match error.downcast::<matters::Error>() {
        Ok(matters) => return matters.into(),
        Err(error) => error,
    };
    let error = match error.downcast::<CannotUndo>() {
        Ok(CannotUndo::Unknown(_)) => return Fail::NotFound,
        Ok(other) => return Fail::Internal(other.to_string()),
        Err(error) => error,
    };
    match error.downcast::<store::Error>() {
        Ok(broken) => broken.into(),
        // What it says may hold words of the file.
        Err(_) => Fail::Internal("an import".into()),
    }
}

/// Why an undo is refused.
pub(crate) struct UndoRefused {
    /// For programs.
    pub rule: &'static str,
    pub sentence: String,
    /// Row, code of the reason, and what it says.
    pub lines: Vec<(Option<i64>, &'static str, String)>,
}

/// Why an undo is refused, in a sentence, and every row.
pub(crate) fn undo_refused(page: &Page, n: i64, cannot: &CannotUndo) -> UndoRefused {
    let reason = |r: &store::imports::Reason| {
        let mut words = r.row.map(|row| page.t1("desk-import-row", "n", row)).unwrap_or_default();
        words.push_str(&page.tk("desk-import-thing-", r.thing));
        words.push_str(&r.label.as_ref().map(|l| page.t1("desk-import-called", "name", l)).unwrap_or_default());
        let why = page.t1(&format!("desk-import-why-{}", r.why), "n", r.n);
        (r.row, r.why, page.t2("desk-import-because", "what", words, "why", why))
    };
    let piece = |f: &Finding| (None, f.code(), f.words(page.look.lang));
    let (rule, lines) = match cannot {
        CannotUndo::BuiltOn(_, reasons) => ("desk-import-built-on", reasons.iter().take(SHOWN).map(reason).collect()),
        CannotUndo::Already(_) | CannotUndo::Unknown(_) => ("desk-import-already", Vec::new()),
        CannotUndo::TooOld(_) => ("desk-import-too-old", Vec::new()),
        CannotUndo::Coverage(pieces) => ("desk-import-coverage", pieces.iter().take(SHOWN).map(piece).collect()),
    };
    UndoRefused { rule, sentence: page.t1(rule, "n", n), lines }
}
