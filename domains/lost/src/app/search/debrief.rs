//! Afterwards: where the elder was found against what the map said, and over all searches how often the areas were right. Numbers without a place; no
//! profile changes by itself.

use super::room::Rank;
use super::{Log, log, read};
use crate::app::case::open;
use crate::error::Result;
use crate::model::search::Step;
use kernel::Moment;
use kernel::ids::CaseId;
use people::policy::{Action, require_somewhere};
use store::{Cx, Row, params};

/// What is kept of a search that found somebody.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    pub at: Moment,
    pub rank: Rank,
}

/// How often it was right.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Calibration {
    pub searches: usize,
    /// Found within the area of 50, 75 and 95 %.
    pub inside: [usize; 3],
    /// Where no street of ours is.
    pub off: usize,
    /// Metres from where they were last seen, ascending.
    pub metres: Vec<f64>,
}

/// The log of decisions, also after the end, for whoever may see the case.
pub fn debrief(cx: &mut Cx<'_>, case: CaseId) -> Result<(Log, Option<Score>)> {
    let (row, _) = open(cx, case, Action::ViewCase)?;
    cx.record_read("case", case.0, &["search"])?;
    let score = score_of(cx, case)?;
    Ok((read(cx, row)?, score))
}

/// Where the elder was found last, and when: what is to be ranked before the search closes.
pub fn found_at(log: &Log) -> Option<([f64; 2], Moment)> {
    log.lines.iter().rev().find_map(|l| match &l.step {
        Step::Found { at: Some(at), .. } => Some((*at, l.at)),
        _ => None,
    })
}

/// Keeps how the map stood there.
pub fn keep(cx: &mut Cx<'_>, case: CaseId, at: Moment, rank: &Rank) -> Result<()> {
    open(cx, case, Action::PlanSearch)?;
    if !log::is_open(cx, case)? {
        return Ok(());
    }
    let [a50, a75, a95] = rank.areas_km2;
    cx.execute("DELETE FROM lost_search_score WHERE case_id = $1", params![case])?;
    cx.execute(
        "INSERT INTO lost_search_score (case_id, district_id, at, share, rest_of_world, km2_50, km2_75, km2_95, metres, minutes) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![case, cx.district(), at, rank.share, rank.rest_of_world, a50, a75, a95, rank.metres, rank.minutes],
    )?;
    Ok(())
}

const COLUMNS: &str = "at, share, rest_of_world, km2_50, km2_75, km2_95, metres, minutes";

fn score(r: &Row) -> Result<Score> {
    let rank = Rank {
        share: r.opt_f64("share")?,
        rest_of_world: r.f64("rest_of_world")?,
        areas_km2: [r.f64("km2_50")?, r.f64("km2_75")?, r.f64("km2_95")?],
        metres: r.f64("metres")?,
        minutes: r.f64("minutes")?,
    };
    Ok(Score { at: r.moment("at")?, rank })
}

fn score_of(cx: &mut Cx<'_>, case: CaseId) -> Result<Option<Score>> {
    let sql = format!("SELECT {COLUMNS} FROM lost_search_score WHERE case_id = $1");
    cx.query_opt(&sql, params![case])?.as_ref().map(score).transpose()
}

/// Over all searches of the district.
pub fn calibration(cx: &mut Cx<'_>) -> Result<Calibration> {
    require_somewhere(&cx.actor, Action::ViewCase)?;
    let sql = format!("SELECT {COLUMNS} FROM lost_search_score WHERE district_id = $1 ORDER BY metres");
    let rows = cx.query(&sql, params![cx.district()])?;
    let mut out = Calibration::default();
    for r in &rows {
        let rank = score(r)?.rank;
        out.searches += 1;
        out.metres.push(rank.metres);
        match rank.share {
            None => out.off += 1,
            Some(share) => {
                for (n, end) in out.inside.iter_mut().zip([0.50, 0.75, 0.95]) {
                    *n += usize::from(share < end);
                }
            }
        }
    }
    Ok(out)
}
