//! What a handler returns when it cannot do as asked. [`crate::guard::dress`] makes a page or a problem of it.

use axum::extract::rejection::{FormRejection, PathRejection, QueryRejection};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;

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
    NotFound,
    NotAllowed,
    /// Somebody else was faster: both versions are shown.
    Conflict(Box<Clash>),
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
            Self::Conflict(_) | Self::Refused(_) => StatusCode::CONFLICT,
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

/// An RFC 9457 problem, for `/api`.
#[derive(Debug, Serialize)]
pub struct Problem {
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}
