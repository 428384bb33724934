//! Every address that the source names, so that a new page cannot be forgotten.

use crate::world::Desk;
use kernel::Role;
use std::fs;
use std::path::{Path, PathBuf};

/// Addresses of all routes of the web face, with sample values in place of `{…}`.
pub fn routes(desk: &Desk, matter: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut todo = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(path) = todo.pop() {
        if path.is_dir() {
            todo.extend(fs::read_dir(&path).unwrap().map(|e| e.unwrap().path()));
        } else {
            found.extend(in_source(&path));
        }
    }
    found.sort();
    found.dedup();
    assert!(found.len() > 60, "the source is read wrongly: {found:?}");
    let account = desk.people[&Role::Clerk].0.to_string();
    let seat = desk.people[&Role::Clerk].1.to_string();
    found.iter().map(|route| fill(route, matter, &account, &seat)).collect()
}

fn in_source(path: &PathBuf) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let text = text.split("mod tests {").next().unwrap_or_default();
    let quoted = |rest: &str| rest.trim_start().strip_prefix('"').and_then(|r| r.split('"').next()).map(str::to_owned);
    let routed = text.split(".route(").skip(1).filter_map(quoted);
    let described = text.split("path = \"").skip(1).filter_map(|r| r.split('"').next()).map(str::to_owned);
    routed.chain(described).filter(|route| route.starts_with('/')).collect()
}

fn fill(route: &str, matter: &str, account: &str, seat: &str) -> String {
    let sample = if route.contains("matters") {
        matter
    } else if route.contains("people") {
        account
    } else if route.contains("seats") {
        seat
    } else {
        "0199a000-0000-7000-8000-000000000001"
    };
    let mut out = route.to_owned();
    while let (Some(open), Some(close)) = (out.find('{'), out.find('}')) {
        out.replace_range(open..=close, sample);
    }
    out
}
