//! Where the report meets the domains: what is offered, and the raising itself.

use super::draft::{Draft, Problem};
use super::pages::Offer;
use crate::{App, Fail, Page};

pub(super) async fn offer(_app: &App, _page: &Page) -> Result<Offer, Fail> {
    Ok(Offer::default())
}

pub(super) async fn send(
    _app: &App,
    _page: &Page,
    _draft: &Draft,
    _photos: Vec<Vec<u8>>,
) -> Result<Result<String, Vec<Problem>>, Fail> {
    Err(Fail::Unavailable)
}
