//! Areas drawn on the map, their borders over time, and edits for a day to come, on both databases.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use kernel::ids::AreaId;
use kernel::{Actor, Moment, Point, Purpose};
use places::app::edit::{self, Drawn, Edit, Ending};
use places::app::{self, AreaChanges, AreaRef, PostRef, SaveArea, SavePost, border, edit_later};
use places::model::edit_merge::merge;
use places::model::edit_split::split;
use places::{AreaKind, Error, Outline, PostState, Snapshot, Tier, WeekHours};
use std::sync::Arc;
use store::{Cx, Who, jobs};
use testkit::{House, Kind, Setup, both_databases};

struct World(House);

impl Setup for World {
    fn setup(kind: Kind) -> Self {
        Self(House::new(kind, &[places::MIGRATIONS]))
    }
}

impl World {
    fn write<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Cx<'_>) -> places::Result<T> + Send + 'static,
    ) -> places::Result<T> {
        self.0.rt.write_now(self.0.system(), f)
    }
    fn now(&self) -> Arc<Snapshot> {
        self.write(app::snapshot).unwrap()
    }
    fn save(&self, edit: Edit) -> places::Result<app::AreaReport> {
        self.write(move |cx| edit::save(cx, &edit))
    }
    /// A district with a town, two communities in it, two police areas, and a grid cell in the north of the first community.
    fn drawn(&self) {
        let area = |kind, code, w, e, n| {
            SaveArea::new(kind, Some(code), code).outlined(Outline::rectangle(w, 30.8, e, n).unwrap())
        };
        let cell = Outline::rectangle(121.41, 30.92, 121.43, 30.95).unwrap();
        let save = vec![
            area(AreaKind::District, "d", 121.4, 121.6, 31.0),
            area(AreaKind::Town, "t1", 121.4, 121.6, 31.0),
            area(AreaKind::Community, "c1", 121.4, 121.5, 31.0),
            area(AreaKind::Community, "c2", 121.5, 121.6, 31.0),
            area(AreaKind::Police, "p1", 121.4, 121.5, 31.0),
            area(AreaKind::Police, "p2", 121.5, 121.6, 31.0),
            SaveArea::new(AreaKind::Grid, Some("g1"), "g1").outlined(cell),
        ];
        self.write(move |cx| app::save_areas(cx, &AreaChanges { save, retire: vec![] })).unwrap();
    }
    fn post(&self) -> kernel::ids::PostId {
        let post = SavePost {
            id: None,
            tier: Tier::PolicePost,
            code: None,
            name: "站".into(),
            parent: None::<PostRef>,
            address: "青石路 1 号".into(),
            phone: "021-00000001".into(),
            point: Some(Point::new(121.45, 30.9).unwrap()),
            hours: WeekHours::always(),
            state: PostState::Running,
            serves: vec!["p1".into()],
            seen: None,
        };
        self.write(move |cx| app::save_posts(cx, &[post])).unwrap();
        self.now().posts()[0].id
    }
    fn area(&self, kind: AreaKind, code: &str) -> places::Area {
        self.now().by_code(kind, code).unwrap().clone()
    }
    fn run_jobs(&self) {
        jobs::run_due(&self.0.rt, self.0.district, &edit_later::handlers()).unwrap();
    }
    fn dead(&self) -> usize {
        self.write(|cx| Ok(cx.dead_letters()?.len())).unwrap()
    }
}

fn changed(area: &places::Area, outline: Outline) -> Drawn {
    let save = SaveArea {
        which: AreaRef::Id(area.id),
        seen: Some(area.version),
        outline: Some(outline),
        ..SaveArea::new(area.kind, area.code.as_deref(), &area.name)
    };
    Drawn { save, serves: None, cut_from: None }
}

fn fresh(kind: AreaKind, code: &str, outline: Outline, of: AreaId) -> Drawn {
    let save = SaveArea { which: AreaRef::New, outline: Some(outline), ..SaveArea::new(kind, Some(code), code) };
    Drawn { save, serves: None, cut_from: Some(of) }
}

/// The border between the two police areas, moved to a meridian.
fn moved(world: &World, lon: f64) -> Edit {
    let rect = |w, e| Outline::rectangle(w, 30.8, e, 31.0).unwrap();
    let drawn = vec![
        changed(&world.area(AreaKind::Police, "p1"), rect(121.4, lon)),
        changed(&world.area(AreaKind::Police, "p2"), rect(lon, 121.6)),
    ];
    Edit { drawn, ends: vec![] }
}

both_databases! {
    fn a_split_and_a_merge_go_through_the_check_and_take_what_lies_in_them_along(world: World) {
        world.drawn();
        let post = world.post();
        let (p1, c1) = (world.area(AreaKind::Police, "p1"), world.area(AreaKind::Community, "c1"));
        let cut = split(p1.outline.as_ref().unwrap(), &[[121.3, 30.9], [121.5, 30.9]]).unwrap();
        let [large, small] = cut.halves.clone();
        let half = Drawn { serves: Some(post), ..fresh(AreaKind::Police, "p3", small.clone(), p1.id) };
        world.save(Edit { drawn: vec![changed(&p1, large.clone()), half], ends: vec![] }).unwrap();
        let south = world.now().locate(Point::new(121.45, 30.85).unwrap()).unwrap();
        let north = world.now().locate(Point::new(121.45, 30.95).unwrap()).unwrap();
        assert_ne!(south.police, north.police);
        assert_eq!((south.post, north.post), (Some(post), Some(post)), "the post answers for both halves");

        // The community is cut: its grid cell goes with the ground it lies on.
        let cut = split(c1.outline.as_ref().unwrap(), &[[121.3, 30.905], [121.6, 30.905]]).unwrap();
        let (north, south) = (cut.halves[1].clone(), cut.halves[0].clone());
        let (keeps, leaves) = if north.contains(Point::new(121.42, 30.93).unwrap()) { (south, north) } else { (north, south) };
        world.save(Edit { drawn: vec![changed(&c1, keeps), fresh(AreaKind::Community, "c3", leaves, c1.id)], ends: vec![] }).unwrap();
        let c3 = world.area(AreaKind::Community, "c3");
        assert_eq!(world.area(AreaKind::Grid, "g1").parent, Some(c3.id));
        assert_eq!(c3.parent, Some(world.area(AreaKind::Town, "t1").id));

        // And joined again: the cell comes back, the border is as it was.
        let c1 = world.area(AreaKind::Community, "c1");
        let joined = merge(&[c1.outline.as_deref().unwrap(), c3.outline.as_deref().unwrap()]).unwrap();
        let ends = vec![Ending { area: c3.id, seen: c3.version, into: Some(c1.id) }];
        world.save(Edit { drawn: vec![changed(&c1, joined)], ends }).unwrap();
        assert_eq!(world.area(AreaKind::Grid, "g1").parent, Some(c1.id));
        assert!(world.now().by_code(AreaKind::Community, "c3").is_none());
    }

    fn a_code_is_one_area_s_until_that_ends(world: World) {
        world.drawn();
        let (p1, p2) = (world.area(AreaKind::Police, "p1"), world.area(AreaKind::Police, "p2"));
        let cut = split(p1.outline.as_ref().unwrap(), &[[121.3, 30.9], [121.5, 30.9]]).unwrap();
        let [large, small] = cut.halves.clone();
        let taken = Edit { drawn: vec![changed(&p1, large), fresh(AreaKind::Police, "p2", small, p1.id)], ends: vec![] };
        let refused = world.save(taken);
        assert!(
            matches!(&refused, Err(Error::Wrong(f)) if matches!(f[0].why, places::Why::CodeOfAnother { .. }) && f[0].index == 1),
            "{refused:?}"
        );
        // What ends in the same save leaves its code.
        let again = fresh(AreaKind::Police, "p2", (**p2.outline.as_ref().unwrap()).clone(), p2.id);
        let ends = vec![Ending { area: p2.id, seen: p2.version, into: None }];
        world.save(Edit { drawn: vec![again], ends }).unwrap();
        assert_ne!(world.area(AreaKind::Police, "p2").id, p2.id);
    }

    fn what_leaves_a_gap_is_looked_at_and_refused(world: World) {
        world.drawn();
        let p1 = world.area(AreaKind::Police, "p1");
        let gap = Edit { drawn: vec![changed(&p1, Outline::rectangle(121.4, 30.8, 121.49, 31.0).unwrap())], ends: vec![] };
        let seen = gap.clone();
        let looked = world.write(move |cx| edit::look(cx, &seen)).unwrap();
        assert!(matches!(looked.refused, Some(Error::Coverage(c)) if c.total == 1));
        assert_eq!(looked.pieces.len(), 1, "the piece that is nobody's any more");
        assert!(matches!(world.save(gap), Err(Error::Coverage(_))));
        let right = moved(&world, 121.49);
        let looked = { let right = right.clone(); world.write(move |cx| edit::look(cx, &right)).unwrap() };
        assert!(looked.refused.is_none() && looked.pieces.is_empty() && looked.report.unwrap().count(app::Did::Changed) == 2);
        // A community may leave a gap; it is told.
        let c1 = world.area(AreaKind::Community, "c1");
        let gap = Edit { drawn: vec![changed(&c1, Outline::rectangle(121.4, 30.8, 121.49, 31.0).unwrap())], ends: vec![] };
        let looked = world.write(move |cx| edit::look(cx, &gap)).unwrap();
        assert!(looked.refused.is_none() && looked.pieces.len() == 1);
        world.save(right).unwrap();
    }

    fn a_border_that_somebody_moved_meanwhile_is_a_conflict(world: World) {
        world.drawn();
        let (mine, theirs) = (moved(&world, 121.45), moved(&world, 121.46));
        world.save(theirs).unwrap();
        assert!(matches!(world.save(mine), Err(Error::Stale { seen: 1, current: 2 })));
        let p2 = world.area(AreaKind::Police, "p2");
        let stale = Edit { drawn: vec![], ends: vec![Ending { area: p2.id, seen: 1, into: None }] };
        assert!(matches!(world.save(stale), Err(Error::Stale { .. })));
    }

    fn every_outline_stays_with_who_drew_it_and_can_be_put_back(world: World) {
        world.drawn();
        let p1 = world.area(AreaKind::Police, "p1");
        let start = world.0.rt.now();
        world.0.clock.advance_secs(86_400);
        world.save(moved(&world, 121.45)).unwrap();
        let then = world.0.rt.now();
        world.0.clock.advance_secs(86_400);
        let id = p1.id;
        let seen = world.write(move |cx| border::border(cx, id)).unwrap();
        assert_eq!((seen.held.len(), seen.area.code.as_deref()), (2, Some("p1")));
        let (new, old) = (&seen.held[0], &seen.held[1]);
        assert!(new.to.is_none() && old.to == Some(new.from) && new.by == old.by && new.by.is_some());
        assert!(new.change.gained.0.is_empty() && new.change.lost_m2 > 1e6 && (old.square_metres - new.square_metres - new.change.lost_m2).abs() < 1e3);
        let at = |at: Moment| world.write(move |cx| border::outline_at(cx, id, at)).unwrap();
        assert_eq!(at(start).as_ref(), p1.outline.as_deref());
        assert_eq!(at(world.0.rt.now()).as_ref(), Some(&new.outline));
        let latest = new.from;
        // Both areas of that change come back together, or the check would refuse it.
        let back = world.write(move |cx| border::put_back(cx, latest)).unwrap();
        assert_eq!(back.drawn.len(), 2);
        world.save(back).unwrap();
        assert_eq!(world.area(AreaKind::Police, "p1").outline, p1.outline);
        assert_eq!(world.write(move |cx| border::border(cx, id)).unwrap().held.len(), 3, "nothing is lost");
        // Two changes later, the one before the first comes back whole.
        let first = then;
        world.0.clock.advance_secs(86_400);
        world.save(moved(&world, 121.44)).unwrap();
        world.0.clock.advance_secs(86_400);
        world.save(moved(&world, 121.43)).unwrap();
        let back = world.write(move |cx| border::put_back(cx, first)).unwrap();
        world.save(back).unwrap();
        assert_eq!(world.area(AreaKind::Police, "p1").outline, p1.outline);
        let never = Moment::from_micros(then.micros() + 1);
        assert!(matches!(world.write(move |cx| border::put_back(cx, never)), Err(Error::Invalid { field: "at", .. })));
    }

    fn an_area_that_was_merged_away_comes_back_with_its_post(world: World) {
        world.drawn();
        let post = world.post();
        world.0.clock.advance_secs(86_400);
        let (p1, p2) = (world.area(AreaKind::Police, "p1"), world.area(AreaKind::Police, "p2"));
        let whole = Outline::rectangle(121.4, 30.8, 121.6, 31.0).unwrap();
        let ends = vec![Ending { area: p1.id, seen: p1.version, into: Some(p2.id) }];
        let then = world.0.rt.now();
        world.save(Edit { drawn: vec![changed(&p2, whole)], ends }).unwrap();
        assert!(world.now().posts()[0].serves.is_empty(), "nobody answers for what is no more");
        world.0.clock.advance_secs(86_400);
        let back = world.write(move |cx| border::put_back(cx, then)).unwrap();
        assert_eq!((back.drawn.len(), back.ends.len()), (2, 0));
        world.save(back).unwrap();
        let again = world.area(AreaKind::Police, "p1");
        assert!(again.outline == p1.outline && again.id != p1.id, "a new area under its code");
        let now = world.now();
        assert_eq!((now.posts()[0].id, now.posts()[0].serves.clone()), (post, vec![again.id]));
    }

    fn a_planned_edit_whose_areas_were_changed_since_is_said_to_be_stale(world: World) {
        world.drawn();
        let from = Moment::from_micros(world.0.rt.now().micros() + 86_400_000_000);
        let edit = moved(&world, 121.45);
        world.write(move |cx| edit_later::save_later(cx, &edit, from)).unwrap();
        world.save(moved(&world, 121.44)).unwrap();
        let waiting = world.write(edit_later::waiting).unwrap();
        assert_eq!((waiting[0].stale, waiting[0].state), (true, edit_later::State::Waiting));
    }

    fn an_edit_for_a_day_to_come_is_done_on_that_day_or_said_to_have_failed(world: World) {
        world.drawn();
        let day = |world: &World, n: i64| Moment::from_micros(world.0.rt.now().micros() + n * 86_400_000_000);
        let (edit, from) = (moved(&world, 121.45), day(&world, 2));
        let over = { let edit = edit.clone(); world.write(move |cx| edit_later::save_later(cx, &edit, cx.now)) };
        assert!(matches!(over, Err(Error::Invalid { field: "from", .. })));
        world.write(move |cx| edit_later::save_later(cx, &edit, from)).unwrap();
        world.run_jobs();
        assert_eq!(world.area(AreaKind::Police, "p1").version, 1, "not before its day");
        let waiting = world.write(edit_later::waiting).unwrap();
        assert!(!waiting[0].stale, "nobody changed it since");
        assert_eq!((waiting.len(), waiting[0].from, waiting[0].names.clone()), (1, from, vec!["p1".to_owned(), "p2".to_owned()]));
        world.0.clock.advance_secs(2 * 86_400);
        world.run_jobs();
        let p1 = world.area(AreaKind::Police, "p1");
        assert!(p1.version == 2 && (p1.outline.unwrap().bounds().east - 121.45).abs() < f64::EPSILON);
        assert!(world.write(edit_later::waiting).unwrap().is_empty());

        // Two for the same day that cannot both be: the second fails, nothing of it is done, and somebody is told.
        let from = day(&world, 1);
        for lon in [121.42, 121.43] {
            let edit = moved(&world, lon);
            world.write(move |cx| edit_later::save_later(cx, &edit, from)).unwrap();
        }
        let taken_back = moved(&world, 121.44);
        let id = world.write(move |cx| edit_later::save_later(cx, &taken_back, from)).unwrap();
        world.write(move |cx| edit_later::withdraw(cx, id)).unwrap();
        assert!(world.write(move |cx| edit_later::withdraw(cx, id)).is_err(), "once");
        world.0.clock.advance_secs(86_400);
        world.run_jobs();
        let failed = world.write(edit_later::waiting).unwrap();
        assert_eq!((failed.len(), failed[0].state, failed[0].why.as_deref()), (1, edit_later::State::Failed, Some("stale")));
        assert_eq!((world.area(AreaKind::Police, "p1").version, world.dead()), (3, 1));
    }

    fn corners_come_back_to_the_bit(world: World) {
        let odd = Outline::new(&[vec![vec![[121.4, 30.8], [121.512_345_678_901_2, 30.8], [121.498_765_432_109_8, 31.0], [121.4, 31.0], [121.4, 30.8]]]], kernel::Datum::Wgs84).unwrap();
        let save = vec![SaveArea::new(AreaKind::Town, Some("t"), "t").outlined(odd.clone())];
        world.write(move |cx| app::save_areas(cx, &AreaChanges { save, retire: vec![] })).unwrap();
        let seven = |v: f64| (v * 1e7).round() / 1e7;
        let mut raw = vec![vec![places::model::edit::corners(&odd).map(|c| [seven(c[0]), seven(c[1])]).collect::<Vec<_>>()]];
        raw[0][0][2] = [121.5, 31.0];
        edit::as_stored(&world.now(), &mut raw);
        let exact: Vec<[f64; 2]> = places::model::edit::corners(&odd).collect();
        assert_eq!((raw[0][0][1], raw[0][0][0]), (exact[1], exact[0]));
        assert!(raw[0][0][2].iter().zip([121.5_f64, 31.0]).all(|(a, b)| a.to_bits() == b.to_bits()), "this one was moved");
    }

    fn only_administrators_draw(world: World) {
        world.drawn();
        let edit = moved(&world, 121.45);
        let public = || Who::new(Actor::public(world.0.district), Purpose::Public);
        let (a, b, c) = (edit.clone(), edit.clone(), edit);
        let from = Moment::from_micros(world.0.rt.now().micros() + 1_000_000);
        assert!(matches!(world.0.rt.write_now(public(), move |cx| edit::look(cx, &a).map(drop)), Err(Error::Denied)));
        assert!(matches!(world.0.rt.write_now(public(), move |cx| edit::save(cx, &b).map(drop)), Err(Error::Denied)));
        assert!(matches!(world.0.rt.write_now(public(), move |cx| edit_later::save_later(cx, &c, from).map(drop)), Err(Error::Denied)));
        assert!(matches!(world.0.rt.write_now(public(), move |cx| border::put_back(cx, from).map(drop)), Err(Error::Denied)));
        assert!(matches!(world.0.rt.write_now(public(), |cx| edit_later::withdraw(cx, uuid::Uuid::nil())), Err(Error::Denied)));
    }
}
