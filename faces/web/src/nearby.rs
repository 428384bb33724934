//! A pin in words, for people: 青禾街12号附近. Nothing in it is a person's: a door says where a house stands, never who lives there.

use crate::Page;
use kernel::Point;
use places::gazetteer::Nearby;
use store::Cx;

/// The words with the areas around: 青禾街道桂花苑，青禾街12号附近.
pub(crate) fn with_areas(cx: &mut Cx<'_>, page: &Page, point: Point) -> Result<Option<String>, places::Error> {
    let Some(n) = places::name_of(cx, point, page.look.lang)? else { return Ok(None) };
    let door = of(page, &n);
    Ok(Some(match n.away_m.and_then(|_| areas(page, &n.context)) {
        Some(areas) => page.t2("place-in", "areas", areas, "door", door),
        None => door,
    }))
}

/// Areas as they are said, from the larger to the smaller as they come: the other way round in English.
pub(crate) fn areas(page: &Page, names: &[String]) -> Option<String> {
    let said = if page.zh() { names.concat() } else { names.iter().rev().cloned().collect::<Vec<_>>().join(", ") };
    Some(said).filter(|s| !s.is_empty())
}

/// Metres up to which nobody asks how far it is from the door.
const CLOSE: f64 = 40.0;

/// The words, where the gazetteer knows any; none outside the district.
pub(crate) fn words(cx: &mut Cx<'_>, page: &Page, point: Point) -> Result<Option<String>, places::Error> {
    Ok(places::name_of(cx, point, page.look.lang)?.map(|n| of(page, &n)))
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
            areas(page, &all).unwrap_or_default()
        }
    }
}
