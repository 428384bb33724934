//! Something is raised (J1): area, post, owner and due time are found, and everything is written in one transaction.

use super::around::{self, Owner};
use super::attach::{self, Audience};
use super::calendar::calendar;
use crate::error::Invalid;
use crate::events::{self, Reason};
use crate::limits;
use crate::model::{
    Channel, ClassRule, Clock, ClockEvent, ClockStep, Level, Origin, Stage, State, TimeKind, Unit, clock,
};
use crate::photo::Photo;
use crate::redaction::{self, Correction};
use crate::store::notes::{self, NoteKind};
use crate::store::row::{self, MatterRow, NewKeys, Spot};
use crate::store::{classes, log};
use crate::{Error, raiser};
use ::store::{Cx, KeyClass, params};
use kernel::geo::Point;
use kernel::ids::{AccountId, AreaId, MatterId, OrgId, PostId, RaiserId, SeatId};
use kernel::{Actor, Lang, Moment, Purpose, WorkCalendar, text};
use people::policy::{Action, ResourceFacts, require};
use redact::{Hints, Span};
use serde_json::json;
use std::sync::Arc;

/// Where something is. All parts may be missing: then the district's catch-all finds out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RaisedPlace {
    /// WGS-84.
    pub point: Option<Point>,
    pub address: Option<String>,
    /// Chosen from a list, when there is no point.
    pub area: Option<AreaId>,
    /// The post at which it was raised.
    pub post: Option<PostId>,
}

/// How to reach whoever raised it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaiserInput {
    pub anonymous: bool,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    /// Postal address, for letters.
    pub address: Option<String>,
    pub channel: Channel,
    pub lang: Lang,
}

impl RaiserInput {
    /// Somebody who leaves nothing and reads the answer with the code.
    pub const fn anonymous(lang: Lang) -> Self {
        Self { anonymous: true, name: None, phone: None, email: None, address: None, channel: Channel::Page, lang }
    }
}

/// The command.
#[derive(Debug, Clone, PartialEq)]
pub struct Raise {
    /// Idempotency key of the caller; the same key with the same content answers the same receipt.
    pub key: Option<String>,
    pub class: String,
    pub text: String,
    pub place: RaisedPlace,
    pub raiser: RaiserInput,
    pub origin: Origin,
}

/// What the raiser takes home. The code is shown here and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub matter: MatterId,
    pub raiser: RaiserId,
    /// For talking about it, e.g. `HQ-2026-01873`.
    pub number: String,
    /// Secret, for `/t/…`, in groups of four.
    pub code: String,
    pub raised_at: Moment,
    pub class: Arc<ClassRule>,
    /// Somebody calls or writes back by then.
    pub contact_by: Moment,
    /// It is dealt with by then.
    pub answer_by: Moment,
    /// Both need a calendar year that is not loaded yet.
    pub provisional: bool,
    /// The post whose telephone number goes onto the receipt.
    pub post: Option<PostId>,
    pub owner_account: AccountId,
    pub owner_seat: SeatId,
    /// This receipt was given before for the same key.
    pub repeated: bool,
}

/// Raises a matter. Open to everybody; staff typing for somebody need the right to (R9), and who typed is recorded.
pub fn raise(cx: &mut Cx<'_>, command: Raise) -> Result<Receipt, Error> {
    raise_corrected(cx, command, &Correction::default())
}

/// As [`raise`], with what the raiser or the clerk put right in the preview of what the owner will read.
pub fn raise_corrected(cx: &mut Cx<'_>, command: Raise, correction: &Correction) -> Result<Receipt, Error> {
    raise_about(cx, command, correction, None)
}

/// As [`raise_corrected`], about an office or its staff: it goes past that body, and its people see nothing of it (R3).
pub fn raise_about(
    cx: &mut Cx<'_>,
    command: Raise,
    correction: &Correction,
    about: Option<OrgId>,
) -> Result<Receipt, Error> {
    let prepared = prepare(cx, command, correction)?;
    raise_prepared(cx, prepared, about)
}

/// A command that is in order, with what is hidden in its words: all that can be found out before the one writer of the
/// database is asked for.
#[derive(Debug, Clone)]
pub struct Prepared {
    command: Raise,
    words: Words,
}

/// Checks a command and looks through its words, which takes longer the more was written. Writes nothing: for a reading use
/// case, so that nobody else who writes waits for it.
pub fn prepare(cx: &mut Cx<'_>, command: Raise, correction: &Correction) -> Result<Prepared, Error> {
    let command = check(command)?;
    require(&cx.actor, cx.purpose, action(cx), &ResourceFacts::District)?;
    let words = Words::of(cx, &command, correction)?;
    Ok(Prepared { command, words })
}

/// Whoever types for somebody else needs the right to.
fn action(cx: &Cx<'_>) -> Action {
    if typed_by(cx).is_some() { Action::RaiseFor } else { Action::Raise }
}

fn typed_by(cx: &Cx<'_>) -> Option<AccountId> {
    cx.actor.account_id().filter(|_| cx.purpose == Purpose::Proxy)
}

/// Raises what was prepared.
pub fn raise_prepared(cx: &mut Cx<'_>, prepared: Prepared, about: Option<OrgId>) -> Result<Receipt, Error> {
    let Prepared { command, words } = prepared;
    require(&cx.actor, cx.purpose, action(cx), &ResourceFacts::District)?;
    let digest = command.key.as_ref().map(|_| fingerprint(cx, &command, about));
    let about_orgs = match about {
        Some(org) => unit(cx, org)?,
        None => Vec::new(),
    };
    let found = find(cx, command.key.as_deref(), &command.class, &command.place, command.origin)?;
    let Spotted { rule, spot: around, owner } = found;
    let owner = around::past(cx, owner, &around, &about_orgs)?;
    let now = cx.now;
    let number = next_number(cx)?;
    let calendar = calendar(cx)?;
    let started = clock(&[ClockEvent { at: now, step: ClockStep::Raised }], &rule, &calendar, now);
    let code = new_code(cx);
    let mut m = first_row(cx, &command, &words, &rule, &around, &owner, number, &started);
    m.typed_by = typed_by(cx);
    m.about_org = about;
    m.about_orgs = about_orgs;
    let keys = NewKeys {
        code_hash: Some(code_hash(cx, &code)),
        idem: command.key.as_deref(),
        idem_digest: digest,
        foreign: None,
    };
    let Some(n) = row::insert(cx, &m, &keys)? else {
        return repeated(cx, &command, digest);
    };
    m.n = n;
    let raiser = write_rest(cx, &command, &words, &m, &owner, &code)?;
    Ok(receipt(&m, raiser, code, &rule, &calendar))
}

/// Class, place and owner of something new.
pub(super) struct Spotted {
    pub rule: Arc<ClassRule>,
    pub spot: Spot,
    pub owner: Owner,
}

/// Finds them. Among several seats of the same kind the key decides, so that who was foreseen is who gets it.
pub(super) fn find(
    cx: &mut Cx<'_>,
    key: Option<&str>,
    class: &str,
    place: &RaisedPlace,
    origin: Origin,
) -> Result<Spotted, Error> {
    let own = matches!(cx.actor.kind, kernel::ActorKind::System(_)) && class == crate::seed::WELFARE_CHECK;
    let rule = classes::by_code(cx, class)?.filter(|c| c.active || own);
    let rule = rule.ok_or_else(|| Error::invalid("class", "invalid-class"))?;
    let spot = around::spot(cx, &at_the_counter(cx, place, origin))?;
    let mut bytes = [0u8; 8];
    match key {
        Some(key) => {
            let hash = cx.keyed_hash(KeyClass::Raiser, format!("spread:{key}").as_bytes());
            bytes.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
        }
        None => cx.ids().fill(&mut bytes),
    }
    let owner = around::route(cx, &rule, &spot, u64::from_le_bytes(bytes))?;
    Ok(Spotted { rule, spot, owner })
}

/// Who walks in and names no place that is known is heard where the clerk sits.
fn at_the_counter(cx: &Cx<'_>, place: &RaisedPlace, origin: Origin) -> RaisedPlace {
    let mut place = place.clone();
    let nowhere = place.point.is_none() && place.area.is_none() && place.post.is_none();
    if nowhere && origin == Origin::WalkIn && cx.purpose == Purpose::Proxy {
        let grants = cx.actor.grants();
        place.post = grants.iter().find_map(|g| g.post);
        if place.post.is_none() {
            place.area = grants.iter().find_map(|g| g.area);
        }
    }
    place
}

/// As [`raise_corrected`], with the pictures sent along. Whoever may raise may send them; a clerk's are those of whoever
/// asked. Also when it was raised before under the same key: a picture that is there already is not stored twice, and one
/// that was added before sending again is not lost.
pub fn raise_with(
    cx: &mut Cx<'_>,
    command: Raise,
    correction: &Correction,
    pictures: &[Photo],
) -> Result<Receipt, Error> {
    let prepared = prepare(cx, command, correction)?;
    raise_whole(cx, prepared, None, pictures)
}

/// As [`raise_with`], of what was prepared and about an office or its staff.
pub fn raise_whole(
    cx: &mut Cx<'_>,
    prepared: Prepared,
    about: Option<OrgId>,
    pictures: &[Photo],
) -> Result<Receipt, Error> {
    let receipt = raise_prepared(cx, prepared, about)?;
    let add = |cx: &mut Cx<'_>| {
        pictures.iter().try_for_each(|p| attach::add(cx, receipt.matter, p, Audience::Raiser).map(drop))
    };
    if cx.actor.account_id().is_some() {
        add(cx)?;
    } else {
        let raiser = Actor::raiser(cx.district(), receipt.matter);
        cx.acting_as(raiser, Purpose::OwnMatter, add)?;
    }
    Ok(receipt)
}

/// What is hidden in the texts of a command, and what others read instead.
#[derive(Debug, Clone)]
pub(super) struct Words {
    body: Vec<Span>,
    place: Vec<Span>,
    /// One line, and the words of the search index.
    pub(super) summary: String,
    pub(super) tokens: Vec<String>,
}

impl Words {
    fn of(cx: &mut Cx<'_>, command: &Raise, correction: &Correction) -> Result<Self, Error> {
        let hints = redaction::hints(cx, &command.raiser, command.place.address.as_deref())?;
        Ok(Self::with(&command.text, command.place.address.as_deref(), &hints, correction))
    }

    pub(super) fn with(text: &str, address: Option<&str>, hints: &Hints, correction: &Correction) -> Self {
        let body = redaction::spans(text, hints, correction);
        let place = address.map(|a| redaction::place_spans(a, hints)).unwrap_or_default();
        let shown = redact::redact(text, &body);
        let index = format!("{shown} {}", address.map(|a| redact::redact(a, &place)).unwrap_or_default());
        let summary = text::excerpt(&shown, limits::SUMMARY_CHARS);
        Self { body, place, summary, tokens: text::tokens(&redaction::unmarked(&index)) }
    }

    /// Stores both texts; answers the digest of the first.
    pub(super) fn write(
        &self,
        cx: &mut Cx<'_>,
        m: &MatterRow,
        text: &str,
        address: Option<&str>,
    ) -> Result<String, Error> {
        cx.new_subject_key(KeyClass::Text, m.id.0)?;
        cx.new_subject_key(KeyClass::Original, m.id.0)?;
        let (_, digest) = notes::add_words(cx, m.id, m.owner_org, NoteKind::Body, text, &self.body)?;
        if let Some(address) = address {
            notes::add_words(cx, m.id, m.owner_org, NoteKind::Place, address, &self.place)?;
        }
        Ok(digest)
    }
}

fn first_row(
    cx: &Cx<'_>,
    command: &Raise,
    words: &Words,
    rule: &ClassRule,
    spot: &Spot,
    owner: &Owner,
    number: String,
    started: &Clock,
) -> MatterRow {
    let now = cx.now;
    MatterRow {
        n: 0,
        id: cx.new_id(),
        version: 1,
        number,
        class: rule.code.clone(),
        class_version: rule.version,
        family: rule.family,
        origin: command.origin,
        emergency: rule.is_emergency(),
        state: State::Received,
        opening: 1,
        received_at: now,
        last_at: now,
        closed_at: None,
        stage: started.stage,
        due_at: started.due_at,
        yellow_at: started.yellow_at,
        provisional: started.provisional,
        paused_until: None,
        level: Level::Green,
        owner_seat: owner.seat,
        owner_account: owner.account,
        owner_org: owner.org,
        owner_via: owner.via.code().to_owned(),
        assigned_by: None,
        lat: command.place.point.map(Point::lat),
        lon: command.place.point.map(Point::lon),
        spot: spot.clone(),
        summary: words.summary.clone(),
        outcome: None,
        answer_note: None,
        returned: false,
        extensions: 0,
        verified_by: None,
        verified_at: None,
        answered_at: None,
        merged_into: None,
        rating: None,
        elsewhere: false,
        typed_by: None,
        target_at: None,
        about_org: None,
        about_orgs: Vec::new(),
    }
}

/// The body it is about, with everything below it.
pub(super) fn unit(cx: &mut Cx<'_>, org: OrgId) -> Result<Vec<OrgId>, Error> {
    match people::app::orgs::org(cx, org) {
        Ok(org) => Ok(people::app::orgs::with_below(cx, org.id)?),
        Err(people::Error::Store(::store::Error::NotFound)) => Err(Error::invalid("about", "invalid-about")),
        Err(other) => Err(other.into()),
    }
}

/// Texts, raiser, log, search tokens, notice.
fn write_rest(
    cx: &mut Cx<'_>,
    command: &Raise,
    words: &Words,
    m: &MatterRow,
    owner: &Owner,
    code: &str,
) -> Result<RaiserId, Error> {
    let digest = words.write(cx, m, &command.text, command.place.address.as_deref())?;
    let raiser = raiser::write(cx, m.id, &command.raiser, code)?;
    let payload = json!({
        "v": 1, "to": m.state.code(), "class": &m.class, "class_version": m.class_version, "origin": m.origin.code(),
        "owner": owner.account, "owner_seat": owner.seat, "via": owner.via.code(), "body": digest,
        "about": m.about_org,
    });
    cx.record("matter.raise", log::SUBJECT, m.id.0, &payload)?;
    cx.index_text("matter_fts", m.n, &index_words(m, words.tokens.clone()))?;
    let reason = if m.emergency { Reason::Emergency } else { Reason::New };
    events::notify(cx, m.id, m.version, (owner.account, owner.seat), reason)?;
    cx.signal(events::CHANGED, m.id.0);
    Ok(raiser)
}

/// The tokens of the index: words of the text, and the number's own parts (`hq`, `2026`, `01873`).
pub(super) fn index_words(m: &MatterRow, mut tokens: Vec<String>) -> String {
    tokens.truncate(limits::INDEX_TOKENS);
    tokens.extend(text::tokens(&m.number));
    tokens.join(" ")
}

fn receipt(m: &MatterRow, raiser: RaiserId, code: String, rule: &Arc<ClassRule>, calendar: &WorkCalendar) -> Receipt {
    let (contact, answer) = promise(rule, calendar, m.received_at);
    Receipt {
        matter: m.id,
        raiser,
        number: m.number.clone(),
        code,
        raised_at: m.received_at,
        class: Arc::clone(rule),
        contact_by: contact.due_at,
        answer_by: answer.due_at,
        provisional: contact.provisional || answer.provisional,
        post: m.spot.post,
        owner_account: m.owner_account,
        owner_seat: m.owner_seat,
        repeated: false,
    }
}

/// What may be promised for something raised at `at`: first contact, and dealt with, when every term is used up.
pub(crate) fn promise(rule: &ClassRule, calendar: &WorkCalendar, at: Moment) -> (Clock, Clock) {
    let mut log = vec![ClockEvent { at, step: ClockStep::Raised }];
    let sign = clock(&log, rule, calendar, at);
    log.push(ClockEvent { at: sign.due_at, step: ClockStep::Signed });
    let contact = clock(&log, rule, calendar, at);
    log.push(ClockEvent { at: contact.due_at.max(sign.due_at), step: ClockStep::Contacted });
    let answer = clock(&log, rule, calendar, at);
    debug_assert_eq!(answer.stage, Stage::Handle);
    debug_assert!(rule.time != TimeKind::Calendar || rule.handle.unit != Unit::Days || !answer.provisional);
    (contact, answer)
}

/// `HQ-2026-01873`: the district's prefix, the year on the wall, a number that starts anew each year.
pub(super) fn next_number(cx: &mut Cx<'_>) -> Result<String, Error> {
    let year = cx.now.zoned(&kernel::time::shanghai()).year();
    let n = cx.next_number(&format!("matter-{year}"))?;
    Ok(format!("HQ-{year}-{n:05}"))
}

pub(super) fn new_code(cx: &Cx<'_>) -> String {
    let mut bytes = [0u8; limits::CODE_CHARS];
    cx.ids().fill(&mut bytes);
    text::code_from(&bytes, limits::CODE_CHARS)
}

/// Codes are found by keyed hash; the code itself is only in the raiser block.
pub(crate) fn code_hash(cx: &Cx<'_>, code: &str) -> [u8; 32] {
    let typed = text::normalise_code(code).unwrap_or_default();
    cx.keyed_hash(KeyClass::Raiser, format!("code:{typed}").as_bytes())
}

fn fingerprint(cx: &Cx<'_>, c: &Raise, about: Option<OrgId>) -> [u8; 32] {
    let content = format!("{:?}{about:?}", (&c.class, &c.text, &c.place, &c.raiser, c.origin));
    cx.keyed_hash(KeyClass::Raiser, content.as_bytes())
}

/// The number of what was raised under this idempotency key, for the program that uses it.
pub fn number_of_key(cx: &mut Cx<'_>, key: &str) -> Result<Option<String>, Error> {
    if !matches!(cx.actor.kind, kernel::ActorKind::System(_)) {
        return Err(Error::NotFound);
    }
    let sql = "SELECT number FROM matter WHERE district_id = $1 AND idem = $2";
    Ok(cx.query_opt(sql, params![cx.district(), key])?.map(|r| r.text("number")).transpose()?)
}

/// The same key again: the same receipt, or a refusal when the content differs.
fn repeated(cx: &mut Cx<'_>, command: &Raise, digest: Option<[u8; 32]>) -> Result<Receipt, Error> {
    let sql = "SELECT id, idem_digest FROM matter WHERE district_id = $1 AND idem = $2";
    let found = cx.query_opt(sql, params![cx.district(), command.key.as_deref()])?;
    // No such key: two random codes or numbers met. Everything is rolled back and the caller may try again.
    let found = found.ok_or_else(|| Error::from(::store::Error::Unavailable("try again".into())))?;
    if found.opt_blob("idem_digest")?.as_deref() != digest.as_ref().map(<[u8; 32]>::as_slice) {
        return Err(Error::invalid("key", "invalid-key-reused"));
    }
    let m = MatterRow::load(cx, found.id("id")?)?;
    let rule = classes::by_code(cx, &m.class)?.ok_or(Error::NotFound)?;
    let calendar = calendar(cx)?;
    let (raiser, code) = raiser::code_of_first(cx, m.id)?;
    Ok(Receipt { repeated: true, ..receipt(&m, raiser, code, &rule, &calendar) })
}

/// Tidies everything and names what is wrong, field by field.
fn check(mut c: Raise) -> Result<Raise, Error> {
    let mut wrong = Vec::new();
    limits::text(&mut wrong, "text", &mut c.text, limits::TEXT_CHARS);
    limits::optional(&mut wrong, "address", &mut c.place.address, limits::LINE_CHARS);
    limits::optional(&mut wrong, "name", &mut c.raiser.name, limits::NAME_CHARS);
    limits::optional(&mut wrong, "postal", &mut c.raiser.address, limits::LINE_CHARS);
    limits::optional(&mut wrong, "email", &mut c.raiser.email, limits::EMAIL_CHARS);
    if c.key.as_ref().is_some_and(|k| k.is_empty() || k.len() > 100) {
        wrong.push(Invalid::limit("key", "invalid-too-long", 100));
    }
    if let Some(typed) = c.raiser.phone.take().filter(|p| !p.trim().is_empty()) {
        match text::phone(&typed) {
            Some(digits) => c.raiser.phone = Some(digits),
            None => wrong.push(Invalid::new("phone", "invalid-phone")),
        }
    }
    if c.raiser.email.as_ref().is_some_and(|e| !limits::looks_like_email(e)) {
        wrong.push(Invalid::new("email", "invalid-email"));
    }
    if c.raiser.anonymous {
        c.raiser = RaiserInput::anonymous(c.raiser.lang);
    }
    let missing = match c.raiser.channel {
        Channel::Phone | Channel::Sms if c.raiser.phone.is_none() => Some("phone"),
        Channel::Email if c.raiser.email.is_none() => Some("email"),
        Channel::Paper if c.raiser.address.is_none() => Some("postal"),
        _ => None,
    };
    if let Some(field) = missing.filter(|f| !wrong.iter().any(|w| w.field == *f)) {
        wrong.push(Invalid::new(field, "invalid-needed-for-channel"));
    }
    if wrong.is_empty() { Ok(c) } else { Err(Error::Invalid(wrong)) }
}
