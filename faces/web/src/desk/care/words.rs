//! Words about visits that several pages say: days, reasons, what visitors found.

use crate::Page;
use care::app::visits::{Asked, FactLine, Often};
use care::model::visit::Form;

/// Why somebody comes on a day, in one sentence.
pub(crate) fn why(page: &Page, reasons: &[String]) -> String {
    reasons.iter().map(|r| page.tk("cared-why-", r)).collect::<Vec<_>>().join(&page.t("cared-and"))
}

/// What visitors brought back, line by line. The note is shown beside it.
pub(crate) fn found(page: &Page, form: &Form) -> Vec<String> {
    let mut out = Vec::new();
    let list = |family: &str, codes: &[String]| {
        codes.iter().map(|c| page.tk(family, c)).collect::<Vec<_>>().join(&page.t("list-comma"))
    };
    if form.chat {
        out.push(page.t("cared-did-chat"));
    }
    if form.cleaned {
        out.push(page.t("cared-did-clean"));
    }
    if let Some(mood) = &form.mood {
        out.push(page.tk("cared-mood-", mood));
    }
    if !form.hazards.is_empty() {
        out.push(page.t1("cared-found-hazards", "what", list("cared-hazard-", &form.hazards)));
    }
    if !form.needs.is_empty() {
        out.push(page.t1("cared-found-needs", "what", list("cared-need-", &form.needs)));
    }
    if let Some(card) = &form.card {
        out.push(page.t1("cared-card-seen", "how", page.tk("cared-seen-", card)));
    }
    if let Some(strap) = &form.strap {
        out.push(page.t1("cared-strap-seen", "how", page.tk("cared-seen-", strap)));
    }
    out
}

/// What a guardian asked for, said for whoever reads it: the family, or the desk.
pub(crate) fn asked(page: &Page, asked: &Asked, family: &str) -> String {
    let day = page.day(asked.at);
    match asked.often {
        Often::None => page.t1(&format!("{family}none"), "day", day),
        Often::Usual => page.t1(&format!("{family}usual"), "day", day),
        Often::Days(n) => page.t2(&format!("{family}days"), "day", day, "n", n),
    }
}

/// Since when a fact stands, from whom, who wrote it down.
pub(crate) fn fact_from(page: &Page, f: &FactLine, by: &str) -> String {
    let from = page.loc.args(
        "cared-fact-from",
        &[
            ("day", page.date(f.on)),
            ("source", page.tk("cared-source-", f.source.code())),
            ("who", by.to_owned()),
            ("at", page.day(f.written_at)),
        ],
    );
    match f.until {
        Some(day) => [from, page.t1("cared-fact-until", "day", page.date(day))].join(&page.t("cared-and")),
        None => from,
    }
}
