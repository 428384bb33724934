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
    "slurp",
    "vkshare",
    "kakaotalk-scrap",
    "line-poker",
    "synapse",
    "feedfetcher",
    "mediapartners-google",
    "google-inspectiontool",
    "googleother",
    // Programs that fetch an address and name their library: scanners of gateways, monitors, scripts.
    "curl/",
    "wget/",
    "python-requests",
    "python-urllib",
    "aiohttp",
    "go-http-client",
    "apache-httpclient",
    "java/",
    "okhttp/",
    "axios/",
    "node-fetch",
    "undici",
    "libwww-perl",
    "headlesschrome",
    "phantomjs",
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
        // As they name themselves, in the words of their makers' pages and of servers' logs.
        for name in [
            "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
            "facebookexternalhit/1.1;line-poker/1.0",
            "facebookexternalhit/1.1; kakaotalk-scrap/1.0; +https://devtalk.kakao.com/t/scrap/33984",
            "TelegramBot (like TwitterBot)",
            "WhatsApp/2.23.20.0",
            "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
            "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
            "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
            "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
            "Twitterbot/1.0",
            "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
            "Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 (compatible; Bytespider)",
            "Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)",
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 (compatible; Google-InspectionTool/1.0;)",
            "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
            "Synapse (bot; +https://github.com/matrix-org/synapse)",
            "Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)",
            "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.5134; Pro) ms-office; MSOffice 16",
            "Mozilla/5.0 Proofpoint URL Defense",
            "BarracudaCentral/1.0",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36",
            "curl/8.4.0",
            "python-requests/2.31.0",
            "Go-http-client/2.0",
            "okhttp/4.11.0",
            "Java/17.0.8",
        ] {
            assert!(of(&Method::GET, &[("user-agent", name)]), "{name}");
        }
        // Browsers of telephones, also those inside chat programs: people.
        for name in [
            "Mozilla/5.0 (Linux; Android 13; V2309A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160117 MMWEBSDK/20231202 MicroMessenger/8.0.47.2560(0x28002F37) WeChat/arm64 Weixin NetType/5G Language/zh_CN ABI/arm64",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.46(0x18002e2c) NetType/WIFI Language/zh_CN",
            "Mozilla/5.0 (Linux; U; Android 12; zh-cn; HarmonyOS) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0.4844.88 HuaweiBrowser/13.0.3.320 Mobile Safari/537.36",
            "Mozilla/5.0 (Linux; U; Android 13; zh-CN) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/100.0.4896.58 UCBrowser/15.5.8.1258 Mobile Safari/537.36",
            "Mozilla/5.0 (Linux; Android 10) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/78.0.3904.108 Mobile Safari/537.36 SogouMSE,SogouMobileBrowser/5.30.6",
            "Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/97.0 Mobile Safari/537.36 DingTalk/7.0.30 Nebula AlipayDefined(nt:WIFI,ws:360|0|3.0) AliApp(DingTalk/7.0.30)",
            "Mozilla/5.0 (Linux; U; Android 11; zh-cn; MI 9) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/89.0.4389.116 Mobile Safari/537.36 XiaoMi/MiuiBrowser/16.5.22",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1",
        ] {
            assert!(!of(&Method::GET, &[("user-agent", name)]), "{name}");
        }
    }
}
