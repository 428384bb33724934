//! Nonsense from visitors' phones: pictures that are none, clocks and zones, ids that are none or stand twice, far too much at once. Each is
//! answered in words, and nothing that somebody wrote is lost.

use crate::field_visits::Day;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use image::ImageFormat;
use serde_json::{Value, json};
use std::io::Cursor;

fn picture(format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    image::RgbImage::from_fn(90, 60, |x, y| image::Rgb([x as u8, y as u8, 90])).write_to(&mut out, format).unwrap();
    out.into_inner()
}

fn with_photo(mut report: Value, photo: &[u8]) -> Value {
    report["photo"] = json!(BASE64.encode(photo));
    report
}

#[tokio::test]
async fn a_file_that_is_no_photo_is_told_so_and_the_report_can_be_mended() {
    let day = Day::new().await;
    // Some bytes that claim 30,000 × 30,000 dots: refused before anything is unpacked.
    let mut bomb = picture(ImageFormat::Png);
    bomb[16..20].copy_from_slice(&30_000_u32.to_be_bytes());
    bomb[20..24].copy_from_slice(&30_000_u32.to_be_bytes());
    let mut large = picture(ImageFormat::Jpeg);
    let at = large.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
    large[at + 5..at + 9].copy_from_slice(&[0x75, 0x30, 0x75, 0x30]);
    let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec();
    let half = picture(ImageFormat::Png);
    for (n, file) in [bomb, large, heic, half[..half.len() / 2].to_vec(), b"<svg/>".to_vec()].into_iter().enumerate() {
        let report = with_photo(day.report(n as u8, "seen", json!({ "note": "煤气管老化" })), &file);
        let said = day.send(&day.worker, &[report]).await;
        assert!(said[0].0 == "mend" && !said[0].1.is_empty(), "{n}: {said:?}");
    }
    assert_eq!(day.reports(), 0, "nothing is half written");
    // A file of no bytes is no photo at all: the report is taken.
    let said = day.send(&day.worker, &[with_photo(day.report(9, "seen", json!({})), b"")]).await;
    assert_eq!(said[0].0, "done");
}

#[tokio::test]
async fn what_the_camera_wrote_beside_the_picture_goes() {
    let day = Day::new().await;
    let jpeg = picture(ImageFormat::Jpeg);
    let hidden = b"Exif\0\0II*\0GPS 121.47 30.92 SECRET-PHONE";
    let length = u16::try_from(hidden.len() + 2).unwrap().to_be_bytes();
    let file = [&jpeg[..2], &[0xff, 0xe1], &length, hidden, &jpeg[2..]].concat();
    let said = day.send(&day.worker, &[with_photo(day.report(1, "seen", json!({})), &file)]).await;
    assert_eq!(said[0].0, "done");
    let id = day.desk.sql(|cx| cx.query_one("SELECT id FROM care_visit_report", &[])?.uuid("id"));
    let kept = day.photo(id);
    assert!(kept.starts_with(&[0xff, 0xd8]));
    for part in [&b"Exif"[..], b"GPS", b"SECRET"] {
        assert!(!kept.windows(part.len()).any(|w| w == part));
    }
}

#[tokio::test]
async fn clocks_and_zones_of_phones_are_put_right() {
    let day = Day::new().await;
    let of = day.account(&day.worker).await;
    let done = || {
        day.desk
            .sql(|cx| cx.query_one("SELECT done_at FROM care_visit_report ORDER BY at DESC", &[])?.moment("done_at"))
    };
    // A year slow, and the clock says so when it sends: the difference is taken off.
    let slow = day.now().plus_days(-365);
    let mut seen = day.report(1, "seen", json!({ "next": day.desk.day_after(7) }));
    seen["at"] = json!(slow.plus_minutes(-20).rfc3339());
    let answer = day.post(&day.worker, &of, slow, &[seen]).await;
    assert!(answer.body.contains("\"done\""), "{}", answer.body);
    assert_eq!(day.now().secs_since(done()), 20 * 60);

    // Written while the clock was a year off, sent after it was put right: the server's time counts, the report is marked, and the
    // day that was agreed on is no reason to send it back.
    let day = Day::new().await;
    let of = day.account(&day.worker).await;
    for (n, off) in [(1, -500), (2, 500)] {
        let mut moved = day.report(n, "rescheduled", json!({ "next": day.desk.day_after(3), "note": "女儿来了" }));
        moved["at"] = json!(day.now().plus_days(off).rfc3339());
        let answer = day.post(&day.worker, &of, day.now(), &[moved]).await;
        assert!(["\"done\"", "\"conflict\""].iter().any(|o| answer.body.contains(o)), "{off}: {}", answer.body);
    }
    let marked = day.desk.sql(|cx| {
        cx.query_one("SELECT COUNT(*) AS n FROM care_visit_report WHERE clock_off = $1", &[true.into()])?.i64("n")
    });
    assert_eq!(marked, 2);

    // Another zone, on the hour that does not exist where the clocks go forward: an instant is an instant.
    let day = Day::new().await;
    let of = day.account(&day.worker).await;
    let at = day.now().plus_minutes(-30);
    let abroad = at.zoned(&jiff::tz::TimeZone::fixed(jiff::tz::offset(-5)));
    let mut seen = day.report(1, "seen", json!({}));
    seen["at"] = json!(abroad.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string());
    let answer = day.post(&day.worker, &of, day.now(), &[seen]).await;
    assert!(answer.body.contains("\"done\""), "{}", answer.body);
    let taken = day.desk.sql(|cx| cx.query_one("SELECT done_at FROM care_visit_report", &[])?.moment("done_at"));
    assert!(taken.secs_since(at).abs() <= 1);
}

#[tokio::test]
async fn ids_that_are_none_or_stand_twice_are_answered_one_by_one() {
    let day = Day::new().await;
    let mut odd = day.report(1, "seen", json!({ "note": "编号不对" }));
    odd["visit"] = json!("visit-7");
    let mut text = day.report(2, "seen", json!({}));
    text["at"] = json!("昨天");
    let first = day.report(3, "seen", json!({ "note": "都好" }));
    let said = day.send(&day.worker, &[odd, text, json!(7), json!(null), first.clone()]).await;
    assert_eq!(
        said.iter().map(|(o, _)| o.as_str()).collect::<Vec<_>>(),
        ["unreadable", "unreadable", "unreadable", "unreadable", "done"]
    );
    // The same again is known; something else under its id is not taken for it, and comes back to be sent anew.
    let other = day.report(3, "not-home", json!({ "note": "敲了三次门" }));
    let more = day.report(3, "seen", json!({ "note": "都好，要配药", "needs": ["medicine"] }));
    let said = day.send(&day.worker, &[first, other, more]).await;
    assert_eq!(said.iter().map(|(o, _)| o.as_str()).collect::<Vec<_>>(), ["before", "mend", "mend"]);
    assert!(said[1].1.contains("编号重复"), "{}", said[1].1);
    assert_eq!(day.reports(), 1);
}

#[tokio::test]
async fn ten_thousand_reports_at_once_are_refused_and_each_gets_through_alone() {
    let day = Day::new().await;
    let of = day.account(&day.worker).await;
    let one = day.report(1, "seen", json!({}));
    let many: Vec<Value> = (0..10_000).map(|_| json!({ "id": "x" })).collect();
    let answer = day.post(&day.worker, &of, day.now(), &many).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.body.contains("unreadable"), "said by us, so that the phone sends one by one: {}", answer.body);
    let answer = day.post(&day.worker, &of, day.now(), &vec![one.clone(); 10_000]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", answer.body);
    assert_eq!(day.reports(), 0);
    assert_eq!(day.send(&day.worker, &[one]).await[0].0, "done");
}
