//! Drives the built program from outside: over HTTP, through its clock socket, and with a real browser.
//!
//! Nothing here knows the inside of Mulin; what it uses is the command line, the links file and the pages.

pub mod browser;
pub mod files;
pub mod http;
pub mod mail;
pub mod program;
pub mod provider;
pub mod python;
pub mod server;
pub mod watch;

pub use http::{Client, Reply};
pub use mail::MailBox;
pub use server::{Demo, Site};
