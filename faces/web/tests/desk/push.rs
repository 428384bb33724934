//! News of the desk on a device: one's own, signed in, where it is switched on.

use crate::world::Desk;
use axum::http::StatusCode;
use kernel::Role;

const TOLD: &str = "endpoint=https%3A%2F%2Ffcm.googleapis.com%2Ffcm%2Fsend%2Fabc&auth=BTBZMqHH6r4Tts7J_aSIgg&\
    p256dh=BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";

fn config() -> alerts::PushConfig {
    let services = alerts::PUSH_SERVICES.map(str::to_owned).to_vec();
    alerts::PushConfig { contact: "mailto:it@mulin.example".into(), services }
}

#[tokio::test]
async fn each_switches_their_own_devices_on_and_off() {
    let desk = Desk::with_push(config());
    let (head, clerk) = (desk.sign_in(Role::PostHead).await, desk.sign_in(Role::Clerk).await);
    let key = desk.post(&head, "/desk/me/push/key", "").await;
    assert_eq!((key.status, key.body.len()), (StatusCode::OK, 87), "{}", key.body);
    assert_eq!(desk.post(&head, "/en/desk/me/push", TOLD).await.status, StatusCode::NO_CONTENT);
    let page = desk.get(&head, "/desk/me").await.body;
    assert!(page.contains("data-scope=\"/desk/notices\"") && !page.contains("googleapis"), "{page}");
    let part = page.split("data-push ").nth(1).unwrap();
    let id = crate::world::hidden(part, "id");
    assert!(!desk.get(&clerk, "/desk/me").await.body.contains(&id));
    desk.post(&clerk, "/desk/me/push/end", &format!("id={id}")).await;
    assert!(desk.get(&head, "/desk/me").await.body.contains(&id), "somebody else cannot end it");
    let done = desk.post(&head, "/desk/me/push/end", &format!("id={id}")).await;
    assert_eq!(done.location, "/desk/me?done=push-end");
    assert!(!desk.get(&head, "/desk/me").await.body.contains(&id));
}

#[tokio::test]
async fn nobody_subscribes_without_signing_in_or_to_an_address_inside() {
    let desk = Desk::with_push(config());
    for path in ["/desk/me/push", "/desk/me/push/key", "/desk/me/push/end"] {
        let form = if path.ends_with("end") { "id=00000000-0000-0000-0000-000000000001" } else { TOLD };
        let answer = desk.post("", path, form).await;
        assert!(
            answer.status == StatusCode::UNAUTHORIZED || answer.location.starts_with("/login"),
            "{path}: {}",
            answer.status
        );
    }
    let head = desk.sign_in(Role::PostHead).await;
    let inside = TOLD.replace("fcm.googleapis.com", "169.254.169.254");
    assert_eq!(desk.post(&head, "/desk/me/push", &inside).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn where_it_is_not_switched_on_there_is_no_word_of_it() {
    let desk = Desk::new();
    let head = desk.sign_in(Role::PostHead).await;
    assert!(!desk.get(&head, "/desk/me").await.body.contains("data-push"));
    for path in ["/desk/me/push", "/desk/me/push/key"] {
        assert_eq!(desk.post(&head, path, TOLD).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}
