//! Lines: cut where nodes are missing, joined where they go on.

use super::sorts::Sort;
use crate::LonLat;
use crate::osm::{Osm, Tags, Way};
use std::collections::{BTreeMap, HashMap};

/// A line with its nodes.
#[derive(Debug, Clone)]
pub(super) struct Stretch<'a> {
    pub sort: Sort,
    pub tags: &'a Tags,
    pub bridge: bool,
    pub tunnel: bool,
    /// Its first and its last node.
    pub refs: (i64, i64),
    pub line: Vec<LonLat>,
}

/// The parts of a way whose nodes are there.
pub(super) struct Stretches {
    pub lines: Vec<((i64, i64), Vec<LonLat>)>,
    pub cut: bool,
}

pub(super) fn stretches(osm: &Osm, way: &Way) -> Stretches {
    let mut out = Stretches { lines: Vec::new(), cut: false };
    let mut open: Vec<(i64, LonLat)> = Vec::new();
    let mut done = |open: &mut Vec<(i64, LonLat)>| {
        let open = std::mem::take(open);
        if let ([first, .., last], true) = (open.as_slice(), open.len() > 1) {
            out.lines.push(((first.0, last.0), open.iter().map(|(_, at)| *at).collect()));
        }
    };
    let mut cut = false;
    for id in &way.refs {
        if let Some(at) = osm.node(*id) {
            open.push((*id, at));
        } else {
            cut = true;
            done(&mut open);
        }
    }
    done(&mut open);
    out.cut = cut;
    out
}

/// Joins lines of the same sort and name that meet end to end, where no third one does.
pub(super) fn joined(all: Vec<Stretch<'_>>) -> Vec<Stretch<'_>> {
    let key = |s: &Stretch<'_>| (s.sort.class, s.sort.from_zoom, s.bridge, s.tunnel, super::named::names(s.tags));
    let mut groups: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (i, stretch) in all.iter().enumerate() {
        groups.entry(key(stretch)).or_default().push(i);
    }
    let mut slots: Vec<Option<Stretch<'_>>> = all.into_iter().map(Some).collect();
    let mut out: Vec<(usize, Stretch<'_>)> = Vec::with_capacity(slots.len());
    for group in groups.into_values() {
        let mut ends: HashMap<i64, Vec<usize>> = HashMap::new();
        for &i in &group {
            let Some(Some(s)) = slots.get(i) else { continue };
            ends.entry(s.refs.0).or_default().push(i);
            ends.entry(s.refs.1).or_default().push(i);
        }
        for &i in &group {
            let Some(mut line) = slots.get_mut(i).and_then(Option::take) else { continue };
            // Forwards from its end, then, turned round, from what was its beginning.
            for _ in 0..2 {
                while let Some(next) = next(&ends, &mut slots, line.refs) {
                    go_on(&mut line, next);
                }
                line.line.reverse();
                line.refs = (line.refs.1, line.refs.0);
            }
            out.push((i, line));
        }
    }
    out.sort_by_key(|(i, _)| *i);
    out.into_iter().map(|(_, s)| s).collect()
}

/// The only other line that ends where this one does.
fn next<'a>(
    ends: &HashMap<i64, Vec<usize>>,
    slots: &mut [Option<Stretch<'a>>],
    (first, last): (i64, i64),
) -> Option<Stretch<'a>> {
    let meet = ends.get(&last).filter(|meet| meet.len() == 2 && first != last)?;
    let other = meet.iter().find(|i| slots.get(**i).is_some_and(Option::is_some))?;
    slots.get_mut(*other)?.take()
}

fn go_on<'a>(line: &mut Stretch<'a>, mut next: Stretch<'a>) {
    if next.refs.0 != line.refs.1 {
        next.line.reverse();
        next.refs = (next.refs.1, next.refs.0);
    }
    line.line.extend(next.line.into_iter().skip(1));
    line.refs.1 = next.refs.1;
}
