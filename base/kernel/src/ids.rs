//! Typed identifiers (UUIDv7) and the source they come from.

use crate::time::Moment;
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// Where ids and secrets come from. Passed in, so that the demo is deterministic and tests can foresee ids.
pub trait Ids: Send + Sync {
    /// Fills `buf` with random bytes. Secrets are made of these.
    fn fill(&self, buf: &mut [u8]);

    /// A UUIDv7 (RFC 9562 §5.7) stamped with `now`.
    fn uuid(&self, now: Moment) -> Uuid {
        let mut random = [0u8; 10];
        self.fill(&mut random);
        uuid::Builder::from_unix_timestamp_millis((now.micros() / 1_000).max(0).cast_unsigned(), &random).into_uuid()
    }
}

/// Ids and secrets from the operating system.
#[derive(Debug, Default, Clone, Copy)]
pub struct OsIds;

impl Ids for OsIds {
    fn fill(&self, buf: &mut [u8]) {
        rand::rng().fill_bytes(buf);
    }
}

/// Deterministic ids for the demo, benches and tests. Never for a real district.
#[derive(Debug)]
pub struct SeededIds(Mutex<StdRng>);

impl SeededIds {
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl Ids for SeededIds {
    fn fill(&self, buf: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(buf);
    }
}

/// Declares newtypes around [`Uuid`], so that a matter's id cannot be passed where an account's is meant.
#[macro_export]
macro_rules! id_types {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub uuid::Uuid);
        impl $name {
            /// A fresh id from the given source.
            pub fn new(ids: &dyn $crate::Ids, now: $crate::Moment) -> Self { Self(ids.uuid(now)) }
        }
        impl From<uuid::Uuid> for $name { fn from(id: uuid::Uuid) -> Self { Self(id) } }
        impl From<$name> for uuid::Uuid { fn from(id: $name) -> Self { id.0 } }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }
        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(s: &str) -> Result<Self, Self::Err> { uuid::Uuid::parse_str(s).map(Self) }
        }
    )+};
}

id_types! {
    /// A district: the shard key of every table.
    DistrictId,
    /// A person who signs in (staff or volunteer).
    AccountId,
    /// An organisation: police branch, committee, agency, property manager, shop.
    OrgId,
    /// A position that accounts hold for a term (岗位).
    SeatId,
    /// A district, town, community, grid cell or police area.
    AreaId,
    /// A police post, police office or safe house.
    PostId,
    /// Something that was raised.
    MatterId,
    /// Whoever raised a matter; the key of the raiser block.
    RaiserId,
    /// A photo or paper that belongs to a matter.
    AttachmentId,
    /// A resident in care. Staff are accounts.
    PersonId,
    /// The time in which somebody looks at records without a matter (break-glass).
    WindowId,
    /// A lawful demand for a record.
    DemandId,
    /// What somebody asks about their own data.
    DataRequestId,
    /// A case of a lost elder.
    CaseId,
    /// A care card, worn by an elder at risk.
    CardId,
    /// What a finder, the family and a post write to each other.
    ThreadId,
    /// Somebody who is called when an elder is found.
    ContactId,
    /// A watch, pendant or fob that says where its wearer is.
    LocatorId,
}
