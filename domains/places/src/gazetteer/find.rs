//! From words to places, best first.

use super::memory::{self, Thing};
use super::rows::Name;
use super::{Found, Kind, doors, rows};
use crate::model::snapshot::{Located, Snapshot};
use crate::{Result, store};
use ::gazetteer::{Closeness, Judged, Match, Query, Reading, fits, keys};
use ::store::Cx;
use kernel::{Lang, Point};

/// Names whose doors are looked up.
const MOST_WITH_DOORS: usize = 6;
/// So near to the middle of an area its name on a map is the area itself.
const ITSELF_M: f64 = 8_000.0;
/// Of what begins alike a town or a village is meant rather than a school that is named after it.
const AREA_FIRST: f64 = 0.7;
/// A cost below which no other way to read the text is tried.
const GOOD: f64 = 6.0;

/// Places that somebody may mean by these words, best first, at most `limit`. `near` is where the asker is, if that is known:
/// of two places that fit alike the nearer comes first.
pub fn find_place(cx: &mut Cx<'_>, text: &str, near: Option<Point>, limit: usize) -> Result<Vec<Found>> {
    let query = Query::of(text);
    let ground = store::snapshot(cx)?;
    let mut all: Vec<Scored> = Vec::new();
    for reading in &query.readings {
        let mut one = Search { ground: &ground, reading, near, limit };
        all.extend(one.run(cx)?);
        if all.iter().any(|s| s.cost < GOOD) {
            break;
        }
    }
    all.sort_by(|a, b| a.cost.total_cmp(&b.cost).then_with(|| a.found.name.cmp(&b.found.name)));
    let mut out: Vec<Scored> = Vec::new();
    for next in all {
        if !out.iter().any(|better| better.covers(&next)) {
            out.push(next);
        }
        if out.len() == limit {
            break;
        }
    }
    Ok(out.into_iter().map(|s| s.found).collect())
}

/// The same places with their areas as readers of a language call them; streets and doors stay as the plate has them.
pub fn called(cx: &mut Cx<'_>, mut found: Vec<Found>, lang: Lang) -> Result<Vec<Found>> {
    if lang == Lang::ZhCn {
        return Ok(found);
    }
    let ground = store::snapshot(cx)?;
    for place in &mut found {
        let Ok(located) = ground.locate(place.point) else { continue };
        let area = located.chain().into_iter().filter_map(|id| ground.area(id)).find(|a| a.name == place.name);
        match area.filter(|_| place.kind == Kind::Area) {
            Some(area) => {
                let above = ground.chain(area.id).into_iter().skip(1).filter(|a| a.kind != crate::AreaKind::District);
                place.context = above.map(|a| a.called(lang).to_owned()).collect();
                place.context.reverse();
                area.called(lang).clone_into(&mut place.name);
            }
            None => place.context = context(&ground, &located, &place.name, lang),
        }
    }
    Ok(found)
}

struct Scored {
    cost: f64,
    /// The name that the place or its doors have.
    stem: String,
    found: Found,
}

impl Scored {
    /// The same street from two sources; a village that is an area and a name of addresses; a guess beside what is known.
    fn covers(&self, other: &Self) -> bool {
        let town = self.found.context.first() == other.found.context.first();
        let same = self.found.name == other.found.name && self.found.context == other.found.context;
        let guess = self.stem == other.stem && town && other.found.closeness != Closeness::Exact;
        // A map has the name of a town as that of a place in the middle of it.
        let itself = self.found.kind == Kind::Area
            && other.found.kind == Kind::Village
            && self.found.name == other.found.name
            && self.found.point.distance_m(other.found.point) < ITSELF_M;
        same || guess || itself
    }
}

struct Search<'a> {
    ground: &'a Snapshot,
    reading: &'a Reading,
    near: Option<Point>,
    limit: usize,
}

enum Candidate {
    Thing(Thing),
    Name(Name),
}

impl Candidate {
    const fn name(&self) -> Option<&Name> {
        match self {
            Self::Name(name) => Some(name),
            Self::Thing(_) => None,
        }
    }
}

impl Search<'_> {
    fn run(&mut self, cx: &mut Cx<'_>) -> Result<Vec<Scored>> {
        let mut sought = keys::sought(&self.reading.whole, &self.reading.name);
        if let Some(joined) = &self.reading.joined {
            sought.also(joined);
        }
        let things = memory::index(cx, self.ground).names(&sought);
        let names = rows::names(cx, &sought)?;
        let things = things.into_iter().map(|(thing, how)| (Candidate::Thing(thing), how));
        let names = names.into_iter().map(|(name, how)| (Candidate::Name(name), how));
        let mut candidates = Vec::new();
        for (candidate, how) in things.chain(names) {
            if let Some(found) = self.place(&candidate) {
                let closeness = if self.reading.paths.is_empty() { Closeness::Exact } else { Closeness::NameOnly };
                let found = Found { closeness, ..found };
                candidates.push((self.cost(&found, how), how, candidate, found));
            }
        }
        candidates.sort_by(|a, b| a.0.total_cmp(&b.0));
        // What is spelt otherwise is shown only where nothing is spelt so.
        if candidates.first().is_some_and(|(cost, ..)| *cost < 2.0 * GOOD) {
            candidates.retain(|(_, how, ..)| *how != Match::Alike);
        }
        candidates.truncate(self.limit.max(MOST_WITH_DOORS) * 2);
        let most = if self.reading.paths.is_empty() { 0 } else { MOST_WITH_DOORS };
        let names: Vec<&Name> = candidates.iter().filter_map(|(_, _, c, _)| c.name()).take(most).collect();
        let mut doors = doors::find(cx, &names, self.reading)?.into_iter();
        let mut out = Vec::new();
        let mut first = true;
        for (cost, how, candidate, found) in candidates {
            match candidate {
                Candidate::Name(name) if doors.len() > 0 => {
                    let known = doors.next().flatten();
                    out.extend(self.with_doors(cx, &name, how, found, known, first)?);
                    first = false;
                }
                _ => out.push(Scored { cost, stem: found.name.clone(), found }),
            }
        }
        Ok(out)
    }

    fn with_doors(
        &self,
        cx: &mut Cx<'_>,
        name: &Name,
        how: Match,
        street: Found,
        known: Option<doors::Below>,
        first: bool,
    ) -> Result<Vec<Scored>> {
        let place = |below: doors::Below| Found {
            kind: Kind::Door,
            name: format!("{}{}", name.name, below.path),
            context: self.context(below.point, &name.name),
            point: below.point,
            closeness: below.closeness,
            doors: below.doors,
        };
        let scored =
            |found: Found, more: f64| Scored { cost: self.cost(&found, how) + more, stem: name.name.clone(), found };
        let mut out = vec![scored(known.map_or(street, place), 0.0)];
        if let (true, Some(number)) = (first, self.reading.open) {
            for below in doors::going_on(cx, name, number, self.limit)? {
                // After what was typed as it stands.
                out.push(scored(place(below), 5.0));
            }
        }
        Ok(out)
    }

    fn place(&self, candidate: &Candidate) -> Option<Found> {
        let found = |kind, name: &str, point, doors| Found {
            kind,
            name: name.to_owned(),
            context: Vec::new(),
            point,
            closeness: Closeness::Exact,
            doors,
        };
        match candidate {
            Candidate::Name(n) => {
                Some(Found { context: self.context(n.point, &n.name), ..found(n.kind, &n.name, n.point, n.doors) })
            }
            Candidate::Thing(thing @ Thing::Post(id)) => {
                let post = self.ground.post(*id)?;
                let point = post.point?;
                Some(Found { context: self.context(point, ""), ..found(thing.kind(), &post.name, point, 0) })
            }
            Candidate::Thing(thing @ Thing::Area(id)) => {
                let area = self.ground.area(*id)?;
                let point = self.ground.stand_in(*id)?.point;
                let above = self.ground.chain(*id).into_iter().skip(1);
                let above = above.filter(|a| a.kind != crate::AreaKind::District).map(|a| a.name.clone());
                let mut context: Vec<String> = above.collect();
                context.reverse();
                Some(Found { context, ..found(thing.kind(), &area.name, point, 0) })
            }
        }
    }

    fn context(&self, point: Point, own: &str) -> Vec<String> {
        self.ground.locate(point).map(|l| context(self.ground, &l, own, Lang::ZhCn)).unwrap_or_default()
    }

    fn cost(&self, found: &Found, how: Match) -> f64 {
        let mut said: Vec<&str> = self.reading.context.iter().map(String::as_str).collect();
        let left_over: String = match how {
            Match::Tail { dropped } => self.reading.whole.chars().take(dropped).collect(),
            _ => String::new(),
        };
        if !left_over.is_empty() && !self.reading.context.concat().contains(&left_over) {
            said.push(&left_over);
        }
        let district = self.ground.district().map(|d| d.name.clone());
        // What stands in its own name is true of it, too.
        let own = std::iter::once(found.name.clone());
        let regions: Vec<String> = found.context.iter().cloned().chain(district).chain(own).collect();
        let judged = Judged {
            found: how,
            closeness: found.closeness,
            name_length: found.name.chars().count(),
            said: said.len(),
            fits: said.iter().filter(|s| fits(s, &regions)).count(),
            away_m: self.near.map(|at| at.distance_m(found.point)),
        };
        let first = found.kind == Kind::Area && matches!(how, Match::Begins { .. });
        judged.cost() - if first { AREA_FIRST } else { 0.0 }
    }
}

/// Town and committee of a point, without what is the place's own name.
pub(super) fn context(ground: &Snapshot, located: &Located, own: &str, lang: Lang) -> Vec<String> {
    let names = [located.town, located.community].into_iter().flatten();
    names.filter_map(|id| ground.area(id)).filter(|a| a.name != own).map(|a| a.called(lang).to_owned()).collect()
}
