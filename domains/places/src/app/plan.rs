//! What a set of area changes comes to: every area as it will be, or all that is wrong with the set.

use super::line;
use super::parents::{self, Parents};
use super::save_areas::{AreaChanges, AreaRef, AreaReport, Did, Note, SaveArea, changed_fields};
use crate::model::area::{Area, AreaKind};
use crate::model::coverage;
use crate::model::snapshot::Snapshot;
use crate::{Error, Fault, Result, Why};
use ::store::Cx;
use kernel::ids::AreaId;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

pub(super) struct Plan {
    /// All areas after the change, retired ones with their end.
    pub after: Vec<Area>,
    pub report: AreaReport,
}

pub(super) fn plan(cx: &Cx<'_>, before: &Snapshot, changes: &AreaChanges) -> Result<Plan> {
    let mut draft = Draft::of(cx, before, changes);
    let mut order: Vec<usize> = (0..changes.save.len()).collect();
    order.sort_by_key(|&i| changes.save.get(i).map(|s| s.kind));
    let mut targets = vec![None; changes.save.len()];
    for index in order {
        let Some(save) = changes.save.get(index) else { continue };
        match draft.apply(index, save) {
            Ok(at) => targets.iter_mut().skip(index).take(1).for_each(|t| *t = Some(at)),
            Err(mut faults) => draft.faults.append(&mut faults),
        }
    }
    if !draft.faults.is_empty() {
        draft.faults.sort_by_key(|f| f.index);
        return Err(Error::Wrong(draft.faults));
    }
    let adopted = parents::adopt(&mut draft.areas, &draft.parent_given);
    draft.retire(changes)?;
    draft.inside_the_district(&targets)?;
    let mut report = draft.report(before, &targets, adopted);
    check_coverage(before, &draft.areas, &mut report)?;
    Ok(Plan { after: draft.areas, report })
}

struct Draft<'a, 'c> {
    cx: &'a Cx<'c>,
    areas: Vec<Area>,
    by_key: HashMap<(AreaKind, Key), Vec<usize>>,
    taken: HashMap<usize, usize>,
    /// Places in `areas` whose parent was stated: not to be found anew.
    parent_given: HashSet<usize>,
    /// Areas that end: their codes are free.
    ends: HashSet<AreaId>,
    faults: Vec<Fault>,
}

#[derive(PartialEq, Eq, Hash, Clone)]
enum Key {
    Code(String),
    Name(String),
}

impl<'a, 'c> Draft<'a, 'c> {
    fn of(cx: &'a Cx<'c>, before: &Snapshot, changes: &AreaChanges) -> Self {
        let areas = before.areas().to_vec();
        let mut draft = Self {
            cx,
            areas: Vec::new(),
            by_key: HashMap::new(),
            taken: HashMap::new(),
            parent_given: HashSet::new(),
            ends: changes.retire.iter().copied().collect(),
            faults: Vec::new(),
        };
        for area in areas {
            draft.push(area);
        }
        draft
    }

    fn push(&mut self, area: Area) -> usize {
        let at = self.areas.len();
        self.note_keys(at, &area);
        self.areas.push(area);
        at
    }
    fn note_keys(&mut self, at: usize, area: &Area) {
        let code = area.code.clone().map(Key::Code);
        for key in code.into_iter().chain([Key::Name(area.name.clone())]) {
            let list = self.by_key.entry((area.kind, key)).or_default();
            if !list.contains(&at) {
                list.push(at);
            }
        }
    }
    fn find(&self, kind: AreaKind, key: Key) -> &[usize] {
        self.by_key.get(&(kind, key)).map_or(&[], Vec::as_slice)
    }

    /// Puts one change into the draft and says where its area stands.
    fn apply(&mut self, index: usize, save: &SaveArea) -> Result<usize, Vec<Fault>> {
        let fault = |field, why| vec![Fault { index, field, why }];
        let name = line(&save.name, 80).map_err(|why| fault("name", why))?;
        let code = save.code.as_deref().map(|c| line(c, 40)).transpose();
        let code = code.map_err(|why| fault("code", why))?.filter(|c| !c.is_empty());
        if name.is_empty() {
            return Err(fault("name", Why::Missing));
        }
        let found = self.target(save, code.as_deref(), &name).map_err(|why| fault("code", why))?;
        let mut area = match found.and_then(|at| self.areas.get(at)) {
            Some(old) => old.clone(),
            None => Area {
                id: self.cx.new_id(),
                kind: save.kind,
                code: None,
                name: String::new(),
                name_en: None,
                parent: None,
                valid_from: self.cx.now,
                valid_to: None,
                version: 1,
                outline: None,
            },
        };
        if let Some(seen) = save.seen.filter(|seen| found.is_some() && *seen != area.version) {
            return Err(fault("version", Why::Stale { seen, now: area.version }));
        }
        let parent = Parents { areas: &self.areas, find: &|kind, text| self.named(kind, text) };
        let parent = parent.stated(save).map_err(|why| fault("parent", why))?;
        if code.is_some() {
            area.code = code;
        }
        area.name = name;
        if let Some(english) = &save.name_en {
            let english = line(english, 80).map_err(|why| fault("name_en", why))?;
            area.name_en = Some(english).filter(|e| !e.is_empty());
        }
        if save.outline.as_ref().is_some_and(|new| area.outline.as_deref() != Some(new)) {
            area.outline = save.outline.clone().map(Arc::new);
        }
        let at = found.unwrap_or(self.areas.len());
        if let Some(earlier) = self.taken.insert(at, index) {
            return Err(fault("code", Why::SameAs { index: earlier }));
        }
        if parent.is_some() {
            area.parent = parent;
            self.parent_given.insert(at);
        }
        if found.is_some() {
            self.note_keys(at, &area);
            self.areas.iter_mut().skip(at).take(1).for_each(|a| *a = area.clone());
        } else {
            self.push(area);
        }
        Ok(at)
    }

    /// The existing area that a change is about.
    fn target(&self, save: &SaveArea, code: Option<&str>, name: &str) -> Result<Option<usize>, Why> {
        let at_code = code.and_then(|c| self.find(save.kind, Key::Code(c.to_owned())).first().copied());
        match &save.which {
            AreaRef::New => match at_code.and_then(|at| self.areas.get(at)).filter(|a| !self.ends.contains(&a.id)) {
                Some(_) => Err(Why::CodeOfAnother { code: code.unwrap_or_default().to_owned() }),
                None => Ok(None),
            },
            AreaRef::Id(id) => {
                let at = self.areas.iter().position(|a| a.id == *id && a.kind == save.kind);
                match (at, at_code) {
                    (None, _) => Err(Why::Gone),
                    (Some(at), Some(other)) if at != other => {
                        Err(Why::CodeOfAnother { code: code.unwrap_or_default().to_owned() })
                    }
                    (at, _) => Ok(at),
                }
            }
            AreaRef::ByKey if save.kind == AreaKind::District => self.district(code),
            AreaRef::ByKey if at_code.is_some() => Ok(at_code),
            AreaRef::ByKey => self.by_name(save.kind, code, name),
        }
    }

    fn by_name(&self, kind: AreaKind, code: Option<&str>, name: &str) -> Result<Option<usize>, Why> {
        let same = self.find(kind, Key::Name(name.to_owned()));
        let coded = same.iter().find_map(|&i| self.areas.get(i)?.code.as_deref());
        let bare = same.iter().copied().find(|&i| self.areas.get(i).is_some_and(|a| a.code.is_none()));
        match (code, coded, bare) {
            (None, Some(other), _) => Err(Why::CodedHere { name: name.to_owned(), code: other.to_owned() }),
            (None, None, bare) => Ok(bare),
            (Some(_), _, Some(_)) => Err(Why::UncodedHere { name: name.to_owned() }),
            (Some(_), _, None) => Ok(None),
        }
    }

    /// There is one area of the whole district, whatever the file calls it; another code is another district.
    fn district(&self, code: Option<&str>) -> Result<Option<usize>, Why> {
        let at = self.areas.iter().position(|a| a.kind == AreaKind::District);
        let here = at.and_then(|i| self.areas.get(i)?.code.as_deref());
        match (code, here) {
            (Some(new), Some(here)) if new != here => {
                Err(Why::OtherDistrict { here: here.to_owned(), code: new.to_owned() })
            }
            _ => Ok(at),
        }
    }

    /// An area by its code, or by a name that is the only one of its kind.
    fn named(&self, kind: AreaKind, text: &str) -> Result<Option<usize>, Why> {
        if let Some(at) = self.find(kind, Key::Code(text.to_owned())).first() {
            return Ok(Some(*at));
        }
        match self.find(kind, Key::Name(text.to_owned())) {
            [] => Ok(None),
            [one] => Ok(Some(*one)),
            more => Err(Why::SeveralAreas { text: text.to_owned(), n: more.len() }),
        }
    }

    fn retire(&mut self, changes: &AreaChanges) -> Result<()> {
        let gone: HashSet<AreaId> = changes.retire.iter().copied().collect();
        let now = self.cx.now;
        for area in &mut self.areas {
            if gone.contains(&area.id) {
                if area.kind == AreaKind::District {
                    return Err(Error::Invalid {
                        field: "retire",
                        why: "the area of the whole district cannot be retired",
                    });
                }
                area.valid_to = Some(now);
                area.outline = None;
            }
        }
        if self.areas.iter().any(|a| a.valid_to.is_none() && a.parent.is_some_and(|p| gone.contains(&p))) {
            return Err(Error::Invalid { field: "retire", why: "areas that lie in it are still valid" });
        }
        Ok(())
    }

    /// An outline that touches the district nowhere is one of another place, or was read with the wrong datum.
    fn inside_the_district(&self, targets: &[Option<usize>]) -> Result<()> {
        let whole = self.areas.iter().find(|a| a.kind == AreaKind::District).and_then(|a| a.outline.as_deref());
        let Some(whole) = whole else { return Ok(()) };
        let astray = |at: &Option<usize>| {
            let area = (*at).and_then(|at| self.areas.get(at));
            let outline = area.and_then(|a| a.outline.as_deref());
            outline.is_some_and(|o| !o.touches(whole))
        };
        let faults: Vec<Fault> = targets
            .iter()
            .enumerate()
            .filter(|(_, at)| astray(at))
            .map(|(index, _)| Fault { index, field: "outline", why: Why::Elsewhere })
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(Error::Wrong(faults)) }
    }

    fn report(&self, before: &Snapshot, targets: &[Option<usize>], adopted: usize) -> AreaReport {
        let did = |area: &Area| match before.area(area.id) {
            None => Did::Added,
            Some(old) if changed_fields(old, area).is_empty() => Did::Nothing,
            Some(_) => Did::Changed,
        };
        let targets = || targets.iter().filter_map(|t| self.areas.get((*t)?));
        let saved = targets().map(|a| (a.id, did(a))).collect();
        let names: HashMap<AreaId, &str> = self.areas.iter().map(|a| (a.id, a.name.as_str())).collect();
        let name = |id: AreaId| names.get(&id).map(|name| (*name).to_owned());
        let within = targets().map(|a| a.parent.and_then(name)).collect();
        let retired = self.areas.iter().filter(|a| a.valid_to.is_some()).count();
        let lost = self.areas.iter().filter(|a| a.valid_to.is_none() && a.parent.is_none() && a.kind.above().is_some());
        let notes = match lost.count() {
            0 => Vec::new(),
            n => vec![Note::InNoOther(n)],
        };
        AreaReport { saved, within, retired, adopted, notes }
    }
}

/// Runs when police areas or the district's outline change, over the whole set as it will be.
fn check_coverage(before: &Snapshot, after: &[Area], report: &mut AreaReport) -> Result<()> {
    let matters = |a: &Area| matches!(a.kind, AreaKind::District | AreaKind::Police);
    let same = |a: &Area| before.area(a.id).is_some_and(|old| old.outline == a.outline && a.valid_to.is_none());
    if after.iter().filter(|a| matters(a)).all(same) {
        return Ok(());
    }
    let district = after.iter().find(|a| a.kind == AreaKind::District).and_then(|a| a.outline.as_deref());
    let police = after.iter().filter(|a| a.kind == AreaKind::Police);
    let drawn: Vec<_> = police.filter_map(|a| Some((a.label().to_owned(), a.outline.as_deref()?))).collect();
    if district.is_none() && !drawn.is_empty() {
        report.notes.push(Note::NoDistrictOutline);
    }
    Ok(coverage::check(district, &drawn)?)
}
