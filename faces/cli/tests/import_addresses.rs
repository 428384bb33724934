//! `mulin import addresses`: door plates as offices keep them, the whole list or nothing, and back again.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use cli::Env;
use cli::import::addresses::{AddressesArgs, Summary};
use cli::import::undo::{CannotUndo, UndoArgs};
use cli::import::{Import, addresses};
use kernel::Datum;
use places::app::{AreaChanges, SaveArea, save_areas};
use places::gazetteer::{Closeness, Found};
use places::{AreaKind, Outline, find_place};
use std::path::{Path, PathBuf};
use testkit::{Kind, Setup, both_databases};

struct World {
    seed: testkit::World,
}

impl Setup for World {
    fn setup(kind: Kind) -> Self {
        let sets = [places::MIGRATIONS, people::MIGRATIONS, matters::MIGRATIONS, alerts::MIGRATIONS];
        let seed = testkit::World::with(kind, &sets);
        let area = |kind, name: &str, parent: Option<&str>| {
            let area =
                SaveArea::new(kind, Some(name), name).outlined(Outline::rectangle(121.4, 30.8, 121.6, 31.0).unwrap());
            match parent {
                Some(parent) => area.within(parent),
                None => area,
            }
        };
        let save = vec![area(AreaKind::District, "和邻区", None), area(AreaKind::Town, "青禾镇", Some("和邻区"))];
        seed.act(move |cx| save_areas(cx, &AreaChanges { save, retire: vec![] }));
        Self { seed }
    }
}

const HEAD: &str = "路名,弄,门牌,幢,小区名,经度,纬度,坐标系\n";
const LIST: &str = "望苇路,128,5,,月季苑,121.4657,30.9123,gcj02\n望苇路,128,6,2,月季苑,121.4659,30.9123,gcj02\n\
                    望苇路,8号,,,月季大厦,121.4662,30.9120,gcj02\n水闸村3组,,12,,,121.4310,30.9051,gcj02\n";

impl World {
    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.seed.house.db.dir().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
    fn import(&self, file: &Path, change: impl FnOnce(&mut AddressesArgs)) -> (anyhow::Result<Summary>, String) {
        let mut args = AddressesArgs {
            file: file.to_owned(),
            map: None,
            datum: None,
            district: None,
            dry_run: false,
            accept_doubtful: false,
        };
        change(&mut args);
        let mut out = Vec::new();
        let mut env = Env { rt: &self.seed.house.rt, district: Some(self.seed.house.district), out: &mut out };
        let done = addresses::run(&mut env, &args);
        (done, String::from_utf8(out).unwrap())
    }
    fn undo(&self, n: i64) -> anyhow::Result<()> {
        let mut out = Vec::new();
        let mut env = Env { rt: &self.seed.house.rt, district: Some(self.seed.house.district), out: &mut out };
        cli::import::run(&mut env, &Import::Undo(UndoArgs { n, district: None, dry_run: false }))
    }
    fn find(&self, words: &'static str) -> Option<Found> {
        self.seed.look(move |cx| find_place(cx, words, None, 8)).into_iter().next()
    }
    /// The house itself, not one beside it.
    fn exact(&self, words: &'static str) -> Option<String> {
        self.find(words).filter(|f| f.closeness == Closeness::Exact).map(|f| f.name)
    }
}

both_databases! {
    fn a_list_is_looked_at_brought_replaced_and_put_back(world: World) {
        let list = world.file("doors.csv", &format!("{HEAD}{LIST}"));
        let (looked, told) = world.import(&list, |a| a.dry_run = true);
        assert!(looked.unwrap().added > 0 && told.contains("nothing was written") && told.contains("青禾镇"), "{told}");
        assert_eq!(world.find("望苇路128弄5号"), None);

        let (done, told) = world.import(&list, |_| ());
        let done = done.unwrap();
        assert!(done.added >= 6 && told.contains("mulin import undo 1"), "{told}");
        assert_eq!(world.exact("望苇路128弄5号").as_deref(), Some("望苇路128弄5号"));
        assert_eq!(world.exact("水闸村3组12号").as_deref(), Some("水闸村3组12号"));
        assert_eq!(world.exact("月季大厦").as_deref(), Some("月季大厦"), "by its name, without the street");
        assert_eq!(world.exact("月季苑2幢").as_deref(), Some("月季苑2幢"), "without its lane");
        let at = world.find("望苇路8号").unwrap().point;
        let stated = Datum::Gcj02.to_wgs84(121.4662, 30.9120).unwrap();
        assert!(at.distance_m(stated) < 1.0, "by the datum of its row");

        // The same list in another order is the same list.
        let turned: Vec<&str> = LIST.lines().rev().collect();
        let turned = world.file("turned.csv", &format!("{HEAD}{}\n", turned.join("\n")));
        let (again, told) = world.import(&turned, |_| ());
        assert_eq!((again.unwrap().added, told.contains("nothing to change")), (0, true), "{told}");

        let moved = LIST.replace("121.4310", "121.4311").replace("望苇路,8号,,,月季大厦", "望苇路,10号,,,月季大厦");
        let moved = world.file("later.csv", &format!("{HEAD}{moved}"));
        let later = world.import(&moved, |_| ()).0.unwrap();
        assert_eq!((later.added, later.changed, later.gone), (1, 1, 1), "{later:?}");
        assert_ne!(world.exact("望苇路8号").as_deref(), Some("望苇路8号"), "what the list does not have is gone");
        assert!(matches!(world.undo(1).unwrap_err().downcast(), Ok(CannotUndo::BuiltOn(1, _))));
        world.undo(2).unwrap();
        assert_eq!(world.exact("望苇路8号").as_deref(), Some("望苇路8号"));
        world.undo(1).unwrap();
        assert_eq!(world.find("望苇路128弄5号"), None);
    }

    fn wrong_rows_are_named_and_nothing_is_written(world: World) {
        let rows = "望苇路,,5,,,121.46,30.91,wgs84\n望苇路,,6,,,,30.91,wgs84\n,,7,,,121.46,30.91,wgs84\n\
                    望苇路,,8,,,121.46,30.91,wgs48\n望苇路,,,,,121.46,30.91,wgs84\n望苇路,,9,,,x,30.91,wgs84\n";
        let list = world.file("wrong.csv", &format!("{HEAD}{rows}"));
        let refused = format!("{:#}", world.import(&list, |_| ()).0.unwrap_err());
        for what in ["row 3, column “经度”", "row 4, column", "row 5, column “坐标系”", "row 6, column “路名”", "row 7, column “经度”"] {
            assert!(refused.contains(what), "{what} in {refused}");
        }
        assert_eq!(world.find("望苇路5号"), None, "all or nothing");

        let rows = "望苇路,,5,,,121.46,30.91,wgs84\n望苇路,,5,,,121.47,30.91,wgs84\n望苇路,,7,,,122.9,30.91,wgs84\n";
        let list = world.file("doubtful.csv", &format!("{HEAD}{rows}"));
        let refused = format!("{:#}", world.import(&list, |_| ()).0.unwrap_err());
        assert!(refused.contains("stands in row 2 already") && refused.contains("outside the district"), "{refused}");
        assert!(world.import(&list, |a| a.accept_doubtful = true).0.is_ok());

        let bare = world.file("bare.csv", "address,lon,lat\n望苇路5号,121.46,30.91\n");
        let refused = format!("{:#}", world.import(&bare, |_| ()).0.unwrap_err());
        assert!(refused.contains("do not say their datum"), "{refused}");
        assert!(world.import(&bare, |a| a.datum = Some(Datum::Wgs84)).0.is_ok(), "a datum for the whole file");
        let empty = world.file("empty.csv", "路名,门牌\n望苇路,5\n");
        assert!(world.import(&empty, |a| a.datum = Some(Datum::Wgs84)).0.is_err(), "no coordinates at all");
    }
}

/// The example in the manual is what it says it is.
#[test]
fn the_example_comes_in() {
    let world = World::setup(Kind::Sqlite);
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples/addresses.csv");
    assert!(world.import(&example, |_| ()).0.unwrap().added >= 6);
    assert_eq!(world.exact("月季大厦").as_deref(), Some("月季大厦"));
}
