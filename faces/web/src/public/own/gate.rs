//! Where the person's page meets the domains.

use super::view::{DemandLine, NowView, View};
use crate::looker::LookLine;
use crate::{App, Fail, Page, looker};
use kernel::{Actor, Purpose};
use people::app::consents::{self, Standing};
use people::app::{demands, links};
use people::model::person::Part;
use store::{Cx, Who};

/// Looks on one page.
const LOOKS: usize = 100;

/// The code as it stands in addresses: capitals in groups of four.
pub(crate) fn canonical(typed: &str) -> Result<String, Fail> {
    let code = kernel::text::normalise_code(typed).ok_or(Fail::NotFound)?;
    let chars: Vec<char> = code.chars().collect();
    Ok(chars.chunks(4).map(|c| c.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

/// The code as it is written in addresses, and whose page it opens.
pub(crate) async fn find(app: &App, typed: &str) -> Result<(String, links::Holder), Fail> {
    let code = canonical(typed)?;
    let asked = code.clone();
    let who = Who::new(Actor::public(app.district), Purpose::OwnRecord);
    let found = app.rt.read(who, move |cx| links::find_by_code(cx, &asked)).await;
    Ok((code, found?))
}

/// The holder of the link, about the record it is for.
pub(crate) fn holder(app: &App, found: links::Holder) -> Who {
    Who::new(Actor::subject(app.district, found.person), Purpose::OwnRecord)
}

pub(super) async fn view(
    app: &App,
    page: &Page,
    typed: &str,
    before: Option<i64>,
) -> Result<(String, links::Holder, View), Fail> {
    let (code, found) = find(app, typed).await?;
    let shown = page.clone();
    let view = app.rt.read(holder(app, found), move |cx| load(cx, &shown, found, before)).await?;
    Ok((code, found, view))
}

fn load(cx: &mut Cx<'_>, page: &Page, found: links::Holder, before: Option<i64>) -> Result<View, Fail> {
    let seen = audit::seen::by_person(cx, found.person)?;
    let later = seen.withheld_until.map(|until| page.t2("seen-later", "n", seen.withheld, "until", page.day(until)));
    let all = seen.looks.len();
    let mut lines: Vec<LookLine> = seen
        .looks
        .iter()
        .filter(|look| before.is_none_or(|n| look.n < n))
        .take(LOOKS + 1)
        .map(|look| LookLine {
            n: look.n,
            at: look.at,
            who: looker::who_for_raiser(page, &look.who),
            what: looker::what(page, &look.kind, &look.fields),
            why: why(page, &look.why),
            glass: is_break_glass(&look.why),
            reason: look.reason.clone(),
            others: Vec::new(),
        })
        .collect();
    let more = lines.len() > LOOKS;
    lines.truncate(LOOKS);
    let consents = [Part::Health, Part::Location]
        .into_iter()
        .map(|part| {
            Ok((page.tk("own-part-", part.code()), standing(page, consents::standing(cx, found.person, part)?)))
        })
        .collect::<people::Result<_>>()?;
    let demands = demands::told_to_subject(cx, found.person)?;
    let losses = lost::app::family::own(cx, found.person)?;
    let before =
        losses.before.iter().map(|(at, how)| format!("{} {}", page.day(*at), page.tk("lost-outcome-", how.code())));
    let before = before.collect();
    let now = losses.now.map(|now| now_view(cx, page, now)).transpose()?;
    Ok(View {
        guardian: found.guardian.is_some(),
        until: found.until,
        all,
        older: lines.last().filter(|_| more).map(|l| l.n),
        lines: looker::together(page, lines),
        later,
        consents,
        demands: demands.iter().map(|d| demand(page, d)).collect(),
        now,
        before,
    })
}

fn now_view(cx: &mut Cx<'_>, page: &Page, now: lost::app::family::OwnNow) -> Result<NowView, Fail> {
    let ground = places::snapshot(cx)?;
    let post = now.post.and_then(|id| ground.post(id));
    let phone = post.map(|p| p.phone.clone()).filter(|p| !p.is_empty());
    let kept = now.state == lost::model::State::Kept;
    Ok(NowView {
        number: now.number,
        state: now.state.code(),
        since: page.ago(now.since),
        place: post.filter(|_| kept).map(|p| [p.name.as_str(), p.address.as_str()].join(&page.t("list-comma"))),
        phone: phone.unwrap_or_else(|| page.phone().to_owned()),
        doctor: now.doctor_at.map(|at| page.by(at)),
    })
}

/// Why, as the person reads it: a matter is about them, it need not be theirs.
pub(crate) fn why(page: &Page, reason: &audit::looker::Reason) -> String {
    match reason {
        audit::looker::Reason::Matter(_) => page.t("own-why-matter"),
        other => looker::why(page, other, None),
    }
}

pub(crate) fn is_break_glass(reason: &audit::looker::Reason) -> bool {
    matches!(reason, audit::looker::Reason::Other(code) if code == "break_glass")
}

fn standing(page: &Page, standing: Standing) -> String {
    match standing {
        Standing::Given { review_on } => page.t1("own-consent-given", "day", page.day(review_on)),
        Standing::NotAsked => page.t("own-consent-none"),
        Standing::Respected { .. } | Standing::MayAsk => page.t("own-consent-refused"),
    }
}

pub(super) fn demand(page: &Page, d: &demands::Told) -> DemandLine {
    let parts: Vec<String> = d.parts.iter().map(|p| page.tk("record-part-", p.code())).collect();
    DemandLine {
        what: page.t2("own-demand-line", "who", &d.authority, "document", &d.document),
        parts: page.t2("own-demand-parts", "parts", parts.join(&page.t("list-comma")), "at", page.stamp(d.exported_at)),
    }
}
