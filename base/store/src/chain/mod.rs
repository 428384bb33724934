//! The hash chain over changes and reads (R6).
//!
//! Rows are written without a hash, in the transaction of whoever writes them; a sealer links the committed rows
//! in blocks, at least once a second. `leaf = H(table ‖ every field, length-prefixed)`, `head = H(previous head ‖ leaf)`
//! for each leaf in turn; the last leaf of a block is the block's own time and algorithm. `H` is SHA-256 or SM3, stated
//! by each block. Rows hold digests, not personal values, so that erasing a person does not break the chain.
//!
//! What the chain alone cannot show is that its end was cut off, or that all of it was written anew: for that a head must
//! lie outside the database ([`Anchor`], [`Mark`]).

mod anchor;
mod diagnose;
mod entry;
mod hash;
mod kept;
mod report;
mod seal;
mod verify;

pub use anchor::{Against, Anchor, Mark, NotAnAnchor};
pub use hash::{Algorithm, algorithm, set_algorithm};
pub(crate) use kept::remembered;
pub use kept::{KeptAnchor, anchor_line, anchor_now, anchors};
pub use report::{Break, Entry, Missing, Report};
pub use seal::{Head, head, seal_now};
pub use verify::{Progress, verify};
