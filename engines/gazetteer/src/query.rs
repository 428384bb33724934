//! What somebody typed, as names to look for and the numbers they may have meant.

use crate::parse::{What, parse};
use crate::path::{Level, Number, Path};

/// Ways to read a text, likeliest first.
#[derive(Debug, Clone, Default)]
pub struct Query {
    pub readings: Vec<Reading>,
}

/// One name and the numbers that may belong to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    pub name: String,
    /// The name with what stood before it.
    pub whole: String,
    /// The name with the names beside it, where that may be one: 望苇路青禾街 is a crossing, and the bus stop there.
    pub joined: Option<String>,
    /// Regions and other names: where it is said to be.
    pub context: Vec<String>,
    /// Likeliest first. Numbers without a level may count several things.
    pub paths: Vec<Path>,
    /// The number at the end of the text has no level yet: it may go on.
    pub open: Option<Number>,
}

/// Names of one text that are looked for, and paths of one name.
const MOST_READINGS: usize = 3;
const MOST_PATHS: usize = 6;

type Step = (Option<Level>, Number);

impl Query {
    pub fn of(text: &str) -> Self {
        let parts = parse(text).parts;
        let mut readings: Vec<Reading> = Vec::new();
        let all: Vec<Step> = parts.iter().filter_map(step).collect();
        let mut whole = String::new();
        for (i, part) in parts.iter().enumerate() {
            match part.what {
                What::Number(..) => whole.clear(),
                What::Region => whole.push_str(&part.text),
                What::Name => {
                    whole.push_str(&part.text);
                    let after: Vec<Step> = parts.iter().skip(i + 1).map_while(step).collect();
                    let steps = if after.is_empty() { &all } else { &after };
                    let others = parts.iter().enumerate().filter(|(k, p)| *k != i && step(p).is_none());
                    let context: Vec<String> = others.map(|(_, p)| p.text.clone()).collect();
                    let open = steps.last().filter(|(level, _)| level.is_none()).map(|(_, n)| *n);
                    readings.push(Reading {
                        name: part.text.clone(),
                        whole: whole.clone(),
                        joined: joined(&parts, i),
                        context,
                        paths: paths(steps),
                        open,
                    });
                }
            }
        }
        // 望苇路128弄月季小区5号: the compound is one reading, the street with both numbers another.
        if readings.len() > 1
            && let Some(first) = readings.first_mut()
        {
            first.paths.splice(0..0, paths(&all));
            first.paths.dedup();
            first.paths.truncate(MOST_PATHS);
        }
        readings.truncate(MOST_READINGS);
        Self { readings }
    }

    /// Nothing to look for: no name in it.
    pub fn is_empty(&self) -> bool {
        self.readings.is_empty()
    }
}

/// The names that stand around this one without anything between them, as one; none when it stands alone.
fn joined(parts: &[crate::Part], at: usize) -> Option<String> {
    let name = |part: &&crate::Part| part.what == What::Name;
    let (before, after) = parts.split_at_checked(at)?;
    let from = at - before.iter().rev().take_while(name).count();
    let run: Vec<&str> = parts.iter().skip(from).take_while(name).map(|p| p.text.as_str()).collect();
    (!after.is_empty() && run.len() > 1).then(|| run.concat())
}

fn step(part: &crate::Part) -> Option<Step> {
    match part.what {
        What::Number(level, number) => Some((level, number)),
        _ => None,
    }
}

/// What numbers without a level may count, by the level before them and by how many stand together.
fn meanings(after: Option<Level>, n: usize) -> &'static [&'static [Level]] {
    use Level::{Door, Group, House, Lane, Plot, Room, Sub, SubLane, Unit};
    match (after, n) {
        (None, 1) => &[&[Door], &[Lane], &[House], &[Group]],
        (None, 2) => &[&[Lane, Door], &[Door, Room], &[House, Room], &[Group, Door], &[Door, Sub]],
        (None, _) => &[&[Lane, Door, Room], &[Door, House, Room], &[House, Unit, Room]],
        (Some(Lane | SubLane | Group), 1) => &[&[Door], &[Plot], &[SubLane]],
        (Some(Lane | SubLane | Group), 2) => &[&[Door, Room], &[Door, Sub]],
        (Some(Lane | SubLane | Group), _) => &[&[Door, Unit, Room]],
        (Some(Door | Plot | Sub), 1) => &[&[Room], &[Sub], &[House]],
        (Some(Door | Plot | Sub), 2) => &[&[House, Room], &[Unit, Room]],
        (Some(Door | Plot | Sub), _) => &[&[House, Unit, Room]],
        (Some(House), 1) => &[&[Room], &[Unit]],
        (Some(House), _) => &[&[Unit, Room]],
        (Some(_), _) => &[&[Room]],
    }
}

fn paths(steps: &[Step]) -> Vec<Path> {
    let mut all: Vec<Vec<(Level, Number)>> = vec![Vec::new()];
    let mut rest = steps;
    while let Some(((level, number), after)) = rest.split_first() {
        if let Some(level) = level {
            all.iter_mut().for_each(|path| path.push((*level, *number)));
            rest = after;
            continue;
        }
        let bare: Vec<Number> = rest.iter().map_while(|(level, n)| level.is_none().then_some(*n)).collect();
        rest = rest.get(bare.len()..).unwrap_or_default();
        let mut more = Vec::new();
        for path in &all {
            for levels in meanings(path.last().map(|(level, _)| *level), bare.len()) {
                let counted = levels.iter().copied().zip(bare.iter().copied());
                more.push(path.iter().copied().chain(counted).collect());
            }
        }
        all = more;
    }
    let others: Vec<Path> = all.iter().flat_map(|steps| swapped(steps)).collect();
    let mut paths: Vec<Path> = Vec::new();
    for path in all.into_iter().map(Path::new).chain(others) {
        if !path.is_empty() && !paths.contains(&path) {
            paths.push(path);
        }
    }
    paths.truncate(MOST_PATHS);
    paths
}

/// In compounds 5号 and 5号楼 are often the same house, and in villages 宅基5号 and 5号.
fn swapped(steps: &[(Level, Number)]) -> Vec<Path> {
    let has = |level| steps.iter().any(|(l, _)| *l == level);
    let swaps: &[(Level, Level)] = match (has(Level::Plot), has(Level::House), has(Level::Door)) {
        (true, _, false) => &[(Level::Plot, Level::Door)],
        (false, _, true) if has(Level::Group) => &[(Level::Door, Level::Plot)],
        (false, true, false) => &[(Level::House, Level::Door)],
        (false, false, true) if !has(Level::Lane) => &[(Level::Door, Level::House), (Level::Door, Level::Plot)],
        _ => &[],
    };
    let swap = |(from, to): &(Level, Level)| {
        Path::new(steps.iter().map(|(l, n)| (if l == from { *to } else { *l }, *n)).collect())
    };
    swaps.iter().map(swap).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    fn said(text: &str) -> Vec<String> {
        let query = Query::of(text);
        let first = query.readings.first().unwrap();
        first.paths.iter().map(|p| format!("{}|{p}", first.name)).collect()
    }

    #[test]
    fn numbers_that_nobody_named_may_count_several_things() {
        assert_eq!(said("望苇路128弄5号").first().unwrap(), "望苇路|128弄5号");
        assert_eq!(said("wwl128")[..3], ["wwl|128号", "wwl|128弄", "wwl|128幢"]);
        assert_eq!(said("望苇路 128-5-401")[0], "望苇路|128弄5号401室");
        assert_eq!(said("128号 望苇路")[0], "望苇路|128号");
        assert_eq!(said("月季新村3-5-401")[2], "月季新村|3幢5单元401室");
        assert_eq!(said("望苇路128弄5-401")[0], "望苇路|128弄5号401室");
        assert_eq!(said("望苇路128弄5之3号")[0], "望苇路|128弄5号附3号");
        assert_eq!(said("水闸村3组宅基12号"), ["水闸村|3组宅基12号", "水闸村|3组12号"]);
        assert_eq!(said("水闸村3组12号")[..2], ["水闸村|3组12号", "水闸村|3组宅基12号"]);
    }

    #[test]
    fn a_compound_behind_a_lane_is_another_reading() {
        let query = Query::of("青禾镇望苇路128弄月季小区5号");
        let names: Vec<&str> = query.readings.iter().map(|r| r.name.as_str()).collect();
        assert_eq!(names, ["望苇路", "月季小区"]);
        assert_eq!(query.readings[0].paths[0].to_string(), "128弄5号");
        assert_eq!(query.readings[1].paths[0].to_string(), "5号");
        assert_eq!(query.readings[1].context, ["青禾镇", "望苇路"]);
        assert_eq!(query.readings[0].whole, "青禾镇望苇路");
        assert_eq!(query.readings[0].joined, None, "a number stands between them");
        let crossing = Query::of("青禾镇望苇路青禾街 3号");
        let joined: Vec<Option<&str>> = crossing.readings.iter().map(|r| r.joined.as_deref()).collect();
        assert_eq!(joined, [Some("望苇路青禾街"); 2]);
        assert!(Query::of("128").is_empty() && Query::of("  ").is_empty());
    }
}
