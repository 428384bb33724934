//! The doors: takes connections and speaks HTTP/1.1 on them, with limits that no handler sees: time for the head of a
//! request (an idle connection is one that waits for it), its size, and how many connections there may be.

use crate::App;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

/// Limits of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Doors {
    /// From the first byte that is waited for to the end of the head.
    pub head_time: Duration,
    /// Bytes of a head.
    pub head_bytes: usize,
    pub headers: usize,
    /// Connections at once; more wait in the machine's queue.
    pub connections: usize,
}

impl Default for Doors {
    fn default() -> Self {
        Self { head_time: Duration::from_secs(30), head_bytes: 64 * 1024, headers: 100, connections: 8_192 }
    }
}

/// Serves the whole site on `listener` until `stop` is ready, then lets open requests come to their end.
pub async fn serve(listener: TcpListener, app: App, doors: Doors, stop: impl Future<Output = ()>) {
    let pages = crate::router(app);
    let open = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(doors.connections));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(doors.head_time)
        .max_buf_size(doors.head_bytes)
        .max_headers(doors.headers);
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = async {
                let place = Arc::clone(&room).acquire_owned().await;
                (place, listener.accept().await)
            } => accepted,
        };
        let (Ok(place), Ok((stream, peer))) = accepted else {
            // Out of file handles, for example: those that are open go on.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let pages = pages.clone();
        let connection = http.serve_connection(
            TokioIo::new(stream),
            service_fn(move |request: Request<Incoming>| answer(pages.clone(), peer, request)),
        );
        let connection = open.watch(connection);
        tokio::spawn(async move {
            // What goes wrong on a connection is the sender's or the network's.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    open.shutdown().await;
}

async fn answer(
    pages: axum::Router,
    peer: SocketAddr,
    mut request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    // Two statements about where a body ends: whoever stands in between may believe the other one, and what follows would
    // be somebody else's request (smuggling). Two lengths are refused; of a length beside chunks hyper shows only the
    // chunks, so after chunks the connection ends.
    let lengths = request.headers().get_all(header::CONTENT_LENGTH).iter().count();
    let chunks = request.headers().contains_key(header::TRANSFER_ENCODING);
    request.extensions_mut().insert(ConnectInfo(peer));
    let mut response = if lengths > 1 {
        let mut refused = Response::new(Body::empty());
        *refused.status_mut() = StatusCode::BAD_REQUEST;
        refused
    } else {
        pages.oneshot(request.map(Body::new)).await?
    };
    if lengths > 1 || chunks {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}
