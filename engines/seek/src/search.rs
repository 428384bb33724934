//! One search: an incident, what has been learned since, and what follows from it at any instant.
#![expect(clippy::indexing_slicing, reason = "pieces and particles are numbered by the stage")]

use crate::belief::{Belief, Report, Rows};
use crate::evidence::{Evidence, Likelihood, Millis, Seen};
use crate::particle::Stage;
use crate::profile::Profile;
use crate::random::{Rng, mix};
use crate::source::{Source, WAYS, WAYS_AFTER, ends};
use crate::spawn::{Goal, Spawn};
use crate::terrain::{Terrain, distance_m};
use std::collections::BTreeMap;
use std::sync::Arc;
use streets::LonLat;

/// What kind of place the family names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlaceKind {
    Home,
    FormerHome,
    Work,
    Haunt,
    FoundBefore,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    pub at: LonLat,
    pub kind: PlaceKind,
}

/// What a locator said.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fix {
    pub at: LonLat,
    pub accuracy_m: f64,
    pub minutes_ago: f64,
}

/// Somebody is missing.
#[derive(Debug, Clone, PartialEq)]
pub struct Incident {
    pub last_seen: LonLat,
    /// How exactly that is known.
    pub accuracy_m: f64,
    pub minutes_ago: f64,
    pub night: bool,
    pub places: Vec<Place>,
    pub fixes: Vec<Fix>,
}

/// Why a search does not begin or a report is not taken. Messages are for whoever typed it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SearchError {
    #[error("{what}: latitude {lat} and longitude {lon} are no place on earth")]
    NoPlace { what: String, lat: f64, lon: f64 },
    #[error(
        "{what} lies {km:.1} km from the nearest street of the file: load streets for that area, or check latitude and longitude"
    )]
    OffTheStreets { what: String, km: f64 },
    #[error("{what} is {value}: give {range}")]
    Number { what: String, value: f64, range: &'static str },
    #[error(
        "{ago} minutes ago is before they were last seen, {last} minutes ago: check the clock of whoever reported it"
    )]
    BeforeLastSeen { ago: f64, last: f64 },
    #[error(
        "none of these {0} nodes is the neighbour of the one before it on a way: give the ids of all nodes walked over, in order"
    )]
    NotAWalk(usize),
    #[error("{0} named places: give at most 40")]
    TooManyPlaces(usize),
}

/// Particles, when nothing else is said.
pub const PARTICLES: usize = 50_000;
const LONGEST_MIN: f64 = 14.0 * 24.0 * 60.0;
/// So far from every street nobody begins a search on them.
const OFF_M: f64 = 5_000.0;
/// A place that the family named is wherever one sees its door from.
const AT_A_PLACE_M: f32 = 60.0;
/// Snapshots that are kept for evidence that comes late.
const SNAPSHOTS: usize = 20;
const FIXES: usize = 12;
/// After so many reports new ones get few ways on, to save memory: 5 MB each in a town.
const MANY_REPORTS: usize = 30;
/// Below this share of owed probability a report moves nobody.
const WORTH_FOLLOWING: f64 = 0.02;

#[derive(Debug)]
pub struct Search {
    pub(crate) stage: Stage,
    pub(crate) profile: Profile,
    pub(crate) incident: Incident,
    pub(crate) start: [f32; 2],
    goals: Vec<Goal>,
    seed: u64,
    count: usize,
    pub(crate) now: Millis,
    pub(crate) log: BTreeMap<Millis, Vec<Evidence>>,
    /// Before the evidence of their instant.
    snapshots: BTreeMap<Millis, Belief>,
    sources: Vec<(Millis, Seen, u32, u32)>,
    rows: Option<(Millis, Arc<Rows>)>,
}

pub(crate) fn instant(minutes: f64) -> Millis {
    (minutes * 60_000.0).round() as Millis
}
pub(crate) fn minutes(at: Millis) -> f64 {
    at as f64 / 60_000.0
}

fn place(what: &str, [lon, lat]: LonLat) -> Result<(), SearchError> {
    let fine = lon.abs() <= 180.0 && lat.abs() <= 90.0;
    if fine { Ok(()) } else { Err(SearchError::NoPlace { what: what.to_owned(), lat, lon }) }
}

fn within(what: &str, value: f64, low: f64, high: f64, range: &'static str) -> Result<f64, SearchError> {
    let fine = value >= low && value <= high;
    if fine { Ok(value) } else { Err(SearchError::Number { what: what.to_owned(), value, range }) }
}

const AGO: &str = "minutes from 0 to 20160 (14 days)";

impl Search {
    /// Begins a search with [`PARTICLES`] particles.
    ///
    /// # Errors
    /// When a place or a number of the incident cannot be right.
    pub fn open(terrain: Arc<Terrain>, profile: Profile, incident: Incident, seed: u64) -> Result<Self, SearchError> {
        Self::with_particles(terrain, profile, incident, seed, PARTICLES)
    }

    /// The same with another number of particles, at least 16,000.
    ///
    /// # Errors
    /// As [`Search::open`].
    pub fn with_particles(
        terrain: Arc<Terrain>,
        profile: Profile,
        incident: Incident,
        seed: u64,
        count: usize,
    ) -> Result<Self, SearchError> {
        let open = check(&terrain, &incident)?;
        let start = terrain.plane.to(incident.last_seen);
        let ends = ends(&terrain);
        let mut end_of = vec![u32::MAX; terrain.pieces.len()];
        (0_u32..).zip(&ends).for_each(|(n, e)| end_of[e.piece as usize] = end_of[e.piece as usize].min(n));
        let stage = Stage { terrain, ends, end_of, trees: Vec::new(), sources: Vec::new() };
        let mut search = Self {
            stage,
            profile,
            start,
            goals: Vec::new(),
            seed,
            count: count.max(16_000),
            now: open,
            log: BTreeMap::new(),
            snapshots: BTreeMap::new(),
            sources: Vec::new(),
            rows: None,
            incident,
        };
        search.begin();
        // Of a locator that speaks every minute the newest positions say it all.
        let mut fixes = search.incident.fixes.clone();
        fixes.sort_by(|a, b| a.minutes_ago.total_cmp(&b.minutes_ago));
        fixes.truncate(FIXES);
        for fix in fixes {
            let at = open - instant(fix.minutes_ago);
            // An older fix says nothing that having been seen later does not say better.
            if at >= 0 {
                let confidence = search.profile.reports.fix_confidence;
                let seen = Seen { at: fix.at, sigma_m: fix.accuracy_m.max(15.0), confidence, by_locator: true };
                search.learn(at, Evidence::Seen(seen));
            }
        }
        Ok(search)
    }

    fn begin(&mut self) {
        let b = &self.profile.behaviour;
        let named = self.incident.places.clone();
        for (n, place) in (0_u64..).zip(&named) {
            let (terrain, xy) = (&self.stage.terrain, self.stage.terrain.plane.to(place.at));
            let far = |e: [f32; 2]| (e[0] - xy[0]).hypot(e[1] - xy[1]);
            let vertex = terrain.nearest(place.at);
            let near = far(terrain.xy[vertex as usize]) + AT_A_PLACE_M;
            let ends: Vec<u32> =
                (0..).zip(&self.stage.ends).filter(|(_, e)| far(e.xy) < near).map(|(n, _)| n).collect();
            let grow = |k| Arc::new(crate::tree::Tree::grow(terrain, vertex, mix(self.seed, 1_000 + 2 * n + k)));
            let trees = self.stage.trees.len() as u32;
            let goes_on = b.beyond_places > 0.0;
            let (one, other) = if goes_on { (Some(grow(0)), Some(grow(1))) } else { (None, None) };
            self.stage.trees.extend(one.into_iter().chain(other));
            let w = &self.profile.places;
            let weight = match place.kind {
                PlaceKind::Home => w.home,
                PlaceKind::FormerHome => w.former_home,
                PlaceKind::Work => w.work,
                PlaceKind::Haunt => w.haunt,
                PlaceKind::FoundBefore => w.found_before,
            };
            self.goals.push(Goal { weight, ends, trees: [trees, trees + 1] });
        }
        let at = self.incident.last_seen;
        let (source, first_tree) = self.source(at, self.incident.accuracy_m, None, WAYS, 0);
        let origin = &self.stage.sources[source as usize];
        let (mut background, outside) =
            origin.laid_out(&self.profile.law, &self.stage.ends, self.stage.terrain.pieces.len());
        let length: f64 = self.stage.terrain.pieces.iter().map(|p| f64::from(p.len)).sum();
        // A little of it evenly over all streets and beyond them.
        let share = self.profile.behaviour.already_there;
        for (b, piece) in background.iter_mut().zip(&self.stage.terrain.pieces) {
            *b = share * (0.98 * *b + 0.01 * f64::from(piece.len.max(0.1)) / length);
        }
        let stage = &self.stage;
        let spawn = Spawn { stage, profile: &self.profile, goals: &self.goals, source, first_tree, minutes: 0.0 };
        let (particles, weights): (Vec<_>, Vec<_>) =
            spawn.draw(self.count, &mut Rng::new(mix(self.seed, 2))).into_iter().unzip();
        let mut belief = Belief { particles, weights, background, outside: share * (0.98 * outside + 0.01) };
        let (still, moving) =
            (belief.background.iter().sum::<f64>() + belief.outside, belief.weights.iter().sum::<f64>());
        belief.weights.iter_mut().for_each(|w| *w *= (1.0 - still) / moving);
        self.snapshots.insert(0, belief);
    }

    /// The number of a new source and of its first tree.
    fn source(&mut self, at: LonLat, spread_m: f64, heading: Option<f32>, ways: usize, salt: u64) -> (u32, u32) {
        // Who was reported somewhere is somewhere as near as the report is exact.
        let near_m =
            if heading.is_some() { self.profile.law.near_m.max(1.5 * spread_m) } else { self.profile.law.near_m };
        let source = Source::new(
            &self.stage.terrain,
            &self.stage.ends,
            at,
            spread_m,
            heading,
            ways,
            near_m,
            mix(self.seed, 50 + salt),
        );
        let numbers = (self.stage.sources.len() as u32, self.stage.trees.len() as u32);
        self.stage.trees.extend(source.trees.iter().cloned());
        self.stage.sources.push(Arc::new(source));
        numbers
    }

    /// Time passes.
    ///
    /// # Errors
    /// When it is no time.
    pub fn advance(&mut self, by_minutes: f64) -> Result<(), SearchError> {
        self.now += instant(within("minutes", by_minutes, 0.0, LONGEST_MIN, AGO)?);
        Ok(())
    }

    /// It has become dark, or light: from now on plans count with what is seen by then. What was searched before stays as it was told.
    pub fn light(&mut self, night: bool) {
        self.incident.night = night;
    }

    /// The figures that it works with.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Minutes since they were last seen.
    pub fn minutes(&self) -> f64 {
        minutes(self.now)
    }

    fn when(&self, minutes_ago: f64) -> Result<Millis, SearchError> {
        let at = self.now - instant(within("minutes_ago", minutes_ago, 0.0, LONGEST_MIN, AGO)?);
        if at < 0 { Err(SearchError::BeforeLastSeen { ago: minutes_ago, last: self.minutes() }) } else { Ok(at) }
    }

    /// Somebody walked over these nodes, in this order, looked with this probability of detection, and found nobody.
    ///
    /// # Errors
    /// When no two of the nodes are neighbours, or a number cannot be right.
    pub fn searched(&mut self, nodes: &[i64], pod: f64, minutes_ago: f64) -> Result<(), SearchError> {
        let pod = within("pod", pod, 0.0, 1.0, "a probability from 0 to 1")?;
        let at = self.when(minutes_ago)?;
        let mut pieces: Vec<u32> = nodes.windows(2).filter_map(|w| self.stage.terrain.piece(w[0], w[1])).collect();
        if pieces.is_empty() && nodes.len() > 1 {
            return Err(SearchError::NotAWalk(nodes.len()));
        }
        pieces.sort_unstable();
        pieces.dedup();
        if !pieces.is_empty() {
            self.learn(at, Evidence::Searched { pieces, pod });
        }
        Ok(())
    }

    /// Somebody says to have seen them.
    ///
    /// # Errors
    /// When it is no place, a number cannot be right, or it was before they were last seen.
    pub fn sighting(
        &mut self,
        at: LonLat,
        minutes_ago: f64,
        confidence: f64,
        accuracy_m: f64,
    ) -> Result<(), SearchError> {
        place("the sighting", at)?;
        let confidence = within("confidence", confidence, 0.0, 1.0, "a probability from 0 to 1")?;
        let accuracy = within("accuracy_m", accuracy_m, 0.0, 20_000.0, "metres from 0 to 20000")?;
        let when = self.when(minutes_ago)?;
        self.learn(when, Evidence::Seen(Seen { at, sigma_m: accuracy.max(15.0), confidence, by_locator: false }));
        Ok(())
    }

    /// A locator says where they were, after the search was opened; earlier ones stand in the incident.
    ///
    /// # Errors
    /// As [`Search::sighting`].
    pub fn fix(&mut self, at: LonLat, minutes_ago: f64, accuracy_m: f64) -> Result<(), SearchError> {
        place("the fix", at)?;
        let accuracy = within("accuracy_m", accuracy_m, 0.0, 50_000.0, "metres from 0 to 50000")?;
        let when = self.when(minutes_ago)?;
        let confidence = self.profile.reports.fix_confidence;
        self.learn(when, Evidence::Seen(Seen { at, sigma_m: accuracy.max(15.0), confidence, by_locator: true }));
        Ok(())
    }

    /// The streets it works on.
    pub fn terrain(&self) -> &Arc<Terrain> {
        &self.stage.terrain
    }

    fn learn(&mut self, at: Millis, evidence: Evidence) {
        let here = self.log.entry(at).or_default();
        here.push(evidence);
        here.sort_by(|a, b| a.key().cmp(&b.key()));
        self.snapshots.retain(|when, _| *when <= at);
        self.rows = None;
    }

    /// What is believed at an instant; with `after` as it goes on from there, when reports have been followed up.
    pub(crate) fn belief(&mut self, at: Millis, after: bool) -> Belief {
        let Some((from, kept)) = self.snapshots.range(..=at).next_back() else {
            return Belief { particles: Vec::new(), weights: Vec::new(), background: Vec::new(), outside: 1.0 };
        };
        let (from, mut belief) = (*from, kept.clone());
        let instants: Vec<Millis> = self.log.range(from..=at).map(|(when, _)| *when).collect();
        for (n, when) in instants.iter().enumerate() {
            if n > 0 {
                self.keep(*when, &belief);
            }
            let reports = self.reports(*when);
            let evidence = self.log.get(when).cloned().unwrap_or_default();
            let places = belief.places(&self.stage, minutes(*when));
            belief.learn(&self.stage, &places, &evidence, &reports);
            if *when < at || after {
                self.follow_up(&mut belief, &places, &reports, *when);
            }
        }
        belief
    }

    fn keep(&mut self, when: Millis, belief: &Belief) {
        self.snapshots.entry(when).or_insert_with(|| belief.clone());
        if self.snapshots.len() > SNAPSHOTS {
            // Every second of the older half; the first is the beginning and stays.
            let old: Vec<Millis> = self.snapshots.keys().copied().skip(1).take(SNAPSHOTS / 2).step_by(2).collect();
            old.iter().for_each(|when| {
                self.snapshots.remove(when);
            });
        }
    }

    fn reports(&mut self, when: Millis) -> Vec<Report> {
        let seen: Vec<Seen> = self
            .log
            .get(&when)
            .into_iter()
            .flatten()
            .filter_map(|e| if let Evidence::Seen(s) = e { Some(*s) } else { None })
            .collect();
        seen.iter().map(|s| self.report(when, s)).collect()
    }

    fn report(&mut self, when: Millis, seen: &Seen) -> Report {
        let xy = self.stage.terrain.plane.to(seen.at);
        let far = f64::from((xy[0] - self.start[0]).hypot(xy[1] - self.start[1]));
        let likelihood = Likelihood::new(seen, xy, far, &self.profile.law, &self.profile.reports);
        let inside = self.stage.sources[0].inside(xy.map(f64::from));
        let near = || self.stage.terrain.nearest_node(seen.at).2 < 3.0 * seen.sigma_m + 100.0;
        let beyond = !inside && !near();
        let known = self.sources.iter().find(|s| s.0 == when && s.1 == *seen).map(|s| (s.2, s.3));
        let (source, first_tree) = known.unwrap_or_else(|| {
            let heading = (far > 100.0).then(|| (xy[1] - self.start[1]).atan2(xy[0] - self.start[0]));
            let salt = mix(seen.at[0].to_bits() ^ seen.sigma_m.to_bits(), seen.at[1].to_bits() ^ when as u64);
            let ways = if self.sources.len() < MANY_REPORTS { WAYS_AFTER } else { 2 };
            let numbers = self.source(seen.at, seen.sigma_m.min(400.0) * 0.7, heading, ways, salt);
            self.sources.push((when, *seen, numbers.0, numbers.1));
            numbers
        });
        Report { likelihood, source, first_tree, beyond }
    }

    /// From where a report says, they go on anew: as much probability as is owed to the report, on new particles. And when few particles
    /// carry most of it, all are drawn again.
    fn follow_up(&self, belief: &mut Belief, places: &[u32], reports: &[Report], when: Millis) {
        let mut rng = Rng::new(mix(self.seed, mix(when as u64, 3)));
        let (stage, terrain) = (&self.stage, &self.stage.terrain);
        let mut fresh = Vec::new();
        // Of several at once the first takes its share, the next of what is left.
        for report in reports.iter().filter(|r| !r.beyond) {
            let owed: Vec<f64> =
                (0..terrain.pieces.len() as u32).map(|n| report.likelihood.owed(terrain.middle(n))).collect();
            let on = |piece: u32| owed.get(piece as usize).copied().unwrap_or(0.0);
            let mut mass: f64 = belief.weights.iter().zip(places).map(|(w, p)| w * on(*p)).sum();
            mass += belief.background.iter().zip(&owed).map(|(b, o)| b * o).sum::<f64>();
            if mass < WORTH_FOLLOWING {
                continue;
            }
            belief.weights.iter_mut().zip(places).for_each(|(w, p)| *w *= 1.0 - on(*p));
            belief.background.iter_mut().zip(&owed).for_each(|(b, o)| *b *= 1.0 - o);
            let count = (self.count as f64 * mass.clamp(0.1, 0.8)) as usize;
            let (source, first_tree) = (report.source, report.first_tree);
            let spawn =
                Spawn { stage, profile: &self.profile, goals: &self.goals, source, first_tree, minutes: minutes(when) };
            fresh.push((mass, spawn.draw(count, &mut rng)));
        }
        let new: usize = fresh.iter().map(|f| f.1.len()).sum();
        if new > 0 || belief.effective() < self.count as f64 / 5.0 {
            belief.draw_again(stage, self.count.saturating_sub(new).max(self.count / 5), &mut rng);
        }
        for (mass, drawn) in fresh {
            for (particle, w) in drawn {
                belief.particles.push(particle);
                belief.weights.push(w * mass);
            }
        }
    }

    /// What is known at this instant.
    pub(crate) fn rows(&mut self) -> Arc<Rows> {
        if let Some((_, rows)) = self.rows.as_ref().filter(|r| r.0 == self.now) {
            return Arc::clone(rows);
        }
        let rows = Arc::new(self.rows_at(self.now));
        self.rows = Some((self.now, Arc::clone(&rows)));
        rows
    }

    pub(crate) fn known_rows(&self) -> Option<&Rows> {
        self.rows.as_ref().map(|r| &*r.1)
    }

    pub(crate) fn rows_at(&mut self, at: Millis) -> Rows {
        let belief = self.belief(at, false);
        let places = belief.places(&self.stage, minutes(at));
        belief.rows(&places)
    }
}

fn check(terrain: &Terrain, incident: &Incident) -> Result<Millis, SearchError> {
    let mut named = vec![("last_seen".to_owned(), incident.last_seen)];
    named.extend((1..).zip(&incident.places).map(|(n, p)| (format!("place {n}"), p.at)));
    named.extend((1..).zip(&incident.fixes).map(|(n, f)| (format!("fix {n}"), f.at)));
    named.iter().try_for_each(|(what, at)| place(what, *at))?;
    let off = terrain.nearest_node(incident.last_seen).2;
    if off > OFF_M {
        return Err(SearchError::OffTheStreets { what: "last_seen".to_owned(), km: off / 1_000.0 });
    }
    if incident.places.len() > 40 {
        return Err(SearchError::TooManyPlaces(incident.places.len()));
    }
    within("accuracy_m", incident.accuracy_m, 0.0, 20_000.0, "metres from 0 to 20000")?;
    for (n, fix) in (1..).zip(&incident.fixes) {
        within(&format!("fix {n}: accuracy_m"), fix.accuracy_m, 0.0, 50_000.0, "metres from 0 to 50000")?;
        within(&format!("fix {n}: minutes_ago"), fix.minutes_ago, 0.0, f64::MAX, "minutes, not before now")?;
    }
    Ok(instant(within("minutes_ago", incident.minutes_ago, 0.0, LONGEST_MIN, AGO)?))
}

/// Straight metres, for reasons in words.
pub(crate) fn straight_m(a: LonLat, b: LonLat) -> f64 {
    distance_m(a, b)
}
