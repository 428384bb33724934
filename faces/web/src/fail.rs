//! What a handler returns when it cannot do as asked. [`crate::guard::dress`] makes a page or a problem of it.

use axum::extract::rejection::{FormRejection, PathRejection, QueryRejection};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use matters::model::Refusal;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Why not. Words come from `errors.ftl`; the texts inside are keys or things already said in the reader's language.
#[derive(Debug, Clone)]
pub enum Fail {
    /// The request makes no sense; holds a key that says what is wrong.
    BadRequest(&'static str),
    /// Somebody must sign in first. Pages go to `/login` and come back.
    SignIn,
    /// As [`Self::SignIn`], after a session that is over; holds why (`login-ended-…`).
    Ended(&'static str),
    /// Signed in, but the password was set by somebody else: pages go to `/password`.
    MustChange,
    /// Signed in, but the role asks for a second factor and there is none: pages go where it is set up.
    MustEnrol,
    /// Signed in, but it was not shown within the last minutes that it is really them: pages ask for it and go on.
    Confirm,
    /// Signed in, but not allowed: the rule (a key) and codes of the roles that can.
    Forbidden {
        rule: String,
        who: Vec<&'static str>,
    },
    /// Allowed to this person, but not now: the rule (a key).
    Refused(Arc<str>),
    /// As [`Fail::Refused`], by a rule of matters, which also says who could and what to do.
    Ruled(Box<Refusal>),
    /// As [`Fail::Refused`], with everything that stands against it.
    Listed(Box<Listed>),
    /// As [`Fail::Listed`], because of what was sent and not of how things stand.
    Unsound(Box<Listed>),
    /// Fields that cannot be taken as they are. Forms show their own; this is for programs.
    Invalid(Vec<Wrong>),
    NotFound,
    NotAllowed,
    /// Somebody else was faster: both versions are shown.
    Conflict(Box<Clash>),
    /// The same, as versions: the one that was seen, and the one that stands there now.
    Stale {
        yours: i64,
        now: i64,
    },
    /// A change that must name the version it was made for.
    NeedsVersion,
    /// The body is of a type that is not read here.
    MediaType,
    /// Larger than this many bytes.
    TooLarge(usize),
    /// Too often; try again in this many seconds.
    TooMany {
        retry_secs: u64,
    },
    /// The database or the machine is overloaded: nothing was changed.
    Unavailable,
    /// A bug; the text is for the log only.
    Internal(String),
}

/// A refusal, in the reader's language.
#[derive(Debug, Clone)]
pub struct Listed {
    /// For programs.
    pub rule: &'static str,
    pub detail: String,
    pub lines: Vec<FieldProblem>,
    /// What is wrong on the ground, drawn: a FeatureCollection.
    pub pieces: Option<serde_json::Value>,
}

/// A field and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// As the request calls it, with dots: `raiser.phone`.
    pub field: String,
    /// A key of the locales, `invalid-…`.
    pub key: String,
    /// A limit that the words name.
    pub limit: Option<i64>,
}

impl Wrong {
    pub fn new(field: impl Into<String>, key: impl Into<String>) -> Self {
        Self { field: field.into(), key: key.into(), limit: None }
    }
}

impl From<matters::Invalid> for Wrong {
    fn from(wrong: matters::Invalid) -> Self {
        Self { field: wrong.field.to_owned(), key: wrong.key.to_owned(), limit: wrong.limit }
    }
}

/// Two versions of one thing.
#[derive(Debug, Clone, Default)]
pub struct Clash {
    /// What the reader wanted, line by line: (label, value), in the reader's language.
    pub yours: Vec<(String, String)>,
    /// What stands there now.
    pub theirs: Vec<(String, String)>,
    /// Where to look at it and try again.
    pub again: String,
}

impl Fail {
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::SignIn | Self::Ended(_) => StatusCode::UNAUTHORIZED,
            Self::MustChange | Self::MustEnrol | Self::Confirm | Self::Forbidden { .. } => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::NotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict(_) | Self::Refused(_) | Self::Ruled(_) | Self::Listed(_) => StatusCode::CONFLICT,
            Self::Invalid(_) | Self::Unsound(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Stale { .. } => StatusCode::PRECONDITION_FAILED,
            Self::NeedsVersion => StatusCode::PRECONDITION_REQUIRED,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// For a bare status that some layer made: time-outs, limits, extractors.
    pub fn from_status(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::SignIn,
            StatusCode::FORBIDDEN => Self::Forbidden { rule: "rule-not-allowed".into(), who: Vec::new() },
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::NotAllowed,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge(0),
            StatusCode::TOO_MANY_REQUESTS => Self::TooMany { retry_secs: 60 },
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::MediaType,
            StatusCode::REQUEST_TIMEOUT | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
                Self::Unavailable
            }
            s if s.is_client_error() => Self::BadRequest("bad-form"),
            _ => Self::Internal(format!("bare status {status}")),
        }
    }
}

impl IntoResponse for Fail {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

impl From<store::Error> for Fail {
    fn from(e: store::Error) -> Self {
        match e {
            store::Error::NotFound => Self::NotFound,
            e if e.is_unavailable() => Self::Unavailable,
            e => Self::Internal(e.to_string()),
        }
    }
}
impl From<std::convert::Infallible> for Fail {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}
impl From<FormRejection> for Fail {
    fn from(e: FormRejection) -> Self {
        Self::from_status(e.into_response().status())
    }
}
impl From<QueryRejection> for Fail {
    fn from(_: QueryRejection) -> Self {
        Self::BadRequest("bad-query")
    }
}
impl From<PathRejection> for Fail {
    fn from(_: PathRejection) -> Self {
        Self::NotFound
    }
}

impl Fail {
    /// One field and what is wrong with it.
    pub fn invalid(field: impl Into<String>, key: impl Into<String>) -> Self {
        Self::Invalid(vec![Wrong::new(field, key)])
    }
    /// Renames the fields of a use case as the request calls them.
    #[must_use]
    pub fn renamed(self, name: impl Fn(&str) -> String) -> Self {
        match self {
            Self::Invalid(wrong) => {
                Self::Invalid(wrong.into_iter().map(|w| Wrong { field: name(&w.field), ..w }).collect())
            }
            other => other,
        }
    }
}

/// What went wrong, as RFC 9457 writes it. Programs decide by `status` and `type`; people read the rest, in the language
/// of `Accept-Language`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Kind of problem: `/problems/` and one of `bad-request`, `sign-in`, `confirm`, `forbidden`, `refused`, `invalid`, `not-found`,
    /// `conflict`, `needs-version`, `media-type`, `too-large`, `too-many`, `unavailable`, `internal`.
    #[serde(rename = "type")]
    #[schema(example = "/problems/refused")]
    pub kind: String,
    pub title: String,
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub detail: Option<String>,
    /// Stands in the log beside what happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub request_id: Option<String>,
    /// Each field that cannot be taken, when fields are the problem.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldProblem>,
    /// Code of the rule that refuses.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub rule: Option<String>,
    /// Roles that could do it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub who: Vec<String>,
    /// The version the change was made for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub yours: Option<i64>,
    /// The version that stands there now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub current: Option<i64>,
    /// Pieces of ground that stand against it, as a FeatureCollection of GeoJSON (WGS-84).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object, required = false, nullable = false)]
    pub pieces: Option<serde_json::Value>,
}

/// A field of the request and what is wrong with it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FieldProblem {
    /// Name of the field or parameter, with dots for what lies inside: `raiser.phone`.
    #[schema(example = "raiser.phone")]
    pub field: String,
    #[schema(example = "invalid-phone")]
    pub code: String,
    pub detail: String,
}
