//! How people sign in to this district, as the security administrator has set it: who must have a second factor, how
//! many devices at once, how long a session lasts. Until somebody sets them, the strict defaults hold.

use super::allow;
use crate::policy::{Action, ResourceFacts};
use crate::{Error, Result};
use kernel::{Actor, Moment, Role};
use serde_json::json;
use store::{Cx, Row, params};

/// The rules of one district. Times marked ° in DOMAIN.md.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInRules {
    /// Whoever holds one of these roles signs in with a second factor.
    pub factor_roles: Vec<Role>,
    /// Devices signed in at once; one more ends the one that was used longest ago. 0: no limit.
    pub max_sessions: i64,
    /// Minutes without use after which a session ends.
    pub idle_minutes: i64,
    /// Hours after which it ends whatever happens.
    pub life_hours: i64,
    /// Minutes for which a proof of oneself counts ([`super::fresh`]).
    pub fresh_minutes: i64,
    pub version: i64,
}

impl Default for SignInRules {
    fn default() -> Self {
        Self {
            factor_roles: vec![Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin],
            max_sessions: 3,
            idle_minutes: 12 * 60,
            life_hours: 14 * 24,
            fresh_minutes: 5,
            version: 0,
        }
    }
}

/// Columns of [`read`], from a `LEFT JOIN sign_in_rule r`.
pub(crate) const COLUMNS: &str =
    "r.factor_roles, r.max_sessions, r.idle_minutes, r.life_hours, r.fresh_minutes, r.version AS rule_version";

/// Longest times that can be set: a session does not outlive a fortnight, a proof not half an hour.
const LIMITS: [(&str, i64, i64); 4] =
    [("max_sessions", 0, 50), ("idle_minutes", 5, 24 * 60), ("life_hours", 1, 14 * 24), ("fresh_minutes", 1, 30)];

impl SignInRules {
    /// Does this account have to sign in with a second factor now?
    pub fn need_factor(&self, actor: &Actor) -> bool {
        self.factor_roles.iter().any(|role| actor.has(*role))
    }

    /// Until when a proof made at `at` counts; `None` when it no longer does.
    pub(crate) fn fresh_until(&self, at: Option<Moment>, now: Moment) -> Option<Moment> {
        at.map(|at| at.plus_minutes(self.fresh_minutes)).filter(|until| *until > now)
    }

    const fn numbers(&self) -> [i64; 4] {
        [self.max_sessions, self.idle_minutes, self.life_hours, self.fresh_minutes]
    }
}

/// From a row of the joined table; the defaults where nothing was set.
pub(crate) fn read(row: &Row) -> Result<SignInRules> {
    let Some(roles) = row.opt_text("factor_roles")? else { return Ok(SignInRules::default()) };
    Ok(SignInRules {
        factor_roles: roles.split(' ').filter_map(Role::from_code).collect(),
        max_sessions: row.i64("max_sessions")?,
        idle_minutes: row.i64("idle_minutes")?,
        life_hours: row.i64("life_hours")?,
        fresh_minutes: row.i64("fresh_minutes")?,
        version: row.i64("rule_version")?,
    })
}

/// The rules that hold now. Everybody may know them.
pub fn sign_in_rules(cx: &mut Cx<'_>) -> Result<SignInRules> {
    let sql = format!("SELECT {COLUMNS} FROM sign_in_rule r WHERE r.district_id = $1");
    cx.query_opt(&sql, params![cx.district()])?.as_ref().map_or_else(|| Ok(SignInRules::default()), read)
}

/// Sets them; `version` is the one that was seen. They count from the next click of everybody.
pub fn set_sign_in_rules(cx: &mut Cx<'_>, rules: &SignInRules) -> Result<()> {
    allow(cx, Action::ManageSignIn, &ResourceFacts::District)?;
    for ((field, least, most), n) in LIMITS.into_iter().zip(rules.numbers()) {
        if n < least || n > most {
            return Err(Error::Invalid { field, why: "range" });
        }
    }
    let before = sign_in_rules(cx)?;
    if before.version != rules.version {
        return Err(Error::Stale { seen: rules.version, current: before.version });
    }
    let roles = rules.factor_roles.iter().map(|r| r.code()).collect::<Vec<_>>().join(" ");
    let [sessions, idle, life, fresh] = rules.numbers();
    let done = cx.execute(
        "INSERT INTO sign_in_rule (district_id, factor_roles, max_sessions, idle_minutes, life_hours, fresh_minutes, \
         version) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (district_id) DO UPDATE SET factor_roles = $2, \
         max_sessions = $3, idle_minutes = $4, life_hours = $5, fresh_minutes = $6, version = $7 \
         WHERE sign_in_rule.version = $8",
        params![cx.district(), &roles, sessions, idle, life, fresh, rules.version + 1, rules.version],
    )?;
    if done == 0 {
        return Err(Error::Stale { seen: rules.version, current: sign_in_rules(cx)?.version });
    }
    let payload = json!({
        "factor_roles": roles, "max_sessions": sessions, "idle_minutes": idle, "life_hours": life,
        "fresh_minutes": fresh,
    });
    cx.record("sign-in.rules", "district", cx.district().0, &payload)?;
    Ok(())
}
