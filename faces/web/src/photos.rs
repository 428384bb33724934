//! Pictures from strangers are unpacked two at a time: each may need a quarter of a gigabyte, and there may be many senders.

use crate::Fail;
use matters::photo::{self, Photo, PhotoError};
use tokio::sync::Semaphore;

static TURNS: Semaphore = Semaphore::const_new(2);

/// Photos made storable, outside any transaction; or what is wrong with the first bad one.
pub(crate) async fn clean(files: Vec<Vec<u8>>) -> Result<Result<Vec<Photo>, PhotoError>, Fail> {
    let turn = TURNS.acquire().await.map_err(|_| Fail::Unavailable)?;
    let work = move || files.iter().map(|bytes| photo::clean(bytes)).collect();
    let made = tokio::task::spawn_blocking(work).await;
    drop(turn);
    made.map_err(|_| Fail::Internal("a photo made the decoder panic".into()))
}
