//! Where a point lay on a day: all outlines that any area ever had, with their time. For what asks about the past; the present is
//! asked of [`super::snapshot`].

use super::area::{Area, AreaKind};
use super::ground::{at, shape};
use super::snapshot::{Located, REACH_M};
use crate::{Error, Result};
use fence::{Atlas, Version};
use kernel::ids::{AreaId, DistrictId};
use kernel::{Moment, Point};
use std::collections::HashMap;
use uuid::Uuid;

/// Areas with all their outlines. Names and parents are those they have now: only borders keep their past.
#[derive(Debug)]
pub struct History {
    pub(crate) district_id: DistrictId,
    pub(crate) token: Uuid,
    atlas: Atlas,
    areas: HashMap<AreaId, Area>,
    /// Each outline of a police area with its time.
    police: Vec<Area>,
}

impl History {
    /// `areas` without outlines, retired ones too; `outlines` as areas of their own with the time of the outline.
    pub(crate) fn new(district_id: DistrictId, token: Uuid, areas: Vec<Area>, outlines: Vec<Area>) -> Self {
        let layer = |kind: AreaKind| AreaKind::ALL.iter().position(|k| *k == kind).unwrap_or_default() as u32;
        let version = |a: &Area| {
            let version =
                Version { area: a.id.0.as_u128(), layer: layer(a.kind), from: a.valid_from, until: a.valid_to };
            Some((version, shape(a)?))
        };
        let atlas = Atlas::new(outlines.iter().filter_map(version));
        let police = outlines.into_iter().filter(|a| a.kind == AreaKind::Police).collect();
        Self { district_id, token, atlas, areas: areas.into_iter().map(|a| (a.id, a)).collect(), police }
    }

    /// The areas a point lay in at an instant; no post, as posts keep no past.
    ///
    /// # Errors
    /// [`Error::OutsideDistrict`] when no outline of that day contains it.
    pub fn located(&self, point: Point, moment: Moment) -> Result<Located> {
        let mut hits: Vec<&Area> = Vec::new();
        self.atlas
            .locate(at(point), moment, |version| hits.extend(self.area(AreaId(Uuid::from_u128(version.area)), moment)));
        hits.sort_by(|a, b| (a.kind, &a.code, &a.name, a.id).cmp(&(b.kind, &b.code, &b.name, b.id)));
        if hits.is_empty() {
            return Err(if self.atlas.indexes().0.areas().next().is_none() && self.police.is_empty() {
                Error::NoOutlines
            } else {
                Error::OutsideDistrict(point)
            });
        }
        let mut located = Located::among(point, &hits, &|id| self.chain(id, moment));
        located.police = located.police.or_else(|| self.nearest_police(point, moment));
        let district = || self.areas.values().find(|a| a.kind == AreaKind::District && held(a, moment));
        located.district = located.district.or_else(|| district().map(|a| a.id));
        Ok(located)
    }

    fn area(&self, id: AreaId, moment: Moment) -> Option<&Area> {
        self.areas.get(&id).filter(|area| held(area, moment))
    }

    fn chain(&self, of: AreaId, moment: Moment) -> Vec<&Area> {
        let up = |area: &&Area| self.area(area.parent?, moment);
        std::iter::successors(self.area(of, moment), up).take(AreaKind::ALL.len()).collect()
    }

    fn nearest_police(&self, point: Point, moment: Moment) -> Option<AreaId> {
        let then = self.police.iter().filter(|a| held(a, moment));
        let away = then.filter_map(|a| Some((a.outline.as_ref()?.within_m(point, REACH_M)?, a)));
        away.min_by(|a, b| a.0.total_cmp(&b.0).then_with(|| (&a.1.code, a.1.id).cmp(&(&b.1.code, b.1.id))))
            .map(|(_, area)| area.id)
    }
}

fn held(area: &Area, moment: Moment) -> bool {
    area.valid_from <= moment && area.valid_to.is_none_or(|until| moment < until)
}
