//! Accounts, bodies, seats and terms.

#![expect(clippy::indexing_slicing, reason = "indices are made by this crate from vectors it filled itself")]

use super::{Error, PASSWORD, Shown, Written};
use crate::World;
use crate::ground::areas::DISTRICT_NAME;
use kernel::{Actor, Lang, Role};
use people::app::sessions::grants_of;
use people::app::tokens::{NewToken, issue};
use people::app::{
    Flat, Init, NewAccount, NewSeat, NewTerm, PasswordHash, SignInRules, accounts, begin_term, init, orgs, seats,
    set_sign_in_rules,
};
use people::model::Place;
use people::policy::TokenScope;
use secrecy::ExposeSecret as _;
use store::Cx;

/// Members that [`init`] makes: three administrators and the coordinator, who also sits on the district's catch-all seat.
const FOUNDERS: usize = 4;

fn account(world: &World, member: usize, hash: &PasswordHash) -> NewAccount {
    let m = &world.cast.members[member];
    NewAccount {
        login: m.login.clone(),
        display_name: m.person.name.clone(),
        phone_ext: Some(m.person.phone.clone()),
        email: None,
        lang: Lang::ZhCn,
        // Whoever is not shown cannot sign in: fewer doors to a demo that stands open.
        password: world.cast.shown.iter().any(|(_, s)| *s == member).then(|| hash.clone()),
        must_change_password: false,
    }
}

/// The district and its first four people.
pub fn found(cx: &mut Cx<'_>, world: &World, hash: &PasswordHash, written: &mut Written) -> Result<(), Error> {
    debug_assert!(PASSWORD.len() >= people::app::password::MIN_CHARS);
    let title = |n: usize| world.cast.seats[n].title.clone();
    let done = init(
        cx,
        &Init {
            district_code: world.ground.areas.all[0].code.clone(),
            district_name: DISTRICT_NAME.to_owned(),
            system: account(world, 0, hash),
            security: account(world, 1, hash),
            audit: account(world, 2, hash),
            coordinator: account(world, 3, hash),
            titles: [title(0), title(1), title(2), title(3), "区兜底岗".to_owned()],
        },
    )?;
    // Newcomers share these accounts and have no authenticator set up: login and password are enough.
    set_sign_in_rules(cx, &SignInRules { factor_roles: Vec::new(), max_sessions: 0, ..SignInRules::default() })?;
    written.accounts = vec![done.system, done.security, done.audit, done.coordinator];
    Ok(())
}

/// Everybody else, once areas and posts are there.
pub fn settle(cx: &mut Cx<'_>, world: &World, hash: &PasswordHash, written: &mut Written) -> Result<(), Error> {
    let cast = &world.cast;
    for member in FOUNDERS..cast.members.len() {
        let id = accounts::create_account(cx, &account(world, member, hash))?;
        written.accounts.push(id);
    }
    let mut bodies = Vec::with_capacity(cast.bodies.len());
    for body in &cast.bodies {
        let new = orgs::NewOrg {
            kind: body.kind,
            name: body.name.clone(),
            parent: body.parent.map(|b| bodies[b]),
            area: body.area.map(|a| written.areas[a]),
            post: body.post.map(|p| written.posts[p]),
            phone: Some(body.phone.clone()),
        };
        bodies.push(orgs::create_org(cx, &new)?);
    }
    for seat in cast.seats.iter().skip(FOUNDERS) {
        let place = Place {
            org: seat.body.map(|b| bodies[b]),
            area: seat.area.map(|a| written.areas[a]),
            post: seat.post.map(|p| written.posts[p]),
        };
        let new = NewSeat { role: seat.role, place, title: seat.title.clone(), reports_to: None };
        let id = seats::create_seat(cx, &new)?;
        begin_term(cx, &Flat, &NewTerm::holder(id, written.accounts[seat.holder]))?;
        if let Some(deputy) = seat.deputy {
            begin_term(cx, &Flat, &NewTerm::deputy(id, written.accounts[deputy]))?;
        }
    }
    let district = cx.district();
    for &id in &written.accounts {
        let grants = grants_of(cx, id)?.into_iter().map(|(grant, _)| grant).collect();
        written.actors.push(Actor::account(district, id, grants));
    }
    Ok(())
}

/// The accounts for newcomers, each with a key for the API.
pub fn shown(cx: &mut Cx<'_>, world: &World, written: &Written) -> Result<Vec<Shown>, Error> {
    let mut out = Vec::new();
    for &(role, member) in &world.cast.shown {
        let account = written.accounts[member];
        let label = "演示".to_owned();
        let new = NewToken { account, label, scopes: TokenScope::ALL.to_vec(), area: None, expires_at: None };
        let (_, secret) = issue(cx, &new)?;
        let member = &world.cast.members[member];
        let holds = |s: &&crate::cast::Seat| s.role == role && world.cast.members[s.holder].login == member.login;
        let title = world.cast.seats.iter().find(holds).map(|s| s.title.clone());
        out.push(Shown {
            role: role.code().to_owned(),
            login: member.login.clone(),
            name: member.person.name.clone(),
            title: title.unwrap_or_default(),
            api_token: secret.expose_secret().to_owned(),
        });
    }
    out.sort_by_key(|s| Role::from_code(&s.role));
    Ok(out)
}
