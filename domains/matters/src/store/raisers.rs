//! The raiser block: its own table, sealed under the raiser's own key. Names leave this file only through
//! [`crate::raiser::reveal`]; everything else here is about channels and proofs.

use super::{coded, opt_coded};
use crate::Error;
use crate::model::{Channel, Delivery, DeliveryResult, Proof};
use ::store::{Cx, params};
use kernel::ids::{MatterId, RaiserId};
use kernel::{Lang, Moment};

/// What may be known of a raiser without revealing anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaiserLine {
    pub id: RaiserId,
    /// The matter it was raised with; differs from the matter after a merge.
    pub origin: MatterId,
    pub at: Moment,
    pub channel: Channel,
    pub anonymous: bool,
    pub lang: Lang,
    /// What proves that this raiser has the answer of the current opening.
    pub proof: Option<Proof>,
    pub proof_at: Option<Moment>,
}

/// Everybody who raised this matter, in order.
pub(crate) fn of(cx: &mut Cx<'_>, matter: MatterId) -> Result<Vec<RaiserLine>, Error> {
    let sql = "SELECT id, origin_matter, at, channel, anonymous, lang, proof, proof_at FROM matter_raiser \
               WHERE matter_id = $1 ORDER BY at, id";
    cx.query(sql, params![matter])?
        .iter()
        .map(|r| {
            Ok(RaiserLine {
                id: r.id("id")?,
                origin: r.id("origin_matter")?,
                at: r.moment("at")?,
                channel: coded(r, "channel", Channel::from_code)?,
                anonymous: r.bool("anonymous")?,
                lang: Lang::from_tag(&r.text("lang")?),
                proof: opt_coded(r, "proof", Proof::from_code)?,
                proof_at: r.opt_moment("proof_at")?,
            })
        })
        .collect()
}

/// Those who left an e-mail address. The address itself stays sealed.
pub(crate) fn with_mail(cx: &mut Cx<'_>, matter: MatterId) -> Result<Vec<RaiserId>, Error> {
    let sql = "SELECT id FROM matter_raiser WHERE matter_id = $1 AND email IS NOT NULL ORDER BY at, id";
    cx.query(sql, params![matter])?.iter().map(|r| r.id("id").map_err(Error::from)).collect()
}

/// Logged attempts of this opening, oldest first.
pub(crate) fn deliveries(cx: &mut Cx<'_>, matter: MatterId, opening: i64) -> Result<Vec<Delivery>, Error> {
    let sql = "SELECT raiser_id, at, result FROM matter_delivery WHERE matter_id = $1 AND opening = $2 ORDER BY n";
    cx.query(sql, params![matter, opening])?
        .iter()
        .map(|r| {
            Ok(Delivery {
                raiser: r.id("raiser_id")?,
                at: r.moment("at")?,
                result: coded(r, "result", DeliveryResult::from_code)?,
            })
        })
        .collect()
}

/// A new opening owes everybody a new answer.
pub(crate) fn forget_proofs(cx: &mut Cx<'_>, matter: MatterId, opening: i64) -> Result<(), Error> {
    let sql = "UPDATE matter_raiser SET opening = $1, proof = NULL, proof_at = NULL WHERE matter_id = $2";
    cx.execute(sql, params![opening, matter])?;
    Ok(())
}

pub(crate) fn set_proof(cx: &mut Cx<'_>, raiser: RaiserId, proof: Option<Proof>) -> Result<(), Error> {
    let at = proof.map(|_| cx.now);
    let sql = "UPDATE matter_raiser SET proof = $1, proof_at = $2 WHERE id = $3";
    cx.execute(sql, params![proof.map(Proof::code), at, raiser])?;
    Ok(())
}
