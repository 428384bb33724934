//! Twelve hundred people in care who agreed to be visited: their circles, what was stated of some of them, the visits they had,
//! who is sent today, one to whom nobody opened twice, what lies in the inbox of conflicts, and a round that is on. Written last:
//! who wears a watch depends on the ids that were given out before.

#![expect(clippy::indexing_slicing, reason = "indices are made by this crate from vectors it filled itself")]

use super::{Error, Linked, Written, records};
use crate::World;
use crate::addresses::Door;
use crate::names::Person;
use crate::rng::Rng;
use care::app::rounds::{self, NewVisitor};
use care::app::visits::{self, Brought, Filter, NewFact, Past, VisitCommand};
use care::model::visit::{Force, Form, Outcome, VisitId, VisitKind, VisitState};
use care::model::visit_plan::{FactKind, FactSource, RoundKind};
use care::model::{NewContact, Whom};
use kernel::ids::{AccountId, AreaId, PersonId};
use kernel::time::{next_on_the_wall, shanghai};
use kernel::{Actor, Lang, Moment, Purpose, Role};
use people::app::consents::By;
use people::app::persons::{ResidentRow, import_residents};
use people::app::sessions::grants_of;
use people::app::{Flat, NewAccount, NewSeat, NewTerm, accounts, begin_term, seats};
use people::model::person::{Contact, GuardianName, Identity, NewGuardian};
use people::model::{GuardianId, Place};
use std::collections::HashMap;
use store::{Cx, params};

/// People in care with a plan, those that [`super::records`] took in among them.
pub const PEOPLE: usize = 1_200;
/// Of those taken in here: who lives where the accounts that newcomers use are at work.
const AT_HOME: usize = 280;
/// Of those: in the one neighbourhood where the volunteer works whom newcomers can be.
const NEXT_DOOR: usize = 50;
/// Of those: who is registered twice.
const TWICE: usize = 3;
/// Visits for which somebody is sent already.
const SENT: usize = 60;
/// A day of that volunteer.
const DAY: usize = 9;

const NOTES: [&str; 8] = [
    "精神不错，说起孙子考上大学。",
    "血压计没电了，下次带两节电池。",
    "中午只吃了一点粥，胃口不好。",
    "楼道灯坏了，上楼要扶着走。",
    "想学视频通话，约好下次教。",
    "女儿周末回来过，冰箱里有菜。",
    "膝盖疼，不太下楼，托我们买米。",
    "一起看了老照片，聊了很久。",
];
const LANGUAGES: [&str; 4] = ["本地话", "普通话", "上海话", "苏北话"];

/// Who visits in a neighbourhood: the committee's worker first.
type Pairs = HashMap<AreaId, Vec<(AccountId, Force)>>;

pub(super) fn write(
    cx: &mut Cx<'_>,
    world: &mut World,
    written: &Written,
    linked: &[Linked],
    start: Moment,
) -> Result<Vec<ResidentRow>, Error> {
    let home = records::home_ground(cx, world, written)?;
    cx.now = start.plus_days(-60);
    let busy = world.cast.shown.iter().find(|(role, _)| *role == Role::Volunteer).map(|(_, member)| *member);
    let busy = world.cast.seats.iter().find(|s| Some(s.holder) == busy).and_then(|s| s.area);
    let busy = busy.filter(|area| home.contains(area)).or_else(|| home.first().copied());
    let rows = residents(cx, world, written, (&home, busy))?;
    let neighbours = neighbours(cx, world, written, &home)?;
    spoken(cx, world, written, &neighbours)?;
    let pairs = pairs(world, written, &neighbours);
    cx.now = start;
    let brought = lived(cx, world, linked, &pairs, start)?;
    visits::bring_in(cx, &brought)?;
    let home: Vec<AreaId> = home.into_iter().map(|area| written.areas[area]).collect();
    wishes(cx, &brought, start)?;
    sent(cx, &home, &pairs, start)?;
    if let Some(area) = busy.map(|area| written.areas[area]) {
        for (visit, version, _) in open(cx, &[area])?.into_iter().take(DAY) {
            let to: Vec<AccountId> = pair(&pairs, area, 0).into_iter().map(|(account, _)| account).collect();
            if to.len() == 2 {
                visits::assign(cx, visit, version, &to)?;
            }
        }
        // Where the worker of this neighbourhood looks after the others, too.
        let first = |area: &AreaId| pairs.get(area).and_then(|all| all.first()).map(|(account, _)| *account);
        let mine: Vec<AreaId> =
            home.iter().copied().filter(|a| first(a).is_some() && first(a) == first(&area)).collect();
        twice_not_home(cx, &mine, &pairs, start)?;
        in_the_inbox(cx, &mine, &pairs, start)?;
        // Everybody there is due today, until the weather is over.
        cx.now = start.plus_days(-1);
        let until = visits::day_of(start.plus_days(4));
        if let Some(worker) = first(&area) {
            let actor = actor(cx, worker)?;
            cx.acting_as(actor, Purpose::Administration, |cx| visits::switch_on(cx, area, round_of(start), until))?;
        }
    }
    cx.now = start;
    Ok(rows)
}

fn round_of(start: Moment) -> RoundKind {
    match start.zoned(&shanghai()).month() {
        5..=9 => RoundKind::Heat,
        11 | 12 | 1..=3 => RoundKind::Cold,
        _ => RoundKind::Festival,
    }
}

/// Doors of each neighbourhood where people live.
fn doors(world: &World) -> HashMap<usize, Vec<usize>> {
    let mut out: HashMap<usize, Vec<usize>> = HashMap::new();
    for (n, address) in world.addresses.all.iter().enumerate().filter(|(_, a)| a.door != Door::Street) {
        out.entry(world.ground.areas.community[address.cell]).or_default().push(n);
    }
    out
}

fn residents(
    cx: &mut Cx<'_>,
    world: &mut World,
    written: &Written,
    (home, busy): (&[usize], Option<usize>),
) -> Result<Vec<ResidentRow>, Error> {
    let doors = doors(world);
    let communities: Vec<usize> = records::communities(world);
    let mut rng = Rng::new(world.seed, "residents");
    let mut rows = Vec::with_capacity(PEOPLE - records::PEOPLE);
    for n in 0..PEOPLE - records::PEOPLE {
        let (elder, child) = (world.people.person(), world.people.person());
        let area = match busy {
            Some(busy) if n < NEXT_DOOR => busy,
            _ if n < AT_HOME && !home.is_empty() => home[n % home.len()],
            _ => communities[n % communities.len()],
        };
        let here = doors.get(&area).map_or(&[][..], Vec::as_slice);
        let address = if here.is_empty() {
            format!("{} {} 号", world.ground.areas.all[area].name, n % 60 + 1)
        } else {
            let door = &world.addresses.all[here[rng.below(here.len())]];
            let room = if door.door == Door::Block { format!("{}0{}室", n % 6 + 1, n % 4 + 1) } else { String::new() };
            format!("{}{room}", door.full(&world.ground))
        };
        let relation = if child.woman { "女儿" } else { "儿子" };
        rows.push(ResidentRow {
            key: format!("demo-visit-{n}"),
            area: written.areas[area],
            identity: Identity {
                name: elder.name,
                sex: if elder.woman { "f" } else { "m" }.to_owned(),
                birth_year: i16::try_from(rng.between(1931, 1956)).ok(),
                id_number: None,
            },
            contact: Contact {
                phone: Some(elder.phone),
                address: Some(address),
                language: Some(LANGUAGES[rng.weighted(&[5.0, 2.5, 1.5, 1.0])].to_owned()),
            },
            guardians: vec![NewGuardian {
                who: GuardianName { name: child.name, relation: relation.to_owned() },
                phone: Some(child.phone),
            }],
        });
    }
    let ground = matters::Ground(places::snapshot(cx)?);
    import_residents(cx, &ground, &rows)?;
    Ok(rows)
}

/// Some of them stand in the register of the pensions as well, and came in as somebody else, without a relative.
pub(super) fn twice(cx: &mut Cx<'_>, rows: &[ResidentRow]) -> Result<(), Error> {
    let of = |(n, row): (usize, &ResidentRow)| ResidentRow {
        key: format!("demo-pension-{n}"),
        area: row.area,
        identity: row.identity.clone(),
        contact: Contact { language: None, ..row.contact.clone() },
        guardians: Vec::new(),
    };
    let some: Vec<ResidentRow> = rows.iter().step_by(AT_HOME / TWICE).take(TWICE).enumerate().map(of).collect();
    let ground = matters::Ground(places::snapshot(cx)?);
    import_residents(cx, &ground, &some)?;
    Ok(())
}

/// Two neighbours with an account in each neighbourhood nearby: there is somebody to send with the committee.
fn neighbours(
    cx: &mut Cx<'_>,
    world: &mut World,
    written: &Written,
    home: &[usize],
) -> Result<Vec<(AreaId, AccountId)>, Error> {
    let mut out = Vec::new();
    for (n, area) in home.iter().enumerate() {
        for (role, login, what) in
            [(Role::Volunteer, "neighbour", "志愿者"), (Role::BuildingLeader, "stairs", "楼组长")]
        {
            let Person { name, phone, .. } = world.people.person();
            let new = NewAccount {
                login: format!("{login}{}", n + 1),
                display_name: name,
                phone_ext: Some(phone),
                email: None,
                lang: Lang::ZhCn,
                password: None,
                must_change_password: false,
            };
            let account = accounts::create_account(cx, &new)?;
            let place = Place { org: None, area: Some(written.areas[*area]), post: None };
            let title = format!("{}{what}", world.ground.areas.all[*area].name);
            let seat = seats::create_seat(cx, &NewSeat { role, place, title, reports_to: None })?;
            begin_term(cx, &Flat, &NewTerm::holder(seat, account))?;
            out.push((written.areas[*area], account));
        }
    }
    Ok(out)
}

/// What those who go on rounds speak; every twelfth is a nurse.
fn spoken(cx: &mut Cx<'_>, world: &World, written: &Written, neighbours: &[(AreaId, AccountId)]) -> Result<(), Error> {
    let roles = [
        Role::CommitteeWorker,
        Role::CommunityOfficer,
        Role::Auxiliary,
        Role::Volunteer,
        Role::BuildingLeader,
        Role::Property,
    ];
    let seats = world.cast.seats.iter().filter(|s| roles.contains(&s.role));
    let seated = seats.filter_map(|s| Some((written.areas[s.area?], written.accounts[s.holder])));
    let all: Vec<(AreaId, AccountId)> = seated.chain(neighbours.iter().copied()).collect();
    for (n, (area, account)) in all.into_iter().enumerate() {
        let languages = ["本地话", "本地话、上海话", "本地话", "", "本地话、苏北话"][n % 5].to_owned();
        let who = NewVisitor { account, from: 9 * 60, to: 17 * 60, languages, nurse: n % 12 == 7 };
        rounds::know(cx, area, &who)?;
    }
    Ok(())
}

fn pairs(world: &World, written: &Written, neighbours: &[(AreaId, AccountId)]) -> Pairs {
    let areas = &world.ground.areas;
    let seated = |area: usize, role: Role| -> Vec<AccountId> {
        let here = world.cast.seats.iter().filter(|s| s.area == Some(area) && s.role == role);
        here.map(|s| written.accounts[s.holder]).collect()
    };
    let mut out = Pairs::new();
    for community in records::communities(world) {
        let id = written.areas[community];
        let mut here: Vec<(AccountId, Force)> =
            seated(community, Role::CommitteeWorker).into_iter().map(|a| (a, Force::Front)).collect();
        let helpers = [Role::Volunteer, Role::BuildingLeader, Role::Property];
        here.extend(helpers.iter().flat_map(|role| seated(community, *role)).map(|a| (a, Force::Support)));
        here.extend(neighbours.iter().filter(|(area, _)| *area == id).map(|(_, a)| (*a, Force::Support)));
        if here.len() < 2
            && let Some(town) = areas.all[community].parent
        {
            here.extend(seated(town, Role::CatchAll).into_iter().map(|a| (a, Force::Core)));
        }
        out.insert(id, here);
    }
    out
}

/// The worker of the committee, and somebody who helps.
fn pair(pairs: &Pairs, area: AreaId, n: usize) -> Vec<(AccountId, Force)> {
    match pairs.get(&area).map(Vec::as_slice) {
        Some([first, others @ ..]) if !others.is_empty() => vec![*first, others[n % others.len()]],
        _ => Vec::new(),
    }
}

/// Everybody in care, with the visits they had.
fn lived(
    cx: &mut Cx<'_>,
    world: &mut World,
    linked: &[Linked],
    pairs: &Pairs,
    start: Moment,
) -> Result<Vec<Brought>, Error> {
    let sql = "SELECT id, area_id FROM person WHERE district_id = $1 AND ended_at IS NULL ORDER BY id";
    let people = cx.query(sql, params![cx.district()])?;
    let sql = "SELECT id, person_id FROM guardian WHERE ended_at IS NULL ORDER BY person_id, id";
    let mut guardians: HashMap<PersonId, GuardianId> = HashMap::new();
    for row in &cx.query(sql, &[])? {
        guardians.entry(row.id("person_id")?).or_insert(GuardianId(row.uuid("id")?));
    }
    let sql = "SELECT id FROM person WHERE health IS NOT NULL";
    let health: Vec<PersonId> = cx.query(sql, &[])?.iter().map(|r| r.id("id")).collect::<Result<_, _>>()?;
    let mut rng = Rng::new(world.seed, "visits");
    let mut out = Vec::with_capacity(people.len());
    for (n, row) in people.iter().enumerate() {
        let (person, area): (PersonId, AreaId) = (row.id("id")?, row.id("area_id")?);
        let of_matter = linked.iter().position(|l| l.person == person).filter(|_| health.contains(&person));
        let alone = of_matter.is_some() || rng.chance(0.55);
        let mut one = Brought {
            person,
            agreed: if rng.chance(0.8) { By::Subject } else { By::Guardian },
            kind: [VisitKind::Chat, VisitKind::Check, VisitKind::Clean, VisitKind::TeachPhone, VisitKind::CardCheck]
                [rng.weighted(&[6.0, 1.5, 1.0, 1.0, 0.5])],
            begun: visits::day_of(start.plus_days(-rng.between(100, 700))),
            facts: facts(&mut rng, alone, of_matter, start),
            circle: Vec::new(),
            past: Vec::new(),
        };
        if let Some(guardian) = guardians.get(&person) {
            one.circle.push(contact(Whom::Guardian(*guardian), true));
        }
        // A neighbour who is near.
        if n % 3 == 0 {
            let Person { name, phone, .. } = world.people.person();
            one.circle.push(contact(Whom::Other { name, relation: "邻居".to_owned(), phone: Some(phone) }, false));
        }
        let every = match (one.facts.iter().any(|f| f.kind != FactKind::Alone), alone) {
            (true, _) => 7,
            (false, true) => 30,
            (false, false) => 90,
        };
        one.past = past(&mut rng, (n, every), one.kind, &pair(pairs, area, n), start);
        out.push(one);
    }
    Ok(out)
}

fn contact(whom: Whom, may_collect: bool) -> NewContact {
    NewContact { whom, mail: None, lang: Lang::ZhCn, may_collect, barred: false }
}

fn facts(rng: &mut Rng, alone: bool, of_matter: Option<usize>, start: Moment) -> Vec<NewFact> {
    let day = |ago: i64| visits::day_of(start.plus_days(-ago));
    let fact = |kind, source, ago| NewFact { kind, source, on: day(ago), until: None };
    let mut out = Vec::new();
    if alone {
        out.push(fact(FactKind::Alone, FactSource::Person, 200));
    }
    // What is said about health needs the consent that these gave.
    match of_matter {
        Some(0) => out.push(fact(FactKind::CannotRise, FactSource::Family, 120)),
        Some(1) => out.push(fact(FactKind::Discharged, FactSource::Hospital, 2)),
        Some(2) => out.push(fact(FactKind::Fell, FactSource::Neighbour, 9)),
        _ => {}
    }
    if rng.chance(0.01) {
        out.push(fact(FactKind::Bereaved, FactSource::Neighbour, rng.between(3, 25)));
    }
    if rng.chance(0.015) {
        let until = Some(day(-rng.between(3, 20)));
        out.push(NewFact { until, ..fact(FactKind::CarerAway, FactSource::Family, rng.between(1, 6)) });
    }
    out
}

/// From the last visit backwards, as long as it lies in the last month or is the last one.
fn past(
    rng: &mut Rng,
    (n, every): (usize, i64),
    kind: VisitKind,
    pair: &[(AccountId, Force)],
    start: Moment,
) -> Vec<Past> {
    if pair.is_empty() {
        return Vec::new();
    }
    // Most come in time; of some the visit is late by now.
    let ago = if rng.chance(0.04) { every + rng.between(1, 8) } else { rng.between(1, every - 1) };
    let mut out = vec![met(rng, n, kind, pair, start, ago)];
    if every == 30 && ago <= 10 {
        out.insert(0, met(rng, n + 1, kind, pair, start, ago + 28));
    }
    // Nobody opened yesterday: somebody tries again today.
    if ago > 14 && rng.chance(0.015) {
        out.push(Past { outcome: Outcome::NotHome, form: Form::default(), ..met(rng, n, kind, pair, start, 1) });
    }
    out
}

fn met(rng: &mut Rng, n: usize, kind: VisitKind, pair: &[(AccountId, Force)], start: Moment, ago: i64) -> Past {
    let at = next_on_the_wall(start.plus_days(-ago), rng.between(9, 16) as i8, rng.between(0, 59) as i8);
    let late = if rng.chance(0.1) { rng.between(1, 5) } else { -rng.between(0, 3) };
    let refused = rng.chance(0.03);
    Past {
        due: visits::day_of(at.plus_days(-late)),
        kind,
        outcome: if refused { Outcome::Refused } else { Outcome::Seen },
        at,
        by: pair.to_vec(),
        form: if refused { Form::default() } else { form(rng, n) },
    }
}

fn form(rng: &mut Rng, n: usize) -> Form {
    let some = |yes: bool, code: &str| if yes { vec![code.to_owned()] } else { Vec::new() };
    let mood = ["well", "quiet", "lonely", "worried", "sad"][rng.weighted(&[6.0, 2.0, 1.0, 0.6, 0.4])];
    Form {
        chat: rng.chance(0.9),
        cleaned: rng.chance(0.2),
        card: rng.chance(0.5).then(|| if n.is_multiple_of(17) { "worn" } else { "good" }.to_owned()),
        strap: rng.chance(0.4).then(|| "good".to_owned()),
        hazards: some(rng.chance(0.05), ["gas", "wiring", "floor", "stairs", "clutter"][n % 5]),
        needs: some(rng.chance(0.08), ["repair", "doctor", "meal", "errand", "phone"][n % 5]),
        mood: Some(mood.to_owned()),
        next: None,
        note: if rng.chance(0.3) { NOTES[rng.below(NOTES.len())].to_owned() } else { String::new() },
    }
}

/// Some asked for fewer visits; of one it cannot hold, and why is written.
fn wishes(cx: &mut Cx<'_>, brought: &[Brought], start: Moment) -> Result<(), Error> {
    cx.now = start.plus_days(-5);
    for (n, one) in brought.iter().filter(|b| !b.facts.is_empty()).step_by(97).take(5).enumerate() {
        let safety = if n == 2 { "上个月夜里摔过一次，家里没有别人" } else { "" };
        visits::set_wish(cx, one.person, Some(60), safety)?;
    }
    cx.now = start;
    Ok(())
}

/// Open visits nearby, the most urgent first: who, where, and the state it was read in.
fn open(cx: &mut Cx<'_>, home: &[AreaId]) -> Result<Vec<(VisitId, i64, AreaId)>, Error> {
    let due = visits::due(cx, Filter::All, 2_000)?;
    let free = |d: &visits::Due| d.visit.state == VisitState::Planned;
    let here = due.into_iter().filter(free).filter_map(|d| Some((d.visit.id, d.visit.version, d.area?)));
    Ok(here.filter(|(_, _, area)| home.contains(area)).collect())
}

fn sent(cx: &mut Cx<'_>, home: &[AreaId], pairs: &Pairs, start: Moment) -> Result<(), Error> {
    cx.now = start.plus_hours(-16);
    for (n, (visit, version, area)) in open(cx, home)?.into_iter().step_by(2).take(SENT).enumerate() {
        let to: Vec<AccountId> = pair(pairs, area, n).into_iter().map(|(account, _)| account).collect();
        if to.len() == 2 {
            visits::assign(cx, visit, version, &to)?;
        }
    }
    cx.now = start;
    Ok(())
}

fn command(cx: &Cx<'_>, visit: VisitId, outcome: Outcome, form: Form) -> VisitCommand {
    VisitCommand { id: cx.new_id(), visit, outcome, phone_time: cx.now, form, photo: None }
}

fn report(cx: &mut Cx<'_>, who: AccountId, visit: VisitId, outcome: Outcome, form: Form) -> Result<(), Error> {
    let command = command(cx, visit, outcome, form);
    bring(cx, who, &command)
}

fn actor(cx: &mut Cx<'_>, who: AccountId) -> Result<Actor, Error> {
    let grants = grants_of(cx, who)?.into_iter().map(|(grant, _)| grant).collect();
    Ok(Actor::account(cx.district(), who, grants))
}

fn bring(cx: &mut Cx<'_>, who: AccountId, command: &VisitCommand) -> Result<(), Error> {
    let actor = actor(cx, who)?;
    cx.acting_as(actor, Purpose::Administration, |cx| visits::apply(cx, command))?;
    Ok(())
}

/// The day before and just now nobody opened: somebody must look after them, and a task says so.
fn twice_not_home(cx: &mut Cx<'_>, home: &[AreaId], pairs: &Pairs, start: Moment) -> Result<(), Error> {
    cx.now = start.plus_hours(-50);
    let Some((visit, version, area)) = open(cx, home)?.into_iter().next() else { return Ok(()) };
    let to: Vec<AccountId> = pair(pairs, area, 0).into_iter().map(|(account, _)| account).collect();
    let [first, _] = to[..] else { return Ok(()) };
    visits::assign(cx, visit, version, &to)?;
    cx.now = next_on_the_wall(start.plus_days(-2), 15, 10);
    report(cx, first, visit, Outcome::NotHome, Form::default())?;
    let person = visits::load(cx, visit)?.person;
    let sql = "SELECT id, version FROM care_visit WHERE person_id = $1 AND state = 'planned'";
    let row = cx.query_one(sql, params![person])?;
    let (again, version): (VisitId, i64) = (row.id("id")?, row.i64("version")?);
    visits::assign(cx, again, version, &to)?;
    cx.now = start.plus_hours(-2);
    report(cx, first, again, Outcome::NotHome, Form::default())
}

/// Two telephones without signal, and somebody who was sent in vain.
fn in_the_inbox(cx: &mut Cx<'_>, home: &[AreaId], pairs: &Pairs, start: Moment) -> Result<(), Error> {
    let (sent, out, later) = (start.plus_hours(-30), start.plus_days(-1), start.plus_hours(-1));
    cx.now = sent;
    let some = open(cx, home)?.into_iter().skip(4).step_by(3).take(3);
    for (n, (visit, version, area)) in some.enumerate() {
        let to: Vec<AccountId> = pair(pairs, area, n).into_iter().map(|(account, _)| account).collect();
        let [first, second] = to[..] else { continue };
        visits::assign(cx, visit, version, &to)?;
        let found = Form {
            chat: true,
            mood: Some("quiet".to_owned()),
            needs: vec!["errand".to_owned()],
            note: "敲门后从窗口答应，说下午要买药，请人帮忙。".to_owned(),
            ..Form::default()
        };
        cx.now = next_on_the_wall(out, 14, 30);
        if n == 1 {
            visits::cancel(cx, visit)?;
        } else {
            let outcome = if n == 0 { Outcome::NotHome } else { Outcome::Seen };
            report(cx, second, visit, outcome, Form::default())?;
        }
        // The telephone had no signal until now.
        let command = VisitCommand { phone_time: cx.now.plus_minutes(-20), ..command(cx, visit, Outcome::Seen, found) };
        cx.now = later;
        bring(cx, first, &command)?;
        cx.now = sent;
    }
    Ok(())
}
