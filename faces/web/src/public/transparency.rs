//! What is counted publicly (R14): lawful demands, looks that are told later, break-glass. Small counts stay hidden.

use crate::{App, Fail, Page, html};
use askama::Template;
use audit::transparency::{COUNTED, Count, FEW, Quarter, quarters};
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/transparency", get(show))
}

struct Row {
    quarter: String,
    counts: Vec<String>,
}

#[derive(Template)]
#[template(path = "public/transparency.html")]
struct TransparencyPage {
    page: Page,
    /// Ends of the keys `transparency-of-…` and `transparency-means-…`.
    counted: [&'static str; COUNTED.len()],
    rows: Vec<Row>,
}

fn row(page: &Page, q: &Quarter) -> Row {
    let counts = q.counts.iter().map(|count| match count {
        Count::None => "0".to_owned(),
        Count::Few => page.t1("transparency-few", "n", FEW),
        Count::Exactly(n) => n.to_string(),
    });
    Row { quarter: page.t2("transparency-quarter", "year", q.year, "quarter", q.quarter), counts: counts.collect() }
}

async fn show(State(app): State<App>, page: Page) -> Result<Response, Fail> {
    let found = app.rt.read(app.anybody(), quarters).await?;
    let rows = found.iter().map(|q| row(&page, q)).collect();
    html(&TransparencyPage { page, counted: COUNTED.map(|(what, _)| what), rows })
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let of = |quarter, counts| row(page, &Quarter { year: 2026, quarter, counts });
    let rows = vec![of(2, [Count::None, Count::Few, Count::Exactly(12), Count::None]), of(1, [Count::None; 4])];
    let shown = TransparencyPage { page: page.clone(), counted: COUNTED.map(|(what, _)| what), rows };
    vec![("public/transparency.html", shown.render().unwrap_or_default())]
}
