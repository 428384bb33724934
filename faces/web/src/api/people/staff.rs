//! Colleagues one may see, and the liaison book (J11): who is to be called for which body and seat.

use super::WorkPlace;
use crate::api::Caller;
use crate::api::input::Asked;
use crate::api::reply::{LIMIT_MAX, Page, shown};
use crate::api::words::{At, RoleWord};
use crate::{App, Fail, desk};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use kernel::Purpose;
use kernel::ids::{AreaId, OrgId, PostId};
use people::app::liaison::{LiaisonLine, liaison_book};
use people::app::staff::StaffSeat;
use people::app::{StaffLine, StaffQuery, search_staff};
use people::policy::Action;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// A colleague with the seats held now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StaffView {
    account: Uuid,
    login: String,
    name: String,
    phone: Option<String>,
    active: bool,
    seats: Vec<StaffSeatView>,
}

/// A seat somebody holds.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StaffSeatView {
    seat: Uuid,
    role: RoleWord,
    title: String,
    place: WorkPlace,
    deputy: bool,
    org_name: Option<String>,
}

impl From<StaffSeat> for StaffSeatView {
    fn from(s: StaffSeat) -> Self {
        Self {
            seat: s.seat.0,
            role: s.role.into(),
            title: s.title,
            place: s.place.into(),
            deputy: s.deputy,
            org_name: s.org_name,
        }
    }
}

impl From<StaffLine> for StaffView {
    fn from(l: StaffLine) -> Self {
        Self {
            account: l.account.0,
            login: l.login,
            name: l.display_name,
            phone: l.phone_ext,
            active: l.active,
            seats: l.seats.into_iter().map(Into::into).collect(),
        }
    }
}

/// Whom to look for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct StaffAsk {
    /// Part of a name, the beginning of its pinyin or initials, or of a login.
    #[param(max_length = 60)]
    q: Option<String>,
    #[param(value_type = RoleWord, required = false, inline)]
    role: Option<RoleWord>,
    org: Option<Uuid>,
    area: Option<Uuid>,
    post: Option<Uuid>,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
}

impl StaffAsk {
    pub(super) fn query(self) -> Result<StaffQuery, Fail> {
        Ok(StaffQuery {
            text: self.q.unwrap_or_default(),
            role: self.role.map(|r| r.0),
            org: self.org.map(OrgId),
            post: self.post.map(PostId),
            area: self.area.map(AreaId),
            everybody: false,
            limit: crate::api::matters::limit(self.limit)?.min(LIMIT_MAX),
        })
    }
}

/// Colleagues of one's own places, by name. More words find fewer; there is no next page.
#[utoipa::path(get, path = "/api/v1/staff", tag = "people",
    extensions(("x-actions" = json!(["view-staff"]))),
    params(StaffAsk),
    responses((status = 200, body = Page<StaffView>, description = "Colleagues.")))]
pub(super) async fn list_staff(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Asked(asked): Asked<StaffAsk>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ViewStaff, Purpose::Administration)?;
    let query = asked.query()?;
    let found = app.rt.read(who, move |cx| {
        let ground = desk::geography(cx)?;
        Ok::<_, Fail>(search_staff(cx, &ground, &query)?)
    });
    shown(&headers, None, &Page::<StaffView>::all(found.await?.into_iter().map(Into::into).collect()))
}

/// One seat of the liaison book.
#[derive(Debug, Serialize, ToSchema)]
struct LiaisonView {
    seat: Uuid,
    role: RoleWord,
    title: String,
    place: WorkPlace,
    org_name: Option<String>,
    org_phone: Option<String>,
    /// Holder first, then deputies; nobody: the catch-all answers.
    people: Vec<LiaisonPersonView>,
}

/// Somebody to be called.
#[derive(Debug, Serialize, ToSchema)]
struct LiaisonPersonView {
    account: Uuid,
    name: String,
    phone: Option<String>,
    deputy: bool,
    until: Option<At>,
}

impl From<LiaisonLine> for LiaisonView {
    fn from(l: LiaisonLine) -> Self {
        let person = |p: people::app::liaison::LiaisonPerson| LiaisonPersonView {
            account: p.account.0,
            name: p.display_name,
            phone: p.phone_ext,
            deputy: p.deputy,
            until: p.until.map(At),
        };
        Self {
            seat: l.seat.0,
            role: l.role.into(),
            title: l.title,
            place: l.place.into(),
            org_name: l.org_name,
            org_phone: l.org_phone,
            people: l.people.into_iter().map(person).collect(),
        }
    }
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct LiaisonAsk {
    /// Seats of this body only.
    org: Option<Uuid>,
    #[param(value_type = RoleWord, required = false, inline)]
    role: Option<RoleWord>,
}

/// The liaison book: seats one may see, by body and title, each with its people of now.
#[utoipa::path(get, path = "/api/v1/liaison", tag = "people",
    extensions(("x-actions" = json!(["view-staff"]))),
    params(LiaisonAsk),
    responses((status = 200, body = Page<LiaisonView>, description = "Seats.")))]
pub(super) async fn show_liaison_book(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Asked(asked): Asked<LiaisonAsk>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ViewStaff, Purpose::Administration)?;
    let book = app.rt.read(who, move |cx| {
        let ground = desk::geography(cx)?;
        let mut book = liaison_book(cx, &ground, asked.org.map(OrgId))?;
        book.retain(|l| asked.role.is_none_or(|r| l.role == r.0));
        Ok::<_, Fail>(book)
    });
    shown(&headers, None, &Page::<LiaisonView>::all(book.await?.into_iter().map(Into::into).collect()))
}
