//! Who answers: looked up in the terms of now, decided by the pure functions of `model::owner`.

use super::{marks, seats, terms};
use crate::model::owner::CatchAllSeat;
use crate::model::{OwnerAnswer, Roster, Term, TermKind, Via, effective_owner};
use crate::{Error, Result};
use kernel::ids::{AccountId, AreaId, OrgId, PostId, SeatId};
use kernel::{Moment, Role};
use store::{Cx, Row, Value, params};

/// The terms of these seats and of the catch-all seats of these areas and of the district, past and future included.
///
/// # Errors
/// `LastCatchAll` when the district is not open (see R1).
pub fn roster(cx: &mut Cx<'_>, of: &[SeatId], areas: &[AreaId]) -> Result<Roster> {
    let mut rows = Vec::new();
    if !of.is_empty() {
        let sql = format!("{SELECT} AND s.id IN ({})", marks(3, of.len()));
        let mut params = vec![Value::from(cx.district()), Value::from(true)];
        params.extend(of.iter().map(|s| Value::from(*s)));
        rows = cx.query(&sql, &params)?;
    }
    rows.extend(catch_all_rows(cx, areas)?);
    build(&rows)
}

const SELECT: &str = "SELECT t.id AS term_id, t.seat_id, t.account_id, t.kind, t.from_at, t.to_at, t.available_until, \
     a.status, s.role, s.org_id, s.area_id, s.post_id \
     FROM seat s JOIN term t ON t.seat_id = s.id JOIN account a ON a.id = t.account_id \
     WHERE s.district_id = $1 AND s.is_open = $2";

fn catch_all_rows(cx: &mut Cx<'_>, areas: &[AreaId]) -> Result<Vec<Row>> {
    let mut params = params![cx.district(), true, Role::CatchAll.code()].to_vec();
    params.extend(areas.iter().map(|a| Value::from(*a)));
    let in_areas =
        if areas.is_empty() { String::new() } else { format!(" OR s.area_id IN ({})", marks(4, areas.len())) };
    Ok(cx.query(&format!("{SELECT} AND s.role = $3 AND (s.area_id IS NULL{in_areas})"), &params)?)
}

fn build(rows: &[Row]) -> Result<Roster> {
    let mut all: Vec<Term> = Vec::with_capacity(rows.len());
    let mut catch_alls: Vec<CatchAllSeat> = Vec::new();
    for row in rows {
        let term = terms::read(row)?;
        if seats::role(row)? == Role::CatchAll {
            let seat = CatchAllSeat { seat: term.seat, area: seats::place(row)?.area };
            if !catch_alls.contains(&seat) {
                catch_alls.push(seat);
            }
        }
        if !all.iter().any(|t| t.id == term.id) {
            all.push(term);
        }
    }
    Roster::new(all, catch_alls).map_err(|_| Error::LastCatchAll)
}

/// The effective owner of one matter at `at`.
pub fn owner_at(
    cx: &mut Cx<'_>,
    seat: Option<SeatId>,
    account: Option<AccountId>,
    areas: &[AreaId],
    at: Moment,
) -> Result<OwnerAnswer> {
    let roster = roster(cx, seat.as_slice(), areas)?;
    Ok(effective_owner(seat, account, &roster, areas, at))
}

/// For whom something new is.
#[derive(Debug, Clone, Default)]
pub struct Want {
    /// Roles that take it, the best first.
    pub roles: Vec<Role>,
    /// Only people of this body.
    pub org: Option<OrgId>,
    /// The post and the posts above it, nearest first.
    pub posts: Vec<PostId>,
    /// The area and everything above it, innermost first.
    pub areas: Vec<AreaId>,
    /// Spreads work over several seats of the same kind; e.g. part of the matter's id.
    pub spread: u64,
}

/// A seat with somebody on it, and where it is.
struct Sitting {
    answer: OwnerAnswer,
    role: Role,
    org: Option<OrgId>,
    area: Option<AreaId>,
    post: Option<PostId>,
}

/// The seat that takes something new, with the account that sits on it now: of the body asked for, else of the nearest
/// post, else of the innermost area, else the catch-all. Never a seat on which nobody sits.
pub fn find_owner(cx: &mut Cx<'_>, want: &Want) -> Result<OwnerAnswer> {
    let found = match want.org {
        Some(org) => pick(&sitting(cx, "s.org_id", &[org.0], &want.roles)?, want, |s| s.org == Some(org)),
        None => None,
    };
    if let Some(found) = found {
        return Ok(found);
    }
    if !want.posts.is_empty() {
        let ids: Vec<_> = want.posts.iter().map(|p| p.0).collect();
        let here = sitting(cx, "s.post_id", &ids, &want.roles)?;
        if let Some(found) = want.posts.iter().find_map(|p| pick(&here, want, |s| s.post == Some(*p))) {
            return Ok(found);
        }
    }
    if !want.areas.is_empty() {
        let ids: Vec<_> = want.areas.iter().map(|a| a.0).collect();
        let here = sitting(cx, "s.area_id", &ids, &want.roles)?;
        if let Some(found) =
            want.areas.iter().find_map(|a| pick(&here, want, |s| s.area == Some(*a) && s.post.is_none()))
        {
            return Ok(found);
        }
    }
    owner_at(cx, None, None, &want.areas, cx.now)
}

fn sitting(cx: &mut Cx<'_>, column: &str, ids: &[uuid::Uuid], roles: &[Role]) -> Result<Vec<Sitting>> {
    let (now, mut params) = (cx.now, params![cx.district(), true, cx.now].to_vec());
    params.extend(ids.iter().map(|id| Value::Uuid(*id)));
    let sql = format!(
        "{SELECT} AND {column} IN ({}) AND t.from_at <= $3 AND (t.to_at IS NULL OR t.to_at > $3) \
         ORDER BY s.id, t.from_at, t.id",
        marks(4, ids.len())
    );
    let mut out: Vec<Sitting> = Vec::new();
    for row in cx.query(&sql, &params)? {
        let (term, role, place) = (terms::read(&row)?, seats::role(&row)?, seats::place(&row)?);
        if !roles.contains(&role) || !term.serves(now) {
            continue;
        }
        let holder = term.kind == TermKind::Holder;
        let via = if holder { Via::Holder } else { Via::Deputy };
        let answer = OwnerAnswer { account: term.account, seat: term.seat, via };
        match out.iter_mut().find(|s| s.answer.seat == term.seat) {
            Some(known) if holder && known.answer.via == Via::Deputy => known.answer = answer,
            Some(_) => {}
            None => out.push(Sitting { answer, role, org: place.org, area: place.area, post: place.post }),
        }
    }
    Ok(out)
}

/// The best role that somebody here has; among several such seats, by `spread`.
fn pick(here: &[Sitting], want: &Want, keep: impl Fn(&Sitting) -> bool) -> Option<OwnerAnswer> {
    want.roles.iter().find_map(|role| {
        let seats: Vec<&Sitting> = here.iter().filter(|s| s.role == *role && keep(s)).collect();
        let n = u64::try_from(seats.len()).ok().filter(|n| *n > 0)?;
        seats.get(usize::try_from(want.spread % n).unwrap_or(0)).map(|s| s.answer)
    })
}

/// Who is told when something is late: level 1 is the supervisor of the seat, level 2 the next one up. The seat's own
/// line (`reports_to`) counts first, then heads of the posts, then coordinators, then the district's catch-all. It is
/// never the owner, unless nobody else is there.
pub fn supervisor(
    cx: &mut Cx<'_>,
    owner: OwnerAnswer,
    level: u8,
    posts: &[PostId],
    areas: &[AreaId],
) -> Result<OwnerAnswer> {
    let mut told = owner;
    for _ in 0..level.max(1) {
        told = one_up(cx, told, owner.account, posts, areas)?;
    }
    Ok(told)
}

fn one_up(
    cx: &mut Cx<'_>,
    below: OwnerAnswer,
    owner: AccountId,
    posts: &[PostId],
    areas: &[AreaId],
) -> Result<OwnerAnswer> {
    let line = seats::seat(cx, below.seat)?;
    if let Some(up) = line.reports_to {
        let roster = roster(cx, &[up], areas)?;
        if let Some(t) = roster.sitting(up, cx.now).filter(|t| t.account != owner && t.account != below.account) {
            return Ok(OwnerAnswer { account: t.account, seat: up, via: Via::Holder });
        }
    }
    let is_up = |found: &OwnerAnswer| found.account != owner && found.account != below.account;
    if line.role != Role::PostHead && line.role != Role::Coordinator {
        let want =
            Want { roles: vec![Role::PostHead], posts: posts.to_vec(), areas: areas.to_vec(), ..Want::default() };
        let found = find_owner(cx, &want)?;
        if !matches!(found.via, Via::CatchAll(_)) && is_up(&found) {
            return Ok(found);
        }
    }
    let want = Want { roles: vec![Role::Coordinator], areas: areas.to_vec(), ..Want::default() };
    let near = find_owner(cx, &want)?;
    if !matches!(near.via, Via::CatchAll(_)) && is_up(&near) {
        return Ok(near);
    }
    for seat in seats::of_role(cx, Role::Coordinator)? {
        let roster = roster(cx, &[seat.id], &[])?;
        if let Some(t) = roster.sitting(seat.id, cx.now).filter(|t| t.account != owner && t.account != below.account) {
            return Ok(OwnerAnswer { account: t.account, seat: seat.id, via: Via::Holder });
        }
    }
    owner_at(cx, None, None, &[], cx.now)
}

/// What an account answers for now; for "my matters" in a list query: the owner seat is one of `seats`, or it is one of
/// `vacant` and the area lies under one of `catch_all` (then the effective owner still decides, since a nearer
/// catch-all comes first).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Duties {
    /// Seats held or deputised.
    pub seats: Vec<SeatId>,
    /// Areas whose catch-all the account is; `None` stands for the district.
    pub catch_all: Vec<Option<AreaId>>,
    /// Seats on which nobody sits now; only for a catch-all.
    pub vacant: Vec<SeatId>,
}

pub fn duties(cx: &mut Cx<'_>, account: AccountId) -> Result<Duties> {
    let mut duties = Duties::default();
    let sql = format!("{SELECT} AND t.account_id = $3 AND t.from_at <= $4 AND (t.to_at IS NULL OR t.to_at > $4)");
    for row in cx.query(&sql, params![cx.district(), true, account, cx.now])? {
        let term = terms::read(&row)?;
        if !term.runs(cx.now) {
            continue;
        }
        duties.seats.push(term.seat);
        if seats::role(&row)? == Role::CatchAll {
            duties.catch_all.push(seats::place(&row)?.area);
        }
    }
    if !duties.catch_all.is_empty() {
        let sql = "SELECT s.id FROM seat s WHERE s.district_id = $1 AND NOT EXISTS (SELECT 1 FROM term t \
                   JOIN account a ON a.id = t.account_id WHERE t.seat_id = s.id AND a.status = 'active' \
                   AND t.from_at <= $2 AND (t.to_at IS NULL OR t.to_at > $2) \
                   AND (t.available_until IS NULL OR t.available_until > $2)) ORDER BY s.id";
        let rows = cx.query(sql, params![cx.district(), cx.now])?;
        duties.vacant = rows.iter().map(|r| r.id("id")).collect::<std::result::Result<_, _>>()?;
    }
    Ok(duties)
}
