//! How matters look in JSON. Names and contacts of raisers are in none of these but [`Raiser`], which only the logged
//! reading answers with.

use crate::api::words::{
    At, ChannelWord, CommandKindWord, DeliveryResultWord, FamilyWord, LangWord, LevelWord, OriginWord, OutcomeWord,
    ProofWord, StateWord, TextKindWord, Word,
};
use crate::fail::Wrong;
use crate::{Fail, Page};
use kernel::Lang;
use kernel::geo::Point;
use kernel::ids::{AreaId, PostId};
use matters::RaiserLine;
use matters::app::{Detail, Line, RaisedPlace};
use matters::model::{Channel, CommandKind};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// One line of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MatterLine {
    pub id: Uuid,
    /// Counts the changes; also the beginning of the `ETag`.
    pub version: i64,
    /// For talking about it.
    #[schema(example = "HQ-2026-01873")]
    pub number: String,
    /// Code of its class.
    pub class: String,
    pub family: FamilyWord,
    pub origin: OriginWord,
    pub emergency: bool,
    pub state: StateWord,
    /// Beginning of the text, without numbers of people.
    pub summary: String,
    pub received_at: At,
    /// For a closed matter when it was closed.
    pub due_at: At,
    /// The due time needs a calendar year that is not loaded yet.
    pub provisional: bool,
    /// Its clock stands still until then.
    pub paused_until: Option<At>,
    /// How late it is now.
    pub level: LevelWord,
    /// Whoever answers for it (R1).
    pub owner: Owner,
    pub place: Place,
}

/// Who answers for a matter: a person's account, on a seat.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Owner {
    pub account: Uuid,
    pub seat: Uuid,
}

/// Where it is, as far as it is known; WGS-84.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Place {
    pub lat: Option<f64>,
    pub lon: Option<f64>,
    pub town: Option<Uuid>,
    pub community: Option<Uuid>,
    pub grid: Option<Uuid>,
    pub police: Option<Uuid>,
    pub post: Option<Uuid>,
}

impl From<Line> for MatterLine {
    fn from(l: Line) -> Self {
        Self {
            id: l.matter.0,
            version: l.version,
            number: l.number,
            class: l.class,
            family: l.family.into(),
            origin: l.origin.into(),
            emergency: l.emergency,
            state: l.state.into(),
            summary: l.summary,
            received_at: l.received_at.into(),
            due_at: l.due_at.into(),
            provisional: l.provisional,
            paused_until: l.paused_until.map(At),
            level: l.level.into(),
            owner: Owner { account: l.owner_account.0, seat: l.owner_seat.0 },
            place: Place {
                lat: l.lat,
                lon: l.lon,
                town: l.spot.town.map(|a| a.0),
                community: l.spot.community.map(|a| a.0),
                grid: l.spot.grid.map(|a| a.0),
                police: l.spot.police.map(|a| a.0),
                post: l.spot.post.map(|p| p.0),
            },
        }
    }
}

/// Who did something, by kind and id.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct By {
    /// `account`, `raiser`, `public` or `system`.
    pub kind: String,
    /// For accounts.
    pub account: Option<Uuid>,
}

impl By {
    /// From the way actors are written into the log.
    pub(in crate::api) fn of(log_name: &str) -> Self {
        let (kind, id) = log_name.split_once(':').unwrap_or((log_name, ""));
        let account = (kind == "account").then(|| id.parse().ok()).flatten();
        Self { kind: kind.to_owned(), account }
    }
}

/// Something that was written about a matter.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Text {
    pub at: At,
    pub kind: TextKindWord,
    pub by: By,
    /// The raiser may read it.
    pub for_raiser: bool,
    pub text: String,
}

impl From<matters::Note> for Text {
    fn from(n: matters::Note) -> Self {
        Self { at: n.at.into(), kind: n.kind.into(), by: By::of(&n.author), for_raiser: n.for_raiser, text: n.text }
    }
}

/// One line of the log of a matter.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Event {
    pub at: At,
    pub by: By,
    /// What happened, such as `sign` or `escalate`.
    pub kind: String,
    /// Ids, codes and dates of it; never texts or names.
    #[schema(value_type = Object)]
    pub payload: Value,
}

impl From<matters::app::TimelineLine> for Event {
    fn from(l: matters::app::TimelineLine) -> Self {
        Self { at: l.at.into(), by: By::of(&l.actor), kind: l.kind, payload: l.payload }
    }
}

/// Somebody who raised it, without anything that says who.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RaiserOutline {
    pub id: Uuid,
    /// The matter it was raised with; another one after a merge.
    pub origin: Uuid,
    pub at: At,
    pub channel: ChannelWord,
    pub anonymous: bool,
    pub lang: LangWord,
    /// What proves that this raiser has the answer.
    pub proof: Option<ProofWord>,
    pub proof_at: Option<At>,
}

impl From<RaiserLine> for RaiserOutline {
    fn from(r: RaiserLine) -> Self {
        Self {
            id: r.id.0,
            origin: r.origin.0,
            at: r.at.into(),
            channel: r.channel.into(),
            anonymous: r.anonymous,
            lang: r.lang.into(),
            proof: r.proof.map(Word),
            proof_at: r.proof_at.map(At),
        }
    }
}

/// One logged attempt to bring the answer.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Attempt {
    pub raiser: Uuid,
    pub at: At,
    pub result: DeliveryResultWord,
    pub by: By,
}

/// A step and whether this caller may take it now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Step {
    pub command: CommandKindWord,
    pub allowed: bool,
    /// Code of the rule that is against it.
    pub rule: Option<String>,
}

/// Another matter, by id and number.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MatterRef {
    pub id: Uuid,
    pub number: String,
}

/// Everything staff may see of one matter.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Matter {
    #[serde(flatten)]
    pub line: MatterLine,
    /// How the owner came to it: `holder`, `successor`, `deputy` or `catch_all`.
    pub owner_via: String,
    /// Accounts that signed, contacted or handled since it was last opened; they do not verify it (R2).
    pub handlers: Vec<Uuid>,
    /// Why it is due when it is due, line by line, in the language asked for.
    pub why_due: Vec<String>,
    pub texts: Vec<Text>,
    pub outcome: Option<OutcomeWord>,
    /// The answer as it stands, sent or not.
    pub answer: Option<String>,
    pub verified_by: Option<Uuid>,
    pub answered_at: Option<At>,
    pub closed_at: Option<At>,
    pub rating: Option<i64>,
    /// How often it was opened; more than 1 after a reopening.
    pub opening: i64,
    pub typed_by: Option<Uuid>,
    /// Closed in the system it came from.
    pub elsewhere: bool,
    pub raisers: Vec<RaiserOutline>,
    pub attempts: Vec<Attempt>,
    pub events: Vec<Event>,
    /// Ids of its photos.
    pub photos: Vec<Uuid>,
    /// Matters joined to this one.
    pub joined: Vec<MatterRef>,
    pub merged_into: Option<Uuid>,
    pub steps: Vec<Step>,
    /// This caller may read the names of the raisers; each reading is logged.
    pub may_reveal: bool,
}

impl Matter {
    pub(super) fn of(page: &Page, d: Detail) -> Self {
        let step = |(kind, answer): (CommandKind, Result<(), matters::Error>)| Step {
            command: kind.into(),
            allowed: answer.is_ok(),
            rule: match answer {
                Err(matters::Error::Refused(refusal)) => Some(refusal.key.to_owned()),
                Err(matters::Error::Denied(denied)) => Some(format!("denied-{}", denied.why.code())),
                _ => None,
            },
        };
        let attempt = |a: matters::app::DeliveryLine| Attempt {
            raiser: a.raiser.0,
            at: a.at.into(),
            result: a.result.into(),
            by: By::of(&a.author),
        };
        Self {
            why_due: crate::desk::why(page, &d.clock.why, d.class.name(page.look.lang)),
            owner_via: d.owner_via.to_owned(),
            handlers: d.handlers.iter().map(|a| a.0).collect(),
            texts: d.texts.into_iter().map(Into::into).collect(),
            outcome: d.outcome.map(Word),
            answer: d.answer,
            verified_by: d.verified_by.map(|a| a.0),
            answered_at: d.answered_at.map(At),
            closed_at: d.closed_at.map(At),
            rating: d.rating,
            opening: d.opening,
            typed_by: d.typed_by.map(|a| a.0),
            elsewhere: d.elsewhere,
            raisers: d.raisers.into_iter().map(Into::into).collect(),
            attempts: d.deliveries.into_iter().map(attempt).collect(),
            events: d.timeline.into_iter().map(Into::into).collect(),
            photos: d.attachments.iter().map(|a| a.id.0).collect(),
            joined: d.joined.into_iter().map(|(id, number)| MatterRef { id: id.0, number }).collect(),
            merged_into: d.merged_into.map(|m| m.0),
            steps: d.commands.into_iter().map(step).collect(),
            may_reveal: d.may_reveal,
            // The line shows the owner as it is stored; here it is who answers now.
            line: MatterLine { owner: Owner { account: d.owner.0, seat: d.owner_seat.0 }, ..d.line.into() },
        }
    }
}

/// A matter that may be the same.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Similar {
    pub matter: MatterLine,
    /// Metres between the two; null when one of the places is not known.
    pub distance_m: Option<f64>,
    pub hours_apart: i64,
    /// Share of words in common, 0 to 1.
    pub words: f64,
    pub same_class: bool,
}

impl From<matters::app::Candidate> for Similar {
    fn from(c: matters::app::Candidate) -> Self {
        Self {
            matter: c.line.into(),
            distance_m: Some(c.distance_m).filter(|m| m.is_finite()),
            hours_apart: c.hours_apart,
            words: c.words,
            same_class: c.same_class,
        }
    }
}

/// Who raised a matter, and how to reach them (R3). Reading this is an entry in the log.
#[derive(Serialize, ToSchema)]
pub(super) struct Raiser {
    pub id: Uuid,
    pub anonymous: bool,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub postal: Option<String>,
    pub lang: LangWord,
    /// The key was destroyed: nothing is left to show.
    pub erased: bool,
}

impl From<matters::raiser::Raiser> for Raiser {
    fn from(r: matters::raiser::Raiser) -> Self {
        Self {
            id: r.id.0,
            anonymous: r.anonymous,
            name: r.name,
            phone: r.phone,
            email: r.email,
            postal: r.address,
            lang: r.lang.into(),
            erased: r.erased,
        }
    }
}

/// Where something is. A point, an address, or an area chosen from a list; all may be missing.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct PlaceInput {
    /// WGS-84; together with `lon`.
    #[schema(minimum = -90, maximum = 90)]
    pub lat: Option<f64>,
    /// WGS-84; together with `lat`.
    #[schema(minimum = -180, maximum = 180)]
    pub lon: Option<f64>,
    #[schema(max_length = 300)]
    pub address: Option<String>,
    pub area: Option<Uuid>,
    /// The post at which it is raised.
    pub post: Option<Uuid>,
}

impl PlaceInput {
    pub(in crate::api) fn read(self) -> Result<RaisedPlace, Fail> {
        Ok(RaisedPlace {
            point: point(self.lat, self.lon)?,
            address: self.address,
            area: self.area.map(AreaId),
            post: self.post.map(PostId),
        })
    }
}

/// A point of which both coordinates are given, or neither.
fn point(lat: Option<f64>, lon: Option<f64>) -> Result<Option<Point>, Fail> {
    match (lat, lon) {
        (None, None) => Ok(None),
        (Some(lat), Some(lon)) => match Point::new(lon, lat) {
            Ok(point) => Ok(Some(point)),
            Err(_) => Err(Fail::Invalid(vec![
                Wrong::new("place.lat", "invalid-range"),
                Wrong::new("place.lon", "invalid-range"),
            ])),
        },
        (Some(_), None) => Err(Fail::invalid("place.lon", "invalid-with")),
        (None, Some(_)) => Err(Fail::invalid("place.lat", "invalid-with")),
    }
}

/// How to reach whoever raises it. Nothing of it is shown to anybody without an entry in the log.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct RaiserInput {
    #[schema(max_length = 80)]
    pub name: Option<String>,
    /// Needed for the channels `phone` and `sms`.
    #[schema(max_length = 40)]
    pub phone: Option<String>,
    /// Needed for the channel `email`.
    #[schema(max_length = 254)]
    pub email: Option<String>,
    /// Postal address; needed for the channel `paper`.
    #[schema(max_length = 300)]
    pub postal: Option<String>,
    /// How the answer shall come; `page` (read with the code) when nothing is said.
    pub channel: Option<ChannelWord>,
    pub lang: Option<LangWord>,
}

impl RaiserInput {
    pub(in crate::api) fn read(raiser: Option<Self>, lang: Lang) -> matters::app::RaiserInput {
        let Some(r) = raiser else { return matters::app::RaiserInput::anonymous(lang) };
        let email = r.email.map(|e| kernel::text::narrow(&e).trim().to_owned());
        matters::app::RaiserInput {
            anonymous: false,
            name: r.name,
            phone: r.phone,
            email,
            address: r.postal,
            channel: r.channel.map_or(Channel::Page, |c| c.0),
            lang: r.lang.map_or(lang, |l| l.0),
        }
    }
}
