//! VRPLIB: `KEY : value` lines, then sections of numbers.

use super::flat::{Flat, Node};
use super::{Unreadable, few_enough};
use std::collections::{BTreeMap, HashMap, HashSet};

#[derive(Default)]
struct File<'t> {
    keys: HashMap<&'t str, &'t str>,
    sections: BTreeMap<&'t str, Vec<(usize, Vec<f64>)>>,
}

pub(super) fn read(text: &str) -> Result<Flat, Unreadable> {
    let file = split(text)?;
    let number = |key: &str| match file.keys.get(key) {
        None => Ok(None),
        Some(value) => {
            let number = value.parse::<f64>().ok().filter(|n| n.is_finite() && *n >= 0.0);
            number.map(Some).ok_or_else(|| Unreadable::file(format!("{key} is “{value}”, which is no number from 0")))
        }
    };
    let dimension = number("DIMENSION")?.ok_or_else(|| Unreadable::file("DIMENSION is missing"))?;
    if dimension < 2.0 || dimension.fract() != 0.0 {
        return Err(Unreadable::file(format!("DIMENSION is {dimension}; a depot and a customer are 2 nodes")));
    }
    let dimension = dimension as usize;
    few_enough(dimension, "nodes")?;
    let windows = file.sections.contains_key("TIME_WINDOW_SECTION");
    let lasts = number("SERVICE_TIME")?.unwrap_or(0.0);
    let mut nodes: Vec<Node> = (1..=dimension as i64)
        .map(|number| Node {
            number,
            at: None,
            demand: 0.0,
            window: (0.0, f64::INFINITY),
            lasts: if number == 1 { 0.0 } else { lasts },
        })
        .collect();
    fill(&file, "NODE_COORD_SECTION", 3, &mut nodes, |node, row| node.at = pair(row))?;
    fill(&file, "DEMAND_SECTION", 2, &mut nodes, |node, row| node.demand = row.first().copied().unwrap_or(0.0))?;
    fill(&file, "TIME_WINDOW_SECTION", 3, &mut nodes, |node, row| node.window = pair(row).unwrap_or(node.window))?;
    fill(&file, "SERVICE_TIME_SECTION", 2, &mut nodes, |node, row| node.lasts = row.first().copied().unwrap_or(0.0))?;
    let table = table(&file, dimension)?;
    if table.is_none() && nodes.iter().any(|n| n.at.is_none()) {
        return Err(Unreadable::file(
            "NODE_COORD_SECTION does not hold every node, and there is no table of distances",
        ));
    }
    let capacity = number("CAPACITY")?.unwrap_or(f64::INFINITY);
    let vehicles = number("VEHICLES")?.map_or(dimension - 1, |v| v as usize).min(dimension - 1);
    if vehicles == 0 {
        return Err(Unreadable::file("VEHICLES is 0"));
    }
    Ok(Flat { nodes: depot_first(&file, nodes)?, vehicles, capacity, table, windows })
}

fn split(text: &str) -> Result<File<'_>, Unreadable> {
    let mut file = File::default();
    let mut section = None;
    for (i, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line == "EOF" {
            continue;
        }
        if let Some(name) = line.strip_suffix(':').unwrap_or(line).trim().strip_suffix("_SECTION") {
            let name = line.get(..name.len() + "_SECTION".len()).unwrap_or(line);
            section = Some(name);
            file.sections.insert(name, Vec::new());
        } else if let Some((key, value)) = line.split_once(':') {
            file.keys.insert(key.trim(), value.trim());
        } else {
            let row: Option<Vec<f64>> = line.split_whitespace().map(|w| w.parse().ok()).collect();
            let rows = section.and_then(|s| file.sections.get_mut(s));
            let (Some(row), Some(rows)) = (row, rows) else {
                return Err(Unreadable::Line { line: i + 1, what: "neither a key nor numbers of a section".into() });
            };
            rows.push((i + 1, row));
        }
    }
    Ok(file)
}

fn pair(row: &[f64]) -> Option<(f64, f64)> {
    match row {
        [a, b, ..] => Some((*a, *b)),
        _ => None,
    }
}

fn fill(
    file: &File<'_>,
    name: &str,
    width: usize,
    nodes: &mut [Node],
    set: impl Fn(&mut Node, &[f64]),
) -> Result<(), Unreadable> {
    let mut filled = HashSet::new();
    for (line, row) in file.sections.get(name).into_iter().flatten() {
        let wrong = |what: String| Unreadable::Line { line: *line, what };
        if row.iter().any(|n| !n.is_finite()) {
            return Err(wrong(format!("{name}: not a number")));
        }
        let Some((number, rest)) = row.split_first().filter(|_| row.len() >= width) else {
            return Err(wrong(format!("{name} takes {width} numbers a line")));
        };
        let node = nodes.iter_mut().find(|n| n.number == *number as i64);
        let node = node.ok_or_else(|| wrong(format!("node {number} is beyond DIMENSION")))?;
        if !filled.insert(node.number) {
            return Err(wrong(format!("node {number} stands twice in {name}")));
        }
        set(node, rest);
        node.fits().map_err(wrong)?;
    }
    Ok(())
}

fn table(file: &File<'_>, n: usize) -> Result<Option<Vec<f64>>, Unreadable> {
    let Some(rows) = file.sections.get("EDGE_WEIGHT_SECTION") else { return Ok(None) };
    let all: Vec<f64> = rows.iter().flat_map(|(_, row)| row.iter().copied()).collect();
    let format = file.keys.get("EDGE_WEIGHT_FORMAT").copied().unwrap_or("FULL_MATRIX");
    let at = |i: usize| all.get(i).copied().unwrap_or(f64::NAN);
    let need = |count: usize| {
        let what = format!("EDGE_WEIGHT_SECTION has {} numbers, {format} of {n} nodes takes {count}", all.len());
        if all.len() == count { Ok(()) } else { Err(Unreadable::file(what)) }
    };
    let cells = |of: &dyn Fn(usize, usize) -> f64| {
        (0..n).flat_map(|a| (0..n).map(move |b| (a, b))).map(|(a, b)| of(a, b)).collect()
    };
    match format {
        "FULL_MATRIX" => {
            need(n * n)?;
            Ok(Some(all))
        }
        "LOWER_ROW" => {
            need(n * (n - 1) / 2)?;
            let of = |a: usize, b: usize| {
                let (low, high) = (a.min(b), a.max(b));
                if a == b { 0.0 } else { at(high * (high - 1) / 2 + low) }
            };
            Ok(Some(cells(&of)))
        }
        other => {
            Err(Unreadable::file(format!("EDGE_WEIGHT_FORMAT {other} is not read; FULL_MATRIX and LOWER_ROW are")))
        }
    }
}

/// Nodes are kept with the depot first.
fn depot_first(file: &File<'_>, mut nodes: Vec<Node>) -> Result<Vec<Node>, Unreadable> {
    let depots: Vec<i64> = file
        .sections
        .get("DEPOT_SECTION")
        .into_iter()
        .flatten()
        .flat_map(|(_, row)| row.iter().map(|v| *v as i64))
        .filter(|d| *d > 0)
        .collect();
    match depots.as_slice() {
        [] | [1] => Ok(nodes),
        [one] if !file.sections.contains_key("EDGE_WEIGHT_SECTION") => {
            let at = nodes.iter().position(|n| n.number == *one);
            let at = at.ok_or_else(|| Unreadable::file(format!("the depot {one} is beyond DIMENSION")))?;
            let mut depot = nodes.remove(at);
            depot.lasts = 0.0;
            nodes.insert(0, depot);
            Ok(nodes)
        }
        _ => Err(Unreadable::file("one depot can be planned, and with a table of distances it is node 1")),
    }
}
