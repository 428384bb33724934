//! Areas and posts come in from files: with a datum or not at all, all or nothing, the same again changes nothing.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use cli::import::{areas, posts};
use cli::{Env, districts};
use kernel::{Datum, Point};
use people::app::{Init, NewAccount};
use places::{AreaKind, Snapshot, Tier};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::Who;
use testkit::{House, Kind, Setup, both_databases};

struct World {
    house: House,
}

impl Setup for World {
    fn setup(kind: Kind) -> Self {
        let house = House::new(kind, &[places::MIGRATIONS, people::MIGRATIONS]);
        let person =
            |login: &str| NewAccount { login: login.into(), display_name: login.into(), ..NewAccount::default() };
        let init = Init {
            district_code: "310120".into(),
            district_name: "奉贤区".into(),
            system: person("sys"),
            security: person("sec"),
            audit: person("aud"),
            coordinator: person("coord"),
            titles: ["a", "b", "c", "d", "e"].map(String::from),
        };
        house.rt.write_now(districts::operator(house.district), move |cx| people::app::init(cx, &init)).unwrap();
        Self { house }
    }
}

type Done = (anyhow::Result<areas::Summary>, String);

impl World {
    fn areas(&self, file: &Path, kind: AreaKind, change: impl FnOnce(&mut areas::AreasArgs)) -> Done {
        let mut args = areas::AreasArgs {
            file: file.to_owned(),
            kind,
            datum: Some(Datum::Wgs84),
            code_field: None,
            name_field: None,
            name_en_field: None,
            parent_field: None,
            code: None,
            name: None,
            names: None,
            propose: None,
            replace: false,
            pieces: None,
            district: None,
            dry_run: false,
            desk: Box::default(),
        };
        change(&mut args);
        let mut out = Vec::new();
        let done =
            areas::run(&mut Env { rt: &self.house.rt, district: Some(self.house.district), out: &mut out }, &args);
        (done, String::from_utf8(out).unwrap())
    }
    fn posts(&self, file: &Path, datum: Option<Datum>) -> (anyhow::Result<posts::Summary>, String) {
        let args = posts::PostsArgs {
            file: file.to_owned(),
            map: None,
            datum,
            district: None,
            dry_run: false,
            accept_doubtful: false,
        };
        let mut out = Vec::new();
        let done =
            posts::run(&mut Env { rt: &self.house.rt, district: Some(self.house.district), out: &mut out }, &args);
        (done, String::from_utf8(out).unwrap())
    }
    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.house.db.dir().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
    fn snapshot(&self) -> Arc<Snapshot> {
        let who: Who = self.house.system();
        self.house.rt.read_now(who, places::snapshot).unwrap()
    }
}

/// Rectangles as features: code (empty: none), name, west, south, east, north.
fn features(list: &[(&str, &str, [f64; 4])]) -> String {
    let feature = |(code, name, [w, s, e, n]): &(&str, &str, [f64; 4])| {
        let code = if code.is_empty() { String::new() } else { format!(r#""code":"{code}","#) };
        format!(
            r#"{{"type":"Feature","properties":{{{code}"name":"{name}"}},"geometry":{{"type":"Polygon","coordinates":[[[{w},{s}],[{e},{s}],[{e},{n}],[{w},{n}],[{w},{s}]]]}}}}"#
        )
    };
    let all: Vec<String> = list.iter().map(feature).collect();
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, all.join(","))
}

const DISTRICT: (&str, &str, [f64; 4]) = ("310120", "奉贤区", [121.4, 30.8, 121.6, 31.0]);

fn shared(name: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2)?;
    let sides = [root.join("../shared/data/areas"), root.join("shared/data/areas")];
    sides.iter().map(|d| d.join(name)).find(|f| f.is_file())
}

both_databases! {
    fn forms_that_other_programs_write(world: World) {
        let ring = "[[[121.4,30.8],[121.6,30.8],[121.6,31.0],[121.4,31.0],[121.4,30.8]]]";
        let bare = world.write("bare.geojson", &format!(r#"{{"type":"Polygon","coordinates":{ring}}}"#));
        let (done, _) = world.areas(&bare, AreaKind::District, |a| a.name = Some("奉贤区".into()));
        assert_eq!(done.unwrap().added, 1);
        let text = features(&[("1", "甲镇", [121.4, 30.8, 121.5, 31.0])]);
        let wide: Vec<u8> = [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let file = world.write("wide.geojson", "");
        std::fs::write(&file, wide).unwrap();
        assert_eq!(world.areas(&file, AreaKind::Town, |_| {}).0.unwrap().added, 1);
        let wkt = "SRID=4326;POLYGON((121.5 30.8,121.6 30.8,121.6 31,121.5 31,121.5 30.8))";
        let table = world.write("ewkt.csv", &format!("code,name,wkt\n2,乙镇,\"{wkt}\"\n"));
        assert_eq!(world.areas(&table, AreaKind::Town, |_| {}).0.unwrap().added, 1);
        let twice = [("3", "丙", [121.5, 30.8, 121.55, 31.0]), ("3", "丁", [121.55, 30.8, 121.6, 31.0])];
        let file = world.write("twice.geojson", &features(&twice));
        let said = world.areas(&file, AreaKind::Town, |_| {}).0.unwrap_err().to_string();
        assert!(said.contains("feature 2 (“丁”)") && said.contains("the same as number 1 of the file"), "{said}");
        assert_eq!(world.snapshot().of_kind(AreaKind::Town).count(), 2, "all or nothing");
    }

    fn coordinates_without_a_datum_are_refused(world: World) {
        let file = world.write("d.geojson", &features(&[DISTRICT]));
        let (done, _) = world.areas(&file, AreaKind::District, |a| a.datum = None);
        assert!(done.unwrap_err().to_string().contains("--datum"));
        assert_eq!(world.snapshot().areas().len(), 0);
    }

    fn the_same_file_again_changes_nothing_and_a_dry_run_neither(world: World) {
        let file = world.write("d.geojson", &features(&[DISTRICT]));
        let (done, out) = world.areas(&file, AreaKind::District, |a| a.dry_run = true);
        assert_eq!((done.unwrap().added, world.snapshot().areas().len()), (1, 0), "{out}");
        assert_eq!(world.areas(&file, AreaKind::District, |_| ()).0.unwrap().added, 1);
        let token = world.snapshot().token;
        let (done, out) = world.areas(&file, AreaKind::District, |_| ());
        assert_eq!(done.unwrap(), areas::Summary { unchanged: 1, ..Default::default() });
        assert!(out.contains("nothing to change"), "{out}");
        assert_eq!(world.snapshot().token, token);
    }

    fn english_names_come_with_the_file_stay_and_go_back(world: World) {
        let named = |english: &str| format!("code,name,英文名\n310120001,西渡街道,{english}\n310120002,奉浦街道,\n");
        let english = |w: &World| w.snapshot().by_code(AreaKind::Town, "310120001").unwrap().name_en.clone();
        let file = world.write("t.csv", &named("Xidu"));
        assert_eq!(world.areas(&file, AreaKind::Town, |a| a.datum = None).0.unwrap().added, 2);
        assert_eq!(english(&world).as_deref(), Some("Xidu"));
        assert_eq!(world.areas(&file, AreaKind::Town, |a| a.datum = None).0.unwrap().unchanged, 2, "again: nothing");
        let file = world.write("t.csv", &named("Xidu Sub-district"));
        assert_eq!(world.areas(&file, AreaKind::Town, |a| a.datum = None).0.unwrap().changed, 1);
        assert_eq!(english(&world).as_deref(), Some("Xidu Sub-district"));
        // A file that says nothing of it takes nothing away.
        let file = world.write("t.csv", "code,name\n310120001,西渡街道\n310120002,奉浦街道\n");
        assert_eq!(world.areas(&file, AreaKind::Town, |a| a.datum = None).0.unwrap().unchanged, 2);
        let other = world.write("t.csv", "code,name,other\n310120001,西渡街道,Xidu Town\n310120002,奉浦街道,Fengpu\n");
        let said = world.areas(&other, AreaKind::Town, |a| { a.datum = None; a.name_en_field = Some("english".into()); }).0.unwrap_err().to_string();
        assert!(said.contains("english"), "{said}");
        let done = world.areas(&other, AreaKind::Town, |a| { a.datum = None; a.name_en_field = Some("other".into()); }).0.unwrap();
        assert_eq!(done.changed, 2);
    }

    fn a_crossing_line_is_named_with_its_feature_and_place(world: World) {
        let bow = r#"[{"type":"Feature","properties":{"name":"好"},"geometry":{"type":"Polygon","coordinates":[[[121.4,30.8],[121.5,30.8],[121.5,30.9],[121.4,30.8]]]}},
            {"type":"Feature","properties":{"name":"坏"},"geometry":{"type":"Polygon","coordinates":[[[121,30],[122,31],[122,30],[121,31],[121,30]]]}},
            {"type":"Feature","properties":{"name":"空"},"geometry":{"type":"Polygon","coordinates":[[[121,30],[null,31],[122,30],[121,30]]]}}]"#;
        let file = world.write("bow.json", bow);
        let (done, out) = world.areas(&file, AreaKind::Town, |_| ());
        let said = done.unwrap_err().to_string();
        assert!(out.is_empty() && said.contains("bow.json") && said.contains("2 features are wrong"), "{out}{said}");
        assert!(said.contains("feature 2 (“坏”)") && said.contains("crosses itself at 121.500000,30.500000"), "{said}");
        assert!(said.contains("feature 3 (“空”)") && said.contains("point 2"), "{said}");
        assert_eq!(world.snapshot().areas().len(), 0, "all or nothing");
    }

    fn police_areas_cover_the_district_or_the_pieces_are_shown(world: World) {
        world.areas(&world.write("d.geojson", &features(&[DISTRICT])), AreaKind::District, |_| ()).0.unwrap();
        let holed = [("p1", "一", [121.4, 30.8, 121.5, 31.0]), ("p2", "二", [121.51, 30.8, 121.6, 31.0])];
        let pieces = world.house.db.dir().join("pieces.geojson");
        let file = world.write("p.geojson", &features(&holed));
        let said = world.areas(&file, AreaKind::Police, |a| a.pieces = Some(pieces.clone())).0.unwrap_err().to_string();
        assert!(said.contains("gap of") && said.contains("p1, p2") && said.contains("--pieces"), "{said}");
        assert!(std::fs::read_to_string(&pieces).unwrap().contains("\"gap\""));
        let twice = [("p1", "一", [121.4, 30.8, 121.51, 31.0]), ("p2", "二", [121.5, 30.8, 121.6, 31.0])];
        let said = world.areas(&world.write("p.geojson", &features(&twice)), AreaKind::Police, |_| ()).0.unwrap_err().to_string();
        assert!(said.contains("overlap of") && said.contains("p1, p2") && said.contains("121.50"), "{said}");
        let whole = [("p1", "一", [121.4, 30.8, 121.5, 31.0]), ("p2", "二", [121.5, 30.8, 121.6, 31.0])];
        world.areas(&world.write("p.geojson", &features(&whole)), AreaKind::Police, |_| ()).0.unwrap();
        // Cut anew: three instead of two.
        let anew = [("p1", "一", [121.4, 30.8, 121.45, 31.0]), ("p3", "三", [121.45, 30.8, 121.55, 31.0]), ("p4", "四", [121.55, 30.8, 121.6, 31.0])];
        let file = world.write("p.geojson", &features(&anew));
        assert!(world.areas(&file, AreaKind::Police, |_| ()).0.is_err(), "p2 is still there");
        let done = world.areas(&file, AreaKind::Police, |a| a.replace = true).0.unwrap();
        assert_eq!(done, areas::Summary { added: 2, changed: 1, unchanged: 0, retired: 1 });
    }

    fn names_first_outlines_later_by_a_reviewed_match(world: World) {
        let names = world.write("names.json", r#"{"streets":[{"code":"310120001","name":"西渡街道","areaCode":"310120"},{"code":"310120002","name":"奉浦街道","areaCode":"310120"}],
            "villages":[{"code":"310120001001","name":"水闸居委会","streetCode":"310120001"}]}"#);
        assert_eq!(world.areas(&names, AreaKind::Town, |a| a.datum = None).0.unwrap().added, 2);
        assert_eq!(world.areas(&names, AreaKind::Community, |a| a.datum = None).0.unwrap().added, 1);
        let drawn = [("", "西渡街道", [121.4, 30.8, 121.5, 31.0]), ("", "奉浦社区", [121.5, 30.8, 121.6, 31.0])];
        let outlines = world.write("towns.geojson", &features(&drawn));
        let pairs = world.house.db.dir().join("pairs.csv");
        let said = world.areas(&outlines, AreaKind::Town, |a| a.propose = Some(pairs.clone())).0.unwrap_err().to_string();
        assert!(said.contains("“奉浦社区” in the file looks like 310120002 “奉浦街道” here"), "{said}");
        let done = world.areas(&outlines, AreaKind::Town, |a| a.names = Some(pairs.clone())).0.unwrap();
        assert_eq!(done, areas::Summary { changed: 2, ..Default::default() });
        let done = world.areas(&outlines, AreaKind::Town, |a| a.names = Some(pairs)).0.unwrap();
        assert_eq!(done.unchanged, 2, "again: nothing");
        world.areas(&world.write("d.geojson", &features(&[DISTRICT])), AreaKind::District, |_| ()).0.unwrap();
        let now = world.snapshot();
        let committee = now.by_code(AreaKind::Community, "310120001001").unwrap();
        let chain: Vec<&str> = now.chain(committee.id).iter().map(|a| a.name.as_str()).collect();
        assert_eq!(chain, ["水闸居委会", "西渡街道", "奉贤区"]);
        assert_eq!(now.area(committee.parent.unwrap()).unwrap().parent, now.district().map(|d| d.id), "adopted later");
    }

    fn posts_hang_on_posts_and_say_their_datum(world: World) {
        world.areas(&world.write("d.geojson", &features(&[DISTRICT])), AreaKind::District, |_| ()).0.unwrap();
        let cover = features(&[("p1", "一", [121.4, 30.8, 121.6, 31.0])]);
        world.areas(&world.write("p.geojson", &cover), AreaKind::Police, |_| ()).0.unwrap();
        let csv = "tier,code,name,parent,lon,lat,datum,hours,police_areas\n\
                   平安屋,h1,晨露茶馆,s1,121.5,30.9,,Mon-Sun 06:00-20:00,\n\
                   police_post,s1,青禾警务站,,121.5,30.9,gcj02,24h,p1\n";
        let file = world.write("posts.csv", csv);
        let said = world.posts(&file, None).0.unwrap_err().to_string();
        assert!(said.contains("row 2, column “datum”") && said.contains("--datum"), "{said}");
        assert_eq!(world.posts(&file, Some(Datum::Wgs84)).0.unwrap().added, 2);
        assert_eq!(world.posts(&file, Some(Datum::Wgs84)).0.unwrap().unchanged, 2);
        let now = world.snapshot();
        let (post, house) = (&now.posts()[0], &now.posts()[1]);
        assert_eq!((post.tier, house.tier, house.parent), (Tier::PolicePost, Tier::SafeHouse, Some(post.id)));
        let off = post.point.unwrap().distance_m(house.point.unwrap());
        assert!((474.0..=498.0).contains(&off), "{off}");
        assert_eq!(now.locate(Point::new(121.41, 30.81).unwrap()).unwrap().post, Some(post.id));
        let bad = world.write("bad.csv", "tier,name,parent,lon,lat\npolice_office,甲,nobody,121.5,30.9\nsafe_house,乙,s1,100,30\nhouse,丙,s1,,\n");
        let said = world.posts(&bad, Some(Datum::Wgs84)).0.unwrap_err().to_string();
        assert!(said.contains("row 4, column “tier”: “house” must be one of police_post"), "{said}");
        let bad = world.write("bad.csv", "tier,name,parent,lon,lat\npolice_office,甲,nobody,121.5,30.9\nsafe_house,乙,s1,100,30\n");
        let said = world.posts(&bad, Some(Datum::Wgs84)).0.unwrap_err().to_string();
        assert!(said.contains("row 2, column “parent”: no police post has the code or name “nobody”"), "{said}");
        assert!(said.contains("row 3, column “lon”: 100.000000,30.000000 lies outside the district"), "{said}");
        assert_eq!(world.snapshot().posts().len(), 2);
    }

    fn what_a_post_s_row_cannot_mean_is_named_with_its_value(world: World) {
        let bad = world.write("bad.csv", "类别,名称,经度,纬度,坐标系,电话,开放时间\n警务站,甲,NaN,30.9,wgs84,,\n警务站,乙,121.5,,wgs84,,25h\n警务站,丙,121.5,30.9,tokyo,,\n");
        let said = world.posts(&bad, None).0.unwrap_err().to_string();
        for words in [
            "bad.csv\nwrong rows: 3\n",
            "row 2, column “经度”: “NaN” is not a number of degrees",
            "row 3, column “纬度”: is empty, but the longitude is not",
            "row 3, column “开放时间”: “25h” are not opening hours",
            "row 4, column “坐标系”: “tokyo” is not a datum: use wgs84",
        ] {
            assert!(said.contains(words), "{words}\n{said}");
        }
        // Full-width digits are a number; words are not, and come in only on request.
        let wide = world.write("wide.csv", "tier,name,phone\npolice_post,甲,０２１－０５５５０１１１\n");
        assert_eq!(world.posts(&wide, None).0.unwrap().added, 1);
        assert_eq!(world.snapshot().posts()[0].phone, "021-05550111");
        let words = world.write("words.csv", "tier,name,phone\npolice_post,乙,问门卫\n");
        let said = world.posts(&words, None).0.unwrap_err().to_string();
        assert!(said.contains("doubtful rows: 1\n  row 2, column “phone”: is no telephone number"), "{said}");
    }

    fn the_examples_of_the_manual_come_in(world: World) {
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples");
        let done = world.areas(&examples.join("areas.csv"), AreaKind::Town, |a| a.datum = Some(Datum::Gcj02)).0.unwrap();
        assert_eq!(done.added, 2);
        let args = posts::PostsArgs {
            file: examples.join("posts.csv"),
            map: Some(examples.join("posts.toml")),
            datum: None,
            district: None,
            dry_run: false,
            accept_doubtful: false,
        };
        let env = &mut Env { rt: &world.house.rt, district: Some(world.house.district), out: &mut std::io::sink() };
        assert_eq!(posts::run(env, &args).unwrap().added, 3);
        assert_eq!(posts::run(env, &args).unwrap().unchanged, 3);
    }

    fn an_area_of_another_place_and_a_misspelt_field_are_refused(world: World) {
        world.areas(&world.write("d.geojson", &features(&[DISTRICT])), AreaKind::District, |_| ()).0.unwrap();
        let elsewhere = world.write("t.geojson", &features(&[("t1", "近", [121.4, 30.8, 121.5, 30.9]), ("t2", "远", [116.3, 39.8, 116.4, 39.9])]));
        let said = world.areas(&elsewhere, AreaKind::Town, |_| ()).0.unwrap_err().to_string();
        assert!(said.contains("feature 2 (“远”), outline: it lies wholly outside the district"), "{said}");
        let near = world.write("t.geojson", &features(&[("t1", "近", [121.4, 30.8, 121.5, 30.9])]));
        let said = world.areas(&near, AreaKind::Town, |a| a.code_field = Some("cod".into())).0.unwrap_err().to_string();
        assert!(said.contains("--code-field cod: nothing in the file has that field; there are: code, name"), "{said}");
        assert_eq!(world.snapshot().areas().len(), 1, "nothing of either came in");
        let lost = world.write("c.csv", "code,name\nc1,没有上级\n");
        let (done, out) = world.areas(&lost, AreaKind::Community, |a| a.datum = None);
        assert!(done.is_ok() && out.contains("note: 1 area lies in no other yet"), "{out}");
    }
}

/// The real district: two sources of its outline, twelve towns, names of streets and committees.
#[test]
fn the_real_district_when_its_files_are_there() {
    let Some(outline) = shared("fengxian_district_wgs84.geojson") else { return };
    let world = World::setup(Kind::Sqlite);
    let district = |w: &World| w.snapshot().district().unwrap().outline.clone().unwrap();
    world.areas(&outline, AreaKind::District, |_| ()).0.unwrap();
    let surveyed = district(&world);
    assert_eq!(world.snapshot().district().unwrap().name, "奉贤区");
    let other = shared("datav_310120_gcj02.json").unwrap();
    world.areas(&other, AreaKind::District, |_| ()).0.unwrap();
    let unconverted = median_m(&district(&world), &surveyed);
    world.areas(&other, AreaKind::District, |a| a.datum = Some(Datum::Gcj02)).0.unwrap();
    let converted = median_m(&district(&world), &surveyed);
    assert!((24.0..=34.0).contains(&converted), "converted {converted:.1} m");
    // From corners; sampled every 50 m along the lines, tidal flats included, it is 377.
    assert!((240.0..=385.0).contains(&unconverted), "unconverted {unconverted:.1} m");

    let names = shared("fengxian_division_names.json").unwrap();
    assert_eq!(world.areas(&names, AreaKind::Town, |_| ()).0.unwrap().added, 12);
    assert_eq!(world.areas(&names, AreaKind::Community, |_| ()).0.unwrap().added, 352);
    let towns = shared("fengxian_towns_wgs84.geojson").unwrap();
    let pairs = world.house.db.dir().join("pairs.csv");
    assert!(world.areas(&towns, AreaKind::Town, |a| a.propose = Some(pairs.clone())).0.is_err());
    let (done, out) = world.areas(&towns, AreaKind::Town, |a| a.names = Some(pairs.clone()));
    assert_eq!(done.unwrap().changed, 12, "{out}");
    let now = world.snapshot();
    assert!(now.of_kind(AreaKind::Community).all(|c| now.chain(c.id).len() == 3));
    assert!(now.of_kind(AreaKind::Town).all(|t| t.outline.is_some() && t.code.is_some()));

    let fresh = World::setup(Kind::Sqlite);
    assert_eq!(fresh.areas(&towns, AreaKind::Town, |_| ()).0.unwrap().added, 12, "towns alone, by name");
    assert_eq!(fresh.areas(&towns, AreaKind::Town, |_| ()).0.unwrap().unchanged, 12);
}

/// Median distance in metres from the corners of one border to the line of another.
fn median_m(from: &places::Outline, to: &places::Outline) -> f64 {
    use geo::{Distance, Euclidean, LineString, MultiLineString};
    let corner = from.shape().0[0].exterior().0[0];
    let plane = places::model::metric::Plane::around(corner.x, corner.y);
    let lines: Vec<LineString> = plane.to_metres(to.shape()).iter().map(|p| p.exterior().clone()).collect();
    let border = MultiLineString(lines);
    let metres = plane.to_metres(from.shape());
    let corners = metres.iter().flat_map(|p| p.exterior().points().collect::<Vec<_>>());
    let mut away: Vec<f64> = corners.map(|c| Euclidean.distance(&c, &border)).collect();
    away.sort_by(f64::total_cmp);
    away[away.len() / 2]
}
