//! Who looks where in the next minutes.
#![expect(clippy::indexing_slicing, reason = "pieces, links and teams are numbered here")]

mod first;
mod reasons;
mod roads;
mod route;
mod worth;

pub use first::{FirstLook, Look};
pub use reasons::Reason;

use crate::search::{Search, SearchError};
use crate::terrain::Mode;
use roads::Roads;
use route::{Settings, Walk};
use streets::LonLat;
use worth::Worth;

/// Those who search together.
#[derive(Debug, Clone, PartialEq)]
pub struct Team {
    pub id: String,
    pub at: LonLat,
    pub mode: Mode,
    pub speed_mps: f64,
}

/// What one team does.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    pub team: String,
    /// Nodes of OSM; neighbours in it are neighbours on a way.
    pub route: Vec<i64>,
    /// The same on the map.
    pub line: Vec<LonLat>,
    /// From this place of the route on they look.
    pub search_from: usize,
    pub minutes: f64,
    pub metres: f64,
    /// Probability that this team finds them, after those named before it have not.
    pub pos: f64,
    /// Of one pass, as the profile has it for the mode and the light.
    pub pod: f64,
    pub why: Vec<Reason>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub assignments: Vec<Assignment>,
    pub areas_km2: [f64; 3],
    pub rest_of_world: f64,
    pub first_look: Vec<FirstLook>,
}

impl Mode {
    /// Metres a second when nobody says.
    pub const fn usual_mps(self) -> f64 {
        match self {
            Self::Foot => 1.2,
            Self::Bicycle => 3.5,
            Self::Car => 6.0,
        }
    }
}

/// Teams look further ahead than they are sent, so that they end where the next half hour begins.
const AHEAD_MIN: f64 = 60.0;
/// What the way beyond the plan may hold is kept for the team, not wholly.
const TAIL: f64 = 0.5;
/// Up to so many teams are planned again when all others are known.
const AGAIN: usize = 12;

impl Search {
    /// Probability of detection in one pass, by the profile.
    pub fn pod(&self, mode: Mode) -> f64 {
        let looking = &self.profile.looking;
        let [day, night] = match mode {
            Mode::Foot => looking.foot,
            Mode::Bicycle => looking.bicycle,
            Mode::Car => looking.car,
        };
        if self.incident.night { night } else { day }
    }

    /// The plan for these teams, each from where it is. Nothing is remembered: ask with two teams more to see what they would bring.
    ///
    /// # Errors
    /// When the minutes, a team's place or its speed cannot be right.
    pub fn plan(&mut self, teams: &[Team], minutes: f64) -> Result<Plan, SearchError> {
        self.plan_around(teams, minutes, &[])
    }

    /// The same beside teams that are on their way: what is left of their routes, and with what probability they find who is there. Nobody
    /// else is sent there, as far as they look.
    ///
    /// # Errors
    /// As [`Search::plan`].
    pub fn plan_around(
        &mut self,
        teams: &[Team],
        minutes: f64,
        taken: &[(Vec<i64>, f64)],
    ) -> Result<Plan, SearchError> {
        check(teams, minutes)?;
        let looks = self.looks();
        let ahead = minutes.max(AHEAD_MIN);
        let worth = Worth::new(self, ahead, &looks);
        let settings = Settings::new(teams.len(), ahead);
        let terrain = &self.stage.terrain;
        let mut modes: Vec<Roads> = Vec::new();
        for team in teams {
            if !modes.iter().any(|r| r.is(team)) {
                modes.push(Roads::new(terrain, team.mode, team.speed_mps));
            }
        }
        let roads = |team: &Team| modes.iter().find(|r| r.is(team));
        let mut left = vec![1.0_f32; terrain.pieces.len()];
        for (nodes, pod) in taken {
            let mut pieces: Vec<u32> = nodes.windows(2).filter_map(|w| terrain.piece(w[0], w[1])).collect();
            pieces.sort_unstable();
            pieces.dedup();
            pieces.iter().for_each(|n| left[*n as usize] *= (1.0 - pod.clamp(0.0, 1.0)) as f32);
        }
        let others = left.clone();
        let mut walks: Vec<Option<Walk>> = vec![None; teams.len()];
        let passes = if teams.len() <= AGAIN && teams.len() > 1 { 2 } else { 1 };
        for pass in 0..passes {
            for (n, team) in teams.iter().enumerate() {
                let pod = self.pod(team.mode);
                let Some(roads) = roads(team) else { continue };
                if let Some(walk) = &walks[n] {
                    mark(walk, minutes, pod, &mut left, true);
                }
                let found = route::best(terrain, roads, &worth, &left, terrain.nearest(team.at), pod, &settings);
                let before = walks[n].take();
                let value = |walk: &Walk| route::value(terrain, walk, &worth, &left, pod);
                let better = match (&before, &found) {
                    (Some(before), Some(found)) => value(found) > value(before),
                    (None, _) => true,
                    (Some(_), None) => false,
                };
                walks[n] = if better { found } else { before };
                if let Some(walk) = &walks[n] {
                    mark(walk, minutes, pod, &mut left, false);
                }
            }
            debug_assert!(pass < 2);
        }
        let assignments = self.assignments(teams, &walks, minutes, &looks, &others);
        let areas_km2 = self.areas_km2();
        Ok(Plan { assignments, areas_km2, rest_of_world: self.rest_of_world(), first_look: looks })
    }

    fn assignments(
        &mut self,
        teams: &[Team],
        walks: &[Option<Walk>],
        minutes: f64,
        looks: &[FirstLook],
        others: &[f32],
    ) -> Vec<Assignment> {
        let rows = self.rows();
        let mut left: Vec<f64> = others.iter().map(|l| f64::from(*l)).collect();
        let mut all = Vec::new();
        for (team, walk) in teams.iter().zip(walks) {
            let Some(walk) = walk else { continue };
            let pod = self.pod(team.mode);
            let terrain = &self.stage.terrain;
            let steps: Vec<_> =
                walk.steps.iter().take_while(|s| f64::from(s.by) <= minutes * 60.0 + 1e-3).copied().collect();
            let Some(last) = steps.last() else { continue };
            // Nobody need look where there is next to nothing; but who only walks looks at all of it.
            let worth: Vec<f64> = steps.iter().map(|s| rows.p[s.piece as usize] * left[s.piece as usize]).collect();
            let lens: Vec<f64> = steps.iter().map(|s| f64::from(terrain.pieces[s.piece as usize].len)).collect();
            let mean = worth.iter().sum::<f64>() / lens.iter().sum::<f64>().max(1.0);
            let search_from = worth.iter().zip(&lens).position(|(w, l)| *w >= 0.2 * mean * l).unwrap_or(0);
            let mut pos = 0.0;
            for step in &steps[search_from..] {
                let n = step.piece as usize;
                // The second pass of one team over a piece does not count twice.
                if left[n] > 0.0 {
                    pos += rows.p[n] * left[n] * pod;
                    left[n] = -left[n] * (1.0 - pod);
                }
            }
            left.iter_mut().for_each(|l| *l = l.abs());
            let vertices: Vec<u32> = std::iter::once(walk.start).chain(steps.iter().map(|s| s.to)).collect();
            all.push(Assignment {
                team: team.id.clone(),
                route: vertices.iter().map(|v| terrain.ids[*v as usize]).collect(),
                line: vertices.iter().map(|v| terrain.at[*v as usize]).collect(),
                search_from,
                minutes: f64::from(last.by) / 60.0,
                metres: lens.iter().sum(),
                pos,
                pod,
                why: self.reasons(&steps[search_from..], looks),
            });
        }
        all
    }
}

fn mark(walk: &Walk, minutes: f64, pod: f64, left: &mut [f32], undo: bool) {
    let mut done: Vec<u32> = Vec::with_capacity(walk.steps.len());
    for step in &walk.steps {
        if done.contains(&step.piece) {
            continue;
        }
        done.push(step.piece);
        let share = if f64::from(step.by) <= minutes * 60.0 { pod } else { pod * TAIL };
        let factor = (1.0 - share) as f32;
        let left = &mut left[step.piece as usize];
        *left = if undo { *left / factor } else { *left * factor };
    }
}

fn check(teams: &[Team], minutes: f64) -> Result<(), SearchError> {
    let number = |what: String, value: f64, fine: bool, range| {
        if fine { Ok(()) } else { Err(SearchError::Number { what, value, range }) }
    };
    number("minutes".to_owned(), minutes, minutes > 0.0 && minutes <= 240.0, "minutes above 0 and up to 240")?;
    for team in teams {
        let [lon, lat] = team.at;
        if !(lon.abs() <= 180.0 && lat.abs() <= 90.0) {
            return Err(SearchError::NoPlace { what: format!("team {}", team.id), lat, lon });
        }
        let v = team.speed_mps;
        number(format!("team {}: speed_mps", team.id), v, (0.1..=40.0).contains(&v), "metres a second from 0.1 to 40")?;
    }
    Ok(())
}
