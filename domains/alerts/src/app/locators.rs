//! Who hears of an alert of a locator: the family by mail and text message, the post by a notice, and by mail for what cannot wait.
//! Fixed sentences with a link; no name, no place and not what happened to whom.

use super::family::{self, Way};
use super::notices;
use super::tell::{HasMail, HasSms, by_desk_and_mail};
use crate::Result;
use kernel::ids::MatterId;
use locators::app::telling;
use locators::events::{News, PostNews, TellFamily, TellPost};
use locators::model::{EndWhy, Kind};
use store::Cx;
use uuid::Uuid;

/// What goes before the kinds of messages to the family: `mail-family-locator-…` and `sms-family-locator-…`.
const PREFIX: &str = "family-locator-";

/// The job of `locators`: everybody of the circle whom the alert concerns at this moment.
pub(crate) fn family(cx: &mut Cx<'_>, (mail, sms): (HasMail, HasSms), job: &TellFamily, key: &str) -> Result<()> {
    let Some(news) = News::from_code(&job.news) else { return Ok(()) };
    let alert = telling::alert(cx, job.alert)?;
    // What is over by itself before this ran wakes nobody; a call for help is always told.
    let quiet = alert.ended.is_some_and(|(_, why)| !matches!(why, EndWhy::Answered | EndWhy::Case));
    if news == News::Alert && alert.kind != Kind::Sos && quiet {
        return Ok(());
    }
    let (kind, none) = (format!("{PREFIX}{}", news.code()), MatterId(Uuid::nil()));
    for contact in telling::family(cx, &alert)? {
        let by_mail = mail.0 && contact.mail.is_some();
        let urgent = matches!(news, News::Sos | News::Alert);
        if by_mail {
            family::queue(cx, Way::Mail, (job.person, contact.id), (&kind, none), key)?;
        }
        if sms.0 && contact.phone.is_some() && (urgent || !by_mail) {
            family::queue(cx, Way::Sms, (job.person, contact.id), (&kind, none), key)?;
        }
    }
    Ok(())
}

/// The job of `locators`: the desk of the post where the wearer lives.
pub(crate) fn post(cx: &mut Cx<'_>, mail: HasMail, job: &TellPost, key: &str) -> Result<()> {
    let Some(news) = PostNews::from_code(&job.news) else { return Ok(()) };
    let alert = telling::alert(cx, job.alert)?;
    let number = format!("D{:05}", alert.number);
    for account in telling::post(cx, &alert)? {
        match news {
            PostNews::Sos | PostNews::Unanswered => {
                by_desk_and_mail(cx, mail, account, news.code(), &number)?;
            }
            PostNews::Over => {
                notices::tell_desk(cx, account, news.code(), &number, key)?;
            }
        }
    }
    Ok(())
}
