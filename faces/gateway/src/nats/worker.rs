//! From the stream to the domain: a task for each shard that this worker holds.

use super::lease::Leases;
use super::{Names, connect};
use crate::Settings;
use crate::seal::Seal;
use crate::worker::{Stop, Takes};
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use async_nats::jetstream::stream::Stream;
use futures_util::StreamExt as _;
use locators::model::Taken;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use uuid::Uuid;

/// Records handed over in one transaction.
const TOGETHER: usize = 500;
const LOOK_EVERY: Duration = Duration::from_millis(500);

type Failed = Box<dyn std::error::Error + Send + Sync>;

/// Where records go, and what opens them.
pub(super) type Ends = (Arc<dyn Takes>, Seal);

/// Works until it is told to end.
pub(super) fn run(settings: &Settings, names: &Names, ends: &Ends, stop: &Stop) {
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return tracing::error!(%error, "the workers cannot start"),
    };
    while !stop.told() {
        if let Err(why) = runtime.block_on(work(settings, names, ends, stop)) {
            tracing::error!(%why, "NATS: the workers begin anew");
        }
        if stop.wait(Duration::from_secs(1)) {
            break;
        }
    }
    runtime.shutdown_timeout(Duration::from_secs(2));
}

/// A shard that is worked on.
struct Working {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Working {
    /// Waits for the batch in hand, so that whoever comes next finds it taken in.
    async fn end(self) {
        let _ = self.stop.send(true);
        let _ = self.task.await;
    }
}

async fn work(settings: &Settings, names: &Names, ends: &Ends, stop: &Stop) -> Result<(), Failed> {
    let (_, stream, store) = connect(settings, names).await?;
    let mut leases = Leases::new(store, names.clone(), Uuid::now_v7());
    let mut working: HashMap<u16, Working> = HashMap::new();
    let mut renewed = Ok(());
    while !stop.told() {
        renewed = leases.renew().await;
        if renewed.is_err() {
            break;
        }
        let held = leases.held();
        let lost: Vec<u16> = working.keys().copied().filter(|shard| !held.contains(shard)).collect();
        for shard in lost {
            if let Some(one) = working.remove(&shard) {
                one.end().await;
            }
        }
        for shard in held {
            working.entry(shard).or_insert_with(|| {
                let (sender, told) = watch::channel(false);
                let (stream, subject) = (stream.clone(), names.subject(shard));
                let task = tokio::spawn(shard_worker(stream, subject, ends.clone(), told));
                Working { stop: sender, task }
            });
        }
        let again = Instant::now() + names.lease / 4;
        while !stop.told() && Instant::now() < again {
            tokio::time::sleep(LOOK_EVERY.min(names.lease / 4)).await;
        }
    }
    for (_, one) in working {
        one.end().await;
    }
    leases.let_go().await;
    renewed
}

async fn shard_worker(stream: Stream, subject: String, ends: Ends, told: watch::Receiver<bool>) {
    let mut failures = 0_u32;
    while !*told.borrow() {
        match in_order(&stream, &subject, &ends, &told, &mut failures).await {
            Ok(()) => return,
            Err(why) => {
                failures += 1;
                tracing::error!(%subject, %why, failures, "records wait in JetStream; they are taken in as soon as it goes");
                tokio::time::sleep(LOOK_EVERY * failures.min(20)).await;
            }
        }
    }
}

/// Takes in from the first record that stands there, in order, and removes what is taken in.
async fn in_order(
    stream: &Stream,
    subject: &str,
    (takes, seal): &Ends,
    told: &watch::Receiver<bool>,
    failures: &mut u32,
) -> Result<(), Failed> {
    let config = pull::Config {
        deliver_policy: DeliverPolicy::All,
        ack_policy: AckPolicy::None,
        filter_subject: subject.to_owned(),
        inactive_threshold: Duration::from_secs(60),
        memory_storage: true,
        ..pull::Config::default()
    };
    let consumer = stream.create_consumer(config).await?;
    while !*told.borrow() {
        let mut batch = consumer.batch().max_messages(TOGETHER).expires(LOOK_EVERY).messages().await?;
        let (mut taken, mut last) = (Vec::new(), None);
        while let Some(message) = batch.next().await {
            let message = message?;
            last = Some(message.info()?.stream_sequence);
            match seal.read(&message.payload) {
                Ok(one) => taken.push(Taken::from(one)),
                Err(why) => tracing::error!(%subject, %why, "a record cannot be read and is left out"),
            }
        }
        let Some(last) = last else { continue };
        let takes = Arc::clone(takes);
        tokio::task::spawn_blocking(move || takes.take_in(taken)).await??;
        *failures = 0;
        stream.purge().filter(subject).sequence(last + 1).await?;
    }
    Ok(())
}
