//! News for the open page of the family. Behind the door like the page: a letter that was taken back, or a door that shut, ends it.
//! Opening it is no look: it shows nothing.

use super::door;
use crate::guard::Source;
use crate::news::{self, Kind, Stands, Watched};
use crate::{App, Fail, Page};
use axum::extract::{Extension, Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use locators::app::family;
use locators::events::{ALERT, MOVED};
use people::app::links::Holder;
use std::time::Duration;
use store::{Signal, Who};

static FAMILIES: Kind = Kind::new(Duration::from_secs(5), Duration::from_millis(300));

struct Family {
    app: App,
    who: Who,
    of: Holder,
}

impl Family {
    async fn mark(&self) -> Result<[i64; 5], Fail> {
        let of = self.of;
        Ok(self.app.rt.read(self.who.clone(), move |cx| family::mark(cx, &of)).await?)
    }
}

impl Watched for Family {
    type Mark = [i64; 5];

    fn concerns(&self, signal: &Signal) -> bool {
        signal.subject == self.of.person.0 && (signal.kind == MOVED || signal.kind == ALERT)
    }
    async fn look(&self) -> Result<Stands<[i64; 5]>, Fail> {
        match self.mark().await {
            Ok(mark) => Ok(Stands::At(mark)),
            // Kept away, or the letter was taken back: the page asks once more and is told so.
            Err(Fail::NotFound | Fail::Forbidden { .. }) => Ok(Stands::Shut),
            Err(fail) => Err(fail),
        }
    }
}

pub(super) async fn listen(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    let Ok(inside) = door::enter(&app, &page, source, &headers, &code, None).await? else { return Ok(news::none()) };
    let signals = app.rt.subscribe();
    let family = Family { app, who: inside.who, of: inside.of };
    let mark = family.mark().await?;
    Ok(news::open(&FAMILIES, family, signals, mark, "private, no-store"))
}
