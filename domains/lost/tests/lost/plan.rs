//! The search plan (L12): who may, what teams see and tell, that a log is a search, whoever replays it, and bad input.

use crate::Town;
use crate::town::{found, refused};
use kernel::ids::CaseId;
use kernel::{Moment, Point};
use lost::app;
use lost::app::search::{
    self, Ask, Begin, Board, FieldAct, FieldCommand, Fixed, NewTeam, Outcome, SearchRoom, Surface, TeamTask, debrief,
    field::TeamCode,
};
use lost::model::search::{Mode, TeamId, TeamState};
use lost::model::{Kind, Report};
use std::sync::Arc;
use streets::osm::{Limits, Osm};
use testkit::both_databases;
use uuid::Uuid;

const WEST: f64 = 121.445;
const SOUTH: f64 = 30.895;

/// A town of straight lanes, 24 by 24, a hundred metres apart; every other lane has a name.
fn lanes() -> Osm {
    let n = 24;
    let id = |x: usize, y: usize| 1 + y * 100 + x;
    let mut text = String::from("<osm version=\"0.6\">");
    for y in 0..n {
        for x in 0..n {
            let (lat, lon) = (SOUTH + y as f64 * 0.0009, WEST + x as f64 * 0.00105);
            text += &format!("<node id=\"{}\" lat=\"{lat:.7}\" lon=\"{lon:.7}\"/>", id(x, y));
        }
    }
    let nd = |id| format!("<nd ref=\"{id}\"/>");
    for k in 0..n {
        for across in [true, false] {
            let refs: String =
                (0..n).map(|m| nd(if across { id(m, k) } else { id(k, m) })).collect::<Vec<_>>().concat();
            let name =
                if k % 2 == 0 && across { format!("<tag k=\"name\" v=\"望苇{k}弄\"/>") } else { String::new() };
            let way = 10_000 + 2 * k + usize::from(across);
            text += &format!("<way id=\"{way}\">{refs}<tag k=\"highway\" v=\"residential\"/>{name}</way>");
        }
    }
    text += "</osm>";
    Osm::read(text.as_bytes(), &Limits::default()).unwrap()
}

fn at(x: f64, y: f64) -> Point {
    Point::new(WEST + x * 0.00105, SOUTH + y * 0.0009).unwrap()
}

impl Town {
    fn with_streets(&self) {
        let prepared = places::streets::prepare(&lanes(), |_| ()).unwrap();
        let who = self.world.house.system();
        self.world.house.rt.write_now(who, move |cx| places::streets::bring(cx, &prepared, "a.osm")).unwrap();
    }
    fn searched_for(&self) -> CaseId {
        let elder = self.elder;
        let case = self
            .public_reports(Report {
                kind: Kind::Missing, words: "王桂芳，红色上衣，021-0555 0102".into(), ..found()
            })
            .case;
        self.step(self.duty, case, move |cx, v| app::identified(cx, case, v, elder, lost::model::How::Family)).unwrap();
        let seen_at = self.now().plus_minutes(-40);
        self.on(self.duty, case, move |cx| {
            search::begin(cx, case, &Begin { last_seen: at(12.0, 12.0), accuracy_m: 50.0, seen_at })
        })
        .unwrap();
        case
    }
    fn team(&self, case: CaseId, name: &'static str, place: Point) -> TeamId {
        self.on(self.duty, case, move |cx| {
            search::add_team(cx, case, &NewTeam { name: name.into(), mode: Mode::Foot, size: 2, at: Some(place) })
        })
        .unwrap()
    }
    fn code(&self, case: CaseId, team: TeamId) -> TeamCode {
        TeamCode(self.on(self.duty, case, move |cx| search::code_of(cx, case, team)).unwrap().unwrap())
    }
    fn board(&self, room: &Arc<SearchRoom>, case: CaseId, ask: &Ask) -> Arc<Board> {
        let inside = Arc::clone(room);
        let (log, streets) =
            self.on(self.duty, case, move |cx| Ok((search::look(cx, case)?, inside.streets(cx)?))).unwrap();
        room.board(&log, streets, ask).unwrap()
    }
    /// Gives out what is proposed.
    fn send(&self, room: &Arc<SearchRoom>, case: CaseId) -> usize {
        let board = self.board(room, case, &Ask::default());
        let routes: Vec<_> = board.proposals.iter().map(|p| p.route.clone()).collect();
        self.on(self.duty, case, move |cx| search::give_out(cx, case, &routes)).unwrap()
    }
    fn task(&self, code: &TeamCode) -> lost::Result<TeamTask> {
        let code = code.clone();
        self.world.act_as(self.world.public(), move |cx| search::task(cx, &code))
    }
    fn tell(&self, code: &TeamCode, sent_at: Moment, commands: Vec<FieldCommand>) -> lost::Result<Vec<Outcome>> {
        let code = code.clone();
        self.world.act_as(self.world.public(), move |cx| search::take(cx, &code, commands, sent_at))
    }
    fn state(&self, case: CaseId, team: TeamId) -> TeamState {
        let log = self.on(self.duty, case, move |cx| search::look(cx, case)).unwrap();
        log.standing.team(team).unwrap().state(log.now)
    }
}

fn command(n: u128, at: Moment, act: FieldAct) -> FieldCommand {
    FieldCommand { id: Uuid::from_u128(n), at, act }
}

both_databases! {
    fn three_teams_get_routes_and_see_no_name(t: Town) {
        t.with_streets();
        let case = t.searched_for();
        let room = Arc::new(SearchRoom::default());
        let teams = [(6.0, 6.0), (12.0, 12.0), (18.0, 12.0)].map(|(x, y)| t.team(case, "志愿者一组", at(x, y)));
        let board = t.board(&room, case, &Ask::default());
        assert_eq!(board.surface, Surface::Whole);
        assert_eq!(board.proposals.len(), 3, "one route each");
        assert!(board.pos > 0.05, "{}", board.pos);
        assert!(board.areas_km2[0] <= board.areas_km2[1] && board.areas_km2[1] <= board.areas_km2[2]);
        assert!(board.named.iter().any(|(name, p, _)| name.starts_with("望苇") && *p > 0.0));
        assert!(board.bands.windows(2).all(|w| w[0].streets <= w[1].streets && w[0].p < w[1].p), "{:?}", board.bands);
        assert!(board.bands[0].streets > 0.0 && board.bands[4].streets <= 1.0, "{:?}", board.bands);
        let two_more = t.board(&room, case, &Ask { more: 2, ..Ask::default() });
        assert!(two_more.pos_more.unwrap() > two_more.pos, "two teams more find more");
        assert_eq!(two_more.proposals.iter().filter(|p| p.made_up).count(), 2);
        assert_eq!(t.send(&room, case), 3);
        assert_eq!(t.state(case, teams[0]), TeamState::Walking);
        assert!(t.board(&room, case, &Ask::default()).proposals.is_empty(), "all are on their way");
        let task = t.task(&t.code(case, teams[0])).unwrap();
        assert_eq!((task.team, task.state), (teams[0], TeamState::Walking));
        assert!(task.segments.iter().any(|s| s.from_search) && task.segments.iter().all(|s| s.nodes.len() == s.line.len()));
        assert!(task.look_for.words.contains("红色上衣"), "{}", task.look_for.words);
        for hidden in ["王桂芳", "桂芳", "0555"] {
            assert!(!task.look_for.words.contains(hidden), "{hidden}");
        }
        assert!(task.look_for.described.surname.is_empty() && task.post_phone == "021-0571 0222");
    }

    fn only_whoever_works_on_the_case_plans(t: Town) {
        t.with_streets();
        let case = t.searched_for();
        for who in [t.worker, t.far, t.volunteers[0]] {
            let looked = t.on(who, case, move |cx| search::look(cx, case).map(|_| ()));
            assert!(refused(looked).starts_with("denied"), "{who}");
        }
        let general = t.world.who(t.duty, kernel::Purpose::Administration);
        assert!(t.world.act_as(general, move |cx| search::look(cx, case).map(|_| ())).is_err(), "in the name of the case alone");
        let wrong = TeamCode("0000-0000-0000".into());
        assert_eq!(refused(t.task(&wrong)), "not-found");
    }

    fn a_phone_tells_each_thing_once_and_at_its_time(t: Town) {
        t.with_streets();
        let case = t.searched_for();
        let room = Arc::new(SearchRoom::default());
        let team = t.team(case, "一组", at(12.0, 12.0));
        t.send(&room, case);
        let code = t.code(case, team);
        let task = t.task(&code).unwrap();
        let keys: Vec<String> = task.segments.iter().map(|s| s.key.clone()).collect();
        t.advance(10);
        // The phone is a day behind; what it says of ten minutes ago was ten minutes ago.
        let theirs = |minutes: i64| t.now().plus_days(-1).plus_minutes(minutes);
        let walked = command(1, theirs(-5), FieldAct::Walked { segments: vec![keys[0].clone()] });
        let other = command(2, theirs(-4), FieldAct::Walked { segments: vec!["99-0".into()] });
        let told = t.tell(&code, theirs(0), vec![walked.clone(), other.clone(), walked.clone()]).unwrap();
        assert_eq!(told, [Outcome::Done, Outcome::Conflict("other-route".into()), Outcome::Before]);
        assert_eq!(t.tell(&code, theirs(0), vec![walked, other]).unwrap(), [Outcome::Before, Outcome::Before]);
        let log = t.on(t.duty, case, move |cx| search::look(cx, case)).unwrap();
        let line = log.lines.iter().find(|l| l.step.code() == "searched").unwrap();
        assert_eq!(line.at, t.now().plus_minutes(-5));
        assert_eq!(line.told_at, t.now());
        assert_eq!(log.lines.iter().filter(|l| l.step.code() == "conflict").count(), 1);
        let timeline = t.view(t.duty, case).unwrap().timeline;
        assert!(timeline.iter().any(|e| e.kind == app::EntryKind::SearchConflict), "the post reads it on the case");
        let again = t.task(&code).unwrap();
        assert!(again.segments[0].done && again.revision > task.revision);
    }

    fn a_log_is_a_search_whoever_replays_it(t: Town) {
        t.with_streets();
        let case = t.searched_for();
        let one = Arc::new(SearchRoom::default());
        let team = t.team(case, "一组", at(12.0, 12.0));
        t.send(&one, case);
        let code = t.code(case, team);
        let keys: Vec<String> = t.task(&code).unwrap().segments.iter().map(|s| s.key.clone()).collect();
        t.advance(12);
        let now = t.now();
        let seen = FieldAct::Seen { point: at(16.0, 15.0), accuracy_m: 60.0, words: "像她".into() };
        t.tell(&code, now, vec![command(1, now.plus_minutes(-2), seen)]).unwrap();
        t.board(&one, case, &Ask::default());
        // What was walked before the sighting is told after it.
        let walked = FieldAct::Walked { segments: keys };
        t.tell(&code, now, vec![command(2, now.plus_minutes(-6), walked)]).unwrap();
        t.on(t.duty, case, move |cx| search::sighting(cx, case, at(3.0, 20.0), Some(now.plus_minutes(-1)), 150.0, 0.6, "")).unwrap();
        let grown = t.board(&one, case, &Ask::default());
        let fresh = t.board(&Arc::new(SearchRoom::default()), case, &Ask::default());
        assert_eq!(grown, fresh, "the same log, the same bytes");
        assert!(grown.proposals[0].route.why.iter().any(|w| w.key == "sighting"), "{:?}", grown.proposals[0].route.why);
        let earlier = t.board(&one, case, &Ask { at: Some(now.plus_minutes(-10)), ..Ask::default() });
        assert!(earlier.at < grown.at && earlier.shown != grown.shown);
    }

    fn a_team_of_which_nobody_hears_is_silent_and_its_streets_are_planned_again(t: Town) {
        t.with_streets();
        let case = t.searched_for();
        let room = Arc::new(SearchRoom::default());
        let team = t.team(case, "一组", at(12.0, 12.0));
        t.send(&room, case);
        let first = t.task(&t.code(case, team)).unwrap().segments;
        let other = t.team(case, "二组", at(12.0, 12.0));
        let overlap = |board: &Board| {
            let nodes: Vec<i64> = first.iter().filter(|s| s.from_search).flat_map(|s| s.nodes.clone()).collect();
            let route = &board.proposals.iter().find(|p| p.route.team == other).unwrap().route;
            route.legs.iter().filter(|l| l.look).flat_map(|l| l.nodes.clone()).filter(|n| nodes.contains(n)).count()
        };
        let beside = overlap(&t.board(&room, case, &Ask::default()));
        t.advance(46);
        assert_eq!(t.state(case, team), TeamState::Silent);
        let alone = overlap(&t.board(&room, case, &Ask::default()));
        assert!(alone >= beside, "{alone} of its streets again, {beside} before");
        let code = t.code(case, team);
        let here = FieldAct::Here { point: at(10.0, 10.0), accuracy_m: 20.0 };
        t.tell(&code, t.now(), vec![command(1, t.now(), here)]).unwrap();
        assert_eq!(t.state(case, team), TeamState::Walking, "heard again");
        t.tell(&code, t.now(), vec![command(2, t.now(), FieldAct::Back)]).unwrap();
        assert_eq!(t.state(case, team), TeamState::Ready);
    }

    fn positions_that_may_not_be_seen_any_more_are_forgotten(t: Town) {
        t.with_streets();
        let case = t.searched_for();
        let room = Arc::new(SearchRoom::default());
        let plain = t.board(&room, case, &Ask::default());
        let read = || {
            let inside = Arc::clone(&room);
            t.on(t.duty, case, move |cx| Ok((search::look(cx, case)?, inside.streets(cx)?))).unwrap()
        };
        let now = t.now();
        let fixed = |ago: i64, x: f64| Fixed { at: now.plus_minutes(-ago), place: at(x, 12.0), accuracy_m: 30.0 };
        // Before they were last seen; three within some minutes at one place; one that moved on.
        let all = [fixed(60, 1.0), fixed(20, 14.0), fixed(17, 14.1), fixed(15, 14.0), fixed(12, 19.0)];
        let (log, streets) = read();
        let log = log.with_fixes(all);
        assert_eq!(log.fixes.iter().map(|f| now.secs_since(f.at) / 60).collect::<Vec<_>>(), [20, 12]);
        let with = room.board(&log, streets, &Ask::default()).unwrap();
        assert!(with.areas_km2[0] < plain.areas_km2[0], "a locator says more: {:?} {:?}", with.areas_km2, plain.areas_km2);
        let after = t.board(&room, case, &Ask::default());
        assert_eq!((after.areas_km2, &after.shown), (plain.areas_km2, &plain.shown), "as if it had never been told");
    }

    fn found_is_told_at_once_and_codes_end_with_the_search(t: Town) {
        t.with_streets();
        let case = t.searched_for();
        let room = Arc::new(SearchRoom::default());
        let team = t.team(case, "一组", at(12.0, 12.0));
        t.send(&room, case);
        let code = t.code(case, team);
        t.run_jobs();
        t.take_told("lost_search_found");
        t.advance(5);
        let says = FieldAct::Found { point: Some(at(13.0, 12.0)), words: "在长椅上".into() };
        assert_eq!(t.tell(&code, t.now(), vec![command(1, t.now(), says)]).unwrap(), [Outcome::Done]);
        t.run_jobs();
        assert!(t.take_told("lost_search_found").contains(&t.duty));
        assert!(t.view(t.duty, case).unwrap().row.state.is_open(), "found is not home");
        let log = {
            let inside = Arc::clone(&room);
            t.on(t.duty, case, move |cx| Ok((search::look(cx, case)?, inside.streets(cx)?))).unwrap()
        };
        let (place, when) = debrief::found_at(&log.0).unwrap();
        let rank = room.rank(&log.0, log.1, place, when).unwrap();
        assert!(rank.share.unwrap() < 0.95 && rank.metres < 200.0, "{rank:?}");
        t.on(t.duty, case, move |cx| {
            debrief::keep(cx, case, when, &rank)?;
            search::close(cx, case)
        })
        .unwrap();
        assert_eq!(refused(t.task(&code)), "not-found", "the code opens nothing any more");
        let late = FieldAct::Walked { segments: vec!["3-0".into()] };
        assert_eq!(t.tell(&code, t.now(), vec![command(2, t.now(), late)]).unwrap(), [Outcome::Conflict("over".into())]);
        let all = t.world.act_as(t.world.who(t.duty, kernel::Purpose::Administration), debrief::calibration).unwrap();
        assert_eq!((all.searches, all.off, all.inside[2]), (1, 0, 1));
        t.advance(60 * 49);
        let later = FieldAct::Walked { segments: vec!["3-0".into()] };
        assert_eq!(refused(t.tell(&code, t.now(), vec![command(3, t.now(), later)])), "not-found");
    }

    fn without_streets_and_with_bad_input_there_are_rings_and_no_fall(t: Town) {
        let case = t.searched_for();
        let room = Arc::new(SearchRoom::default());
        t.team(case, "一组", at(12.0, 12.0));
        let rings = t.board(&room, case, &Ask::default());
        assert_eq!((rings.surface, rings.proposals.len()), (Surface::None, 0));
        assert!(rings.rings_m[0] > 500.0 && rings.rings_m[2] > rings.rings_m[1]);
        t.with_streets();
        // Contradictory sightings, one before they were last seen, one of the case itself; and last seen in the river beyond the streets.
        let now = t.now();
        let before = t.on(t.duty, case, move |cx| search::sighting(cx, case, at(1.0, 1.0), Some(now.plus_days(-1)), 100.0, 0.7, ""));
        assert_eq!(refused(before), "seen_at-before-last-seen");
        for place in [at(1.0, 1.0), at(22.0, 22.0)] {
            t.on(t.duty, case, move |cx| search::sighting(cx, case, place, Some(now), 50.0, 0.95, "")).unwrap();
        }
        let spot = lost::model::ScenePlace { point: Some(at(12.0, 13.0)), ..lost::model::ScenePlace::default() };
        t.step(t.duty, case, move |cx, v| app::seen(cx, case, v, &spot, Some(now.plus_minutes(-90)), "")).unwrap();
        let board = t.board(&room, case, &Ask::default());
        assert_eq!(board.surface, Surface::Whole);
        assert_eq!(board.left_out.iter().map(|l| l.1).collect::<Vec<_>>(), ["before-last-seen"]);
        let far = Point::new(121.59, 30.99).unwrap();
        t.on(t.duty, case, move |cx| search::begin(cx, case, &Begin { last_seen: far, accuracy_m: 50.0, seen_at: now })).unwrap();
        assert_eq!(t.board(&room, case, &Ask::default()).surface, Surface::Off);
        // Three days later it still answers.
        let again = at(12.0, 12.0);
        t.on(t.duty, case, move |cx| search::begin(cx, case, &Begin { last_seen: again, accuracy_m: 50.0, seen_at: now })).unwrap();
        t.world.house.clock.advance_secs(3 * 86_400);
        assert_eq!(t.board(&room, case, &Ask::default()).surface, Surface::Whole);
    }

    fn whoever_is_with_us_is_searched_for_no_longer(t: Town) {
        let case = t.searched_for();
        let team = t.team(case, "一组", at(12.0, 12.0));
        let code = t.code(case, team);
        t.keep(case);
        assert_eq!(refused(t.task(&code)), "not-found");
        assert_eq!(t.on(t.duty, case, move |cx| search::has(cx, case)).unwrap(), (false, true));
        let again = t.on(t.duty, case, move |cx| search::add_team(cx, case, &NewTeam { name: "x".into(), mode: Mode::Car, size: 2, at: None }));
        assert_eq!(refused(again), "no-search");
        assert_eq!(refused(t.on(t.duty, case, move |cx| search::begin(cx, case, &Begin { last_seen: at(1.0, 1.0), accuracy_m: 1.0, seen_at: cx.now }))), "state");
    }
}
