//! Going through a week's sample: fine, ask the supervisor of whoever looked, or report. What was asked is answered by
//! that supervisor; open lines stay on the page until somebody has judged them.

use crate::looker::{Looker, Reason};
use crate::search::About;
use crate::{Error, Result, allow, me, search};
use kernel::ids::{AccountId, MatterId};
use kernel::{Moment, Role};
use people::app::roster::supervisor;
use people::model::{OwnerAnswer, Via};
use people::policy::{AccountFacts, Action, ResourceFacts, require};
use serde_json::json;
use store::{Cx, KeyClass, Row, Value, params};
use uuid::Uuid;

/// Longest answer, in characters.
pub const ANSWER_CHARS: usize = 500;

/// Where a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Open,
    /// The supervisor was asked.
    Asked,
    /// The supervisor has said why; to be judged.
    Answered,
    Fine,
    Reported,
}

impl State {
    pub const ALL: [Self; 5] = [Self::Open, Self::Asked, Self::Answered, Self::Fine, Self::Reported];
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Asked => "asked",
            Self::Answered => "answered",
            Self::Fine => "fine",
            Self::Reported => "reported",
        }
    }
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }
}

/// One view to be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub id: Uuid,
    pub read_n: i64,
    pub at: Moment,
    pub who: Looker,
    pub why: Reason,
    /// Kind of record.
    pub kind: String,
    pub fields: Vec<String>,
    pub number: Option<String>,
    /// The matter it was opened for, to be opened by those who may.
    pub matter: Option<MatterId>,
    pub state: State,
    pub changed_at: Moment,
    pub asked: Option<AccountId>,
    pub answer: Option<String>,
}

/// Lines of all weeks that nobody has judged yet, then the latest judged ones.
pub fn lines(cx: &mut Cx<'_>) -> Result<Vec<Line>> {
    allow(cx, Action::ReviewReadings)?;
    let of = |cx: &mut Cx<'_>, states: &str, limit: usize| {
        let sql = format!(
            "{SELECT} WHERE v.district_id = $1 AND v.state IN ({states}) ORDER BY v.changed_at DESC, v.read_n LIMIT {limit}"
        );
        let district = cx.district();
        read(cx, &sql, params![district])
    };
    let mut all = of(cx, "'answered', 'open', 'asked'", 200)?;
    all.extend(of(cx, "'fine', 'reported'", 50)?);
    Ok(all)
}

/// How many wait to be judged.
pub fn waiting(cx: &mut Cx<'_>) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS n FROM audit_review WHERE district_id = $1 AND state IN ('open', 'answered')";
    Ok(cx.query_one(sql, params![cx.district()])?.i64("n")?)
}

/// How many questions wait for my answer; none for whoever is not signed in.
pub fn asked_of_me(cx: &mut Cx<'_>) -> Result<i64> {
    let Some(account) = cx.actor.account_id() else { return Ok(0) };
    let sql = "SELECT COUNT(*) AS n FROM audit_review WHERE asked = $1 AND state = 'asked'";
    Ok(cx.query_one(sql, params![account])?.i64("n")?)
}

/// What I was asked, unanswered first.
pub fn questions(cx: &mut Cx<'_>) -> Result<Vec<Line>> {
    let account = me(cx)?;
    require(&cx.actor, cx.purpose, Action::AnswerReview, &own(account))?;
    let sql =
        format!("{SELECT} WHERE v.asked = $1 AND v.district_id = $2 ORDER BY v.state, v.changed_at DESC LIMIT 100");
    let district = cx.district();
    let mut lines = read(cx, &sql, params![account, district])?;
    lines.sort_by_key(|l| l.state != State::Asked);
    Ok(lines)
}

/// What the audit has reported.
pub fn reported(cx: &mut Cx<'_>) -> Result<Vec<Line>> {
    allow(cx, Action::HearReports)?;
    let sql =
        format!("{SELECT} WHERE v.district_id = $1 AND v.state = 'reported' ORDER BY v.changed_at DESC LIMIT 100");
    let district = cx.district();
    read(cx, &sql, params![district])
}

const fn own(account: AccountId) -> ResourceFacts {
    ResourceFacts::Account(AccountFacts { id: account, areas: Vec::new(), posts: Vec::new(), orgs: Vec::new() })
}

/// Judges a line. `Asked` goes to the supervisor of whoever looked, `Reported` to the coordinators and the security
/// administrator.
pub fn judge(cx: &mut Cx<'_>, id: Uuid, to: State) -> Result<()> {
    allow(cx, Action::ReviewReadings)?;
    let row = for_change(cx, id)?;
    let from = state(&row)?;
    let legal = match to {
        State::Fine | State::Reported => matches!(from, State::Open | State::Asked | State::Answered),
        State::Asked => matches!(from, State::Open | State::Answered),
        State::Open | State::Answered => false,
    };
    if !legal {
        return Err(Error::Refused("judged-already"));
    }
    let read_n = row.i64("read_n")?;
    let asked = if to == State::Asked { Some(whom_to_ask(cx, read_n)?) } else { row.opt_id("asked")? };
    let sql = "UPDATE audit_review SET state = $1, changed_at = $2, reviewer = $3, asked = $4 WHERE id = $5";
    cx.execute(sql, params![to.code(), cx.now, me(cx)?, asked, id])?;
    cx.record(
        &format!("review.{}", to.code()),
        "review",
        id,
        &json!({ "read": read_n, "from": from.code(), "asked": asked }),
    )?;
    let (number, key) = (read_n.to_string(), format!("{id}/{}", cx.now.micros()));
    match to {
        State::Asked => {
            if let Some(account) = asked {
                alerts::app::notices::tell_desk(cx, account, "audit_question", &number, &key)?;
            }
        }
        State::Reported => {
            for account in people::app::staff::holders_of(cx, &[Role::Coordinator, Role::SecurityAdmin])? {
                alerts::app::notices::tell_desk(cx, account, "audit_report", &number, &key)?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// The supervisor says why it was looked at. Kept under a key of its own, not in the log.
pub fn answer(cx: &mut Cx<'_>, id: Uuid, text: &str) -> Result<()> {
    let row = for_change(cx, id)?;
    let asked: AccountId = row.opt_id("asked")?.ok_or(store::Error::NotFound)?;
    require(&cx.actor, cx.purpose, Action::AnswerReview, &own(asked))?;
    if state(&row)? != State::Asked {
        return Err(Error::Refused("answered-already"));
    }
    let text = kernel::text::tidy(text);
    if text.is_empty() || text.chars().count() > ANSWER_CHARS {
        return Err(Error::Invalid { field: "answer", why: "answer" });
    }
    let sealed = cx.seal(KeyClass::Text, id, text.as_bytes())?;
    let sql = "UPDATE audit_review SET state = 'answered', changed_at = $1, answer = $2 WHERE id = $3";
    cx.execute(sql, params![cx.now, sealed, id])?;
    let read_n = row.i64("read_n")?;
    cx.record("review.answered", "review", id, &json!({ "read": read_n }))?;
    let key = format!("{id}/{}", cx.now.micros());
    for account in people::app::staff::holders_of(cx, &[Role::AuditAdmin])? {
        alerts::app::notices::tell_desk(cx, account, "audit_answered", &read_n.to_string(), &key)?;
    }
    Ok(())
}

/// The supervisor of the seat that was held when it was looked at, or now; never whoever looked.
fn whom_to_ask(cx: &mut Cx<'_>, read_n: i64) -> Result<AccountId> {
    let sql = "SELECT at, actor FROM audit_read WHERE n = $1 AND district_id = $2";
    let row = cx.query_one(sql, params![read_n, cx.district()])?;
    let looker = Looker::account_of(&row.text("actor")?).ok_or(Error::Refused("no-person"))?;
    let at = row.moment("at")?;
    let terms = people::app::terms::of_account(cx, looker)?;
    let held = terms.iter().find(|(t, _)| t.runs(at)).or_else(|| terms.iter().find(|(t, _)| t.runs(cx.now)));
    if let Some((term, _)) = held {
        let seat = people::app::seats::seat(cx, term.seat)?;
        let (posts, areas): (Vec<_>, Vec<_>) =
            (seat.place.post.into_iter().collect(), seat.place.area.into_iter().collect());
        let below = OwnerAnswer { account: looker, seat: seat.id, via: Via::Holder };
        for level in [1, 2] {
            let up = supervisor(cx, below, level, &posts, &areas)?;
            if up.account != looker {
                return Ok(up.account);
            }
        }
    }
    let coordinators = people::app::staff::holders_of(cx, &[Role::Coordinator])?;
    coordinators.into_iter().find(|a| *a != looker).ok_or(Error::Refused("nobody-to-ask"))
}

fn for_change(cx: &mut Cx<'_>, id: Uuid) -> Result<Row> {
    cx.lock("review")?;
    let sql = "SELECT read_n, state, asked FROM audit_review WHERE id = $1 AND district_id = $2";
    Ok(cx.query_one(sql, params![id, cx.district()])?)
}

fn state(row: &Row) -> Result<State> {
    let code = row.text("state")?;
    State::from_code(&code).ok_or_else(|| store::Error::Column(format!("state {code}")).into())
}

const SELECT: &str = "SELECT v.id, v.read_n, v.state, v.changed_at, v.asked, v.answer, a.at, a.actor, a.purpose, \
                      a.subject_kind, a.subject, a.fields FROM audit_review v JOIN audit_read a ON a.n = v.read_n";

fn read(cx: &mut Cx<'_>, sql: &str, params: &[Value]) -> Result<Vec<Line>> {
    let rows = cx.query(sql, params)?;
    let mut about = About::default();
    for row in &rows {
        about.note(&row.text("subject_kind")?, row.uuid("subject")?, &Reason::of(&row.text("purpose")?));
    }
    let numbers = about.numbers(cx)?;
    let mut lines = Vec::with_capacity(rows.len());
    for row in &rows {
        let (id, at, read_n) = (row.uuid("id")?, row.moment("at")?, row.i64("read_n")?);
        let why = Reason::of(&row.text("purpose")?);
        let kind = row.text("subject_kind")?;
        let answer = match row.opt_blob("answer")? {
            Some(sealed) => Some(cx.open_text(KeyClass::Text, id, &sealed)?),
            None => None,
        };
        lines.push(Line {
            id,
            read_n,
            at,
            who: Looker::of(cx, &row.text("actor")?, at)?,
            number: numbers.number(&kind, row.uuid("subject")?, &why),
            matter: search::matter_of(cx, read_n)?,
            why,
            kind,
            fields: row.text("fields")?.split(',').filter(|f| !f.is_empty()).map(str::to_owned).collect(),
            state: state(row)?,
            changed_at: row.moment("changed_at")?,
            asked: row.opt_id("asked")?,
            answer,
        });
    }
    Ok(lines)
}
