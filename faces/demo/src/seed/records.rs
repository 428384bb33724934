//! People in care with those who speak for them, some of them linked to matters of today, one break-glass window that
//! waits for its review, and a matter about a unit: so that these pages show something.

#![expect(clippy::indexing_slicing, reason = "indices are made by this crate from vectors it filled itself")]

use super::{Error, Linked, PASSWORD, Written, cards};
use crate::World;
use kernel::geo::Point;
use kernel::ids::{AreaId, MatterId, PersonId};
use kernel::{Actor, Lang, Purpose, Role};
use matters::app::{Filter, Queue, Raise, RaisedPlace, RaiserInput, persons as links, raise_about};
use matters::model::Origin;
use matters::redaction::Correction;
use people::app::break_glass;
use people::app::consents::{self, Aim, Answer, By, NewConsent, Way};
use people::app::persons::{self, ChangeRecord, For, ResidentRow, import_residents};
use people::app::{SignIn, begin_login, finish_login, require_fresh, resolve};
use people::model::person::{Contact, GuardianName, Health, Identity, NewGuardian, Part};
use secrecy::ExposeSecret as _;
use std::collections::BTreeSet;
use store::Cx;

/// People in care, before those who are visited are taken in.
pub(super) const PEOPLE: usize = 120;
/// Of them, those who live where the accounts that newcomers use are at work.
const AT_HOME: usize = 24;

pub fn write(cx: &mut Cx<'_>, world: &mut World, written: &Written) -> Result<Vec<Linked>, Error> {
    let home = home_ground(cx, world, written)?;
    residents(cx, world, written, &home)?;
    let home: Vec<AreaId> = home.into_iter().map(|area| written.areas[area]).collect();
    let linked = link_some(cx, world, written, &home)?;
    about_a_unit(cx, world, written)?;
    let anybody = cx.query_opt("SELECT id FROM person ORDER BY id LIMIT 1", &[])?;
    let anybody = anybody.map(|row| row.id("id")).transpose()?;
    if let Some(person) = linked.first().map(|l| l.person).or(anybody) {
        break_glass(cx, world, written, person)?;
    }
    Ok(linked)
}

pub(super) fn communities(world: &World) -> Vec<usize> {
    let all: BTreeSet<usize> = world.ground.areas.community.iter().copied().collect();
    all.into_iter().collect()
}

/// Communities whose post is the one of the accounts that newcomers use; those of the committee worker among them first.
pub(super) fn home_ground(cx: &mut Cx<'_>, world: &World, written: &Written) -> Result<Vec<usize>, Error> {
    let grants = |role| member_of(world, role).map_or(&[][..], |m| written.actors[m].grants());
    let Some(post) = grants(Role::DutyOfficer).iter().find_map(|g| g.post) else { return Ok(Vec::new()) };
    let places = places::snapshot(cx)?;
    let answers = |area: &usize| {
        let near = places.stand_in(written.areas[*area]).and_then(|located| located.post);
        near.is_some_and(|p| p == post || places.post(p).and_then(|p| p.parent) == Some(post))
    };
    let mut here: Vec<usize> = communities(world).into_iter().filter(answers).collect();
    let looked_after: Vec<AreaId> = grants(Role::CommitteeWorker).iter().filter_map(|g| g.area).collect();
    here.sort_by_key(|area| !looked_after.contains(&written.areas[*area]));
    Ok(here)
}

fn residents(cx: &mut Cx<'_>, world: &mut World, written: &Written, home: &[usize]) -> Result<(), Error> {
    let communities = communities(world);
    let languages = ["本地话", "普通话", "上海话", "苏北话"];
    let mut rows = Vec::with_capacity(PEOPLE);
    for n in 0..PEOPLE {
        let (elder, child) = (world.people.person(), world.people.person());
        // Whoever signs in first knows some of them.
        let area =
            if n < AT_HOME && !home.is_empty() { home[n % home.len()] } else { communities[n % communities.len()] };
        let relation = if child.woman { "女儿" } else { "儿子" };
        rows.push(ResidentRow {
            key: format!("demo-{n}"),
            area: written.areas[area],
            identity: Identity {
                name: elder.name,
                sex: if elder.woman { "f" } else { "m" }.to_owned(),
                birth_year: i16::try_from(1932 + n % 24).ok(),
                id_number: None,
            },
            contact: Contact {
                phone: Some(elder.phone),
                address: Some(format!("{} {} 号", world.ground.areas.all[area].name, n % 60 + 1)),
                language: Some(languages[n % languages.len()].to_owned()),
            },
            guardians: vec![NewGuardian {
                who: GuardianName { name: child.name, relation: relation.to_owned() },
                phone: Some(child.phone),
            }],
        });
    }
    let ground = matters::Ground(places::snapshot(cx)?);
    import_residents(cx, &ground, &rows)?;
    Ok(())
}

fn member_of(world: &World, role: Role) -> Option<usize> {
    world.cast.shown.iter().find(|(r, _)| *r == role).map(|(_, member)| *member)
}

/// A few open matters of the accounts that newcomers use are about somebody who lives there.
fn link_some(cx: &mut Cx<'_>, world: &World, written: &Written, home: &[AreaId]) -> Result<Vec<Linked>, Error> {
    let around = people_of(cx, home)?;
    let mut linked: Vec<Linked> = Vec::new();
    for role in [Role::CommunityOfficer, Role::DutyOfficer, Role::CommitteeWorker, Role::PostHead, Role::CatchAll] {
        let Some(member) = member_of(world, role) else { continue };
        let actor = written.actors[member].clone();
        let mine = cx.acting_as(actor.clone(), Purpose::Administration, |cx| {
            matters::app::list(cx, &Filter { queue: Queue::Mine, limit: 3, ..Filter::default() })
        })?;
        for line in mine.lines {
            let (Some(area), Some(town)) = (line.spot.community, line.spot.town) else { continue };
            // From the same neighbourhood, else from one that the same people look after, else from the same town.
            let near = [people_of(cx, &[area])?, around.clone(), people_of(cx, &[town])?].concat();
            // A different elder for each matter, as long as there are any.
            let Some(person) = near.into_iter().find(|p| linked.iter().all(|l| l.person != *p)) else { continue };
            let illness = cards::ILLNESSES[linked.len() % cards::ILLNESSES.len()];
            let purpose = Purpose::Matter(line.matter);
            cx.acting_as(actor.clone(), purpose, |cx| agree(cx, line.matter, person, illness))?;
            linked.push(Linked { actor: actor.clone(), matter: line.matter, person });
        }
    }
    Ok(linked)
}

/// Some of those who live in one of these areas.
fn people_of(cx: &mut Cx<'_>, areas: &[AreaId]) -> Result<Vec<PersonId>, Error> {
    let mut out = Vec::new();
    for area in areas {
        let sql = "SELECT person_id FROM person_area WHERE area_id = $1 ORDER BY person_id LIMIT 40";
        for row in cx.query(sql, store::params![*area])? {
            out.push(row.id("person_id")?);
        }
    }
    Ok(out)
}

fn agree(cx: &mut Cx<'_>, matter: MatterId, person: PersonId, illness: &str) -> Result<(), Error> {
    links::link(cx, matter, person)?;
    let why = links::in_the_name_of(cx, matter, person)?;
    if consents::in_force(cx, person, Part::Health)? {
        return Ok(());
    }
    let consent = NewConsent {
        part: Part::Health,
        answer: Answer::Given,
        by: By::Subject,
        guardian: None,
        aim: Aim::GettingHome,
        way: Way::Visit,
        witness: "楼组长".to_owned(),
        review_on: cx.now.plus_days(330),
        by_themselves: false,
    };
    consents::record(cx, person, &why, &consent)?;
    let health = Health { notes: illness.to_owned() };
    let seen = persons::open_record(cx, person, &why)?.version;
    persons::change_record(cx, person, seen, &why, &ChangeRecord { health: Some(health), ..ChangeRecord::default() })?;
    Ok(())
}

/// Raised by somebody from the street, about the committee of the place: its people never see it.
fn about_a_unit(cx: &mut Cx<'_>, world: &World, written: &Written) -> Result<(), Error> {
    let Some(body) = world.cast.bodies.iter().find(|b| b.kind == people::model::OrgKind::Committee) else {
        return Ok(());
    };
    let Some(org) = people::app::orgs::by_name(cx, body.kind, &body.name)? else { return Ok(()) };
    let command = Raise {
        key: None,
        class: "dispute".to_owned(),
        text: "去办事大厅两次都没有人，打电话说在开会，希望有个说法。".to_owned(),
        place: RaisedPlace {
            point: None::<Point>,
            area: body.area.map(|a| written.areas[a]),
            ..RaisedPlace::default()
        },
        raiser: RaiserInput::anonymous(Lang::ZhCn),
        origin: Origin::Web,
    };
    let public = Actor::public(cx.district());
    cx.acting_as(public, Purpose::OwnMatter, |cx| raise_about(cx, command, &Correction::default(), Some(org.id)))?;
    Ok(())
}

/// A moment ago somebody had no time to raise a matter. Waits for the verdict, and for the letter.
fn break_glass(cx: &mut Cx<'_>, world: &World, written: &Written, person: PersonId) -> Result<(), Error> {
    let Some(member) = member_of(world, Role::DutyOfficer) else { return Ok(()) };
    let calendar = matters::app::calendar(cx)?;
    let public = Actor::public(cx.district());
    let login = world.cast.members[member].login.clone();
    let token = cx.acting_as(public, Purpose::Public, |cx| {
        let attempt = begin_login(cx, &login, "192.0.2.10")?.check(&PASSWORD.to_owned().into());
        finish_login(cx, &attempt, "值班室电脑")
    })?;
    if let SignIn::In { token, .. } = token {
        let session = resolve(cx, token.expose_secret())?.map(|r| r.session);
        let actor = written.actors[member].clone();
        if let Some(session) = session {
            let window = cx.acting_as(actor.clone(), Purpose::Administration, |cx| {
                let fresh = require_fresh(cx, session)?;
                break_glass::open_window(cx, &fresh, &calendar, "老人在菜场晕倒，说不出家在哪里，等着联系家人")
            })?;
            cx.acting_as(actor.clone(), Purpose::BreakGlass(window), |cx| {
                persons::open_record(cx, person, &For::Window)
            })?;
            cx.acting_as(actor, Purpose::Administration, |cx| {
                break_glass::end_window(cx, window)?;
                people::app::sessions::sign_out(cx, session)
            })?;
        }
    }
    Ok(())
}
