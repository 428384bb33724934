//! "Who looked, when, why": the log as the raiser, a person in care and the audit administrator see it. Row by row what stands in
//! `audit_read`; what is withheld is counted.

use crate::looker::{Looker, Reason};
use crate::{Result, withhold};
use kernel::Moment;
use kernel::ids::{CaseId, MatterId, PersonId, WindowId};
use matters::app::Found;
use matters::readings::{self, Reading};
use people::app::{break_glass, demands};
use std::collections::HashMap;
use store::Cx;

/// One look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Number in the log.
    pub n: i64,
    pub at: Moment,
    pub who: Looker,
    pub why: Reason,
    /// `raiser`, `matter` or `person`.
    pub kind: String,
    /// Names of what was shown.
    pub fields: Vec<String>,
    /// Told to the raiser only from then on.
    pub withheld_until: Option<Moment>,
    /// The reason as it was written down, when there was no matter (break-glass).
    pub reason: Option<String>,
}

/// What the page of the raiser or of the person shows.
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
    Ok(shown(looks))
}

/// For the holder of a person's link: every look at their record, also by those who only searched for the name.
pub fn by_person(cx: &mut Cx<'_>, person: PersonId) -> Result<Seen> {
    let all = readings::of_person(cx, person)?;
    let put_off: HashMap<String, Moment> =
        demands::put_off(cx, person)?.into_iter().map(|(id, until)| (format!("demand:{id}"), until)).collect();
    let purposes: Vec<String> = all.iter().map(|r| r.purpose.clone()).collect();
    let mut looks = told(cx, all)?;
    for (look, purpose) in looks.iter_mut().zip(purposes) {
        look.withheld_until = look.withheld_until.max(put_off.get(&purpose).copied());
        let window = purpose.strip_prefix("break_glass:").and_then(|id| id.parse::<WindowId>().ok());
        if let Some(window) = window {
            // Whoever was only found by name is told of the search; the reason belongs to those who were opened.
            look.reason = break_glass::reason_for_subject(cx, window, person).ok();
        }
    }
    Ok(shown(looks))
}

/// The same of one case of a lost elder: who opened the record in its name. For whoever holds a link of that case.
pub fn in_case(cx: &mut Cx<'_>, person: PersonId, case: CaseId) -> Result<Seen> {
    let purpose = kernel::Purpose::Case(case).code();
    let mut all = readings::of_person(cx, person)?;
    all.retain(|r| r.purpose == purpose);
    Ok(shown(told(cx, all)?))
}

fn shown(looks: Vec<Look>) -> Seen {
    let withheld_until = looks.iter().filter_map(|l| l.withheld_until).max();
    let withheld = looks.iter().filter(|l| l.withheld_until.is_some()).count();
    Seen { looks: looks.into_iter().filter(|l| l.withheld_until.is_none()).collect(), withheld, withheld_until }
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
            Ok(Look {
                n: r.n,
                at: r.at,
                who,
                why: Reason::of(&r.purpose),
                kind: r.kind,
                fields,
                withheld_until,
                reason: None,
            })
        })
        .collect()
}
