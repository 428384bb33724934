//! The link to one's own page: issued in the name of a matter once somebody was recognised, one for each holder, ended
//! by whoever issues, by a newer one, by its date, and with the guardian.

use super::persons::MATTER;
use super::{World, area, refused};
use kernel::ids::PersonId;
use kernel::{Actor, Purpose, Role};
use people::Error;
use people::app::links::{self, Issued, LINK_DAYS, Proof};
use people::app::persons::{self, For};
use people::model::GuardianId;
use people::policy::Action;
use store::Who;

impl World {
    pub(crate) fn link(&self, worker: kernel::ids::AccountId, person: PersonId, to: Option<GuardianId>) -> Issued {
        let proof = if to.is_some() { Proof::GuardianPaper } else { Proof::IdCard };
        self.working(worker, move |cx, why| links::issue(cx, person, why, to, proof)).unwrap()
    }
    fn opens(&self, code: &str) -> Option<PersonId> {
        let code = code.to_owned();
        let who = Who::new(Actor::public(self.house.district), Purpose::OwnRecord);
        self.house.rt.read_now(who, move |cx| links::find_by_code(cx, &code)).ok().map(|h| h.person)
    }
}

testkit::both_databases! {
    fn a_link_is_handed_out_for_ones_own_matter_and_the_code_is_kept_nowhere(w: World) {
        let (me, other) = (w.worker(Role::CommitteeWorker, "me"), w.worker(Role::CommitteeWorker, "other"));
        let person = w.resident();
        let issued = w.link(me, person, None);
        assert_eq!((issued.name.as_str(), issued.code.len()), ("王桂芳", links::CODE_CHARS + 3));
        assert_eq!(w.opens(&issued.code.to_lowercase().replace('-', " ")), Some(person), "as people type");
        assert!(!format!("{issued:?}").contains(&issued.code));
        let kept = w.look(|cx| Ok(cx.query("SELECT code_hash FROM person_link", &[])?[0].blob("code_hash")?)).unwrap();
        assert!(kept.len() == 32 && !kept.starts_with(issued.code.as_bytes()));
        // Logged as a look at the name, and as a change without the code.
        assert_eq!(w.logged("person_link.issued"), 1);
        let payload = w.look(|cx| Ok(cx.query_one("SELECT payload FROM event WHERE kind = 'person_link.issued'", &[])?.text("payload")?)).unwrap();
        assert!(payload.contains("id_card") && !payload.contains(&issued.code));
        // Who may not: somebody else's matter, roles without it, another purpose, those it is about, nobody.
        let ask = |who: Who| {
            let why = For::Matter(Box::new(crate::persons::matter_of(me)));
            refused(w.house.rt.write_now(who, move |cx| links::issue(cx, person, &why, None, Proof::IdCard)))
        };
        assert_eq!(ask(w.on_matter(other)), "elsewhere");
        assert_eq!(ask(w.as_account(me)), "purpose");
        for admin in [w.first.system, w.first.security, w.first.audit] {
            assert_eq!(ask(w.on_matter(admin)), "role");
        }
        assert_eq!(ask(Who::new(Actor::public(w.house.district), Purpose::Matter(MATTER))), "not-signed-in");
        let own = Who::new(Actor::subject(w.house.district, person), Purpose::OwnRecord);
        assert_eq!(ask(own), "not-signed-in", "a link makes no link");
        // A guardian's paper is of a guardian.
        assert!(w.working(me, move |cx, why| links::issue(cx, person, why, None, Proof::GuardianPaper)).is_err());
        let nobody = GuardianId(uuid::Uuid::from_u128(1));
        assert!(w.working(me, move |cx, why| links::issue(cx, person, why, Some(nobody), Proof::IdCard)).is_err());
    }

    fn a_link_ends_with_a_newer_one_when_taken_back_with_the_guardian_and_by_its_date(w: World) {
        let me = w.worker(Role::CommitteeWorker, "me");
        let person = w.resident();
        let guardian = w.open(me, person).unwrap().guardians[0].id;
        let (first, daughter) = (w.link(me, person, None), w.link(me, person, Some(guardian)));
        assert_eq!(daughter.name, "李敏");
        let second = w.link(me, person, None);
        assert_eq!((w.opens(&first.code), w.opens(&second.code)), (None, Some(person)));
        assert_eq!(w.opens(&daughter.code), Some(person), "the other holder's stays");
        w.working(me, move |cx, why| persons::end_guardian(cx, person, why, guardian)).unwrap();
        assert_eq!(w.opens(&daughter.code), None, "whoever speaks no longer reads no longer");
        let live = w.working(me, move |cx, why| links::links(cx, person, why)).unwrap();
        let [link] = live.as_slice() else { panic!("{live:?}") };
        let id = link.id;
        w.working(me, move |cx, why| links::revoke(cx, person, why, id)).unwrap();
        assert_eq!(w.opens(&second.code), None);
        assert!(w.working(me, move |cx, why| links::revoke(cx, person, why, id)).is_err(), "once");
        let third = w.link(me, person, None);
        w.house.clock.advance_secs(LINK_DAYS * 86_400 - 1);
        assert_eq!(w.opens(&third.code), Some(person));
        w.house.clock.advance_secs(1);
        assert_eq!(w.opens(&third.code), None, "it ends by itself");
        for wrong in ["", "ABCD", "0000-0000-0000-0000", "王"] {
            assert_eq!(w.opens(wrong), None);
        }
    }

    /// Whoever makes a letter reads its code, so a second person has to stand for it: not the same one, and nobody to whom the
    /// record is closed.
    fn a_letter_waits_for_a_second_person(w: World) {
        let (me, head) = (w.worker(Role::CommitteeWorker, "me"), w.worker(Role::PostHead, "head"));
        let person = w.resident();
        w.link(me, person, None);
        let unconfirmed = || w.look(move |cx| links::some_unconfirmed(cx, person)).unwrap();
        let id = w.working(me, move |cx, why| links::links(cx, person, why)).unwrap()[0].id;
        assert!(unconfirmed());
        let confirm = |who: Who| {
            let why = For::Matter(Box::new(crate::persons::matter_of(me)));
            w.house.rt.write_now(who, move |cx| links::confirm(cx, person, &why, id))
        };
        assert_eq!(refused(confirm(w.on_matter(me))), "own-handling");
        let other = w.worker(Role::CommitteeWorker, "other");
        assert_eq!(refused(confirm(w.on_matter(other))), "elsewhere");
        assert_eq!(refused(confirm(w.as_account(head))), "purpose");
        assert_eq!(refused(confirm(w.on_matter(w.first.system))), "role");
        assert!(unconfirmed());
        confirm(w.on_matter(head)).unwrap();
        assert!(!unconfirmed());
        assert_eq!(w.logged("person_link.confirmed"), 1);
        w.link(me, person, None);
        assert!(unconfirmed(), "a new letter waits again");
    }

    fn the_link_of_one_person_is_good_for_nobody_else_and_for_no_record(w: World) {
        let me = w.worker(Role::CommitteeWorker, "me");
        let (person, other) = (w.resident(), w.resident());
        let own = || Who::new(Actor::subject(w.house.district, person), Purpose::OwnRecord);
        let follow = |of| w.house.rt.read_now(own(), move |cx| links::require_own(cx, of, Action::FollowRecord));
        follow(person).unwrap();
        assert!(matches!(follow(other), Err(Error::Denied(d)) if d.why.code() == "not-yours"));
        let open = |why: For| refused(w.house.rt.write_now(own(), move |cx| persons::open_record(cx, person, &why)));
        assert_eq!(open(For::Own), "not-signed-in", "the page shows who looked, not what stands there");
        assert_eq!(open(For::Matter(Box::new(crate::persons::matter_of(me)))), "not-signed-in");
        let find = w.house.rt.write_now(own(), |cx| persons::find_person(cx, "王桂芳", &For::Own, &[area(1)]));
        assert_eq!(refused(find), "not-signed-in");
    }
}
