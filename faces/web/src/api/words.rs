//! Closed lists of the domains as they stand in JSON and in the description: by their stable codes.

use kernel::Moment;
use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{RefOr, schema::ArrayBuilder};
use utoipa::{PartialSchema, ToSchema};

/// A closed list.
pub(super) trait Coded: Copy + Sized + 'static {
    /// Name of the schema.
    const NAME: &'static str;
    fn all() -> Vec<Self>;
    fn to_code(self) -> &'static str;
    fn of_code(code: &str) -> Option<Self> {
        Self::all().into_iter().find(|w| w.to_code() == code)
    }
}

macro_rules! coded {
    ($($type:path as $name:literal, $word:ident;)+) => {$(
        impl Coded for $type {
            const NAME: &'static str = $name;
            fn all() -> Vec<Self> { Self::ALL.iter().copied().collect() }
            fn to_code(self) -> &'static str { self.code() }
        }
        // A name without parameters, because the description wants one for each list.
        pub(super) type $word = Word<$type>;
    )+};
}
coded! {
    matters::model::State as "State", StateWord;
    matters::model::Level as "Level", LevelWord;
    matters::model::Family as "Family", FamilyWord;
    matters::model::Origin as "Origin", OriginWord;
    matters::model::Channel as "Channel", ChannelWord;
    matters::model::Outcome as "Outcome", OutcomeWord;
    matters::model::Proof as "Proof", ProofWord;
    matters::model::DeliveryResult as "DeliveryResult", DeliveryResultWord;
    matters::model::CommandKind as "CommandKind", CommandKindWord;
    matters::model::RejectReason as "RejectReason", RejectReasonWord;
    matters::model::WaitReason as "WaitReason", WaitReasonWord;
    matters::model::ContactOutcome as "ContactOutcome", ContactOutcomeWord;
    matters::model::Route as "Route", RouteWord;
    matters::model::Scope as "Scope", ScopeWord;
    matters::model::TimeKind as "TimeKind", TimeKindWord;
    matters::model::OnReturn as "OnReturn", OnReturnWord;
    matters::model::Urgency as "Urgency", UrgencyWord;
    kernel::Role as "Role", RoleWord;
    people::model::OrgKind as "OrgKind", OrgKindWord;
    people::policy::TokenScope as "KeyScope", TokenScopeWord;
    matters::NoteKind as "TextKind", TextKindWord;
    matters::app::Queue as "Queue", QueueWord;
    people::model::AccountStatus as "AccountStatus", AccountStatusWord;
    people::model::TermKind as "TermKind", TermKindWord;
    alerts::bulletin::Category as "BulletinCategory", CategoryWord;
    alerts::bulletin::Urgency as "BulletinUrgency", BulletinUrgencyWord;
    alerts::bulletin::Severity as "BulletinSeverity", SeverityWord;
    alerts::bulletin::Certainty as "BulletinCertainty", CertaintyWord;
    lost::model::Kind as "LostKind", LostKindWord;
    lost::model::State as "LostState", LostStateWord;
    lost::model::Outcome as "LostOutcome", LostOutcomeWord;
    lost::model::Sex as "Sex", SexWord;
    lost::model::Build as "Build", BuildWord;
    lost::model::Attempt as "Attempt", AttemptWord;
    lost::model::Look as "Look", LookWord;
    lost::model::Task as "Task", TaskWord;
    lost::model::Helping as "Helping", HelpingWord;
    lost::model::Worked as "Worked", WorkedWord;
    lost::app::Reached as "Reached", ReachedWord;
    lost::app::EntryKind as "CaseEntryKind", EntryKindWord;
    matters::redaction::Kind as "Hidden", HiddenWord;
    places::AreaKind as "AreaKind", AreaKindWord;
    places::PostState as "PostState", PostStateWord;
    places::Tier as "Tier", TierWord;
}

pub(super) type LangWord = Word<kernel::Lang>;

impl Coded for kernel::Lang {
    const NAME: &'static str = "Lang";
    fn all() -> Vec<Self> {
        Self::ALL.to_vec()
    }
    fn to_code(self) -> &'static str {
        self.tag()
    }
}

/// A member of a closed list, written as its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Word<T>(pub T);

impl<T: Coded> From<T> for Word<T> {
    fn from(word: T) -> Self {
        Self(word)
    }
}

impl<T: Coded> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.0.to_code())
    }
}

impl<'de, T: Coded> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let code = Cow::<str>::deserialize(from)?;
        T::of_code(&code)
            .map(Self)
            .ok_or_else(|| D::Error::invalid_value(Unexpected::Str("another code"), &"a code of the list"))
    }
}

impl<T: Coded> PartialSchema for Word<T> {
    fn schema() -> RefOr<Schema> {
        let codes: Vec<&str> = T::all().into_iter().map(Coded::to_code).collect();
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codes)).into()
    }
}

impl<T: Coded> ToSchema for Word<T> {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed(T::NAME)
    }
}

/// Several codes in one query parameter, with commas between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words<T>(pub Vec<T>);

impl<T> Default for Words<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Coded> Deserialize<'de> for Words<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(from)?;
        let codes = text.split(',').map(str::trim).filter(|c| !c.is_empty());
        let words: Option<Vec<T>> = codes.map(T::of_code).collect();
        words.map(Self).ok_or_else(|| D::Error::custom("a code of the list is wrong"))
    }
}

impl<T: Coded> PartialSchema for Words<T> {
    fn schema() -> RefOr<Schema> {
        ArrayBuilder::new().items(Word::<T>::schema()).into()
    }
}

impl<T: Coded> ToSchema for Words<T> {}

/// An instant as RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct At(pub Moment);

impl From<Moment> for At {
    fn from(at: Moment) -> Self {
        Self(at)
    }
}

impl Serialize for At {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0.timestamp())
    }
}

impl<'de> Deserialize<'de> for At {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(from)?;
        // RFC 3339 allows small letters and a leap second; the parser takes the rest.
        Moment::parse_rfc3339(&text.to_uppercase()).map(Self).map_err(|_| D::Error::custom("not an instant"))
    }
}

impl PartialSchema for At {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .into()
    }
}

impl ToSchema for At {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Instant")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use matters::model::State;

    #[test]
    fn codes_and_instants_come_back_as_they_went() {
        let json = serde_json::json!([Word(State::ToVerify), At(Moment::from_micros(1_500_000))]);
        assert_eq!(json.to_string(), r#"["to_verify","1970-01-01T00:00:01.5Z"]"#);
        let words: Result<(Word<State>, At), _> = serde_json::from_value(json);
        assert_eq!(words.ok(), Some((Word(State::ToVerify), At(Moment::from_micros(1_500_000)))));
        assert!(serde_json::from_str::<Word<State>>(r#""done""#).is_err());
        let several: Result<Words<State>, _> = serde_json::from_str(r#""closed, signed""#);
        assert_eq!(several.ok(), Some(Words(vec![State::Closed, State::Signed])));
    }
}
