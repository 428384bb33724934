//! A district whose bulletins go out, and a browser of its desk.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use kernel::Role;
use people::app::password::{hash, reset_password};
use people::model::Place;
use places::app::{AreaChanges, SaveArea, save_areas};
use places::{AreaKind, Outline};
use secrecy::SecretString;
use testkit::{Kind, World};
use tower::ServiceExt;

pub const PASSWORD: &str = "eine lange Reihe";

pub struct Site {
    pub world: World,
    pub pages: Router,
    pub tokio: tokio::runtime::Runtime,
    pub community: String,
}

pub struct Reply {
    pub status: StatusCode,
    pub kind: String,
    pub location: String,
    pub text: String,
}

impl Site {
    pub fn new() -> Self {
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
        let accounts = [(Role::Coordinator, "boss"), (Role::Coordinator, "second"), (Role::DutyOfficer, "duty")];
        let hashed = hash(&SecretString::from(PASSWORD), &kernel::OsIds).unwrap();
        for (role, login) in accounts {
            let (id, _) = world.staff(role, Place::default(), login, login);
            let hashed = hashed.clone();
            world.act(move |cx| reset_password(cx, id, &hashed, false));
        }
        let area = |kind, code: &str, name: &str, west, east| {
            SaveArea::new(kind, Some(code), name).outlined(Outline::rectangle(west, 30.8, east, 31.0).unwrap())
        };
        let save = vec![
            area(AreaKind::District, "310199", "和邻区", 121.4, 121.6),
            area(AreaKind::Town, "310199001", "青禾街道", 121.4, 121.6),
            area(AreaKind::Community, "310199001001", "青禾社区", 121.4, 121.5),
        ];
        let (rt, who) = (&world.house.rt, world.house.system());
        rt.write_now(who.clone(), move |cx| save_areas(cx, &AreaChanges { save, retire: vec![] })).unwrap();
        let ground = rt.read_now(who, places::snapshot).unwrap();
        let community = ground.by_code(AreaKind::Community, "310199001001").unwrap().id.to_string();
        let config = web::Config { public_url: "https://helin.example".into(), ..web::Config::default() };
        let app = web::App::new(world.house.rt.clone(), world.house.district, config);
        let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Self { pages: web::router(app), world, tokio, community }
    }

    pub fn send(&self, request: Request<Body>) -> (Reply, String) {
        self.tokio.block_on(async {
            let response = self.pages.clone().oneshot(request).await.unwrap();
            let text = |name: header::HeaderName| {
                response.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned()
            };
            let cookie = text(header::SET_COOKIE).split(';').next().unwrap_or_default().to_owned();
            let (status, kind, location) = (response.status(), text(header::CONTENT_TYPE), text(header::LOCATION));
            let bytes = to_bytes(response.into_body(), 10_000_000).await.unwrap();
            (Reply { status, kind, location, text: String::from_utf8(bytes.to_vec()).unwrap() }, cookie)
        })
    }

    pub fn get(&self, cookie: &str, path: &str) -> Reply {
        self.send(Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap()).0
    }

    pub fn post(&self, cookie: &str, path: &str, form: &str) -> Reply {
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()));
        self.send(request.unwrap()).0
    }

    pub fn sign_in(&self, login: &str) -> String {
        let form = format!("login={login}&password={}", PASSWORD.replace(' ', "+"));
        let request = Request::post("/login").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let (reply, cookie) = self.send(request.body(Body::from(form)).unwrap());
        assert_eq!(reply.status, StatusCode::SEE_OTHER);
        cookie
    }

    /// A draft of the first; answers its page.
    pub fn draft(&self, cookie: &str, more: &str) -> String {
        let form = format!("{DRAFT}&area={}&{more}", self.community);
        let saved = self.post(cookie, "/desk/admin/bulletins/new", &form);
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
        saved.location
    }

    pub fn message(&self, page: &str, nth: u8) -> Reply {
        let id = page.rsplit('/').next().unwrap();
        self.get("", &format!("/cap/{id}-{nth}.xml"))
    }
}

pub const DRAFT: &str = "event=停水&headline=青禾路停水<2小时>&description=抢修水管，约两小时。&instruction=请储水。&category=infra&\
    urgency=expected&severity=moderate&certainty=observed&hours=6&exercise=no&checked=no";
