//! Addresses and names are found on both databases, as people type them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use kernel::Point;
use places::app::{self, AreaChanges, PostRef, SaveArea, SavePost};
use places::gazetteer::{Closeness, Entry, Filled, Found, Kind as Sort, Source, replace};
use places::{AreaKind, Error, Outline, PostState, Tier, WeekHours, find_place, name_of};
use store::Cx;
use testkit::{House, Kind, Setup, both_databases};

struct World(House);

fn at(lon: f64, lat: f64) -> Point {
    Point::new(lon, lat).unwrap()
}

/// Two towns side by side; in each a 望苇路, in the first with houses, lanes, a village and a compound.
impl Setup for World {
    fn setup(kind: Kind) -> Self {
        let world = Self(House::new(kind, &[places::MIGRATIONS]));
        let area = |kind, name: &str, w, s, e, n| {
            SaveArea::new(kind, None, name).outlined(Outline::rectangle(w, s, e, n).unwrap())
        };
        let save = vec![
            area(AreaKind::District, "和邻区", 121.4, 30.8, 121.6, 31.0),
            area(AreaKind::Town, "青禾镇", 121.4, 30.8, 121.5, 31.0),
            area(AreaKind::Town, "海湾镇", 121.5, 30.8, 121.6, 31.0),
            area(AreaKind::Community, "水闸村村民委员会", 121.4, 30.8, 121.45, 31.0).within("青禾镇"),
            area(AreaKind::Community, "月季社区", 121.45, 30.8, 121.5, 31.0).within("青禾镇"),
            area(AreaKind::Police, "第一警务区", 121.4, 30.8, 121.6, 31.0),
        ];
        world.write(move |cx| app::save_areas(cx, &AreaChanges { save, retire: vec![] })).unwrap();
        let post = SavePost {
            id: None,
            tier: Tier::PolicePost,
            code: None,
            name: "青禾警务站".into(),
            parent: None::<PostRef>,
            address: String::new(),
            phone: String::new(),
            point: Some(at(121.46, 30.9)),
            hours: WeekHours::always(),
            state: PostState::Running,
            serves: vec![],
            seen: None,
        };
        world.write(move |cx| app::save_posts(cx, &[post])).unwrap();
        world.fill(Source::Addresses, doors()).unwrap();
        world
    }
}

fn doors() -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut put = |text: String, lon, lat| entries.push(Entry::address(&text, at(lon, lat)).unwrap());
    // Even numbers north of the street, odd ones south; 200 m from 2 to 40, and nothing at 20.
    for n in 1..=40 {
        if n != 20 {
            let side = if n % 2 == 0 { 0.0002 } else { -0.0002 };
            put(format!("青禾镇望苇路{n}号"), 121.46 + f64::from(n) * 0.0001, 30.9 + side);
        }
    }
    for n in 1..=12 {
        put(format!("青禾镇望苇路128弄{n}号"), 121.473, 30.9 + f64::from(n) * 0.0001);
        put(format!("水闸村3组{n}号"), 121.42, 30.85 + f64::from(n) * 0.0001);
        put(format!("月季新村{n}幢"), 121.48, 30.95 + f64::from(n) * 0.0001);
    }
    put("水闸村宅基7号".into(), 121.421, 30.86);
    put("海湾镇望苇路5号".into(), 121.55, 30.9);
    entries.push(Entry { name_en: Some("Reed Bridge".into()), ..Entry::named(Sort::Poi, "苇桥", at(121.47, 30.91)) });
    entries
}

impl World {
    fn write<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Cx<'_>) -> places::Result<T> + Send + 'static,
    ) -> places::Result<T> {
        self.0.rt.write_now(self.0.system(), f)
    }
    fn fill(&self, source: Source, entries: Vec<Entry>) -> places::Result<Filled> {
        self.write(move |cx| replace(cx, source, entries))
    }
    fn find(&self, text: &str) -> Vec<Found> {
        let text = text.to_owned();
        self.write(move |cx| find_place(cx, &text, None, 8)).unwrap()
    }
    fn first(&self, text: &str) -> (String, Closeness) {
        let found = self.find(text);
        let first = found.first().unwrap_or_else(|| panic!("nothing found for {text}"));
        (first.name.clone(), first.closeness)
    }
}

both_databases! {
    fn an_address_is_found_however_it_is_typed(w: World) {
        use Closeness::{Between, Exact, NameOnly, NextTo};
        let table = [
            ("青禾镇望苇路8号", "望苇路8号", Exact),
            ("上海市和邻区青禾镇望苇路８號", "望苇路8号", Exact),
            ("望苇路8", "望苇路8号", Exact),
            ("8号 望苇路", "望苇路8号", Exact),
            ("青禾望苇路8号", "望苇路8号", Exact),
            ("望苇路128弄5号401室", "望苇路128弄5号", Exact),
            ("望苇路一百二十八弄五号", "望苇路128弄5号", Exact),
            ("望苇路128-5-401", "望苇路128弄5号", Exact),
            ("望苇路128弄", "望苇路128弄", Exact),
            ("wangweilu8", "望苇路8号", Exact),
            ("wwl128n5h", "望苇路128弄5号", Exact),
            ("No. 8 Wangwei Road, Qinghe", "望苇路8号", Exact),
            ("望伟路8号", "望苇路8号", Exact),
            ("望草路8号", "望苇路8号", Exact),
            ("wangwelu 8", "望苇路8号", Exact),
            ("水闸村3组12号", "水闸村3组12号", Exact),
            ("水闸村三组", "水闸村3组", Exact),
            ("水闸村 宅基 7 号", "水闸村宅基7号", Exact),
            ("水闸村3组宅基12号", "水闸村3组12号", Exact),
            ("水闸村7号", "水闸村宅基7号", Exact),
            ("望苇路128弄5之1号", "望苇路128弄5号", NextTo),
            ("月季新村5号楼302", "月季新村5幢", Exact),
            ("月季新村5号", "月季新村5幢", Exact),
            ("望苇路20号", "望苇路20号", Between),
            ("望苇路128弄14号", "望苇路128弄12号", NextTo),
            ("望苇路900号", "望苇路", NameOnly),
            ("望苇路", "望苇路", Exact),
            ("苇桥", "苇桥", Exact),
            ("reed bridge", "苇桥", Exact),
            ("青禾警务站", "青禾警务站", Exact),
            ("qhjwz", "青禾警务站", Exact),
            ("水闸村委会", "水闸村", Exact),
            ("水闸村村民委员会", "水闸村村民委员会", Exact),
            ("海湾", "海湾镇", Exact),
        ];
        for (typed, name, closeness) in table {
            assert_eq!(w.first(typed), (name.to_owned(), closeness), "{typed}: {:?}", w.find(typed));
        }
        for nothing in ["", "   ", "128", "没有这条路12号", "%", "'; DROP TABLE place_name; --", "\0\u{202e}"] {
            assert_eq!(w.find(nothing), [], "{nothing}");
        }
    }

    fn names_of_two_sounds_and_towns_that_a_map_names_too(w: World) {
        w.fill(Source::Streets, vec![
            Entry::named(Sort::Village, "青禾镇", at(121.46, 30.91)),
            Entry::named(Sort::Poi, "青禾中学", at(121.46, 30.92)),
            Entry::named(Sort::Street, "庄行路", at(121.47, 30.92)),
            Entry::named(Sort::Poi, "望苇路庄行路", at(121.47, 30.925)),
        ]).unwrap();
        for typed in ["zhuanghanglu", "zhuangxinglu", "zhl", "zxl", "庄航路", "zhuanghang"] {
            assert_eq!(w.first(typed).0, "庄行路", "{typed}");
        }
        for typed in ["望苇路庄行路", "青禾镇望苇路庄行路", "望葦路莊行路"] {
            assert_eq!(w.first(typed).0, "望苇路庄行路", "{typed}: {:?}", w.find(typed));
        }
        let found = w.find("青禾");
        assert_eq!((found[0].kind, found[0].name.as_str()), (Sort::Area, "青禾镇"), "before the school of its name");
        assert_eq!(found.iter().filter(|f| f.name == "青禾镇").count(), 1, "{found:?}");
    }

    fn the_town_decides_and_the_nearer_comes_first(w: World) {
        let towns = |text: &str| -> Vec<String> { w.find(text).iter().map(|f| f.context[0].clone()).collect() };
        assert_eq!(towns("海湾镇望苇路5号")[0], "海湾镇");
        assert_eq!(towns("青禾镇望苇路5号")[0], "青禾镇");
        assert_eq!(towns("望苇路5号").len(), 2, "both are offered");
        // A wrong town is a slip, the number is known only here.
        assert_eq!(w.first("海湾镇望苇路36号").0, "望苇路36号");
        let near = |lon| w.write(move |cx| find_place(cx, "望苇路5号", Some(at(lon, 30.9)), 8)).unwrap()[0].context[0].clone();
        assert_eq!((near(121.46), near(121.55)), ("青禾镇".to_owned(), "海湾镇".to_owned()));
    }

    fn a_missing_number_stands_between_its_neighbours(w: World) {
        let between = &w.find("望苇路20号")[0];
        // 18 and 22 on its side of the street.
        assert!(between.point.distance_m(at(121.462, 30.9002)) < 1.0, "{between:?}");
        let going_on: Vec<String> = w.find("望苇路3").into_iter().map(|f| f.name).collect();
        assert_eq!(going_on[0], "望苇路3号");
        assert!(going_on.contains(&"望苇路30号".to_owned()) && !going_on.contains(&"望苇路4号".to_owned()), "{going_on:?}");
        let street = &w.find("望苇路")[0];
        assert_eq!((street.kind, street.doors), (Sort::Street, 51));
        assert_eq!(street.context, ["青禾镇", "月季社区"]);
    }

    fn a_pin_is_told_in_words(w: World) {
        let words = |lon, lat| w.write(move |cx| name_of(cx, at(lon, lat), kernel::Lang::ZhCn)).unwrap();
        let near = words(121.4731, 30.9005).unwrap();
        assert_eq!((near.name.as_str(), near.context.join("")), ("望苇路128弄5号", "青禾镇月季社区".to_owned()));
        assert!(near.away_m.unwrap() < 15.0);
        let far = words(121.41, 30.99).unwrap();
        assert_eq!((far.name.as_str(), far.away_m), ("水闸村村民委员会", None));
        assert_eq!(words(120.0, 30.0), None);
    }

    fn english_readers_get_english_names_of_areas(w: World) {
        w.write(|cx| {
            let town = places::snapshot(cx)?.areas().iter().find(|a| a.name == "青禾镇").cloned().unwrap();
            let english = SaveArea {
                which: app::AreaRef::Id(town.id),
                name_en: Some("Qinghe Town".into()),
                ..SaveArea::new(AreaKind::Town, None, "青禾镇")
            };
            app::save_areas(cx, &AreaChanges { save: vec![english], retire: vec![] })
        })
        .unwrap();
        assert_eq!(w.find("Qinghe Town")[0].name, "青禾镇", "found by it");
        let told = |text: &'static str| {
            let told = w.write(move |cx| {
                let found = find_place(cx, text, None, 8)?;
                places::gazetteer::called(cx, found, kernel::Lang::En)
            });
            told.unwrap().into_iter().next().unwrap()
        };
        assert_eq!(told("青禾镇").name, "Qinghe Town");
        let door = told("青禾镇望苇路5号");
        assert_eq!((door.name.as_str(), door.context[0].as_str()), ("望苇路5号", "Qinghe Town"));
        let near = w.write(|cx| name_of(cx, at(121.4731, 30.9005), kernel::Lang::En)).unwrap().unwrap();
        assert_eq!((near.name.as_str(), near.context[0].as_str()), ("望苇路128弄5号", "Qinghe Town"));
    }

    fn a_source_is_replaced_whole_and_others_stay(w: World) {
        let bridge = vec![Entry::named(Sort::Poi, "鹭桥", at(121.45, 30.9)), Entry::door("望苇路", "50", at(121.465, 30.9)).unwrap()];
        assert_eq!(w.fill(Source::Streets, bridge).unwrap(), Filled { names: 2, doors: 1, repeated: 0 });
        assert_eq!(w.first("望苇路50号"), ("望苇路50号".into(), Closeness::Exact));
        assert_eq!(w.first("望苇路8号"), ("望苇路8号".into(), Closeness::Exact));
        w.fill(Source::Addresses, doors()).unwrap();
        assert_eq!(w.find("望苇路5号").len(), 2, "filled again, nothing stands twice");
        w.fill(Source::Addresses, vec![]).unwrap();
        assert!(w.find("月季新村5幢").is_empty());
        assert_eq!(w.first("鹭桥").0, "鹭桥");
        // What an area is called follows its change at once.
        w.write(move |cx| {
            let ground = app::snapshot(cx)?;
            let id = ground.areas().iter().find(|a| a.name == "水闸村村民委员会").unwrap().id;
            let save = vec![SaveArea { which: app::AreaRef::Id(id), ..SaveArea::new(AreaKind::Community, None, "芦苇村") }];
            app::save_areas(cx, &AreaChanges { save, retire: vec![] })
        }).unwrap();
        assert_eq!(w.first("luweicun").0, "芦苇村");
        assert!(w.find("水闸村委会").iter().all(|f| f.kind != Sort::Area));
    }

    fn only_imports_and_administrators_fill(w: World) {
        let stranger = kernel::Actor::public(w.0.system().actor.district);
        let who = store::Who::new(stranger, kernel::Purpose::Job);
        let refused = w.0.rt.write_now(who, |cx| replace(cx, Source::Streets, vec![]));
        assert!(matches!(refused, Err(Error::Denied)));
    }

    /// The statements that really run, as they are built.
    fn searches_use_their_index(w: World) {
        let postgres = w.0.db.kind() == Kind::Postgres;
        let plans = w.write(move |cx| {
            if postgres {
                // A table of some dozen rows is read whole, whatever indexes it has.
                cx.execute("SET LOCAL enable_seqscan = off", &[])?;
            }
            Ok(places::gazetteer::plans(cx, at(121.46, 30.9))?)
        }).unwrap();
        assert!(plans.len() >= 7);
        for (sql, plan) in plans {
            for table in ["place_key", "place_door", "place_name"] {
                let scans = [format!("SCAN {table}"), format!("SCAN {}", table.chars().nth(6).unwrap()), format!("Seq Scan on {table}")];
                assert!(scans.iter().all(|scan| !plan.contains(scan)), "{sql}\n{plan}");
            }
            let by_index = plan.contains("USING INDEX") || plan.contains("USING PRIMARY KEY") || plan.contains("Index Cond");
            assert!(by_index, "{sql}\n{plan}");
            // More than the district is looked up by the index: else it would be read whole.
            if postgres {
                // A name is joined by its number; of the two indexes for that a handful of names makes none better. Nor
                // does a handful of doors make it worth while to ask their index for each of nine cells.
                let lines: Vec<&str> = plan.lines().collect();
                for pair in lines.windows(2).filter(|p| p[1].contains("Index Cond") && !p[0].contains("place_name")) {
                    let narrow = ["key ", "name_id ", "cell "].iter().any(|column| pair[1].contains(column));
                    assert!(narrow || pair[0].contains("place_door_cell"), "{sql}\n{plan}");
                }
            } else {
                let narrow = plan.lines().filter(|l| l.starts_with("SEARCH")).all(|l| l.contains(" AND "));
                assert!(narrow, "{sql}\n{plan}");
            }
        }
    }
}
