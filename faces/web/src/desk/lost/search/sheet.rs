//! The sheet of a team: whom to look for, the streets in order to tick off, a sketch of the route, the number to call, and the code that opens the same
//! on a telephone. No name of the elder and no home.

use super::view::leg_words;
use crate::desk::Frame;
use crate::desk::lost::show::described;
use crate::session::Staff;
use crate::{App, Fail, Page, fmt, html, qr, unkept};
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use kernel::Purpose;
use kernel::ids::CaseId;
use lost::app::search::{self, TeamTask, field::TeamCode};
use lost::model::search::{Leg, TeamId};
use std::fmt::Write as _;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/lost/{id}/search/sheet/{team}", get(show))
}

/// A street of the route.
pub(super) struct Step {
    pub words: String,
    pub way: bool,
    pub done: bool,
}

#[derive(Template)]
#[template(path = "desk/lost_search_sheet.html")]
pub(super) struct SheetPage {
    pub page: Page,
    pub frame: Frame,
    pub back: String,
    pub number: String,
    pub letter: String,
    pub name: String,
    pub given: Option<String>,
    pub words: String,
    pub described: Vec<(String, String)>,
    pub steps: Vec<Step>,
    pub looks: Vec<String>,
    pub sketch: String,
    pub link: String,
    pub qr: String,
    pub code: String,
    pub phone: String,
}

async fn show(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path((id, team)): Path<(CaseId, TeamId)>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Case(id));
    let shown = app
        .rt
        .read(who, move |cx| {
            let log = search::look(cx, id)?;
            let code = search::code_of(cx, id, team)?.ok_or(Fail::NotFound)?;
            let task = search::task(cx, &TeamCode(code.clone()))?;
            let frame = Frame::load(cx, &page, &staff, "/desk/lost")?;
            Ok::<_, Fail>(build(page, frame, log.case.number, id.to_string(), code, &task))
        })
        .await?;
    html(&shown).map(unkept)
}

pub(super) fn build(
    page: Page,
    frame: Frame,
    number: String,
    case: String,
    code: String,
    task: &TeamTask,
) -> SheetPage {
    let link = page.config.absolute(&page.look.in_elder(false).href(&format!("/field/s/{code}")));
    let legs: Vec<Leg> = task
        .segments
        .iter()
        .map(|s| Leg {
            nodes: Vec::new(),
            line: s.line.clone(),
            street: s.street.clone(),
            look: s.from_search,
            metres: s.metres,
        })
        .collect();
    let turns = std::iter::once(None).chain(legs.windows(2).map(|w| turn(w.first()?, w.get(1)?)));
    let steps = legs.iter().zip(&task.segments).zip(turns);
    let phone = if task.post_phone.is_empty() { page.phone().to_owned() } else { task.post_phone.clone() };
    let minutes = task.minutes.map(|m| format!("{m:.0}")).unwrap_or_default();
    SheetPage {
        back: page.href(format!("/desk/lost/{case}/search")),
        number,
        letter: task.letter.clone(),
        name: task.team_name.clone(),
        given: task.assigned_at.map(|at| page.t2("search-sheet-given", "at", fmt::clock(at), "min", minutes)),
        words: task.look_for.words.clone(),
        described: described(&page, &task.look_for.described),
        steps: steps
            .map(|((leg, s), turn)| {
                let mut words = leg_words(&page, leg);
                if let Some(turn) = turn {
                    words = page.t2("search-turn", "turn", page.tk("search-turn-", turn), "leg", words);
                }
                Step { words, way: !s.from_search, done: s.done }
            })
            .collect(),
        looks: looks(&page, task),
        sketch: sketch(&page, &legs, &task.first_looks.iter().map(|l| l.at).collect::<Vec<_>>()),
        qr: qr::svg(&link, &page.t("search-sheet-qr")),
        link,
        code,
        phone,
        frame,
        page,
    }
}

/// Each kind once, with how many there are.
fn looks(page: &Page, task: &TeamTask) -> Vec<String> {
    let mut kinds: Vec<(&str, usize)> = Vec::new();
    for look in &task.first_looks {
        match kinds.iter_mut().find(|k| k.0 == look.kind) {
            Some(known) => known.1 += 1,
            None => kinds.push((&look.kind, 1)),
        }
    }
    let word = |(kind, n): (&str, usize)| {
        let what = page.tk("search-look-", kind);
        if n == 1 { what } else { page.t2("search-look-times", "what", what, "n", n) }
    };
    kinds.into_iter().map(word).collect()
}

/// Which way the next stretch goes: an end of a key of the texts; none when it goes straight on.
fn turn(before: &Leg, next: &Leg) -> Option<&'static str> {
    let bearing = |a: &[f64; 2], b: &[f64; 2]| {
        let squeeze = a[1].to_radians().cos();
        ((b[0] - a[0]) * squeeze).atan2(b[1] - a[1]).to_degrees()
    };
    let [.., from, corner] = before.line.as_slice() else { return None };
    let [start, to, ..] = next.line.as_slice() else { return None };
    match (bearing(start, to) - bearing(from, corner) + 540.0).rem_euclid(360.0) - 180.0 {
        d if d.abs() > 150.0 => Some("back"),
        d if d > 35.0 => Some("right"),
        d if d < -35.0 => Some("left"),
        _ => None,
    }
}

/// Width and height of the sketch, and its margin.
const SIZE: (f64, f64) = (720.0, 460.0);
const RIM: f64 = 46.0;

/// The route as lines with the names of its streets, north on top.
fn sketch(page: &Page, legs: &[Leg], looks: &[[f64; 2]]) -> String {
    let points: Vec<[f64; 2]> = legs.iter().flat_map(|l| l.line.iter().copied()).collect();
    let Some(first) = points.first() else { return String::new() };
    let squeeze = first[1].to_radians().cos();
    let flat = |p: &[f64; 2]| (p[0] * squeeze, p[1]);
    let bounds = |f: fn(f64, f64) -> f64, start: f64| {
        points.iter().map(&flat).fold((start, start), |(x, y), p| (f(x, p.0), f(y, p.1)))
    };
    let ((west, south), (east, north)) = (bounds(f64::min, f64::INFINITY), bounds(f64::max, f64::NEG_INFINITY));
    let room = (SIZE.0 - 2.0 * RIM, SIZE.1 - 2.0 * RIM);
    let scale = (room.0 / (east - west).max(1e-6)).min(room.1 / (north - south).max(1e-6));
    let middle = (f64::midpoint(west, east), f64::midpoint(south, north));
    let at = |p: &[f64; 2]| {
        let (x, y) = flat(p);
        (SIZE.0 / 2.0 + (x - middle.0) * scale, SIZE.1 / 2.0 - (y - middle.1) * scale)
    };
    let mut out = format!(
        "<svg class=\"sketch\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">",
        SIZE.0,
        SIZE.1,
        plain(&page.t("search-sheet-sketch"))
    );
    for leg in legs {
        let line: Vec<String> = leg.line.iter().map(at).map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let class = if leg.look { "leg" } else { "leg way" };
        let _ = write!(out, "<polyline class=\"{class}\" points=\"{}\"/>", line.join(" "));
    }
    for look in looks {
        let (x, y) = at(look);
        if (0.0..SIZE.0).contains(&x) && (0.0..SIZE.1).contains(&y) {
            let _ = write!(out, "<circle class=\"spot\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"7\"/>");
        }
    }
    let mut written: Vec<(f64, f64)> = Vec::new();
    let mut said: Vec<&str> = Vec::new();
    for leg in legs {
        let (Some(name), Some(p)) = (leg.street.as_deref(), leg.line.get(leg.line.len() / 2)) else { continue };
        let (x, y) = at(p);
        let apart = |o: &(f64, f64)| (o.0 - x).abs() > 90.0 || (o.1 - y).abs() > 18.0;
        if !said.contains(&name) && written.iter().all(apart) {
            let _ = write!(out, "<text x=\"{x:.1}\" y=\"{:.1}\">{}</text>", y - 7.0, plain(name));
            written.push((x, y));
            said.push(name);
        }
    }
    if let (Some(start), Some(end)) = (points.first(), points.last()) {
        for (p, key) in [(start, "search-sheet-start"), (end, "search-sheet-end")] {
            let (x, y) = at(p);
            let _ = write!(
                out,
                "<circle class=\"end\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"8\"/><text class=\"end\" x=\"{x:.1}\" y=\"{:.1}\">{}</text>",
                y + 24.0,
                plain(&page.t(key))
            );
        }
    }
    out + "<path class=\"north\" d=\"M690 18l9 26-9-6-9 6z\"/></svg>"
}

fn plain(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_said_as_one_walks() {
        let leg =
            |line: &[[f64; 2]]| Leg { nodes: Vec::new(), line: line.to_vec(), street: None, look: true, metres: 1.0 };
        let north = leg(&[[121.0, 31.0], [121.0, 31.001]]);
        let to = |x: f64, y: f64| leg(&[[121.0, 31.001], [121.0 + x, 31.001 + y]]);
        assert_eq!(turn(&north, &to(0.001, 0.0)), Some("right"));
        assert_eq!(turn(&north, &to(-0.001, 0.0)), Some("left"));
        assert_eq!(turn(&north, &to(0.0, 0.001)), None);
        assert_eq!(turn(&north, &to(0.0, -0.001)), Some("back"));
    }
}
