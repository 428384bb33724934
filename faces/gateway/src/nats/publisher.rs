//! From a gateway to the stream.

use super::Names;
use crate::record;
use crate::segment::Batch;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::{self};
use bytes::Bytes;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Uuid;

/// Times that a record is offered before its device is left to send it again.
const OFFERS: u32 = 3;

#[derive(Clone)]
pub(crate) struct Publisher(Arc<Inner>);

struct Inner {
    context: jetstream::Context,
    names: Names,
    /// This process; with the number of the record, what the server knows a message again by.
    process: Uuid,
    next: AtomicU64,
}

/// Records on their way.
pub(crate) struct Sent {
    publisher: Publisher,
    messages: Vec<(String, String, Bytes)>,
}

impl Publisher {
    pub(crate) fn new(context: jetstream::Context, names: Names) -> Self {
        let process = Uuid::now_v7();
        Self(Arc::new(Inner { context, names, process, next: AtomicU64::new(0) }))
    }

    /// Numbers the records; they go out when the answer is waited for.
    pub(crate) fn send(&self, batch: &Batch) -> Sent {
        let inner = &self.0;
        let messages = batch.each().map(|bytes| {
            let shard = record::locator(bytes).map_or(0, |locator| inner.names.shard(locator));
            let number = inner.next.fetch_add(1, Ordering::Relaxed);
            let id = format!("{:x}-{number:x}", inner.process.as_u128());
            (inner.names.subject(shard), id, Bytes::copy_from_slice(bytes))
        });
        Sent { messages: messages.collect(), publisher: self.clone() }
    }
}

impl Sent {
    /// Whether the server has all of them. They are offered again under the same id, which the server has only once.
    pub(crate) async fn safe(self) -> bool {
        let Self { publisher, mut messages } = self;
        for _ in 0..OFFERS {
            let mut waiting = Vec::with_capacity(messages.len());
            for (subject, id, bytes) in &messages {
                let message = PublishMessage::build().payload(bytes.clone()).message_id(id);
                waiting.push(publisher.0.context.send_publish(subject.clone(), message).await);
            }
            let mut left = Vec::new();
            for (message, sent) in messages.into_iter().zip(waiting) {
                let safe = match sent {
                    Ok(answer) => answer.await.is_ok(),
                    Err(_) => false,
                };
                if !safe {
                    left.push(message);
                }
            }
            if left.is_empty() {
                return true;
            }
            messages = left;
        }
        tracing::error!(records = messages.len(), "JetStream does not take records; their locators send them again");
        false
    }
}
