//! R5, R7, R8: records open only for a purpose, budgets end, consent decides, and no table keeps marks of people.

use super::{World, area, at_area, refused};
use kernel::ids::{AccountId, AreaId, MatterId, PersonId};
use kernel::{Actor, Purpose, Role};
use people::app::consents::{self, Aim, Answer, By, NewConsent, Standing, Way};
use people::app::persons::{self, ChangeRecord, For, Found, Record, ResidentRow, Shown};
use people::app::record_rules::{RecordRules, record_rules, set_record_rules};
use people::app::{Flat, NewTerm};
use people::model::person::{Contact, GuardianName, Health, Identity, NewGuardian, NewPerson, Part};
use people::policy::MatterFacts;
use people::{Error, Result};
use store::{Cx, Who};
use uuid::Uuid;

pub(crate) const MATTER: MatterId = MatterId(Uuid::from_u128(0x77));

/// An open matter in area 1, owned by this account.
pub(crate) fn matter_of(owner: AccountId) -> MatterFacts {
    MatterFacts {
        id: MATTER,
        areas: vec![area(1)],
        posts: vec![],
        orgs: vec![],
        owner_seat: None,
        owner,
        handlers: vec![],
        about_accounts: vec![],
        about_orgs: vec![],
        open: true,
    }
}

pub(crate) fn wang() -> NewPerson {
    NewPerson {
        area: area(1),
        identity: Identity { name: "王桂芳".into(), sex: "f".into(), birth_year: Some(1941), id_number: None },
        contact: Contact {
            phone: Some("021-0555 0101".into()), address: Some("青禾里 3 号".into()), language: None
        },
        guardians: vec![NewGuardian {
            who: GuardianName { name: "李敏".into(), relation: "女儿".into() },
            phone: Some("021-0555 0102".into()),
        }],
    }
}

impl World {
    pub(crate) fn worker(&self, role: Role, login: &str) -> AccountId {
        let account = self.person(login, login);
        let seat = self.seat(role, at_area(1), login);
        self.sit(NewTerm::holder(seat, account)).unwrap();
        account
    }
    pub(crate) fn resident(&self) -> PersonId {
        self.act(|cx| persons::register_person(cx, &Flat, &wang())).unwrap()
    }
    /// As an account working on the matter.
    pub(crate) fn on_matter(&self, id: AccountId) -> Who {
        Who { purpose: Purpose::Matter(MATTER), ..self.as_account(id) }
    }
    pub(crate) fn working<T: Send + 'static>(
        &self,
        id: AccountId,
        f: impl FnOnce(&mut Cx<'_>, &For) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let why = For::Matter(Box::new(matter_of(id)));
        self.house.rt.write_now(self.on_matter(id), move |cx| f(cx, &why))
    }
    pub(crate) fn open(&self, id: AccountId, person: PersonId) -> Result<Record> {
        self.working(id, move |cx, why| persons::open_record(cx, person, why))
    }
    fn find(&self, id: AccountId, name: &'static str, within: Vec<AreaId>) -> Result<(Vec<Found>, bool)> {
        self.working(id, move |cx, why| persons::find_person(cx, name, why, &within))
    }
    /// Looks at this person that the log has, as actor, purpose and fields.
    fn looks(&self, person: PersonId) -> Vec<(String, String, String)> {
        self.look(move |cx| {
            let sql = "SELECT actor, purpose, fields FROM audit_read WHERE subject_kind = 'person' AND subject = $1 ORDER BY n";
            let rows = cx.query(sql, store::params![person])?;
            rows.iter().map(|r| Ok((r.text("actor")?, r.text("purpose")?, r.text("fields")?))).collect()
        })
        .unwrap()
    }
}

fn agreed(w: &World, answer: Answer) -> NewConsent {
    NewConsent {
        part: Part::Health,
        answer,
        by: By::Subject,
        guardian: None,
        aim: Aim::Care,
        way: Way::Paper,
        witness: "陈医生".into(),
        review_on: w.house.rt.now().plus_days(365),
        by_themselves: false,
    }
}

fn notes() -> ChangeRecord {
    ChangeRecord { health: Some(Health { notes: "高血压，早晚服药".into() }), ..ChangeRecord::default() }
}

testkit::both_databases! {
    fn a_record_opens_for_ones_own_open_matter_about_the_person_and_for_nothing_else(w: World) {
        let (me, other) = (w.worker(Role::CommitteeWorker, "me"), w.worker(Role::CommitteeWorker, "other"));
        let person = w.resident();
        let record = w.open(me, person).unwrap();
        assert_eq!(record.identity.yes().unwrap().name, "王桂芳");
        assert_eq!(record.guardians[0].who.as_ref().unwrap().relation, "女儿");
        assert_eq!(record.health, Shown::NoConsent);
        let looks = w.looks(person);
        let purpose = Purpose::Matter(MATTER).code();
        assert_eq!(looks, [(format!("account:{me}"), purpose, "identity,contact,guardians".to_owned())]);
        // Every other way is shut, and leaves no look behind.
        let try_with = |who: Who, why: For| {
            refused(w.house.rt.write_now(who, move |cx| persons::open_record(cx, person, &why)))
        };
        let mine = || For::Matter(Box::new(matter_of(me)));
        let admin = || w.as_account(me);
        assert_eq!(try_with(admin(), mine()), "purpose", "under another purpose");
        assert_eq!(try_with(w.on_matter(me), For::Window), "purpose", "without a window");
        assert_eq!(try_with(w.on_matter(other), mine()), "elsewhere", "somebody else's matter");
        let closed = For::Matter(Box::new(MatterFacts { open: false, ..matter_of(me) }));
        assert_eq!(try_with(w.on_matter(me), closed), "not-open");
        let about = For::Matter(Box::new(MatterFacts { about_accounts: vec![me], ..matter_of(me) }));
        assert_eq!(try_with(w.on_matter(me), about), "about-you");
        for admin in [w.first.system, w.first.security, w.first.audit] {
            assert_eq!(try_with(w.on_matter(admin), mine()), "role");
        }
        let public = Who::new(Actor::public(w.house.district), Purpose::Public);
        assert_eq!(try_with(public, mine()), "not-signed-in");
        assert_eq!(w.looks(person).len(), 1);
    }

    fn the_supplementary_force_sees_how_to_reach_somebody_and_no_more(w: World) {
        let volunteer = w.worker(Role::Volunteer, "vol");
        let person = w.resident();
        let record = w.open(volunteer, person).unwrap();
        assert_eq!(record.identity, Shown::NotForRole);
        assert_eq!(record.health, Shown::NotForRole);
        assert_eq!(record.location, Shown::NotForRole);
        assert!(record.contact.yes().is_some());
        assert!(record.guardians[0].who.is_none());
        assert!(!format!("{record:?}").contains("王桂芳"));
        assert_eq!(refused(w.find(volunteer, "王桂芳", vec![area(1)])), "role");
        assert_eq!(refused(w.working(volunteer, move |cx, why| persons::change_record(cx, person, 1, why, &notes()))), "role");
    }

    fn a_search_needs_a_purpose_stays_in_the_surroundings_and_is_capped_and_counted(w: World) {
        let me = w.worker(Role::CommitteeWorker, "me");
        let person = w.resident();
        for name in ["王桂芳", "王", "wangguifang"] {
            let (found, more) = w.find(me, name, vec![area(1)]).unwrap();
            assert_eq!((found.len(), more), (1, false), "{name}");
            assert_eq!(found[0].birth_year, Some(1941));
        }
        assert_eq!(w.looks(person).len(), 3, "each hit shown is a look");
        assert!(w.find(me, "桂芳", vec![area(1)]).unwrap().0.is_empty(), "part of a name finds nobody");
        assert!(w.find(me, "王桂芳", vec![area(2)]).unwrap().0.is_empty(), "not in other surroundings");
        assert!(w.find(me, "王桂芳", vec![]).unwrap().0.is_empty());
        let admin = w.as_account(me);
        assert_eq!(refused(w.house.rt.write_now(admin, move |cx|
            persons::find_person(cx, "王", &For::Matter(Box::new(matter_of(me))), &[area(1)]))), "purpose");
        for _ in 0..9 { w.resident(); }
        let (found, more) = w.find(me, "王", vec![area(1)]).unwrap();
        assert_eq!((found.len(), more), (8, true));
        assert!(w.logged("person.searched") >= 5);
    }

    fn the_look_ups_of_a_day_end_and_begin_again(w: World) {
        let me = w.worker(Role::CommitteeWorker, "me");
        let person = w.resident();
        let rules = RecordRules { daily_lookups: 3, ..RecordRules::default() };
        assert_eq!(refused(w.act_as(w.first.system, move |cx| set_record_rules(cx, &rules))), "role");
        w.act_as(w.first.security, move |cx| set_record_rules(cx, &rules)).unwrap();
        assert_eq!(refused(w.act_as(w.first.security, move |cx| set_record_rules(cx, &rules))), "stale");
        w.find(me, "王", vec![area(1)]).unwrap();
        w.open(me, person).unwrap();
        w.open(me, person).unwrap();
        assert!(matches!(w.open(me, person), Err(Error::LookupsSpent(3))));
        assert!(matches!(w.find(me, "王", vec![area(1)]), Err(Error::LookupsSpent(3))));
        assert_eq!(w.look(move |cx| { let a = people::app::sessions::actor_of(cx, me)?;
            cx.acting_as(a, Purpose::Administration, persons::lookups_left) }).unwrap(), 0);
        w.house.clock.advance_secs(24 * 3600);
        w.open(me, person).unwrap();
        assert_eq!(w.look(record_rules).unwrap().daily_lookups, 3);
    }

    fn health_is_kept_only_while_somebody_agrees_and_withdrawing_ends_it_at_once(w: World) {
        let me = w.worker(Role::CommitteeWorker, "me");
        let person = w.resident();
        let write = |v| w.working(me, move |cx, why| persons::change_record(cx, person, v, why, &notes()));
        assert!(matches!(write(1), Err(Error::Refused("no-consent"))));
        let given = agreed(&w, Answer::Given);
        w.working(me, move |cx, why| consents::record(cx, person, why, &given)).unwrap();
        write(1).unwrap();
        assert!(w.open(me, person).unwrap().health.yes().is_some());
        // Another door to the same database knows it at the same instant, and a minute later.
        w.working(me, move |cx, why| consents::withdraw(cx, person, why, Part::Health, By::Subject, Way::Phone)).unwrap();
        assert_eq!(w.open(me, person).unwrap().health, Shown::NoConsent);
        w.house.clock.advance_secs(60);
        assert_eq!(w.open(me, person).unwrap().health, Shown::NoConsent);
        assert!(matches!(write(3), Err(Error::Refused("no-consent"))));
        // What was written is gone, with its key.
        let left = w.look(move |cx| Ok(cx.query_one(
            "SELECT (SELECT COUNT(*) FROM person WHERE id = $1 AND health IS NOT NULL) + \
             (SELECT COUNT(*) FROM subject_key WHERE subject = $1 AND class = 'health') AS n", store::params![person])?.i64("n")?)).unwrap();
        assert_eq!(left, 0);
        // Withdrawing is respected like a refusal; other parts are as they were.
        let again = agreed(&w, Answer::Given);
        let asked = again.clone();
        assert!(matches!(w.working(me, move |cx, why| consents::record(cx, person, why, &asked)), Err(Error::Refused("not-to-be-asked"))));
        assert!(w.open(me, person).unwrap().contact.yes().is_some());
        // Unless they come by themselves.
        let own = NewConsent { by_themselves: true, ..again };
        w.working(me, move |cx, why| consents::record(cx, person, why, &own)).unwrap();
    }

    fn a_refusal_is_respected_for_twelve_months(w: World) {
        let me = w.worker(Role::CommitteeWorker, "me");
        let person = w.resident();
        let no = agreed(&w, Answer::Refused);
        w.working(me, move |cx, why| consents::record(cx, person, why, &no)).unwrap();
        let standing = |w: &World| w.look(move |cx| consents::standing(cx, person, Part::Health)).unwrap();
        assert!(matches!(standing(&w), Standing::Respected { .. }));
        assert_eq!(w.look(move |cx| consents::standing(cx, person, Part::Location)).unwrap(), Standing::NotAsked);
        let ask = |w: &World| { let yes = agreed(w, Answer::Given);
            w.working(me, move |cx, why| consents::record(cx, person, why, &yes)) };
        w.house.clock.advance_secs(364 * 24 * 3600);
        assert!(matches!(ask(&w), Err(Error::Refused("not-to-be-asked"))));
        w.house.clock.advance_secs(24 * 3600);
        assert_eq!(standing(&w), Standing::MayAsk);
        ask(&w).unwrap();
        assert!(matches!(standing(&w), Standing::Given { .. }));
    }

    fn who_may_not_take_down_a_consent(w: World) {
        let volunteer = w.worker(Role::Volunteer, "vol");
        let me = w.worker(Role::CommitteeWorker, "me");
        let person = w.resident();
        let given = agreed(&w, Answer::Given);
        let try_it = given.clone();
        assert_eq!(refused(w.working(volunteer, move |cx, why| consents::record(cx, person, why, &try_it))), "role");
        let stranger = NewConsent { by: By::Guardian, guardian: None, ..given };
        assert_eq!(refused(w.working(me, move |cx, why| consents::record(cx, person, why, &stranger))), "invalid");
    }

    fn an_import_is_whole_or_not_at_all_and_the_same_again_changes_nothing(w: World) {
        let row = |key: &str, name: &str| ResidentRow {
            key: key.into(), area: area(1),
            identity: Identity { name: name.into(), ..Identity::default() },
            contact: Contact::default(), guardians: wang().guardians,
        };
        let import = |rows: Vec<ResidentRow>| w.act(move |cx| persons::import_residents(cx, &Flat, &rows).map(|d| d.report));
        let bad = import(vec![row("1", "王一"), row("1", ""), row("", "赵二")]);
        let Err(Error::WrongRows(wrong)) = bad else { panic!("{bad:?}") };
        let seen: Vec<_> = wrong.iter().map(|e| (e.row, e.field, e.why.as_str())).collect();
        assert_eq!(seen, [(2, "key", "twice"), (2, "name", "missing"), (3, "key", "missing")]);
        let count = |w: &World| w.look(|cx| Ok(cx.query_one("SELECT COUNT(*) AS n FROM person", &[])?.i64("n")?)).unwrap();
        assert_eq!(count(&w), 0, "nothing was written");
        let done = import(vec![row("1", "王一"), row("2", "赵二")]).unwrap();
        assert_eq!((done.new, done.unchanged), (2, 0));
        let done = import(vec![row("1", "王一"), row("2", "赵二二")]).unwrap();
        assert_eq!((done.new, done.changed, done.unchanged), (0, 1, 1));
        assert_eq!(count(&w), 2);
        let me = w.worker(Role::CommitteeWorker, "me");
        assert_eq!(w.find(me, "赵二二", vec![area(1)]).unwrap().0.len(), 1);
        assert!(w.find(me, "赵二", vec![area(1)]).unwrap().0.is_empty(), "the old name is forgotten");
        let coordinator = w.first.coordinator;
        assert_eq!(refused(w.act_as(coordinator, move |cx| persons::import_residents(cx, &Flat, &[]))), "role");
    }

    fn no_name_lies_open_and_no_table_keeps_marks_of_people(w: World) {
        w.resident();
        let rows = w.look(|cx| Ok(cx.query("SELECT identity, contact FROM person", &[])?)).unwrap();
        for column in ["identity", "contact"] {
            let bytes = rows[0].blob(column).unwrap();
            assert!(!bytes.windows(3).any(|b| b == "王".as_bytes()), "{column}");
        }
        let tokens = w.look(|cx| Ok(cx.query("SELECT token FROM person_token", &[])?)).unwrap();
        assert_eq!(tokens.len(), 3);
        assert!(tokens.iter().all(|t| (0..1 << 48).contains(&t.i64("token").unwrap())), "48 bits");
        let tables: Vec<&str> = people::MIGRATIONS.iter().filter(|m| m.name == "people-0006-persons").map(|m| m.sql).collect();
        let words: Vec<String> = tables.concat().to_lowercase().split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_owned).collect();
        for refused in ["score", "risk", "rank", "level", "grade", "complaint_count", "times_lost", "belief", "religion", "ethnicity",
            "politics", "party", "credit", "points", "stars", "trust"] {
            assert!(!words.iter().any(|w| w == refused || w.starts_with(&format!("{refused}_")) || w.ends_with(&format!("_{refused}"))),
                "no column {refused} on people (R8)");
        }
    }

    fn two_people_who_write_at_once_are_told(w: World) {
        let me = w.worker(Role::CommitteeWorker, "me");
        let person = w.resident();
        let change = || ChangeRecord { contact: Some(Contact { phone: Some("02105550103".into()), ..Contact::default() }), ..ChangeRecord::default() };
        let (a, b) = (change(), change());
        assert_eq!(w.working(me, move |cx, why| persons::change_record(cx, person, 1, why, &a)).unwrap(), 2);
        assert_eq!(refused(w.working(me, move |cx, why| persons::change_record(cx, person, 1, why, &b))), "stale");
    }
}
