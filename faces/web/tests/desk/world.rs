//! A district with one account for every role, served in process.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use kernel::ids::{AccountId, MatterId, SeatId};
use kernel::{Purpose, Role};
use matters::app::{Raise, RaisedPlace, RaiserInput, Receipt};
use matters::model::{Channel, Origin};
use people::app::password::{PasswordHash, hash, reset_password};
use people::model::Place;
use secrecy::SecretString;
use std::collections::HashMap;
use std::sync::OnceLock;
use testkit::{Kind, World};
use tower::ServiceExt;

pub const PASSWORD: &str = "eine lange Reihe";

pub struct Desk {
    pub world: World,
    pub router: Router,
    pub people: HashMap<Role, (AccountId, SeatId)>,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub location: String,
    pub kind: String,
    /// The cookie it sets, as it is sent back.
    pub cookie: String,
    /// Seconds after which it comes again.
    pub refresh: String,
    pub body: String,
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

impl Desk {
    pub fn new() -> Self {
        aside(|| Self::build(None))
    }

    /// Where the operator has switched web push on.
    pub fn with_push(push: alerts::PushConfig) -> Self {
        aside(|| Self::build(Some(push)))
    }

    fn build(push: Option<alerts::PushConfig>) -> Self {
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
        for role in Role::ALL {
            staff.insert(*role, world.staff(*role, Place::default(), role.code(), role.code()));
        }
        let ids: Vec<AccountId> = staff.values().map(|(id, _)| *id).collect();
        let hash = hashed();
        world.act(move |cx| {
            for id in ids {
                reset_password(cx, id, &hash, false)?;
            }
            Ok::<_, people::Error>(())
        });
        let config = web::Config { page_rate: 100_000, ..web::Config::default() };
        let router = web::router(web::App::new(world.house.rt.clone(), world.house.district, config).with_push(push));
        Self { world, router, people: staff }
    }

    /// Cookie of a fresh session.
    pub async fn sign_in(&self, role: Role) -> String {
        self.sign_in_as(role.code()).await
    }

    pub async fn sign_in_as(&self, login: &str) -> String {
        let form = format!("login={login}&password={}&next=/desk", PASSWORD.replace(' ', "+"));
        let request = Request::post("/login")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form))
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::SEE_OTHER, "{login} cannot sign in");
        let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    pub async fn get(&self, cookie: &str, path: &str) -> Answer {
        self.send(Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, cookie: &str, path: &str, form: &str) -> Answer {
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()))
            .unwrap();
        self.send(request).await
    }

    /// Looks for something by a form: the list to which it leads.
    pub async fn look_for(&self, cookie: &str, path: &str, form: &str) -> Answer {
        let led = self.post(cookie, path, form).await;
        assert_eq!(led.status, StatusCode::SEE_OTHER, "{path}: {}", led.body);
        self.get(cookie, &led.location).await
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let text = |name: header::HeaderName| {
            response.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned()
        };
        let (status, location, kind) = (response.status(), text(header::LOCATION), text(header::CONTENT_TYPE));
        let refresh = text(header::REFRESH);
        let cookie = text(header::SET_COOKIE).split(';').next().unwrap_or_default().to_owned();
        let bytes = to_bytes(response.into_body(), 10_000_000).await.unwrap();
        Answer { status, location, kind, cookie, refresh, body: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// The jobs that read uploaded files.
    pub async fn run_imports(&self) {
        let (rt, district) = (self.world.house.rt.clone(), self.world.house.district);
        let run = move || store::jobs::run_due(&rt, district, &imports::uploads::handlers()).unwrap();
        tokio::task::spawn_blocking(run).await.unwrap();
    }

    /// Looks into the tables.
    pub fn sql<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut store::Cx<'_>) -> Result<T, store::Error> + Send + 'static,
    ) -> T {
        aside(|| self.world.house.rt.read_now(self.world.house.system(), f).unwrap())
    }

    pub fn seal(&self) {
        aside(|| store::chain::seal_now(&self.world.house.rt, self.world.house.district).unwrap());
    }

    /// A week goes by, and the sample of it is drawn.
    pub fn draw_sample(&self) {
        aside(|| {
            let who = store::Who::system(self.world.house.district, people::policy::jobs::AUDIT);
            self.world.act_as(who, audit::jobs::ensure_timers).unwrap();
            self.world.house.clock.advance_secs(7 * 86_400);
        });
        self.run_audit_jobs();
    }

    pub fn run_audit_jobs(&self) {
        let handlers = audit::jobs::handlers(audit::AuditConfig::default());
        aside(|| store::jobs::run_due(&self.world.house.rt, self.world.house.district, &handlers).unwrap());
    }

    /// Whom the audit has asked.
    pub fn asked(&self) -> Vec<AccountId> {
        self.sql(|cx| {
            let rows = cx.query("SELECT asked FROM audit_review WHERE state = 'asked'", &[])?;
            rows.iter().map(|r| r.id("asked")).collect()
        })
    }

    /// A day ahead, as a date field sends it.
    pub fn day_after(&self, days: i64) -> String {
        self.world.house.rt.now().plus_days(days).rfc3339()[..10].to_owned()
    }

    /// Gives an account the password of the tests.
    pub fn let_in(&self, login: &str) {
        let (login, hash) = (login.to_owned(), hashed());
        aside(|| {
            self.world.act(move |cx| {
                let row = cx.query_one("SELECT id FROM account WHERE login = $1", &[login.into()])?;
                reset_password(cx, row.id("id")?, &hash, false)
            });
        });
    }

    /// Somebody else with the same role, signed in.
    pub async fn second_coordinator(&self) -> String {
        let hash = hashed();
        aside(|| {
            let (id, _) = self.world.staff(Role::Coordinator, Place::default(), "second", "周协");
            self.world.act(move |cx| reset_password(cx, id, &hash, false));
        });
        self.sign_in_as("second").await
    }

    /// What a download is called.
    pub async fn file_name(&self, cookie: &str, path: &str) -> String {
        let request = Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        response.headers()[header::CONTENT_DISPOSITION].to_str().unwrap().to_owned()
    }

    /// A key of somebody's program, made by the operator: id and secret.
    pub fn key(&self, role: Role, scopes: &[&str], area: Option<kernel::ids::AreaId>) -> (String, String) {
        let scopes = scopes.iter().filter_map(|code| people::policy::TokenScope::from_code(code)).collect();
        let account = self.people[&role].0;
        let new = people::app::NewToken { account, label: "试".into(), scopes, area, expires_at: None };
        let (id, secret) = aside(|| self.world.act(move |cx| people::app::tokens::issue(cx, &new)));
        (id.to_string(), secrecy::ExposeSecret::expose_secret(&secret).to_owned())
    }

    /// Something raised by telephone; the duty officer answers for it.
    pub fn raise(&self, text: &str) -> MatterId {
        self.receipt(text).matter
    }

    /// As [`Self::raise`], with number and code.
    pub fn receipt(&self, text: &str) -> Receipt {
        let clerk = self.people[&Role::Clerk].0;
        let raise = Raise {
            key: None,
            class: "danger-now".into(),
            text: text.into(),
            place: RaisedPlace::default(),
            raiser: RaiserInput {
                anonymous: false,
                name: Some("张三".into()),
                phone: Some("02105710199".into()),
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

/// Value of a hidden field in a page.
pub fn hidden(page: &str, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    let at = page.find(&mark).unwrap_or_else(|| panic!("no field {name}")) + mark.len();
    page[at..].split('"').next().unwrap().to_owned()
}
