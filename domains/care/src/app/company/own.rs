//! What the person and the family read about company, with their letter: whether somebody rings and when, and what there is to come to.

use super::activities::{OwnActivity, ahead};
use super::wishes::{self, Wish};
use super::{calls, monday};
use crate::Result;
use crate::app::visits::day_of;
use crate::app::watch::{self, Side};
use crate::model::company::CallOutcome;
use kernel::Moment;
use people::app::links::Holder;
use people::policy::Action;
use store::Cx;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// None: neither calls nor invitations.
    pub wish: Option<Wish>,
    /// What came of the last call, and when.
    pub last: Option<(CallOutcome, Moment)>,
    /// Somebody reached them since Monday.
    pub reached: bool,
    pub ahead: Vec<OwnActivity>,
}

/// See the module. Nothing of anybody else.
pub fn own(cx: &mut Cx<'_>, of: Holder) -> Result<Own> {
    watch::may(cx, of.person, Side::Letter(of), Action::OwnCompany)?;
    let wish = wishes::load(cx, of.person)?;
    let last = calls::outcomes(cx, of.person)?.into_iter().next();
    let reached = last.is_some_and(|(o, at)| o != CallOutcome::Not && day_of(at) >= monday(cx.now));
    let ahead = ahead(cx, of.person, wish.as_ref().is_some_and(|w| w.activities))?;
    Ok(Own { wish, last, reached, ahead })
}
