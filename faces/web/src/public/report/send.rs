//! Where the report meets the domains: what is offered, and the raising itself.

use super::draft::{Draft, Problem, Reach};
use super::pages::{Bodies, Choice, Offer, Town};
use crate::preview::{self, Preview};
use crate::public::errors;
use crate::{App, Fail, Page, nearby, photos};
use kernel::ids::{AreaId, OrgId};
use kernel::{Lang, Point};
use matters::Invalid;
use matters::app::{self, Raise, RaisedPlace, RaiserInput};
use matters::model::{Channel, Origin};
use matters::redaction::{self, Correction};
use people::model::OrgKind;
use places::AreaKind;
use store::Cx;

/// Classes and communities to choose from, and the post whose code was scanned.
pub(super) async fn offer(app: &App, page: &Page, draft: &Draft) -> Result<Offer, Fail> {
    let lang = page.look.lang;
    let classes = app.rt.read(app.anybody(), app::classes).await.map_err(errors::of_matters)?;
    let choices = classes
        .iter()
        .filter(|c| c.active)
        .map(|c| Choice {
            code: c.code.clone(),
            name: c.name(lang).to_owned(),
            hint: c.hint(lang).to_owned(),
            family: c.family.code(),
        })
        .collect();
    let post = scanned(app, &draft.post).await?.map(|post| post.name);
    let near = match draft.point() {
        Some(Ok(point)) => {
            let page = page.clone();
            let read = app.rt.read(app.anybody(), move |cx| nearby::words(cx, &page, point));
            read.await.map_err(errors::of_places)?
        }
        _ => None,
    };
    Ok(Offer { choices, towns: towns(app, lang).await?, post, bodies: bodies(app).await?, near })
}

/// Offices that a report can be about; their names are public.
async fn bodies(app: &App) -> Result<Vec<Bodies>, Fail> {
    const KINDS: [OrgKind; 6] = [
        OrgKind::PoliceBranch,
        OrgKind::PoliceStation,
        OrgKind::TownGovernment,
        OrgKind::Committee,
        OrgKind::Agency,
        OrgKind::Property,
    ];
    let all = app.rt.read(app.anybody(), |cx| people::app::orgs::list(cx, None)).await?;
    let of = |kind: OrgKind| Bodies {
        kind: kind.code(),
        all: all.iter().filter(|o| o.kind == kind).map(|o| (o.id.to_string(), o.name.clone())).collect(),
    };
    Ok(KINDS.into_iter().map(of).filter(|b| !b.all.is_empty()).collect())
}

/// The running post of a scanned code.
async fn scanned(app: &App, code: &str) -> Result<Option<places::Post>, Fail> {
    if code.is_empty() {
        return Ok(None);
    }
    let ground = app.rt.read(app.anybody(), places::snapshot).await.map_err(errors::of_places)?;
    Ok(ground.running_post(code).cloned())
}

/// The code if there is such a post; nothing else is carried along: then it is an ordinary report.
pub(super) async fn known_post(app: &App, code: &str) -> Result<String, Fail> {
    let code = kernel::text::tidy(code);
    Ok(if scanned(app, &code).await?.is_some() { code } else { String::new() })
}

/// Whether a point lies in another district. While nothing is drawn, nothing does.
pub(super) async fn is_outside(app: &App, point: Point) -> Result<bool, Fail> {
    match app.rt.read(app.anybody(), move |cx| places::locate(cx, point)).await {
        Ok(_) | Err(places::Error::NoOutlines) => Ok(false),
        Err(places::Error::OutsideDistrict(_)) => Ok(true),
        Err(error) => Err(errors::of_places(error)),
    }
}

/// Towns with their communities, for lists to choose from.
pub(in crate::public) async fn towns(app: &App, lang: Lang) -> Result<Vec<Town>, Fail> {
    let ground = app.rt.read(app.anybody(), places::snapshot).await.map_err(errors::of_places)?;
    let communities = |of: AreaId| {
        let list = ground.children(of).filter(|a| a.kind == AreaKind::Community);
        list.map(|a| (a.id.to_string(), a.called(lang).to_owned())).collect::<Vec<_>>()
    };
    let town = |a: &places::Area| Town { name: a.called(lang).to_owned(), communities: communities(a.id) };
    Ok(ground.of_kind(AreaKind::Town).map(town).filter(|t| !t.communities.is_empty()).collect())
}

/// Raises it; answers the code for `/t/…`, or what is wrong with which field.
pub(super) async fn send(
    app: &App,
    page: &Page,
    draft: &Draft,
    files: Vec<Vec<u8>>,
) -> Result<Result<String, Vec<Problem>>, Fail> {
    let pictures = match photos::of_form(files).await? {
        Ok(pictures) => pictures,
        Err(wrong) => return Ok(Err(vec![("photos", errors::words(page, &wrong))])),
    };
    let post = scanned(app, &draft.post).await?.map(|post| post.id);
    let origin = if post.is_some() { Origin::Qr } else { Origin::Web };
    let place = RaisedPlace { post, ..place(draft) };
    let (command, correction) = (Raise { origin, ..command(page, draft, place) }, correction(draft));
    // From a list: a made-up id is told, so that nothing meant to go past a body goes to it.
    let about = match draft.about.as_str() {
        "" => None,
        id => match id.parse::<OrgId>() {
            Ok(id) => Some(id),
            Err(_) => return Ok(Err(vec![("about", page.t("invalid-about"))])),
        },
    };
    let prepare = move |cx: &mut Cx<'_>| app::prepare(cx, command, &correction);
    let work = move |cx: &mut Cx<'_>, whole: app::Prepared| app::raise_whole(cx, whole, about, &pictures);
    match app.rt.write_prepared(app.raiser(), prepare, work).await {
        Ok(receipt) => Ok(Ok(receipt.code)),
        Err(matters::Error::Invalid(wrong)) => Ok(Err(wrong.iter().map(|w| (field(w), words(page, w))).collect())),
        Err(error) => Err(errors::of_matters(error)),
    }
}

fn command(page: &Page, draft: &Draft, place: RaisedPlace) -> Raise {
    Raise {
        key: Some(format!("web:{}", draft.idem)),
        class: draft.class.clone(),
        text: draft.text.clone(),
        place,
        raiser: raiser(page, draft),
        origin: Origin::Web,
    }
}

fn correction(draft: &Draft) -> Correction {
    Correction { show: draft.show.clone(), hide: preview::words(&draft.hide) }
}

/// What the owner will read of it.
pub(super) async fn preview(app: &App, page: &Page, draft: &Draft) -> Result<Preview, Fail> {
    let address = Some(draft.address.clone()).filter(|a| !a.is_empty());
    let place = RaisedPlace { address, ..RaisedPlace::default() };
    let (command, correction) = (command(page, draft, place), correction(draft));
    let pieces = app.rt.read(app.raiser(), move |cx| redaction::preview(cx, &command, &correction)).await;
    Ok(Preview::of(page, &pieces.map_err(errors::of_matters)?))
}

fn place(draft: &Draft) -> RaisedPlace {
    let point = draft.point().and_then(Result::ok);
    let address = Some(draft.address.clone()).filter(|a| !a.is_empty());
    // A made-up id is as good as none: the catch-all finds out.
    let area = draft.area.parse::<AreaId>().ok();
    RaisedPlace { point, address, area, post: None }
}

fn raiser(page: &Page, draft: &Draft) -> RaiserInput {
    let lang = page.look.lang;
    let some = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty());
    let channel = match draft.reach() {
        None | Some(Reach::Anonymous) => return RaiserInput::anonymous(lang),
        Some(Reach::Phone) => Channel::Phone,
        Some(Reach::Email) => Channel::Email,
        Some(Reach::Page) => Channel::Page,
    };
    RaiserInput {
        anonymous: false,
        name: some(&draft.name),
        phone: draft.phone_digits(),
        email: draft.email_plain(),
        address: None,
        channel,
        lang,
    }
}

/// Our field for the domain's.
fn field(wrong: &Invalid) -> &'static str {
    match wrong.field {
        "key" => "again",
        "place" => "address",
        other => other,
    }
}

fn words(page: &Page, wrong: &Invalid) -> String {
    if wrong.field == "key" { page.t("track-again") } else { errors::words(page, wrong) }
}
