//! What people ask about their own data: a copy for them alone and only once, a correction that shows, an erasure that holds,
//! due dates with one extension, a second person, and nobody else's hands on any of it.

use crate::town::{COMMUNITY, Town, something};
use kernel::ids::{AccountId, DataRequestId, PersonId};
use kernel::{Actor, Moment, Purpose, Role};
use matters::Error;
use matters::app::data_requests::{self as requests, CopyLine, Kind, Of, Refusal, Request, Settled, State, Words};
use matters::app::persons as about;
use matters::model::{Command, DeliveryResult};
use people::app::links::{self, Proof};
use people::app::persons::{self, For};
use people::app::{Flat, require_fresh};
use people::model::person::{Contact, GuardianName, Identity, NewGuardian, NewPerson, Part};
use people::model::{Place, SessionId};
use store::Who;
use store::params;
use uuid::Uuid;

struct Staff {
    /// Decides, approves, and one of each who may not.
    coordinator: AccountId,
    head: AccountId,
    clerk: AccountId,
}

impl Town {
    fn desk_staff(&self) -> Staff {
        let here = Place { area: Some(COMMUNITY), ..Place::default() };
        Staff {
            coordinator: self.world.first.coordinator,
            head: self.second.0,
            clerk: self.world.staff(Role::Clerk, here, "clerk", "林窗").0,
        }
    }
    /// Somebody in care, and their link.
    fn resident(&self) -> (PersonId, Who) {
        let person = self.world.act(|cx| {
            let new = NewPerson {
                area: COMMUNITY,
                identity: Identity { name: "王桂芳".into(), birth_year: Some(1941), ..Identity::default() },
                contact: Contact { phone: Some("021-0555 0101".into()), ..Contact::default() },
                guardians: vec![NewGuardian {
                    who: GuardianName { name: "李敏".into(), relation: "女儿".into() },
                    phone: None,
                }],
            };
            persons::register_person(cx, &Flat, &new)
        });
        (person, Who::new(Actor::subject(self.world.house.district, person), Purpose::OwnRecord))
    }
    /// A matter of the worker about this person.
    fn about(&self, person: PersonId) -> kernel::ids::MatterId {
        let matter = self.dispute().matter;
        self.world.act_as(self.staff(self.worker.0, matter), move |cx| about::link(cx, matter, person)).unwrap();
        matter
    }
    fn asks(&self, who: Who, of: Of, kind: Kind, words: Words) -> Result<DataRequestId, Error> {
        self.world.act_as(who, move |cx| requests::ask(cx, of, kind, &words, None))
    }
    fn decides(&self, who: AccountId, id: DataRequestId, what: Settled) -> Result<State, Error> {
        let who = self.world.who(who, Purpose::DataRequest(id));
        self.world.act_as(who, move |cx| requests::decide(cx, id, &what))
    }
    fn session(&self, account: AccountId) -> SessionId {
        self.world.act(move |cx| {
            let id: Uuid = cx.new_id();
            let sql = "INSERT INTO login_session (id, district_id, account_id, token_hash, device, created_at, last_seen_at, \
                       expires_at, method, fresh_at) VALUES ($1, $2, $3, $4, 'test', $5, $5, $6, 'password', $5)";
            let hash = id.as_bytes().as_slice();
            cx.execute(sql, params![id, cx.district(), account, hash, cx.now, cx.now.plus_days(1)])?;
            Ok::<_, store::Error>(SessionId(id))
        })
    }
    fn approves(&self, account: AccountId, id: DataRequestId) -> Result<State, Error> {
        let session = self.session(account);
        self.world.act_as(self.world.who(account, Purpose::DataRequest(id)), move |cx| {
            let fresh = require_fresh(cx, session)?;
            requests::approve(cx, &fresh, id)
        })
    }
    fn hands_over(&self, account: AccountId, id: DataRequestId) -> Result<Vec<CopyLine>, Error> {
        let session = self.session(account);
        self.world.act_as(self.world.who(account, Purpose::DataRequest(id)), move |cx| {
            let fresh = require_fresh(cx, session)?;
            requests::hand_over(cx, &fresh, id, kernel::Lang::ZhCn)
        })
    }
    fn fetches(&self, who: Who, of: Of, id: DataRequestId) -> Result<Vec<CopyLine>, Error> {
        self.world.act_as(who, move |cx| requests::fetch(cx, of, id, kernel::Lang::ZhCn))
    }
    fn answers(&self, who: Who, of: Of) -> Vec<Request> {
        self.world.house.rt.read_now(who, move |cx| requests::of_holder(cx, of)).unwrap()
    }
    fn closes(&self, matter: kernel::ids::MatterId) {
        self.answered(matter);
        let raiser = self.detail(self.worker.0, matter).unwrap().raisers[0].id;
        let reached = Command::RecordDelivery { raiser, result: DeliveryResult::CallAnswered, note: None };
        self.act(self.worker.0, matter, reached);
    }
}

fn denied<T: std::fmt::Debug>(done: Result<T, Error>) -> bool {
    matches!(done, Err(Error::Denied(_) | Error::People(people::Error::Denied(_)) | Error::NotFound))
}

fn refused<T: std::fmt::Debug>(done: Result<T, Error>) -> &'static str {
    match done {
        Err(Error::People(people::Error::Refused(why))) => why,
        other => panic!("{other:?}"),
    }
}

fn granted() -> Settled {
    Settled::Grant(String::new())
}

fn line<'a>(copy: &'a [CopyLine], field: &str) -> &'a str {
    copy.iter().find(|l| l.field == field).map_or("", |l| l.value.as_str())
}

testkit::both_databases! {
    fn a_copy_needs_two_people_and_goes_to_whom_it_is_about_once(t: Town) {
        let staff = t.desk_staff();
        let (person, own) = t.resident();
        let of = Of::Person(person);
        t.about(person);
        let id = t.asks(own.clone(), of, Kind::Copy, Words::default()).unwrap();
        assert!(matches!(t.asks(own.clone(), of, Kind::Copy, Words::default()), Err(Error::Invalid(_))), "asked already");
        // Who may not decide, approve, read or take it.
        for who in [staff.clerk, staff.head, t.worker.0, t.world.first.system, t.world.first.security, t.world.first.audit] {
            assert!(denied(t.decides(who, id, granted())), "who may not");
        }
        assert_eq!(t.decides(staff.coordinator, id, granted()).unwrap(), State::Granted);
        assert!(denied(t.approves(staff.coordinator, id)), "not by whoever granted it");
        assert!(denied(t.approves(staff.clerk, id)));
        assert_eq!(refused(t.fetches(own.clone(), of, id)), "no-copy");
        assert_eq!(t.approves(staff.head, id).unwrap(), State::Ready);
        let (other, foreign) = t.resident();
        assert!(denied(t.fetches(foreign.clone(), of, id)), "the link of somebody else");
        assert!(denied(t.fetches(foreign, Of::Person(other), id)), "somebody else's request");
        for who in [t.world.public(), t.world.who(staff.coordinator, Purpose::Administration)] {
            assert!(denied(t.fetches(who, of, id)));
        }
        let copy = t.fetches(own.clone(), of, id).unwrap();
        for (field, value) in [("name", "王桂芳"), ("birth_year", "1941"), ("phone", "02105550101"), ("guardian", "李敏"), ("number", "HQ-")] {
            assert!(line(&copy, field).starts_with(value), "{field}: {copy:?} {}", line(&copy, field));
        }
        // Another form of it within the hour, nothing after that, and nobody prints it a second time.
        t.fetches(own.clone(), of, id).unwrap();
        assert_eq!(refused(t.hands_over(staff.head, id)), "copy-taken");
        t.advance(3_600);
        assert_eq!(refused(t.fetches(own.clone(), of, id)), "copy-taken");
        t.run_jobs();
        let kept = t.sql(|cx| cx.query_one("SELECT copy FROM data_request", &[])?.opt_blob("copy"));
        assert!(kept.is_none(), "its key and the file are gone");
        // Each opening is a look that the person sees.
        let looks = t.sql(move |cx| {
            cx.query_one("SELECT COUNT(*) AS n FROM audit_read WHERE subject = $1 AND fields = 'copy'", params![person])?.i64("n")
        });
        assert_eq!(looks, 3, "made once, opened twice");
    }

    fn a_copy_that_nobody_fetches_ends_and_one_is_printed_for_whoever_comes(t: Town) {
        let staff = t.desk_staff();
        let (person, own) = t.resident();
        let of = Of::Person(person);
        let ready = |t: &Town| {
            let id = t.asks(own.clone(), of, Kind::Copy, Words::default()).unwrap();
            t.decides(staff.coordinator, id, granted()).unwrap();
            t.approves(staff.head, id).unwrap();
            id
        };
        let id = ready(&t);
        t.advance(requests::COPY_DAYS * 86_400);
        t.run_jobs();
        assert_eq!(refused(t.fetches(own.clone(), of, id)), "copy-ended");
        let id = ready(&t);
        assert!(denied(t.hands_over(staff.clerk, id)));
        assert_eq!(line(&t.hands_over(staff.head, id).unwrap(), "name"), "王桂芳");
        assert_eq!(refused(t.hands_over(staff.head, id)), "copy-taken");
    }

    fn a_correction_changes_the_record_and_keeps_who_and_when(t: Town) {
        let staff = t.desk_staff();
        let (person, own) = t.resident();
        let of = Of::Person(person);
        let words = |field: &str, value: &str| Words { field: Some(field.into()), value: Some(value.into()), ..Words::default() };
        assert!(matches!(t.asks(own.clone(), of, Kind::Correct, words("score", "1")), Err(Error::Invalid(_))));
        let id = t.asks(own.clone(), of, Kind::Correct, words("phone", "021-0555 0199")).unwrap();
        assert_eq!(t.decides(staff.coordinator, id, granted()).unwrap(), State::Done);
        let matter = t.about(person);
        let record = t.world.act_as(t.staff(t.worker.0, matter), move |cx| {
            let why = about::in_the_name_of(cx, matter, person)?;
            Ok::<_, Error>(persons::open_record(cx, person, &why)?)
        }).unwrap();
        assert_eq!(record.contact.yes().unwrap().phone.as_deref(), Some("02105550199"));
        assert_eq!(record.version, 2);
        let logged = t.sql(|cx| {
            let row = cx.query_one("SELECT actor, payload FROM event WHERE kind = 'person.changed'", &[])?;
            Ok((row.text("actor")?, row.text("payload")?))
        });
        assert_eq!(logged.0, format!("account:{}", staff.coordinator));
        assert!(logged.1.contains(&id.to_string()) && !logged.1.contains("0199"), "{}", logged.1);
        // What needs a consent is not written without one.
        let id = t.asks(own.clone(), of, Kind::Correct, words("health", "高血压")).unwrap();
        assert_eq!(refused(t.decides(staff.coordinator, id, granted())), "no-consent");
        // A raiser's block, too.
        let receipt = t.dispute();
        let code = receipt.code.clone();
        let of = t.world.look(move |cx| requests::holder_of(cx, &code));
        let raiser = t.as_raiser(receipt.matter);
        let id = t.asks(raiser, of, Kind::Correct, words("name", "赵二")).unwrap();
        t.decides(staff.coordinator, id, granted()).unwrap();
        let matter = receipt.matter;
        let shown = t.world.act_as(t.staff(t.worker.0, matter), move |cx| matters::raiser::reveal(cx, matter)).unwrap();
        assert_eq!(shown[0].name.as_deref(), Some("赵二"));
    }

    fn erasure_destroys_the_keys_and_the_rows_and_leaves_proof_without_content(t: Town) {
        let staff = t.desk_staff();
        let (person, own) = t.resident();
        let of = Of::Person(person);
        let matter = t.about(person);
        let objection = Words { text: "不要再上门".into(), ..Words::default() };
        t.asks(own.clone(), of, Kind::Object, objection).unwrap();
        let id = t.asks(own.clone(), of, Kind::Erase, Words::default()).unwrap();
        assert_eq!(refused(t.decides(staff.coordinator, id, granted())), "open-matter");
        t.closes(matter);
        assert_eq!(t.decides(staff.coordinator, id, granted()).unwrap(), State::Granted);
        assert!(denied(t.approves(staff.coordinator, id)));
        assert_eq!(t.approves(staff.head, id).unwrap(), State::Done);
        for table in ["person", "guardian", "person_token", "person_area"] {
            let n = t.sql(move |cx| cx.query_one(&format!("SELECT COUNT(*) AS n FROM {table}"), &[])?.i64("n"));
            assert_eq!(n, 0, "{table}");
        }
        let keys = t.sql(move |cx| {
            let sql = "SELECT COUNT(*) AS n FROM subject_key WHERE subject = $1";
            cx.query_one(sql, params![person])?.i64("n")
        });
        assert_eq!(keys, 0, "nothing opens in an older backup either");
        // What is left says that it was, to the person too.
        assert_eq!((t.world.logged("person.registered"), t.world.logged("person.erased")), (1, 1));
        let answers = t.answers(own, of);
        assert!(answers.iter().any(|r| r.kind == Kind::Erase && r.state == State::Done));
        let objected = answers.iter().find(|r| r.kind == Kind::Object).unwrap();
        assert!(objected.words.text.is_empty(), "what was said before goes, too");
    }

    fn the_erasure_of_a_raiser_waits_for_the_answer_and_leaves_the_redacted_copy(t: Town) {
        let staff = t.desk_staff();
        let receipt = t.raise(something("dispute", "我家楼上半夜拖家具,我是赵一𠮷"));
        let code = receipt.code.clone();
        let of = t.world.look(move |cx| requests::holder_of(cx, &code));
        let matter = receipt.matter;
        let raiser = || t.as_raiser(matter);
        let id = t.asks(raiser(), of, Kind::Erase, Words::default()).unwrap();
        assert_eq!(refused(t.decides(staff.coordinator, id, granted())), "open-matter");
        t.closes(matter);
        t.decides(staff.coordinator, id, granted()).unwrap();
        t.approves(staff.head, id).unwrap();
        let left = t.sql(move |cx| {
            let sql = "SELECT COUNT(*) AS n FROM matter_raiser WHERE matter_id = $1 AND (name IS NOT NULL OR phone_hash IS NOT NULL)";
            cx.query_one(sql, params![matter])?.i64("n")
        });
        assert_eq!(left, 0);
        let tracked = t.track(&receipt.code).unwrap();
        assert!(tracked.texts.iter().all(|n| !n.text.contains("赵一𠮷")), "the words as they stood are gone");
        assert_eq!(t.answers(raiser(), of)[0].state, State::Done, "the page still says so");
    }

    fn it_is_due_in_fifteen_working_days_put_off_once_and_refused_only_with_a_reason(t: Town) {
        let staff = t.desk_staff();
        let (person, own) = t.resident();
        let of = Of::Person(person);
        let object = || Words { text: "为什么登记我".into(), ..Words::default() };
        assert!(matches!(t.asks(own.clone(), of, Kind::Object, Words::default()), Err(Error::Invalid(_))), "no words");
        let id = t.asks(own.clone(), of, Kind::Object, object()).unwrap();
        let due = |t: &Town| t.answers(own.clone(), of)[0].due_at;
        let calendar = t.world.look(matters::app::calendar);
        assert_eq!(due(&t), calendar.after_working_days(t.now(), 15).at);
        let jobs = t.sql(|cx| {
            let rows = cx.query("SELECT payload, run_at FROM job WHERE kind = 'notify.data_request' ORDER BY run_at", &[])?;
            rows.iter().map(|r| Ok((r.text("payload")?, r.moment("run_at")?))).collect::<Result<Vec<(String, Moment)>, _>>()
        });
        let steps: Vec<_> = ["new", "soon", "due", "late"].iter().zip(&jobs).map(|(s, (payload, _))| payload.contains(s)).collect();
        assert_eq!((steps, jobs[2].1), (vec![true; 4], due(&t)), "{jobs:?}");
        assert!(matches!(t.decides(staff.coordinator, id, Settled::Extend(" ".into())), Err(Error::Invalid(_))));
        let before = due(&t);
        t.decides(staff.coordinator, id, Settled::Extend("要问两个单位".into())).unwrap();
        assert_eq!(due(&t), calendar.after_working_days(before, 15).at);
        assert_eq!(refused(t.decides(staff.coordinator, id, Settled::Extend("再拖".into()))), "extended-already");
        let nothing_said = Settled::Refuse(Refusal::Law, String::new());
        assert!(matches!(t.decides(staff.coordinator, id, nothing_said), Err(Error::Invalid(_))));
        let why = Settled::Refuse(Refusal::Law, "办结的事要留存".into());
        assert_eq!(t.decides(staff.coordinator, id, why).unwrap(), State::Refused);
        assert_eq!(refused(t.decides(staff.coordinator, id, granted())), "decided-already");
        let told = &t.answers(own.clone(), of)[0];
        assert_eq!((told.refusal, told.answer.as_deref()), (Some(Refusal::Law), Some("办结的事要留存")));
    }

    fn a_clerk_takes_it_down_from_the_code_and_says_how_they_checked(t: Town) {
        let staff = t.desk_staff();
        let (person, _) = t.resident();
        let matter = t.about(person);
        let issued = t.world.act_as(t.staff(t.worker.0, matter), move |cx| {
            let why = about::in_the_name_of(cx, matter, person)?;
            Ok::<_, Error>(links::issue(cx, person, &why, None, Proof::IdCard)?)
        }).unwrap();
        let id = issued.id;
        let unvouched = t.asks(Who::new(Actor::subject(t.world.house.district, person), Purpose::OwnRecord), Of::Person(person), Kind::Copy, Words::default());
        assert_eq!(refused(unvouched), "letter-unconfirmed", "one person alone printed it");
        t.world.act_as(t.staff(staff.head, matter), move |cx| {
            let why = about::in_the_name_of(cx, matter, person)?;
            Ok::<_, Error>(links::confirm(cx, person, &why, id)?)
        }).unwrap();
        let takes = |who: AccountId, proof: Option<Proof>| {
            let code = issued.code.clone();
            t.world.act_as(t.world.who(who, Purpose::Proxy), move |cx| {
                let of = requests::holder_of(cx, &code)?;
                requests::ask(cx, of, Kind::Copy, &Words::default(), proof)
            })
        };
        assert!(matches!(takes(staff.clerk, None), Err(Error::Invalid(_))), "nobody was checked");
        let id = takes(staff.clerk, Some(Proof::HouseholdBook)).unwrap();
        let list = |who| t.world.house.rt.read_now(t.world.who(who, Purpose::Administration), requests::list);
        assert_eq!(list(staff.clerk).unwrap()[0].id, id, "one's own");
        assert_eq!(list(t.worker.0).unwrap().len(), 0, "not what others took down");
        assert_eq!(list(staff.head).unwrap()[0].proof, "household_book");
        for who in [t.world.first.system, t.world.first.security, t.world.first.audit] {
            assert!(denied(list(who)));
        }
        let read = |who| t.world.house.rt.read_now(t.world.who(who, Purpose::DataRequest(id)), move |cx| requests::one(cx, id));
        assert!(denied(read(staff.clerk)) && denied(read(t.worker.0)));
        read(staff.coordinator).unwrap();
        // Whoever took it down does not approve it, whatever else they are.
        let volunteer = t.world.staff(Role::Volunteer, Place::default(), "vol", "志愿").0;
        assert!(denied(takes(volunteer, Some(Proof::Known))));
    }

    fn withdrawing_a_consent_on_ones_own_page_is_done_at_once(t: Town) {
        let (person, own) = t.resident();
        let of = Of::Person(person);
        let words = || Words { part: Some(Part::Health.code().into()), ..Words::default() };
        let matter = t.about(person);
        assert_eq!(refused(t.asks(own.clone(), of, Kind::Withdraw, words())), "not-agreed");
        let review = t.now().plus_days(300);
        t.world.act_as(t.staff(t.worker.0, matter), move |cx| {
            use people::app::consents::{self, Aim, Answer, By, NewConsent, Way};
            let why: For = about::in_the_name_of(cx, matter, person)?;
            let new = NewConsent {
                part: Part::Health,
                answer: Answer::Given,
                by: By::Subject,
                guardian: None,
                aim: Aim::Care,
                way: Way::Paper,
                witness: "陈医生".into(),
                review_on: review,
                by_themselves: false,
            };
            Ok::<_, Error>(consents::record(cx, person, &why, &new)?)
        }).unwrap();
        t.asks(own.clone(), of, Kind::Withdraw, words()).unwrap();
        let stands = t.world.look(move |cx| people::app::consents::in_force(cx, person, Part::Health));
        assert!(!stands);
        assert_eq!(t.answers(own, of)[0].state, State::Done);
        assert_eq!(t.world.logged("consent.withdrawn"), 1);
    }
}
