//! Which shards this worker may work on. An entry of a bucket whose entries vanish when they are not renewed.

use super::Names;
use async_nats::jetstream::kv::Store;
use bytes::Bytes;
use futures_util::TryStreamExt as _;
use std::collections::BTreeMap;
use uuid::Uuid;

type Failed = async_nats::Error;

/// The leases of one worker.
pub(super) struct Leases {
    store: Store,
    names: Names,
    worker: Uuid,
    /// Shard → revision of its entry.
    held: BTreeMap<u16, u64>,
}

impl Leases {
    pub(super) fn new(store: Store, names: Names, worker: Uuid) -> Self {
        Self { store, names, worker, held: BTreeMap::new() }
    }

    pub(super) fn held(&self) -> Vec<u16> {
        self.held.keys().copied().collect()
    }

    fn mark(&self) -> Bytes {
        Bytes::from(self.worker.to_string())
    }

    /// Renews what is held, lets go of what is more than a fair share, takes what is free up to one. What could not be renewed is
    /// held no more.
    pub(super) async fn renew(&mut self) -> Result<(), Failed> {
        self.store.put(format!("worker.{}", self.worker), self.mark()).await?;
        for (shard, revision) in std::mem::take(&mut self.held) {
            if let Ok(revision) = self.store.update(key(shard), self.mark(), revision).await {
                self.held.insert(shard, revision);
            }
        }
        let keys: Vec<String> = self.store.keys().await?.try_collect().await?;
        let workers = keys.iter().filter(|k| k.starts_with("worker.")).count().max(1);
        let fair = usize::from(self.names.shards).div_ceil(workers);
        while self.held.len() > fair {
            let Some((shard, revision)) = self.held.pop_last() else { break };
            self.store.delete_expect_revision(key(shard), Some(revision)).await?;
        }
        let free = (0..self.names.shards).filter(|shard| !keys.contains(&key(*shard)));
        for shard in free.collect::<Vec<_>>() {
            if self.held.len() >= fair {
                break;
            }
            // Somebody may have been quicker.
            if let Ok(revision) = self.store.create(key(shard), self.mark()).await {
                self.held.insert(shard, revision);
            }
        }
        Ok(())
    }

    /// Lets go of everything, so that others need not wait.
    pub(super) async fn let_go(&mut self) {
        for (shard, revision) in std::mem::take(&mut self.held) {
            let _ = self.store.delete_expect_revision(key(shard), Some(revision)).await;
        }
        let _ = self.store.delete(format!("worker.{}", self.worker)).await;
    }
}

fn key(shard: u16) -> String {
    format!("shard.{shard}")
}
