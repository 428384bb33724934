//! A drawn district, served in process, and short ways to call the interface.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use kernel::Role;
use kernel::ids::AccountId;
use people::app::{NewToken, tokens};
use people::model::Place;
use people::policy::TokenScope;
use places::app::{AreaChanges, SaveArea, save_areas};
use places::{AreaKind, Outline};
use secrecy::ExposeSecret;
use serde_json::Value;
use testkit::{Kind, World};
use tower::ServiceExt;

/// In the middle of the district.
pub const HERE: &str = "lat=30.92&long=121.47";

pub struct Site {
    pub world: World,
    pub coordinator: AccountId,
    pages: Router,
    tokio: tokio::runtime::Runtime,
}

pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        let kind = self.headers[header::CONTENT_TYPE].to_str().unwrap();
        assert_eq!(kind, "application/json; charset=utf-8", "{}", self.text);
        serde_json::from_str(&self.text).unwrap()
    }
    /// The only item of a JSON list.
    pub fn only(&self) -> Value {
        let list = self.json();
        assert_eq!(list.as_array().map(Vec::len), Some(1), "{list}");
        list[0].clone()
    }
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }
    /// Fails with this status and this many errors, in the format of the interface.
    pub fn refused(&self, status: u16) -> String {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        let errors = self.json();
        let first = &errors[0];
        assert_eq!(first["code"], status);
        let words = first["description"].as_str().unwrap().to_owned();
        assert!(!words.is_empty() && !words.contains('⟦'), "{words}");
        words
    }
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
        ];
        let world = World::with(Kind::Sqlite, &sets);
        world.act(matters::app::seed_classes);
        let _ = world.staff(Role::CatchAll, Place::default(), "catch", "方兜");
        let (coordinator, _) = world.staff(Role::Coordinator, Place::default(), "boss", "方协");
        let area = |kind, code: &str, name: &str, west, east| {
            SaveArea::new(kind, Some(code), name).outlined(Outline::rectangle(west, 30.8, east, 31.0).unwrap())
        };
        let save = vec![
            area(AreaKind::District, "310199", "和邻区", 121.4, 121.6),
            area(AreaKind::Town, "310199001", "青禾街道", 121.4, 121.6),
            area(AreaKind::Community, "310199001001", "青禾社区", 121.4, 121.6),
            area(AreaKind::Police, "p1", "一警区", 121.4, 121.6),
        ];
        world
            .house
            .rt
            .write_now(world.house.system(), move |cx| save_areas(cx, &AreaChanges { save, retire: vec![] }))
            .unwrap();
        let config = web::Config {
            public_url: "https://www.helin.example".into(),
            page_rate: 100_000,
            ..web::Config::default()
        };
        let app = web::App::new(world.house.rt.clone(), world.house.district, config);
        let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Self { pages: web::router(app), world, coordinator, tokio }
    }

    pub fn send(&self, request: Request<Body>) -> Reply {
        self.tokio.block_on(async {
            let response = self.pages.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let bytes = to_bytes(body, 10_000_000).await.unwrap();
            Reply { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
        })
    }

    /// `GET /open311/v2/…`
    pub fn get(&self, path: &str) -> Reply {
        self.send(Request::get(format!("/open311/v2/{path}")).body(Body::empty()).unwrap())
    }

    pub fn post(&self, path: &str, form: &str) -> Reply {
        let request = Request::post(format!("/open311/v2/{path}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded; charset=utf-8")
            .header(header::CONTENT_LENGTH, form.len());
        self.send(request.body(Body::from(form.to_owned())).unwrap())
    }

    /// Sends a request that must be taken; answers its number.
    pub fn raise(&self, form: &str) -> String {
        let reply = self.post("requests.json", form);
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
        reply.only()["service_request_id"].as_str().unwrap().to_owned()
    }

    pub fn key(&self, account: AccountId, scopes: &[TokenScope]) -> String {
        let new = NewToken { account, label: "app".into(), scopes: scopes.to_vec(), area: None, expires_at: None };
        let (_, secret) = self.world.act(move |cx| tokens::issue(cx, &new));
        secret.expose_secret().to_owned()
    }
}
