//! Where doors are, and how long the way between them is. From the address by the district's own gazetteer: the consent to keep where
//! somebody lives is for their way home, and not needed here.

use crate::{Ground, Result};
use kernel::Point;
use kernel::ids::AreaId;
use places::app::near::{DETOUR, Ways, metres_in};
use places::gazetteer::Kind;
use store::Cx;

/// Farther than anybody walks on a round, in metres.
const FARTHEST_M: f64 = 20_000.0;
/// The way to a door that nobody can place, in minutes.
const UNKNOWN: i64 = 10;
/// Down the stairs and up the next.
const LEAST: i64 = 2;

/// A door: where it is, and whether it is only the middle of its area.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    pub point: Option<Point>,
    pub vague: bool,
}

/// Where an address in these areas is.
pub(in crate::app) fn spot(cx: &mut Cx<'_>, ground: &Ground, areas: &[AreaId], address: Option<&str>) -> Result<Spot> {
    let innermost = areas.iter().copied().max_by_key(|a| ground.0.chain_ids(*a).len());
    let middle = innermost.and_then(|a| ground.0.stand_in(a)).map(|l| l.point);
    let outline = innermost.and_then(|a| ground.0.area(a)).and_then(|a| a.outline.clone());
    let Some(address) = address.filter(|a| !a.trim().is_empty()) else {
        return Ok(Spot { point: middle, vague: true });
    };
    let found = ::places::find_place(cx, address, middle, 4)?;
    let near = |p: Point| outline.as_ref().is_none_or(|o| o.contains(p) || o.distance_m(p) < 300.0);
    let door = found.into_iter().filter(|f| !matches!(f.kind, Kind::Area | Kind::Post)).find(|f| near(f.point));
    Ok(match door {
        Some(door) => Spot { point: Some(door.point), vague: false },
        None => Spot { point: middle, vague: true },
    })
}

/// Minutes on foot.
pub(in crate::app) struct Walks {
    ways: Ways,
}

impl Walks {
    pub fn of(cx: &mut Cx<'_>) -> Result<Self> {
        Ok(Self { ways: ::places::app::near::ways(cx)? })
    }

    pub fn is_estimate(&self) -> bool {
        self.ways.is_estimate()
    }

    /// The way through these places in order, as it is drawn.
    pub fn line(&self, through: &[Point]) -> Vec<Point> {
        let mut out: Vec<Point> = Vec::new();
        for two in through.windows(2) {
            if let [from, to] = two {
                out.extend(self.ways.line(*from, *to));
            }
        }
        out
    }

    /// From one to each of these, in metres; `unknown` where somebody's door is not known.
    pub fn metres(&self, from: Option<Point>, to: &[Option<Point>], unknown: f64) -> Vec<f64> {
        let Some(from) = from else { return vec![unknown; to.len()] };
        let known: Vec<Point> = to.iter().flatten().copied().collect();
        let mut metres = self.ways.distances(from, &known, FARTHEST_M).into_iter();
        let walk = |to: &Option<Point>| match to {
            Some(to) => metres.next().flatten().unwrap_or_else(|| from.distance_m(*to) * DETOUR),
            None => unknown,
        };
        to.iter().map(walk).collect()
    }

    /// From one to each of these, in whole minutes.
    pub fn row(&self, from: Option<Point>, to: &[Option<Point>]) -> Vec<i64> {
        let minutes = |metres: f64| ((metres / metres_in(1)).ceil() as i64).max(LEAST);
        let walk = |metres: f64| if metres < 0.0 { UNKNOWN } else { minutes(metres) };
        self.metres(from, to, -1.0).into_iter().map(walk).collect()
    }

    /// A square table, row by row.
    pub fn table(&self, all: &[Option<Point>]) -> Vec<i64> {
        let mut out = Vec::with_capacity(all.len() * all.len());
        for (n, from) in all.iter().enumerate() {
            let mut row = self.row(*from, all);
            if let Some(own) = row.get_mut(n) {
                *own = 0;
            }
            out.extend(row);
        }
        out
    }
}
