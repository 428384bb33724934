//! What distances on foot are measured on: the imported network, read from the database once for each version.

use crate::Result;
use ::store::{Cx, params};
use ::streets::{Ground, Network};
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// Networks kept, one for each district used lately.
#[derive(Default)]
struct Kept(Mutex<Vec<Known>>);
const KEEP: usize = 8;

#[derive(Clone)]
struct Known {
    district: kernel::ids::DistrictId,
    token: Uuid,
    ground: Arc<Ground>,
}

/// The ground that people walk on in this district: its streets, or straight lines with a factor while none were imported
/// ([`Ground::is_estimate`]). Never stale; costs one small read.
pub fn ground(cx: &mut Cx<'_>) -> Result<Arc<Ground>> {
    let Some(token) = super::token(cx)? else { return Ok(Arc::default()) };
    let kept = cx.cached(Kept::default);
    let district = cx.district();
    let known = {
        let list = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
        list.iter().find(|k| k.district == district && k.token == token).map(|k| Arc::clone(&k.ground))
    };
    if let Some(ground) = known {
        return Ok(ground);
    }
    let ground = Arc::new(load(cx, token)?);
    let mut list = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
    list.retain(|k| k.district != district);
    list.insert(0, Known { district, token, ground: Arc::clone(&ground) });
    list.truncate(KEEP);
    Ok(ground)
}

fn load(cx: &mut Cx<'_>, token: Uuid) -> Result<Ground> {
    let sql = "SELECT body FROM street_network WHERE district_id = $1 AND token = $2 AND profile = $3";
    // A map of waters and houses has no ways; and between the two reads another import may have come (PostgreSQL).
    let Some(row) = cx.query_opt(sql, params![cx.district(), token, super::WALK])? else {
        return Ok(Ground::default());
    };
    let network = Network::from_bytes(&row.blob("body")?);
    // Written by another version of the program: the straight line is better than no answer, and says that it is an estimate.
    Ok(network.map_or_else(|_| Ground::default(), |n| Ground::Streets(Arc::new(n))))
}
