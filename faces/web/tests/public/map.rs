//! The ground of maps: tiles of imported streets, what pages say about them, and what an operator puts in their place.

use crate::site::{Reply, Site};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use places::streets::{Prepared, bring, prepare};
use streets::osm::{Limits, Osm};
use web::map::Settings;

fn street(name: &str) -> Prepared {
    let text = format!(
        r#"<osm version="0.6"><node id="1" lat="31" lon="121"/><node id="2" lat="31.001" lon="121.001"/>
           <way id="7"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/><tag k="name" v="{name}"/></way></osm>"#
    );
    prepare(&Osm::read(text.as_bytes(), &Limits::default()).unwrap(), |_| ()).unwrap()
}

fn import(site: &Site, map: &Prepared) {
    let (map, house) = (map.clone(), &site.world.house);
    house.rt.write_now(house.system(), move |cx| bring(cx, &map, "a.osm")).unwrap();
}

fn first(map: &Prepared) -> String {
    let id = map.tiles[0].0;
    format!("/map/{}/{}/{}/{}.mvt", map.token.simple(), id.z, id.x, id.y)
}

fn ask(site: &Site, path: &str, name: header::HeaderName, value: &str) -> Reply {
    site.send(Request::get(path).header(name, value).body(Body::empty()).unwrap())
}

/// What a page says about its map.
fn meta(site: &Site, page: &str) -> Option<serde_json::Value> {
    let text = site.get(page).text;
    let content = text.split(r#"<meta name="map-ground" content=""#).nth(1)?.split('"').next()?;
    let json = content.replace("&#34;", "\"").replace("&quot;", "\"").replace("&#38;", "&").replace("&amp;", "&");
    Some(serde_json::from_str(&json).unwrap())
}

#[test]
fn a_tile_is_kept_for_ever_and_never_sent_twice() {
    let site = Site::new();
    let map = street("望苇路");
    import(&site, &map);
    let path = first(&map);
    // Nobody is signed in: a map of streets holds nothing about a person.
    let packed = ask(&site, &path, header::ACCEPT_ENCODING, "gzip, br");
    assert_eq!(packed.status, StatusCode::OK);
    assert_eq!(packed.headers[header::CONTENT_TYPE], "application/vnd.mapbox-vector-tile");
    assert_eq!(packed.headers[header::CONTENT_ENCODING], "gzip");
    assert_eq!(packed.headers[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
    assert!(!packed.headers.contains_key(header::SET_COOKIE));
    let plain = site.get(&path);
    assert!(!plain.headers.contains_key(header::CONTENT_ENCODING) && plain.text.contains("望苇路"));
    let tag = packed.headers[header::ETAG].to_str().unwrap().to_owned();
    let again = ask(&site, &path, header::IF_NONE_MATCH, &tag);
    assert_eq!((again.status, again.text.len()), (StatusCode::NOT_MODIFIED, 0));
    assert_eq!(ask(&site, &path, header::IF_NONE_MATCH, "\"other\"").status, StatusCode::OK);
}

#[test]
fn empty_places_unknown_maps_and_nonsense() {
    let site = Site::new();
    let map = street("望苇路");
    import(&site, &map);
    let token = map.token.simple();
    let empty = site.get(&format!("/map/{token}/12/1/1.mvt"));
    assert_eq!((empty.status, empty.text.len()), (StatusCode::NO_CONTENT, 0));
    for path in [
        format!("/map/{}/12/1/1.mvt", uuid::Uuid::nil()),
        format!("/map/{token}/7/1/1.mvt"),
        format!("/map/{token}/16/1/1.mvt"),
        format!("/map/{token}/12/4096/1.mvt"),
        format!("/map/{token}/12/1/-1.mvt"),
        format!("/map/{token}/255/1/1.mvt"),
        format!("/map/{token}/12/99999999999/1.mvt"),
        "/map/%00/12/1/1.mvt".to_owned(),
        "/map/x/y/z/w".to_owned(),
    ] {
        let reply = site.get(&path);
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!reply.headers[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"), "{path}");
    }
}

#[test]
fn pages_name_the_map_that_is_there_now() {
    let site = Site::new();
    assert_eq!(meta(&site, "/my-grid"), None);
    let map = street("望苇路");
    import(&site, &map);
    for page in ["/my-grid", "/en/my-grid"] {
        let said = meta(&site, page).unwrap();
        assert_eq!(said["tiles"], format!("/map/{}/{{z}}/{{x}}/{{y}}.mvt", map.token.simple()));
        assert_eq!((&said["kind"], &said["minzoom"], &said["maxzoom"]), (&"own".into(), &8.into(), &15.into()));
        assert!(said["attribution"].as_str().unwrap().contains("OpenStreetMap"));
    }
    // A new import is a new address; a page that is still open keeps its map.
    let next = street("另一条路");
    import(&site, &next);
    assert!(meta(&site, "/my-grid").unwrap()["tiles"].as_str().unwrap().contains(&next.token.simple().to_string()));
    assert_eq!(site.get(&first(&map)).status, StatusCode::OK);
}

fn with(site: &mut Site, settings: &Settings) {
    let house = &site.world.house;
    let app = web::App::new(house.rt.clone(), house.district, web::Config::default());
    site.pages = web::router(app.with_map(settings).unwrap());
}

#[test]
fn foreign_pictures_open_the_policy_for_their_host_alone() {
    let mut site = Site::new();
    let usual = site.get("/my-grid").headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
    assert!(!usual.contains("http"), "{usual}");
    let raster = "https://tiles.example/{z}/{x}/{y}.png".to_owned();
    let (datum, review_number) = ("gcj02".into(), "GS(2026)0001号".into());
    with(&mut site, &Settings { raster, datum, review_number, attribution: "某图".into(), ..Settings::default() });
    let said = meta(&site, "/my-grid").unwrap();
    assert_eq!((&said["kind"], &said["datum"]), (&"raster".into(), &"gcj02".into()));
    assert_eq!((&said["review"], &said["attribution"]), (&"GS(2026)0001号".into(), &"某图".into()));
    let opened = site.get("/my-grid").headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
    let expected = usual
        .replace("img-src 'self'", "img-src 'self' https://tiles.example")
        .replace("connect-src 'self'", "connect-src 'self' https://tiles.example");
    assert_eq!(opened, expected);
    // Our own tiles are not served beside them.
    let map = street("望苇路");
    import(&site, &map);
    assert_eq!(site.get(&first(&map)).status, StatusCode::NOT_FOUND);
}

#[test]
fn every_public_page_with_a_map_names_its_ground() {
    let site = Site::new();
    import(&site, &street("望苇路"));
    for page in ["/my-grid", "/near", "/en/near", "/found", "/missing", "/en/found"] {
        let text = site.get(page).text;
        assert!(text.contains("data-pin") && meta(&site, page).is_some(), "{page}");
    }
    let found = site.post("/near", "lat=30.9&lon=121.4605").text;
    assert!(found.contains("map-ground"), "what was found stands on the same ground: {found}");
}

#[test]
fn layers_are_of_towns_from_afar_and_asked_for_again_by_their_tag() {
    let site = Site::new();
    let names = |path: &str| {
        let all: serde_json::Value = serde_json::from_str(&site.get(path).text).unwrap();
        let names =
            all["features"].as_array().unwrap().iter().map(|f| f["properties"]["name"].as_str().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    let (far, near) = (names("/map/areas.geojson?kind=town"), names("/map/areas.geojson"));
    assert!(near.iter().any(|n| n == "桂花里") && !far.iter().any(|n| n == "桂花里"), "{far:?} {near:?}");
    for path in ["/map/areas.geojson?kind=town", "/map/areas.geojson", "/map/posts.geojson"] {
        let first = site.get(path);
        let tag = first.headers[header::ETAG].to_str().unwrap().to_owned();
        let again = ask(&site, path, header::IF_NONE_MATCH, &tag);
        assert_eq!((again.status, again.text.len()), (StatusCode::NOT_MODIFIED, 0), "{path}");
        assert_eq!(again.headers[header::CACHE_CONTROL], "public, max-age=300");
        assert_eq!(ask(&site, path, header::IF_NONE_MATCH, "\"other\"").status, StatusCode::OK);
    }
}
