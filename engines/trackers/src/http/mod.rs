//! Phones: one HTTP request for each report.
//!
//! A request that names no device, or whose body cannot be read, has [`Reading::error`] set: answer 400. Else answer 200 with
//! [`Reading::reply`] as the body (OwnTracks expects a JSON list; OsmAnd nothing).

mod json;
mod osmand;
mod owntracks;
mod query;

use crate::{DeviceId, Reading};
use kernel::Moment;

/// A request as OsmAnd and the Traccar Client send it: the parameters in the target (`/?id=…&lat=…&lon=…`) or as a form in the body, or JSON
/// in the body (Traccar Client from version 9 on).
///
/// `device`: the device as a header or the path told it, for requests that do not name it themselves. `reading` is filled anew. `now` is not
/// taken as the time of a fix: one without a time has none.
pub fn osmand(
    target: &str,
    content_type: Option<&str>,
    device: Option<&str>,
    body: &[u8],
    now: Moment,
    reading: &mut Reading,
) {
    let _ = now;
    reading.clear();
    reading.device = device.and_then(DeviceId::new);
    let is_json = content_type.is_some_and(|kind| kind.starts_with("application/json"))
        || body.trim_ascii_start().starts_with(b"{");
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let read = if query.is_empty() && is_json {
        osmand::json(body, reading)
    } else {
        osmand::form(if query.is_empty() { body } else { query.as_bytes() }, reading)
    };
    finish(read, reading);
}

/// A request as OwnTracks sends it: JSON in the body. `device`: user and device of the headers `X-Limit-U` and `X-Limit-D` or of HTTP's own
/// authentication, joined with `-`; a topic in the body goes before it, the two letters of `tid` stand back behind it.
pub fn owntracks(
    target: &str,
    content_type: Option<&str>,
    device: Option<&str>,
    body: &[u8],
    now: Moment,
    reading: &mut Reading,
) {
    let _ = (target, content_type, now);
    reading.clear();
    let read = owntracks::read(body, device, reading);
    reading.reply.extend_from_slice(b"[]");
    finish(read, reading);
}

fn finish(read: Result<(), &'static str>, reading: &mut Reading) {
    reading.rate_network();
    if let Err(why) = read {
        reading.error = Some(why);
    } else if reading.device.is_none() {
        reading.error = Some("the request names no device");
    }
}

#[cfg(test)]
mod tests;
