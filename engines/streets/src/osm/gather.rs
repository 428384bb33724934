//! What the readers hand in, counted against the limits and put in order.

use super::{E7, Kind, Limits, Member, Node, Osm, OsmError, Relation, Tags, Way};
use std::collections::HashSet;
use std::sync::Arc;

/// Keys that no map and no walk needs: who drew what from where.
const NOT_KEPT: [&str; 8] = ["created_by", "source", "note", "fixme", "FIXME", "attribution", "import_uuid", "comment"];
const NOT_KEPT_PREFIX: [&str; 4] = ["source:", "note:", "tiger:", "gns:"];

/// Where a node is that was deleted.
const GONE: E7 = [i32::MIN; 2];

pub(super) struct Gather<'a> {
    limits: &'a Limits,
    nodes: Vec<(i64, E7)>,
    tagged: Vec<(Node, Tags)>,
    ways: Vec<Way>,
    relations: Vec<Relation>,
    references: usize,
    tags: usize,
    /// Each text once: the same few words stand on most objects.
    words: HashSet<Arc<str>>,
}

fn within(count: usize, limit: usize, what: &'static str) -> Result<(), OsmError> {
    if count < limit { Ok(()) } else { Err(OsmError::TooMuch { what, limit: limit as u64 }) }
}

impl<'a> Gather<'a> {
    pub fn new(limits: &'a Limits) -> Self {
        Self {
            limits,
            nodes: Vec::new(),
            tagged: Vec::new(),
            ways: Vec::new(),
            relations: Vec::new(),
            references: 0,
            tags: 0,
            words: HashSet::new(),
        }
    }

    pub fn word(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.words.get(text) {
            return known.clone();
        }
        let word: Arc<str> = text.into();
        self.words.insert(word.clone());
        word
    }

    pub fn tags<'t>(&mut self, pairs: impl Iterator<Item = (&'t str, &'t str)>) -> Result<Tags, OsmError> {
        let mut kept = Vec::new();
        for (key, value) in pairs {
            if NOT_KEPT.contains(&key) || NOT_KEPT_PREFIX.iter().any(|p| key.starts_with(p)) {
                continue;
            }
            within(self.tags, self.limits.tags, "tags")?;
            self.tags += 1;
            kept.push((self.word(key), self.word(value)));
        }
        Ok(Tags(kept.into_boxed_slice()))
    }

    pub fn node(&mut self, id: i64, at: E7, tags: Tags) -> Result<(), OsmError> {
        within(self.nodes.len(), self.limits.nodes, "nodes")?;
        self.nodes.push((id, at));
        if !tags.is_empty() {
            self.tagged.push((Node { id, at }, tags));
        }
        Ok(())
    }

    /// What stood in the file under this id before is there no more.
    pub fn gone(&mut self, kind: Kind, id: i64) -> Result<(), OsmError> {
        match kind {
            Kind::Node => self.node(id, GONE, Tags::default()),
            Kind::Way => self.way(Way { id, refs: Vec::new(), tags: Tags::default() }),
            Kind::Relation => self.relation(Relation { id, members: Vec::new(), tags: Tags::default() }),
        }
    }

    /// Counted before they are kept, while they are read.
    pub fn reference(&mut self) -> Result<(), OsmError> {
        within(self.references, self.limits.references, "references")?;
        self.references += 1;
        Ok(())
    }

    pub fn way(&mut self, mut way: Way) -> Result<(), OsmError> {
        within(self.ways.len(), self.limits.ways, "ways")?;
        way.refs.shrink_to_fit();
        self.ways.push(way);
        Ok(())
    }

    pub fn relation(&mut self, mut relation: Relation) -> Result<(), OsmError> {
        within(self.relations.len(), self.limits.relations, "relations")?;
        relation.members.shrink_to_fit();
        self.relations.push(relation);
        Ok(())
    }

    /// Ascending, each id once (the last one of the file counts), and only what is of use.
    pub fn finish(self) -> Osm {
        let Self { mut nodes, mut tagged, mut ways, mut relations, words, .. } = self;
        drop(words);
        in_order(&mut nodes, |n| n.0);
        nodes.retain(|n| n.1 != GONE);
        in_order(&mut tagged, |n| n.0.id);
        // A later node with the same id may stand elsewhere and have no tags.
        let place = |id: i64| nodes.binary_search_by_key(&id, |n| n.0).ok().and_then(|n| nodes.get(n)).map(|n| n.1);
        tagged.retain(|(node, _)| place(node.id) == Some(node.at));
        in_order(&mut ways, |w| w.id);
        in_order(&mut relations, |r| r.id);
        relations.retain(|r| !r.tags.is_empty());
        let members = |kind: Kind| {
            let of = |m: &&Member| m.kind == kind;
            let mut ids: Vec<i64> = relations.iter().flat_map(|r| r.members.iter().filter(of)).map(|m| m.id).collect();
            ids.sort_unstable();
            ids
        };
        let wanted = members(Kind::Way);
        ways.retain(|w| !w.tags.is_empty() || (!w.refs.is_empty() && wanted.binary_search(&w.id).is_ok()));
        // One mark for each node instead of a list of all references.
        let mut used = vec![false; nodes.len()];
        let mut mark = |id: i64| {
            let mark = nodes.binary_search_by_key(&id, |n| n.0).ok().and_then(|n| used.get_mut(n));
            mark.map(|mark| *mark = true).is_some()
        };
        let missing = ways.iter().flat_map(|w| &w.refs).filter(|id| !mark(**id)).count();
        // Of relations a member may lie outside of the file: that is how files are cut.
        tagged.iter().map(|(node, _)| node.id).chain(members(Kind::Node)).for_each(|id| {
            mark(id);
        });
        let mut marks = used.into_iter();
        nodes.retain(|_| marks.next().unwrap_or(false));
        let (ids, places) = nodes.into_iter().unzip();
        Osm { ids, places, tagged, ways, relations, missing }
    }
}

fn in_order<T>(all: &mut Vec<T>, id: impl Fn(&T) -> i64) {
    if !all.is_sorted_by(|a, b| id(a) < id(b)) {
        // Stable, turned round: of several with one id the last of the file comes first and stays.
        all.reverse();
        all.sort_by_key(|t| id(t));
        all.dedup_by_key(|t| id(t));
    }
    all.shrink_to_fit();
}
