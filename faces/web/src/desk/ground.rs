//! What the desk asks of places: names of areas, who is on duty, how areas lie in each other. The only file here that does.

use super::view::Choice;
use crate::{Fail, Page};
use kernel::ids::{AccountId, AreaId, PostId};
use kernel::{Lang, Moment};
use matters::Ground;
use places::{AreaKind, Post, PostState, Snapshot};
use std::collections::HashMap;
use std::sync::Arc;
use store::Cx;

impl From<places::Error> for Fail {
    fn from(error: places::Error) -> Self {
        match error {
            places::Error::Store(e) => e.into(),
            places::Error::Denied => Self::Forbidden { rule: "rule-not-allowed".into(), who: Vec::new() },
            places::Error::NotAllowed(denied) => denied.into(),
            places::Error::Invalid { field, .. } => Self::invalid(field, "field-wrong"),
            places::Error::Stale { seen, current } => Self::Stale { yours: seen, now: current },
            other => Self::Refused(Arc::from(format!("error-places-{}", other.code()))),
        }
    }
}

pub(crate) fn geography(cx: &mut Cx<'_>) -> Result<Ground, Fail> {
    Ok(Ground(places::snapshot(cx)?))
}

/// Names of areas by id.
pub(crate) fn names(cx: &mut Cx<'_>, page: &Page, ids: &[AreaId]) -> Result<HashMap<AreaId, String>, Fail> {
    let ground = places::snapshot(cx)?;
    Ok(ids.iter().filter_map(|id| Some((*id, ground.area(*id)?.called(page.look.lang).to_owned()))).collect())
}

/// Areas to narrow a list to: the communities of the reader's town, or the towns for those who look after several; and the
/// chosen one if it is another.
pub(crate) fn choices(cx: &mut Cx<'_>, page: &Page, chosen: &str) -> Result<Vec<Choice>, Fail> {
    let ground = places::snapshot(cx)?;
    let towns = towns_of(cx, &ground);
    let one = if let [only] = towns.as_slice() { Some(*only) } else { None };
    let offered = |a: &&places::Area| match one {
        Some(town) => a.kind == AreaKind::Community && a.parent == Some(town),
        None => a.kind == AreaKind::Town,
    };
    let choice = |a: &places::Area| Choice::new(a.id.to_string(), a.called(page.look.lang), chosen);
    let mut out: Vec<Choice> = ground.areas().iter().filter(offered).map(choice).collect();
    let listed = out.iter().any(|c| c.chosen);
    if let Some(area) = chosen.parse().ok().and_then(|id| ground.area(id)).filter(|_| !listed) {
        out.insert(0, choice(area));
    }
    Ok(out)
}

/// Towns in which the reader holds a seat; none for a seat of the whole district.
pub(crate) fn towns_of(cx: &Cx<'_>, ground: &Snapshot) -> Vec<AreaId> {
    let town_of = |area: AreaId| ground.chain(area).iter().find(|a| a.kind == AreaKind::Town).map(|a| a.id);
    let at_post = |post: PostId| ground.locate(ground.post(post)?.point?).ok()?.town;
    let mut towns = Vec::new();
    for grant in cx.actor.grants() {
        match grant.post.map_or_else(|| grant.area.map(town_of), |post| Some(at_post(post))) {
            Some(Some(town)) => towns.push(town),
            // A seat of the district or of a body: every town is near.
            _ => return Vec::new(),
        }
    }
    towns.sort_unstable();
    towns.dedup();
    towns
}

/// Areas whose name or code contains the words, larger ones first, each with what it lies in: (id, words).
pub(crate) fn find(cx: &mut Cx<'_>, typed: &str, at_most: usize) -> Result<Vec<(AreaId, String)>, Fail> {
    let ground = places::snapshot(cx)?;
    let wanted = kernel::text::narrow(typed).trim().to_lowercase();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let fits = |a: &&places::Area| {
        a.name.to_lowercase().contains(&wanted)
            || a.code.as_deref().is_some_and(|c| c.starts_with(&wanted))
            || pinyin_fits(&a.name, &wanted)
    };
    let ordinary = ground.areas().iter().filter(|a| a.kind != AreaKind::Police && a.kind != AreaKind::District);
    Ok(ordinary.filter(fits).take(at_most).map(|a| (a.id, label(&ground, a.id))).collect())
}

/// Only Latin letters can be pinyin; names are few thousand, so this is asked last.
fn pinyin_fits(name: &str, wanted: &str) -> bool {
    if !wanted.chars().all(|c| c.is_ascii_lowercase()) {
        return false;
    }
    let (full, initials) = kernel::text::pinyin(name);
    full.starts_with(wanted) || initials.starts_with(wanted)
}

/// An area with what it lies in, as it is typed and found again: `青禾居委会 · 南桥镇`.
pub(crate) fn label(ground: &Snapshot, id: AreaId) -> String {
    called(ground, id, Lang::ZhCn)
}

/// The same as readers of this language call it.
pub(crate) fn called(ground: &Snapshot, id: AreaId, lang: Lang) -> String {
    let chain = ground.chain(id);
    let names: Vec<&str> = chain.iter().filter(|a| a.kind != AreaKind::District).map(|a| a.called(lang)).collect();
    if names.is_empty() {
        return ground.area(id).map(|a| a.called(lang).to_owned()).unwrap_or_default();
    }
    names.join(" · ")
}

/// The area that a typed label or name means, when it is only one.
pub(crate) fn resolve(cx: &mut Cx<'_>, typed: &str) -> Result<Option<AreaId>, Fail> {
    let typed = typed.trim();
    let mut found = find(cx, typed.split(" · ").next().unwrap_or(typed), 200)?;
    if let Some(exact) = found.iter().find(|(_, words)| words == typed) {
        return Ok(Some(exact.0));
    }
    found.retain(|(_, words)| words.split(" · ").next() == Some(typed) || found_alone(words, typed));
    Ok(if found.len() == 1 { found.first().map(|(id, _)| *id) } else { None })
}

/// The area whose name stands in an address as it was typed: `青禾街道归雁苑7号` lies in 归雁苑. Only when one alone is meant.
pub(crate) fn in_address(cx: &mut Cx<'_>, address: &str) -> Result<Option<AreaId>, Fail> {
    let ground = places::snapshot(cx)?;
    let named = |kinds: [AreaKind; 2]| {
        let of_kinds = ground.areas().iter().filter(|a| kinds.contains(&a.kind));
        only_longest(of_kinds.map(|a| (a.id, a.name.as_str())), address)
    };
    Ok(named([AreaKind::Community, AreaKind::Grid]).or_else(|| named([AreaKind::Town, AreaKind::Town])))
}

/// Whoever's name stands in the text and is the longest there; nobody when two are equally long.
fn only_longest<'a, T>(names: impl Iterator<Item = (T, &'a str)>, text: &str) -> Option<T> {
    let length = |name: &str| name.chars().count();
    let mut best: Option<(T, usize)> = None;
    let mut tie = false;
    for (id, name) in names.filter(|(_, name)| length(name) > 1 && text.contains(name)) {
        let n = length(name);
        match &best {
            Some((_, longest)) if *longest > n => {}
            Some((_, longest)) if *longest == n => tie = true,
            _ => (best, tie) = (Some((id, n)), false),
        }
    }
    best.filter(|_| !tie).map(|(id, _)| id)
}

fn found_alone(words: &str, typed: &str) -> bool {
    pinyin_fits(words.split(" · ").next().unwrap_or_default(), &typed.to_lowercase())
}

/// Is there any post somebody could walk into?
pub(crate) fn has_posts(cx: &mut Cx<'_>) -> bool {
    places::snapshot(cx).is_ok_and(|ground| ground.posts().iter().any(|p| p.state == PostState::Running))
}

/// Somebody on duty.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub name: String,
    pub phone: Option<String>,
}

/// Whether a post is open now: icon, class, words.
pub(crate) fn open_look(page: &Page, post: &Post) -> (&'static str, &'static str, String) {
    match post.state {
        PostState::Planned => ("wait", "tag tag-plain", page.t("desk-post-planned")),
        PostState::Closed => ("wait", "tag tag-plain", page.t("desk-post-shut")),
        PostState::Running if post.open_at(page.now) => ("check", "tag tag-good", page.t("desk-post-open-now")),
        PostState::Running => ("wait", "tag tag-plain", page.t("desk-post-closed-now")),
    }
}

/// Who is on duty where, in two statements.
pub(crate) fn people_on(cx: &mut Cx<'_>, at: Moment) -> Result<HashMap<PostId, Vec<Person>>, Fail> {
    let slots = places::app::on_duty_everywhere(cx, at)?;
    let ids: Vec<AccountId> = slots.iter().map(|s| s.account).collect();
    let names = people::app::accounts::names(cx, &ids)?;
    let mut out: HashMap<PostId, Vec<Person>> = HashMap::new();
    for slot in slots {
        let Some(name) = names.get(&slot.account) else { continue };
        out.entry(slot.post).or_default().push(Person { name: name.clone(), phone: None });
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::only_longest;

    #[test]
    fn an_address_names_its_area_or_none() {
        let names = ["归雁苑", "归雁苑第2网格", "怀谷里", "怀谷苑"];
        let find = |text: &str| only_longest(names.iter().map(|n| (*n, *n)), text);
        assert_eq!(find("青禾街道归雁苑7号302室"), Some("归雁苑"));
        assert_eq!(find("归雁苑第2网格3号楼"), Some("归雁苑第2网格"));
        assert_eq!(find("怀谷里和怀谷苑之间"), None, "two are meant");
        assert_eq!(find("守鸥路91号"), None);
    }
}
