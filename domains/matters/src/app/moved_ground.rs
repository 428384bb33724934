//! How many open matters lie on ground that changes hands when a border moves. A count and no more: whoever draws borders reads
//! no matters. The matters stay with whoever has them; only what comes later goes by the new border.

use crate::Error;
use ::store::{Cx, params};
use people::policy::{Action, ResourceFacts, require};

/// Open matters within west, south, east, north for which `on_it` says yes to longitude and latitude.
pub fn open_on(cx: &mut Cx<'_>, [w, s, e, n]: [f64; 4], on_it: impl Fn(f64, f64) -> bool) -> Result<usize, Error> {
    require(&cx.actor, cx.purpose, Action::EditAreas, &ResourceFacts::District)?;
    let sql = "SELECT lon, lat FROM matter WHERE district_id = $1 AND is_open = 1 \
               AND lon >= $2 AND lat >= $3 AND lon <= $4 AND lat <= $5";
    let mut count = 0;
    for row in cx.query(sql, params![cx.district(), w, s, e, n])? {
        if let (Some(lon), Some(lat)) = (row.opt_f64("lon")?, row.opt_f64("lat")?) {
            count += usize::from(on_it(lon, lat));
        }
    }
    Ok(count)
}
