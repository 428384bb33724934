//! What a form sent, with or without files. Fields as text, tidied; files as bytes.

use crate::guard::FORM;
use crate::{App, Fail};
use axum::body::{Body, to_bytes};
use axum::extract::{Form, FromRequest, Multipart, Request};
use axum::http::header;
use axum::response::IntoResponse;
use std::collections::HashMap;

/// Fields and files of a submitted form. Files keep no names: those can say who took a picture.
#[derive(Debug, Default)]
pub(crate) struct Posted {
    fields: HashMap<String, String>,
    /// Everything in the order it came: boxes of one name come several times.
    all: Vec<(String, String)>,
    pub files: Vec<Vec<u8>>,
}

impl Posted {
    /// As a form that sends these.
    #[cfg(test)]
    pub(crate) fn of(pairs: &[(&str, &str)]) -> Self {
        let all: Vec<_> = pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        Self { fields: all.iter().cloned().collect(), all, ..Self::default() }
    }

    /// A field, tidied; empty when it was not sent.
    pub(crate) fn get(&self, name: &str) -> String {
        self.fields.get(name).map(|text| kernel::text::tidy(text)).unwrap_or_default()
    }

    /// Every field as it was sent, by name.
    pub(crate) fn into_fields(self) -> Vec<(String, String)> {
        let mut all: Vec<_> = self.fields.into_iter().collect();
        all.sort_unstable();
        all
    }

    /// Everything in the order it came, as it was sent.
    pub(crate) fn pairs(&self) -> Vec<(String, String)> {
        self.all.clone()
    }

    /// Every value of a field, tidied.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        self.all.iter().filter(|(n, _)| n == name).map(|(_, text)| kernel::text::tidy(text)).collect()
    }
}

impl FromRequest<App> for Posted {
    type Rejection = Fail;

    async fn from_request(request: Request, app: &App) -> Result<Self, Fail> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        if kind.starts_with("multipart/form-data") {
            let mut posted = Self::default();
            for piece in pieces(app, request).await? {
                match piece {
                    Piece::Text(name, text) => {
                        posted.all.push((name.clone(), text.clone()));
                        posted.fields.insert(name, text);
                    }
                    Piece::File(bytes) => posted.files.push(bytes),
                }
            }
            return Ok(posted);
        }
        // A route that takes photos allows more, but without files no form is that long.
        let (head, body) = request.into_parts();
        let bytes = to_bytes(body, FORM).await.map_err(|_| Fail::TooLarge(FORM))?;
        let request = Request::from_parts(head, Body::from(bytes));
        let Form(pairs) = Form::<Vec<(String, String)>>::from_request(request, app).await?;
        Ok(Self { fields: pairs.iter().cloned().collect(), all: pairs, files: Vec::new() })
    }
}

/// A part of a form with files.
pub(crate) enum Piece {
    /// Name and text of a field.
    Text(String, String),
    File(Vec<u8>),
}

/// Reads a form with files, in the order of its parts.
pub(crate) async fn pieces(app: &App, request: Request) -> Result<Vec<Piece>, Fail> {
    let parts = Multipart::from_request(request, app).await;
    let mut parts = parts.map_err(|e| Fail::from_status(e.into_response().status()))?;
    let wrong = |e: axum::extract::multipart::MultipartError| Fail::from_status(e.status());
    let mut out = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(wrong)? {
        let name = part.name().unwrap_or_default().to_owned();
        if part.file_name().is_some() {
            let bytes = part.bytes().await.map_err(wrong)?;
            // A browser sends an empty file when none was chosen.
            if !bytes.is_empty() {
                out.push(Piece::File(bytes.to_vec()));
            }
        } else {
            let text = part.text().await.map_err(wrong)?;
            if text.len() > FORM {
                return Err(Fail::TooLarge(FORM));
            }
            out.push(Piece::Text(name, text));
        }
    }
    Ok(out)
}
