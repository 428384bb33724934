//! Why a team goes where it goes: keys with their values, for whoever puts them into words.

use super::first::{FirstLook, Look};
use super::route::Step;
use crate::evidence::Evidence;
use crate::search::{PlaceKind, Search, minutes};

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reason {
    /// Metres from where they were last seen.
    Near { metres: f64 },
    /// Nobody has looked there.
    NotYetChecked,
    /// Mostly looked at before, the last time so many minutes ago.
    Again { minutes: f64 },
    /// Where somebody says to have seen them so many minutes ago, or where they may have gone from there.
    Sighting { minutes: f64, metres: f64 },
    /// The same of a locator.
    Fix { minutes: f64, metres: f64 },
    /// To a place that the family names.
    Towards { kind: PlaceKind },
    /// To something that is looked at first.
    First { look: Look },
    /// The most that can be found in the time.
    MostProbable { share: f64 },
}

impl Reason {
    /// What texts are kept under.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Near { .. } => "near",
            Self::NotYetChecked => "not-yet-checked",
            Self::Again { .. } => "again",
            Self::Sighting { .. } => "sighting",
            Self::Fix { .. } => "fix",
            Self::Towards { .. } => "towards",
            Self::First { .. } => "first",
            Self::MostProbable { .. } => "most-probable",
        }
    }
}

const CLOSE_M: f64 = 600.0;
const AT_M: f32 = 120.0;
const MATCHES_M: f64 = 700.0;

impl Search {
    pub(crate) fn reasons(&self, steps: &[Step], looks: &[FirstLook]) -> Vec<Reason> {
        let t = &self.stage.terrain;
        let middles: Vec<[f32; 2]> = steps.iter().map(|s| t.middle(s.piece)).collect();
        let nearest =
            |xy: [f32; 2]| middles.iter().map(|m| (m[0] - xy[0]).hypot(m[1] - xy[1])).fold(f32::INFINITY, f32::min);
        let typical = |xy: [f32; 2]| {
            let mut far: Vec<f32> = middles.iter().map(|m| (m[0] - xy[0]).hypot(m[1] - xy[1])).collect();
            far.sort_unstable_by(f32::total_cmp);
            far.get(far.len() / 2).copied().map_or(f64::INFINITY, f64::from)
        };
        let mut why = Vec::new();
        for (when, evidence) in self.log.range(..=self.now).rev() {
            for e in evidence {
                let Evidence::Seen(seen) = e else { continue };
                let metres = typical(t.plane.to(seen.at));
                if metres < MATCHES_M + 2.0 * seen.sigma_m && why.len() < 2 {
                    let minutes = minutes(self.now - when);
                    why.push(if seen.by_locator {
                        Reason::Fix { minutes, metres }
                    } else {
                        Reason::Sighting { minutes, metres }
                    });
                }
            }
        }
        let named = self.incident.places.iter().filter(|p| nearest(t.plane.to(p.at)) < AT_M);
        why.extend(named.map(|p| Reason::Towards { kind: p.kind }).take(2));
        let mut kinds: Vec<Look> = Vec::new();
        for look in looks.iter().filter(|l| l.due && steps.iter().any(|s| l.pieces.contains(&s.piece))) {
            let nature = matches!(look.kind, Look::Water | Look::BusStop | Look::DeadEnd);
            if nature && !kinds.contains(&look.kind) {
                kinds.push(look.kind);
            }
        }
        why.extend(kinds.into_iter().map(|look| Reason::First { look }));
        let metres = typical(self.start);
        if metres < CLOSE_M {
            why.push(Reason::Near { metres });
        }
        why.push(self.looked_at(steps));
        let share = self.share(steps);
        if why.len() < 2 {
            why.push(Reason::MostProbable { share });
        }
        why
    }

    fn looked_at(&self, steps: &[Step]) -> Reason {
        let mut done = 0;
        let mut last = None;
        for step in steps {
            let seen = |e: &Evidence| matches!(e, Evidence::Searched { pieces, .. } if pieces.binary_search(&step.piece).is_ok());
            let when = self
                .log
                .range(..=self.now)
                .rev()
                .find(|(_, evidence)| evidence.iter().any(seen))
                .map(|(when, _)| *when);
            done += usize::from(when.is_some());
            last = last.max(when);
        }
        match last {
            Some(when) if done * 2 > steps.len() => Reason::Again { minutes: minutes(self.now - when) },
            _ => Reason::NotYetChecked,
        }
    }

    /// Of all that lies on the streets, what lies on these.
    fn share(&self, steps: &[Step]) -> f64 {
        let Some(rows) = self.known_rows() else { return 0.0 };
        let mut pieces: Vec<u32> = steps.iter().map(|s| s.piece).collect();
        pieces.sort_unstable();
        pieces.dedup();
        pieces.iter().filter_map(|n| rows.p.get(*n as usize)).sum()
    }
}
