#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
//! Receipts of the SMS gateway over HTTP, as Alibaba Cloud and Tencent Cloud publish them: who may, and what comes of it.

use alerts::ReceiptConfig;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use kernel::ids::MatterId;
use testkit::{Kind, World};
use tower::ServiceExt as _;
use uuid::Uuid;

const SECRET: &str = "a-long-secret-of-the-gateway";

struct Site {
    world: World,
    pages: axum::Router,
}

fn site(receipts: Option<ReceiptConfig>) -> Site {
    let sets = [
        people::MIGRATIONS,
        places::MIGRATIONS,
        care::MIGRATIONS,
        lost::MIGRATIONS,
        locators::MIGRATIONS,
        matters::MIGRATIONS,
        alerts::MIGRATIONS,
        audit::MIGRATIONS,
    ];
    std::thread::spawn(move || {
        let world = World::with(Kind::Sqlite, &sets);
        let app = web::App::new(world.house.rt.clone(), world.house.district, web::Config::default());
        Site { pages: web::router(app.with_receipts(receipts)), world }
    })
    .join()
    .unwrap()
}

fn alibaba() -> ReceiptConfig {
    ReceiptConfig {
        secret: SECRET.to_owned().into(),
        id: "biz_id".into(),
        state: "success".into(),
        arrived: vec!["true".into()],
    }
}

impl Site {
    async fn post(&self, secret: &str, body: &str) -> (u16, String) {
        let request = Request::post(format!("/sms/receipts/{secret}"))
            .header("content-type", "application/json")
            .body(Body::from(body.to_owned()))
            .unwrap();
        let response = self.pages.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let bytes = to_bytes(response.into_body(), 1_000_000).await.unwrap();
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }

    /// A message that was handed to the gateway.
    fn sent(&self, gateway: &'static str) -> Uuid {
        let id = Uuid::from_u128(77);
        std::thread::scope(|scope| {
            let work = scope.spawn(|| {
                self.world.act(move |cx| {
                    let matter = MatterId(Uuid::from_u128(5));
                    cx.execute(
                        "INSERT INTO message (id, district_id, channel, kind, matter_id, to_raiser, opening, try_no, idem_key, \
                         state, created_at) VALUES ($1, $2, 'sms', 'answer', $3, $4, 1, 3, 'sms/x/3', 'arrived', $5)",
                        store::params![id, cx.district(), matter, Uuid::from_u128(6), cx.now],
                    )?;
                    let sql = "INSERT INTO sms_sent (gateway_id, message_id, district_id, at) VALUES ($1, $2, $3, $4)";
                    cx.execute(sql, store::params![gateway, id, cx.district(), cx.now])
                })
            });
            work.join().unwrap();
        });
        id
    }
}

/// help.aliyun.com/document_detail/101867.html
const REPORT: &str = r#"[{"phone_number":"1381111****","send_time":"2017-01-01 00:00:00","report_time":"2017-01-01 00:00:00","success":true,"err_code":"DELIVERED","err_msg":"用户接收成功","sms_size":"1","biz_id":"12345","out_id":"67890"}]"#;

#[tokio::test]
async fn only_the_gateway_reports_and_is_answered_in_its_words() {
    let site = site(Some(alibaba()));
    site.sent("12345");
    let (status, body) = site.post(SECRET, REPORT).await;
    assert_eq!(status, 200, "{body}");
    assert!(body.contains("\"code\":0") && body.contains("\"result\":0"), "{body}");
    assert_eq!(site.post("another-secret-of-this-size", REPORT).await.0, 404);
    assert_eq!(site.post(SECRET, "not json").await.0, 400);
    assert_eq!(site.post(SECRET, "[{}]").await.0, 400);
    let unknown = REPORT.replace("12345", "99999");
    assert_eq!(site.post(SECRET, &unknown).await.0, 503, "it comes again");
}

#[tokio::test]
async fn without_a_gateway_there_is_no_such_address_and_guessing_ends() {
    let site = site(None);
    let mut last = 0;
    for _ in 0..12 {
        last = site.post("", REPORT).await.0;
        last = site.post(SECRET, REPORT).await.0.max(last);
    }
    assert_eq!(last, 429);
}
