//! Several files of one place as one: extracts that overlap or lie side by side.

use super::Osm;

impl Osm {
    /// Both together. What has the same id in both is taken from `later`.
    pub fn merge(self, later: Self) -> Self {
        let places = by_id(pairs(self.ids, self.places), pairs(later.ids, later.places), |p| p.0);
        let (ids, places): (Vec<_>, Vec<_>) = places.into_iter().unzip();
        let tagged = by_id(self.tagged, later.tagged, |t| t.0.id);
        let ways = by_id(self.ways, later.ways, |w| w.id);
        let relations = by_id(self.relations, later.relations, |r| r.id);
        // A node that one file lacks may stand in the other.
        let missing = ways.iter().flat_map(|w| &w.refs).filter(|id| ids.binary_search(id).is_err()).count();
        Self { ids, places, tagged, ways, relations, missing }
    }
}

fn pairs<A, B>(a: Vec<A>, b: Vec<B>) -> Vec<(A, B)> {
    a.into_iter().zip(b).collect()
}

/// Two lists in ascending order as one.
fn by_id<T>(earlier: Vec<T>, later: Vec<T>, id: impl Fn(&T) -> i64) -> Vec<T> {
    if earlier.is_empty() {
        return later;
    }
    // Stable: of two with one id the later file's comes first and stays.
    let mut all = later;
    all.extend(earlier);
    all.sort_by_key(|t| id(t));
    all.dedup_by_key(|t| id(t));
    all
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use crate::osm::{Limits, Osm};

    fn file(body: &str) -> Osm {
        let text = format!(r#"<osm version="0.6">{body}</osm>"#);
        Osm::read(text.as_bytes(), &Limits::default()).unwrap()
    }

    #[test]
    fn what_one_file_lacks_the_other_has() {
        let west = file(
            r#"<node id="1" lat="31" lon="121"/><way id="7"><nd ref="1"/><nd ref="2"/><tag k="highway" v="path"/></way>"#,
        );
        let east = file(
            r#"<node id="1" lat="31" lon="121.5"/><node id="2" lat="31" lon="122"/>
               <way id="7"><nd ref="1"/><nd ref="2"/><tag k="highway" v="steps"/></way>
               <way id="8"><nd ref="2"/><nd ref="1"/><tag k="highway" v="path"/></way>"#,
        );
        assert_eq!(west.missing_nodes(), 1);
        let both = west.clone().merge(east.clone());
        assert_eq!((both.missing_nodes(), both.ways().len(), both.node_count()), (0, 2, 2));
        assert_eq!(both.way(7).unwrap().tags.get("highway"), Some("steps"), "the later file's");
        assert_eq!(both.node(1), Some([121.5, 31.0]));
        let turned = east.merge(west);
        assert_eq!(turned.way(7).unwrap().tags.get("highway"), Some("path"));
    }
}
