//! Writes out what the policy decides, for every role, action and kind of thing, and compares it with
//! `docs/policy-matrix.txt`. After a deliberate change: `MULIN_BLESS=1 cargo nextest run -p people`, read the
//! difference, commit it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use kernel::ids::{AccountId, AreaId, CaseId, DistrictId, MatterId, OrgId, PersonId, PostId, SeatId, WindowId};
use kernel::{Actor, ActorKind, Grant, Purpose, Role};
use people::policy::{
    AccountFacts, Action, CaseFacts, DataRequestFacts, Decision, DemandFacts, Group, MatterFacts, PersonFacts,
    PlaceFacts, ResourceFacts, SeatFacts, Why, WindowFacts, decide, jobs,
};
use std::fmt::Write as _;
use uuid::Uuid;

const ME: AccountId = AccountId(Uuid::from_u128(1));
const OTHER: AccountId = AccountId(Uuid::from_u128(2));
const MY_SEAT: SeatId = SeatId(Uuid::from_u128(3));
const MY_ORG: OrgId = OrgId(Uuid::from_u128(4));
const MY_AREA: AreaId = AreaId(Uuid::from_u128(5));
const MY_POST: PostId = PostId(Uuid::from_u128(6));
const MATTER: MatterId = MatterId(Uuid::from_u128(7));
const CASE: CaseId = CaseId(Uuid::from_u128(10));
const ELSE: u128 = 99;

/// Where a role is held in a case.
#[derive(Clone, Copy, PartialEq)]
enum Held {
    Post,
    Area,
    Org,
    Nowhere,
}

fn actor(role: Role, held: Held) -> Actor {
    let grant = Grant {
        seat: MY_SEAT,
        role,
        org: (held == Held::Org).then_some(MY_ORG),
        area: (held == Held::Area).then_some(MY_AREA),
        post: (held == Held::Post).then_some(MY_POST),
        deputy: false,
        until: None,
    };
    Actor::account(DistrictId(Uuid::nil()), ME, vec![grant])
}

/// How the thing lies to the actor.
#[derive(Clone, Copy, PartialEq)]
enum Lies {
    Mine,
    MyPlace,
    Elsewhere,
}

fn matter(lies: Lies) -> MatterFacts {
    let (area, post, org) = if lies == Lies::MyPlace {
        (MY_AREA, MY_POST, MY_ORG)
    } else {
        (AreaId(Uuid::from_u128(ELSE)), PostId(Uuid::from_u128(ELSE)), OrgId(Uuid::from_u128(ELSE)))
    };
    MatterFacts {
        id: MATTER,
        areas: vec![area],
        posts: vec![post],
        orgs: vec![org],
        owner_seat: None,
        owner: if lies == Lies::Mine { ME } else { OTHER },
        handlers: vec![],
        about_accounts: vec![],
        about_orgs: vec![],
        open: true,
    }
}

/// The kind of thing an action is about.
fn facts(action: Action, lies: Lies) -> ResourceFacts {
    let m = matter(lies);
    match action {
        Action::ViewDesk | Action::SaveView | Action::Raise | Action::RaiseFor | Action::ViewPublished => {
            ResourceFacts::District
        }
        Action::OwnAccount
        | Action::OwnNotices
        | Action::ViewStaff
        | Action::ManageAccounts
        | Action::ManageSessions
        | Action::ManageTokens
        | Action::ResetFactor
        | Action::AnswerReview => {
            ResourceFacts::Account(AccountFacts { id: m.owner, areas: m.areas, posts: m.posts, orgs: m.orgs })
        }
        Action::ManageSeats | Action::ManageTerms | Action::ManageDeputies => ResourceFacts::Seat(SeatFacts {
            id: MY_SEAT,
            role: Role::CommunityOfficer,
            areas: m.areas,
            posts: m.posts,
            org: m.orgs.first().copied(),
        }),
        Action::AskWithholding | Action::ApproveWithholding => ResourceFacts::Matter(m),
        Action::FindNear => ResourceFacts::Matter(m),
        Action::FindNearCase => ResourceFacts::Case(case(m)),
        Action::BreakGlass | Action::ManageRecordRules => ResourceFacts::District,
        Action::ReviewBreakGlass => {
            ResourceFacts::Window(WindowFacts { opened_by: AccountId(Uuid::from_u128(ELSE)), supervisor: m.owner })
        }
        Action::ApproveDemand => {
            ResourceFacts::Demand(DemandFacts { asked_by: AccountId(Uuid::from_u128(ELSE)), approved_by: vec![] })
        }
        Action::ExportDemand => ResourceFacts::Demand(DemandFacts { asked_by: m.owner, approved_by: vec![] }),
        Action::RegisterPerson => {
            ResourceFacts::Person(PersonFacts { id: None, areas: m.areas, ..PersonFacts::default() })
        }
        Action::TakeDataRequest => ResourceFacts::District,
        Action::AskOwnData => ResourceFacts::Matter(m),
        _ if action.group() == Group::OwnData => ResourceFacts::DataRequest(DataRequestFacts::default()),
        Action::ReportLost | Action::SearchTeam => ResourceFacts::District,
        Action::FollowCase => ResourceFacts::Person(about(m)),
        Action::ScanCard => ResourceFacts::District,
        Action::MakeCards | Action::WriteToFinder => {
            ResourceFacts::Place(PlaceFacts { areas: m.areas, posts: m.posts })
        }
        Action::LiveTrack => ResourceFacts::Case(case(m)),
        Action::WorkAlert | Action::KeepLocators => ResourceFacts::Place(PlaceFacts { areas: m.areas, posts: m.posts }),
        Action::ViewLocators | Action::SetLocator => ResourceFacts::District,
        Action::FollowLocator | Action::ChangeFences | Action::CommandLocator | Action::AnswerAlert => {
            ResourceFacts::Person(PersonFacts { letter: true, ..about(m) })
        }
        Action::Worry | Action::TypeWorry | Action::ManageWatch => ResourceFacts::District,
        _ if matches!(action.group(), Group::Visits | Group::Neighbours) => ResourceFacts::Person(PersonFacts {
            matter: None,
            letter: true,
            areas: m.areas.clone(),
            posts: m.posts.clone(),
            visitors: vec![m.owner],
            ..about(m)
        }),
        _ if matches!(action.group(), Group::Circle | Group::Locators) => ResourceFacts::Person(about(m)),
        _ if action.group() == Group::Lost => ResourceFacts::Case(case(m)),
        _ if action.group() == Group::Care => ResourceFacts::Person(about(m)),
        _ => match action.group() {
            Group::Running | Group::People | Group::Log => ResourceFacts::District,
            Group::Places | Group::Volunteers => ResourceFacts::Place(PlaceFacts { areas: m.areas, posts: m.posts }),
            _ => ResourceFacts::Matter(m),
        },
    }
}

/// A case of a lost elder that lies as this matter does.
fn case(m: MatterFacts) -> CaseFacts {
    CaseFacts {
        id: CASE,
        areas: m.areas,
        posts: m.posts,
        orgs: m.orgs,
        owner_seat: m.owner_seat,
        owner: m.owner,
        helpers: vec![],
        asked_second: None,
        open: m.open,
    }
}

/// The record of somebody, asked for in the name of a matter about them.
fn about(m: MatterFacts) -> PersonFacts {
    PersonFacts { id: Some(PersonId(Uuid::from_u128(8))), matter: Some(m), ..PersonFacts::default() }
}

/// The purpose with which such a thing is rightly done.
fn purpose(facts: &ResourceFacts, action: Action) -> Purpose {
    match facts {
        ResourceFacts::Matter(m) => Purpose::Matter(m.id),
        ResourceFacts::Case(c) => Purpose::Case(c.id),
        ResourceFacts::Person(PersonFacts { matter: Some(m), .. }) => Purpose::Matter(m.id),
        _ if action == Action::RaiseFor => Purpose::Proxy,
        _ => Purpose::Administration,
    }
}

fn allowed(role: Role, held: Held, action: Action, lies: Lies) -> bool {
    let facts = facts(action, lies);
    decide(&actor(role, held), purpose(&facts, action), action, &facts).is_allowed()
}

/// The places at which holding the role lets it see something.
fn held_at(role: Role) -> Vec<Held> {
    [Held::Post, Held::Area, Held::Org, Held::Nowhere]
        .into_iter()
        .filter(|h| allowed(role, *h, Action::ViewMatter, Lies::MyPlace))
        .collect()
}

fn cell(role: Role, action: Action) -> &'static str {
    let mut held = held_at(role);
    held.retain(|h| *h != Held::Nowhere);
    if held.is_empty() {
        held = vec![Held::Post, Held::Area, Held::Org];
    }
    let any = |lies| held.iter().any(|h| allowed(role, *h, action, lies));
    match (any(Lies::Elsewhere), any(Lies::MyPlace), any(Lies::Mine)) {
        (true, _, _) => "all",
        (_, true, _) => "place",
        (_, _, true) => "mine",
        _ => ".",
    }
}

fn special(kind: &ActorKind, action: Action, lies: Lies) -> bool {
    let actor = Actor { district: DistrictId(Uuid::nil()), kind: kind.clone(), key: None };
    let facts = facts(action, lies);
    decide(&actor, purpose(&facts, action), action, &facts).is_allowed()
}

fn row(out: &mut String, name: &str, actions: &[Action], cell: impl Fn(Action) -> &'static str) {
    write!(out, "{name:<19}").unwrap();
    for a in actions {
        write!(out, " {:<width$}", cell(*a), width = a.code().len().max(5) + 1).unwrap();
    }
    let end = out.trim_end().len();
    out.truncate(end);
    out.push('\n');
}

fn group_table(out: &mut String, group: Group) {
    let actions: Vec<Action> = Action::ALL.iter().copied().filter(|a| a.group() == group).collect();
    writeln!(out, "\n\n{}\n", group.title().to_uppercase()).unwrap();
    row(out, "", &actions, Action::code);
    for role in Role::ALL {
        row(out, role.code(), &actions, |a| cell(*role, a));
    }
    let no_role = ActorKind::Account { id: ME, grants: [].into() };
    row(out, "(no running term)", &actions, |a| {
        match (special(&no_role, a, Lies::Elsewhere), special(&no_role, a, Lies::Mine)) {
            (true, _) => "all",
            (_, true) => "mine",
            _ => ".",
        }
    });
    row(out, "(holds the code)", &actions, |a| {
        let other = special(&ActorKind::Raiser(MatterId(Uuid::from_u128(ELSE))), a, Lies::Elsewhere);
        match (other, special(&ActorKind::Raiser(MATTER), a, Lies::Elsewhere)) {
            (true, _) => "all",
            (_, true) => "mine",
            _ => ".",
        }
    });
    row(out, "(holds the link)", &actions, |a| {
        let facts = match facts(a, Lies::Elsewhere) {
            ResourceFacts::Matter(_) if a == Action::AskOwnData => {
                ResourceFacts::Person(about(matter(Lies::Elsewhere)))
            }
            other => other,
        };
        let ask = |person| {
            let actor = Actor::subject(DistrictId(Uuid::nil()), PersonId(Uuid::from_u128(person)));
            decide(&actor, Purpose::OwnRecord, a, &facts).is_allowed()
        };
        match (ask(ELSE), ask(8)) {
            (true, _) => "all",
            (_, true) => "mine",
            _ => ".",
        }
    });
    row(out, "(anybody)", &actions, |a| if special(&ActorKind::Public, a, Lies::Elsewhere) { "all" } else { "." });
    for job in [jobs::CLI, jobs::IMPORT, jobs::CLOCKS, jobs::DELIVERY, jobs::CLOSER, jobs::AUDIT] {
        let name = format!("(program: {job})");
        row(out, &name, &actions, |a| if special(&ActorKind::System(job), a, Lies::Elsewhere) { "all" } else { "." });
    }
}

/// What changes for somebody who otherwise may: one condition broken at a time.
fn conditions(out: &mut String) {
    out.push_str("\n\nCONDITIONS\n\nFor somebody who otherwise may. \"no\" = refused in that case.\n\n");
    out.push_str(
        "                   has handled it it is about them   it is closed   administrative purpose other matter\n",
    );
    for action in Action::ALL {
        let ResourceFacts::Matter(_) = facts(*action, Lies::Mine) else { continue };
        let Some(role) = Role::ALL.iter().find(|r| allowed(**r, Held::Area, *action, Lies::Mine)) else { continue };
        let ask = |change: &dyn Fn(&mut MatterFacts), purpose: Purpose| {
            let mut m = matter(Lies::Mine);
            change(&mut m);
            let facts = ResourceFacts::Matter(m);
            match decide(&actor(*role, Held::Area), purpose, *action, &facts) {
                Decision::Allow => "yes",
                Decision::Deny(_) => "no",
            }
        };
        let same = Purpose::Matter(MATTER);
        let line = format!(
            "{:<18} {:<14} {:<18} {:<14} {:<22} {:<14}",
            action.code(),
            ask(&|m| m.handlers.push(ME), same),
            ask(&|m| m.about_accounts.push(ME), same),
            ask(&|m| m.open = false, same),
            ask(&|_| {}, Purpose::Administration),
            ask(&|_| {}, Purpose::Matter(MatterId(Uuid::from_u128(ELSE)))),
        );
        writeln!(out, "{}", line.trim_end()).unwrap();
    }
}

/// What changes in a case of a lost elder for somebody who otherwise may.
fn cases(out: &mut String) {
    out.push_str(
        "\n\nA LOST ELDER: CONDITIONS\n\nFor somebody who otherwise may. \"helps\" = for a volunteer who helps in this case.\n\n",
    );
    out.push_str(
        "                   helps  it is closed  asked for a second person  administrative purpose  other case\n",
    );
    for action in Action::ALL {
        let ResourceFacts::Case(_) = facts(*action, Lies::Mine) else { continue };
        let Some(role) = Role::ALL.iter().find(|r| allowed(**r, Held::Area, *action, Lies::Mine)) else { continue };
        let ask = |role: Role, lies: Lies, change: &dyn Fn(&mut CaseFacts), purpose: Purpose| {
            let mut c = case(matter(lies));
            change(&mut c);
            let may = decide(&actor(role, Held::Area), purpose, *action, &ResourceFacts::Case(c)).is_allowed();
            if may { "yes" } else { "no" }
        };
        let same = Purpose::Case(CASE);
        let line = format!(
            "{:<18} {:<6} {:<13} {:<26} {:<23} {}",
            action.code(),
            ask(Role::Volunteer, Lies::Elsewhere, &|c| c.helpers.push(ME), same),
            ask(*role, Lies::Mine, &|c| c.open = false, same),
            ask(*role, Lies::Mine, &|c| c.asked_second = Some(ME), same),
            ask(*role, Lies::Mine, &|_| {}, Purpose::Administration),
            ask(*role, Lies::Mine, &|_| {}, Purpose::Case(CaseId(Uuid::from_u128(ELSE)))),
        );
        writeln!(out, "{}", line.trim_end()).unwrap();
    }
}

/// In whose name a record of somebody is opened, for somebody who otherwise may.
fn purposes(out: &mut String) {
    out.push_str(
        "\n\nRECORDS OF PEOPLE: IN WHOSE NAME\n\nFor somebody whose role includes it. A record opens only in the name of an \
         open matter of one's own that is\nabout that person, or within one's own break-glass window while it runs.\n\n",
    );
    out.push_str(
        "                   own matter  it is closed  it is about them  matter about others  administration  own window  \
         other's or past window  own case of the person  that is closed  case of others\n",
    );
    for action in Action::ALL {
        let ResourceFacts::Person(PersonFacts { matter: Some(_), .. }) = facts(*action, Lies::Mine) else { continue };
        let Some(role) = Role::ALL.iter().find(|r| allowed(**r, Held::Area, *action, Lies::Mine)) else { continue };
        let ask = |p: PersonFacts, purpose: Purpose| {
            let may = decide(&actor(*role, Held::Area), purpose, *action, &ResourceFacts::Person(p)).is_allowed();
            if may { "yes" } else { "no" }
        };
        let same = Purpose::Matter(MATTER);
        let with = |change: &dyn Fn(&mut MatterFacts)| {
            let mut m = matter(Lies::Mine);
            change(&mut m);
            about(m)
        };
        let window = |of| PersonFacts { matter: None, window: of, ..about(matter(Lies::Mine)) };
        let in_case = |open| PersonFacts {
            matter: None,
            case: Some(Box::new(CaseFacts { open, ..case(matter(Lies::Mine)) })),
            ..about(matter(Lies::Mine))
        };
        let glass = Purpose::BreakGlass(WindowId(Uuid::from_u128(9)));
        let line = format!(
            "{:<18} {:<11} {:<13} {:<17} {:<20} {:<15} {:<11} {:<23} {:<23} {:<15} {}",
            action.code(),
            ask(with(&|_| {}), same),
            ask(with(&|m| m.open = false), same),
            ask(with(&|m| m.about_accounts.push(ME)), same),
            ask(PersonFacts { matter: None, ..about(matter(Lies::Mine)) }, same),
            ask(with(&|_| {}), Purpose::Administration),
            ask(window(Some(ME)), glass),
            ask(window(None), glass),
            ask(in_case(true), Purpose::Case(CASE)),
            ask(in_case(false), Purpose::Case(CASE)),
            ask(PersonFacts { case: None, ..in_case(true) }, Purpose::Case(CASE)),
        );
        writeln!(out, "{}", line.trim_end()).unwrap();
    }
}

/// Records in the name of a lost elder, role by role.
fn in_cases(out: &mut String) {
    out.push_str(
        "\n\nRECORDS OF PEOPLE: IN THE NAME OF A LOST ELDER\n\nAsked in the name of an open case. mine: whoever owns the case; \
         place: also those of its place, and of committees that were asked.\n\n",
    );
    let actions: Vec<Action> = Action::ALL
        .iter()
        .copied()
        .filter(|a| matches!(facts(*a, Lies::Mine), ResourceFacts::Person(PersonFacts { matter: Some(_), .. })))
        .collect();
    let head: Vec<&str> = actions.iter().map(|a| a.code()).collect();
    writeln!(out, "{:<19} {}", "", head.join("  ")).unwrap();
    for role in Role::ALL {
        let may = |action: Action, lies: Lies| {
            let facts = ResourceFacts::Person(PersonFacts {
                matter: None,
                case: Some(Box::new(case(matter(lies)))),
                ..about(matter(lies))
            });
            [Held::Post, Held::Area, Held::Org]
                .into_iter()
                .any(|held| decide(&actor(*role, held), Purpose::Case(CASE), action, &facts).is_allowed())
        };
        let mut line = format!("{:<19}", role.code());
        for (action, name) in actions.iter().zip(&head) {
            let word = if may(*action, Lies::MyPlace) {
                "place"
            } else if may(*action, Lies::Mine) {
                "mine"
            } else {
                "."
            };
            write!(line, " {word:<width$} ", width = name.len()).unwrap();
        }
        writeln!(out, "{}", line.trim_end()).unwrap();
    }
}

const HEAD: &str = "\
WHO MAY DO WHAT

Computed from the program and compared with it by a test (domains/people/tests/policy_matrix.rs).
Nothing is allowed that does not stand here.

  .      never
  mine   a matter one owns now, or that belongs to the seat one sits on; one's own account
  place  also everything in the place where the role is held (see the first table)
  all    anywhere in the district

Rights count only while the term runs. A deputy has the rights of the seat while standing in.
An administrator holds no other role.


WHAT \"PLACE\" IS FOR EACH ROLE

A role held at a post sees the matters of that post and of the offices and houses on it; held at an area, that area
and everything in it; held for an organisation, what that organisation leads or supports.

";

fn matrix() -> String {
    let mut out = String::from(HEAD);
    for role in Role::ALL {
        let words: Vec<&str> = held_at(*role)
            .into_iter()
            .map(|h| match h {
                Held::Post => "post",
                Held::Area => "area",
                Held::Org => "organisation",
                Held::Nowhere => "whole district",
            })
            .collect();
        let words = if words.is_empty() { ".".to_owned() } else { words.join(", ") };
        writeln!(out, "{:<18} {words}", role.code()).unwrap();
    }
    for group in Group::ALL {
        group_table(&mut out, *group);
    }
    conditions(&mut out);
    cases(&mut out);
    purposes(&mut out);
    in_cases(&mut out);
    out
}

#[test]
fn the_matrix_is_as_committed() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/policy-matrix.txt");
    let now = matrix();
    if std::env::var_os("MULIN_BLESS").is_some() {
        std::fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs")).unwrap();
        std::fs::write(path, &now).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    for action in Action::ALL {
        assert!(
            committed.split_whitespace().any(|w| w == action.code()),
            "{} is missing from docs/policy-matrix.txt; run with MULIN_BLESS=1",
            action.code()
        );
    }
    let changed: Vec<String> = now
        .lines()
        .zip(committed.lines().chain(std::iter::repeat("")))
        .filter(|(a, b)| a != b)
        .map(|(a, b)| format!("was {b}\nis  {a}"))
        .collect();
    assert!(
        now == committed,
        "the policy no longer is what docs/policy-matrix.txt says; read the difference, then run with \
         MULIN_BLESS=1 and commit it:\n{}",
        changed.join("\n")
    );
}

#[test]
fn administrators_read_no_content() {
    for role in [Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin] {
        for action in Action::ALL.iter().filter(|a| {
            matches!(a.group(), Group::Reading | Group::Sorting | Group::Handling | Group::Care | Group::Lost)
                // The route of a team opens to whoever has its code, and to nobody without.
                && !matches!(**a, Action::ManageRecordRules | Action::ReportLost | Action::SearchTeam)
                || **a == Action::FollowMatter
        }) {
            assert_eq!(cell(role, *action), ".", "{} may {}", role.code(), action.code());
        }
    }
}

#[test]
fn the_three_administrators_share_nothing() {
    let may = |role| -> Vec<Action> {
        // What is open to everybody, and being told that something is wrong.
        let open = |a| special(&ActorKind::Public, a, Lies::Elsewhere) || a == Action::HearReports;
        Action::ALL.iter().copied().filter(|a| cell(role, *a) == "all" && !open(*a)).collect()
    };
    let (system, security, audit) = (may(Role::SystemAdmin), may(Role::SecurityAdmin), may(Role::AuditAdmin));
    for action in &audit {
        assert!(!system.contains(action) && !security.contains(action), "{}", action.code());
    }
    assert!(audit.iter().all(|a| a.group() == Group::Log), "{audit:?}");
}

#[test]
fn the_supplementary_force_never_sees_a_raiser() {
    for role in [Role::Volunteer, Role::BuildingLeader, Role::Shop, Role::Property] {
        assert_eq!(cell(role, Action::RevealRaiser), ".");
    }
}

#[test]
fn the_supplementary_force_never_sees_identity_or_health() {
    for role in [Role::Volunteer, Role::BuildingLeader, Role::Shop, Role::Property] {
        for action in [Action::ViewIdentity, Action::ViewHealth, Action::ViewLocation, Action::FindPerson] {
            assert_eq!(cell(role, action), ".", "{} may {}", role.code(), action.code());
        }
    }
}

#[test]
fn nobody_looks_into_their_own_window_or_demand() {
    let head = actor(Role::Coordinator, Held::Nowhere);
    let window = |by, to| ResourceFacts::Window(WindowFacts { opened_by: by, supervisor: to });
    let ask = |facts: &ResourceFacts, action| decide(&head, Purpose::Administration, action, facts);
    let own = Decision::Deny(Why::OwnHandling);
    assert_eq!(ask(&window(OTHER, ME), Action::ReviewBreakGlass), Decision::Allow);
    assert_eq!(ask(&window(ME, ME), Action::ReviewBreakGlass), own);
    let demand = |by, approved| ResourceFacts::Demand(DemandFacts { asked_by: by, approved_by: approved });
    assert_eq!(ask(&demand(OTHER, vec![]), Action::ApproveDemand), Decision::Allow);
    assert_eq!(ask(&demand(ME, vec![]), Action::ApproveDemand), own);
    assert_eq!(ask(&demand(OTHER, vec![ME]), Action::ApproveDemand), own);
    assert!(!ask(&demand(OTHER, vec![]), Action::ExportDemand).is_allowed(), "only whoever asked takes it out");
}

#[test]
fn a_refusal_says_why() {
    let why = |role, action, lies, change: &dyn Fn(&mut MatterFacts)| {
        let mut m = matter(lies);
        change(&mut m);
        match decide(&actor(role, Held::Post), Purpose::Matter(MATTER), action, &ResourceFacts::Matter(m)) {
            Decision::Allow => None,
            Decision::Deny(why) => Some(why),
        }
    };
    assert_eq!(why(Role::PostHead, Action::Verify, Lies::MyPlace, &|_| {}), None);
    assert_eq!(why(Role::PostHead, Action::Verify, Lies::MyPlace, &|m| m.handlers.push(ME)), Some(Why::OwnHandling));
    assert_eq!(why(Role::PostHead, Action::Verify, Lies::Elsewhere, &|_| {}), Some(Why::Elsewhere));
    assert_eq!(why(Role::Shop, Action::Verify, Lies::Mine, &|_| {}), Some(Why::Role));
    assert_eq!(why(Role::PostHead, Action::RevealRaiser, Lies::Mine, &|m| m.open = false), Some(Why::NotOpen));
    assert_eq!(
        why(Role::PostHead, Action::RevealRaiser, Lies::Mine, &|m| m.about_accounts.push(ME)),
        Some(Why::AboutYou)
    );
}
