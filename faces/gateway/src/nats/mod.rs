//! The same gateway over NATS JetStream, for more than one machine (decision 0025).
//!
//! A record goes to the subject `{prefix}.{shard}` of the stream `{prefix}`; the device hears that it arrived once the server has said so.
//! The shard is a hash of the locator, so that all records of one locator stand in one row. Each shard belongs to one worker at a time,
//! by a lease; the worker takes records in from the beginning of what stands there and removes what it has taken in. Whoever
//! takes a shard over begins at the same place: nothing is lost, and what was taken in already is handed over again, which changes nothing.

mod lease;
mod publisher;
mod worker;

pub(crate) use publisher::{Publisher, Sent};

use crate::seal::Seal;
use crate::worker::{Takes, Threads};
use crate::{Error, Settings};
use async_nats::jetstream::{self, kv, stream};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// How long the server knows a message again that it has already.
const KNOWN_AGAIN: Duration = Duration::from_secs(300);
/// Records that nobody takes in are not kept for ever.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3_600);

/// What a worker and a gateway agree on.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    prefix: String,
    shards: u16,
    /// A shard whose worker has not been heard of for so long is free.
    lease: Duration,
}

impl Names {
    fn new(settings: &Settings) -> Result<Self, Error> {
        let prefix = settings.nats_prefix.clone();
        let plain = !prefix.is_empty() && prefix.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if !plain {
            let why = "gateway.nats_prefix has letters, digits, - and _ only, at least one";
            return Err(Error::Nats(why.to_owned()));
        }
        Ok(Self {
            prefix,
            shards: settings.nats_shards.max(1),
            lease: Duration::from_secs(settings.nats_lease_secs.max(1)),
        })
    }

    fn subject(&self, shard: u16) -> String {
        format!("{}.{shard}", self.prefix)
    }

    /// The shard of a locator; the same in every version of the program (FNV-1a, 64 bits, folded).
    pub(crate) fn shard(&self, locator: Uuid) -> u16 {
        let hash = locator
            .as_bytes()
            .iter()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
        ((hash ^ (hash >> 32)) % u64::from(self.shards)) as u16
    }
}

/// The stream and the leases, made when they are not there.
async fn connect(settings: &Settings, names: &Names) -> Result<(jetstream::Context, stream::Stream, kv::Store), Error> {
    let wrong = |what: &str, why: &dyn std::fmt::Display| Error::Nats(format!("NATS, {what}: {why}"));
    let options = async_nats::ConnectOptions::new().name("mulin gateway");
    let client = options.connect(&settings.nats).await.map_err(|e| wrong("connecting (gateway.nats)", &e))?;
    let mut context = jetstream::new(client);
    context.set_timeout(Duration::from_secs(5));
    let config = stream::Config {
        name: names.prefix.clone(),
        subjects: vec![format!("{}.*", names.prefix)],
        max_age: LONGEST_WAIT,
        duplicate_window: KNOWN_AGAIN,
        storage: stream::StorageType::File,
        discard: stream::DiscardPolicy::New,
        ..stream::Config::default()
    };
    let stream = context.get_or_create_stream(config).await.map_err(|e| wrong("the stream", &e))?;
    let bucket = format!("{}-workers", names.prefix);
    // A bucket is a stream; made by hand, because what makes one asks for the account in a form that older servers do not have.
    let config = stream::Config {
        name: format!("KV_{bucket}"),
        subjects: vec![format!("$KV.{bucket}.>")],
        max_messages_per_subject: 1,
        max_age: names.lease,
        duplicate_window: names.lease,
        allow_rollup: true,
        deny_delete: true,
        allow_direct: true,
        discard: stream::DiscardPolicy::New,
        ..stream::Config::default()
    };
    context.get_or_create_stream(config).await.map_err(|e| wrong("the leases", &e))?;
    let leases = context.get_key_value(bucket).await.map_err(|e| wrong("the leases", &e))?;
    Ok((context, stream, leases))
}

/// Connects, starts the workers of this process, and gives what connections publish with.
pub(crate) async fn start(
    settings: &Settings,
    ends: (Arc<dyn Takes>, Seal),
    threads: &mut Threads,
) -> Result<Publisher, Error> {
    let names = Names::new(settings)?;
    let (context, _, _) = connect(settings, &names).await?;
    if settings.nats_work {
        let (settings, names) = (settings.clone(), names.clone());
        threads
            .spawn("gateway-nats", move |stop| worker::run(&settings, &names, &ends, stop))
            .map_err(Error::Threads)?;
    }
    Ok(Publisher::new(context, names))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_locator_stays_in_its_shard_and_shards_are_filled_evenly() {
        let names = Names::new(&Settings::default()).unwrap();
        let mut count = [0_u32; 16];
        for n in 0..16_000_u128 {
            let shard = names.shard(Uuid::from_u128(n << 3 | 0x0198_0000_0000_7000_8000_0000_0000_0000));
            *count.get_mut(usize::from(shard)).unwrap() += 1;
        }
        assert!(count.iter().all(|n| (800..1_200).contains(n)), "{count:?}");
        // Changing this moves locators while their records wait.
        assert_eq!(names.shard(Uuid::from_u128(7)), 9);
    }

    #[test]
    fn a_prefix_is_one_word() {
        for wrong in ["", "fix.a", "fix *", "区"] {
            let settings = Settings { nats_prefix: wrong.to_owned(), ..Settings::default() };
            assert!(Names::new(&settings).is_err(), "{wrong}");
        }
    }
}
