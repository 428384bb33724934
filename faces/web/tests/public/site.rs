//! The site as tests see it: plain HTTP, forms read from the page and filled by name.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use kernel::ids::{AccountId, AreaId, MatterId};
use kernel::{Point, Purpose, Role};
use matters::app::{self, Act};
use matters::model::Command;
use people::model::Place;
use places::app::{AreaChanges, SaveArea, SavePost, save_areas, save_posts};
use places::{AreaKind, Outline, PostState, Tier, WeekHours};
use testkit::{Kind, World};
use tower::ServiceExt;

/// A district with a neighbourhood, a post and a few people, served in process.
pub(crate) struct Site {
    pub pages: Router,
    pub world: World,
    pub community: AreaId,
    /// Sits on the seat that everything of the neighbourhood comes to.
    pub owner: AccountId,
    /// May check what the owner did.
    pub head: AccountId,
    tokio: tokio::runtime::Runtime,
}

/// What came back.
pub(crate) struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Reply {
    pub(crate) fn location(&self) -> &str {
        self.headers[header::LOCATION].to_str().unwrap()
    }
}

impl Site {
    pub(crate) fn new() -> Self {
        Self::with_push(None)
    }

    pub(crate) fn with_push(push: Option<alerts::PushConfig>) -> Self {
        let sets = [
            people::MIGRATIONS,
            places::MIGRATIONS,
            care::MIGRATIONS,
            lost::MIGRATIONS,
            locators::MIGRATIONS,
            matters::MIGRATIONS,
            alerts::MIGRATIONS,
            audit::MIGRATIONS,
        ];
        let world = World::with(Kind::Sqlite, &sets);
        world.act(matters::app::seed_classes);
        let community = draw(&world);
        let here = Place { area: Some(community), ..Place::default() };
        let (owner, _) = world.staff(Role::CatchAll, here, "catch", "方兜");
        let (head, _) = world.staff(Role::PostHead, here, "head", "季站");
        let app = web::App::new(world.house.rt.clone(), world.house.district, web::Config::default()).with_push(push);
        let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Self { pages: web::router(app), world, community, owner, head, tokio }
    }

    pub(crate) fn send(&self, request: Request<Body>) -> Reply {
        self.tokio.block_on(async {
            let response = self.pages.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let bytes = to_bytes(body, 10_000_000).await.unwrap();
            Reply { status: parts.status, headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned() }
        })
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path).body(Body::empty()).unwrap())
    }

    pub(crate) fn post(&self, path: &str, form: &str) -> Reply {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.header(header::CONTENT_LENGTH, form.len()).body(Body::from(form.to_owned())).unwrap())
    }

    pub(crate) fn class(&self) -> String {
        let classes = self.world.look(matters::app::classes);
        classes.iter().find(|c| c.active && !c.is_emergency()).unwrap().code.clone()
    }

    /// As a browser sends a form with files.
    pub(crate) fn post_files(&self, path: &str, fields: &[(String, String)], files: &[(&str, &[u8])]) -> Reply {
        let mut body = Vec::new();
        for (name, value) in fields {
            let part = format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        for (name, bytes) in files {
            let head = format!(
                "--b\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"IMG_0001.jpg\"\r\n\
                 Content-Type: image/jpeg\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--b--\r\n");
        let request = Request::post(path).header(header::CONTENT_TYPE, "multipart/form-data; boundary=b");
        self.send(request.header(header::CONTENT_LENGTH, body.len()).body(Body::from(body)).unwrap())
    }

    /// Fills what the open page asks, by the names in its form, and presses its main button.
    pub(crate) fn next(&self, page: &Reply, answers: &[(&str, &str)]) -> Reply {
        let form = Form::of(&page.text);
        let fields = form.filled(answers);
        self.post(&form.action, &encode(&fields))
    }

    /// From the first page to the receipt; answers its address.
    pub(crate) fn report(&self, start: &str, answers: &[(&str, &str)]) -> String {
        let mut page = self.get(start);
        for _ in 0..8 {
            assert_eq!(page.status, StatusCode::OK, "{start}: {}", page.text);
            page = self.next(&page, answers);
            if page.status == StatusCode::SEE_OTHER {
                return page.location().to_owned();
            }
        }
        panic!("{start} does not end: {}", page.text)
    }

    pub(crate) fn matter(&self, code: &str) -> MatterId {
        let code = code.to_owned();
        self.world.act_as(self.world.public(), move |cx| app::find_by_code(cx, &code)).unwrap().matter
    }

    /// A step of somebody on the staff.
    pub(crate) fn act(&self, who: AccountId, matter: MatterId, command: Command) {
        let kind = command.kind();
        let who = self.world.who(who, Purpose::Matter(matter));
        let done = self.world.act_as(who, move |cx| app::act(cx, Act::new(matter, command)));
        assert!(done.is_ok(), "{kind:?}: {done:?}");
    }
}

/// Half a degree of a district with one neighbourhood, and a post with a number of its own.
fn draw(world: &World) -> AreaId {
    let area = |kind, code: &str, name: &str| {
        let outline = Outline::rectangle(121.4, 30.8, 121.6, 31.0).unwrap();
        SaveArea::new(kind, Some(code), name).outlined(outline)
    };
    let save = vec![
        area(AreaKind::District, "d", "和邻区"),
        area(AreaKind::Town, "t", "青禾镇").within("d"),
        area(AreaKind::Community, "c", "桂花里").within("t"),
        area(AreaKind::Police, "p", "青禾警务区"),
    ];
    let saved = world.act(move |cx| save_areas(cx, &AreaChanges { save, retire: vec![] })).saved;
    let post = SavePost {
        id: None,
        tier: Tier::PolicePost,
        code: Some("P001".into()),
        name: "青禾警务站".into(),
        parent: None,
        address: "青禾路 1 号".into(),
        phone: "021-0571 0222".into(),
        point: Some(Point::new(121.45, 30.9).unwrap()),
        hours: WeekHours::always(),
        state: PostState::Running,
        serves: vec!["p".into()],
        seen: None,
    };
    world.act(move |cx| save_posts(cx, &[post]));
    saved[2].0
}

/// The form of a page that has fields to fill, as a program reads it.
pub(crate) struct Form {
    pub action: String,
    /// Hidden fields with their values.
    pub hidden: Vec<(String, String)>,
    /// Names of the others.
    pub asked: Vec<String>,
}

impl Form {
    pub(crate) fn of(html: &str) -> Self {
        let main = &html[html.find("<main").unwrap()..html.find("</main>").unwrap()];
        let form = main.split("<form").skip(1).map(|f| f.split("</form>").next().unwrap());
        let form = form.max_by_key(|f| f.matches("name=\"").count()).unwrap();
        let (mut hidden, mut asked) = (Vec::new(), Vec::<String>::new());
        for tag in form.split('<').filter(|t| ["input ", "textarea ", "select "].iter().any(|s| t.starts_with(s))) {
            let Some(name) = attribute(tag, "name") else { continue };
            if tag.contains("type=\"hidden\"") {
                hidden.push((name, attribute(tag, "value").unwrap_or_default()));
            } else if !asked.contains(&name) {
                asked.push(name);
            }
        }
        Self { action: attribute(form, "action").unwrap(), hidden, asked }
    }

    pub(crate) fn filled(&self, answers: &[(&str, &str)]) -> Vec<(String, String)> {
        let answers = answers.iter().filter(|(name, _)| self.asked.iter().any(|a| a == name));
        let answers = answers.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        self.hidden.iter().cloned().chain(answers).collect()
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?;
    let plain = [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
    Some(plain.iter().fold(value.to_owned(), |text, (coded, sign)| text.replace(coded, sign)))
}

/// As forms are sent.
pub(crate) fn encode(fields: &[(String, String)]) -> String {
    fields.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect::<Vec<_>>().join("&")
}

pub(crate) fn escape(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}
