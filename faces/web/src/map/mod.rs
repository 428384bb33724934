//! The ground of every map: the district's own tiles, or what the operator chose in their place.
//!
//! Tiles are public: a map of streets and waters holds nothing about a person, and people who are not signed in need it to say
//! where they are. The address of our own tiles holds a token of their content: a browser keeps them as long as it likes, and a new
//! import is a new address.

mod pmtiles;
mod settings;

pub use settings::{MapError, Settings};

use crate::{App, Fail, Loc};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use flate2::read::GzDecoder;
use kernel::ids::DistrictId;
use places::streets::Tile;
use pmtiles::Archive;
use serde_json::{Value, json};
use std::io::Read as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use store::{Runtime, Signal};
use streets::tiles::{COARSEST, FINEST, TileId};
use tokio::sync::broadcast::{Receiver, error::TryRecvError};
use uuid::Uuid;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/map/{token}/{z}/{x}/{y}", get(tile))
}

/// Other processes on the same database import, too: so long their map may be the one before, which is served all the same.
const FRESH: Duration = Duration::from_secs(10);

/// What maps stand on.
#[derive(Debug, Default)]
pub(crate) struct Ground {
    chosen: Chosen,
    attribution: String,
    review: String,
    known: Mutex<Known>,
    signals: Option<Mutex<Receiver<Signal>>>,
}

#[derive(Debug, Default)]
pub(super) enum Chosen {
    /// Tiles of the imported streets.
    #[default]
    Own,
    /// A file of tiles on this machine, and what its coordinates refer to.
    File(Arc<Archive>, &'static str),
    /// Pictures from another machine.
    Raster(settings::Raster),
}

/// The token of our own tiles, as it was read last.
#[derive(Debug, Default)]
struct Known {
    token: Option<Uuid>,
    read: Option<Instant>,
}

impl Ground {
    /// The imported streets.
    pub fn own(rt: &Runtime) -> Self {
        Self { signals: Some(Mutex::new(rt.subscribe())), ..Self::default() }
    }

    /// What the operator chose.
    pub fn chosen(rt: &Runtime, settings: &Settings) -> Result<Self, MapError> {
        let Settings { attribution, review_number, .. } = settings;
        let (attribution, review) = (attribution.trim().to_owned(), review_number.trim().to_owned());
        Ok(Self { chosen: settings.choose()?, attribution, review, ..Self::own(rt) })
    }

    /// Looks whether there was an import, if that is not known.
    pub async fn refresh(&self, app: &App) {
        if !matches!(self.chosen, Chosen::Own) || !self.is_stale(app.district) {
            return;
        }
        // Without a database pages show what they can; the token stays what it was.
        if let Ok(token) = app.rt.read(app.anybody(), places::streets::token).await {
            self.known.lock().unwrap_or_else(PoisonError::into_inner).token = token;
        }
    }

    fn is_stale(&self, district: DistrictId) -> bool {
        let told = self.signals.as_ref().is_some_and(|signals| {
            let mut signals = signals.lock().unwrap_or_else(PoisonError::into_inner);
            let mut told = false;
            loop {
                match signals.try_recv() {
                    Ok(signal) => told |= signal.kind == "streets" && signal.district == district,
                    Err(TryRecvError::Lagged(_)) => told = true,
                    Err(_) => break told,
                }
            }
        });
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let stale = told || known.read.is_none_or(|at| at.elapsed() > FRESH);
        if stale {
            known.read = Some(Instant::now());
        }
        stale
    }

    /// What a page says about the ground to the script of its map; none: there is none yet.
    pub fn meta(&self, loc: Loc) -> Option<Value> {
        let ours = || loc.t("map-attribution-osm");
        let attribution = |usual: String| if self.attribution.is_empty() { usual } else { self.attribution.clone() };
        let mut meta = match &self.chosen {
            Chosen::Own => {
                let token = self.known.lock().unwrap_or_else(PoisonError::into_inner).token?;
                json!({
                    "kind": "own", "tiles": format!("/map/{}/{{z}}/{{x}}/{{y}}.mvt", token.simple()), "minzoom": COARSEST,
                    "maxzoom": FINEST, "datum": "wgs84", "attribution": attribution(ours()),
                })
            }
            Chosen::File(file, datum) => {
                let (kind, end) = if file.is_vector() { ("pmtiles", "mvt") } else { ("raster", "png") };
                let (least, most) = file.zooms();
                json!({
                    "kind": kind, "tiles": format!("/map/{}/{{z}}/{{x}}/{{y}}.{end}", file.token()), "minzoom": least,
                    "maxzoom": most, "datum": datum, "attribution": attribution(ours()),
                })
            }
            Chosen::Raster(raster) => {
                let mut meta = json!({
                    "kind": "raster", "tiles": raster.tiles, "minzoom": 0, "maxzoom": raster.max_zoom,
                    "size": raster.tile_size, "datum": raster.datum, "attribution": attribution(raster.attribution.to_owned()),
                });
                if let (Some(labels), Some(map)) = (&raster.labels, meta.as_object_mut()) {
                    map.insert("labels".into(), json!(labels));
                }
                meta
            }
        };
        if let Some(map) = meta.as_object_mut().filter(|_| !self.review.is_empty()) {
            map.insert("review".into(), json!(self.review));
        }
        Some(meta)
    }

    /// The content security policy opened for the other machine that browsers ask for pictures, if there is one.
    pub fn policy(&self, usual: &str) -> Option<HeaderValue> {
        let Chosen::Raster(raster) = &self.chosen else { return None };
        let host = raster.host.as_deref()?;
        let mut opened = usual.to_owned();
        for part in ["img-src 'self'", "connect-src 'self'"] {
            opened = opened.replace(part, &format!("{part} {host}"));
        }
        HeaderValue::try_from(opened).ok()
    }
}

const VECTOR: &str = "application/vnd.mapbox-vector-tile";
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

async fn tile(
    State(app): State<App>,
    headers: HeaderMap,
    Path((token, z, x, y)): Path<(String, String, String, String)>,
) -> Result<Response, Fail> {
    let y = y.split_once('.').map_or(y.as_str(), |(y, _)| y);
    let (Ok(z), Ok(x), Ok(y)) = (z.parse::<u8>(), x.parse::<u32>(), y.parse::<u32>()) else {
        return Err(Fail::NotFound);
    };
    let id = TileId { z, x, y };
    if z > 22 || x >= 1 << z || y >= 1 << z {
        return Err(Fail::NotFound);
    }
    let tag = format!("\"{token}-{z}-{x}-{y}\"");
    let Ok(tag) = HeaderValue::try_from(tag) else { return Err(Fail::NotFound) };
    // Whoever names it had it from here, and under this address nothing else is ever served.
    if headers.get(header::IF_NONE_MATCH) == Some(&tag) {
        return Ok(kept(StatusCode::NOT_MODIFIED.into_response(), tag));
    }
    let (found, kind) = match &app.map.chosen {
        Chosen::File(file, _) if file.token() == token => {
            let (file, kind) = (Arc::clone(file), file.media_type());
            let read = tokio::task::spawn_blocking(move || file.tile(id)).await;
            let read = read.map_err(|e| Fail::Internal(e.to_string()))?.map_err(|e| Fail::Internal(e.to_string()))?;
            (read.map_or(Tile::Empty, Tile::Drawn), kind)
        }
        Chosen::Own => {
            let token: Uuid = token.parse().map_err(|_| Fail::NotFound)?;
            if !(COARSEST..=FINEST).contains(&z) {
                return Err(Fail::NotFound);
            }
            let found = app.rt.read(app.anybody(), move |cx| places::streets::tile(cx, token, id)).await?;
            (found, VECTOR)
        }
        _ => return Err(Fail::NotFound),
    };
    match found {
        Tile::Unknown => Err(Fail::NotFound),
        Tile::Empty => Ok(kept(StatusCode::NO_CONTENT.into_response(), tag)),
        Tile::Drawn(body) => Ok(kept(sent(&headers, kind, body)?, tag)),
    }
}

fn kept(mut response: Response, tag: HeaderValue) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::ETAG, tag);
    headers.insert(header::CACHE_CONTROL, FOR_EVER);
    response
}

/// As it is kept, if the reader takes gzip; every browser does.
fn sent(headers: &HeaderMap, kind: &'static str, body: Vec<u8>) -> Result<Response, Fail> {
    let packed = body.starts_with(&[0x1f, 0x8b]);
    let asked = headers.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let mut response = if packed && !asked.contains("gzip") {
        let mut plain = Vec::new();
        // What we packed ourselves, or a file of the operator's: still no more than a tile may be.
        let unpacked = GzDecoder::new(body.as_slice()).take(64 << 20).read_to_end(&mut plain);
        unpacked.map_err(|e| Fail::Internal(format!("tile: {e}")))?;
        plain.into_response()
    } else {
        body.into_response()
    };
    let to = response.headers_mut();
    to.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if packed {
        to.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if asked.contains("gzip") {
            to.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
    }
    Ok(response)
}
