//! Undoing an import of staff or residents: everything as it was, or nothing and the reasons.

use super::{allow, terms, turns};
use crate::Result;
use crate::policy::{Action, ResourceFacts};
use kernel::ids::SeatId;
use serde_json::json;
use std::collections::HashSet;
use store::Cx;
use store::imports::{self, Import, Item, Reason, Rows, Thing, Use};

pub static ACCOUNT: Thing = Thing { code: "account", rows: &[Rows { table: "account", column: "id" }] };
pub static ORG: Thing = Thing { code: "org", rows: &[Rows { table: "org", column: "id" }] };
pub static SEAT: Thing = Thing { code: "seat", rows: &[Rows { table: "seat", column: "id" }] };
pub static TERM: Thing = Thing { code: "term", rows: &[Rows { table: "term", column: "id" }] };
pub static PERSON: Thing = Thing {
    code: "person",
    rows: &[
        Rows { table: "person", column: "id" },
        Rows { table: "person_area", column: "person_id" },
        Rows { table: "person_token", column: "person_id" },
        Rows { table: "guardian", column: "person_id" },
        Rows { table: "person_import_key", column: "person_id" },
    ],
};
/// What an import of this crate can add or change.
pub const THINGS: &[&Thing] = &[&ACCOUNT, &ORG, &SEAT, &TERM, &PERSON];

const ON_ACCOUNTS: &[Use] = &[
    Use::of("login_session", "account_id", "signed-in"),
    Use::of("api_token", "account_id", "has-keys"),
    Use::or_own("term", "account_id", "has-terms"),
];
const ON_ORGS: &[Use] = &[Use::or_own("org", "parent_id", "has-orgs"), Use::or_own("seat", "org_id", "has-seats")];
const ON_SEATS: &[Use] = &[Use::or_own("term", "seat_id", "has-terms"), Use::or_own("seat", "reports_to", "has-seats")];
const ON_PERSONS: &[Use] = &[
    Use::of("consent", "person_id", "has-consent").since("at"),
    Use::of("person_link", "person_id", "has-link").since("issued_at"),
    Use::of("lawful_demand", "person_id", "was-asked-for"),
    Use::of("break_glass_person", "person_id", "was-looked-at"),
];
const ON_AREAS: &[Use] = &[
    Use::of("seat", "area_id", "has-seats"),
    Use::of("org", "area_id", "has-orgs"),
    Use::of("person", "area_id", "has-residents"),
    Use::of("api_token", "area_id", "has-keys"),
];
const ON_POSTS: &[Use] = &[Use::of("seat", "post_id", "has-seats"), Use::of("org", "post_id", "has-orgs")];

/// Whether whoever asks may undo imports at all.
pub fn may_undo(cx: &Cx<'_>) -> Result<()> {
    allow(cx, Action::UndoImport, &ResourceFacts::District)
}

/// The imports of this district, newest first.
pub fn list_imports(cx: &mut Cx<'_>, limit: usize) -> Result<Vec<Import>> {
    allow(cx, Action::Import, &ResourceFacts::District)?;
    Ok(imports::list(cx, limit)?)
}

/// What of this crate was built on an import of areas or posts.
pub fn built_on_places(
    cx: &mut Cx<'_>,
    import: &Import,
    items: &[Item],
    area: &Thing,
    post: &Thing,
) -> Result<Vec<Reason>> {
    let mut reasons = imports::uses(cx, import, items, area, ON_AREAS)?;
    reasons.extend(imports::uses(cx, import, items, post, ON_POSTS)?);
    Ok(reasons)
}

/// What of this crate was built on an import of staff or residents.
pub fn built_on(cx: &mut Cx<'_>, import: &Import, items: &[Item]) -> Result<Vec<Reason>> {
    let mut reasons = Vec::new();
    for (thing, on) in [(&ACCOUNT, ON_ACCOUNTS), (&ORG, ON_ORGS), (&SEAT, ON_SEATS), (&PERSON, ON_PERSONS)] {
        reasons.extend(imports::uses(cx, import, items, thing, on)?);
    }
    Ok(reasons)
}

/// Puts people back. Seats and terms are taken away only by whoever may give them.
pub fn undo(cx: &mut Cx<'_>, import: &Import, items: &[Item]) -> Result<()> {
    may_undo(cx)?;
    let has = |thing: &Thing| items.iter().any(|i| i.thing.code == thing.code);
    if has(&SEAT) || has(&TERM) {
        allow(cx, Action::ManageSeats, &ResourceFacts::District)?;
        allow(cx, Action::ManageTerms, &ResourceFacts::District)?;
    }
    if has(&PERSON) {
        cx.lock("import-residents")?;
    }
    let own: HashSet<_> = items.iter().map(|i| i.id).collect();
    let mut seats: HashSet<SeatId> = HashSet::new();
    for term in items.iter().filter(|i| i.thing.code == TERM.code) {
        let sql = "SELECT seat_id FROM term WHERE id = $1";
        if let Some(row) = cx.query_opt(sql, store::params![term.id])? {
            seats.insert(row.id("seat_id")?);
        }
    }
    terms::guard_catch_all(cx, |cx| Ok(imports::undo(cx, import, items)?))?;
    // Whoever sat there before answers again.
    let now = cx.now;
    for seat in seats.into_iter().filter(|seat| !own.contains(&seat.0)) {
        let n = cx.record_numbered("term.put_back", "seat", seat.0, &json!({ "import": import.n }))?;
        turns::turn(cx, seat, n, &[Some(now)])?;
    }
    for account in items.iter().filter(|i| i.thing.code == ACCOUNT.code) {
        cx.signal("account", account.id);
    }
    Ok(())
}
