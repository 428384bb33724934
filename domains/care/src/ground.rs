//! Areas and posts as `people` asks for them.

use kernel::ids::{AreaId, PersonId, PostId};
use people::app::Geography;
use people::policy::{Action, PersonFacts, PlaceFacts, ResourceFacts, decide};
use places::{AreaKind, Snapshot};
use std::collections::HashMap;
use std::sync::Arc;
use store::Cx;

/// Areas and posts, as `people` wants to know them.
pub struct Ground(pub Arc<Snapshot>);

impl Geography for Ground {
    fn areas_above(&self, area: AreaId) -> Vec<AreaId> {
        self.0.chain_ids(area)
    }
    fn posts_above(&self, post: PostId) -> Vec<PostId> {
        let parent = self.0.post(post).and_then(|p| p.parent);
        std::iter::once(post).chain(parent).collect()
    }
    fn area_of_post(&self, post: PostId) -> Option<AreaId> {
        let post = self.0.post(post)?;
        post.serves.first().copied().or_else(|| self.0.locate(post.point?).ok()?.smallest())
    }
}

/// Where a post stands, for the policy.
pub(crate) fn facts_of_post(cx: &mut Cx<'_>, post: PostId) -> crate::Result<PlaceFacts> {
    let ground = Ground(places::snapshot(cx)?);
    let areas = ground.area_of_post(post).map_or_else(Vec::new, |area| ground.areas_above(area));
    Ok(PlaceFacts { areas, posts: ground.posts_above(post) })
}

/// Areas where somebody lives and the posts that serve them, nearest first.
pub fn lives(cx: &mut Cx<'_>, person: PersonId) -> crate::Result<PlaceFacts> {
    let of = people::app::persons::areas_of(cx, person)?;
    Ok(around(&Ground(places::snapshot(cx)?), &of))
}

/// Posts that answer for a home in these areas: for whoever asks about many homes at once.
pub(crate) fn posts_of(ground: &Ground, areas: &[AreaId]) -> Vec<PostId> {
    around(ground, areas).posts
}

/// A post serves areas by name, each with the post above it. It serves police areas, too, and a home is known by its neighbourhood,
/// which lies in one: that post answers for it as well.
fn around(ground: &Ground, of: &[AreaId]) -> PlaceFacts {
    // Innermost first: what has the most above it.
    let mut areas: Vec<_> = of.iter().map(|a| (ground.0.chain_ids(*a).len(), *a)).collect();
    areas.sort_by_key(|(above, _)| std::cmp::Reverse(*above));
    let mut areas: Vec<_> = areas.into_iter().map(|(_, a)| a).collect();
    let mut serving: Vec<(usize, PostId)> = Vec::new();
    for post in ground.0.posts() {
        if let Some(nearness) = areas.iter().position(|a| post.serves.contains(a)) {
            serving.push((nearness, post.id));
        }
    }
    serving.sort_unstable();
    let mut posts: Vec<PostId> = Vec::new();
    let add = |posts: &mut Vec<PostId>, post: PostId| {
        for post in ground.posts_above(post) {
            if !posts.contains(&post) {
                posts.push(post);
            }
        }
    };
    for (_, post) in serving {
        add(&mut posts, post);
    }
    let small = |a: &AreaId| ground.0.area(*a).is_some_and(|a| matches!(a.kind, AreaKind::Community | AreaKind::Grid));
    if let Some(at) = areas.first().filter(|a| small(a)).and_then(|area| ground.0.stand_in(*area)) {
        if let Some(post) = at.post {
            add(&mut posts, post);
        }
        areas.extend(at.police.filter(|p| !areas.contains(p)));
    }
    PlaceFacts { areas, posts }
}

/// Homes in reach of whoever asks, for a query that begins with a place. Who is shown is asked for again, one by one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Homes {
    Everywhere,
    /// Areas in which people live.
    In(Vec<AreaId>),
}

impl Homes {
    /// With whom whoever asks may do this.
    pub(crate) fn of(cx: &mut Cx<'_>, action: Action) -> crate::Result<Self> {
        let may = |cx: &Cx<'_>, areas: Vec<AreaId>, posts: Vec<PostId>| {
            let facts = ResourceFacts::Person(PersonFacts { areas, posts, ..PersonFacts::default() });
            decide(&cx.actor, cx.purpose, action, &facts).is_allowed()
        };
        // Whoever may without any place may everywhere.
        if may(cx, Vec::new(), Vec::new()) {
            return Ok(Self::Everywhere);
        }
        let ground = Ground(places::snapshot(cx)?);
        let homes = people::app::persons::homes(cx)?;
        let here = |area: &AreaId| {
            let around = around(&ground, &ground.areas_above(*area));
            may(cx, around.areas, around.posts)
        };
        Ok(Self::In(homes.into_iter().filter(here).collect()))
    }
    /// Only those in this area.
    pub(crate) fn within(self, cx: &mut Cx<'_>, area: AreaId) -> crate::Result<Self> {
        let ground = Ground(places::snapshot(cx)?);
        let mut homes = self.areas(cx)?;
        homes.retain(|home| ground.areas_above(*home).contains(&area));
        Ok(Self::In(homes))
    }
    pub(crate) fn areas(self, cx: &mut Cx<'_>) -> crate::Result<Vec<AreaId>> {
        match self {
            Self::Everywhere => Ok(people::app::persons::homes(cx)?),
            Self::In(areas) => Ok(areas),
        }
    }
    pub(crate) fn only(&self) -> Option<&[AreaId]> {
        match self {
            Self::Everywhere => None,
            Self::In(areas) => Some(areas),
        }
    }
    /// The condition that a column names somebody who lives there, with its values, which are added to those of the query; nothing where
    /// everybody does.
    pub(crate) fn hold(&self, column: &str, values: &mut Vec<store::Value>) -> String {
        self.condition(column, values, people::app::persons::living)
    }
    /// The same with those whose care is over.
    pub(crate) fn held(&self, column: &str, values: &mut Vec<store::Value>) -> String {
        self.condition(column, values, people::app::persons::lived)
    }
    fn condition(
        &self,
        column: &str,
        values: &mut Vec<store::Value>,
        who: fn(Option<&[AreaId]>, usize) -> people::app::persons::Living,
    ) -> String {
        let Self::In(areas) = self else { return String::new() };
        let there = who(Some(areas), values.len() + 1);
        values.extend(there.values);
        format!(" AND {column} IN (SELECT q.id FROM ({}) q)", there.sql)
    }
}

/// Which of many people are in reach of whoever asks: where they live is read for all of them at once, and the policy answers once for
/// everybody who lives in one place.
pub(crate) struct Reach {
    action: Action,
    ground: Ground,
    homes: HashMap<PersonId, Vec<AreaId>>,
    known: HashMap<Vec<AreaId>, Option<PlaceFacts>>,
}

impl Reach {
    pub(crate) fn new(cx: &mut Cx<'_>, action: Action) -> crate::Result<Self> {
        let ground = Ground(places::snapshot(cx)?);
        Ok(Self { action, ground, homes: HashMap::new(), known: HashMap::new() })
    }
    /// Reads where these live, in a few statements.
    pub(crate) fn read(&mut self, cx: &mut Cx<'_>, people: &[PersonId]) -> crate::Result<()> {
        self.homes.extend(people::app::persons::areas_of_all(cx, people)?);
        Ok(())
    }
    /// The innermost area of somebody who was read before.
    pub(crate) fn innermost(&self, person: PersonId) -> Option<AreaId> {
        self.homes.get(&person)?.iter().copied().max_by_key(|a| self.ground.0.chain_ids(*a).len())
    }
    /// Where somebody lives who was read before; none: not in reach.
    pub(crate) fn of(&mut self, cx: &Cx<'_>, person: PersonId) -> Option<PlaceFacts> {
        let mut home = self.homes.get(&person).cloned().unwrap_or_default();
        home.sort_unstable();
        if let Some(known) = self.known.get(&home) {
            return known.clone();
        }
        let here = around(&self.ground, &home);
        let (areas, posts) = (here.areas.clone(), here.posts.clone());
        let facts = PersonFacts { id: Some(person), areas, posts, ..PersonFacts::default() };
        let may = decide(&cx.actor, cx.purpose, self.action, &ResourceFacts::Person(facts)).is_allowed();
        let here = may.then_some(here);
        self.known.insert(home, here.clone());
        here
    }
}
