//! The streets as the people of the harness know them: read from the file by rules of their own, nothing from the planner.

use std::cell::RefCell;
use std::collections::{BinaryHeap, HashMap};
use streets::osm::{Osm, Tags};

pub struct Town {
    pub ids: Vec<i64>,
    pub xy: Vec<[f64; 2]>,
    pub lonlat: Vec<[f64; 2]>,
    pub next: Vec<Vec<(usize, f64)>>,
    pub by_id: HashMap<i64, usize>,
    known: RefCell<Vec<(f64, usize)>>,
}

fn walkable(t: &Tags) -> bool {
    let Some(road) = t.get("highway") else { return false };
    let never = [
        "motorway",
        "motorway_link",
        "construction",
        "proposed",
        "abandoned",
        "razed",
        "platform",
        "raceway",
        "elevator",
        "corridor",
    ];
    let foot = t.get("foot");
    let allowed = matches!(foot, Some("yes" | "designated" | "permissive"));
    !never.contains(&road)
        && t.get("area") != Some("yes")
        && !matches!(foot, Some("no" | "private" | "use_sidepath"))
        && (allowed || !matches!(t.get("access"), Some("no" | "private" | "customers")))
}

pub fn gap(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

impl Town {
    /// The largest connected part.
    pub fn new(osm: &Osm) -> Self {
        let bounds = osm.bounds().unwrap();
        let (lat0, lon0) = (f64::midpoint(bounds.south, bounds.north), f64::midpoint(bounds.west, bounds.east));
        let mut number: HashMap<i64, usize> = HashMap::new();
        let (mut ids, mut lonlat): (Vec<i64>, Vec<[f64; 2]>) = (Vec::new(), Vec::new());
        let mut next: Vec<Vec<usize>> = Vec::new();
        for way in osm.ways().iter().filter(|w| walkable(&w.tags)) {
            let mut before = None;
            for id in &way.refs {
                let Some(at) = osm.node(*id) else {
                    before = None;
                    continue;
                };
                let here = *number.entry(*id).or_insert_with(|| {
                    ids.push(*id);
                    lonlat.push(at);
                    next.push(Vec::new());
                    ids.len() - 1
                });
                if let Some(b) = before.filter(|b| *b != here)
                    && !next[here].contains(&b)
                {
                    next[here].push(b);
                    next[b].push(here);
                }
                before = Some(here);
            }
        }
        let mut part = vec![usize::MAX; ids.len()];
        let mut sizes = Vec::new();
        for start in 0..ids.len() {
            if part[start] == usize::MAX {
                let (mut open, mut size) = (vec![start], 0);
                part[start] = sizes.len();
                while let Some(v) = open.pop() {
                    size += 1;
                    for u in &next[v] {
                        if part[*u] == usize::MAX {
                            part[*u] = sizes.len();
                            open.push(*u);
                        }
                    }
                }
                sizes.push(size);
            }
        }
        let largest = (0..sizes.len()).max_by_key(|n| sizes[*n]).unwrap();
        let kept: Vec<usize> = (0..ids.len()).filter(|v| part[*v] == largest).collect();
        let renumbered: HashMap<usize, usize> = kept.iter().enumerate().map(|(n, v)| (*v, n)).collect();
        let plane =
            |[lon, lat]: [f64; 2]| [(lon - lon0) * 111_195.0 * lat0.to_radians().cos(), (lat - lat0) * 111_195.0];
        let xy: Vec<[f64; 2]> = kept.iter().map(|v| plane(lonlat[*v])).collect();
        let next = kept
            .iter()
            .enumerate()
            .map(|(n, v)| next[*v].iter().map(|u| (renumbered[u], gap(xy[n], xy[renumbered[u]]))).collect())
            .collect();
        let ids: Vec<i64> = kept.iter().map(|v| ids[*v]).collect();
        Self {
            by_id: ids.iter().enumerate().map(|(n, id)| (*id, n)).collect(),
            lonlat: kept.iter().map(|v| lonlat[*v]).collect(),
            ids,
            known: RefCell::default(),
            xy,
            next,
        }
    }

    /// Metres from a node to every other.
    pub fn far(&self, from: usize) -> Vec<f64> {
        let mut dist = vec![f64::INFINITY; self.ids.len()];
        let mut heap = BinaryHeap::new();
        dist[from] = 0.0;
        heap.push((std::cmp::Reverse(0_u64), from));
        while let Some((std::cmp::Reverse(d), v)) = heap.pop() {
            if d as f64 / 1000.0 > dist[v] + 0.01 {
                continue;
            }
            for (u, len) in &self.next[v] {
                if dist[v] + len < dist[*u] {
                    dist[*u] = dist[v] + len;
                    heap.push((std::cmp::Reverse((dist[*u] * 1000.0) as u64), *u));
                }
            }
        }
        dist
    }

    /// The shortest way, looked for from its end and no further than its beginning.
    pub fn path(&self, from: usize, to: usize) -> Vec<usize> {
        let mut known = self.known.borrow_mut();
        known.resize(self.ids.len(), (f64::INFINITY, usize::MAX));
        let mut touched = vec![to];
        known[to] = (0.0, to);
        let mut heap = BinaryHeap::from([(std::cmp::Reverse(0_u64), to)]);
        while let Some((std::cmp::Reverse(d), v)) = heap.pop() {
            if v == from {
                break;
            }
            let here = known[v].0;
            if d as f64 / 1_000.0 > here + 0.01 {
                continue;
            }
            for (u, len) in &self.next[v] {
                if here + len < known[*u].0 {
                    known[*u] = (here + len, v);
                    touched.push(*u);
                    heap.push((std::cmp::Reverse(((here + len) * 1_000.0) as u64), *u));
                }
            }
        }
        let (mut at, mut path) = (from, vec![from]);
        while at != to && known[at].1 != usize::MAX {
            at = known[at].1;
            path.push(at);
        }
        touched.into_iter().for_each(|v| known[v] = (f64::INFINITY, usize::MAX));
        path
    }
}
