//! Public appeals for a lost elder: out, replaced, over.

use crate::schema::{Node, parse, valid};
use crate::site::Site;
use axum::http::StatusCode;

/// What people type to break out of a message, and what may not stand in XML at all.
const ATTACK: &str = "]]><!DOCTYPE a [<!ENTITY x \"y\">]>&x;&#0;<script>'\"&amp;</clothing>";

impl Site {
    /// A missing elder whom nobody knows yet; answers the address of the appeal's form.
    fn missing(&self) -> String {
        let area = self.community.parse().unwrap();
        let report = lost::model::Report {
            key: None,
            kind: lost::model::Kind::Missing,
            place: lost::model::ScenePlace { area: Some(area), ..lost::model::ScenePlace::default() },
            words: "李敏的妈妈，有轻度失智".into(),
            described: lost::model::Described::default(),
            seen_at: None,
            reporter: lost::model::Reporter::anonymous(kernel::Lang::ZhCn),
            person: None,
        };
        let made = self.world.act_as(self.world.public(), move |cx| lost::app::report(cx, &report)).unwrap();
        format!("/desk/lost/{}/appeal", made.case)
    }
    fn appeal_form(&self, version: i64, clothing: &str) -> String {
        let clothing = percent_encoding::utf8_percent_encode(clothing, percent_encoding::NON_ALPHANUMERIC);
        format!(
            "version={version}&sex=f&age_from=80&clothing={clothing}&area={}&seen_at=2026-06-29T13%3A30&hours=6&contact=reporter&\
             way=phone&witness=duty&asked=yes",
            self.community
        )
    }
    /// Address of the last message in the index, and its title.
    fn last(&self) -> (String, String) {
        let feed = self.get("", "/cap/feed.atom").text;
        let entry = feed.find("<entry>").unwrap();
        let at = entry + feed[entry..].find("https://helin.example/cap/").unwrap();
        let link: String = feed[at + "https://helin.example".len()..].chars().take_while(|c| *c != '"').collect();
        (link, parse(&feed).all("entry").next().unwrap().get("title").to_owned())
    }
}

#[test]
fn an_appeal_goes_out_is_replaced_and_taken_back() {
    let site = Site::new();
    let duty = site.sign_in("duty");
    let form = site.missing();
    assert!(!site.get("", "/cap/feed.atom").text.contains("<entry>"), "a missing elder is nobody's business by itself");
    let checked = site.post(&duty, &format!("{form}/check"), &site.appeal_form(1, ATTACK));
    assert_eq!(checked.status, StatusCode::OK, "{}", checked.text);
    assert!(!checked.text.contains("<script>'"), "the check page is escaped, too");
    assert!(!site.get("", "/cap/feed.atom").text.contains("<entry>"), "looking at it publishes nothing");
    assert_eq!(site.post(&duty, &form, &site.appeal_form(1, ATTACK)).status, StatusCode::SEE_OTHER);

    let (first_link, title) = site.last();
    assert_eq!(title, "寻找走失老人：女，80–84 岁，青禾社区");
    let first_text = site.get("", &first_link).text;
    let first = valid(&first_text);
    assert_eq!((first.get("msgType"), first.get("status"), first.get("references")), ("Alert", "Actual", ""));
    let infos: Vec<&Node> = first.all("info").collect();
    assert_eq!((infos.len(), infos[0].get("category")), (2, "Rescue"));
    assert!(infos[0].get("description").contains(ATTACK), "as it was typed, as text");
    assert!(infos[1].get("description").contains("Last seen: about"), "{}", infos[1].get("description"));
    assert_eq!(infos[0].get("expires"), "2026-06-29T20:00:00+08:00");
    assert!(infos[0].get("contact").contains("021"), "a number to call");
    assert_eq!(infos[0].all("area").next().unwrap().get("areaDesc"), "青禾社区");
    for secret in ["李敏", "失智"] {
        assert!(!first_text.contains(secret), "{secret} was told to the desk, not to everybody");
    }
    let page = site.get("", &infos[1].get("web").replace("https://helin.example", ""));
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("80–84 years old") && !page.text.contains("<script>'"), "{}", page.text);
    assert!(site.get("", "/appeals").text.contains("80–84 岁"));

    let again = site.appeal_form(2, "蓝色上衣，黑裤子");
    assert_eq!(site.post(&duty, &form, &again).status, StatusCode::SEE_OTHER);
    let (second_link, _) = site.last();
    let second = valid(&site.get("", &second_link).text);
    let reference = |m: &Node| format!("helin.example,{},{}", m.get("identifier"), m.get("sent"));
    assert_eq!((second.get("msgType"), second.get("references")), ("Update", &*reference(&first)));
    assert_eq!(site.get("", &first_link).status, StatusCode::NOT_FOUND, "what was replaced is said no more");

    assert_eq!(site.post(&duty, &format!("{form}/end"), "why=withdrawn").status, StatusCode::SEE_OTHER);
    let (last_link, title) = site.last();
    let text = site.get("", &last_link).text;
    let cancel = valid(&text);
    assert_eq!(cancel.get("msgType"), "Cancel");
    assert_eq!(cancel.get("references"), format!("{} {}", reference(&first), reference(&second)));
    for gone in ["岁", "黑裤子", "青禾社区"] {
        assert!(!text.contains(gone), "{gone} stands in the cancellation");
        assert!(!site.get("", "/appeals").text.contains(gone));
    }
    assert_eq!(title, "不用再找了，谢谢您");
    assert_eq!(site.get("", &second_link).status, StatusCode::NOT_FOUND);
    let page = site.get("", &infos[0].get("web").replace("https://helin.example", ""));
    assert!(
        page.status == StatusCode::OK && page.text.contains("不用再找了"),
        "a link from elsewhere says that it is over"
    );
    site.world.house.clock.advance_secs(25 * 3_600);
    assert!(!site.get("", "/cap/feed.atom").text.contains("<entry>"));
    assert_eq!(site.get("", "/cap/00000000-0000-0000-0000-000000000007-1.xml").status, StatusCode::NOT_FOUND);
    assert_eq!(site.get("", "/appeals/00000000-0000-0000-0000-000000000007").status, StatusCode::NOT_FOUND);
}
