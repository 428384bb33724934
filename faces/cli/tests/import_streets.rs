//! `mulin import streets`: real extracts, several files as one, what would come in, and back again.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use cli::Env;
use cli::import::streets::{StreetsArgs, Summary};
use cli::import::undo::{CannotUndo, UndoArgs};
use cli::import::{Import, streets};
use std::path::{Path, PathBuf};
use testkit::{Kind, Setup, both_databases};

struct World {
    seed: testkit::World,
}

impl Setup for World {
    fn setup(kind: Kind) -> Self {
        let sets = [places::MIGRATIONS, people::MIGRATIONS, matters::MIGRATIONS, alerts::MIGRATIONS];
        Self { seed: testkit::World::with(kind, &sets) }
    }
}

fn extract(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../engines/streets/tests/data").join(name)
}

fn args(files: &[&str]) -> StreetsArgs {
    let files = files.iter().map(|f| extract(f)).collect();
    StreetsArgs { files, district: None, dry_run: false, max_nodes: 1_000_000 }
}

impl World {
    fn import(&self, args: &StreetsArgs) -> (anyhow::Result<Summary>, String) {
        let mut out = Vec::new();
        let mut env = Env { rt: &self.seed.house.rt, district: Some(self.seed.house.district), out: &mut out };
        let done = streets::run(&mut env, args);
        (done, String::from_utf8(out).unwrap())
    }
    fn undo(&self, n: i64) -> anyhow::Result<()> {
        let mut out = Vec::new();
        let mut env = Env { rt: &self.seed.house.rt, district: Some(self.seed.house.district), out: &mut out };
        cli::import::run(&mut env, &Import::Undo(UndoArgs { n, district: None, dry_run: false }))
    }
    fn file(&self) -> Option<String> {
        let who = cli::districts::operator(self.seed.house.district);
        self.seed.house.rt.read_now(who, places::streets::current).unwrap().map(|v| v.file)
    }
}

both_databases! {
    fn an_extract_is_looked_at_brought_replaced_and_put_back(world: World) {
        let centre = args(&["shanghai-centre.osm.pbf"]);
        let (_, told) = world.import(&StreetsArgs { dry_run: true, ..centre.clone() });
        assert!(told.contains("roads and paths: 102.0 km, 85 %") && told.contains("nothing was written"), "{told}");
        assert_eq!(world.file(), None);

        let (done, told) = world.import(&centre);
        assert_eq!(done.unwrap().brought.unwrap().import, Some(1));
        assert!(told.contains("mulin import undo 1"), "{told}");
        assert_eq!(world.file().as_deref(), Some("shanghai-centre.osm.pbf"));
        let (_, told) = world.import(&centre);
        assert!(told.contains("here already"), "{told}");

        let (done, _) = world.import(&args(&["shanghai-centre.osm.pbf", "shanghai-university.osm.pbf"]));
        let both = done.unwrap().prepared;
        assert!(both.layers.road_km > 140.0, "two extracts as one: {}", both.layers.road_km);
        assert!(matches!(world.undo(1).unwrap_err().downcast(), Ok(CannotUndo::BuiltOn(1, _))));
        world.undo(2).unwrap();
        assert_eq!(world.file().as_deref(), Some("shanghai-centre.osm.pbf"));
        world.undo(1).unwrap();
        assert_eq!(world.file(), None);
    }
}

#[test]
fn what_is_no_osm_and_what_is_too_much_is_refused() {
    let world = World::setup(Kind::Sqlite);
    let wrong = world.seed.house.db.dir().join("streets.osm.pbf");
    std::fs::write(&wrong, b"name,code\n").unwrap();
    let refused = world.import(&StreetsArgs { files: vec![wrong], ..args(&[]) }).0.unwrap_err();
    assert!(format!("{refused:#}").contains("streets.osm.pbf: this is neither OSM PBF nor OSM XML"), "{refused:#}");
    let few = StreetsArgs { max_nodes: 100, ..args(&["shanghai-centre.osm.pbf"]) };
    let refused = world.import(&few).0.unwrap_err();
    assert!(format!("{refused:#}").contains("more than 100 nodes"), "{refused:#}");
    let empty = world.seed.house.db.dir().join("empty.osm.pbf");
    std::fs::write(&empty, b"").unwrap();
    let refused = world.import(&StreetsArgs { files: vec![empty], ..args(&[]) }).0.unwrap_err();
    assert!(format!("{refused:#}").contains("empty.osm.pbf: the file is empty"), "{refused:#}");
    assert_eq!(world.file(), None);
}

#[test]
fn one_of_anything_is_said_as_one() {
    let world = World::setup(Kind::Sqlite);
    let file = world.seed.house.db.dir().join("one.osm");
    let text = r#"<osm version="0.6"><node id="1" lat="31" lon="121"/><node id="2" lat="31.001" lon="121.001"/>
        <way id="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="footway"/></way></osm>"#;
    std::fs::write(&file, text).unwrap();
    let (done, told) = world.import(&StreetsArgs { files: vec![file], dry_run: true, ..args(&[]) });
    done.unwrap();
    assert!(!told.contains("outside of the district"), "nobody has drawn one: {told}");
    for words in ["2 nodes, 1 way\n", "1 stretch; all of it hangs together", "passed over: 1 reference to nodes"] {
        assert!(told.contains(words), "{words}: {told}");
    }
}

#[test]
fn a_file_of_another_place_and_one_without_a_street() {
    let world = World::setup(Kind::Sqlite);
    let outline = places::Outline::rectangle(121.4, 30.8, 121.6, 31.0).unwrap();
    let save = vec![places::app::SaveArea::new(places::AreaKind::District, None, "和邻区").outlined(outline)];
    let changes = places::app::AreaChanges { save, retire: vec![] };
    world.seed.house.rt.write_now(world.seed.house.system(), move |cx| places::app::save_areas(cx, &changes)).unwrap();
    let file = |name: &str, lon: f64, second: u8| {
        let path = world.seed.house.db.dir().join(name);
        let text = format!(
            r#"<osm version="0.6"><node id="1" lat="30.9" lon="{lon}"/><node id="2" lat="30.901" lon="{}"/>
            <way id="1"><nd ref="1"/><nd ref="{second}"/><tag k="highway" v="footway"/></way></osm>"#,
            lon + 0.001
        );
        std::fs::write(&path, text).unwrap();
        StreetsArgs { files: vec![path], dry_run: true, ..args(&[]) }
    };
    let note = "note: the streets lie wholly outside of the district";
    assert!(world.import(&file("there.osm", 121.7, 2)).1.contains(note));
    assert!(!world.import(&file("here.osm", 121.5, 2)).1.contains(note));
    let none = world.import(&file("none.osm", 121.5, 1)).0.unwrap_err();
    assert!(format!("{none:#}").contains("no road, path, water or building"), "{none:#}");
}
