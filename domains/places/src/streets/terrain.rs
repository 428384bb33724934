//! The streets as a search for a lost elder needs them. Making them ready takes half a second for a city, so that only the bytes are read inside a
//! transaction.

use crate::Result;
use ::store::{Cx, params};
use ::streets::Network;
use uuid::Uuid;

/// The streets of a version as they are kept.
pub struct Written {
    pub token: Uuid,
    walk: Vec<u8>,
    search: Option<Vec<u8>>,
}

/// The streets of now, unless that is the version that is known already. None while no streets are loaded, or none that can be walked on.
pub fn written(cx: &mut Cx<'_>, known: Option<Uuid>) -> Result<Option<Written>> {
    let Some(token) = super::token(cx)?.filter(|t| Some(*t) != known) else { return Ok(None) };
    let mut body = |profile: &str| -> Result<Option<Vec<u8>>> {
        let sql = "SELECT body FROM street_network WHERE district_id = $1 AND token = $2 AND profile = $3";
        Ok(cx.query_opt(sql, params![cx.district(), token, profile])?.map(|r| r.blob("body")).transpose()?)
    };
    let Some(walk) = body(super::WALK)? else { return Ok(None) };
    Ok(Some(Written { token, walk, search: body(super::SEARCH)? }))
}

impl Written {
    /// None when they were written by another version of the program, or nothing can be walked on.
    pub fn terrain(&self) -> Option<seek::Terrain> {
        let network = Network::from_bytes(&self.walk).ok()?;
        seek::Terrain::restore(&network, self.search.as_deref())
    }
}
