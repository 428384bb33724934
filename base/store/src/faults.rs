//! Failure on demand: after n more statements the connection is lost or the process dies.
//!
//! For tests only: "a crash between any two statements" is one of the promises of this product.

use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};

/// What happens when the counter runs out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The connection is lost: this and all later statements of the transaction fail, nothing is committed.
    Connection,
    /// The process is aborted without any clean-up, as by SIGKILL.
    Process,
}

/// The armed fault, if any. Shared by all connections of one database.
#[derive(Debug)]
pub struct Faults {
    left: AtomicI64,
    kind: AtomicU8,
}

impl Default for Faults {
    fn default() -> Self {
        Self { left: AtomicI64::new(-1), kind: AtomicU8::new(0) }
    }
}

impl Faults {
    /// Lets `statements` more statements pass (0 = none), then strikes once.
    pub fn arm(&self, statements: u32, fault: Fault) {
        self.kind.store(u8::from(fault == Fault::Process), Ordering::SeqCst);
        self.left.store(i64::from(statements), Ordering::SeqCst);
    }
    pub fn disarm(&self) {
        self.left.store(-1, Ordering::SeqCst);
    }
    /// Whether a fault is still waiting.
    pub fn is_armed(&self) -> bool {
        self.left.load(Ordering::SeqCst) >= 0
    }

    pub(crate) fn strike(&self) -> bool {
        if self.left.load(Ordering::Relaxed) < 0 {
            return false;
        }
        let struck = self.left.fetch_sub(1, Ordering::SeqCst) == 0;
        if struck && self.kind.load(Ordering::SeqCst) == 1 {
            std::process::abort();
        }
        struck
    }
}
