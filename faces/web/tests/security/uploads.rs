//! Files from strangers: only pictures are taken, whatever they call themselves, and only the picture is kept.

use crate::world::{Desk, aside};
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use image::{DynamicImage, ImageFormat, RgbImage};
use std::io::Cursor;
use tower::ServiceExt;

fn picture(format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(RgbImage::from_pixel(40, 30, image::Rgb([200, 10, 10])))
        .write_to(&mut out, format)
        .unwrap();
    out.into_inner()
}

/// A report with one file, as a browser sends it. Answers status, where it leads and the page.
async fn report(desk: &Desk, key: &str, name: &str, kind: &str, file: &[u8]) -> (StatusCode, String, String) {
    let class = aside(|| desk.world.look(matters::app::classes))
        .iter()
        .find(|c| c.active && !c.is_emergency())
        .unwrap()
        .code
        .clone();
    let mut body = Vec::new();
    for (field, value) in [
        ("at", "check"),
        ("go", "next"),
        ("idem", key),
        ("text", "leak"),
        ("class", &class),
        ("address", "gate"),
        ("reach", "anonymous"),
    ] {
        body.extend(format!("--B\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").bytes());
    }
    let head = format!(
        "--B\r\nContent-Disposition: form-data; name=\"photos\"; filename=\"{name}\"\r\nContent-Type: {kind}\r\n\r\n"
    );
    body.extend(head.bytes());
    body.extend(file);
    body.extend(b"\r\n--B--\r\n");
    let request = Request::post("/report")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=B")
        .header(header::CONTENT_LENGTH, body.len())
        .body(Body::from(body))
        .unwrap();
    let answer = desk.send(request).await;
    (answer.status, answer.location, answer.body)
}

#[tokio::test]
async fn what_is_no_picture_is_refused_by_any_name() {
    let desk = Desk::new();
    let html = b"<html><script>alert(1)</script>".to_vec();
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>".to_vec();
    let zip = b"PK\x03\x04\x14\0\0\0\x08\0bomb".to_vec();
    let mut bomb = picture(ImageFormat::Png);
    bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    let half = picture(ImageFormat::Png)[..60].to_vec();
    for (n, (name, kind, file)) in [
        ("a.png", "image/png", &html),
        ("a.jpg", "image/jpeg", &svg),
        ("a.svg", "image/svg+xml", &svg),
        ("a.png", "image/png", &zip),
        ("../../a.png", "image/png", &bomb),
        ("a.png", "image/png", &half),
        ("a.gif", "image/gif", &b"GIF89a\x01\0\x01\0\0\0\0".to_vec()),
        ("a.pdf", "application/pdf", &b"%PDF-1.7".to_vec()),
    ]
    .into_iter()
    .enumerate()
    {
        let (status, _, page) = report(&desk, &format!("bad{n}"), name, kind, file).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{name} as {kind}");
        assert!(page.contains("error-summary") && !page.contains("alert(1)"), "{name}");
    }
    assert_eq!(desk.world_events("matter.attach"), 0);
}

#[tokio::test]
async fn of_a_picture_with_more_in_it_only_the_picture_is_kept() {
    let desk = Desk::new();
    // A JPEG that is also a page, carries a place, and a whole archive behind its end.
    let jpeg = picture(ImageFormat::Jpeg);
    let mut exif = b"\xff\xe1".to_vec();
    let hidden = b"Exif\0\0II*\0<script>alert(1)</script>GPS 121.47 30.92 SECRET-PHONE";
    exif.extend(u16::try_from(hidden.len() + 2).unwrap().to_be_bytes());
    exif.extend(hidden);
    let polyglot = [&jpeg[..2], &exif, &jpeg[2..], b"PK\x03\x04<html>TRAILER"].concat();
    let (status, location, page) = report(&desk, "poly", "page.html", "text/html", &polyglot).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    let code = location.split('/').nth(2).unwrap().to_owned();
    let shown = desk.get("", &format!("/t/{code}")).await.body;
    let at = shown.find(&format!("/t/{code}/photo/")).expect("the picture is on the page");
    let href = shown[at..].split('"').next().unwrap().to_owned();
    let response = desk.router.clone().oneshot(Request::get(&href).body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.headers()[header::CONTENT_TYPE], "image/jpeg", "whatever it called itself");
    assert_eq!(response.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert!(response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("default-src 'none'"));
    let kept = to_bytes(response.into_body(), 10_000_000).await.unwrap();
    for part in [&b"script"[..], b"SECRET", b"Exif", b"TRAILER", b"PK\x03\x04", b"page.html"] {
        assert!(!kept.windows(part.len()).any(|w| w == part), "{} is still in it", String::from_utf8_lossy(part));
    }
}
