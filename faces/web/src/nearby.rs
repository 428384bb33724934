//! A pin in words, for people: 青禾街12号附近. Nothing in it is a person's: a door says where a house stands, never who lives there.

use crate::Page;
use kernel::Point;
use places::gazetteer::Nearby;
use store::Cx;

/// Metres up to which nobody asks how far it is from the door.
const CLOSE: f64 = 40.0;

/// The words, where the gazetteer knows any; none outside the district.
pub(crate) fn words(cx: &mut Cx<'_>, page: &Page, point: Point) -> Result<Option<String>, places::Error> {
    Ok(places::name_of(cx, point)?.map(|n| of(page, &n)))
}

fn of(page: &Page, n: &Nearby) -> String {
    match n.away_m {
        Some(m) if m > CLOSE => {
            page.t2("place-about", "name", &n.name, "m", crate::fmt::number((m / 10.0).round() as i64 * 10))
        }
        Some(_) => page.t1("place-beside", "name", &n.name),
        None => {
            let mut all = n.context.clone();
            all.push(n.name.clone());
            all.join(if page.zh() { "" } else { ", " })
        }
    }
}
