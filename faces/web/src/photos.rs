//! Photos of a form: how many, and made storable. One way for residents, for clerks who type for them and for handlers.
//!
//! Pictures from strangers are unpacked two at a time: each may need a quarter of a gigabyte, and there may be many senders.

use crate::Fail;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use matters::Invalid;
use matters::photo::{self, Photo, PhotoError};
use tokio::sync::Semaphore;

static TURNS: Semaphore = Semaphore::const_new(2);

/// Photos of one form.
pub(crate) const AT_ONCE: u8 = 3;

/// Photos made storable, outside any transaction; or what is wrong with the first bad one.
pub(crate) async fn clean(files: Vec<Vec<u8>>) -> Result<Result<Vec<Photo>, PhotoError>, Fail> {
    let turn = TURNS.acquire().await.map_err(|_| Fail::Unavailable)?;
    let work = move || files.iter().map(|bytes| photo::clean(bytes)).collect();
    let made = tokio::task::spawn_blocking(work).await;
    drop(turn);
    made.map_err(|_| Fail::Internal("a photo made the decoder panic".into()))
}

/// Longest side of a picture of a person, in pixels: enough to know somebody by, small enough for a phone in the street.
const PORTRAIT: u32 = 800;

/// One picture of a person, made small and written anew.
pub(crate) async fn portrait(file: Vec<u8>) -> Result<Result<care::app::photo::Picture, PhotoError>, Fail> {
    let turn = TURNS.acquire().await.map_err(|_| Fail::Unavailable)?;
    let made = tokio::task::spawn_blocking(move || photo::clean_to(&file, PORTRAIT)).await;
    drop(turn);
    let made = made.map_err(|_| Fail::Internal("a photo made the decoder panic".into()))?;
    Ok(made.map(|p| care::app::photo::Picture { jpeg: p.jpeg, width: p.width, height: p.height }))
}

/// Longest sides that a picture of so many bytes is tried with, in pixels.
const SIDES: [u32; 4] = [1_280, 1_024, 800, 480];

/// One picture written anew in at most so many bytes: it gets smaller until it fits.
pub(crate) async fn small(file: Vec<u8>, most: usize) -> Result<Result<Vec<u8>, PhotoError>, Fail> {
    let turn = TURNS.acquire().await.map_err(|_| Fail::Unavailable)?;
    let work = move || {
        for side in SIDES {
            let jpeg = photo::clean_to(&file, side)?.jpeg;
            if jpeg.len() <= most {
                return Ok(jpeg);
            }
        }
        Err(PhotoError::TooLarge)
    };
    let made = tokio::task::spawn_blocking(work).await;
    drop(turn);
    made.map_err(|_| Fail::Internal("a photo made the decoder panic".into()))
}

/// A picture of a person, which no cache keeps.
pub(crate) fn jpeg(bytes: Vec<u8>) -> Response {
    let head = [(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, "private, no-store")];
    (head, bytes).into_response()
}

/// The photos of a form, or what is wrong with its field `photos`.
pub(crate) async fn of_form(files: Vec<Vec<u8>>) -> Result<Result<Vec<Photo>, Invalid>, Fail> {
    if files.is_empty() {
        return Ok(Ok(Vec::new()));
    }
    if files.len() > usize::from(AT_ONCE) {
        return Ok(Err(Invalid::limit("photos", "photos-too-many", i64::from(AT_ONCE))));
    }
    Ok(clean(files).await?.map_err(|wrong| Invalid::new("photos", wrong.key())))
}

/// What is wrong with a form that brought photos, for showing it again: a refused picture belongs to the field `photos`, and
/// browsers forget chosen files, so they must be chosen once more.
pub(crate) fn blame(mut wrong: Vec<Invalid>, sent: bool) -> Vec<Invalid> {
    for w in wrong.iter_mut().filter(|w| w.field == "file") {
        w.field = "photos";
    }
    if sent && !wrong.iter().any(|w| w.field == "photos") {
        wrong.push(Invalid::new("photos", "photos-again"));
    }
    wrong
}
