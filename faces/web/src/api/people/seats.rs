//! Seats and the terms on them (J11): who sits where from when to when. Whatever a seat owns goes to whoever sits on it.

use super::WorkPlace;
use super::orgs::check_place;
use crate::api::Caller;
use crate::api::input::{Asked, Body, Path};
use crate::api::reply::{Page, act, change, listed, make, read, shown};
use crate::api::words::{At, RoleWord, TermKindWord};
use crate::{App, Fail, desk};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use kernel::Purpose;
use kernel::ids::{AccountId, SeatId};
use people::app::seats::{self, NewSeat};
use people::app::terms::{self, NewTerm, hand_over};
use people::model::{Seat, Term, TermId};
use people::policy::{Action, ResourceFacts, require};
use serde::{Deserialize, Serialize};
use store::Cx;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Somebody's time on a seat.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TermView {
    id: Uuid,
    seat: Uuid,
    account: Uuid,
    kind: TermKindWord,
    from: At,
    /// The first instant that no longer counts; null: without end.
    to: Option<At>,
}

impl From<Term> for TermView {
    fn from(t: Term) -> Self {
        Self {
            id: t.id.0,
            seat: t.seat.0,
            account: t.account.0,
            kind: t.kind.into(),
            from: t.from.into(),
            to: t.to.map(At),
        }
    }
}

/// A seat.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SeatView {
    id: Uuid,
    version: i64,
    role: RoleWord,
    title: String,
    place: WorkPlace,
    /// The seat that is told when this one is late.
    reports_to: Option<Uuid>,
    /// Closed seats take no new term.
    open: bool,
}

impl From<Seat> for SeatView {
    fn from(s: Seat) -> Self {
        Self {
            id: s.id.0,
            version: s.version,
            role: s.role.into(),
            title: s.title,
            place: s.place.into(),
            reports_to: s.reports_to.map(|r| r.0),
            open: s.open,
        }
    }
}

/// A seat with everybody who sits, sat or will sit on it.
#[derive(Debug, Serialize, ToSchema)]
struct SeatDetail {
    #[serde(flatten)]
    seat: SeatView,
    /// Newest first.
    terms: Vec<TermView>,
}

impl SeatDetail {
    fn load(cx: &mut Cx<'_>, id: SeatId) -> Result<Self, Fail> {
        let seat = seats::seat(cx, id)?.into();
        Ok(Self { seat, terms: terms::of_seat(cx, id)?.into_iter().map(Into::into).collect() })
    }
}

/// Holders are for one office, deputies for several; the use case asks which it is.
const TERMS: [Action; 2] = [Action::ManageTerms, Action::ManageDeputies];

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SeatAsk {
    #[param(value_type = RoleWord, inline)]
    role: RoleWord,
}

/// Seats of a role, by title.
#[utoipa::path(get, path = "/api/v1/seats", tag = "people",
    extensions(("x-actions" = json!(["manage-seats"]))),
    params(SeatAsk),
    responses((status = 200, body = Page<SeatView>, description = "Seats.")))]
pub(super) async fn list_seats(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Asked(asked): Asked<SeatAsk>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageSeats, Purpose::Administration)?;
    listed::<SeatView, _, _, _>(&app, &headers, who, move |cx| {
        require(&cx.actor, cx.purpose, Action::ManageSeats, &ResourceFacts::District)?;
        Ok::<_, Fail>(seats::of_role(cx, asked.role.0)?)
    })
    .await
}

/// One seat with its terms.
#[utoipa::path(get, path = "/api/v1/seats/{id}", tag = "people",
    extensions(("x-actions" = json!(["manage-seats"]))),
    params(("id" = Uuid, Path)),
    responses((status = 200, body = SeatDetail, description = "The seat; its tag begins with its version.")))]
pub(super) async fn show_seat(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageSeats, Purpose::Administration)?;
    let view = read(&app, who, move |cx| {
        require(&cx.actor, cx.purpose, Action::ManageSeats, &ResourceFacts::District)?;
        SeatDetail::load(cx, SeatId(id))
    })
    .await?;
    shown(&headers, Some(view.seat.version), &view)
}

/// A seat that is wanted. Nothing of a place set is the whole district.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSeatInput {
    role: RoleWord,
    #[schema(min_length = 1, max_length = 60, pattern = r"\S")]
    title: String,
    org: Option<Uuid>,
    area: Option<Uuid>,
    post: Option<Uuid>,
    /// The seat that is told when this one is late.
    reports_to: Option<Uuid>,
}

/// Makes an empty seat.
#[utoipa::path(post, path = "/api/v1/seats", tag = "people",
    extensions(("x-actions" = json!(["manage-seats"]))),
    request_body = NewSeatInput,
    responses((status = 201, body = SeatDetail, description = "Made.")))]
pub(super) async fn make_seat(
    caller: Caller,
    State(app): State<App>,
    Body { value, once }: Body<NewSeatInput>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageSeats, Purpose::Administration)?;
    make(&app, who, once, "/seats", move |cx| {
        require(&cx.actor, cx.purpose, Action::ManageSeats, &ResourceFacts::District)?;
        let at = WorkPlace { org: value.org, area: value.area, post: value.post };
        check_place(cx, &at, "org")?;
        let above = value.reports_to.map(SeatId);
        if let Some(seat) = above
            && let Err(people::Error::Store(store::Error::NotFound)) = seats::seat(cx, seat)
        {
            return Err(Fail::invalid("reports_to", "invalid-form"));
        }
        let new = NewSeat { role: value.role.0, place: at.into(), title: value.title, reports_to: above };
        let id = seats::create_seat(cx, &new)?;
        SeatDetail::load(cx, id)
    })
    .await
}

/// To whom a seat goes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HandOverInput {
    account: Uuid,
    /// Left out: now.
    at: Option<At>,
}

/// Changes the holder of a seat in one step: whatever the old holder owned there is the new one's.
#[utoipa::path(post, path = "/api/v1/seats/{id}/hand-over", tag = "people",
    extensions(("x-actions" = json!(["manage-terms"]))),
    params(("id" = Uuid, Path)),
    request_body = HandOverInput, responses((status = 200, body = SeatDetail, description = "As it is now.")))]
pub(super) async fn hand_seat_over(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Body { value, once }: Body<HandOverInput>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageTerms, Purpose::Administration)?;
    change(&app, who, once, move |cx| {
        let ground = desk::geography(cx)?;
        let to = account(cx, value.account)?;
        hand_over(cx, &ground, SeatId(id), to, value.at.map(|at| at.0))?;
        SeatDetail::load(cx, SeatId(id))
    })
    .await
}

/// An account that is named must be there.
fn account(cx: &mut Cx<'_>, id: Uuid) -> Result<AccountId, Fail> {
    let known = people::app::accounts::names(cx, &[AccountId(id)])?.contains_key(&AccountId(id));
    if known { Ok(AccountId(id)) } else { Err(Fail::invalid("account", "invalid-form")) }
}

/// Somebody is given a seat.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewTermInput {
    account: Uuid,
    kind: TermKindWord,
    /// Left out: now.
    from: Option<At>,
    /// The first instant that no longer counts; left out: without end.
    to: Option<At>,
}

/// Gives somebody a seat, or lets them stand in on it.
#[utoipa::path(post, path = "/api/v1/seats/{id}/terms", tag = "people",
    extensions(("x-actions" = json!(["manage-terms", "manage-deputies"]))),
    params(("id" = Uuid, Path)),
    request_body = NewTermInput, responses((status = 200, body = SeatDetail, description = "As it is now.")))]
pub(super) async fn begin_term(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Body { value, once }: Body<NewTermInput>,
) -> Result<Response, Fail> {
    let who = caller.who_any(&TERMS, Purpose::Administration)?;
    change(&app, who, once, move |cx| {
        let ground = desk::geography(cx)?;
        let new = NewTerm {
            seat: SeatId(id),
            account: account(cx, value.account)?,
            kind: value.kind.0,
            from: value.from.map(|at| at.0),
            to: value.to.map(|at| at.0),
            available_until: None,
        };
        terms::begin_term(cx, &ground, &new)?;
        SeatDetail::load(cx, SeatId(id))
    })
    .await
}

/// When a term ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EndTermInput {
    /// Left out: now.
    at: Option<At>,
}

/// Ends a term. From that instant the account has no right from it.
#[utoipa::path(post, path = "/api/v1/terms/{id}/end", tag = "people",
    extensions(("x-actions" = json!(["manage-terms", "manage-deputies"]))),
    params(("id" = Uuid, Path)),
    request_body = EndTermInput, responses((status = 204, description = "It ends then.")))]
pub(super) async fn end_term(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Body { value, once }: Body<EndTermInput>,
) -> Result<Response, Fail> {
    let who = caller.who_any(&TERMS, Purpose::Administration)?;
    act(&app, who, once, move |cx| {
        let ground = desk::geography(cx)?;
        Ok::<_, Fail>(terms::end_term(cx, &ground, TermId(id), value.at.map(|at| at.0))?)
    })
    .await
}
