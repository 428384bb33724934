//! Duplicates are proposed, never decided: near in place, near in time, alike in words.

use super::lists::Line;
use super::{around, raise::RaisedPlace};
use crate::Error;
use crate::redaction::unmarked;
use crate::store::notes::{self, NoteKind, Reader};
use crate::store::{MatterRow, tiles};
use ::store::{Cx, params};
use kernel::geo::Point;
use kernel::ids::{AreaId, MatterId};
use kernel::{Moment, text};
use people::policy::{Action, require};

/// Metres around the point.
const RADIUS_M: f64 = 250.0;
/// Days before and after.
const DAYS: i64 = 14;
/// Matters looked at.
const LOOK_AT: i64 = 400;
/// Cells of the map that the circle can touch; more only near the poles.
const CELLS_MAX: usize = 64;
/// Proposals shown.
const SHOWN: usize = 5;

/// A proposal with its reasons.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    pub line: Line,
    /// Metres between the two points; infinite when one of them is not known.
    pub distance_m: f64,
    /// Hours between the two.
    pub hours_apart: i64,
    /// Share of words in common, 0 to 1, of the redacted summaries.
    pub words: f64,
    pub same_class: bool,
}

impl Candidate {
    fn rank(&self) -> f64 {
        let near = 1.0 - (self.distance_m / RADIUS_M).min(1.0);
        let recent = 1.0 - (self.hours_apart as f64 / (DAYS as f64 * 24.0)).min(1.0);
        self.words * 2.0 + near + recent * 0.5 + f64::from(u8::from(self.same_class)) * 0.5
    }
}

/// Open matters that may be the same as this one, most alike first.
pub fn duplicates_of(cx: &mut Cx<'_>, matter: MatterId) -> Result<Vec<Candidate>, Error> {
    let m = MatterRow::load(cx, matter)?;
    let facts = around::facts_of(cx, &m)?;
    require(&cx.actor, cx.purpose, Action::ViewMatter, &facts)?;
    let body = notes::all(cx, matter, Reader::Body(m.owner_org))?.into_iter().find(|n| n.kind == NoteKind::Body);
    let words = body.map_or_else(|| m.summary.clone(), |n| n.text);
    let (Some(lat), Some(lon)) = (m.lat, m.lon) else { return Ok(Vec::new()) };
    let Ok(point) = Point::new(lon, lat) else { return Ok(Vec::new()) };
    let received_at = m.received_at;
    propose(cx, point, &words, &m.class, received_at, Some(matter))
}

/// The same question before something is raised, for a clerk who types. Only what the clerk may see is proposed.
pub fn similar_to(cx: &mut Cx<'_>, place: &RaisedPlace, class: &str, words: &str) -> Result<Vec<Candidate>, Error> {
    let now = cx.now;
    match (place.point, place.area) {
        (Some(point), _) => propose(cx, point, words, class, now, None),
        (None, Some(area)) => propose_in(cx, area, words, class, now),
        (None, None) => Ok(Vec::new()),
    }
}

/// Where only the area is known the words decide alone; the distance is then unknown (infinite).
fn propose_in(cx: &mut Cx<'_>, area: AreaId, words: &str, class: &str, at: Moment) -> Result<Vec<Candidate>, Error> {
    let within: Vec<String> = around::AREA_COLUMNS.iter().map(|column| format!("{column} = $1")).collect();
    let sql = format!(
        "SELECT {} FROM matter WHERE ({}) AND is_open = 1 AND district_id = $2 AND received_at > $3 \
         ORDER BY received_at DESC LIMIT {LOOK_AT}",
        MatterRow::columns(),
        within.join(" OR ")
    );
    let rows = cx.query(&sql, params![area, cx.district(), at.plus_days(-DAYS)])?;
    let rows = rows.iter().map(MatterRow::read).collect::<Result<Vec<_>, _>>()?;
    let mine = alike_words(words);
    let now = cx.now;
    let mut out = Vec::new();
    for m in rows {
        let alike = overlap(&mine, &text::tokens(&unmarked(&m.summary)));
        if alike < 0.3 || !super::search::visible(cx, &m, &super::lists::Filter::default())? {
            continue;
        }
        out.push(Candidate {
            distance_m: f64::INFINITY,
            hours_apart: m.received_at.secs_since(at).abs() / 3_600,
            words: alike,
            same_class: m.class == class,
            line: Line::of(m, now),
        });
    }
    out.sort_by(|a, b| b.rank().total_cmp(&a.rank()));
    out.truncate(SHOWN);
    Ok(out)
}

fn propose(
    cx: &mut Cx<'_>,
    point: Point,
    words: &str,
    class: &str,
    at: Moment,
    not: Option<MatterId>,
) -> Result<Vec<Candidate>, Error> {
    // Degrees that hold the radius at this latitude.
    let dlat = RADIUS_M / 111_000.0;
    let dlon = dlat / point.lat().to_radians().cos().max(0.01);
    let (lat, lon) = (point.lat(), point.lon());
    let window = [lon - dlon, lat - dlat, lon + dlon, lat + dlat];
    let cells = tiles::cover(window, CELLS_MAX).unwrap_or_else(|| vec![tiles::tile(lat, lon)]);
    let cells: Vec<String> = cells.iter().map(i64::to_string).collect();
    let sql = format!(
        "SELECT {} FROM matter WHERE district_id = $1 AND is_open = 1 AND tile IN ({}) AND lat BETWEEN $2 AND $3 \
         AND lon BETWEEN $4 AND $5 AND received_at BETWEEN $6 AND $7 ORDER BY lat LIMIT {LOOK_AT}",
        MatterRow::columns(),
        cells.join(", ")
    );
    let params =
        params![cx.district(), lat - dlat, lat + dlat, lon - dlon, lon + dlon, at.plus_days(-DAYS), at.plus_days(DAYS)];
    let rows = cx.query(&sql, params)?.iter().map(MatterRow::read).collect::<Result<Vec<_>, _>>()?;
    let mine = alike_words(words);
    let now = cx.now;
    let mut out = Vec::new();
    for m in rows.into_iter().filter(|m| Some(m.id) != not) {
        let there = m.lat.zip(m.lon).and_then(|(lat, lon)| Point::new(lon, lat).ok());
        let distance_m = there.map_or(f64::INFINITY, |p| p.distance_m(point));
        if distance_m > RADIUS_M || !super::search::visible(cx, &m, &super::lists::Filter::default())? {
            continue;
        }
        out.push(Candidate {
            distance_m,
            hours_apart: m.received_at.secs_since(at).abs() / 3_600,
            words: overlap(&mine, &text::tokens(&unmarked(&m.summary))),
            same_class: m.class == class,
            line: Line::of(m, now),
        });
    }
    // Near alone is not enough: two leaks in one street are two matters until the words agree.
    out.retain(|c| c.words >= 0.15 || (c.same_class && c.distance_m < 60.0));
    out.sort_by(|a, b| b.rank().total_cmp(&a.rank()));
    out.truncate(SHOWN);
    Ok(out)
}

/// Words to compare with those of summaries, which are redacted.
fn alike_words(words: &str) -> Vec<String> {
    let spans = redact::find(words, &redact::Hints::default());
    text::tokens(&unmarked(&redact::redact(words, &spans)))
}

/// Share of the smaller set of tokens that is in both. Both sorted.
fn overlap(a: &[String], b: &[String]) -> f64 {
    let smaller = a.len().min(b.len());
    if smaller == 0 {
        return 0.0;
    }
    a.iter().filter(|t| b.binary_search(t).is_ok()).count() as f64 / smaller as f64
}
