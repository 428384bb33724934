//! Uploaded files are looked through and brought in by a job, in the name of whoever sent them: everything or nothing, once,
//! whatever breaks on the way.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use cli::import::upload::Stated;
use cli::import::uploads::{self, Outcome, Upload};
use kernel::ids::AccountId;
use kernel::{Purpose, Role};
use people::app::sessions::actor_of;
use people::model::Place;
use places::AreaKind;
use places::app::{AreaChanges, SaveArea, save_areas};
use store::imports::drafts::{State, Wish};
use store::{Cx, Fault, Who};
use testkit::{Kind, Setup, both_databases};
use uuid::Uuid;

struct World {
    world: testkit::World,
    admin: AccountId,
    other: AccountId,
}

impl Setup for World {
    fn setup(kind: Kind) -> Self {
        let sets = [places::MIGRATIONS, people::MIGRATIONS, matters::MIGRATIONS, alerts::MIGRATIONS];
        let world = testkit::World::with(kind, &sets);
        world.act(matters::app::seed_classes);
        let admin = world.staff(Role::SystemAdmin, Place::default(), "sys.one", "sys.one").0;
        let other = world.staff(Role::Coordinator, Place::default(), "coord.two", "coord.two").0;
        Self { world, admin, other }
    }
}

const MAP: &str = "timezone = \"Asia/Shanghai\"\nkey = \"id\"\n[columns]\nopened = \"day\"\nclass = \"kind\"\ntext = \"what\"\n[classes]\ncreate = true\n";

fn matters() -> Stated {
    Stated { kind: "matters".into(), datum: "none".into(), map: MAP.into(), ..Stated::default() }
}

fn areas() -> Stated {
    Stated { kind: "areas".into(), area_kind: "community".into(), datum: "none".into(), ..Stated::default() }
}

/// Rows of which every key begins with `start`; a column that nobody reads makes them long.
fn rows(start: &str, n: usize, long: usize) -> Vec<u8> {
    let pad = "长".repeat(long);
    let row = |i: usize| format!("{start}{i},2024-03-0{} 09:00,路灯,灯不亮 {i},{pad}\n", i % 9 + 1);
    let body: String = (0..n).map(row).collect();
    format!("id,day,kind,what,pad\n{body}").into_bytes()
}

impl World {
    fn who(&self, account: AccountId) -> Who {
        let actor = self.world.house.rt.read_now(self.world.house.system(), move |cx| actor_of(cx, account)).unwrap();
        Who::new(actor, Purpose::Administration)
    }
    fn act<T: Send + 'static>(
        &self,
        account: AccountId,
        f: impl FnOnce(&mut Cx<'_>) -> anyhow::Result<T> + Send + 'static,
    ) -> anyhow::Result<T> {
        self.world.house.rt.write_now(self.who(account), f)
    }
    fn keep(&self, stated: Stated, name: &'static str, bytes: Vec<u8>) -> Uuid {
        self.act(self.admin, move |cx| uploads::keep(cx, name, &stated, &bytes)).unwrap()
    }
    fn find(&self, id: Uuid) -> Upload {
        self.act(self.admin, move |cx| uploads::find(cx, id)).unwrap()
    }
    fn work(&self, id: Uuid) -> anyhow::Result<()> {
        uploads::work(&self.world.house.rt, self.world.house.district, id)
    }
    fn run_jobs(&self) {
        store::jobs::run_due(&self.world.house.rt, self.world.house.district, &uploads::handlers()).unwrap();
    }
    fn bring(&self, id: Uuid) {
        let upload = self.find(id);
        self.act(self.admin, move |cx| uploads::wish(cx, &upload, Wish::Bring, &upload.stated)).unwrap();
    }
    fn count(&self, sql: &'static str) -> i64 {
        self.world.house.rt.read_now(self.world.house.system(), move |cx| cx.query_one(sql, &[])?.i64("n")).unwrap()
    }
}

const MATTERS: &str = "SELECT COUNT(*) AS n FROM matter_foreign";
const IMPORTS: &str = "SELECT COUNT(*) AS n FROM import_run";

both_databases! {
    fn a_long_file_is_read_by_the_job_and_a_short_one_by_whoever_sent_it(w: World) {
        let long = w.keep(matters(), "old.csv", rows("a", 300, 400));
        assert_eq!((w.find(long).draft.state, w.find(long).is_busy()), (State::Waiting, true));
        w.run_jobs();
        let look = w.find(long);
        assert_eq!(look.looked().unwrap().added, 300);
        assert_eq!((w.count(MATTERS), look.draft.state), (0, State::Done), "a look writes nothing");
        w.bring(long);
        assert!(w.find(long).is_busy());
        // Three hundred rows are few: whoever waits does them; the job comes later and finds them done.
        w.work(long).unwrap();
        let done = w.find(long);
        assert_eq!((w.count(MATTERS), done.brought().unwrap().import), (300, Some(1)));
        w.run_jobs();
        assert_eq!((w.count(MATTERS), w.count(IMPORTS)), (300, 1));
        let by = w.act(w.admin, |cx| Ok(store::imports::find(cx, 1)?.by)).unwrap();
        assert_eq!(by, format!("account:{}", w.admin), "in the name of whoever sent it");
        assert_eq!(w.count("SELECT COUNT(*) AS n FROM import_draft WHERE length(body) > 0"), 0, "the file is not kept");
    }

    fn whatever_breaks_everything_is_in_once_or_nothing_is(w: World) {
        let mut broke = 0;
        for after in 0_u32.. {
            let before = w.count(MATTERS);
            let id = w.keep(matters(), "old.csv", rows(&format!("k{after}-"), 2, 0));
            w.work(id).unwrap();
            w.bring(id);
            w.world.house.rt.faults().arm(after, Fault::Connection);
            let done = w.work(id);
            let struck = !w.world.house.rt.faults().is_armed();
            w.world.house.rt.faults().disarm();
            let there = w.count(MATTERS) - before;
            assert!(there == 0 || there == 2, "{there} of 2 after {after}");
            assert_eq!(done.is_err(), w.find(id).is_busy(), "after {after}");
            broke += usize::from(done.is_err());
            w.work(id).unwrap();
            assert_eq!(w.count(MATTERS) - before, 2, "after {after}: {done:?}, {:?}", w.find(id));
            let upload = w.find(id);
            let look = upload.brought().unwrap_or_else(|| panic!("after {after}: {:?}", upload.outcome));
            assert!(look.added == 2 && look.import.is_some(), "after {after}: {look:?}");
            assert_eq!(w.count(IMPORTS), i64::from(after) + 1, "one import each, after {after}");
            if !struck {
                break;
            }
        }
        assert!(broke > 20, "{broke} places to break at");
    }

    fn an_upload_is_its_sender_s_and_done_with_their_rights(w: World) {
        let id = w.keep(areas(), "areas.csv", "code,name\nA1,甲里\n".into());
        let theirs = w.act(w.other, move |cx| uploads::find(cx, id));
        assert!(matches!(theirs.unwrap_err().downcast_ref(), Some(people::policy::Denied { .. })));
        let second = w.world.staff(Role::SystemAdmin, Place::default(), "sys.two", "sys.two").0;
        let theirs = w.act(second, move |cx| uploads::find(cx, id));
        assert!(matches!(theirs.unwrap_err().downcast_ref(), Some(store::Error::NotFound)));
        // Seats are given by the security administrator: the job has the rights of whoever sent the file, not its own.
        let seats = Stated { kind: "people".into(), ..Stated::default() };
        let id = w.keep(seats, "staff.csv", "login,name,role\na.one,甲,volunteer\n".into());
        w.work(id).unwrap();
        assert!(matches!(w.find(id).outcome, Some(Outcome::Denied { .. })));
        assert_eq!(w.count("SELECT COUNT(*) AS n FROM account WHERE login = 'a.one'"), 0);
    }

    fn people_in_care_come_in_and_nothing_said_names_them(w: World) {
        let area = SaveArea::new(AreaKind::Community, Some("310120001001"), "桂花里");
        let changes = AreaChanges { save: vec![area], retire: Vec::new() };
        w.world.act(move |cx| save_areas(cx, &changes));
        let stated = || Stated { kind: "residents".into(), ..Stated::default() };
        let head = "key,name,sex,birth_year,phone,area,guardian,relation,guardian_phone\n";
        let bad = format!("{head}R1,王桂芳,x,1941,问邻居,桂花里,李敏,女儿,\n");
        let id = w.keep(stated(), "r.csv", bad.into());
        w.work(id).unwrap();
        let said = w.find(id).draft.outcome.unwrap();
        assert!(said.contains("not-a-sex") && said.contains("not-a-phone"), "{said}");
        assert!(!said.contains("王桂芳") && !said.contains("问邻居"), "no value of the register");
        let good = format!("{head}R1,王桂芳,f,1941,021-0555 0101,桂花里,李敏,女儿,\n");
        let id = w.keep(stated(), "r.csv", good.into());
        w.work(id).unwrap();
        w.bring(id);
        w.work(id).unwrap();
        let upload = w.find(id);
        assert_eq!(upload.brought().unwrap().added, 1);
        assert!(!upload.draft.outcome.unwrap().contains("王桂芳"));
        assert_eq!(w.count("SELECT COUNT(*) AS n FROM person"), 1);
    }

    fn areas_under_another_key_are_asked_about(w: World) {
        let first = w.keep(areas(), "a.csv", "code,name\n,水闸社区\n,甲里\n".into());
        w.work(first).unwrap();
        w.bring(first);
        w.work(first).unwrap();
        let id = w.keep(areas(), "b.csv", "code,name\nC1,水闸居委会\nC2,甲里\n".into());
        w.work(id).unwrap();
        let Some(Outcome::Unsure(pairs)) = w.find(id).outcome else { panic!("{:?}", w.find(id).outcome) };
        let names: Vec<(&str, &str)> = pairs.iter().map(|p| (p.name.as_str(), p.area_name.as_str())).collect();
        assert_eq!(names, [("水闸居委会", "水闸社区"), ("甲里", "甲里")]);
        let mut stated = areas();
        stated.pairs = [("水闸居委会".to_owned(), None), ("甲里".to_owned(), Some(pairs[1].area))].into();
        let upload = w.find(id);
        w.act(w.admin, move |cx| uploads::wish(cx, &upload, Wish::Look, &stated)).unwrap();
        w.work(id).unwrap();
        let look = w.find(id);
        let looked = look.looked().unwrap_or_else(|| panic!("{:?}", look.outcome));
        assert_eq!((looked.added, looked.changed), (1, 1));
        w.bring(id);
        w.work(id).unwrap();
        assert_eq!(w.count("SELECT COUNT(*) AS n FROM area WHERE code IS NOT NULL"), 2);
        assert_eq!(w.count("SELECT COUNT(*) AS n FROM area"), 3);
    }
}
