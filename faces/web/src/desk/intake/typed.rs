//! What a clerk typed, and the command that comes out of it.

use super::super::ground;
use super::classes::class_of;
use crate::preview;
use crate::public::find;
use crate::public::post::Posted;
use kernel::Lang;
use kernel::ids::{OrgId, PostId};
use matters::app::{Raise, RaisedPlace, RaiserInput};
use matters::model::{Channel, Origin};
use matters::redaction::Correction;
use store::Cx;

/// What was sent, by field.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed {
    pub key: String,
    pub class: String,
    pub text: String,
    pub address: String,
    /// Of a suggestion that was taken for the address.
    pub lat: String,
    pub lon: String,
    pub area: String,
    pub phone: String,
    pub name: String,
    pub email: String,
    pub postal: String,
    pub origin: String,
    pub channel: String,
    pub post: String,
    pub lang: String,
    /// Name of the body it is about.
    pub about: String,
    /// What was put right in the preview.
    pub correction: Correction,
    pub hide: String,
}

impl Typed {
    pub(super) fn of(posted: &Posted) -> Self {
        let get = |name: &str| posted.get(name);
        Self {
            key: get("key"),
            class: get("class"),
            text: get("text"),
            address: get("address"),
            lat: get("lat"),
            lon: get("lon"),
            area: get("area"),
            phone: get("phone"),
            name: get("name"),
            email: get("email"),
            postal: get("postal"),
            origin: get("origin"),
            channel: get("channel"),
            post: get("post"),
            lang: get("lang"),
            about: get("about"),
            correction: preview::correction(posted),
            hide: get("hide"),
        }
    }

    pub(super) fn key(&self) -> Option<String> {
        Some(self.key.clone()).filter(|k| !k.is_empty())
    }

    pub(super) fn origin(&self) -> Origin {
        let origin = Origin::from_code(&self.origin);
        origin.filter(|o| matches!(o, Origin::Phone | Origin::WalkIn)).unwrap_or(Origin::Phone)
    }

    /// How the answer goes out: what was chosen, else by what is known of the caller.
    pub(super) fn channel(&self) -> Channel {
        let origin = Origin::from_code(&self.origin);
        Channel::from_code(&self.channel).unwrap_or(if !self.phone.is_empty() {
            Channel::Phone
        } else if !self.email.is_empty() {
            Channel::Email
        } else if origin == Some(Origin::WalkIn) && !self.name.is_empty() {
            Channel::Counter
        } else {
            Channel::Page
        })
    }

    pub(super) fn raiser(&self, lang: Lang) -> RaiserInput {
        let some = |value: &str| Some(value.to_owned()).filter(|v| !v.is_empty());
        let lang = if self.lang.is_empty() { lang } else { Lang::from_tag(&self.lang) };
        let nobody = [&self.phone, &self.name, &self.email, &self.postal].iter().all(|v| v.is_empty());
        if nobody && self.channel.is_empty() {
            return RaiserInput::anonymous(lang);
        }
        RaiserInput {
            anonymous: false,
            name: some(&self.name),
            phone: some(&self.phone),
            email: some(&self.email),
            address: some(&self.postal),
            channel: self.channel(),
            lang,
        }
    }
}

/// Place and class of what was typed; names everything that is missing at once.
pub(super) fn command(cx: &mut Cx<'_>, typed: &Typed, lang: Lang) -> Result<Raise, matters::Error> {
    let mut wrong = Vec::new();
    let classes: Vec<_> = matters::app::classes(cx)?.iter().filter(|c| c.active).cloned().collect();
    let class = class_of(&classes, &typed.class, lang).map(|c| c.code.clone());
    if class.is_none() {
        wrong.push(matters::Invalid::new("class", "invalid-class"));
    }
    if typed.text.is_empty() {
        wrong.push(matters::Invalid::new("text", "invalid-missing"));
    }
    let place = place(cx, typed).unwrap_or_else(|unknown| {
        wrong.push(unknown);
        RaisedPlace::default()
    });
    if !wrong.is_empty() {
        return Err(matters::Error::Invalid(wrong));
    }
    Ok(Raise {
        key: typed.key(),
        class: class.unwrap_or_default(),
        text: typed.text.clone(),
        place,
        raiser: typed.raiser(lang),
        origin: typed.origin(),
    })
}

/// Where it is, as far as it can be told; or which field says something that is not known.
pub(super) fn place(cx: &mut Cx<'_>, typed: &Typed) -> Result<RaisedPlace, matters::Invalid> {
    let mut area = ground::resolve(cx, &typed.area).unwrap_or_default();
    if area.is_none() && !typed.area.trim().is_empty() {
        return Err(matters::Invalid::new("area", "desk-new-area-unknown"));
    }
    if area.is_none() {
        area = ground::in_address(cx, &typed.address).unwrap_or_default();
    }
    let post: Option<PostId> = typed.post.parse().ok();
    let walked_in = typed.origin() == Origin::WalkIn && area.is_none() && post.is_none();
    // Whose seat is at no post cannot mean their own.
    if walked_in && cx.actor.grants().iter().all(|g| g.post.is_none() && g.area.is_none()) && ground::has_posts(cx) {
        return Err(matters::Invalid::new("post", "desk-new-post-needed"));
    }
    let point = find::point(&typed.lat, &typed.lon);
    Ok(RaisedPlace { point, address: Some(typed.address.clone()).filter(|a| !a.is_empty()), area, post })
}

/// The body it is about; a name that is none is told, so that nothing meant to go past a body goes to it.
pub(super) fn about(cx: &mut Cx<'_>, typed: &Typed) -> Result<Option<OrgId>, matters::Error> {
    if typed.about.is_empty() {
        return Ok(None);
    }
    let all = people::app::orgs::list(cx, None)?;
    let found = all.iter().find(|o| o.name == typed.about);
    found.map(|o| Some(o.id)).ok_or_else(|| matters::Error::invalid("about", "invalid-about"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_goes_where_the_caller_can_be_reached() {
        let with = |phone: &str, name: &str, origin: &str| {
            Typed { phone: phone.into(), name: name.into(), origin: origin.into(), ..Typed::default() }
                .raiser(Lang::ZhCn)
        };
        assert_eq!(with("021-05710101", "", "phone").channel, Channel::Phone);
        assert_eq!(with("", "王", "walk_in").channel, Channel::Counter);
        assert!(with("", "", "phone").anonymous);
    }
}
