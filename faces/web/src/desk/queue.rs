//! The front page of the desk: a queue of matters with filters, saved views, the map and who is on duty.

use super::duty::{self, Beside};
use super::frame::queue_path;
use super::ground;
use super::sought::{self, Sought};
use super::view::{Choice, Row, rows};
use super::{Frame, query_string};
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::ids::AreaId;
use kernel::{Moment, Purpose};
use matters::app::{Filter, Queue, SavedView};
use matters::model::State as Stand;
use people::policy::{Action, ResourceFacts, decide};
use serde::Deserialize;
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk", get(home).post(sought::lead))
        .route("/desk/views", post(save))
        .route("/desk/views/delete", post(delete))
        .route("/desk/views/{id}", get(open))
}

/// What the address asks for. Everything may be missing; what makes no sense is said on the page.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(default)]
pub(super) struct Ask {
    pub queue: String,
    pub state: String,
    pub class: String,
    pub area: String,
    pub due: String,
    pub text: String,
    /// The words of `text` as they stand in an address.
    pub sought: String,
    pub after: String,
}

impl Ask {
    /// The filter it stands for.
    pub(super) fn filter(&self, now: Moment) -> Filter {
        Filter {
            queue: self.queue(),
            closed: self.due == "closed",
            states: Stand::from_code(&self.state).into_iter().collect(),
            class: Some(self.class.clone()).filter(|c| !c.is_empty()),
            area: self.area.parse::<AreaId>().ok(),
            due_before: match self.due.as_str() {
                "now" => Some(now),
                "soon" => Some(now.plus_hours(24)),
                _ => None,
            },
            bounds: None,
            cursor: Some(self.after.clone()).filter(|c| !c.is_empty()),
            limit: 50,
        }
    }

    fn queue(&self) -> Queue {
        Queue::from_code(&self.queue).unwrap_or_default()
    }

    /// Anything but the queue.
    fn narrowed(&self) -> bool {
        [&self.state, &self.class, &self.area, &self.due, &self.text].iter().any(|v| !v.is_empty())
    }

    /// As a query string, from this page on or from the first.
    pub(super) fn query(&self, after: &str) -> String {
        query_string(&[
            ("queue", &self.queue),
            ("state", &self.state),
            ("class", &self.class),
            ("area", &self.area),
            ("due", &self.due),
            (sought::FIELD, &self.sought),
            ("after", after),
        ])
    }
}

/// A list as the templates show it.
#[derive(Debug, Clone)]
pub(super) struct ListView {
    pub rows: Vec<Row>,
    pub sum: String,
    /// Overdue lines on this page.
    pub late: usize,
    /// Address of this very list.
    pub reload: String,
    pub empty: String,
    pub empty_more: String,
    pub filtered: bool,
    /// Address without filters.
    pub clear: String,
    pub first: Option<String>,
    pub more: Option<String>,
}

struct FilterView {
    queue: String,
    text: String,
    states: Vec<Choice>,
    classes: Vec<Choice>,
    areas: Vec<Choice>,
    dues: Vec<Choice>,
    query: String,
    /// Something is filtered: a phone shows the fields without being asked.
    active: bool,
    problem: Option<String>,
}

struct AreaLink {
    name: String,
    href: String,
    chosen: bool,
}

struct ViewLink {
    id: String,
    name: String,
    href: String,
}

#[derive(Template)]
#[template(path = "desk/home.html")]
struct Home {
    page: Page,
    frame: Frame,
    title: String,
    filter: FilterView,
    views: Vec<ViewLink>,
    list: ListView,
    /// Names of the areas on the map; each narrows the list.
    area_links: Vec<AreaLink>,
    duty: Beside,
    /// Address of the points for the map.
    points: String,
    may_export: bool,
    export_csv: String,
    export_xlsx: String,
}

async fn home(State(app): State<App>, page: Page, staff: Staff, Sought(ask): Sought<Ask>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let elsewhere = page.href("/desk/notices");
    let home = app.rt.read(who, move |cx| load(cx, page, &staff, ask)).await?;
    let Some(home) = home else { return Ok(Redirect::to(&elsewhere).into_response()) };
    html(&home)
}

/// The page; none for accounts without a desk of matters (administrators).
fn load(cx: &mut Cx<'_>, page: Page, staff: &Staff, ask: Ask) -> Result<Option<Home>, Fail> {
    let facts = ResourceFacts::District;
    if !decide(&cx.actor, cx.purpose, Action::ViewDesk, &facts).is_allowed() {
        return Ok(None);
    }
    let ask = &begin(cx, ask)?;
    let mut frame = Frame::load(cx, &page, staff, queue_path(ask.queue()))?;
    let query = ask.query("");
    frame.keeps_query(&query);
    let (found, problem) = match find(cx, ask) {
        Ok(found) => (found, None),
        Err(matters::Error::Invalid(wrong)) => {
            let words = wrong.first().map(|w| super::view::invalid(&page, w));
            (matters::app::Page::default(), words)
        }
        Err(error) => return Err(error.into()),
    };
    let rows = rows(cx, &page, &found.lines)?;
    let title = page.tk("desk-nav-", ask.queue().code());
    let list = list_view(&page, ask, rows, found.next);
    let filter = filter_view(cx, &page, ask, problem)?;
    let area_links = area_links(&page, ask, &filter.areas);
    let views = matters::app::saved_views(cx)?.into_iter().map(|v| view_link(&page, v)).collect();
    let duty = duty::beside(cx, &page)?;
    let may_export = decide(&cx.actor, cx.purpose, Action::ExportMatters, &facts).is_allowed();
    let with = |path: &str| page.href(&if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") });
    let (points, export_csv, export_xlsx) =
        (with("/desk/points.geojson"), with("/desk/export.csv"), with("/desk/export.xlsx"));
    Ok(Some(Home {
        page,
        frame,
        title,
        filter,
        views,
        list,
        area_links,
        duty,
        points,
        may_export,
        export_csv,
        export_xlsx,
    }))
}

/// Without a queue in the address the day begins where there is something to do: one's own matters, else what is due in
/// one's place, else everything there.
fn begin(cx: &mut Cx<'_>, mut ask: Ask) -> Result<Ask, Fail> {
    if Queue::from_code(&ask.queue).is_none() {
        let n = matters::app::counts(cx)?;
        let queue = match (n.mine, n.due_now) {
            _ if ask.narrowed() => Queue::Place,
            (0, 0) => Queue::Place,
            (0, _) => Queue::DueNow,
            _ => Queue::Mine,
        };
        queue.code().clone_into(&mut ask.queue);
    }
    Ok(ask)
}

/// The matters of a list: by words through the index, else in the order of their due times.
pub(super) fn find(cx: &mut Cx<'_>, ask: &Ask) -> Result<matters::app::Page, matters::Error> {
    let filter = ask.filter(cx.now);
    if ask.text.trim().is_empty() {
        matters::app::list(cx, &filter)
    } else {
        matters::app::search(cx, &ask.text, &filter)
    }
}

fn list_view(page: &Page, ask: &Ask, rows: Vec<Row>, next: Option<String>) -> ListView {
    let here = |query: String| page.href(&if query.is_empty() { "/desk".to_owned() } else { format!("/desk?{query}") });
    let filtered = ask.narrowed();
    let (empty, empty_more) = if filtered {
        (page.t("desk-empty-filter"), page.t("desk-empty-filter-more"))
    } else {
        (page.tk("desk-empty-", ask.queue().code()), page.t("desk-empty-more"))
    };
    let sum = match (&next, ask.after.is_empty()) {
        (None, true) => page.t1("desk-list-sum", "n", rows.len()),
        _ => page.t1("desk-list-sum-part", "n", rows.len()),
    };
    ListView {
        late: rows.iter().filter(|r| r.due.class.ends_with("due-red")).count(),
        sum,
        reload: here(ask.query(&ask.after)),
        empty,
        empty_more,
        filtered,
        clear: page.href(queue_path(ask.queue())),
        first: (!ask.after.is_empty()).then(|| here(ask.query(""))),
        more: next.map(|after| here(ask.query(&after))),
        rows,
    }
}

fn filter_view(cx: &mut Cx<'_>, page: &Page, ask: &Ask, problem: Option<String>) -> Result<FilterView, Fail> {
    let classes = matters::app::classes(cx)?;
    let any = page.t("desk-any");
    let mut class_choices = vec![Choice::new("", any.clone(), &ask.class)];
    class_choices.extend(classes.iter().map(|c| Choice::new(&c.code, c.name(page.look.lang), &ask.class)));
    let mut areas = vec![Choice::new("", any, &ask.area)];
    areas.extend(ground::choices(cx, page, &ask.area)?);
    Ok(FilterView {
        queue: ask.queue.clone(),
        text: ask.text.clone(),
        states: Choice::any(page, "state-", Stand::ALL.iter().map(|s| s.code()), &ask.state),
        classes: class_choices,
        areas,
        dues: Choice::any(page, "desk-due-", ["now", "soon", "closed"], &ask.due),
        query: ask.query(""),
        active: ask.narrowed(),
        problem,
    })
}

fn area_links(page: &Page, ask: &Ask, areas: &[Choice]) -> Vec<AreaLink> {
    let link = |choice: &Choice| {
        // The chosen one leads back to all.
        let area = if choice.chosen { String::new() } else { choice.value.clone() };
        let href = page.href(format!("/desk?{}", Ask { area, ..ask.clone() }.query("")));
        AreaLink { name: choice.label.clone(), href, chosen: choice.chosen }
    };
    areas.iter().filter(|choice| !choice.value.is_empty()).map(link).collect()
}

fn view_link(page: &Page, view: SavedView) -> ViewLink {
    let path = if sought::has_words(&view.query) {
        format!("/desk/views/{}", view.id)
    } else {
        format!("/desk?{}", view.query)
    };
    ViewLink { id: view.id.to_string(), name: view.name, href: page.href(path) }
}

/// A view whose words were kept readable: they go into no address.
async fn open(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<uuid::Uuid>) -> Result<Response, Fail> {
    let views = app.rt.read(staff.who(Purpose::Administration), matters::app::saved_views).await?;
    let view = views.into_iter().find(|v| v.id == id).ok_or(Fail::NotFound)?;
    let to = sought::kept(&app, &page, &staff, "/desk", &view.query).await?;
    Ok(crate::unkept(Redirect::to(&to)))
}

#[derive(Deserialize)]
struct NewView {
    name: String,
    #[serde(default)]
    query: String,
}

async fn save(State(app): State<App>, page: Page, staff: Staff, Form(form): Form<NewView>) -> Result<Response, Fail> {
    // An unfiltered list is a view too.
    let query = if form.query.is_empty() { "queue=mine".to_owned() } else { form.query };
    let back = sought::kept(&app, &page, &staff, "/desk", &query).await?;
    app.rt.write(staff.who(Purpose::Administration), move |cx| matters::app::save_view(cx, &form.name, &query)).await?;
    Ok(Redirect::to(&back).into_response())
}

#[derive(Deserialize)]
struct OldView {
    id: uuid::Uuid,
}

async fn delete(State(app): State<App>, page: Page, staff: Staff, Form(form): Form<OldView>) -> Result<Response, Fail> {
    app.rt.write(staff.who(Purpose::Administration), move |cx| matters::app::delete_view(cx, form.id)).await?;
    Ok(Redirect::to(&page.href("/desk")).into_response())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::desk::view::tests::row;

    pub(in crate::desk) fn sample_list(page: &Page, n: usize) -> ListView {
        let ask = Ask { state: if n == 0 { "signed".into() } else { String::new() }, ..Ask::default() };
        list_view(page, &ask, (0..n).map(|i| row(page, i)).collect(), (n > 1).then(|| "1.2".to_owned()))
    }

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let name = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
        let home = |n| Home {
            page: page.clone(),
            frame: Frame::sample(page),
            title: page.t("desk-nav-mine"),
            filter: FilterView {
                queue: String::new(),
                text: String::new(),
                states: Choice::any(page, "state-", Stand::ALL.iter().map(|s| s.code()), ""),
                classes: Vec::new(),
                areas: Vec::new(),
                dues: Choice::any(page, "desk-due-", ["now", "soon", "closed"], ""),
                query: String::new(),
                active: n == 0,
                problem: (n == 0).then(|| page.t("desk-empty-filter")),
            },
            views: (0..n)
                .map(|i| ViewLink {
                    id: i.to_string(),
                    name: name("漏水", "Leaks"),
                    href: page.href("/desk?class=leak"),
                })
                .collect(),
            list: sample_list(page, n),
            area_links: (0..n)
                .map(|i| AreaLink { name: name("青禾", "Qinghe"), href: page.href("/desk"), chosen: i == 0 })
                .collect(),
            duty: Beside { posts: duty::tests::posts(page, n), more: n * 7, href: page.href("/desk/duty") },
            points: page.href("/desk/points.geojson"),
            may_export: true,
            export_csv: page.href("/desk/export.csv"),
            export_xlsx: page.href("/desk/export.xlsx"),
        };
        [0, 1, 3].into_iter().map(|n| ("desk/home.html", home(n).render().unwrap_or_default())).collect()
    }
}
