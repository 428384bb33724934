//! Elders with locators who are not there: they walk on real or invented streets, their receivers err, their batteries run flat,
//! and their devices say so in the protocols of the trade. `mulin simulate locators` sends it to any gateway; the demo has sixty
//! of them.
//!
//! [`walker`] is the truth, [`senses`] and [`device`] what a locator makes of it: both pure and decided by their seed.

pub mod command;
pub mod crowd;
pub mod device;
pub mod ids;
pub mod line;
pub mod live;
pub mod mouth;
pub mod power;
pub mod senses;
pub mod tally;
pub mod town;
pub mod walker;
