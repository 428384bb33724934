//! Who is visited: plan, circle, the visits of the last months, and for every fifth a weekly call.

use crate::names::Person;
use crate::rng::Rng;
use crate::seed::Error;
use care::app::company::{NewWish, record_call, set_wish};
use care::app::visits::{self, Brought, NewFact, Past};
use care::model::visit::{Force, Form, Outcome, VisitKind};
use care::model::visit_plan::{FactKind, FactSource};
use care::model::{NewContact, Whom};
use kernel::ids::{AccountId, AreaId, PersonId};
use kernel::time::next_on_the_wall;
use kernel::{Lang, Moment, Role};
use people::app::consents::By;
use people::model::GuardianId;
use std::collections::HashMap;
use store::{Cx, params};
use uuid::Uuid;

/// Visits that each had.
const VISITS: i64 = 4;
/// One of so many likes to be rung.
const RUNG: usize = 5;

/// Somebody without a plan, with who speaks for them.
#[derive(Debug, Clone, Copy)]
pub(super) struct One {
    pub(super) person: PersonId,
    pub(super) guardian: Option<GuardianId>,
    area: AreaId,
}

/// Who visits where; under no area those who take what is nobody's.
pub(super) type Pairs = HashMap<Option<AreaId>, Vec<(AccountId, Force)>>;

pub(super) fn pairs(cx: &mut Cx<'_>) -> Result<Pairs, Error> {
    let sql = "SELECT t.account_id, s.role, s.area_id FROM seat s JOIN term t ON t.seat_id = s.id \
               WHERE s.district_id = $1 AND t.to_at IS NULL ORDER BY t.created_at, t.id";
    let mut out = Pairs::new();
    for row in &cx.query(sql, params![cx.district()])? {
        let Some(role) = Role::from_code(&row.text("role")?) else { continue };
        let Some(force) = Force::of(role) else { continue };
        let account: AccountId = row.id("account_id")?;
        let to = out.entry(row.opt_id("area_id")?).or_default();
        if to.iter().all(|(a, _)| *a != account) {
            to.push((account, force));
        }
        if role == Role::CatchAll {
            out.entry(None).or_default().push((account, force));
        }
    }
    Ok(out)
}

/// The last that were registered who have no plan yet.
pub(super) fn unplanned(cx: &mut Cx<'_>, most: usize) -> Result<Vec<One>, Error> {
    let sql = "SELECT p.id, p.area_id, (SELECT g.id FROM guardian g WHERE g.person_id = p.id ORDER BY g.position LIMIT 1) AS guardian \
               FROM person p WHERE p.district_id = $1 AND p.ended_at IS NULL \
               AND NOT EXISTS (SELECT 1 FROM care_visit_plan v WHERE v.person_id = p.id) ORDER BY p.id DESC LIMIT $2";
    let rows = cx.query(sql, params![cx.district(), most])?;
    let mut out = Vec::with_capacity(rows.len());
    for row in &rows {
        let guardian: Option<GuardianId> = row.opt_id("guardian")?;
        out.push(One { person: row.id("id")?, guardian, area: row.id("area_id")? });
    }
    Ok(out)
}

pub(super) fn bring(cx: &mut Cx<'_>, some: &[One], pairs: &Pairs, first: usize, start: Moment) -> Result<(), Error> {
    cx.now = start;
    let mut all = Vec::with_capacity(some.len());
    for (n, one) in some.iter().enumerate() {
        all.push(lived(one, pairs, first + n, start));
    }
    visits::bring_in(cx, &all)?;
    for (n, one) in some.iter().enumerate().filter(|(n, _)| n % RUNG == 0) {
        let caller = two(pairs, one.area, n).first().map(|(account, _)| *account).filter(|_| n % 2 == 0);
        cx.now = start.plus_days(-20);
        let part = ["2m", "4a", "", "2a"].get(n / RUNG % 4).copied().unwrap_or_default().to_owned();
        let wish = NewWish { calls: true, activities: true, agreed: By::Subject, caller, part };
        set_wish(cx, one.person, 0, &wish)?;
        for ago in [10, 3] {
            cx.now = start.plus_days(-ago);
            let id: Uuid = cx.new_id();
            record_call(cx, id, one.person, care::model::company::CallOutcome::Reached)?;
        }
    }
    cx.now = start;
    Ok(())
}

fn two(pairs: &Pairs, area: AreaId, n: usize) -> Vec<(AccountId, Force)> {
    let here = pairs.get(&Some(area)).or_else(|| pairs.get(&None)).map_or(&[][..], Vec::as_slice);
    match here {
        [] => Vec::new(),
        [one] => vec![*one],
        [one, others @ ..] => others.get(n % others.len()).map_or_else(|| vec![*one], |other| vec![*one, *other]),
    }
}

fn lived(one: &One, pairs: &Pairs, n: usize, start: Moment) -> Brought {
    let mut rng = Rng::new(crate::SEED ^ n as u64, "in care");
    let contact = |whom| NewContact { whom, mail: None, lang: Lang::ZhCn, may_collect: false, barred: false };
    let mut circle: Vec<NewContact> = one.guardian.map(|g| contact(Whom::Guardian(g))).into_iter().collect();
    if n.is_multiple_of(3) {
        let Person { name, phone, .. } = Person::of(&mut rng, 5_000_000 + n);
        circle.push(contact(Whom::Other { name, relation: "邻居".to_owned(), phone: Some(phone) }));
    }
    let alone = rng.chance(0.5);
    let fact = NewFact {
        kind: FactKind::Alone,
        source: FactSource::Person,
        on: visits::day_of(start.plus_days(-200)),
        until: None,
    };
    let every = if alone { 30 } else { 90 };
    let kind = if rng.chance(0.7) { VisitKind::Chat } else { VisitKind::Check };
    let last = if rng.chance(0.03) { every + rng.between(1, 8) } else { rng.between(1, every - 1) };
    let by = two(pairs, one.area, n);
    let past = (0..if by.is_empty() { 0 } else { VISITS }).rev().map(|back| {
        let at = next_on_the_wall(start.plus_days(-last - back * every), rng.between(9, 16) as i8, 30);
        let form = Form {
            chat: true,
            mood: Some("well".to_owned()),
            note: if rng.chance(0.3) { "精神不错，聊了很久。".to_owned() } else { String::new() },
            ..Form::default()
        };
        Past { due: visits::day_of(at), kind, outcome: Outcome::Seen, at, by: by.clone(), form }
    });
    let past = past.collect();
    Brought {
        person: one.person,
        agreed: if rng.chance(0.8) { By::Subject } else { By::Guardian },
        kind,
        begun: visits::day_of(start.plus_days(-400)),
        facts: if alone { vec![fact] } else { Vec::new() },
        circle,
        past,
    }
}
