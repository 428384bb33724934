//! "Who looked, when, why": the log as the raiser sees it, and as the audit administrator does. Row by row what stands in
//! `audit_read`; what is withheld is counted.

use crate::looker::{Looker, Reason};
use crate::{Result, withhold};
use kernel::Moment;
use kernel::ids::MatterId;
use matters::app::Found;
use matters::readings::{self, Reading};
use store::Cx;

/// One look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Number in the log.
    pub n: i64,
    pub at: Moment,
    pub who: Looker,
    pub why: Reason,
    /// `raiser` or `matter`.
    pub kind: String,
    /// Names of what was shown.
    pub fields: Vec<String>,
    /// Told to the raiser only from then on.
    pub withheld_until: Option<Moment>,
}

/// What the raiser's page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub looks: Vec<Look>,
    /// Looks that are withheld now.
    pub withheld: usize,
    /// When the last of them is told at the latest.
    pub withheld_until: Option<Moment>,
}

/// For the holder of a code, about their own matter.
pub fn by_raiser(cx: &mut Cx<'_>, found: Found) -> Result<Seen> {
    let all = readings::own(cx, found)?;
    let looks = told(cx, all)?;
    let withheld_until = looks.iter().filter_map(|l| l.withheld_until).max();
    let withheld = looks.iter().filter(|l| l.withheld_until.is_some()).count();
    Ok(Seen { looks: looks.into_iter().filter(|l| l.withheld_until.is_none()).collect(), withheld, withheld_until })
}

/// "Who has seen the raiser's name of matter N", exactly: for the audit administrator and the command line. That this
/// was asked is itself an entry.
pub fn of_number(cx: &mut Cx<'_>, number: &str) -> Result<(MatterId, Vec<Look>)> {
    let matter = readings::matter_of_number(cx, number)?;
    let all = readings::of_names_for_audit(cx, matter)?;
    let looks = told(cx, all)?;
    cx.record_read("log", matter.0, &["who", "when", "why"])?;
    Ok((matter, looks))
}

fn told(cx: &mut Cx<'_>, all: Vec<Reading>) -> Result<Vec<Look>> {
    let until = withhold::now(cx, &all.iter().map(|r| r.n).collect::<Vec<_>>())?;
    all.into_iter()
        .map(|r| {
            let fields = r.fields.split(',').filter(|f| !f.is_empty()).map(str::to_owned).collect();
            let who = Looker::of(cx, &r.actor, r.at)?;
            let withheld_until = until.get(&r.n).copied();
            Ok(Look { n: r.n, at: r.at, who, why: Reason::of(&r.purpose), kind: r.kind, fields, withheld_until })
        })
        .collect()
}
