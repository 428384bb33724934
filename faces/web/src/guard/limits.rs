//! How often one source may do something. Signed-in work is limited by the account's own rules, not here.

use crate::guard::Source;
use crate::{App, Config, Fail};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wicket {
    /// Any page.
    Page,
    /// Something is raised: 60 at once, then one in 5 s. An office behind one address must be able to work.
    Report,
    /// A wrong secret code: 10 at once, then one in 30 s. A right code is never counted.
    Guess,
    /// A finder asks to be put through: 3 at once, then one in 2 min. Each one costs a number of the provider.
    Relay,
    /// A place is looked up: 120 at once, then two in a second. Every pause in typing is one.
    Find,
    /// A search team's phone sends what waits: 240 at once, then two in a second. Many phones stand behind one address of an operator.
    Field,
    /// A calendar feed is read: 120 at once, then one in 2 s. Calendar programs of a whole house ask once an hour each.
    Feed,
    /// Somebody goes to a provider to sign in: 60 at once, then one in 2 s.
    Away,
    /// A failed sign-in: 20 at once, then one in 6 s, beside the lock-out of the account.
    SignIn,
}

type Bucket = DefaultKeyedRateLimiter<IpAddr>;
type KeyBucket = DefaultKeyedRateLimiter<uuid::Uuid>;

/// The counters of this process.
pub struct Limits {
    page: Bucket,
    report: Bucket,
    guess: Bucket,
    relay: Bucket,
    find: Bucket,
    field: Bucket,
    feed: Bucket,
    away: Bucket,
    sign_in: Bucket,
    /// Requests with one key of a program, wherever they come from.
    key: KeyBucket,
    since_tidy: AtomicU32,
}

fn quota(every: Duration, burst: u32) -> Quota {
    let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
    Quota::with_period(every).unwrap_or(Quota::per_second(burst)).allow_burst(burst)
}

impl Limits {
    pub(crate) fn new(config: &Config) -> Self {
        let (rate, key_rate) = (config.page_rate.max(1), config.key_rate.max(1));
        Self {
            page: RateLimiter::keyed(quota(Duration::from_secs(1) / rate, rate.saturating_mul(5))),
            report: RateLimiter::keyed(quota(Duration::from_secs(5), 60)),
            guess: RateLimiter::keyed(quota(Duration::from_secs(30), 10)),
            relay: RateLimiter::keyed(quota(Duration::from_secs(120), 3)),
            find: RateLimiter::keyed(quota(Duration::from_millis(500), 120)),
            field: RateLimiter::keyed(quota(Duration::from_millis(500), 240)),
            feed: RateLimiter::keyed(quota(Duration::from_secs(2), 120)),
            away: RateLimiter::keyed(quota(Duration::from_secs(2), 60)),
            sign_in: RateLimiter::keyed(quota(Duration::from_secs(6), 20)),
            key: RateLimiter::keyed(quota(Duration::from_secs(1) / key_rate, key_rate.saturating_mul(5))),
            since_tidy: AtomicU32::new(0),
        }
    }

    /// Counts once; fails when this source has done it too often.
    pub(crate) fn pass(&self, wicket: Wicket, source: Source) -> Result<(), Fail> {
        let bucket = match wicket {
            Wicket::Page => &self.page,
            Wicket::Report => &self.report,
            Wicket::Guess => &self.guess,
            Wicket::Relay => &self.relay,
            Wicket::Find => &self.find,
            Wicket::Field => &self.field,
            Wicket::Feed => &self.feed,
            Wicket::Away => &self.away,
            Wicket::SignIn => &self.sign_in,
        };
        if self.since_tidy.fetch_add(1, Ordering::Relaxed) % 4_096 == 4_095 {
            let all = [
                &self.page,
                &self.report,
                &self.guess,
                &self.relay,
                &self.find,
                &self.field,
                &self.feed,
                &self.away,
                &self.sign_in,
            ];
            all.into_iter().for_each(RateLimiter::retain_recent);
            self.key.retain_recent();
        }
        bucket.check_key(&source.0).map_err(too_many)
    }

    /// Counts a request with this key.
    pub(crate) fn pass_key(&self, key: uuid::Uuid) -> Result<(), Fail> {
        self.key.check_key(&key).map_err(too_many)
    }
}

fn too_many(refused: governor::NotUntil<<DefaultClock as Clock>::Instant>) -> Fail {
    let wait = refused.wait_time_from(DefaultClock::default().now());
    Fail::TooMany { retry_secs: wait.as_secs().max(1) }
}

pub(super) async fn limit_source(State(app): State<App>, request: Request, next: Next) -> Response {
    let source = request.extensions().get::<Source>().copied();
    match source.map_or(Ok(()), |source| app.limits.pass(Wicket::Page, source)) {
        Ok(()) => next.run(request).await,
        Err(fail) => fail.into_response(),
    }
}
