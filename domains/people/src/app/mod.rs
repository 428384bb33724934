//! Use cases: one file each, command in, outcome out, the log entry in the same transaction.

pub mod accounts;
pub mod break_glass;
pub mod community;
pub mod consents;
pub mod demands;
pub mod districts;
pub mod door;
pub mod factors;
pub mod feeds;
pub mod fresh;
pub mod import;
pub mod joins;
pub mod liaison;
pub mod links;
pub mod login;
pub mod oidc;
pub mod orgs;
pub mod passkeys;
pub mod password;
pub mod persons;
pub mod record_rules;
pub mod register;
pub mod roster;
pub mod seats;
pub mod sessions;
pub mod sign_in_rules;
pub mod sitters;
pub mod sought;
pub mod staff;
pub mod takers;
pub mod terms;
pub mod tokens;
pub mod told;
pub mod turns;
pub mod undo;
pub mod voices;
pub mod volunteers;

use crate::model::Place;
use crate::policy::{AccountFacts, Action, PlaceFacts, ResourceFacts, SeatFacts, require};
use crate::{Error, Result};
use kernel::ids::{AccountId, AreaId, PostId, SeatId};
use kernel::text;
use store::Cx;

pub use accounts::{AccountChange, NewAccount};
pub use districts::{District, Init, InitDone, all_districts, init, open_district};
pub use fresh::{Fresh, require_fresh};
pub use import::{Did, ImportReport, Imported, PersonRow, import_people};
pub use login::{Attempt, SignIn, begin_login, finish_login, finish_step};
pub use password::PasswordHash;
pub use roster::{Duties, Want, duties, find_owner, roster};
pub use seats::NewSeat;
pub use sessions::{Resolved, resolve};
pub use sign_in_rules::{SignInRules, set_sign_in_rules, sign_in_rules};
pub use staff::{StaffLine, StaffQuery, search_staff};
pub use terms::{NewTerm, begin_term, end_term, hand_over};
pub use tokens::{NewToken, TokenActor, resolve_token};

/// What lies above an area or a post. Places know; this crate only asks.
pub trait Geography {
    /// The area and everything above it, innermost first.
    fn areas_above(&self, area: AreaId) -> Vec<AreaId>;
    /// The post and the posts above it, nearest first.
    fn posts_above(&self, post: PostId) -> Vec<PostId>;
    /// The area a post stands in, if known.
    fn area_of_post(&self, post: PostId) -> Option<AreaId>;
}

/// Every area and post stands for itself alone.
#[derive(Debug, Clone, Copy, Default)]
pub struct Flat;

impl Geography for Flat {
    fn areas_above(&self, area: AreaId) -> Vec<AreaId> {
        vec![area]
    }
    fn posts_above(&self, post: PostId) -> Vec<PostId> {
        vec![post]
    }
    fn area_of_post(&self, _: PostId) -> Option<AreaId> {
        None
    }
}

/// Areas and posts to which something at this place belongs.
pub(crate) fn place_facts(geography: &dyn Geography, place: &Place) -> PlaceFacts {
    let posts = place.post.map_or_else(Vec::new, |p| geography.posts_above(p));
    let area = place.area.or_else(|| place.post.and_then(|p| geography.area_of_post(p)));
    PlaceFacts { areas: area.map_or_else(Vec::new, |a| geography.areas_above(a)), posts }
}

/// Facts of a seat at this place.
pub(crate) fn seat_facts(geography: &dyn Geography, id: SeatId, role: kernel::Role, place: &Place) -> ResourceFacts {
    let at = place_facts(geography, place);
    ResourceFacts::Seat(SeatFacts { id, role, areas: at.areas, posts: at.posts, org: place.org })
}

/// Facts of an account when its places do not matter for the action.
pub(crate) const fn account_facts(id: AccountId) -> ResourceFacts {
    ResourceFacts::Account(AccountFacts { id, areas: Vec::new(), posts: Vec::new(), orgs: Vec::new() })
}

pub(crate) fn allow(cx: &Cx<'_>, action: Action, facts: &ResourceFacts) -> Result<()> {
    require(&cx.actor, cx.purpose, action, facts).map_err(Error::from)
}

/// A line of text that must be there and not be too long, tidied.
pub(crate) fn line(field: &'static str, value: &str, max: usize) -> Result<String> {
    let tidy = text::tidy(value).replace(['\n', '\t'], " ");
    if tidy.is_empty() {
        return Err(Error::Invalid { field, why: "missing" });
    }
    if tidy.chars().count() > max {
        return Err(Error::Invalid { field, why: "too-long" });
    }
    Ok(tidy)
}

/// As [`line`], where nothing is fine.
pub(crate) fn opt_line(field: &'static str, value: Option<&str>, max: usize) -> Result<Option<String>> {
    match value.map(str::trim).filter(|v| !v.is_empty()) {
        None => Ok(None),
        Some(v) => line(field, v, max).map(Some),
    }
}

/// `$2, $3, …` for a list in SQL that begins with parameter `first`.
pub(crate) fn marks(first: usize, count: usize) -> String {
    (first..first + count).map(|i| format!("${i}")).collect::<Vec<_>>().join(", ")
}
