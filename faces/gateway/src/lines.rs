//! Open connections by locator, for what is sent to a device.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::{Notify, oneshot};
use trackers::Command;
use uuid::Uuid;

/// Why a command did not go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotSent {
    /// Only an open connection leads to a device; it has none now.
    #[error("the locator is not connected now")]
    Away,
    #[error("this locator's protocol has no such command")]
    NoCommand,
    #[error("the connection broke while the command went out")]
    Broken,
}

/// A command on its way to the task of a connection.
pub(crate) struct Order {
    pub command: Command,
    pub done: oneshot::Sender<Result<(), NotSent>>,
}

/// What the task of a connection waits at.
#[derive(Default)]
pub(crate) struct Line {
    orders: Mutex<Vec<Order>>,
    pub(crate) called: Notify,
}

impl Line {
    pub(crate) fn orders(&self) -> Vec<Order> {
        std::mem::take(&mut *self.orders.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The newest connection of each locator.
#[derive(Default)]
pub(crate) struct Lines(Mutex<HashMap<Uuid, Weak<Line>>>);

impl Lines {
    pub(crate) fn open(&self, locator: Uuid, line: &Arc<Line>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(locator, Arc::downgrade(line));
    }

    /// Takes the connection of this locator away, unless a newer one has come.
    pub(crate) fn close(&self, locator: Uuid, line: &Arc<Line>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.get(&locator).is_some_and(|found| std::ptr::eq(found.as_ptr(), Arc::as_ptr(line))) {
            all.remove(&locator);
        }
    }

    /// Sends a command through the locator's open connection; well done means handed to the network.
    pub(crate) async fn send(&self, locator: Uuid, command: Command) -> Result<(), NotSent> {
        let line = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&locator).and_then(Weak::upgrade);
        let line = line.ok_or(NotSent::Away)?;
        let (done, answer) = oneshot::channel();
        line.orders.lock().unwrap_or_else(PoisonError::into_inner).push(Order { command, done });
        line.called.notify_one();
        drop(line);
        answer.await.unwrap_or(Err(NotSent::Broken))
    }
}
