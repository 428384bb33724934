//! `mulin bench pages`: the invented district grown to a town, and every page of its desk served in this process.

use crate::config::Config;
use crate::open::open_with;
use ::demo::fill::{Amounts, fill};
use ::demo::seed::{PASSWORD, Seeded};
use anyhow::Context as _;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use cli::bench::pages::{PagesArgs, PagesReport, Reply, Site, Visitor, measure};
use kernel::{Ids, ManualClock, Moment, OsIds, SeededIds};
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use store::{Keys, Who};
use tower::ServiceExt as _;

/// Now, on every machine: the same figures tomorrow.
const NOW: &str = "2026-06-24T10:00:00+08:00";
/// Who asks, by the roles of the demo's accounts.
const ROLES: [&str; 6] =
    ["duty_officer", "committee_worker", "coordinator", "system_admin", "audit_admin", "volunteer"];
/// Written when everything is filled.
const MARKER: &str = "bench.json";
const BODY: usize = 64 << 20;

pub(crate) fn run(config: &Config, args: &PagesArgs) -> anyhow::Result<()> {
    let report = cli::bench::with_dir(args.keep.as_ref(), |dir| in_dir(config, args, dir))?;
    report.write(args.json, &mut std::io::stdout().lock())
}

fn in_dir(config: &Config, args: &PagesArgs, dir: &Path) -> anyhow::Result<PagesReport> {
    let start = Moment::parse_rfc3339(NOW)?;
    let keys = dir.join("bench.keys");
    if !keys.exists() {
        Keys::generate(&OsIds).save_new(&keys)?;
    }
    let url = args.database.clone().unwrap_or_else(|| format!("sqlite:{}", dir.join("bench.db").display()));
    let open = |ids: Arc<dyn Ids>| {
        open_with(&url, config.connections, Keys::load(&keys)?, Arc::new(ManualClock::at(start)), ids)
    };
    let begin = Instant::now();
    let marker = dir.join(MARKER);
    let seeded: Seeded = if let Ok(text) = std::fs::read(&marker) {
        serde_json::from_slice(&text).context(MARKER)?
    } else {
        let rt = open(Arc::new(SeededIds::new(::demo::SEED)))?;
        let seeded =
            fill(&rt, start, &Amounts::of_town(args.residents), &mut |what, n| said(&format!("{n} {what}"), begin))?;
        // What jobs would do for a town at once (clocks of every matter) is no part of a page.
        if rt.database_kind() != "sqlite" {
            // What the server does by itself some minutes later.
            rt.write_now(Who::system(seeded.district, people::policy::jobs::DEMO), |cx| cx.execute("ANALYZE", &[]))?;
        }
        std::fs::write(&marker, serde_json::to_vec(&seeded)?)?;
        seeded
    };
    let fill_s = begin.elapsed().as_secs_f64();
    let rt = open(Arc::new(OsIds))?;
    let kind = rt.database_kind();
    let pages = web::Config { page_rate: u32::MAX, ..config.site.clone() };
    let router = web::router(web::App::new(rt, seeded.district, pages).with_map(&config.map)?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut visitors = Vec::new();
    for role in ROLES {
        let account = seeded.accounts.iter().find(|a| a.role == role);
        let login = &account.with_context(|| format!("nobody is {role}"))?.login;
        let mut site = Served { router: router.clone(), runtime: &runtime, cookie: String::new() };
        site.sign_in(login).with_context(|| format!("signing in as {login}"))?;
        visitors.push(Visitor { name: role.to_owned(), site: Box::new(site) });
    }
    let measured = measure(args, &visitors, &mut |what| said(what, begin))?;
    Ok(PagesReport::new(kind, args.residents, fill_s, measured))
}

fn said(what: &str, begin: Instant) {
    let _ = writeln!(std::io::stderr(), "{:6.0} s  {what}", begin.elapsed().as_secs_f64());
}

/// The pages, as somebody who is signed in gets them.
struct Served<'a> {
    router: Router,
    runtime: &'a tokio::runtime::Runtime,
    cookie: String,
}

impl Served<'_> {
    fn sign_in(&mut self, login: &str) -> anyhow::Result<()> {
        let form = format!("login={login}&password={PASSWORD}&next=/desk");
        let request = Request::post("/login").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let reply = self.runtime.block_on(self.router.clone().oneshot(request.body(Body::from(form))?))?;
        let cookie = reply.headers().get(header::SET_COOKIE).and_then(|v| v.to_str().ok());
        let cookie = cookie.and_then(|c| c.split(';').next()).context("no session was given")?;
        cookie.clone_into(&mut self.cookie);
        Ok(())
    }
}

impl Site for Served<'_> {
    fn get(&self, path: &str) -> anyhow::Result<Reply> {
        let request = Request::get(path).header(header::COOKIE, &self.cookie).body(Body::empty())?;
        self.runtime.block_on(async {
            let reply = self.router.clone().oneshot(request).await?;
            let status = reply.status().as_u16();
            let kind = reply.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
            let is_html = kind.starts_with("text/html");
            let location = reply.headers().get(header::LOCATION).and_then(|v| v.to_str().ok());
            let location = location.unwrap_or_default().to_owned();
            let bytes = to_bytes(reply.into_body(), BODY).await?;
            Ok(Reply { status, is_html, location, body: String::from_utf8_lossy(&bytes).into_owned() })
        })
    }
}
