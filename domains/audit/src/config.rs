//! What this crate needs from the configuration.

use std::path::PathBuf;

/// Where anchors go.
#[derive(Debug, Clone, Default)]
pub struct AuditConfig {
    /// Folder of the anchor files; none: anchors stay in the database, and go out by mail if somebody is to get them.
    pub folder: Option<PathBuf>,
    /// How many addresses get the daily anchor by mail; 0 without a mail server.
    pub mails: usize,
}
