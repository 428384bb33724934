//! Edits of areas as they come in, from the editor on the map and from programs: read, looked at, saved or planned, and what is
//! said about them in the reader's language. What is right is decided in `places::app`.

use crate::{Fail, Page, fmt};
use ::imports::Finding;
use ::places::app::edit::{self, Drawn, Edit, Ending};
use ::places::app::{AreaRef, AreaReport, ParentRef, SaveArea, edit_later};
use ::places::model::coverage::Coverage;
use ::places::model::edit_check::{Difference, difference};
use ::places::model::outline::RawPolygons;
use ::places::{AreaKind, Outline, OutlineError, Snapshot};
use kernel::ids::{AreaId, PostId};
use kernel::{Datum, Moment};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Cx;
use uuid::Uuid;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AreaIn {
    pub id: Option<Uuid>,
    pub kind: String,
    #[serde(default)]
    pub code: Option<String>,
    pub name: String,
    /// As it is where absent.
    #[serde(default)]
    pub name_en: Option<String>,
    #[serde(default)]
    pub parent: Option<Uuid>,
    #[serde(default)]
    pub seen: Option<i64>,
    #[serde(default)]
    pub outline: Option<RawPolygons>,
    #[serde(default)]
    pub serves: Option<Uuid>,
    #[serde(default)]
    pub cut_from: Option<Uuid>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndIn {
    pub id: Uuid,
    pub seen: i64,
    #[serde(default)]
    pub into: Option<Uuid>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EditIn {
    pub areas: Vec<AreaIn>,
    #[serde(default)]
    pub ends: Vec<EndIn>,
    /// A time on Shanghai's clocks; absent for now.
    #[serde(default)]
    pub from: Option<String>,
}

/// Something that is said about an edit.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Problem {
    pub words: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<[f64; 2]>,
    pub refuses: bool,
    /// For programs: a word that stays the same, and which of the areas, where that is known.
    #[serde(skip)]
    pub code: &'static str,
    #[serde(skip)]
    pub index: Option<usize>,
    /// Field of that area; empty for the area as a whole.
    #[serde(skip)]
    pub field: &'static str,
}

impl Problem {
    fn refusing(code: &'static str, words: String) -> Self {
        Self { words, refuses: true, code, ..Self::default() }
    }
}

#[derive(Debug, Default, Serialize)]
pub(crate) struct Answer {
    pub right: bool,
    pub conflict: bool,
    pub problems: Vec<Problem>,
    /// Offending pieces, drawn.
    pub pieces: Vec<Value>,
    /// What saving changes beside the outlines.
    pub effects: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saved: Option<String>,
    /// The two versions, where somebody was faster.
    #[serde(skip)]
    pub stale: Option<(i64, i64)>,
    /// An outline, a name or a code is wrong by itself, whatever else there is.
    #[serde(skip)]
    pub unsound: bool,
    /// What it would do.
    #[serde(skip)]
    pub report: Option<AreaReport>,
}

impl Answer {
    pub(crate) fn refusing(code: &'static str, words: String) -> Self {
        let field = code;
        Self { problems: vec![Problem { field, ..Problem::refusing(code, words) }], unsound: true, ..Self::default() }
    }
}

/// Outlines first: what is no outline is said with the name of its area.
pub(crate) fn read(page: &Page, ground: &Snapshot, asked: EditIn) -> Result<Edit, Box<Answer>> {
    let mut edit = Edit::default();
    let mut answer = Answer::default();
    for (index, area) in asked.areas.into_iter().enumerate() {
        let Some(kind) = AreaKind::from_code(&area.kind) else {
            return Err(Box::new(Answer::refusing("kind", page.t("field-wrong"))));
        };
        let outline = match area.outline {
            Some(mut raw) => {
                edit::as_stored(ground, &mut raw);
                match Outline::new(&raw, Datum::Wgs84) {
                    Ok(outline) => Some(outline),
                    Err(wrong) => {
                        let at = place(&wrong);
                        let finding = Finding::from(wrong);
                        let (code, said) = (finding.code(), finding.words(page.look.lang));
                        let words = page.t2("editor-about", "name", &area.name, "words", said);
                        answer.pieces.extend(at.map(point));
                        answer.unsound = true;
                        answer.problems.push(Problem {
                            at,
                            index: Some(index),
                            field: "outline",
                            ..Problem::refusing(code, words)
                        });
                        continue;
                    }
                }
            }
            None => None,
        };
        let known = area.id.and_then(|id| ground.area(AreaId(id)));
        let code = area.code.as_deref().map(str::trim).filter(|c| !c.is_empty());
        let code = code.or_else(|| known?.code.as_deref());
        let save = SaveArea {
            which: area.id.map_or(AreaRef::New, |id| AreaRef::Id(AreaId(id))),
            parent: area.parent.map_or(ParentRef::Find, |id| ParentRef::Id(AreaId(id))),
            outline,
            seen: area.seen,
            name_en: area.name_en,
            ..SaveArea::new(kind, code, &area.name)
        };
        edit.drawn.push(Drawn { save, serves: area.serves.map(PostId), cut_from: area.cut_from.map(AreaId) });
    }
    edit.ends =
        asked.ends.iter().map(|e| Ending { area: AreaId(e.id), seen: e.seen, into: e.into.map(AreaId) }).collect();
    if answer.problems.is_empty() { Ok(edit) } else { Err(Box::new(answer)) }
}

fn place(wrong: &OutlineError) -> Option<[f64; 2]> {
    match wrong {
        OutlineError::CrossesItself { at }
        | OutlineError::DoublesBack { at }
        | OutlineError::HoleOutside { at, .. }
        | OutlineError::PartsOverlap { at } => Some([at.0, at.1]),
        _ => None,
    }
}

fn point(at: [f64; 2]) -> Value {
    json!({ "type": "Feature", "properties": { "fault": "crossing" }, "geometry": { "type": "Point", "coordinates": at } })
}

/// What an edit is refused for, in words and drawn.
pub(crate) fn refused(page: &Page, edit: &Edit, error: &::places::Error, answer: &mut Answer) {
    let name = |index: usize| edit.drawn.get(index).map(|d| d.save.name.clone()).unwrap_or_default();
    match error {
        ::places::Error::Coverage(coverage) => of_coverage(page, edit, coverage, answer),
        ::places::Error::Wrong(faults) => {
            for fault in faults {
                let finding = ::imports::words_of_places(fault.why.clone(), |i| i + 1);
                let (code, words) = (finding.code(), finding.words(page.look.lang));
                let words = page.t2("editor-about", "name", name(fault.index), "words", words);
                let (index, field) = (Some(fault.index).filter(|i| *i < edit.drawn.len()), fault.field);
                answer.unsound = true;
                answer.problems.push(Problem { index, field, ..Problem::refusing(code, words) });
            }
        }
        ::places::Error::Stale { seen, current } => {
            answer.conflict = true;
            answer.stale = Some((*seen, *current));
            answer.problems.push(Problem::refusing("stale", page.t("editor-conflict")));
        }
        ::places::Error::Invalid { field: "retire", .. } => {
            answer.problems.push(Problem::refusing("retire", page.t("editor-refused-retire")));
        }
        ::places::Error::Invalid { field: "serves", .. } => {
            answer.problems.push(Problem::refusing("serves", page.t("editor-refused-serves")));
        }
        ::places::Error::Invalid { field: "from", .. } => {
            answer.unsound = true;
            let words = page.t("editor-say-from-wrong");
            answer.problems.push(Problem { field: "from", ..Problem::refusing("from", words) });
        }
        other => answer.problems.push(Problem::refusing(other.code(), page.tk("error-places-", other.code()))),
    }
}

fn of_coverage(page: &Page, edit: &Edit, coverage: &Coverage, answer: &mut Answer) {
    let drawn = coverage.to_geojson();
    answer.pieces.extend(drawn.get("features").and_then(Value::as_array).cloned().unwrap_or_default());
    for piece in &coverage.pieces {
        let args = [
            ("area", fmt::number(piece.square_metres.round() as i64)),
            ("at", piece.inside.to_string()),
            ("names", piece.areas.join(&page.t("list-and"))),
        ];
        let words = page.loc.args(&format!("desk-coverage-{}", piece.fault.code()), &args);
        let label = |d: &Drawn| d.save.code.clone().unwrap_or_else(|| d.save.name.clone());
        // The first of the areas that were sent that it concerns; it can be none of them.
        let index = edit.drawn.iter().position(|d| piece.areas.contains(&label(d)));
        let at = Some([piece.inside.0, piece.inside.1]);
        answer.problems.push(Problem { at, index, field: "outline", ..Problem::refusing(piece.fault.code(), words) });
    }
}

/// The check of the whole set as it would be, in words.
pub(crate) fn looked(cx: &mut Cx<'_>, page: &Page, edit: &Edit) -> Result<Answer, Fail> {
    let looked = edit::look(cx, edit)?;
    let mut answer = Answer { right: looked.refused.is_none(), ..Answer::default() };
    if let Some(error) = &looked.refused {
        refused(page, edit, error, &mut answer);
    }
    for piece in &looked.pieces {
        // The law for police areas has said it already.
        let said = |p: &Problem| p.at.is_some_and(|at| (at[0] - piece.inside.0).hypot(at[1] - piece.inside.1) < 1e-4);
        if answer.problems.iter().any(said) {
            continue;
        }
        let args = [
            ("area", fmt::number(piece.square_metres.round() as i64)),
            ("at", piece.inside.to_string()),
            ("names", piece.areas.join(&page.t("list-and"))),
        ];
        let words = page.loc.args(&format!("editor-piece-{}", piece.fault.code()), &args);
        answer.pieces.push(piece.to_geojson());
        let (at, code) = (Some([piece.inside.0, piece.inside.1]), piece.fault.code());
        answer.problems.push(Problem { words, at, code, field: "outline", ..Problem::default() });
    }
    answer.report = looked.report;
    answer.effects = effects(cx, page, edit)?;
    Ok(answer)
}

/// Who and what stands on ground that changes hands.
fn effects(cx: &mut Cx<'_>, page: &Page, edit: &Edit) -> Result<Vec<String>, Fail> {
    let ground = ::places::snapshot(cx)?;
    let old = |id: AreaId| ground.area(id).and_then(|a| a.outline.clone());
    let mut lost: Vec<Difference> = Vec::new();
    for drawn in &edit.drawn {
        if let (AreaRef::Id(id), Some(new)) = (&drawn.save.which, &drawn.save.outline) {
            lost.push(difference(old(*id).as_deref(), Some(new)));
        }
    }
    lost.extend(edit.ends.iter().map(|e| difference(old(e.area).as_deref(), None)));
    lost.retain(|d| !d.lost.0.is_empty());
    let boxes = lost.iter().filter_map(Difference::lost_bounds);
    let Some(bounds) = boxes.reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]) else {
        return Ok(Vec::new());
    };
    let on_it = |lon: f64, lat: f64| lost.iter().any(|d| d.lost_at(lon, lat));
    let square_metres: f64 = lost.iter().map(|d| d.lost_m2).sum();
    let matters = matters::app::moved_ground::open_on(cx, bounds, on_it)?;
    let posts = ground.posts().iter().filter(|p| p.point.is_some_and(|at| on_it(at.lon(), at.lat()))).count();
    let mut out = vec![page.t1("editor-effect-ground", "area", fmt::number(square_metres.round() as i64))];
    out.push(page.t1("editor-effect-matters", "n", matters));
    if posts > 0 {
        out.push(page.t1("editor-effect-posts", "n", posts));
    }
    if !edit.ends.is_empty() {
        out.push(page.t1("editor-effect-ends", "n", edit.ends.len()));
    }
    Ok(out)
}

/// What saving came to.
pub(crate) enum Done {
    /// One report line for each area that was sent, in their order.
    Now(AreaReport),
    /// Kept until its day.
    Later(Uuid),
    /// Nothing was written.
    Refused(Answer),
}

/// Saves an edit now, or keeps it until `from`.
pub(crate) fn apply(cx: &mut Cx<'_>, page: &Page, edit: &Edit, from: Option<Moment>) -> Result<Done, Fail> {
    let done = match from {
        Some(from) => edit_later::save_later(cx, edit, from).map(Done::Later),
        None => edit::save(cx, edit).map(Done::Now),
    };
    match done {
        Err(::places::Error::Store(e)) => Err(e.into()),
        Err(e @ ::places::Error::Denied) => Err(e.into()),
        Err(e) => {
            // Nothing was written before it was refused.
            let mut answer = Answer::default();
            refused(page, edit, &e, &mut answer);
            Ok(Done::Refused(answer))
        }
        Ok(done) => Ok(done),
    }
}
