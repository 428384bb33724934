//! Imported streets on both databases: replaced as a whole, kept once back, undone.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use kernel::{Actor, Purpose};
use places::streets::{self, Brought, Prepared, Tile, prepare};
use places::{Error, Result};
use store::{Cx, Who, params};
use streets_engine::osm::{Limits, Osm};
use streets_engine::tiles::TileId;
use testkit::{House, Kind, Setup, both_databases};

extern crate streets as streets_engine;

struct World(House);

impl Setup for World {
    fn setup(kind: Kind) -> Self {
        Self(House::new(kind, &[places::MIGRATIONS]))
    }
}

impl World {
    fn write<T: Send + 'static>(&self, f: impl FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        self.0.rt.write_now(self.0.system(), f)
    }
    fn bring(&self, prepared: &Prepared) -> Brought {
        let prepared = prepared.clone();
        self.write(move |cx| streets::bring(cx, &prepared, "a.osm")).unwrap()
    }
    fn undo(&self, n: i64) -> Result<bool> {
        self.write(move |cx| {
            let import = store::imports::find(cx, n)?;
            let reasons = streets::built_on(cx, &import)?;
            assert_eq!(reasons, []);
            streets::undo(cx, &import)
        })
    }
    fn current(&self) -> Option<streets::Version> {
        self.write(streets::current).unwrap()
    }
    fn tile(&self, of: &Prepared, id: TileId) -> Tile {
        let token = of.token;
        self.write(move |cx| streets::tile(cx, token, id)).unwrap()
    }
    fn rows(&self, table: &str) -> i64 {
        let sql = format!("SELECT COUNT(*) AS n FROM {table}");
        self.write(move |cx| Ok(cx.query_one(&sql, params![])?.i64("n")?)).unwrap()
    }
}

/// A street of this name.
fn street(name: &str) -> Prepared {
    let text = format!(
        r#"<osm version="0.6"><node id="1" lat="31" lon="121"/><node id="2" lat="31.001" lon="121.001"/>
           <way id="7"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/><tag k="name" v="{name}"/></way></osm>"#
    );
    prepare(&Osm::read(text.as_bytes(), &Limits::default()).unwrap(), |_| ()).unwrap()
}

both_databases! {
    fn the_map_is_there_under_its_token(world: World) {
        assert_eq!(world.current(), None);
        let map = street("望苇路");
        let brought = world.bring(&map);
        assert_eq!((brought.previous, brought.import), (None, Some(1)));
        let now = world.current().unwrap();
        assert_eq!((now.token, now.file.as_str()), (map.token, "a.osm"));
        assert_eq!(format!("{:?}", now.bounds), "[121.0, 31.0, 121.001, 31.001]");
        assert_eq!(now.counts["layers"]["road"], 1);
        let (id, body) = &map.tiles[0];
        assert_eq!(world.tile(&map, *id), Tile::Drawn(body.clone()));
        assert_eq!(&body[..2], [0x1f, 0x8b], "gzip");
        assert_eq!(world.tile(&map, TileId { z: 10, x: 0, y: 0 }), Tile::Empty);
        assert_eq!(world.tile(&street("另一条路"), *id), Tile::Unknown);
    }

    fn the_same_again_changes_nothing(world: World) {
        world.bring(&street("望苇路"));
        let again = world.bring(&street("望苇路"));
        assert_eq!(again.import, None);
        assert_eq!(world.rows("street_version"), 1);
    }

    fn the_one_before_stays_until_the_next(world: World) {
        let all = ["一", "二", "三"].map(street);
        for map in &all {
            world.bring(map);
        }
        let id = all[0].tiles[0].0;
        assert_eq!(world.tile(&all[0], id), Tile::Unknown);
        assert!(matches!(world.tile(&all[1], id), Tile::Drawn(_)));
        assert!(matches!(world.tile(&all[2], id), Tile::Drawn(_)));
        assert_eq!(world.rows("map_tile"), (all[1].tiles.len() + all[2].tiles.len()) as i64);
        // Back to the second: it is still there and becomes the current one.
        world.bring(&all[1]);
        assert_eq!(world.current().unwrap().token, all[1].token);
        assert!(matches!(world.tile(&all[2], id), Tile::Drawn(_)));
    }

    fn ways_on_foot_follow_the_streets_that_are_there(world: World) {
        let far = |world: &World| {
            let ground = world.write(places::ground).unwrap();
            let metres = ground.distances([121.0, 31.0], &[[121.001, 31.001]], 1_000.0)[0].unwrap();
            (ground.is_estimate(), metres)
        };
        let (estimate, straight) = far(&world);
        assert!(estimate);
        world.bring(&street("望苇路"));
        let (estimate, along) = far(&world);
        assert!(!estimate && (straight / along - 1.35).abs() < 0.01, "{straight} {along}");
        let same = world.write(|cx| Ok(std::sync::Arc::ptr_eq(&places::ground(cx)?, &places::ground(cx)?))).unwrap();
        assert!(same, "read once");
        world.undo(1).unwrap();
        assert!(far(&world).0);
    }

    fn an_import_can_be_undone(world: World) {
        let (first, second) = (street("一"), street("二"));
        let one = world.bring(&first).import.unwrap();
        let two = world.bring(&second).import.unwrap();
        let reasons = world.write(move |cx| {
            let import = store::imports::find(cx, one)?;
            streets::built_on(cx, &import)
        });
        assert_eq!(reasons.unwrap().len(), 1, "others came later");
        assert!(world.undo(two).unwrap());
        assert_eq!(world.current().unwrap().token, first.token);
        assert_eq!(world.rows("street_version"), 1);
        assert!(world.undo(one).unwrap());
        assert_eq!((world.current(), world.rows("map_tile")), (None, 0));
    }

    fn names_are_searched_as_long_as_their_streets_are_there(world: World) {
        let found = |text: &'static str| -> Vec<String> {
            let found = world.write(move |cx| places::find_place(cx, text, None, 5)).unwrap();
            found.into_iter().map(|f| f.name).collect()
        };
        world.bring(&street("望苇路"));
        assert_eq!(found("wwl"), ["望苇路"]);
        let later = world.bring(&street("月季路")).import.unwrap();
        assert_eq!((found("望苇路"), found("月季路")), (vec![], vec!["月季路".to_owned()]));
        world.undo(later).unwrap();
        assert_eq!((found("望苇路"), found("月季路")), (vec!["望苇路".to_owned()], vec![]));
    }

    fn who_may_not_replace_the_streets(world: World) {
        let map = street("望苇路");
        let somebody = Who::new(Actor::public(world.0.district), Purpose::Administration);
        let refused: Result<Brought> = world.0.rt.write_now(somebody, move |cx| streets::bring(cx, &map, "a.osm"));
        assert!(matches!(refused, Err(Error::Denied)));
        assert_eq!(world.rows("map_tile"), 0);
    }
}

#[test]
fn a_file_without_streets_is_refused() {
    let empty = Osm::read(&br#"<osm version="0.6"></osm>"#[..], &Limits::default()).unwrap();
    assert!(prepare(&empty, |_| ()).is_err());
}
