//! A clerk types for somebody on the telephone or at the counter (R9): one page, no mouse needed, under half a minute.
//! Who asked stands in the raiser block; who typed stands in the log and on the receipt.

use super::ground;
use super::matter::alike;
use super::view::{Choice, form_key, invalid};
use super::{Frame, nobody};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html, qr};
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use kernel::ids::PostId;
use kernel::{Lang, Purpose, text};
use matters::app::{Raise, RaisedPlace, RaiserInput, Receipt};
use matters::model::{Channel, ClassRule, Origin};
use people::policy::{Action, ResourceFacts, require};
use serde::Deserialize;
use std::sync::Arc;
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/new", get(show).post(raise))
        .route("/desk/new/similar", post(similar))
        .route("/desk/new/areas", get(areas))
}

/// A class as the quick-pick shows it.
struct Pick {
    position: usize,
    code: String,
    name: String,
    pinyin: String,
    initials: String,
    emergency: bool,
}

/// Everything on the page, as typed.
#[derive(Default)]
struct Intake {
    key: String,
    class: String,
    chosen: Option<String>,
    emergency: bool,
    open_list: bool,
    classes: Vec<Pick>,
    text: String,
    address: String,
    area: String,
    areas: Vec<String>,
    phone: String,
    name: String,
    email: String,
    postal: String,
    origins: Vec<Choice>,
    channels: Vec<Choice>,
    posts: Vec<Choice>,
    langs: Vec<Choice>,
    /// The rarely used fields are open.
    more: bool,
    errors: Vec<(String, String)>,
    class_error: Option<String>,
    text_error: Option<String>,
    address_error: Option<String>,
    area_error: Option<String>,
    phone_error: Option<String>,
    name_error: Option<String>,
    email_error: Option<String>,
    postal_error: Option<String>,
    channel_error: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/new.html")]
struct NewPage {
    page: Page,
    frame: Frame,
    i: Intake,
}

/// What was sent, by field.
#[derive(Debug, Clone, Default)]
struct Typed {
    key: String,
    class: String,
    text: String,
    address: String,
    area: String,
    phone: String,
    name: String,
    email: String,
    postal: String,
    origin: String,
    channel: String,
    post: String,
    lang: String,
}

impl Typed {
    fn of(posted: &Posted) -> Self {
        let get = |name: &str| posted.get(name);
        Self {
            key: get("key"),
            class: get("class"),
            text: get("text"),
            address: get("address"),
            area: get("area"),
            phone: get("phone"),
            name: get("name"),
            email: get("email"),
            postal: get("postal"),
            origin: get("origin"),
            channel: get("channel"),
            post: get("post"),
            lang: get("lang"),
        }
    }

    /// How the answer goes out: what was chosen, else by what is known of the caller.
    fn channel(&self) -> Channel {
        let origin = Origin::from_code(&self.origin);
        Channel::from_code(&self.channel).unwrap_or(if !self.phone.is_empty() {
            Channel::Phone
        } else if !self.email.is_empty() {
            Channel::Email
        } else if origin == Some(Origin::WalkIn) && !self.name.is_empty() {
            Channel::Counter
        } else {
            Channel::Page
        })
    }

    fn raiser(&self, lang: Lang) -> RaiserInput {
        let some = |value: &str| Some(value.to_owned()).filter(|v| !v.is_empty());
        let lang = if self.lang.is_empty() { lang } else { Lang::from_tag(&self.lang) };
        let nobody = [&self.phone, &self.name, &self.email, &self.postal].iter().all(|v| v.is_empty());
        if nobody && self.channel.is_empty() {
            return RaiserInput::anonymous(lang);
        }
        RaiserInput {
            anonymous: false,
            name: some(&self.name),
            phone: some(&self.phone),
            email: some(&self.email),
            address: some(&self.postal),
            channel: self.channel(),
            lang,
        }
    }
}

/// The class meant by a number, a name, a code, pinyin or initials; only when it can mean just one.
fn class_of<'a>(classes: &'a [Arc<ClassRule>], typed: &str, lang: Lang) -> Option<&'a Arc<ClassRule>> {
    let typed = text::narrow(typed).trim().to_lowercase();
    let number = typed.split_whitespace().next().and_then(|w| w.parse::<usize>().ok());
    if let Some(n) = number {
        return classes.get(n.checked_sub(1)?);
    }
    if typed.is_empty() {
        return None;
    }
    let is = |c: &&Arc<ClassRule>| c.code == typed || c.name_zh == typed || c.name(lang).to_lowercase() == typed;
    if let Some(exact) = classes.iter().find(is) {
        return Some(exact);
    }
    let begins = |c: &&Arc<ClassRule>| {
        let (full, initials) = text::pinyin(&c.name_zh);
        initials.starts_with(&typed) || full.starts_with(&typed) || c.name(lang).to_lowercase().contains(&typed)
    };
    let mut found = classes.iter().filter(begins);
    let first = found.next();
    // Of several the shortest initials that match wholly win: "ls" is 漏水 before 乱收费.
    let whole = classes.iter().filter(|c| text::pinyin(&c.name_zh).1 == typed).collect::<Vec<_>>();
    match whole.as_slice() {
        [only] => Some(only),
        _ => first.filter(|_| found.next().is_none()),
    }
}

fn active(cx: &mut Cx<'_>) -> Result<Vec<Arc<ClassRule>>, Fail> {
    Ok(matters::app::classes(cx)?.iter().filter(|c| c.active).cloned().collect())
}

async fn show(State(app): State<App>, page: Page, staff: Staff) -> Result<Response, Fail> {
    let typed = Typed { key: form_key(&app), origin: Origin::Phone.code().into(), ..Typed::default() };
    let who = staff.who(Purpose::Proxy);
    let shown = app
        .rt
        .read(who, move |cx| {
            require(&cx.actor, cx.purpose, Action::RaiseFor, &ResourceFacts::District)?;
            form(cx, page, &staff, &typed, &[])
        })
        .await?;
    html(&shown)
}

fn form(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    typed: &Typed,
    wrong: &[matters::Invalid],
) -> Result<NewPage, Fail> {
    let frame = Frame::load(cx, &page, staff, "/desk/new")?;
    let classes = active(cx)?;
    let chosen = class_of(&classes, &typed.class, page.look.lang).cloned();
    let ground = places::snapshot(cx)?;
    let mine = cx.actor.grants().iter().find_map(|g| g.post).map(|p| p.to_string()).unwrap_or_default();
    let at = if typed.post.is_empty() { mine } else { typed.post.clone() };
    let mut posts = vec![Choice::new("", page.t("desk-new-post-none"), &at)];
    let running = ground.posts().iter().filter(|p| p.state == places::PostState::Running);
    posts.extend(running.map(|p| Choice::new(p.id.to_string(), &p.name, &at)));
    let error = |field: &str| wrong.iter().find(|w| w.field == field).map(|w| invalid(&page, w));
    let lang = if typed.lang.is_empty() { Lang::ZhCn.tag() } else { &typed.lang };
    let i = Intake {
        key: typed.key.clone(),
        class: typed.class.clone(),
        emergency: chosen.as_ref().is_some_and(|c| c.is_emergency()),
        chosen: chosen.as_ref().map(|c| c.name(page.look.lang).to_owned()),
        open_list: wrong.iter().any(|w| w.field == "class"),
        classes: picks(&page, &classes),
        text: typed.text.clone(),
        address: typed.address.clone(),
        area: typed.area.clone(),
        areas: Vec::new(),
        phone: typed.phone.clone(),
        name: typed.name.clone(),
        email: typed.email.clone(),
        postal: typed.postal.clone(),
        origins: Choice::codes(&page, "origin-", [Origin::Phone.code(), Origin::WalkIn.code()], &typed.origin),
        channels: channels(&page, &typed.channel),
        posts,
        langs: Lang::ALL.iter().map(|l| Choice::new(l.tag(), page.tk("desk-lang-", l.tag()), lang)).collect(),
        more: !typed.email.is_empty()
            || !typed.postal.is_empty()
            || wrong.iter().any(|w| matches!(w.field, "email" | "postal")),
        errors: wrong.iter().map(|w| (w.field.to_owned(), problem(&page, w))).collect(),
        class_error: error("class"),
        text_error: error("text"),
        address_error: error("address"),
        area_error: error("area"),
        phone_error: error("phone"),
        name_error: error("name"),
        email_error: error("email"),
        postal_error: error("postal"),
        channel_error: error("channel"),
    };
    Ok(NewPage { page, frame, i })
}

fn channels(page: &Page, chosen: &str) -> Vec<Choice> {
    let mut all = vec![Choice::new("", page.t("desk-new-channel-auto"), chosen)];
    all.extend(Choice::codes(page, "channel-", Channel::ALL.iter().map(|c| c.code()), chosen));
    all
}

fn problem(page: &Page, wrong: &matters::Invalid) -> String {
    page.t2("desk-field-problem", "field", page.tk("desk-new-", wrong.field), "what", invalid(page, wrong))
}

fn picks(page: &Page, classes: &[Arc<ClassRule>]) -> Vec<Pick> {
    classes
        .iter()
        .enumerate()
        .map(|(i, c)| {
            let (pinyin, initials) = text::pinyin(&c.name_zh);
            Pick {
                position: i + 1,
                code: c.code.clone(),
                name: c.name(page.look.lang).to_owned(),
                pinyin,
                initials,
                emergency: c.is_emergency(),
            }
        })
        .collect()
}

/// Place and class of what was typed; names everything that is missing at once.
fn command(cx: &mut Cx<'_>, typed: &Typed, lang: Lang) -> Result<Raise, matters::Error> {
    let mut wrong = Vec::new();
    let classes: Vec<_> = matters::app::classes(cx)?.iter().filter(|c| c.active).cloned().collect();
    let class = class_of(&classes, &typed.class, lang).map(|c| c.code.clone());
    if class.is_none() {
        wrong.push(matters::Invalid::new("class", "invalid-class"));
    }
    if typed.text.is_empty() {
        wrong.push(matters::Invalid::new("text", "invalid-missing"));
    }
    let area = ground::resolve(cx, &typed.area).unwrap_or_default();
    if area.is_none() && !typed.area.trim().is_empty() {
        wrong.push(matters::Invalid::new("area", "desk-new-area-unknown"));
    }
    if !wrong.is_empty() {
        return Err(matters::Error::Invalid(wrong));
    }
    let post: Option<PostId> = typed.post.parse().ok();
    Ok(Raise {
        key: Some(typed.key.clone()).filter(|k| !k.is_empty()),
        class: class.unwrap_or_default(),
        text: typed.text.clone(),
        place: RaisedPlace { point: None, address: Some(typed.address.clone()).filter(|a| !a.is_empty()), area, post },
        raiser: typed.raiser(lang),
        origin: Origin::from_code(&typed.origin)
            .filter(|o| matches!(o, Origin::Phone | Origin::WalkIn))
            .unwrap_or(Origin::Phone),
    })
}

async fn raise(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let typed = Typed::of(&posted);
    let who = staff.who(Purpose::Proxy);
    let (lang, mut again) = (page.look.lang, typed.clone());
    let done = app
        .rt
        .write(who.clone(), move |cx| {
            let raise = command(cx, &typed, lang)?;
            matters::app::raise(cx, raise)
        })
        .await;
    let wrong = match done {
        Ok(receipt) => return show_receipt(&app, page, staff, receipt).await,
        Err(matters::Error::Invalid(wrong)) => wrong,
        Err(error) => return Err(error.into()),
    };
    if again.key.is_empty() || wrong.iter().any(|w| w.field == "key") {
        again.key = form_key(&app);
    }
    let shown = app.rt.read(who, move |cx| form(cx, page, &staff, &again, &wrong)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response())
}

struct ReceiptView {
    number: String,
    code: String,
    class_name: String,
    at: String,
    contact_by: String,
    answer_by: String,
    phone: String,
    provisional: bool,
    address: String,
    qr: String,
    /// Who has it now, in a sentence.
    owner: String,
    href: String,
}

#[derive(Template)]
#[template(path = "desk/receipt.html")]
struct ReceiptPage {
    page: Page,
    frame: Frame,
    r: ReceiptView,
}

/// The receipt, to be read out or printed. Sending the form again (a reload) answers the same one.
async fn show_receipt(app: &App, page: Page, staff: Staff, receipt: Receipt) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Proxy);
    let shown = app
        .rt
        .read(who, move |cx| {
            let frame = Frame::load(cx, &page, &staff, "/desk/new")?;
            let names = people::app::accounts::names(cx, &[receipt.owner_account])?;
            let name = names.get(&receipt.owner_account).cloned().unwrap_or_else(|| nobody(&page));
            let ground = places::snapshot(cx)?;
            let phone = receipt.post.and_then(|p| ground.post(p)).map(|p| p.phone.clone()).filter(|p| !p.is_empty());
            let link = page.config.absolute(&format!("/t/{}", receipt.code));
            let r = ReceiptView {
                owner: page.t1("desk-receipt-owner", "who", name),
                href: page.href(format!("/desk/matters/{}", receipt.matter)),
                class_name: receipt.class.name(page.look.lang).to_owned(),
                at: page.stamp(receipt.raised_at),
                contact_by: page.by(receipt.contact_by),
                answer_by: page.by(receipt.answer_by),
                phone: phone.unwrap_or_else(|| page.phone().to_owned()),
                provisional: receipt.provisional,
                qr: qr::svg(&link, &page.t("desk-receipt-qr")),
                address: page.config.absolute("/t"),
                code: receipt.code,
                number: receipt.number,
            };
            Ok::<_, Fail>(ReceiptPage { page, frame, r })
        })
        .await?;
    let mut response = html(&shown)?;
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    Ok(response)
}

struct Like {
    href: String,
    title: String,
    why: String,
}

#[derive(Template)]
#[template(path = "desk/part_similar.html")]
struct SimilarPart {
    page: Page,
    similar: Vec<Like>,
}

/// Matters that may be the same, while the clerk types. A proposal, never a bar.
async fn similar(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let typed = Typed::of(&posted);
    let who = staff.who(Purpose::Proxy);
    let shown = app
        .rt
        .read(who, move |cx| {
            require(&cx.actor, cx.purpose, Action::RaiseFor, &ResourceFacts::District)?;
            let classes = active(cx)?;
            let class = class_of(&classes, &typed.class, page.look.lang).map(|c| c.code.clone()).unwrap_or_default();
            let area = ground::resolve(cx, &typed.area)?;
            let place = RaisedPlace { area, address: Some(typed.address.clone()), ..RaisedPlace::default() };
            let words = format!("{} {}", typed.text, typed.address);
            let found = matters::app::similar_to(cx, &place, &class, &words)?;
            let similar = found
                .iter()
                .map(|c| Like {
                    href: page.href(format!("/desk/matters/{}", c.line.matter)),
                    title: format!("{} {}", c.line.number, c.line.summary),
                    why: alike(&page, c),
                })
                .collect();
            Ok::<_, Fail>(SimilarPart { page, similar })
        })
        .await?;
    html(&shown)
}

#[derive(Template)]
#[template(path = "desk/part_options.html")]
struct Options {
    areas: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Part {
    area: String,
}

/// Areas for the type-ahead, by part of a name, pinyin or code.
async fn areas(State(app): State<App>, staff: Staff, Query(part): Query<Part>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Proxy);
    let found = app
        .rt
        .read(who, move |cx| {
            require(&cx.actor, cx.purpose, Action::RaiseFor, &ResourceFacts::District)?;
            ground::find(cx, &part.area, 12)
        })
        .await?;
    html(&Options { areas: found.into_iter().map(|(_, words)| words).collect() })
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[test]
    fn a_class_is_found_by_number_name_and_initials() {
        let classes: Vec<_> = matters::seed::classes().into_iter().map(Arc::new).collect();
        let find = |typed: &str| class_of(&classes, typed, Lang::ZhCn).map(|c| c.code.clone());
        let third = classes[2].code.clone();
        assert_eq!(find("3"), Some(third.clone()));
        assert_eq!(find("３ "), Some(third.clone()));
        assert_eq!(find(&format!("3 {}", classes[2].name_zh)), Some(third.clone()));
        for class in &classes {
            assert_eq!(find(&class.name_zh), Some(class.code.clone()));
            assert_eq!(find(&class.code), Some(class.code.clone()));
            let (full, _) = text::pinyin(&class.name_zh);
            assert_eq!(find(&full), Some(class.code.clone()), "{full}");
        }
        for nothing in ["", "0", "999", "不存在的类别", "zzzz"] {
            assert_eq!(find(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn the_answer_goes_where_the_caller_can_be_reached() {
        let with = |phone: &str, name: &str, origin: &str| {
            Typed { phone: phone.into(), name: name.into(), origin: origin.into(), ..Typed::default() }
                .raiser(Lang::ZhCn)
        };
        assert_eq!(with("021-05710101", "", "phone").channel, Channel::Phone);
        assert_eq!(with("", "王", "walk_in").channel, Channel::Counter);
        assert!(with("", "", "phone").anonymous);
    }

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let classes: Vec<_> = matters::seed::classes().into_iter().map(Arc::new).collect();
        let frame = Frame::sample(page);
        let name = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
        let mut out = Vec::new();
        for bad in [false, true] {
            let fields = ["class", "text", "address", "area", "phone", "name", "email", "postal", "channel"];
            let wrong: Vec<_> =
                fields.iter().filter(|_| bad).map(|f| matters::Invalid::new(f, "invalid-missing")).collect();
            let i = Intake {
                classes: picks(page, &classes),
                chosen: bad.then(|| name("漏水", "Leak")),
                emergency: bad,
                origins: Choice::codes(page, "origin-", [Origin::Phone.code(), Origin::WalkIn.code()], "phone"),
                channels: channels(page, ""),
                langs: Lang::ALL.iter().map(|l| Choice::new(l.tag(), page.tk("desk-lang-", l.tag()), "")).collect(),
                errors: wrong.iter().map(|w| (w.field.to_owned(), problem(page, w))).collect(),
                text_error: bad.then(|| page.t("invalid-missing")),
                areas: vec![name("青禾居委会", "Qinghe")],
                ..Intake::default()
            };
            out.push(("desk/new.html", NewPage { page: page.clone(), frame: frame.clone(), i }.render().unwrap()));
            let r = ReceiptView {
                number: "HQ-2026-00001".into(),
                code: "ABCD-EFGH-JKMN".into(),
                class_name: name("漏水", "Leak"),
                at: page.stamp(page.now),
                contact_by: page.by(page.now.plus_hours(24)),
                answer_by: page.by(page.now.plus_days(7)),
                phone: "021-0571 0100".into(),
                provisional: bad,
                address: "http://127.0.0.1:8080/t".into(),
                qr: qr::svg("http://127.0.0.1:8080/t/ABCDEFGH", &page.t("desk-receipt-qr")),
                owner: page.t1("desk-receipt-owner", "who", name("王工", "Wang")),
                href: page.href("/desk/matters/1"),
            };
            out.push((
                "desk/receipt.html",
                ReceiptPage { page: page.clone(), frame: frame.clone(), r }.render().unwrap(),
            ));
        }
        out
    }
}
