//! Finding colleagues by name, pinyin, initials or login, within one's own places.

use super::{Geography, place_facts, seats};
use crate::Result;
use crate::model::{Place, TermKind};
use crate::policy::{AccountFacts, Action, ResourceFacts, decide};
use kernel::ids::{AccountId, AreaId, OrgId, PostId, SeatId};
use kernel::{Role, text};
use store::{Cx, Value, params};

/// What to look for; nothing set lists everybody one may see.
#[derive(Debug, Clone, Default)]
pub struct StaffQuery {
    /// Part of a name, the beginning of its pinyin or initials, or of a login.
    pub text: String,
    pub role: Option<Role>,
    pub org: Option<OrgId>,
    pub post: Option<PostId>,
    pub area: Option<AreaId>,
    /// Also those who hold no seat now, and suspended accounts (for administrators).
    pub everybody: bool,
    /// 0 stands for 50; at most 500.
    pub limit: usize,
}

/// One person with the seats held now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffLine {
    pub account: AccountId,
    pub login: String,
    pub display_name: String,
    pub phone_ext: Option<String>,
    pub active: bool,
    pub seats: Vec<StaffSeat>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffSeat {
    pub seat: SeatId,
    pub role: Role,
    pub title: String,
    pub place: Place,
    pub deputy: bool,
    pub org_name: Option<String>,
}

/// A pattern for `LIKE`, with its own signs taken literally.
fn like(text: &str, anywhere: bool) -> String {
    let literal = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    if anywhere { format!("%{literal}%") } else { format!("{literal}%") }
}

/// Colleagues that match, by name; each one is visible by the same rule as everywhere (`ViewStaff`).
pub fn search_staff(cx: &mut Cx<'_>, geography: &dyn Geography, query: &StaffQuery) -> Result<Vec<StaffLine>> {
    let limit = if query.limit == 0 { 50 } else { query.limit.min(500) };
    // Where only a name is looked for, almost everybody who is read is shown.
    let narrow = query.role.is_some() || query.org.is_some() || query.post.is_some() || query.area.is_some();
    let at_once = if narrow { i64::MAX } else { i64::try_from(2 * limit).unwrap_or(i64::MAX) };
    let (mut out, mut skip) = (Vec::new(), 0);
    loop {
        let (lines, read) = some_staff(cx, query, (skip, at_once))?;
        let here = lines.into_iter().filter(|line| query.everybody || !line.seats.is_empty());
        out.extend(here.filter(|line| matches(geography, query, line) && visible(cx, geography, line)));
        if out.len() >= limit || read < at_once {
            out.truncate(limit);
            return Ok(out);
        }
        skip += read;
    }
}

/// Accounts that are called so, by name, with the seats they hold now; and how many were read.
fn some_staff(cx: &mut Cx<'_>, query: &StaffQuery, (skip, most): (i64, i64)) -> Result<(Vec<StaffLine>, i64)> {
    let typed = text::narrow(&query.text).trim().to_lowercase();
    let sql = "SELECT a.id, a.login, a.display_name, a.phone_ext, a.status, s.id AS seat_id, s.role, s.title, s.org_id, \
         s.area_id, s.post_id, t.kind, o.name AS org_name FROM (SELECT id, login, display_name, phone_ext, status, name_pinyin, \
         name_key FROM account WHERE district_id = $1 AND (name_key LIKE $3 ESCAPE '\\' OR name_pinyin LIKE $4 ESCAPE '\\' \
         OR name_initials LIKE $4 ESCAPE '\\' OR login_key LIKE $4 ESCAPE '\\') AND status IN ('active', $5) \
         ORDER BY name_pinyin, name_key, id LIMIT $6 OFFSET $7) a \
         LEFT JOIN term t ON t.account_id = a.id AND t.from_at <= $2 AND (t.to_at IS NULL OR t.to_at > $2) \
         LEFT JOIN seat s ON s.id = t.seat_id LEFT JOIN org o ON o.id = s.org_id \
         ORDER BY a.name_pinyin, a.name_key, a.id, t.from_at";
    let compact: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let suspended = if query.everybody { "suspended" } else { "active" };
    let params = params![cx.district(), cx.now, like(&typed, true), like(&compact, false), suspended, most, skip];
    let mut found: Vec<StaffLine> = Vec::new();
    for row in cx.query(sql, params)? {
        let id: AccountId = row.id("id")?;
        if found.last().is_none_or(|line| line.account != id) {
            found.push(StaffLine {
                account: id,
                login: row.text("login")?,
                display_name: row.text("display_name")?,
                phone_ext: row.opt_text("phone_ext")?,
                active: row.text("status")? == "active",
                seats: Vec::new(),
            });
        }
        let Some((line, seat)) = found.last_mut().zip(row.opt_id("seat_id")?) else { continue };
        line.seats.push(StaffSeat {
            seat,
            role: seats::role(&row)?,
            title: row.text("title")?,
            place: seats::place(&row)?,
            deputy: row.text("kind")? == TermKind::Deputy.code(),
            org_name: row.opt_text("org_name")?,
        });
    }
    let read = i64::try_from(found.len()).unwrap_or(i64::MAX);
    Ok((found, read))
}

fn matches(geography: &dyn Geography, query: &StaffQuery, line: &StaffLine) -> bool {
    if query.role.is_none() && query.org.is_none() && query.post.is_none() && query.area.is_none() {
        return true;
    }
    line.seats.iter().any(|s| {
        let at = place_facts(geography, &s.place);
        query.role.is_none_or(|r| s.role == r)
            && query.org.is_none_or(|o| s.place.org == Some(o))
            && query.post.is_none_or(|p| at.posts.contains(&p))
            && query.area.is_none_or(|a| at.areas.contains(&a))
    })
}

fn visible(cx: &Cx<'_>, geography: &dyn Geography, line: &StaffLine) -> bool {
    let mut facts = AccountFacts { id: line.account, areas: vec![], posts: vec![], orgs: vec![] };
    for seat in &line.seats {
        let at = place_facts(geography, &seat.place);
        facts.areas.extend(at.areas);
        facts.posts.extend(at.posts);
        facts.orgs.extend(seat.place.org);
    }
    decide(&cx.actor, cx.purpose, Action::ViewStaff, &ResourceFacts::Account(facts)).is_allowed()
}

/// What an account was at an instant: for the log, where the present does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stood {
    pub name: String,
    /// The seat held then, if any; the holder's before a deputy's.
    pub role: Option<Role>,
    pub seat: Option<String>,
    pub org: Option<String>,
}

/// Who an account was at an instant, in the words of seats and bodies. For pages that say who looked; no rights follow
/// from it.
pub fn stood(cx: &mut Cx<'_>, account: AccountId, at: kernel::Moment) -> Result<Option<Stood>> {
    let sql = "SELECT a.display_name, s.role, s.title, o.name AS org FROM account a \
               LEFT JOIN term t ON t.account_id = a.id AND t.from_at <= $2 AND (t.to_at IS NULL OR t.to_at > $2) \
               LEFT JOIN seat s ON s.id = t.seat_id LEFT JOIN org o ON o.id = s.org_id \
               WHERE a.id = $1 AND a.district_id = $3 ORDER BY t.kind DESC, t.from_at, t.id";
    let row = cx.query_opt(sql, params![account, at, cx.district()])?;
    row.map(|r| {
        let role = r.opt_text("role")?.and_then(|code| Role::from_code(&code));
        Ok(Stood { name: r.text("display_name")?, role, seat: r.opt_text("title")?, org: r.opt_text("org")? })
    })
    .transpose()
}

/// Accounts that hold one of these roles now, in no particular place; for notices to a group.
pub fn holders_of(cx: &mut Cx<'_>, roles: &[Role]) -> Result<Vec<AccountId>> {
    if roles.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT DISTINCT t.account_id FROM term t JOIN seat s ON s.id = t.seat_id JOIN account a ON a.id = t.account_id \
         WHERE t.district_id = $1 AND a.status = 'active' AND t.from_at <= $2 AND (t.to_at IS NULL OR t.to_at > $2) \
         AND s.role IN ({}) ORDER BY t.account_id",
        super::marks(3, roles.len())
    );
    let mut params = params![cx.district(), cx.now].to_vec();
    params.extend(roles.iter().map(|r| Value::from(r.code())));
    cx.query(&sql, &params)?.iter().map(|r| Ok(r.id("account_id")?)).collect()
}

/// Who sits on a seat now, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sitting {
    pub account: AccountId,
    pub role: Role,
    pub place: Place,
    /// Until when they said that they are available.
    pub until: Option<kernel::Moment>,
}

/// Everybody who holds one of these roles and is available now, with the place of the seat: for a call to those near by.
pub fn sitting(cx: &mut Cx<'_>, roles: &[Role]) -> Result<Vec<Sitting>> {
    let sql = format!(
        "SELECT t.account_id, t.available_until, s.role, s.org_id, s.area_id, s.post_id FROM seat s JOIN term t ON t.seat_id = s.id \
         JOIN account a ON a.id = t.account_id WHERE s.district_id = $1 AND s.is_open = $2 AND a.status = 'active' \
         AND t.from_at <= $3 AND (t.to_at IS NULL OR t.to_at > $3) \
         AND (t.available_until IS NULL OR t.available_until > $3) AND s.role IN ({}) ORDER BY t.account_id, s.id",
        super::marks(4, roles.len())
    );
    let mut params = params![cx.district(), true, cx.now].to_vec();
    params.extend(roles.iter().map(|r| Value::from(r.code())));
    let rows = cx.query(&sql, &params)?;
    rows.iter()
        .map(|r| {
            Ok(Sitting {
                account: r.id("account_id")?,
                role: super::seats::role(r)?,
                place: super::seats::place(r)?,
                until: r.opt_moment("available_until")?,
            })
        })
        .collect()
}

/// Who works for a body now.
pub fn of_org(cx: &mut Cx<'_>, org: kernel::ids::OrgId) -> Result<Vec<AccountId>> {
    let sql = "SELECT DISTINCT t.account_id FROM seat s JOIN term t ON t.seat_id = s.id JOIN account a ON a.id = t.account_id \
               WHERE s.district_id = $1 AND s.org_id = $2 AND s.is_open = $3 AND a.status = 'active' AND t.from_at <= $4 \
               AND (t.to_at IS NULL OR t.to_at > $4) ORDER BY t.account_id";
    let rows = cx.query(sql, params![cx.district(), org, true, cx.now])?;
    rows.iter().map(|r| Ok(r.id("account_id")?)).collect()
}
