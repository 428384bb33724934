//! What the pages do and where it stands in the interface: the table of `docs/api/README.md` against the routes in the
//! source and against the description, in both directions.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Why something is done at the desk alone; explained above the table.
const REASONS: [&str; 5] = ["proof", "by name", "signing in", "page", "own protocol"];

/// Addresses in `.route("…")` of all pages.
fn routes() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut todo = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(path) = todo.pop() {
        if path.is_dir() {
            todo.extend(fs::read_dir(&path).unwrap().map(|e| e.unwrap().path()));
        } else {
            found.extend(in_source(&path));
        }
    }
    assert!(found.len() > 90, "the source is read wrongly: {found:?}");
    found
}

fn in_source(path: &PathBuf) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let text = text.split("mod tests {").next().unwrap_or_default();
    let above = fs::read_to_string(path.with_file_name("mod.rs")).unwrap_or_default();
    let named = |constant: &str| {
        let given = format!("const {constant}: &str = \"");
        let at = text.split(&given).nth(1).or_else(|| above.split(&given).nth(1))?;
        at.split('"').next().map(str::to_owned)
    };
    // An address is a text, or a constant of the same file or the one above.
    let routed = text.split(".route(").skip(1).filter_map(|rest| match rest.trim_start().strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().map(str::to_owned),
        None => named(rest.trim_start().split(',').next()?.trim()),
    });
    routed.filter(|route| route.starts_with('/') && !route.starts_with("/open311")).collect()
}

/// Page → what stands beside it.
fn table() -> BTreeMap<String, String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/api/README.md");
    let text = fs::read_to_string(file).unwrap();
    let inside = text.split("<!-- pages: begin -->").nth(1).unwrap().split("<!-- pages: end -->").next().unwrap();
    let mut rows = BTreeMap::new();
    for line in inside.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        for page in quoted(cells[0]) {
            assert!(rows.insert(page.clone(), cells[1].to_owned()).is_none(), "{page} stands twice");
        }
    }
    rows
}

fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn no_page_is_forgotten() {
    let (routes, table) = (routes(), table());
    let named: BTreeSet<String> = table.keys().cloned().collect();
    let missing: Vec<_> = routes.difference(&named).collect();
    let gone: Vec<_> = named.difference(&routes).collect();
    assert!(missing.is_empty(), "not in the table of docs/api/README.md: {missing:?}");
    assert!(gone.is_empty(), "in the table, and no page any more: {gone:?}");
}

#[test]
fn every_row_names_operations_that_are_there_or_a_reason() {
    let doc = web::api::openapi();
    let mut named = BTreeSet::new();
    for (page, cell) in table() {
        let operations = quoted(&cell);
        let operations: Vec<_> = operations.iter().filter(|o| o.contains(" /")).collect();
        for operation in &operations {
            let (method, path) = operation.split_once(' ').unwrap();
            let found = doc.pointer(&format!(
                "/paths/{}/{}",
                format!("/api/v1{path}").replace('/', "~1"),
                method.to_lowercase()
            ));
            assert!(found.is_some(), "{page}: there is no {operation}");
            named.insert((*operation).clone());
        }
        let reason = REASONS.iter().any(|reason| cell.contains(reason));
        assert!(!operations.is_empty() || reason, "{page}: neither an operation nor a reason: {cell}");
    }
    // And the other way: what the interface does beyond the pages is named here, so that it is known.
    let beyond = ["GET /orgs/{id}"];
    let all = crate::document::operations();
    let all =
        all.iter().map(|(path, method, _)| format!("{} {}", method.to_uppercase(), path.trim_start_matches("/api/v1")));
    let unnamed: Vec<String> = all.filter(|o| !named.contains(o) && !beyond.contains(&o.as_str())).collect();
    let expected = ["PATCH /me"];
    assert_eq!(unnamed, expected, "operations that no page of the table leads to");
}
