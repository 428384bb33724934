//! Somebody found an elder, or misses one (L1, L2). Accepted at once, from anybody.

use super::case::{self, ground, route, tell_crew, write_place};
use super::entries::{self, EntryKind, More};
use super::{line, opt_line, rules, seal};
use crate::error::{Error, Result};
use crate::events::{self, Why};
use crate::model::{Build, Described, Kind, Report, Reporter, Scene, ScenePlace, Sex, State};
use kernel::ids::{AccountId, AreaId, CaseId, PostId};
use kernel::{Moment, text};
use people::app::Geography;
use people::policy::{Action, ResourceFacts, require};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Cx, KeyClass, params};

/// Characters of the code with which a finder follows the case: 60 bits.
pub(super) const CODE_CHARS: usize = 12;
const WORDS: usize = 600;

/// What whoever reported takes home. The code is shown here and nowhere else.
#[derive(Clone, PartialEq, Eq)]
pub struct Reported {
    pub case: CaseId,
    pub number: String,
    /// For `/found/…`, where the finder sees what became of it.
    pub code: String,
    /// Whose telephone number goes onto the page.
    pub post: Option<PostId>,
    /// This report was made before under the same key.
    pub repeated: bool,
}

/// Never printed by accident.
impl std::fmt::Debug for Reported {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reported").field("number", &self.number).finish_non_exhaustive()
    }
}

/// Who reported, sealed under a key of its own.
#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
pub(super) struct WhoReported {
    pub name: Option<String>,
    pub phone: Option<String>,
    pub stays: bool,
    pub code: String,
}

/// Opens a case. Open to everybody, signed in or not; from the post of the place it is seen at once.
///
/// # Errors
/// When nothing says where, a field is out of its range, or the place lies outside the district and nothing else says where.
pub fn report(cx: &mut Cx<'_>, new: &Report) -> Result<Reported> {
    let account = account_of(cx);
    open_new(cx, new, account)
}

/// As [`report`]; `account` is the one that is answered, if it is one.
pub(super) fn open_new(cx: &mut Cx<'_>, new: &Report, account: Option<AccountId>) -> Result<Reported> {
    require(&cx.actor, cx.purpose, Action::ReportLost, &ResourceFacts::District)?;
    let scene = checked(new)?;
    let who = reporter(cx, &new.reporter)?;
    if let Some(person) = new.person {
        people::app::links::require_own(cx, person, Action::FollowCase)?;
    }
    if let Some(key) = &new.key
        && let Some(earlier) = repeated(cx, key)?
    {
        return Ok(earlier);
    }
    let seen_at = seen_at(cx, new)?;
    let Whereabouts { areas, posts, post } = whereabouts(cx, &new.place)?;
    // Of every station none in particular: the catch-all of the district answers until somebody takes it over.
    let nearest = if post.is_some() { posts.as_slice() } else { &[] };
    let owner = route(cx, &areas, nearest)?;
    let id: CaseId = cx.new_id();
    let number = next_number(cx)?;
    let code = new_code(cx);
    let state = if new.kind == Kind::Found { State::Sighted } else { State::Missing };
    let found_at = (new.kind == Kind::Found).then_some(seen_at);
    let scene_sealed = seal(cx, KeyClass::Text, id.0, &scene)?;
    let place_sealed = match new.place.point {
        Some(point) => Some(seal(cx, KeyClass::Location, id.0, &(point.lon(), point.lat()))?),
        None => None,
    };
    let who_sealed = seal(cx, KeyClass::Raiser, id.0, &WhoReported { code: code.clone(), ..who })?;
    let hash = code_hash(cx, &code);
    cx.execute(
        "INSERT INTO lost_case (id, district_id, number, kind, state, is_open, idem_key, code_hash, post_id, owner_seat, \
         owner_account, reporter_account, reporter_lang, scene, place, reporter, opened_at, found_at, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 1)",
        params![
            id,
            cx.district(),
            &number,
            new.kind.code(),
            state.code(),
            true,
            new.key.as_deref(),
            hash,
            post,
            owner.seat,
            owner.account,
            account,
            new.reporter.lang.tag(),
            scene_sealed,
            place_sealed,
            who_sealed,
            cx.now,
            found_at
        ],
    )?;
    write_place(cx, id, &areas, &posts)?;
    let payload = json!({ "kind": new.kind.code(), "owner": owner.account, "via": owner.via.code(), "post": post });
    cx.record("lost.reported", "case", id.0, &payload)?;
    let more = More { code: Some(new.kind.code()), moment: Some(seen_at), ..More::default() };
    entries::write(cx, id, EntryKind::Opened, &more)?;
    tell_crew(cx, id, Why::New, "new")?;
    let ring = cx.now.plus_minutes(rules::lost_rules(cx)?.take_minutes);
    events::timer(cx, events::UNTAKEN, id, ring, 1)?;
    if let Some(person) = new.person {
        super::identify::by_family(cx, id, person)?;
    }
    Ok(Reported { case: id, number, code, post, repeated: false })
}

/// An account that reports, unless it types for somebody else.
fn account_of(cx: &Cx<'_>) -> Option<AccountId> {
    cx.actor.account_id().filter(|_| cx.purpose != kernel::Purpose::Proxy)
}

fn repeated(cx: &mut Cx<'_>, key: &str) -> Result<Option<Reported>> {
    let sql = "SELECT id, number, post_id, reporter FROM lost_case WHERE district_id = $1 AND idem_key = $2";
    let Some(row) = cx.query_opt(sql, params![cx.district(), key])? else { return Ok(None) };
    let case: CaseId = row.id("id")?;
    let who: Option<WhoReported> = super::unseal(cx, KeyClass::Raiser, case.0, row.opt_blob("reporter")?.as_deref())?;
    Ok(Some(Reported {
        case,
        number: row.text("number")?,
        code: who.map(|w| w.code).unwrap_or_default(),
        post: row.opt_id("post_id")?,
        repeated: true,
    }))
}

fn seen_at(cx: &Cx<'_>, new: &Report) -> Result<Moment> {
    match new.seen_at {
        Some(at) if at > cx.now.plus_minutes(5) => Err(Error::Invalid { field: "seen_at", why: "future" }),
        Some(at) if at < cx.now.plus_days(-31) => Err(Error::Invalid { field: "seen_at", why: "range" }),
        Some(at) => Ok(at),
        None => Ok(cx.now),
    }
}

fn checked(new: &Report) -> Result<Scene> {
    let place = opt_line("place", new.place.words.as_deref().unwrap_or_default(), 200)?;
    let nowhere = new.place.point.is_none() && new.place.area.is_none() && new.place.post.is_none();
    if place.is_none() && nowhere {
        return Err(Error::Invalid { field: "place", why: "missing" });
    }
    Ok(Scene {
        words: opt_line("words", &new.words, WORDS)?.unwrap_or_default(),
        described: described(&new.described)?,
        place: place.unwrap_or_default(),
    })
}

pub(super) fn described(d: &Described) -> Result<Described> {
    let wrong = |field| Err(Error::Invalid { field, why: "range" });
    if !d.sex.is_empty() && Sex::from_code(&d.sex).is_none() {
        return wrong("sex");
    }
    if !d.build.is_empty() && Build::from_code(&d.build).is_none() {
        return wrong("build");
    }
    if d.age.is_some_and(|a| !(1..=120).contains(&a)) {
        return wrong("age");
    }
    if d.height_cm.is_some_and(|h| !(50..=230).contains(&h)) {
        return wrong("height");
    }
    if d.marks.len() > 12 {
        return wrong("marks");
    }
    let mut marks = Vec::new();
    for mark in &d.marks {
        marks.extend(opt_line("marks", mark, 40)?);
    }
    Ok(Described {
        sex: d.sex.clone(),
        build: d.build.clone(),
        age: d.age,
        height_cm: d.height_cm,
        dialect: opt_line("dialect", &d.dialect, 30)?.unwrap_or_default(),
        surname: opt_line("surname", &d.surname, 30)?.unwrap_or_default(),
        marks,
    })
}

fn reporter(cx: &Cx<'_>, who: &Reporter) -> Result<WhoReported> {
    let phone = match who.phone.as_deref().map(str::trim).filter(|p| !p.is_empty()) {
        None => None,
        Some(typed) => Some(text::phone(typed).ok_or(Error::Invalid { field: "phone", why: "phone" })?),
    };
    let name = match who.name.as_deref().map(str::trim).filter(|n| !n.is_empty()) {
        None => None,
        Some(name) => Some(line("name", name, 60)?),
    };
    // Whoever types for somebody writes down who asked (R9).
    if cx.purpose == kernel::Purpose::Proxy && name.is_none() && phone.is_none() {
        return Err(Error::Invalid { field: "name", why: "who-asked" });
    }
    Ok(WhoReported { name, phone, stays: who.stays, code: String::new() })
}

/// Areas and posts of a place, innermost and nearest first: by its point, else by what was named, else the whole district.
pub(super) fn whereabouts(cx: &mut Cx<'_>, place: &ScenePlace) -> Result<Whereabouts> {
    let ground = ground(cx)?;
    let map = &ground.0;
    let mut areas: Vec<AreaId> = Vec::new();
    let mut post = place.post.filter(|id| map.post(*id).is_some());
    let named = place.area.is_some() || post.is_some();
    match place.point.map(|point| map.locate(point)) {
        Some(Ok(at)) => {
            post = post.or_else(|| map.post_for(&at));
            areas = at.chain();
            areas.extend(at.police);
        }
        Some(Err(places::Error::OutsideDistrict(_))) if !named => {
            return Err(Error::Invalid { field: "place", why: "outside-district" });
        }
        // No outlines yet, or a word of where says more than the point.
        Some(Err(_)) | None => {}
    }
    if areas.is_empty() {
        if let Some(area) = place.area {
            areas = ground.areas_above(area);
            let stand_in = map.stand_in(area);
            areas.extend(stand_in.as_ref().and_then(|at| at.police));
            post = post.or_else(|| stand_in.and_then(|at| at.post));
        } else if let Some(area) = post.and_then(|p| ground.area_of_post(p)) {
            areas = ground.areas_above(area);
        } else if let Some(area) = named_in(map, place.words.as_deref().unwrap_or_default()) {
            areas = ground.areas_above(area);
            let stand_in = map.stand_in(area);
            areas.extend(stand_in.as_ref().and_then(|at| at.police));
            post = stand_in.and_then(|at| at.post);
        } else {
            areas.extend(map.district().map(|d| d.id));
        }
    }
    let posts = match post {
        Some(post) => ground.posts_above(post),
        // Nobody knows where: every police post sees it, and whoever knows the place takes it over.
        None => map.posts().iter().filter(|p| is_station(p)).map(|p| p.id).collect(),
    };
    Ok(Whereabouts { areas, posts, post })
}

/// Where a case is handled.
pub(super) struct Whereabouts {
    /// Innermost first.
    pub areas: Vec<AreaId>,
    /// Nearest first; every station, when nobody knows where.
    pub posts: Vec<PostId>,
    /// The post that answers for the place.
    pub post: Option<PostId>,
}

fn is_station(post: &places::Post) -> bool {
    post.tier == places::Tier::PolicePost && post.state == places::PostState::Running
}

/// The community that the words name, when they name only one.
fn named_in(map: &places::Snapshot, words: &str) -> Option<AreaId> {
    let mut named = map.of_kind(places::AreaKind::Community).filter(|a| !a.name.is_empty() && words.contains(&a.name));
    named.next().filter(|_| named.next().is_none()).map(|a| a.id)
}

fn next_number(cx: &mut Cx<'_>) -> Result<String> {
    let year = cx.now.zoned(&kernel::time::shanghai()).year();
    let n = cx.next_number(&format!("lost-{year}"))?;
    Ok(format!("ZS-{year}-{n:05}"))
}

fn new_code(cx: &Cx<'_>) -> String {
    let mut bytes = [0u8; CODE_CHARS];
    cx.ids().fill(&mut bytes);
    text::code_from(&bytes, CODE_CHARS)
}

/// Codes are found by keyed hash; the code itself is only in what is sealed.
pub(super) fn code_hash(cx: &Cx<'_>, code: &str) -> [u8; 32] {
    let typed = text::normalise_code(code).unwrap_or_default();
    cx.keyed_hash(KeyClass::Raiser, format!("lost:{typed}").as_bytes())
}

/// The place moved on with the elder: whoever looks after that place sees the case too.
pub(super) fn at_post(cx: &mut Cx<'_>, case: CaseId, post: PostId) -> Result<()> {
    let place = ScenePlace { post: Some(post), ..ScenePlace::default() };
    let at = whereabouts(cx, &place)?;
    case::write_place(cx, case, &at.areas, &at.posts)
}
