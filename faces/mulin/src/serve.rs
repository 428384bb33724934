//! The running server: pages, jobs, and a clean end.

use crate::gateway;
use ::gateway::{Gateway, Listening};
use anyhow::Context as _;
use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use std::time::Duration;
use store::{Error, Runtime, Who};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Open connections (server-sent events) get this long after SIGTERM; then the process ends all the same.
const GRACE: Duration = Duration::from_secs(3);

/// Takes the address before anything else is started, so that a taken one is told at once.
pub(crate) fn bind(listen: &str) -> anyhow::Result<std::net::TcpListener> {
    let listener = std::net::TcpListener::bind(listen)
        .with_context(|| format!("cannot listen on {listen}; choose another with --listen or MULIN_LISTEN"))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Serves `app`, and locators where they are wanted, until SIGTERM or Ctrl-C; calls `ready` with the locators' ports once requests are
/// taken.
pub(crate) fn run(
    app: web::App,
    listener: std::net::TcpListener,
    admin_listen: &str,
    locators: Option<gateway::Wanted>,
    ready: impl FnOnce(&[Listening]) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(async {
        let listener = TcpListener::from_std(listener)?;
        if !admin_listen.is_empty() {
            let admin =
                TcpListener::bind(admin_listen).await.with_context(|| format!("cannot listen on {admin_listen}"))?;
            let service = admin_router(app.rt.clone(), app.district);
            tokio::spawn(async move { axum::serve(admin, service).await });
        }
        let locators = match locators {
            Some(wanted) => Some(wanted.start(&app.rt, app.district).await?),
            None => None,
        };
        let (stop, stopped) = watch::channel(false);
        let server = web::server::serve(listener, app, web::server::Doors::default(), changed(stopped.clone()));
        tokio::spawn(async move {
            signal().await;
            let _ = stop.send(true);
        });
        ready(locators.as_ref().map(Gateway::listening).unwrap_or_default())?;
        let pages = async {
            tokio::select! {
                () = server => {}
                () = async { changed(stopped.clone()).await; tokio::time::sleep(GRACE).await; } => {}
            }
        };
        let calls = async {
            changed(stopped.clone()).await;
            if let Some(gateway) = locators {
                // What the worker has in hand is taken in; the rest waits in the segment file for the next start.
                let _ = tokio::time::timeout(GRACE, gateway.stop()).await;
            }
        };
        tokio::join!(pages, calls);
        Ok(())
    });
    runtime.shutdown_timeout(Duration::from_millis(500));
    done
}

async fn changed(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|s| *s).await;
}

async fn signal() {
    let interrupt = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! { _ = interrupt => {}, _ = terminate.recv() => {} }
        }
        Err(_) => drop(interrupt.await),
    }
}

/// Health and readiness, for the machine's supervisor; on an address of its own.
pub(crate) fn admin_router(rt: Runtime, district: kernel::ids::DistrictId) -> Router {
    let ready = move || {
        let rt = rt.clone();
        async move {
            let asked = rt.read(Who::system(district, "readiness"), |cx| cx.query("SELECT 1 AS one", &[])).await;
            match asked {
                Ok(_) => (StatusCode::OK, "ready\n".to_owned()),
                Err(Error::Unavailable(why)) => (StatusCode::SERVICE_UNAVAILABLE, format!("database: {why}\n")),
                Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")),
            }
        }
    };
    Router::new().route("/healthz", get(|| async { "ok\n" })).route("/readyz", get(ready))
}
