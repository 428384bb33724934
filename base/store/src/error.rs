//! What can go wrong below the domains. Messages hold no data of the row concerned.

/// Failure of the storage layer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The row asked for is not there (or not visible to this actor).
    #[error("not found")]
    NotFound,
    /// The database cannot be reached, is locked or the disk is full: nothing was changed, try again.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// A unique index refused a row; holds the index or columns.
    #[error("already there: {0}")]
    Unique(String),
    /// A foreign key or check refused a row.
    #[error("refused by the database: {0}")]
    Constraint(String),
    /// The statement is wrong: a bug of ours.
    #[error("statement failed: {0}")]
    Sql(String),
    /// A column is missing or of another type: a bug of ours.
    #[error("unexpected column: {0}")]
    Column(String),
    /// Ciphertext does not open: wrong key, or changed behind our back.
    #[error("sealed data does not open ({0})")]
    Sealed(&'static str),
    /// The key of this subject was destroyed (erasure).
    #[error("erased")]
    Erased,
    /// The use case panicked; its changes were rolled back.
    #[error("internal error; nothing was changed")]
    Panicked,
    /// A write was tried in a read-only transaction: a bug of ours.
    #[error("write in a read-only transaction")]
    ReadOnly,
    /// Files of keys or configuration.
    #[error("{0}")]
    Setup(String),
}

impl Error {
    /// Whether trying again later may help.
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}
