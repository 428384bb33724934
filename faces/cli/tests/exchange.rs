//! Work orders of a hotline come in once and whole, and how they stand goes back.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use cli::Env;
use cli::exchange::{InArgs, OutArgs, Taken, give, take};
use kernel::ids::{AccountId, MatterId, OrgId};
use kernel::{Lang, Purpose, Role};
use matters::app::{Act, Filter, Queue, act, list};
use matters::model::{Command, ContactOutcome, Outcome};
use people::app::orgs::{NewOrg, create_org};
use people::model::{OrgKind, Place};
use serde_json::Value;
use std::path::{Path, PathBuf};
use testkit::{Kind, Setup, World, both_databases};

struct Town {
    world: World,
}

impl Setup for Town {
    fn setup(kind: Kind) -> Self {
        let world = World::with(kind, &[places::MIGRATIONS, people::MIGRATIONS, matters::MIGRATIONS]);
        world.act(matters::app::seed_classes);
        Self { world }
    }
}

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples")
}

impl Town {
    fn take(&self, file: &Path, dry_run: bool) -> (anyhow::Result<Taken>, String) {
        let mut out = Vec::new();
        let args = InArgs {
            file: file.to_owned(),
            map: examples().join("hotline.toml"),
            datum: None,
            system: "12345".into(),
            district: None,
            dry_run,
        };
        let house = &self.world.house;
        let done = take(&mut Env { rt: &house.rt, district: Some(house.district), out: &mut out }, &args);
        (done, String::from_utf8(out).unwrap())
    }
    fn take_with(&self, map: &Path, file: &Path) -> (anyhow::Result<Taken>, String) {
        let mut out = Vec::new();
        let (file, map) = (file.to_owned(), map.to_owned());
        let args = InArgs { file, map, datum: None, system: "12345".into(), district: None, dry_run: false };
        let house = &self.world.house;
        let done = take(&mut Env { rt: &house.rt, district: Some(house.district), out: &mut out }, &args);
        (done, String::from_utf8(out).unwrap())
    }
    /// A committee, and somebody who works there.
    fn body(&self) -> (OrgId, AccountId) {
        let new = NewOrg {
            kind: OrgKind::Committee,
            name: "青禾居委会".into(),
            parent: None,
            area: None,
            post: None,
            phone: None,
        };
        let body = self.world.act(move |cx| create_org(cx, &new));
        let place = Place { org: Some(body), ..Place::default() };
        (body, self.world.staff(Role::CommitteeWorker, place, "worker", "钱二").0)
    }
    fn file(&self, name: &str, text: &str) -> PathBuf {
        let file = self.world.house.db.dir().join(name);
        std::fs::write(&file, text).unwrap();
        file
    }
    fn give(&self, since: &str, json: bool) -> String {
        let mut out = Vec::new();
        let args = OutArgs { since: since.into(), json, system: "12345".into(), district: None };
        let house = &self.world.house;
        give(&mut Env { rt: &house.rt, district: Some(house.district), out: &mut out }, &args).unwrap();
        String::from_utf8(out).unwrap()
    }
    fn matters(&self) -> i64 {
        self.world.look(|cx| cx.query_one("SELECT COUNT(*) AS n FROM matter", &[])?.i64("n"))
    }
}

both_databases! {
    fn orders_come_in_once(t: Town) {
        let file = examples().join("hotline.csv");
        let (done, told) = t.take(&file, true);
        assert_eq!((done.unwrap(), t.matters()), (Taken::default(), 0), "{told}");
        let (done, told) = t.take(&file, false);
        assert_eq!(done.unwrap(), Taken { new: 2, ..Taken::default() }, "{told}");
        let (again, told) = t.take(&file, false);
        assert_eq!(again.unwrap(), Taken { unchanged: 2, ..Taken::default() }, "{told}");
        let changed = std::fs::read_to_string(&file).unwrap().replace("拖家具", "弹琴");
        let (differs, told) = t.take(&t.file("changed.csv", &changed), false);
        assert_eq!(differs.unwrap(), Taken { unchanged: 1, differs: 1, new: 0 }, "{told}");
        assert_eq!(t.matters(), 2);
    }

    fn a_list_of_objects_is_as_good_as_a_table(t: Town) {
        let json = r#"[{"工单编号":20260629000125,"事项分类":"其他","诉求内容":"井盖松动","受理时间":"2026/06/29 09:30","办理时限":null,
            "来电人":"","联系电话":"","事发地址":"","纬度":"","经度":""}]"#;
        let (done, told) = t.take(&t.file("orders.json", json), false);
        assert_eq!(done.unwrap().new, 1, "{told}");
        assert!(t.give("2026-06-01T00:00:00Z", false).contains("20260629000125,HQ-2026-00001,received,"));
    }

    fn wrong_orders_are_named_and_none_comes_in(t: Town) {
        let head = "工单编号,事项分类,诉求内容,受理时间,办理时限,来电人,联系电话,事发地址,纬度,经度\n";
        let rows = "1,噪音扰民,好的,2026/06/29 09:30,,,,,,\n1,噪音扰民,又一件,,,,,,,\n2,谣言,x,yesterday,,,,,,\n3,其他,,,,,12,,30.9,\n";
        let told = t.take(&t.file("orders.csv", &format!("{head}{rows}")), false).0.unwrap_err().to_string();
        for said in [
            "row 3, column “工单编号”: “1” stands in row 2 already",
            "row 4, column “事项分类”: “谣言” is not listed",
            "row 4, column “受理时间”",
            "row 5, column “诉求内容”: is empty",
            "row 5, column “联系电话”: is no telephone number",
            "row 5, column “纬度”: latitude and longitude belong together",
            "nothing was imported",
        ] {
            assert!(told.contains(said), "{said} not in {told}");
        }
        assert_eq!(t.matters(), 0);
    }

    fn how_they_stand_goes_back_with_the_answer(t: Town) {
        t.take(&examples().join("hotline.csv"), false).0.unwrap();
        let me = t.world.first.coordinator;
        let line = {
            let who = t.world.who(me, Purpose::OwnMatter);
            let filter = Filter { queue: Queue::Place, ..Filter::default() };
            let page = t.world.act_as(who, move |cx| list(cx, &filter)).unwrap();
            page.lines.into_iter().find(|l| l.class == "dispute").unwrap()
        };
        let matter = line.matter;
        let (head, _) = t.world.staff(Role::Coordinator, Place::default(), "second", "第二");
        let run = |who, command| {
            let who = t.world.who(who, Purpose::Matter(matter));
            t.world.act_as(who, move |cx| act(cx, Act::new(matter, command))).unwrap();
        };
        let before = t.give("2026-06-01T00:00:00Z", true);
        let before: Value = serde_json::from_str(&before).unwrap();
        assert_eq!(before.as_array().unwrap().len(), 2);
        assert!(before.as_array().unwrap().iter().all(|o| o["state"] == "received" && o["answer"].is_null()), "{before}");
        t.world.house.clock.advance_secs(3_600);
        run(me, Command::Sign);
        run(me, Command::Contact { outcome: ContactOutcome::Reached, note: None });
        run(me, Command::Submit { outcome: Outcome::Done, answer: "=已经劝说，夜里不再拖动。".into() });
        assert!(!t.give("2026-06-01T00:00:00Z", false).contains("劝说"), "not before it is checked");
        run(head, Command::Verify { note: None });
        run(me, Command::Answer);
        let csv = t.give("2026-06-29T06:30:00Z", false);
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines[0], "order,number,state,outcome,changed,due,closed,answer");
        assert_eq!(lines.len(), 2, "only what changed since: {csv}");
        assert!(lines[1].starts_with(&format!("20260629000123,{},answered,done,2026-06-29 15:00:00,", line.number)), "{csv}");
        assert!(lines[1].ends_with(",'=已经劝说，夜里不再拖动。"), "no formula: {csv}");
        for secret in ["赵一", "0188", "拖家具", "青禾路12号"] {
            assert!(!csv.contains(secret), "{secret} in {csv}");
        }
        let seen = t.world.look(|cx| cx.query_one("SELECT COUNT(*) AS n FROM audit_read WHERE fields = 'answer'", &[])?.i64("n"));
        assert_eq!(seen, 1, "reading an answer is logged");
        let _ = Lang::ZhCn;
    }

    /// The documented case: an order of the hotline came to the very body it was about (R3).
    fn an_order_about_a_body_goes_past_it_and_only_its_state_goes_back(t: Town) {
        let (body, worker) = t.body();
        let map = std::fs::read_to_string(examples().join("hotline.toml")).unwrap();
        let map = t.file("about.toml", &map.replace("# about =", "about ="));
        let head = "工单编号,事项分类,诉求内容,受理时间,办理时限,来电人,联系电话,事发地址,纬度,经度,被反映单位\n";
        let unknown = format!("{head}1,噪音扰民,态度恶劣,,,赵一,021-0571 0188,,,,青禾居委\n");
        let told = t.take_with(&map, &t.file("unknown.csv", &unknown)).0.unwrap_err().to_string();
        assert!(told.contains("row 2, column “被反映单位”: “青禾居委” is no body of this district"), "{told}");
        assert_eq!(t.matters(), 0, "rather nothing than to those it is about");
        let known = unknown.replace("青禾居委", "青禾居委会");
        t.take_with(&map, &t.file("known.csv", &known)).0.unwrap();
        let (matter, about, owner) = t.world.look(|cx| {
            let row = cx.query_one("SELECT id, about_org, owner_account FROM matter", &[])?;
            Ok::<_, store::Error>((row.id::<MatterId>("id")?, row.id::<OrgId>("about_org")?, row.id::<AccountId>("owner_account")?))
        });
        assert_eq!(about, body);
        assert_ne!(owner, worker, "it went past");
        let who = t.world.who(worker, Purpose::Matter(matter));
        assert!(t.world.act_as(who, move |cx| matters::app::detail(cx, matter)).is_err(), "and is not there for its people");
        let me = t.world.first.coordinator;
        let run = |who, command| {
            let who = t.world.who(who, Purpose::Matter(matter));
            t.world.act_as(who, move |cx| act(cx, Act::new(matter, command))).unwrap();
        };
        let (second, _) = t.world.staff(Role::Coordinator, Place::default(), "second", "第二");
        run(me, Command::Sign);
        run(me, Command::Contact { outcome: ContactOutcome::Reached, note: None });
        run(me, Command::Submit { outcome: Outcome::Done, answer: "已经和居委会谈过话。".into() });
        run(second, Command::Verify { note: None });
        run(me, Command::Answer);
        let reads = |t: &Town| t.world.look(|cx| cx.query_one("SELECT COUNT(*) AS n FROM audit_read WHERE fields = 'answer'", &[])?.i64("n"));
        let before = reads(&t);
        for json in [false, true] {
            let file = t.give("2026-06-01T00:00:00Z", json);
            for words in ["谈过话", "居委会", "done", "态度", "赵一"] {
                assert!(!file.contains(words), "{words} in {file}");
            }
            assert!(file.contains("answered") && file.contains("HQ-2026-00001"), "where it stands: {file}");
        }
        assert_eq!(reads(&t), before, "the answer was not even opened");
    }

    /// Nobody said so when it came: it is said at the desk, and from then on the file is as silent.
    fn an_order_that_turns_out_to_be_about_a_body_falls_silent(t: Town) {
        let (body, worker) = t.body();
        let seat = t.world.look(move |cx| cx.query_one("SELECT seat_id FROM term WHERE account_id = $1", store::params![worker])?.id("seat_id"));
        t.take(&examples().join("hotline.csv"), false).0.unwrap();
        let me = t.world.first.coordinator;
        let matter = t.world.look(|cx| cx.query_one("SELECT id FROM matter WHERE class = 'dispute'", &[])?.id::<MatterId>("id"));
        let run = |who, command| {
            let who = t.world.who(who, Purpose::Matter(matter));
            t.world.act_as(who, move |cx| act(cx, Act::new(matter, command))).unwrap();
        };
        run(me, Command::Accept);
        run(me, Command::Assign { seat, note: None });
        run(worker, Command::Sign);
        run(worker, Command::Contact { outcome: ContactOutcome::Reached, note: None });
        run(worker, Command::Submit { outcome: Outcome::Done, answer: "反映不实。".into() });
        assert!(t.give("2026-06-01T00:00:00Z", false).contains(",done,"), "an ordinary order");
        let who = t.world.who(me, Purpose::Matter(matter));
        t.world.act_as(who, move |cx| matters::app::mark_about(cx, matter, body, "说的就是他们")).unwrap();
        let file = t.give("2026-06-01T00:00:00Z", false);
        assert!(!file.contains(",done,") && !file.contains("反映不实"), "{file}");
    }
}
