//! Adding and changing posts, a whole set in one transaction.

use super::undo::POST;
use super::{line, may_change};
use crate::model::area::AreaKind;
use crate::model::hours::WeekHours;
use crate::model::post::{Post, PostState, Tier};
use crate::model::snapshot::Snapshot;
use crate::{Error, Fault, Result, Why, events, store};
use ::store::Cx;
use kernel::Point;
use kernel::ids::{AreaId, PostId};
use serde_json::json;

use super::save_areas::Did;

/// A post that another hangs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PostRef {
    Id(PostId),
    /// Code, or a name that only one police post has; it may be in the same set.
    Named(String),
}

/// One post as it shall be. Found again by `id`, else by code, else by tier and name.
#[derive(Debug, Clone)]
pub struct SavePost {
    pub id: Option<PostId>,
    pub tier: Tier,
    pub code: Option<String>,
    pub name: String,
    pub parent: Option<PostRef>,
    pub address: String,
    pub phone: String,
    pub point: Option<Point>,
    pub hours: WeekHours,
    pub state: PostState,
    /// Codes (or unique names) of the police areas it answers for.
    pub serves: Vec<String>,
    /// Version that was seen by whoever edits; `None` for imports.
    pub seen: Option<i64>,
}

/// What a set of posts did, or would do: one entry for each, in the order given.
#[derive(Debug, Clone, Default)]
pub struct PostReport {
    pub saved: Vec<(PostId, Did)>,
}

impl PostReport {
    pub fn count(&self, did: Did) -> usize {
        self.saved.iter().filter(|(_, d)| *d == did).count()
    }
}

/// Checks a set of posts and says what it would do; writes nothing.
pub fn preview_posts(cx: &mut Cx<'_>, posts: &[SavePost]) -> Result<PostReport> {
    may_change(cx)?;
    let before = store::snapshot(cx)?;
    let after = plan(cx, &before, posts)?;
    Ok(report(&before, &after))
}

/// Applies a set of posts, each with its entry in the log.
pub fn save_posts(cx: &mut Cx<'_>, posts: &[SavePost]) -> Result<PostReport> {
    may_change(cx)?;
    cx.lock("places")?;
    let before = store::snapshot(cx)?;
    let after = plan(cx, &before, posts)?;
    let report = report(&before, &after);
    for post in &after {
        cx.note_before(&POST, post.id)?;
        // Others lose the areas that this one takes.
        for loser in before.posts().iter().filter(|p| post.serves.iter().any(|area| p.serves.contains(area))) {
            cx.note_before(&POST, loser.id)?;
        }
    }
    // Released before they are taken: two posts may exchange areas.
    for post in &after {
        let released = before.post(post.id).map(|old| old.serves.as_slice()).unwrap_or_default();
        for area in released {
            store::release_area(cx, *area)?;
        }
        for area in &post.serves {
            store::release_area(cx, *area)?;
        }
    }
    for post in &after {
        write(cx, before.post(post.id), post)?;
    }
    if report.count(Did::Nothing) < after.len() {
        store::touch(cx)?;
    }
    Ok(report)
}

fn write(cx: &mut Cx<'_>, old: Option<&Post>, new: &Post) -> Result<()> {
    store::set_serves(cx, new.id, &new.serves)?;
    let Some(old) = old else {
        store::save_post(cx, new)?;
        let payload =
            json!({ "tier": new.tier.code(), "state": new.state.code(), "parent": new.parent.map(|p| p.to_string()) });
        cx.record(events::POST_ADDED, "post", new.id.0, &payload)?;
        return Ok(());
    };
    let fields = changed_fields(old, new);
    if !fields.is_empty() {
        store::save_post(cx, &Post { version: old.version + 1, ..new.clone() })?;
        cx.record(events::POST_CHANGED, "post", new.id.0, &json!({ "fields": fields, "state": new.state.code() }))?;
    }
    Ok(())
}

fn report(before: &Snapshot, after: &[Post]) -> PostReport {
    let did = |p: &Post| match before.post(p.id) {
        None => Did::Added,
        Some(old) if changed_fields(old, p).is_empty() => Did::Nothing,
        Some(_) => Did::Changed,
    };
    PostReport { saved: after.iter().map(|p| (p.id, did(p))).collect() }
}

fn changed_fields(old: &Post, new: &Post) -> Vec<&'static str> {
    let differs = [
        ("tier", old.tier != new.tier),
        ("code", old.code != new.code),
        ("name", old.name != new.name),
        ("parent", old.parent != new.parent),
        ("address", old.address != new.address),
        ("phone", old.phone != new.phone),
        ("point", old.point != new.point),
        ("hours", old.hours != new.hours),
        ("state", old.state != new.state),
        ("serves", old.serves != new.serves),
    ];
    differs.into_iter().filter_map(|(field, yes)| yes.then_some(field)).collect()
}

/// The posts of the set as they will be, or everything that is wrong with it.
fn plan(cx: &Cx<'_>, before: &Snapshot, set: &[SavePost]) -> Result<Vec<Post>> {
    let mut faults = Vec::new();
    let mut after: Vec<Post> = Vec::with_capacity(set.len());
    for (index, save) in set.iter().enumerate() {
        let mut wrong = |field, why| faults.push(Fault { index, field, why });
        let post = draft(cx, before, save, &mut wrong);
        if let Some(earlier) = after.iter().position(|p| p.id == post.id || same_key(p, &post)) {
            wrong("code", Why::SameAs { index: earlier });
        }
        after.push(post);
    }
    let parents: Vec<Option<PostId>> = set
        .iter()
        .zip(&after)
        .enumerate()
        .map(|(index, (save, post))| {
            parent(before, &after, save, post).unwrap_or_else(|why| {
                faults.push(Fault { index, field: "parent", why });
                None
            })
        })
        .collect();
    for (post, parent) in after.iter_mut().zip(parents) {
        post.parent = parent;
    }
    for i in 0..after.len() {
        let mut claimed = after.iter().take(i).flat_map(|p| &p.serves);
        let taken = claimed.find(|a| after.get(i).is_some_and(|p| p.serves.contains(a)));
        if let Some(area) = taken.and_then(|a| before.area(*a)) {
            let why = Why::AreaTaken { area: area.label().to_owned() };
            faults.push(Fault { index: i, field: "serves", why });
        }
    }
    faults.sort_by_key(|f| f.index);
    if faults.is_empty() { Ok(after) } else { Err(Error::Wrong(faults)) }
}

fn same_key(a: &Post, b: &Post) -> bool {
    match (&a.code, &b.code) {
        (Some(x), Some(y)) => x == y,
        _ => a.tier == b.tier && a.name == b.name,
    }
}

fn draft(cx: &Cx<'_>, before: &Snapshot, save: &SavePost, wrong: &mut dyn FnMut(&'static str, Why)) -> Post {
    let mut text = |field: &'static str, value: &str, most| {
        line(value, most).unwrap_or_else(|why| {
            wrong(field, why);
            String::new()
        })
    };
    let name = text("name", &save.name, 80);
    let (address, phone) = (text("address", &save.address, 200), text("phone", &save.phone, 40));
    let code = save.code.as_deref().map(|c| text("code", c, 40)).filter(|c| !c.is_empty());
    if name.is_empty() {
        wrong("name", Why::Missing);
    }
    let old = save.id.map_or_else(|| by_key(before, save.tier, code.as_deref(), &name), |id| before.post(id));
    if save.id.is_some() && old.is_none() {
        wrong("id", Why::Gone);
    }
    if let (Some(seen), Some(old)) = (save.seen, old)
        && seen != old.version
    {
        wrong("version", Why::Stale { seen, now: old.version });
    }
    if let Some(point) = save.point
        && let Err(Error::OutsideDistrict(_)) = before.locate(point)
    {
        wrong("point", Why::Outside(point));
    }
    let mut serves = Vec::new();
    for text in save.serves.iter().map(|s| s.trim()).filter(|s| !s.is_empty()) {
        match police_area(before, text) {
            Some(id) if serves.contains(&id) => {}
            Some(id) => serves.push(id),
            None => wrong("serves", Why::NoPoliceArea { text: text.to_owned() }),
        }
    }
    serves.sort_unstable();
    Post {
        id: save.id.or_else(|| old.map(|p| p.id)).unwrap_or_else(|| cx.new_id()),
        tier: save.tier,
        code: code.or_else(|| old.and_then(|p| p.code.clone())),
        name,
        parent: None,
        address,
        phone,
        point: save.point,
        hours: save.hours.clone(),
        state: save.state,
        serves,
        version: old.map_or(1, |p| p.version),
    }
}

fn by_key<'a>(before: &'a Snapshot, tier: Tier, code: Option<&str>, name: &str) -> Option<&'a Post> {
    let posts = || before.posts().iter();
    let by_code = code.and_then(|c| posts().find(|p| p.code.as_deref() == Some(c)));
    by_code.or_else(|| posts().find(|p| p.tier == tier && p.name == name && (p.code.is_none() || code.is_none())))
}

fn police_area(before: &Snapshot, text: &str) -> Option<AreaId> {
    let named = || {
        let mut same = before.of_kind(AreaKind::Police).filter(|a| a.name == text);
        same.next().filter(|_| same.next().is_none())
    };
    before.by_code(AreaKind::Police, text).or_else(named).map(|a| a.id)
}

/// P2: a police post hangs on nothing, everything else on a police post.
fn parent(before: &Snapshot, set: &[Post], save: &SavePost, post: &Post) -> Result<Option<PostId>, Why> {
    let kept = || before.post(post.id).and_then(|old| old.parent);
    let parent = match (&save.parent, post.tier) {
        (Some(_), Tier::PolicePost) => return Err(Why::HangsOnNothing),
        (None, Tier::PolicePost) => return Ok(None),
        (None, _) => kept().ok_or(Why::AboveMissing)?,
        (Some(PostRef::Id(id)), _) => *id,
        (Some(PostRef::Named(text)), _) => {
            let text = text.trim();
            // The set comes first: it may rename or move what is there.
            let there = before.posts().iter().filter(|p| set.iter().all(|q| q.id != p.id));
            let all: Vec<&Post> = set.iter().chain(there).filter(|p| p.tier == Tier::PolicePost).collect();
            let by_code = all.iter().find(|p| p.code.as_deref() == Some(text));
            let named: Vec<_> = all.iter().filter(|p| p.name == text).collect();
            match (by_code, named.as_slice()) {
                (Some(p), _) => p.id,
                (None, [one]) => one.id,
                (None, []) => return Err(Why::NoPolicePost { text: text.to_owned() }),
                (None, _) => return Err(Why::SeveralPolicePosts { text: text.to_owned() }),
            }
        }
    };
    let found = set.iter().find(|p| p.id == parent).or_else(|| before.post(parent));
    match found {
        Some(p) if p.tier == Tier::PolicePost => Ok(Some(parent)),
        Some(_) => Err(Why::NotAPolicePost),
        None => Err(Why::AboveGone),
    }
}
