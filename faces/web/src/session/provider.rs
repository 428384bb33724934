//! The providers through which staff may sign in, as the configuration names them, and the protocol spoken with them:
//! OpenID Connect, authorization code with PKCE.
//!
//! Nothing is asked of a provider before somebody presses its button. A call blocks, so it runs on a thread that may; few
//! run at once, so that a slow provider holds up those who sign in through it and nobody else. A provider's own host is
//! reached because it stands in the configuration; other hosts that its description names only over public HTTPS.

use alerts::{Call, Outgoing, Reach, Trouble};
use kernel::Moment;
use kernel::net::Net;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod, CoreGrantType,
    CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm,
    CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, AuthType, AuthenticationContextClass, AuthenticationFlow, AuthorizationCode,
    ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse, IssuerUrl, Nonce,
    PkceCodeChallenge, PkceCodeVerifier, ProviderMetadata, RedirectUrl, SignatureVerificationError,
};
use people::app::oidc::{Aim, Bound, Departure, Proven};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Calls to providers at once, and how long somebody waits for their turn.
const AT_ONCE: usize = 4;
const TURN: Duration = Duration::from_secs(3);
/// How long a provider's description and keys are believed.
const KNOWN_SECS: i64 = 3_600;
/// A key nobody knows is looked for again, but not more often than this.
const AGAIN_SECS: i64 = 60;

/// One provider.
#[derive(Clone)]
pub struct ProviderConfig {
    /// Short name in addresses.
    pub code: String,
    pub name_zh: String,
    pub name_en: String,
    pub issuer: String,
    pub client_id: String,
    /// Empty: a client without a secret, held by PKCE alone.
    pub client_secret: SecretString,
    /// Values of `acr`, and methods of `amr`, that say that a second factor was asked.
    pub acr: Vec<String>,
    pub amr: Vec<String>,
}

impl std::fmt::Debug for ProviderConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProviderConfig").field("code", &self.code).finish_non_exhaustive()
    }
}

/// Why somebody is not proven. The end of a key `elsewhere-…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Away {
    /// It does not answer, or too many wait for it.
    Silent,
    /// It refused, or whoever was there gave up.
    Refused,
    /// What it said does not hold.
    Untrue,
}

impl Away {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Refused => "refused",
            Self::Untrue => "untrue",
        }
    }
}

#[derive(Debug, Clone, Deserialize, Serialize)]
struct More {
    /// RFC 9207: it names itself in every answer, so one that does not is somebody else's.
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for More {}

type Metadata = ProviderMetadata<
    More,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// The configured providers.
pub(crate) struct Providers {
    all: Vec<Provider>,
    out: Outgoing,
    turns: Arc<Semaphore>,
}

pub(crate) struct Provider {
    pub config: ProviderConfig,
    known: Mutex<Option<(Moment, Arc<Metadata>)>>,
}

/// What came in the address that somebody came back with.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub code: String,
    pub issuer: Option<String>,
    pub redirect: String,
    pub bound: Bound,
}

impl Providers {
    pub(crate) fn new(configs: Vec<ProviderConfig>, allow: &[Net]) -> Self {
        let all = configs.into_iter().map(|config| Provider { config, known: Mutex::default() }).collect();
        Self { all, out: Outgoing::new(allow), turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &ProviderConfig> {
        self.all.iter().map(|p| &p.config)
    }

    pub(super) fn find(&self, code: &str) -> Option<&ProviderConfig> {
        self.all().find(|p| p.code == code)
    }

    /// Where somebody is sent.
    pub(super) async fn departure(
        self: &Arc<Self>,
        code: &str,
        aim: Aim,
        departure: Departure,
        redirect: String,
        now: Moment,
    ) -> Result<String, Away> {
        self.ask(code, move |out, provider| provider.departure(out, aim, &departure, redirect, now)).await
    }

    /// Who somebody is there.
    pub(super) async fn proven(self: &Arc<Self>, code: &str, answer: Answer, now: Moment) -> Result<Proven, Away> {
        self.ask(code, move |out, provider| provider.proven(out, answer, now)).await
    }

    async fn ask<T: Send + 'static>(
        self: &Arc<Self>,
        code: &str,
        work: impl FnOnce(&Outgoing, &Provider) -> Result<T, Away> + Send + 'static,
    ) -> Result<T, Away> {
        let turn = tokio::time::timeout(TURN, Arc::clone(&self.turns).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(Away::Silent) };
        let (this, code) = (Arc::clone(self), code.to_owned());
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let provider = this.all.iter().find(|p| p.config.code == code).ok_or(Away::Refused)?;
            work(&this.out, provider)
                .inspect_err(|away| tracing::warn!(provider = %code, ?away, "a sign-in elsewhere failed"))
        });
        done.await.map_err(|_| Away::Silent)?
    }
}

/// One call for the library. Only the provider's own host, as configured, is believed without a look at its address.
fn call(out: &Outgoing, own: &IssuerUrl, request: HttpRequest, now: Moment) -> Result<HttpResponse, Trouble> {
    let (parts, body) = request.into_parts();
    let url = parts.uri.to_string();
    let reach = if origin(&url) == origin(own) { Reach::Open } else { Reach::Guarded };
    let headers = parts
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
        .collect();
    let method = if parts.method == "POST" { "POST" } else { "GET" };
    let answer = out.call(&Call { method, url, headers, body, reach }, now)?;
    let mut response = HttpResponse::new(answer.body);
    *response.status_mut() =
        openidconnect::http::StatusCode::from_u16(answer.status).map_err(|_| Trouble::Connection)?;
    Ok(response)
}

/// Scheme, host and port.
fn origin(url: &str) -> &str {
    let from = url.find("://").map_or(0, |at| at + 3);
    let end = url.get(from..).and_then(|rest| rest.find(['/', '?', '#'])).map_or(url.len(), |at| from + at);
    url.get(..end).unwrap_or(url)
}

impl Provider {
    fn issuer(&self) -> Result<IssuerUrl, Away> {
        IssuerUrl::new(self.config.issuer.clone()).map_err(|_| Away::Silent)
    }

    /// Its description and keys, asked for when they are not known or older than an hour.
    fn metadata(&self, out: &Outgoing, now: Moment, most_secs: i64) -> Result<Arc<Metadata>, Away> {
        // Held during the call: whoever comes meanwhile waits for the same answer.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, metadata)) = known.as_ref()
            && now.secs_since(*at).abs() < most_secs
        {
            return Ok(Arc::clone(metadata));
        }
        let issuer = self.issuer()?;
        let found = Metadata::discover(&issuer, &|request| call(out, &issuer, request, now));
        let found = found.map_err(|error| {
            tracing::warn!(provider = %self.config.code, error = %kind(&error), "the description of a provider");
            Away::Silent
        })?;
        let found = Arc::new(found);
        *known = Some((now, Arc::clone(&found)));
        Ok(found)
    }

    fn redirect(url: String) -> Result<RedirectUrl, Away> {
        RedirectUrl::new(url).map_err(|_| Away::Refused)
    }

    fn secret(&self) -> Option<ClientSecret> {
        let secret = self.config.client_secret.expose_secret();
        (!secret.is_empty()).then(|| ClientSecret::new(secret.to_owned()))
    }

    fn departure(
        &self,
        out: &Outgoing,
        aim: Aim,
        departure: &Departure,
        redirect: String,
        now: Moment,
    ) -> Result<String, Away> {
        let metadata = self.metadata(out, now, KNOWN_SECS)?;
        let client = CoreClient::from_provider_metadata(
            (*metadata).clone(),
            ClientId::new(self.config.client_id.clone()),
            self.secret(),
        )
        .set_redirect_uri(Self::redirect(redirect)?);
        let (state, nonce) =
            (departure.state.expose_secret().to_owned(), departure.bound.nonce.expose_secret().to_owned());
        let verifier = PkceCodeVerifier::new(departure.bound.verifier.expose_secret().to_owned());
        let mut asked = client
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                || CsrfToken::new(state),
                || Nonce::new(nonce),
            )
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        if aim != Aim::SignIn {
            // Whoever is still signed in there may be a colleague at the same machine.
            asked = asked.add_prompt(CoreAuthPrompt::Login).set_max_age(Duration::ZERO);
        }
        for acr in &self.config.acr {
            asked = asked.add_auth_context_value(AuthenticationContextClass::new(acr.clone()));
        }
        Ok(asked.url().0.to_string())
    }

    fn proven(&self, out: &Outgoing, answer: Answer, now: Moment) -> Result<Proven, Away> {
        let metadata = self.metadata(out, now, KNOWN_SECS)?;
        let issuer = self.issuer()?;
        let named = answer.issuer.as_deref();
        let must_name = metadata.additional_metadata().authorization_response_iss_parameter_supported;
        if named.map_or(must_name, |named| named != issuer.as_str()) {
            return Err(Away::Untrue);
        }
        let mut client = CoreClient::from_provider_metadata(
            (*metadata).clone(),
            ClientId::new(self.config.client_id.clone()),
            self.secret(),
        )
        .set_redirect_uri(Self::redirect(answer.redirect)?);
        let by_post = |methods: &Vec<CoreClientAuthMethod>| !methods.contains(&CoreClientAuthMethod::ClientSecretBasic);
        if metadata.token_endpoint_auth_methods_supported().is_some_and(by_post) {
            client = client.set_auth_type(AuthType::RequestBody);
        }
        let exchange = client.exchange_code(AuthorizationCode::new(answer.code)).map_err(|_| Away::Silent)?;
        let got = exchange
            .set_pkce_verifier(PkceCodeVerifier::new(answer.bound.verifier.expose_secret().to_owned()))
            .request(&|request| call(out, &issuer, request, now))
            .map_err(|error| match error {
                openidconnect::RequestTokenError::Request(_) => Away::Silent,
                _ => Away::Refused,
            })?;
        let token = got.extra_fields().id_token().ok_or(Away::Untrue)?;
        let nonce = Nonce::new(answer.bound.nonce.expose_secret().to_owned());
        let claims = match token.claims(&strict(client.id_token_verifier(), now), &nonce) {
            Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)) => {
                // Its keys may be new.
                let metadata = self.metadata(out, now, AGAIN_SECS)?;
                let again = CoreClient::from_provider_metadata(
                    (*metadata).clone(),
                    ClientId::new(self.config.client_id.clone()),
                    self.secret(),
                );
                token.claims(&strict(again.id_token_verifier(), now), &nonce)
            }
            other => other,
        };
        let claims = claims.map_err(|error| {
            tracing::warn!(provider = %self.config.code, %error, "what a provider said does not hold");
            Away::Untrue
        })?;
        let acr = claims.auth_context_ref().is_some_and(|acr| self.config.acr.iter().any(|a| a == acr.as_str()));
        let amr = claims.auth_method_refs();
        let amr = amr.is_some_and(|all| all.iter().any(|m| self.config.amr.iter().any(|a| a == m.as_str())));
        Ok(Proven {
            issuer: claims.issuer().as_str().to_owned(),
            subject: claims.subject().as_str().to_owned(),
            second_factor: acr || amr,
            at: claims.auth_time().map(|at| Moment::from_micros(at.timestamp_micros())),
        })
    }
}

/// The errors of the library may hold a body: only their kind is written down.
fn kind<E: std::error::Error + 'static>(error: &openidconnect::DiscoveryError<E>) -> &'static str {
    match error {
        openidconnect::DiscoveryError::Parse(_) => "not readable",
        openidconnect::DiscoveryError::Request(_) => "no answer",
        openidconnect::DiscoveryError::Response(..) => "an answer that is none",
        openidconnect::DiscoveryError::UrlParse(_) => "not an address",
        openidconnect::DiscoveryError::Validation(_) => "another issuer",
        _ => "other",
    }
}

type Verifier<'a> = openidconnect::IdTokenVerifier<'a, CoreJsonWebKey>;

/// Signatures with a public key only: a secret shared with us proves nothing to a third. Times by our own clock.
fn strict(verifier: Verifier<'_>, now: Moment) -> Verifier<'_> {
    let clock = move || chrono::DateTime::from_timestamp_micros(now.micros()).unwrap_or_default();
    verifier.set_time_fn(clock).set_allowed_algs([
        CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        CoreJwsSigningAlgorithm::RsaSsaPssSha256,
        CoreJwsSigningAlgorithm::EcdsaP256Sha256,
        CoreJwsSigningAlgorithm::EcdsaP384Sha384,
        CoreJwsSigningAlgorithm::EdDsa,
    ])
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn the_own_host_is_scheme_name_and_port() {
        assert_eq!(origin("https://id.example/realms/a?b"), "https://id.example");
        assert_eq!(origin("https://id.example:8443"), "https://id.example:8443");
        assert_ne!(origin("https://id.example.evil.example/"), origin("https://id.example/"));
        assert_ne!(origin("https://id.example@evil.example/"), origin("https://id.example/"));
        assert_ne!(origin("http://id.example/"), origin("https://id.example/"));
    }
}
