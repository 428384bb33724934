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

/// What is known of a stored picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    pub id: AttachmentId,
    pub at: Moment,
    pub author: String,
    pub mime: String,
    pub width: u32,
    pub height: u32,
    pub size: u64,
}

/// Stores a picture with a matter, encrypted under the matter's key. The same picture sent again (a double click, a
/// form sent twice) is the one that is there.
pub fn attach(cx: &mut Cx<'_>, matter: MatterId, photo: &Photo) -> Result<AttachmentId, Error> {
    let m = MatterRow::for_change(cx, matter)?;
    let facts = around::facts_of(cx, &m)?;
    require(&cx.actor, cx.purpose, Action::AddAttachment, &facts)?;
    if !m.state.is_open() {
        return Err(super::act::refuse("refuse-state", crate::model::WhoCould::Raiser, "todo-reopen"));
    }
    if let Some(there) = same(cx, matter, photo)? {
        return Ok(there);
    }
    if ids(cx, matter)?.len() >= limits::PICTURES {
        return Err(Error::invalid("file", "invalid-too-many-pictures"));
    }
    let id: AttachmentId = cx.new_id();
    let sealed = cx.seal(KeyClass::Text, matter.0, &photo.jpeg)?;
    let sql = "INSERT INTO matter_attachment (id, district_id, matter_id, at, author, mime, width, height, bytes, body) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
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
            sealed
        ],
    )?;
    let payload = json!({ "attachment": id, "from": m.state.code(), "to": m.state.code() });
    cx.record("matter.attach", crate::store::log::SUBJECT, matter.0, &payload)?;
    cx.signal(crate::events::CHANGED, matter.0);
    Ok(id)
}

fn same(cx: &mut Cx<'_>, matter: MatterId, photo: &Photo) -> Result<Option<AttachmentId>, Error> {
    let sql = "SELECT id, body FROM matter_attachment WHERE matter_id = $1 AND bytes = $2 ORDER BY at, id";
    for row in cx.query(sql, params![matter, photo.jpeg.len()])? {
        if cx.open(KeyClass::Text, matter.0, &row.blob("body")?)? == photo.jpeg {
            return Ok(Some(row.id("id")?));
        }
    }
    Ok(None)
}

/// Ids of a matter's pictures, oldest first.
pub(super) fn ids(cx: &mut Cx<'_>, matter: MatterId) -> Result<Vec<AttachmentId>, Error> {
    let sql = "SELECT id FROM matter_attachment WHERE matter_id = $1 ORDER BY at, id";
    cx.query(sql, params![matter])?.iter().map(|r| r.id("id").map_err(Error::from)).collect()
}

/// The matter's pictures, for those who may see it.
pub fn attachments(cx: &mut Cx<'_>, matter: MatterId) -> Result<Vec<Attachment>, Error> {
    allowed(cx, matter)?;
    let sql =
        "SELECT id, at, author, mime, width, height, bytes FROM matter_attachment WHERE matter_id = $1 ORDER BY at, id";
    cx.query(sql, params![matter])?
        .iter()
        .map(|r| {
            Ok(Attachment {
                id: r.id("id")?,
                at: r.moment("at")?,
                author: r.text("author")?,
                mime: r.text("mime")?,
                width: u32::try_from(r.i64("width")?).unwrap_or(0),
                height: u32::try_from(r.i64("height")?).unwrap_or(0),
                size: u64::try_from(r.i64("bytes")?).unwrap_or(0),
            })
        })
        .collect()
}

/// A picture's type and bytes. Access as the matter's; the reading is logged for staff.
pub fn attachment(cx: &mut Cx<'_>, id: AttachmentId) -> Result<(String, Vec<u8>), Error> {
    let sql = "SELECT matter_id, mime, body FROM matter_attachment WHERE id = $1 AND district_id = $2";
    let row = cx.query_opt(sql, params![id, cx.district()])?.ok_or(Error::NotFound)?;
    let matter = row.id("matter_id")?;
    allowed(cx, matter)?;
    if cx.actor.account_id().is_some() {
        cx.record_read("matter", matter.0, &["picture"])?;
    }
    Ok((row.text("mime")?, cx.open(KeyClass::Text, matter.0, &row.blob("body")?)?))
}

fn allowed(cx: &mut Cx<'_>, matter: MatterId) -> Result<(), Error> {
    let m = MatterRow::load(cx, matter)?;
    let facts = around::facts_of(cx, &m)?;
    // The raiser follows the matter and sees what was attached to it by anybody.
    let follows = matches!(cx.actor.kind, kernel::ActorKind::Raiser(_));
    let action = if follows { Action::FollowMatter } else { Action::ViewAttachment };
    Ok(require(&cx.actor, cx.purpose, action, &facts)?)
}
