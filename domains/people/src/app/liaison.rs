//! The liaison book (联络簿): per body and seat who is to be called, and who stands in (J11).

use super::{Geography, allow, place_facts, seats, terms};
use crate::Result;
use crate::model::{Place, TermKind};
use crate::policy::{AccountFacts, Action, ResourceFacts, decide};
use kernel::ids::{AccountId, OrgId, SeatId};
use kernel::{Moment, Role};
use store::{Cx, params};

/// One seat of the book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiaisonLine {
    pub seat: SeatId,
    pub role: Role,
    pub title: String,
    pub place: Place,
    pub org_name: Option<String>,
    pub org_phone: Option<String>,
    /// Holder first, then deputies. Empty: nobody, the catch-all answers.
    pub people: Vec<LiaisonPerson>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiaisonPerson {
    pub account: AccountId,
    pub display_name: String,
    pub phone_ext: Option<String>,
    pub deputy: bool,
    pub until: Option<Moment>,
}

/// The seats one may see, by body and title, each with its people of now.
pub fn liaison_book(cx: &mut Cx<'_>, geography: &dyn Geography, org: Option<OrgId>) -> Result<Vec<LiaisonLine>> {
    let sql = "SELECT s.id, s.role, s.title, s.org_id, s.area_id, s.post_id, o.name AS org_name, o.phone AS org_phone, \
               t.kind, t.to_at, a.id AS account_id, a.display_name, a.phone_ext \
               FROM seat s LEFT JOIN org o ON o.id = s.org_id \
               LEFT JOIN (term t JOIN account a ON a.id = t.account_id AND a.status = 'active') \
               ON t.seat_id = s.id AND t.from_at <= $2 AND (t.to_at IS NULL OR t.to_at > $2) \
               WHERE s.district_id = $1 AND s.is_open = $3 \
               ORDER BY o.name_key, s.title, s.id, t.kind DESC, t.from_at";
    let mut book: Vec<LiaisonLine> = Vec::new();
    for row in cx.query(sql, params![cx.district(), cx.now, true])? {
        let seat: SeatId = row.id("id")?;
        if book.last().map(|line| line.seat) != Some(seat) {
            book.push(LiaisonLine {
                seat,
                role: seats::role(&row)?,
                title: row.text("title")?,
                place: seats::place(&row)?,
                org_name: row.opt_text("org_name")?,
                org_phone: row.opt_text("org_phone")?,
                people: Vec::new(),
            });
        }
        if let (Some(line), Some(account)) = (book.last_mut(), row.opt_id("account_id")?) {
            line.people.push(LiaisonPerson {
                account,
                display_name: row.text("display_name")?,
                phone_ext: row.opt_text("phone_ext")?,
                deputy: row.text("kind")? == TermKind::Deputy.code(),
                until: row.opt_moment("to_at")?,
            });
        }
    }
    book.retain(|line| org.is_none_or(|o| line.place.org == Some(o)) && visible(cx, geography, line));
    Ok(book)
}

/// A seat is visible when somebody working there would be.
fn visible(cx: &Cx<'_>, geography: &dyn Geography, line: &LiaisonLine) -> bool {
    let at = place_facts(geography, &line.place);
    let mut ids: Vec<AccountId> = line.people.iter().map(|p| p.account).collect();
    if ids.is_empty() {
        ids.push(AccountId(uuid::Uuid::nil()));
    }
    ids.into_iter().any(|id| {
        let facts = AccountFacts {
            id,
            areas: at.areas.clone(),
            posts: at.posts.clone(),
            orgs: line.place.org.into_iter().collect(),
        };
        decide(&cx.actor, cx.purpose, Action::ViewStaff, &ResourceFacts::Account(facts)).is_allowed()
    })
}

/// Everything a leaving person hands on: seats held now, with the open-ended ones first. For the page "change of post".
pub fn seats_of(cx: &mut Cx<'_>, account: AccountId) -> Result<Vec<(crate::model::Term, Role)>> {
    allow(cx, Action::ViewStaff, &super::account_facts(account))?;
    let mut held = terms::of_account(cx, account)?;
    held.retain(|(t, _)| t.runs(cx.now));
    held.sort_by_key(|(t, _)| (t.to.is_some(), t.from));
    Ok(held)
}
