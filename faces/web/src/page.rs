//! What every template needs: texts, links, the reader's look, the site's names and numbers.

use crate::config::Way;
use crate::look::PlainPath;
use crate::{App, Config, Fail, Loc, Look, fmt, map};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use kernel::{Lang, Moment};
use std::borrow::Borrow;
use std::fmt::Display;
use std::sync::{Arc, OnceLock};

/// First field of every template. Take it as an extractor: `page: Page`.
#[derive(Debug, Clone)]
pub struct Page {
    pub look: Look,
    pub loc: Loc,
    pub now: Moment,
    /// Plain address of this page (no look, no query).
    pub path: String,
    pub config: Arc<Config>,
    /// Whoever is signed in, once that is known.
    pub reader: Reader,
    pub(crate) map: Arc<map::Ground>,
}

/// Name of whoever is signed in. Put beside the request before anybody is asked, and filled in by whoever asks.
#[derive(Debug, Clone, Default)]
pub struct Reader(Arc<OnceLock<String>>);

impl Reader {
    /// It is this account.
    pub(crate) fn is(&self, name: &str) {
        // Asked twice in one request, it is the same.
        let _ = self.0.set(name.to_owned());
    }
    pub(crate) fn name(&self) -> Option<&str> {
        self.0.get().map(String::as_str)
    }
}

impl FromRequestParts<App> for Page {
    type Rejection = Fail;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fail> {
        app.map.refresh(app).await;
        Ok(Self::of(parts, app))
    }
}

impl Page {
    /// The page frame of a request.
    pub fn of(parts: &Parts, app: &App) -> Self {
        let look = parts.extensions.get::<Look>().copied().unwrap_or_default();
        let path = parts.extensions.get::<PlainPath>().map_or_else(|| "/".to_owned(), |p| p.0.clone());
        let reader = parts.extensions.get::<Reader>().cloned().unwrap_or_default();
        let (config, map) = (Arc::clone(&app.config), Arc::clone(&app.map));
        Self { look, loc: Loc(look.lang), now: app.rt.now(), path, config, reader, map }
    }

    pub fn t(&self, key: &str) -> String {
        self.loc.t(key)
    }
    pub fn tk(&self, family: &str, end: impl Display) -> String {
        self.loc.tk(family, end)
    }
    pub fn t1(&self, key: &str, name: &str, value: impl Display) -> String {
        self.loc.t1(key, name, value)
    }
    pub fn t2(&self, key: &str, name1: &str, value1: impl Display, name2: &str, value2: impl Display) -> String {
        self.loc.t2(key, name1, value1, name2, value2)
    }

    /// Address of a page in the reader's look.
    pub fn href(&self, path: impl AsRef<str>) -> String {
        self.look.href(path.as_ref())
    }
    pub fn asset(&self, name: &str) -> &'static str {
        ui::path(name)
    }
    pub fn lang_tag(&self) -> &'static str {
        self.look.lang.tag()
    }
    pub fn zh(&self) -> bool {
        self.look.lang == Lang::ZhCn
    }
    /// This page in the other language.
    pub fn other_lang(&self) -> String {
        let other = if self.zh() { Lang::En } else { Lang::ZhCn };
        self.look.in_lang(other).href(&self.path)
    }
    /// This page with large or with usual text.
    pub fn other_size(&self) -> String {
        self.look.in_elder(!self.look.elder).href(&self.path)
    }
    pub fn style(&self) -> &'static str {
        ui::path(if self.look.elder { "elder.css" } else { "public.css" })
    }

    /// Name of the district.
    pub fn place(&self) -> &str {
        if self.zh() { &self.config.name_zh } else { &self.config.name_en }
    }
    /// Can this site ask for passkeys?
    pub fn passkeys(&self) -> bool {
        cfg!(feature = "passkeys") && self.config.passkey_name().is_some()
    }
    /// Providers through which staff may sign in: code and name.
    pub fn ways(&self) -> Vec<(&str, &str)> {
        self.config.ways.iter().map(|w| (w.code.as_str(), self.name_of(w))).collect()
    }
    fn name_of<'a>(&self, way: &'a Way) -> &'a str {
        if self.zh() { &way.name_zh } else { &way.name_en }
    }
    /// Name of a provider by its code.
    pub fn way(&self, code: &str) -> Option<String> {
        self.config.ways.iter().find(|w| w.code == code).map(|w| self.name_of(w).to_owned())
    }
    /// Name of a provider by its issuer.
    pub fn way_of(&self, issuer: &str) -> Option<String> {
        self.config.ways.iter().find(|w| w.issuer == issuer).map(|w| self.name_of(w).to_owned())
    }

    /// The duty desk's number, as it is read.
    pub fn phone(&self) -> &str {
        &self.config.duty_phone
    }
    /// As a `tel:` link has it.
    pub fn tel(&self, phone: &str) -> String {
        fmt::tel(phone)
    }

    pub fn ago(&self, at: impl Borrow<Moment>) -> String {
        fmt::ago(self.loc, self.now, *at.borrow())
    }
    pub fn stamp(&self, at: impl Borrow<Moment>) -> String {
        fmt::stamp(self.loc, self.now, *at.borrow())
    }
    pub fn by(&self, at: impl Borrow<Moment>) -> String {
        fmt::by(self.loc, self.now, *at.borrow())
    }
    pub fn day(&self, at: impl Borrow<Moment>) -> String {
        fmt::day(self.loc, self.now, *at.borrow())
    }
    /// A day on the calendar.
    pub fn date(&self, date: jiff::civil::Date) -> String {
        fmt::date(self.loc, self.now, date)
    }
    pub fn left(&self, due: impl Borrow<Moment>) -> String {
        fmt::left(self.loc, self.now, *due.borrow())
    }
    pub fn number(&self, n: i64) -> String {
        fmt::number(n)
    }
    /// Number of a care card, as it is printed on it.
    pub fn card_number(&self, n: impl Borrow<i64>) -> String {
        format!("K-{:05}", n.borrow())
    }
    /// For `<time datetime>`.
    pub fn machine_time(&self, at: impl Borrow<Moment>) -> String {
        at.borrow().rfc3339()
    }

    /// Sentences in a row: Chinese ones without a blank between them.
    pub fn sentences(&self, all: &[String]) -> String {
        all.join(if self.zh() { "" } else { " " })
    }

    /// Words of a map for its script, in the order of `map-words.js`.
    pub fn map_words(&self) -> String {
        const WORDS: [&str; 11] = [
            "map-name",
            "map-nearer",
            "map-farther",
            "map-close",
            "map-whole",
            "map-back",
            "map-metres",
            "map-kilometres",
            "map-wait",
            "map-missing",
            "map-again",
        ];
        WORDS.map(|key| self.t(key)).join("|")
    }

    /// What maps stand on, as JSON for their script; none while there are no streets.
    pub fn map_ground(&self) -> Option<String> {
        self.map.meta(self.loc).map(|meta| meta.to_string())
    }

    /// A drawn icon; decoration only, a word always stands beside it. Use with `|safe`.
    pub fn icon(&self, name: &str) -> String {
        let path = match name {
            "phone" => "M5 3h4l2 5-3 2a12 12 0 0 0 6 6l2-3 5 2v4a2 2 0 0 1-2 2A17 17 0 0 1 3 5a2 2 0 0 1 2-2z",
            "pen" => "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
            "search" => "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l5 5",
            "person" => "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 21a8 8 0 0 1 16 0",
            "pin" => {
                "M12 21s-7-6.5-7-11a7 7 0 0 1 14 0c0 4.500-7 11-7 11zM12 7.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5z"
            }
            "clock" => "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3 3",
            "check" => "M4 13l5 5L20 6",
            "wait" => "M7 3h10M7 21h10M8 3c0 5 8 5 8 9s-8 4-8 9M16 3c0 5-8 5-8 9s8 4 8 9",
            "warn" => "M12 3 2 20h20zM12 9v5M12 17v.5",
            "mail" => "M3 5h18v14H3zM3 6l9 7 9-7",
            "camera" => "M4 7h4l2-3h4l2 3h4v12H4zM12 9.500a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7z",
            "star" => "M12 3l2.700 6 6.300.600-4.800 4.300L17.700 20 12 16.700 6.300 20l1.500-6.100L3 9.600 9.300 9z",
            "eye" => "M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
            "print" => "M7 9V3h10v6M7 17H4V9h16v8h-3M7 14h10v7H7z",
            "back" => "M15 5l-7 7 7 7",
            "next" => "M9 5l7 7-7 7",
            "list" => "M8 6h13M8 12h13M8 18h13M3 6h.500M3 12h.500M3 18h.500",
            "map" => "M9 4 3 6v14l6-2 6 2 6-2V4l-6 2zM9 4v14M15 6v14",
            "flag" => "M5 21V4h13l-2.500 4L18 12H5",
            "lock" => "M6 11h12v10H6zM8 11V8a4 4 0 0 1 8 0v3",
            "calendar" => "M4 5h16v16H4zM4 10h16M8 3v4M16 3v4",
            "home" => "M3 11 12 3l9 8v10h-6v-6H9v6H3z",
            _ => "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
        };
        format!(
            "<svg class=\"icon\" viewBox=\"0 0 24 24\" aria-hidden=\"true\" focusable=\"false\"><path d=\"{path}\"/></svg>"
        )
    }

    #[cfg(test)]
    pub(crate) fn with_sample_ways(mut self) -> Self {
        let config = Arc::make_mut(&mut self.config);
        config.public_url = "https://mulin.example".into();
        config.ways = vec![Way {
            code: "city".into(),
            name_zh: "市政务账号".into(),
            name_en: "City account".into(),
            issuer: "https://id.example".into(),
        }];
        self
    }

    #[cfg(test)]
    pub(crate) fn sample(look: Look) -> Self {
        let now = Moment::parse_rfc3339("2026-11-24T14:08:00+08:00").unwrap_or_default();
        Self {
            look,
            loc: Loc(look.lang),
            now,
            path: "/report".into(),
            config: Arc::new(Config::default()),
            reader: Reader::default(),
            map: Arc::default(),
        }
    }
}
