//! Areas and posts by their names, in memory: as fresh as the snapshot they are made from.

use super::Kind;
use crate::model::area::AreaKind;
use crate::model::post::PostState;
use crate::model::snapshot::Snapshot;
use ::gazetteer::Match;
use ::gazetteer::keys::{self, Sought};
use ::store::Cx;
use kernel::ids::{AreaId, DistrictId, PostId};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Thing {
    Area(AreaId),
    Post(PostId),
}

impl Thing {
    pub(super) const fn kind(self) -> Kind {
        match self {
            Self::Area(_) => Kind::Area,
            Self::Post(_) => Kind::Post,
        }
    }
}

/// Keys of all areas and posts, sorted.
pub(super) struct Index {
    district: DistrictId,
    token: Uuid,
    keys: Vec<(String, Thing)>,
}

#[derive(Default)]
struct Kept(Mutex<Vec<Arc<Index>>>);
/// Districts used lately.
const KEEP: usize = 16;
/// As many as one look-up in the tables brings.
const MOST: usize = 120;

pub(super) fn index(cx: &mut Cx<'_>, ground: &Snapshot) -> Arc<Index> {
    let kept = cx.cached(Kept::default);
    let mut list = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = list.iter().find(|i| i.token == ground.token && i.district == ground.district_id) {
        return Arc::clone(found);
    }
    let fresh = Arc::new(Index::of(ground));
    list.retain(|i| i.district != ground.district_id);
    list.insert(0, Arc::clone(&fresh));
    list.truncate(KEEP);
    fresh
}

impl Index {
    fn of(ground: &Snapshot) -> Self {
        // A police area is no place that anybody lives at, and a cell that has only its number is none either.
        let areas =
            ground.areas().iter().filter(|a| a.kind != AreaKind::Police && !a.name.bytes().all(|b| b.is_ascii()));
        let english: Vec<(String, Thing)> = areas
            .clone()
            // As the same words are read when somebody types them.
            .filter_map(|a| Some((::gazetteer::parse(a.name_en.as_deref()?).names().collect(), Thing::Area(a.id))))
            .collect();
        let areas = areas.map(|a| (a.name.as_str(), Thing::Area(a.id)));
        let posts = ground.posts().iter().filter(|p| p.state == PostState::Running && p.point.is_some());
        let posts = posts.map(|p| (p.name.as_str(), Thing::Post(p.id)));
        let mut all = Vec::new();
        for (name, thing) in areas.chain(posts).chain(english.iter().map(|(name, thing)| (name.as_str(), *thing))) {
            let names = keys::aliases(name).into_iter().chain([name.to_owned()]);
            all.extend(names.flat_map(|n| keys::of_name(&n)).map(|key| (key, thing)));
        }
        all.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        all.dedup();
        Self { district: ground.district_id, token: ground.token, keys: all }
    }

    fn from<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a (String, Thing)> {
        let at = self.keys.partition_point(|(k, _)| k.as_str() < key);
        self.keys.iter().skip(at)
    }

    /// As [`super::rows::names`].
    pub(super) fn names(&self, sought: &Sought) -> Vec<(Thing, Match)> {
        let mut seen = HashSet::new();
        let mut out = Vec::new();
        for (key, how) in &sought.equal {
            let same = self.from(key).take_while(|(k, _)| k == key);
            out.extend(same.filter(|(_, t)| seen.insert(*t)).map(|(_, t)| (*t, *how)));
        }
        for (beginning, how) in &sought.begins {
            let same = self.from(beginning).take_while(|(k, _)| k.starts_with(beginning)).take(MOST);
            out.extend(same.filter(|(_, t)| seen.insert(*t)).map(|(_, t)| (*t, *how)));
        }
        if out.is_empty() {
            for (key, how) in &sought.alike {
                let same = self.from(key).take_while(|(k, _)| k == key);
                out.extend(same.filter(|(_, t)| seen.insert(*t)).map(|(_, t)| (*t, *how)));
            }
        }
        out
    }
}
