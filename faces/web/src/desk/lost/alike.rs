//! Cases of the other kind that may be about the same elder, above the people of the registry: what a reader may see of each.

use super::known::evidence;
use crate::{Fail, Page, fmt};
use lost::app::{Alike, Alikes};
use lost::model::Kind;
use store::Cx;

/// A case that may be about the same elder.
pub(super) struct AlikeView {
    pub number: String,
    /// For whoever may view it.
    pub href: Option<String>,
    pub since: String,
    pub since_machine: String,
    pub area: Option<String>,
    /// Whom to call about it.
    pub post: Option<(String, String)>,
    pub about: Vec<String>,
    pub evidence: Vec<(String, bool)>,
    /// Id and version, when it can be joined.
    pub join: Option<(String, i64)>,
}

pub(super) struct AlikesView {
    /// A family misses them; else somebody found them.
    pub missing: bool,
    pub shown: Vec<AlikeView>,
    pub more: usize,
}

/// `kind`: of the case that is looked at.
pub(super) fn view(cx: &mut Cx<'_>, page: &Page, kind: Kind, all: Alikes) -> Result<AlikesView, Fail> {
    let ground = places::snapshot(cx)?;
    let one = |a: Alike| {
        let mut areas = a.areas.iter().filter_map(|id| ground.area(*id));
        let area = areas.find(|x| x.kind == places::AreaKind::Community).map(|x| x.called(page.look.lang).to_owned());
        let sex = Some(&a.sex).filter(|s| !s.is_empty()).map(|s| page.tk("lost-sex-", s));
        AlikeView {
            href: a.case.map(|id| page.href(format!("/desk/lost/{id}"))),
            since: page.stamp(a.since),
            since_machine: page.machine_time(a.since),
            area,
            post: a.post.and_then(|p| ground.post(p)).map(|p| (p.name.clone(), fmt::phone(&p.phone))),
            about: sex.into_iter().chain(a.age.map(|age| page.t1("lost-about-decade", "n", age / 10 * 10))).collect(),
            evidence: evidence(page, &a.evidence),
            join: a.case.filter(|_| a.may_join).map(|id| (id.to_string(), a.version)),
            number: a.number,
        }
    };
    Ok(AlikesView { missing: kind == Kind::Found, shown: all.shown.into_iter().map(one).collect(), more: all.more })
}
