//! What stands twice after two records were joined: relatives whom both had, and of what a person has one of only, the one of the other
//! record, which is not used. Somebody who may join looks at it and says which stays; an undo of the join finds everything as it was.

use super::{contacts, joins as joined, schedule};
use crate::model::codes;
use crate::model::contact::ContactLine;
use crate::{Error, Result};
use jiff::civil::Date;
use kernel::ids::ContactId;
use people::app::joins::{self, Follow, Follower, Joined};
use people::app::persons::{self, GuardianLine};
use serde_json::json;
use store::{Cx, params};
use uuid::Uuid;

codes! {
    /// Of what a person has one.
    Single { Plan = "plan", Photo = "photo", Schedule = "schedule", Visits = "visits" }
}

impl Single {
    const fn table(self) -> &'static str {
        match self {
            Self::Plan => "care_plan",
            Self::Photo => "care_photo",
            Self::Schedule => "care_schedule",
            Self::Visits => "care_visit_plan",
        }
    }
}

/// One relative, in both circles.
pub struct Twin {
    /// Who was in the circle of the record that stays.
    pub here: ContactLine,
    pub came: ContactLine,
    /// Which of the two the schedule names as being at home with the elder: such a line is not left out.
    pub named: [bool; 2],
}

impl Twin {
    /// Lines that may be the one that stays: what one of them forbids, no other allows; and whom the schedule names stays.
    pub fn may_stay(&self) -> Vec<ContactId> {
        let wide = |stays: &ContactLine, out: &ContactLine| {
            out.barred && !stays.barred || !out.may_collect && stays.may_collect
        };
        let each = [(&self.here, &self.came, self.named[1]), (&self.came, &self.here, self.named[0])];
        each.iter().filter(|(stays, out, named)| !wide(stays, out) && !named).map(|(stays, ..)| stays.id).collect()
    }
}

/// Both have one: since when, and whether that of the other record is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Both {
    pub what: Single,
    pub used: Date,
    pub unused: Date,
    pub others: bool,
}

/// What stands twice after a join.
pub struct Twice {
    pub relatives: Vec<Twin>,
    /// Names of those who stand twice among those who speak for the elder.
    pub guardians: Vec<String>,
    pub both: Vec<Both>,
}

/// What stands twice, while the join can be taken back; nothing afterwards. An entry of the log where relatives are named.
///
/// # Errors
/// As [`joined::one`].
pub fn of(cx: &mut Cx<'_>, id: Uuid, followers: &[Follower]) -> Result<Twice> {
    let mut twice = Twice { relatives: Vec::new(), guardians: Vec::new(), both: Vec::new() };
    let Some(join) = open(cx, id, followers)? else { return Ok(twice) };
    twice.relatives = relatives(cx, &join)?;
    twice.guardians = guardians(cx, &join)?;
    if !twice.relatives.is_empty() || !twice.guardians.is_empty() {
        cx.record_read("person", join.pair.kept.0, &["contacts"])?;
    }
    for what in Single::ALL {
        if joins::both_have(cx, join.pair, what.table())? {
            let (used, unused) = (since(cx, *what, join.pair.kept.0)?, since(cx, *what, join.pair.away.0)?);
            let others = joins::swapped(cx, &join, what.table())?;
            twice.both.push(Both { what: *what, used, unused, others });
        }
    }
    Ok(twice)
}

/// One line of a relative stays, the other is left out.
///
/// # Errors
/// As [`joined::one`]; when they are not one relative, or the one that would stay allows more than the other.
pub fn keep_one(cx: &mut Cx<'_>, id: Uuid, stays: ContactId, followers: &[Follower]) -> Result<()> {
    let join = open(cx, id, followers)?.ok_or_else(over)?;
    cx.lock(&format!("care/{}", join.pair.kept))?;
    // Sent twice, or somebody was quicker: there is one line already.
    let Some(twin) = relatives(cx, &join)?.into_iter().find(|t| t.here.id == stays || t.came.id == stays) else {
        return Ok(());
    };
    if !twin.may_stay().contains(&stays) {
        return Err(Error::People(people::Error::Refused("join-narrower")));
    }
    let out = if twin.here.id == stays { twin.came.id } else { twin.here.id };
    if joins::leave_out(cx, &join, follow("care_contact")?, out.0)? {
        let payload = json!({ "join": id, "contact": stays, "left_out": out });
        cx.record("care.contact_joined", "person", join.pair.kept.0, &payload)?;
    }
    Ok(())
}

/// Uses the one of the other record, or that of the record that stays.
///
/// # Errors
/// As [`joined::one`]; when one of them has none any more.
pub fn choose(cx: &mut Cx<'_>, id: Uuid, what: Single, others: bool, followers: &[Follower]) -> Result<()> {
    let join = open(cx, id, followers)?.ok_or_else(over)?;
    for person in join.pair.both() {
        cx.lock(&format!("care/{person}"))?;
    }
    if joins::use_of(cx, &join, follow(what.table())?, others)? {
        if what == Single::Schedule {
            known_to_the_circle(cx, &join)?;
        }
        let payload = json!({ "join": id, "what": what.code(), "others": others });
        cx.record("care.join_chosen", "person", join.pair.kept.0, &payload)?;
        for follower in followers {
            (follower.after)(cx, join.pair)?;
        }
    }
    Ok(())
}

/// A schedule that names somebody who was left out would say that nobody is at home.
fn known_to_the_circle(cx: &mut Cx<'_>, join: &Joined) -> Result<()> {
    let circle: Vec<ContactId> = contacts::all(cx, join.pair.kept)?.iter().map(|c| c.id).collect();
    let (schedule, _) = schedule::load(cx, join.pair.kept)?;
    if schedule.contacts().iter().all(|named| circle.contains(named)) {
        return Ok(());
    }
    Err(Error::People(people::Error::Refused("join-schedule-names")))
}

fn over() -> Error {
    Error::People(people::Error::Refused("join-settled"))
}

/// The join, while it stands and can be taken back.
fn open(cx: &mut Cx<'_>, id: Uuid, followers: &[Follower]) -> Result<Option<Joined>> {
    let (join, stuck) = joined::one(cx, id, followers)?;
    Ok(Some(join).filter(|join| join.undone.is_none() && stuck.is_none()))
}

fn follow(table: &str) -> Result<&'static Follow> {
    let all = joined::FOLLOWER.tables;
    all.iter().find(|f| f.table == table).ok_or(Error::Store(store::Error::NotFound))
}

fn relatives(cx: &mut Cx<'_>, join: &Joined) -> Result<Vec<Twin>> {
    let came = joins::came(cx, join, "care_contact")?;
    let all = contacts::all(cx, join.pair.kept)?;
    let (schedule, _) = schedule::load(cx, join.pair.kept)?;
    let at_home = schedule.contacts();
    let (came, mut here): (Vec<_>, Vec<_>) = all.into_iter().partition(|line| came.contains(&line.id.0));
    let mut out = Vec::new();
    for came in came {
        // Each stands for one of the others.
        if let Some(at) = here.iter().position(|line| one_relative(line, &came)) {
            let here = here.remove(at);
            let named = [at_home.contains(&here.id), at_home.contains(&came.id)];
            out.push(Twin { here, came, named });
        }
    }
    Ok(out)
}

/// The same number, or the same name and the same relation.
fn one_relative(a: &ContactLine, b: &ContactLine) -> bool {
    same((&a.name, &a.relation, a.phone.as_deref()), (&b.name, &b.relation, b.phone.as_deref()))
}

fn same(a: (&str, &str, Option<&str>), b: (&str, &str, Option<&str>)) -> bool {
    let number = |phone: Option<&str>| phone.and_then(kernel::text::phone);
    let word = |text: &str| kernel::text::tidy(text);
    let numbers = number(a.2).zip(number(b.2)).is_some_and(|(a, b)| a == b);
    numbers || (!word(a.0).is_empty() && word(a.0) == word(b.0) && word(a.1) == word(b.1))
}

/// Who speaks for the elder twice. Their letters and answers are each their own, so both stand until somebody ends one on the record.
fn guardians(cx: &mut Cx<'_>, join: &Joined) -> Result<Vec<String>> {
    let came = joins::came(cx, join, "guardian")?;
    let all = persons::spoken_for(cx, join.pair.kept)?;
    let (came, here): (Vec<_>, Vec<_>) = all.into_iter().partition(|g| came.contains(&g.id.0));
    let said = |g: &GuardianLine| {
        let who = g.who.clone().unwrap_or_default();
        (who.name, who.relation, g.phone.clone())
    };
    let twice = |g: &&GuardianLine| {
        let (name, relation, phone) = said(g);
        here.iter().map(said).any(|(n, r, p)| same((&name, &relation, phone.as_deref()), (&n, &r, p.as_deref())))
    };
    Ok(came.iter().filter(twice).map(|g| said(g).0).collect())
}

/// Since when it stands so.
fn since(cx: &mut Cx<'_>, what: Single, person: Uuid) -> Result<Date> {
    let column = match what {
        Single::Plan | Single::Schedule => "changed_at",
        Single::Photo => "at",
        Single::Visits => "begun_on",
    };
    let sql = format!("SELECT {column} AS since FROM {} WHERE person_id = $1 AND district_id = $2", what.table());
    let row = cx.query_one(&sql, params![person, cx.district()])?;
    if what == Single::Visits {
        return row.text("since")?.parse().map_err(|_| Error::Store(store::Error::Sealed("no day")));
    }
    Ok(row.moment("since")?.zoned(&kernel::time::shanghai()).date())
}
