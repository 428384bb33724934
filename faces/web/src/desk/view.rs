//! Pieces that several desk pages show: choices, form fields, lines of lists. Built by the page groups, shown by templates.

use super::ground;
use super::words::{Due, Tag};
use crate::{Fail, Page};
use kernel::ids::AreaId;
use matters::app::Line;
use matters::model::{Family, State};
use std::collections::HashMap;
use store::Cx;

/// One entry of a select or radio group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    pub value: String,
    pub label: String,
    /// What choosing it means.
    pub hint: Option<String>,
    pub chosen: bool,
}

impl Choice {
    pub(crate) fn new(value: impl Into<String>, label: impl Into<String>, now: &str) -> Self {
        let value = value.into();
        let chosen = value == now;
        Self { value, label: label.into(), hint: None, chosen }
    }

    /// A closed list of codes named by a family of keys.
    pub(crate) fn codes<'a>(
        page: &Page,
        family: &str,
        codes: impl IntoIterator<Item = &'a str>,
        now: &str,
    ) -> Vec<Self> {
        codes.into_iter().map(|code| Self::new(code, page.tk(family, code), now)).collect()
    }

    /// As [`Self::codes`], each with what it means (`…-hint-…`).
    pub(crate) fn explained<'a>(
        page: &Page,
        family: &str,
        codes: impl IntoIterator<Item = &'a str>,
        now: &str,
    ) -> Vec<Self> {
        let hint = |c: &Self| Some(page.tk(&format!("{family}hint-"), &c.value));
        let all = Self::codes(page, family, codes, now);
        all.into_iter().map(|c| Self { hint: hint(&c), ..c }).collect()
    }

    /// As [`Self::codes`], after an entry that stands for all.
    pub(crate) fn any<'a>(page: &Page, family: &str, codes: impl IntoIterator<Item = &'a str>, now: &str) -> Vec<Self> {
        let mut all = vec![Self::new("", page.t("desk-any"), now)];
        all.extend(Self::codes(page, family, codes, now));
        all
    }
}

/// How a field is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum FieldKind {
    #[default]
    Line,
    /// Several lines.
    Area,
    Radio,
    Select,
    Date,
    Hidden,
    Password,
    /// A line whose answer, asked of [`Field::ask`] while somebody types, replaces the field called `seat`.
    Find,
    /// Pictures to send along; the field is called `photos`.
    Photos,
    /// A box to tick; its value is `1`.
    Check,
    /// A line that suggests places while one types; fills the fields `lat` and `lon` of the form.
    Place,
    /// A map on which a pin fills those fields.
    Pin,
    /// A file with a table.
    File,
}

impl FieldKind {
    /// `type` of the input.
    pub(crate) const fn input(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Password => "password",
            Self::File => "file",
            _ => "text",
        }
    }
}

/// One field of a form: what it asks, what was typed, what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Field {
    pub name: &'static str,
    pub kind: FieldKind,
    pub label: String,
    pub hint: Option<String>,
    pub value: String,
    pub error: Option<String>,
    pub options: Vec<Choice>,
    /// More options of a select, under headings.
    pub groups: Vec<(String, Vec<Choice>)>,
    /// Where a [`FieldKind::Find`] asks.
    pub ask: String,
    /// Proposals while typing.
    pub list: Vec<String>,
    pub min: Option<String>,
    pub max: Option<String>,
    pub rows: u8,
    pub required: bool,
}

impl Field {
    pub(crate) fn line(name: &'static str, label: String, value: &str) -> Self {
        Self { name, label, value: value.to_owned(), ..Self::default() }
    }
    pub(crate) fn area(name: &'static str, label: String, value: &str, rows: u8) -> Self {
        Self { kind: FieldKind::Area, rows, ..Self::line(name, label, value) }
    }
    pub(crate) fn radio(name: &'static str, label: String, options: Vec<Choice>) -> Self {
        Self { kind: FieldKind::Radio, options, ..Self::line(name, label, "") }
    }
    pub(crate) fn select(name: &'static str, label: String, options: Vec<Choice>) -> Self {
        Self { kind: FieldKind::Select, options, ..Self::line(name, label, "") }
    }
    /// What shows the map on which a pin is set; the fields that it fills are `lat` and `lon` (`long`).
    pub(crate) fn pin() -> Self {
        Self { kind: FieldKind::Pin, ..Self::line("pin", String::new(), "") }
    }
    pub(crate) fn file(name: &'static str, label: String) -> Self {
        Self { kind: FieldKind::File, ..Self::line(name, label, "") }
    }
    pub(crate) fn hidden(name: &'static str, value: &str) -> Self {
        Self { kind: FieldKind::Hidden, ..Self::line(name, String::new(), value) }
    }
    pub(crate) fn hint(mut self, hint: String) -> Self {
        self.hint = Some(hint);
        self
    }
    pub(crate) fn asks(mut self, ask: String) -> Self {
        self.ask = ask;
        self
    }
    pub(crate) const fn must(mut self) -> Self {
        self.required = true;
        self
    }
    /// Options with whole sentences stand below each other.
    pub(crate) fn explains(&self) -> bool {
        self.options.iter().any(|o| o.hint.is_some())
    }
    /// Class that sets the width.
    pub(crate) const fn size(&self) -> &'static str {
        match self.kind {
            FieldKind::Date => "short",
            _ => "medium",
        }
    }
}

/// Writes what is wrong to the fields it belongs to; answers the summary for the top: (field, words).
pub(crate) fn blame(page: &Page, fields: &mut [Field], wrong: &[matters::Invalid]) -> Vec<(String, String)> {
    let mut errors = Vec::new();
    for w in wrong {
        let words = invalid(page, w);
        let at = fields.iter_mut().find(|f| f.name == w.field);
        let label = at.as_ref().map(|f| f.label.clone()).unwrap_or_default();
        if let Some(field) = at {
            field.error = Some(words.clone());
        }
        let line = if label.is_empty() { words } else { page.t2("desk-field-problem", "field", label, "what", words) };
        errors.push((w.field.to_owned(), line));
    }
    errors
}

/// What is wrong with one thing typed.
pub(crate) fn invalid(page: &Page, wrong: &matters::Invalid) -> String {
    match wrong.limit {
        Some(n) => page.t1(wrong.key, "n", n),
        None => page.t(wrong.key),
    }
}

/// One line of a list of matters.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub key: String,
    pub href: String,
    pub number: String,
    pub title: String,
    pub tag: Tag,
    pub due: Due,
    pub class_name: String,
    pub place: Option<String>,
    pub owner: String,
    pub emergency: bool,
}

/// Lines as the desk shows them: three statements for names, however many lines there are.
pub(crate) fn rows(cx: &mut Cx<'_>, page: &Page, lines: &[Line]) -> Result<Vec<Row>, Fail> {
    let accounts: Vec<_> = lines.iter().map(|l| l.owner_account).collect();
    let names = people::app::accounts::names(cx, &accounts)?;
    let areas: Vec<AreaId> = lines.iter().filter_map(nearest).collect();
    let places = ground::names(cx, page, &areas)?;
    let classes = class_names(cx, page)?;
    Ok(lines
        .iter()
        .map(|l| Row {
            key: l.matter.to_string(),
            href: page.href(format!("/desk/matters/{}", l.matter)),
            number: l.number.clone(),
            title: l.summary.clone(),
            tag: Tag::state(page, l.state),
            due: due(page, l),
            class_name: classes.get(&l.class).cloned().unwrap_or_else(|| l.class.clone()),
            place: nearest(l).and_then(|a| places.get(&a).cloned()),
            owner: names.get(&l.owner_account).cloned().unwrap_or_else(|| page.t("desk-nobody")),
            emergency: l.emergency || l.family == Family::Emergency,
        })
        .collect())
}

/// The area by which people know a place: the community, else the cell, else the town.
fn nearest(line: &Line) -> Option<AreaId> {
    line.spot.community.or(line.spot.grid).or(line.spot.town)
}

/// Due time of a line; a closed one says when it ended.
pub(crate) fn due(page: &Page, line: &Line) -> Due {
    match line.state {
        State::Closed | State::Duplicate => Due::ended(page, line.due_at),
        _ => Due::of(page, line.due_at, line.level, line.paused_until, line.provisional),
    }
}

/// Names of classes by code.
pub(crate) fn class_names(cx: &mut Cx<'_>, page: &Page) -> Result<HashMap<String, String>, Fail> {
    let classes = matters::app::classes(cx)?;
    Ok(classes.iter().map(|c| (c.code.clone(), c.name(page.look.lang).to_owned())).collect())
}

/// A date typed into a form (`2026-11-30`), as the close of that day on the wall (17:00°).
pub(crate) fn day_end(text: &str) -> Option<kernel::Moment> {
    let date: jiff::civil::Date = kernel::text::narrow(text).trim().parse().ok()?;
    let zoned = date.at(17, 0, 0, 0).to_zoned_datetime(kernel::time::shanghai()).ok()?;
    Some(kernel::Moment::from(&zoned))
}

/// As a date input wants it.
pub(crate) fn day_text(at: kernel::Moment) -> String {
    at.zoned(&kernel::time::shanghai()).date().to_string()
}

/// A fresh key that makes a form safe to send twice.
pub(crate) fn form_key(app: &crate::App) -> String {
    app.rt.ids().uuid(app.rt.now()).simple().to_string()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use matters::model::Level;

    /// An invented line; every kind of due time occurs.
    pub(in crate::desk) fn row(page: &Page, i: usize) -> Row {
        let name = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
        let (state, level) = match i % 4 {
            0 => (State::InProgress, Level::NextLevel),
            1 => (State::Signed, Level::Yellow),
            2 => (State::Waiting, Level::Green),
            _ => (State::ToVerify, Level::Green),
        };
        let paused = (state == State::Waiting).then(|| page.now.plus_days(2));
        Row {
            key: i.to_string(),
            href: page.href("/desk/matters/0190"),
            number: format!("HQ-2026-{i:05}"),
            title: name("3号楼楼道漏水，老人下楼滑了一下", "Leak on the stairs of house 3"),
            tag: Tag::state(page, state),
            due: Due::of(page, page.now.plus_hours(3 - i as i64 * 4), level, paused, i == 1),
            class_name: name("漏水", "Leak"),
            place: (i != 1).then(|| name("青禾居委会", "Qinghe committee")),
            owner: name("王工", "Wang"),
            emergency: i == 2,
        }
    }

    #[test]
    fn dates_of_forms_end_at_five_in_the_afternoon() {
        let due = day_end(" ２０２６-11-30 ").map(kernel::Moment::rfc3339);
        assert_eq!(due.as_deref(), Some("2026-11-30T09:00:00Z"));
        assert_eq!(day_end("30.11."), None);
    }
}
