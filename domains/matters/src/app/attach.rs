//! Pictures of a matter. What comes here has been through [`crate::photo::clean`], so nothing of the file that was sent
//! is kept but what can be seen. Access is the matter's.

use super::around;
use crate::photo::Photo;
use crate::store::MatterRow;
use crate::{Error, limits};
use ::store::{Cx, KeyClass, params};
use kernel::Moment;
use kernel::ids::{AttachmentId, MatterId};
use people::policy::{Action, require};
use serde_json::json;

/// For whom a picture is. Staff who may see the matter see all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Sent by whoever raised it, or by a clerk for them.
    Raiser,
    /// Taken by whoever handles it: it may show a neighbour's flat, so the raiser does not see it.
    Desk,
    /// A handler's picture that belongs to the answer: the raiser sees it once the answer is out.
    Answer,
}

impl Audience {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Raiser => "raiser",
            Self::Desk => "desk",
            Self::Answer => "answer",
        }
    }
    fn from_code(code: &str) -> Self {
        match code {
            "raiser" => Self::Raiser,
            "answer" => Self::Answer,
            _ => Self::Desk,
        }
    }
}

/// What is known of a stored picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    pub id: AttachmentId,
    pub at: Moment,
    pub author: String,
    pub audience: Audience,
    pub mime: String,
    pub width: u32,
    pub height: u32,
    pub size: u64,
}

/// Stores a picture with a matter, encrypted under the matter's key. The same picture sent again (a double click, a
/// form sent twice) is the one that is there. What staff add is for the desk.
pub fn attach(cx: &mut Cx<'_>, matter: MatterId, photo: &Photo) -> Result<AttachmentId, Error> {
    let audience = if cx.actor.account_id().is_some() { Audience::Desk } else { Audience::Raiser };
    allowed_to_add(cx, matter)?;
    add(cx, matter, photo, audience)
}

/// As [`attach`], for a picture that the raiser is to see with the answer.
pub fn attach_to_answer(cx: &mut Cx<'_>, matter: MatterId, photo: &Photo) -> Result<AttachmentId, Error> {
    allowed_to_add(cx, matter)?;
    add(cx, matter, photo, Audience::Answer)
}

fn allowed_to_add(cx: &mut Cx<'_>, matter: MatterId) -> Result<(), Error> {
    let m = MatterRow::load(cx, matter)?;
    let facts = around::facts_of(cx, &m)?;
    Ok(require(&cx.actor, cx.purpose, Action::AddAttachment, &facts)?)
}

/// Writes it. Who may is decided before: by the right to add, or by the right to raise what it comes with.
pub(super) fn add(cx: &mut Cx<'_>, matter: MatterId, photo: &Photo, audience: Audience) -> Result<AttachmentId, Error> {
    let m = MatterRow::for_change(cx, matter)?;
    if !m.state.is_open() {
        return Err(super::act::refuse("refuse-state", crate::model::WhoCould::Raiser, "todo-reopen"));
    }
    if let Some((there, now)) = same(cx, matter, photo)? {
        if now == Audience::Desk && audience == Audience::Answer {
            let sql = "UPDATE matter_attachment SET audience = $2 WHERE id = $1";
            cx.execute(sql, params![there, audience.code()])?;
            record(cx, &m, there, audience)?;
        }
        return Ok(there);
    }
    if list(cx, matter)?.len() >= limits::PICTURES {
        return Err(Error::invalid("file", "invalid-too-many-pictures"));
    }
    let id: AttachmentId = cx.new_id();
    let sealed = cx.seal(KeyClass::Text, matter.0, &photo.jpeg)?;
    let sql = "INSERT INTO matter_attachment \
               (id, district_id, matter_id, at, author, mime, width, height, bytes, body, audience) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let author = cx.actor.log_name();
    cx.execute(
        sql,
        params![
            id,
            cx.district(),
            matter,
            cx.now,
            author,
            "image/jpeg",
            i64::from(photo.width),
            i64::from(photo.height),
            photo.jpeg.len(),
            sealed,
            audience.code()
        ],
    )?;
    record(cx, &m, id, audience)?;
    Ok(id)
}

fn record(cx: &mut Cx<'_>, m: &MatterRow, id: AttachmentId, audience: Audience) -> Result<(), Error> {
    let payload =
        json!({ "attachment": id, "audience": audience.code(), "from": m.state.code(), "to": m.state.code() });
    cx.record("matter.attach", crate::store::log::SUBJECT, m.id.0, &payload)?;
    cx.signal(crate::events::CHANGED, m.id.0);
    Ok(())
}

fn same(cx: &mut Cx<'_>, matter: MatterId, photo: &Photo) -> Result<Option<(AttachmentId, Audience)>, Error> {
    let sql = "SELECT id, audience, body FROM matter_attachment WHERE matter_id = $1 AND bytes = $2 ORDER BY at, id";
    for row in cx.query(sql, params![matter, photo.jpeg.len()])? {
        if cx.open(KeyClass::Text, matter.0, &row.blob("body")?)? == photo.jpeg {
            return Ok(Some((row.id("id")?, Audience::from_code(&row.text("audience")?))));
        }
    }
    Ok(None)
}

/// A matter's pictures, oldest first.
pub(super) fn list(cx: &mut Cx<'_>, matter: MatterId) -> Result<Vec<Attachment>, Error> {
    let sql = "SELECT id, at, author, audience, mime, width, height, bytes FROM matter_attachment \
               WHERE matter_id = $1 ORDER BY at, id";
    cx.query(sql, params![matter])?
        .iter()
        .map(|r| {
            Ok(Attachment {
                id: r.id("id")?,
                at: r.moment("at")?,
                author: r.text("author")?,
                audience: Audience::from_code(&r.text("audience")?),
                mime: r.text("mime")?,
                width: u32::try_from(r.i64("width")?).unwrap_or(0),
                height: u32::try_from(r.i64("height")?).unwrap_or(0),
                size: u64::try_from(r.i64("bytes")?).unwrap_or(0),
            })
        })
        .collect()
}

/// The pictures of a matter for one audience, oldest first.
pub(super) fn of(cx: &mut Cx<'_>, matter: MatterId, audience: Audience) -> Result<Vec<AttachmentId>, Error> {
    Ok(list(cx, matter)?.iter().filter(|a| a.audience == audience).map(|a| a.id).collect())
}

/// The matter's pictures, for those who may see it.
pub fn attachments(cx: &mut Cx<'_>, matter: MatterId) -> Result<Vec<Attachment>, Error> {
    let m = allowed(cx, matter)?;
    let mut all = list(cx, matter)?;
    all.retain(|a| may_see(cx, &m, a.audience));
    Ok(all)
}

/// A picture's type and bytes. Access as the matter's; the reading is logged for staff.
pub fn attachment(cx: &mut Cx<'_>, id: AttachmentId) -> Result<(String, Vec<u8>), Error> {
    let sql = "SELECT matter_id, mime, audience, body FROM matter_attachment WHERE id = $1 AND district_id = $2";
    let row = cx.query_opt(sql, params![id, cx.district()])?.ok_or(Error::NotFound)?;
    let matter = row.id("matter_id")?;
    let m = allowed(cx, matter)?;
    if !may_see(cx, &m, Audience::from_code(&row.text("audience")?)) {
        return Err(Error::NotFound);
    }
    if cx.actor.account_id().is_some() {
        cx.record_read("matter", matter.0, &["picture"])?;
    }
    Ok((row.text("mime")?, cx.open(KeyClass::Text, matter.0, &row.blob("body")?)?))
}

/// The raiser follows the matter and sees their own pictures, and those of an answer that is out.
fn may_see(cx: &Cx<'_>, m: &MatterRow, audience: Audience) -> bool {
    match audience {
        Audience::Raiser => true,
        Audience::Desk => !follows(cx),
        Audience::Answer => !follows(cx) || m.state.answer_is_out(),
    }
}

fn follows(cx: &Cx<'_>) -> bool {
    matches!(cx.actor.kind, kernel::ActorKind::Raiser(_))
}

fn allowed(cx: &mut Cx<'_>, matter: MatterId) -> Result<MatterRow, Error> {
    let m = MatterRow::load(cx, matter)?;
    let facts = around::facts_of(cx, &m)?;
    let action = if follows(cx) { Action::FollowMatter } else { Action::ViewAttachment };
    require(&cx.actor, cx.purpose, action, &facts)?;
    Ok(m)
}
