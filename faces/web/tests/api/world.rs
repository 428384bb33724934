//! A district with one account and one key for every role, served in process.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use kernel::ids::{AccountId, MatterId, SeatId};
use kernel::{Purpose, Role};
use matters::app::{Raise, RaisedPlace, RaiserInput, Receipt};
use matters::model::{Channel, Origin};
use people::app::password::{PasswordHash, hash, reset_password};
use people::app::tokens::{NewToken, issue};
use people::model::Place;
use people::policy::{Action, TokenScope, who_may};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::OnceLock;
use testkit::{Kind, World};
use tower::ServiceExt;

const PASSWORD: &str = "eine lange Reihe";
pub const NAME: &str = "张三";
pub const PHONE: &str = "02105710199";

pub struct Api {
    pub world: World,
    pub router: Router,
    pub people: HashMap<Role, (AccountId, SeatId)>,
    pub keys: HashMap<Role, String>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{} is not JSON: {}", self.status, self.text))
    }
    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default()
    }
    /// The answer must have this status.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }
    /// Field of the first problem.
    pub fn field(&self) -> String {
        self.json()["errors"][0]["field"].as_str().unwrap_or_default().to_owned()
    }
}

/// Hashing is slow on purpose; one serves all.
fn hashed() -> PasswordHash {
    static HASH: OnceLock<PasswordHash> = OnceLock::new();
    HASH.get_or_init(|| hash(&SecretString::from(PASSWORD), &kernel::OsIds).unwrap()).clone()
}

/// Domain code blocks; tests of pages run on the runtime that serves them.
pub fn aside<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(work).join().unwrap())
}

/// Whether a role may do one of these things anywhere.
pub fn may(role: Role, actions: &[Action]) -> bool {
    actions.iter().any(|a| who_may(*a).contains(&role))
}

impl Api {
    pub fn new() -> Self {
        aside(|| Self::build(web::Config { page_rate: 100_000, key_rate: 100_000, ..web::Config::default() }))
    }

    pub fn with(config: web::Config) -> Self {
        aside(|| Self::build(config))
    }

    fn build(config: web::Config) -> Self {
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
        let mut staff = HashMap::new();
        let mut keys = HashMap::new();
        for role in Role::ALL {
            let person = world.staff(*role, Place::default(), role.code(), role.code());
            keys.insert(*role, key(&world, person.0, TokenScope::ALL));
            staff.insert(*role, person);
        }
        let ids: Vec<AccountId> = staff.values().map(|(id, _)| *id).collect();
        let hash = hashed();
        world.act(move |cx| {
            for id in ids {
                reset_password(cx, id, &hash, false)?;
            }
            Ok::<_, people::Error>(())
        });
        let router = web::router(web::App::new(world.house.rt.clone(), world.house.district, config));
        Self { world, router, people: staff, keys }
    }

    /// A further key of a role's account.
    pub fn key_with(&self, role: Role, scopes: &[TokenScope]) -> String {
        let account = self.people[&role].0;
        aside(|| key(&self.world, account, scopes))
    }

    /// Cookie of a fresh session.
    pub async fn sign_in(&self, role: Role) -> String {
        let form = format!("login={}&password={}&next=/desk", role.code(), PASSWORD.replace(' ', "+"));
        let request = Request::post("/login")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form))
            .unwrap();
        let answer = self.send(request).await.is(303);
        answer.header("set-cookie").split(';').next().unwrap().to_owned()
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 20_000_000).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    /// A request with further headers; `who` is a key or nothing.
    pub async fn call(
        &self,
        method: Method,
        who: &str,
        path: &str,
        more: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        if !who.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {who}"));
        }
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        let body = match body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.send(request.body(body).unwrap()).await
    }

    /// As a page of ours sends it, with the cookie of whoever signed in.
    pub async fn by_person(&self, cookie: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        let request = request.header("cookie", cookie).header("sec-fetch-site", "same-origin");
        let request = request.header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(body.map_or_else(Body::empty, |b| Body::from(b.to_string()))).unwrap()).await
    }

    /// GET as a role.
    pub async fn get(&self, role: Role, path: &str) -> Answer {
        self.call(Method::GET, &self.keys[&role], path, &[], None).await
    }

    /// POST as a role.
    pub async fn post(&self, role: Role, path: &str, body: Value) -> Answer {
        self.call(Method::POST, &self.keys[&role], path, &[], Some(body)).await
    }

    /// GET as anybody.
    pub async fn open(&self, path: &str) -> Answer {
        self.call(Method::GET, "", path, &[], None).await
    }

    /// POST as anybody.
    pub async fn give(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, "", path, &[], Some(body)).await
    }

    /// Something raised by telephone.
    pub fn raise(&self, text: &str) -> MatterId {
        self.receipt(text).matter
    }

    /// The coordinator gives it to the duty officer.
    pub async fn assign(&self, matter: MatterId) {
        let seat = self.people[&Role::DutyOfficer].1;
        let body = serde_json::json!({ "command": "assign", "seat": seat });
        self.post(Role::Coordinator, &format!("/matters/{matter}/commands"), body).await.is(200);
    }

    pub fn receipt(&self, text: &str) -> Receipt {
        let clerk = self.people[&Role::Clerk].0;
        let raise = Raise {
            key: None,
            class: "danger-now".into(),
            text: text.into(),
            place: RaisedPlace::default(),
            raiser: RaiserInput {
                anonymous: false,
                name: Some(NAME.into()),
                phone: Some(PHONE.into()),
                email: None,
                address: None,
                channel: Channel::Phone,
                lang: kernel::Lang::ZhCn,
            },
            origin: Origin::Phone,
        };
        aside(|| {
            let who = self.world.who(clerk, Purpose::Proxy);
            self.world.act_as(who, move |cx| matters::app::raise(cx, raise)).unwrap()
        })
    }
}

fn key(world: &World, account: AccountId, scopes: &[TokenScope]) -> String {
    let new = NewToken { account, label: "test".into(), scopes: scopes.to_vec(), area: None, expires_at: None };
    let (_, secret) = world.act(move |cx| issue(cx, &new));
    secret.expose_secret().to_owned()
}
