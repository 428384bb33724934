//! Reports over HTTP: OsmAnd (the Traccar Client) and OwnTracks. One request is one report, or several.

use crate::hall::{Counts, Hall, Heard, Word};
use crate::limits::Place;
use base64::Engine as _;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use trackers::{Protocol, Reading};

/// Bytes of a body; a phone that was without signal for long sends many reports one by one.
const BODY: usize = 64 * 1024;
const HEAD: usize = 16 * 1024;
const BODY_TIME: Duration = Duration::from_secs(20);
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);

/// Serves one connection to its end.
pub(crate) async fn serve(
    hall: Arc<Hall>,
    stream: TcpStream,
    peer: SocketAddr,
    protocol: Protocol,
    tls: Option<TlsAcceptor>,
    place: Place,
) {
    let Some(tls) = tls else { return speak(hall, stream, peer, protocol, place).await };
    if let Ok(Ok(stream)) = timeout(HANDSHAKE_TIME, tls.accept(stream)).await {
        speak(hall, stream, peer, protocol, place).await;
    }
}

async fn speak<S>(hall: Arc<Hall>, stream: S, peer: SocketAddr, protocol: Protocol, place: Place)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let idle = if place.is_known() { hall.settings.idle(protocol) } else { hall.settings.first_frame() };
    let place = Arc::new(Mutex::new(place));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(idle).max_buf_size(HEAD).max_headers(40);
    let service = service_fn(move |request: Request<Incoming>| {
        let (hall, place) = (Arc::clone(&hall), Arc::clone(&place));
        async move { Ok::<_, Infallible>(answer(&hall, request, peer, protocol, &place).await) }
    });
    // What goes wrong on a connection is the sender's or the network's.
    let _ = http.serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(
    hall: &Hall,
    request: Request<Incoming>,
    peer: SocketAddr,
    protocol: Protocol,
    place: &Mutex<Place>,
) -> Response<Full<Bytes>> {
    if !hall.limits.arrival(peer.ip()) {
        Counts::add(&hall.counts.turned_away);
        return too_many();
    }
    if !matches!(*request.method(), Method::GET | Method::POST) {
        return plain(StatusCode::METHOD_NOT_ALLOWED, "send reports with GET or POST\n");
    }
    let (head, body) = request.into_parts();
    let body = match timeout(BODY_TIME, Limited::new(body, BODY).collect()).await {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            return plain(StatusCode::PAYLOAD_TOO_LARGE, "a report has 64 KiB at most\n");
        }
        Ok(Err(_)) => return plain(StatusCode::BAD_REQUEST, "the body broke off\n"),
        Err(_) => return plain(StatusCode::REQUEST_TIMEOUT, "the body did not come within 20 s\n"),
    };
    let header = |name: HeaderName| head.headers.get(name).and_then(|v| v.to_str().ok());
    let target = head.uri.path_and_query().map_or("/", |t| t.as_str());
    let (kind, now) = (header(CONTENT_TYPE), hall.now());
    let mut reading = Reading::default();
    match protocol {
        Protocol::OwnTracks => {
            let device = owntracks_device(&head.headers);
            trackers::http::owntracks(target, kind, device.as_deref(), &body, now, &mut reading);
        }
        _ => trackers::http::osmand(target, kind, None, &body, now, &mut reading),
    }
    let response = judge(hall, protocol, &reading).await;
    if response.status() == StatusCode::OK {
        place.lock().unwrap_or_else(PoisonError::into_inner).known();
    }
    response
}

/// User and device of the headers that OwnTracks sends, else of HTTP's own authentication; whoever needs a password puts a proxy
/// before the gateway.
fn owntracks_device(headers: &HeaderMap) -> Option<String> {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let user = text("x-limit-u").or_else(|| {
        let sent = text("authorization")?;
        let decoded = base64::engine::general_purpose::STANDARD.decode(sent.strip_prefix("Basic ")?).ok()?;
        String::from_utf8(decoded).ok()?.split(':').next().map(str::to_owned)
    });
    let both: Vec<String> = user.into_iter().chain(text("x-limit-d")).filter(|t| !t.is_empty()).collect();
    (!both.is_empty()).then(|| both.join("-"))
}

/// What is answered to a report that was read.
async fn judge(hall: &Hall, protocol: Protocol, reading: &Reading) -> Response<Full<Bytes>> {
    let now = hall.now();
    if let Some(device) = reading.device
        && !hall.limits.frame(device)
        && !Hall::is_call(reading)
    {
        Counts::add(&hall.counts.turned_away);
        return too_many();
    }
    let mut heard = Heard::default();
    hall.hear(protocol, reading, now, &mut heard);
    match (heard.last, reading.error) {
        (Word::Later, _) => later("the list of locators cannot be read now\n"),
        (Word::Unknown, _) => plain(StatusCode::FORBIDDEN, "this device is not registered here\n"),
        (Word::Nothing, why) => {
            let why = why.unwrap_or("the report names no device");
            plain(StatusCode::BAD_REQUEST, &format!("{why}\n"))
        }
        // What could be read of it is kept; sent again it would be no better.
        (Word::Known, _) => {
            let safe = match hall.keep(&heard) {
                Ok(kept) => kept.safe().await,
                Err(_) => false,
            };
            if !safe {
                return later("reports cannot be kept now\n");
            }
            let json = matches!(heard.reply.first(), Some(b'[' | b'{'));
            let mut response = Response::new(Full::new(Bytes::from(heard.reply)));
            if json {
                response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            }
            response
        }
    }
}

fn plain(status: StatusCode, text: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(text.to_owned())));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

fn too_many() -> Response<Full<Bytes>> {
    let mut response = plain(StatusCode::TOO_MANY_REQUESTS, "too many reports; wait a little\n");
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("10"));
    response
}

fn later(why: &str) -> Response<Full<Bytes>> {
    let mut response = plain(StatusCode::SERVICE_UNAVAILABLE, why);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("30"));
    response
}
