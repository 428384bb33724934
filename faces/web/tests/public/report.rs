//! Raising something, as a client without a script does it.

use crate::site::{Form, Site};
use axum::http::{StatusCode, header};

#[test]
fn a_report_is_kept_through_errors_and_raised_once() {
    let site = Site::new();
    let class = site.class();
    let empty = site.post("/report", "at=words&idem=i1&text=&class=");
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.text.contains("error-summary"), "{}", empty.text);
    let half = site.post("/report", &format!("at=place&idem=i1&text=leak%20here&class={class}&address="));
    assert_eq!(half.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(half.text.contains("value=\"leak here\""), "what was typed is kept");
    let all = format!("at=check&idem=i1&text=leak%20here&class={class}&address=gate&reach=anonymous");
    let first = site.post("/report", &all);
    let second = site.post("/report", &all);
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.text);
    assert_eq!(first.location(), second.location(), "a double click raises once");
    let receipt = site.get(first.location());
    assert!(receipt.text.contains("HQ-") && receipt.text.contains("<svg class=\"qr\""));
    assert_eq!(receipt.headers[header::CACHE_CONTROL], "no-store");
    let code = first.location().split('/').nth(2).unwrap().to_owned();
    let english = site.get(&format!("/en/e/t/{code}"));
    assert!(english.text.contains("leak here") || english.text.contains("Received"), "{}", english.text);
    let added = site.post(&format!("/t/{code}/add"), "text=more%20water");
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text);
    assert!(site.get(added.location()).text.contains("more water"));
}

const ANSWERS: [(&str, &str); 6] = [
    ("class", ""),
    ("text", "三楼漏水 <script>alert(1)</script> & 😀\n第二行"),
    ("address", "桂花弄 5 号"),
    ("reach", "phone"),
    ("phone", "１３８ 1234 5678"),
    ("name", "𠮷小龘·阿依"),
];

fn answers<'a>(class: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut all: Vec<(&str, &str)> = ANSWERS.to_vec();
    all[0].1 = class;
    for (name, value) in more {
        all.retain(|(n, _)| n != name);
        all.push((name, value));
    }
    all
}

/// A client that knows nothing but HTML: it fills the fields by their names and follows the redirect to the receipt.
#[test]
fn the_whole_way_works_by_the_forms_alone_in_every_look() {
    let site = Site::new();
    let class = site.class();
    for look in ["", "/en", "/e", "/en/e"] {
        let receipt = site.report(&format!("{look}/report"), &answers(&class, &[]));
        assert!(receipt.starts_with(&format!("{look}/t/")), "{receipt}");
        let receipt = site.get(&receipt);
        assert!(receipt.text.contains("HQ-") && receipt.text.contains("tel:02105710110"), "{look}: {}", receipt.text);
        assert!(receipt.text.contains("class=\"promise\"") && receipt.text.contains("<svg class=\"qr\""));
    }
}

#[test]
fn what_was_typed_is_shown_as_it_will_be_kept() {
    let site = Site::new();
    let class = site.class();
    let given = answers(&class, &[]);
    let mut page = site.get("/report");
    while !page.text.contains("name=\"photos\"") {
        page = site.next(&page, &given);
    }
    for shown in ["𠮷小龘·阿依", "138 1234 5678", "😀\n第二行", "&#60;script&#62;", "桂花弄 5 号"] {
        assert!(page.text.contains(shown), "{shown}: {}", page.text);
    }
    assert!(!page.text.contains("<script>alert"));
}

#[test]
fn a_place_is_an_address_a_neighbourhood_a_pin_or_a_scanned_post() {
    let site = Site::new();
    let (class, community) = (site.class(), site.community.to_string());
    let no_address = |more: &[(&'static str, String)]| {
        let mut fields = vec![("at", "check".to_owned()), ("idem", format!("{more:?}")), ("class", class.clone())];
        fields.extend([("text", "漏水".into()), ("reach", "anonymous".into())]);
        fields.extend_from_slice(more);
        let fields: Vec<_> = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        site.post("/report", &crate::site::encode(&fields))
    };
    for place in [
        vec![("area", community)],
        vec![("lat", "30.9".to_owned()), ("lon", "121.5".to_owned())],
        vec![("post", "P001".to_owned())],
    ] {
        let sent = no_address(&place);
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{place:?}: {}", sent.text);
        let shown = site.get(sent.location().trim_end_matches("/receipt"));
        assert!(shown.text.contains("方兜"), "it lands with the neighbourhood: {}", shown.text);
        assert!(shown.text.contains("021-0571 0222"), "the post's number: {}", shown.text);
    }
    let nowhere = no_address(&[("post", "P999".to_owned())]);
    assert_eq!(nowhere.status, StatusCode::UNPROCESSABLE_ENTITY, "an unknown post is no place");
    let scanned = site.get("/report?post=P001");
    assert!(Form::of(&scanned.text).hidden.contains(&("post".into(), "P001".into())));
    assert!(site.get("/post/P001").text.contains("<svg class=\"qr\""));
    assert_eq!(site.get("/post/P999").status, StatusCode::NOT_FOUND);
}

/// The pin travels in hidden fields that nobody can mend by hand: a wrong one must not stand in the way for ever.
#[test]
fn a_wrong_pin_is_told_once_and_taken_off() {
    let site = Site::new();
    let class = site.class();
    for (lat, lon) in [("NaN", "NaN"), ("39.9", "116.4"), ("91", "121.5"), ("30.9", ""), ("inf", "1e999")] {
        let form = format!("at=place&idem=p&class={class}&text=leak&address=gate&lat={lat}&lon={lon}");
        let told = site.post("/report", &form);
        assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY, "{lat} {lon}");
        let again = Form::of(&told.text);
        let pin: Vec<_> = again.hidden.iter().filter(|(n, v)| (n == "lat" || n == "lon") && !v.is_empty()).collect();
        assert!(pin.is_empty(), "{pin:?}");
        assert_eq!(site.next(&told, &[("address", "gate")]).status, StatusCode::OK, "the address alone will do");
    }
    let taken_off = site.post("/report", "at=place&go=unpin&idem=p&text=leak&lat=30.9&lon=121.5");
    assert_eq!(taken_off.status, StatusCode::OK);
    assert!(!taken_off.text.contains("value=\"121.5\"") && taken_off.text.contains("value=\"leak\""));
}

#[test]
fn another_language_or_size_keeps_what_was_typed() {
    let site = Site::new();
    let class = site.class();
    let page = site.get("/report");
    assert!(page.text.contains("formaction=\"/en/report\"") && page.text.contains("formaction=\"/e/report\""));
    let typed = format!("at=place&go=look&idem=l&class={class}&text=leak&address=gate+5");
    let english = site.post("/en/report", &typed);
    assert_eq!(english.status, StatusCode::OK);
    assert!(english.text.contains("Where is it?") && english.text.contains("value=\"gate 5\""), "{}", english.text);
    let elder = site.post("/e/report", "at=words&go=look&idem=l&text=leak");
    assert!(elder.text.contains("value=\"leak\"") && elder.text.contains("name=\"class\""), "first what is missing");
    let larger = site.post("/e/report", &typed.replace("go=look", "go=larger"));
    assert!(larger.text.contains("class=\"larger\"") && larger.text.contains("value=\"gate 5\""));
    assert!(larger.headers[header::SET_COOKIE].to_str().unwrap().starts_with("size=32"));
}

#[test]
fn sent_again_with_other_words_is_asked_once_more() {
    let site = Site::new();
    let class = site.class();
    let form = |text: &str| format!("at=check&idem=same-form&class={class}&address=gate&reach=page&text={text}");
    let first = site.post("/report", &form("leak"));
    let other = site.post("/report", &form("noise"));
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(other.text.contains("href=\"#again\"") && other.text.contains("id=\"again\""), "the words lead somewhere");
    let second = site.next(&other, &[]);
    assert_eq!(second.status, StatusCode::SEE_OTHER, "one more press and it is another matter");
    assert_ne!(first.location(), second.location());
}

fn png() -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(40, 30, image::Rgb([9, 99, 9])).write_to(&mut out, image::ImageFormat::Png).unwrap();
    out.into_inner()
}

#[test]
fn photos_come_along_once_and_what_is_none_is_refused_plainly() {
    let site = Site::new();
    let field = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let class = site.class();
    let fields = [("at", "check"), ("idem", "photo-form"), ("class", &class), ("text", "leak"), ("address", "gate")];
    let fields: Vec<_> = fields.into_iter().chain([("reach", "page")]).map(field).collect();
    let wrong = site.post_files("/report", &fields, &[("photos", b"%PDF-1.7 not a photo")]);
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("id=\"photos-error\"") && wrong.text.contains("JPEG"), "{}", wrong.text);
    let too_many = site.post_files("/report", &fields, &[("photos", &png()[..]); 4]);
    assert_eq!(too_many.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(site.world.logged("matter.raise"), 0);

    // Sent without, then again with a picture, then twice more: one matter, one picture.
    let plain = site.post_files("/report", &fields, &[("photos", b"")]);
    for _ in 0..3 {
        let again = site.post_files("/report", &fields, &[("photos", &png())]);
        assert_eq!(again.location(), plain.location());
    }
    let shown = site.get(plain.location().trim_end_matches("/receipt"));
    assert_eq!(shown.text.matches("<img").count(), 1, "{}", shown.text);
    let at = shown.text.split("<img src=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(site.get(at).headers[header::CONTENT_TYPE], "image/jpeg", "written anew, whatever it was");
}

#[test]
fn long_texts_are_taken_up_to_the_limit_and_counted_beyond_it() {
    let site = Site::new();
    let class = site.class();
    let form = |n: usize| format!("at=words&idem=n&class={class}&text={}", "%E9%95%BF".repeat(n));
    assert_eq!(site.post("/report", &form(5_000)).status, StatusCode::OK);
    let long = site.post("/report", &form(5_003));
    assert_eq!(long.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(long.text.contains("5003"), "how many there are");
}

#[test]
fn an_emergency_shows_the_numbers_first() {
    let site = Site::new();
    let classes = site.world.look(matters::app::classes);
    let class = &classes.iter().find(|c| c.is_emergency()).unwrap().code;
    let first = site.get("/report").text;
    let (number, choice) = (first.find("tel:110").unwrap(), first.find(&format!("value=\"{class}\"")).unwrap());
    assert!(number < choice, "before it is even chosen");
    let next = site.post("/report", &format!("at=words&idem=i&text=fire&class={class}"));
    let number = next.text.find("tel:110").expect("the police number");
    assert!(number < next.text.find("id=\"address\"").unwrap(), "before the next question");
    let receipt = site.report("/e/report", &answers(class, &[]));
    let receipt = site.get(&receipt).text;
    assert!(receipt.find("tel:110").unwrap() < receipt.find("HQ-").unwrap(), "and before the number of the matter");
}

#[test]
fn the_raiser_sees_and_corrects_what_the_owner_will_read() {
    let site = Site::new();
    let class = site.class();
    let text = "%E6%88%91%E5%8F%AB%E7%8E%8B%E5%B0%8F%E6%98%8E%EF%BC%8C%E7%94%B5%E8%AF%9D021-0555%200123%EF%BC%8C%E7%81%AF%E5%9D%8F%E4%BA%86";
    let answers = format!("idem=p1&text={text}&class={class}&address=gate&reach=anonymous");
    let check = site.post("/report", &format!("at=reach&{answers}"));
    assert_eq!(check.status, StatusCode::OK, "{}", check.text);
    assert!(
        check.text.contains("<mark>〔姓名〕</mark>") && check.text.contains("<mark>〔电话〕</mark>"),
        "{}",
        check.text
    );
    assert!(check.text.contains("name=\"show\" value=\"王小明\""), "each piece can be shown after all");
    // Without JavaScript: a tick and a word more, looked at again.
    let put_right = format!("at=check&{answers}&show=021-0555+0123&hide=%E7%81%AF");
    let again = site.post("/report", &format!("{put_right}&go=again"));
    assert_eq!(again.status, StatusCode::OK);
    assert!(again.text.contains("021-0555 0123，<mark>〔隐去〕</mark>坏了"), "{}", again.text);
    // Going back and forth keeps what was put right.
    let back = site.post("/report", &format!("{put_right}&go=to-place"));
    assert!(back.text.contains("name=\"show\" value=\"021-0555 0123\"") && back.text.contains("name=\"hide\""));
    let sent = site.post("/report", &put_right);
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let lines = site.world.look(|cx| {
        cx.query("SELECT summary FROM matter", &[])?
            .iter()
            .map(|r| r.text("summary"))
            .collect::<Result<Vec<_>, store::Error>>()
    });
    assert_eq!(lines, ["我叫〔姓名〕，电话021-0555 0123，〔隐去〕坏了"]);
}
