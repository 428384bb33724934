//! Who comes to a card's page: a person, or a program that looks ahead. Programs open the page like anybody and set
//! nothing going.

use axum::http::{HeaderMap, Method, header};

/// Parts of the names by which previewers of chat programs, scanners of mail and search engines call themselves.
const MACHINES: &[&str] = &[
    "bot",
    "crawl",
    "spider",
    "facebookexternalhit",
    "facebookcatalog",
    "whatsapp/",
    "telegrambot",
    "slack",
    "discord",
    "skypeuripreview",
    "bingpreview",
    "google-safety",
    "google-read-aloud",
    "googleimageproxy",
    "msoffice",
    "ms-office",
    "office protocol discovery",
    "outlook-safelinks",
    "safelinks",
    "barracuda",
    "proofpoint",
    "mimecast",
    "urlscan",
    "virustotal",
    "symantec",
    "trendmicro",
    "forcepoint",
    "fortiguard",
    "sophos",
    "linkcheck",
    "link-check",
    "link preview",
    "linkpreview",
    "preview",
    "prefetch",
    "embedly",
    "iframely",
    "w3c_validator",
    "headlesschrome-lighthouse",
    "dingtalkbot",
    "wecom-preview",
    "feishu-preview",
    "larkurl",
];

/// Does nobody look at this answer, or nobody yet?
pub(super) fn is_machine(method: &Method, headers: &HeaderMap) -> bool {
    let has = |name: &str, words: &[&str]| {
        let values = headers.get_all(name).iter().filter_map(|v| v.to_str().ok());
        values.map(str::to_ascii_lowercase).any(|v| words.iter().any(|w| v.contains(w)))
    };
    *method == Method::HEAD
        || has("purpose", &["prefetch", "preview"])
        || has("sec-purpose", &["prefetch", "prerender"])
        || has("x-purpose", &["prefetch", "preview"])
        || has("x-moz", &["prefetch"])
        || has(header::USER_AGENT.as_str(), MACHINES)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn of(method: &Method, pairs: &[(&'static str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        is_machine(method, &headers)
    }

    #[test]
    fn previews_and_scanners_are_told_from_people() {
        let phone =
            "Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 Chrome/124.0 Mobile MicroMessenger/8.0.49";
        assert!(!of(&Method::GET, &[("user-agent", phone)]));
        assert!(!of(
            &Method::GET,
            &[("user-agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1")]
        ));
        assert!(!of(&Method::GET, &[]), "a browser that keeps its name to itself is a person");
        assert!(of(&Method::HEAD, &[("user-agent", phone)]));
        assert!(of(&Method::GET, &[("user-agent", phone), ("sec-purpose", "prefetch;prerender")]));
        assert!(of(&Method::GET, &[("user-agent", phone), ("purpose", "prefetch")]));
        for name in [
            "facebookexternalhit/1.1",
            "TelegramBot (like TwitterBot)",
            "Mozilla/5.0 Proofpoint URL Defense",
            "Slackbot-LinkExpanding 1.0",
        ] {
            assert!(of(&Method::GET, &[("user-agent", name)]), "{name}");
        }
    }
}
