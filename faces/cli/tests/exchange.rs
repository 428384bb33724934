//! Work orders of a hotline come in once and whole, and how they stand goes back.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use cli::Env;
use cli::exchange::{InArgs, OutArgs, Taken, give, take};
use kernel::{Lang, Purpose, Role};
use matters::app::{Act, Filter, Queue, act, list};
use matters::model::{Command, ContactOutcome, Outcome};
use people::model::Place;
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
}
