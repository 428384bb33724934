//! Where a search stands: its teams, what each was given and what of it is done.

use super::{Line, Mode, Opening, Route, Spot, Step, TeamId, TeamState};
use kernel::Moment;
use std::collections::BTreeSet;

/// Minutes° without a word after which a team with a route counts as silent.
pub const SILENT_MIN: i64 = 45;

/// A route in the hands of a team.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// Number of its entry: with the number of a stretch it is the key of that stretch.
    pub nth: i64,
    pub given_at: Moment,
    pub route: Route,
    pub done: BTreeSet<usize>,
    /// Given back, or another one was given.
    pub ended: bool,
}

impl Task {
    /// Everything that was to be looked at is.
    pub fn is_done(&self) -> bool {
        let looks = self.route.legs.iter().enumerate().filter(|(_, leg)| leg.look);
        looks.map(|(n, _)| n).all(|n| self.done.contains(&n))
    }
    pub fn is_running(&self) -> bool {
        !self.ended && !self.is_done()
    }
    pub fn key(&self, leg: usize) -> String {
        format!("{}-{leg}", self.nth)
    }
}

/// A team as it stands now.
#[derive(Clone, PartialEq)]
pub struct TeamNow {
    pub id: TeamId,
    pub name: String,
    /// A, B, C … in the order in which they came.
    pub letter: String,
    pub mode: Mode,
    pub size: i64,
    /// Where it was last, and when.
    pub at: Option<Spot>,
    pub placed: Moment,
    pub heard: Moment,
    /// The routes it was given, the latest last.
    pub tasks: Vec<Task>,
    pub gone: bool,
}

/// Never printed by accident.
impl std::fmt::Debug for TeamNow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TeamNow").field("letter", &self.letter).finish_non_exhaustive()
    }
}

impl TeamNow {
    /// What was told late moves nobody back.
    fn place(&mut self, at: Option<Spot>, when: Moment) {
        if at.is_some() && when >= self.placed {
            (self.at, self.placed) = (at, when);
        }
    }
    /// The route it walks.
    pub fn task(&self) -> Option<&Task> {
        self.tasks.last().filter(|t| t.is_running())
    }
    pub fn state(&self, now: Moment) -> TeamState {
        if self.gone {
            TeamState::Gone
        } else if self.task().is_none() {
            TeamState::Ready
        } else if now >= self.heard.plus_minutes(SILENT_MIN) {
            TeamState::Silent
        } else {
            TeamState::Walking
        }
    }
}

/// What follows from the log: of the search that was opened last.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Standing {
    /// With the number of its entry, and when it was written.
    pub opening: Option<(i64, Moment, Opening)>,
    pub closed: Option<Moment>,
    pub teams: Vec<TeamNow>,
    /// When and where somebody of the search found them, the last word of it.
    pub found: Option<(Moment, Option<Spot>)>,
    /// The number of the last entry.
    pub revision: i64,
}

impl Standing {
    pub fn of(lines: &[Line]) -> Self {
        let mut all = Self::default();
        lines.iter().for_each(|line| all.take(line));
        all
    }
    pub fn is_open(&self) -> bool {
        self.opening.is_some() && self.closed.is_none()
    }
    pub fn team(&self, id: TeamId) -> Option<&TeamNow> {
        self.teams.iter().find(|t| t.id == id)
    }
    /// Teams that have not gone.
    pub fn here(&self) -> impl Iterator<Item = &TeamNow> {
        self.teams.iter().filter(|t| !t.gone)
    }

    /// One entry more.
    pub fn take(&mut self, line: &Line) {
        self.revision = line.nth;
        if let Some(team) = line.step.team().and_then(|id| self.teams.iter_mut().find(|t| t.id == id)) {
            let by_them = !matches!(line.step, Step::Conflict { .. });
            if by_them && line.at > team.heard {
                team.heard = line.at;
            }
        }
        match &line.step {
            Step::Opened(opening) => {
                *self = Self {
                    opening: Some((line.nth, line.told_at, opening.clone())),
                    revision: line.nth,
                    ..Self::default()
                };
            }
            Step::Team { team, name, mode, size, at } => self.teams.push(TeamNow {
                id: *team,
                name: name.clone(),
                letter: letter(self.teams.len()),
                mode: Mode::from_code(mode).unwrap_or(Mode::Foot),
                size: *size,
                at: *at,
                placed: line.at,
                heard: line.at,
                tasks: Vec::new(),
                gone: false,
            }),
            Step::Stands { team, at, .. } => self.with(*team, |t| t.place(Some(*at), line.at)),
            Step::GivenOut(route) => self.with(route.team, |t| {
                t.tasks.iter_mut().for_each(|task| task.ended = true);
                t.tasks.push(Task {
                    nth: line.nth,
                    given_at: line.at,
                    route: route.clone(),
                    done: BTreeSet::new(),
                    ended: false,
                });
            }),
            Step::Searched { team, route, legs, .. } => self.with(*team, |t| {
                let Some(task) = t.tasks.iter_mut().find(|task| task.nth == *route) else { return };
                let known: Vec<usize> = legs.iter().copied().filter(|n| *n < task.route.legs.len()).collect();
                let end = known.iter().max().and_then(|n| task.route.legs.get(*n)?.line.last().copied());
                task.done.extend(known);
                // Whoever ticks off a street stands at its end.
                t.place(end, line.at);
            }),
            Step::Back { team } => self.with(*team, |t| t.tasks.iter_mut().for_each(|task| task.ended = true)),
            Step::Gone { team } => self.with(*team, |t| {
                t.gone = true;
                t.tasks.iter_mut().for_each(|task| task.ended = true);
            }),
            Step::Found { at, .. } => self.found = Some((line.at, *at)),
            Step::Closed => self.closed = Some(line.at),
            Step::Sighting { .. } | Step::Conflict { .. } => {}
        }
    }

    fn with(&mut self, id: TeamId, change: impl FnOnce(&mut TeamNow)) {
        if let Some(team) = self.teams.iter_mut().find(|t| t.id == id) {
            change(team);
        }
    }
}

/// A, B, … Z, A2, B2, …
fn letter(n: usize) -> String {
    let letter = char::from(b'A' + (n % 26) as u8);
    if n < 26 { letter.to_string() } else { format!("{letter}{}", n / 26 + 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn teams_have_letters() {
        assert_eq!([0, 25, 26, 52].map(letter), ["A", "Z", "A2", "A3"]);
    }
}
