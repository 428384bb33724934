//! Fixed texts of notices and mails, from `locales/<language>/notices.ftl`.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use kernel::Lang;
use std::sync::OnceLock;

type Bundle = FluentBundle<FluentResource>;

fn bundle(lang: Lang) -> &'static Bundle {
    static ZH: OnceLock<Bundle> = OnceLock::new();
    static EN: OnceLock<Bundle> = OnceLock::new();
    match lang {
        Lang::ZhCn => ZH.get_or_init(|| load(lang, include_str!("../../../locales/zh-CN/notices.ftl"))),
        Lang::En => EN.get_or_init(|| load(lang, include_str!("../../../locales/en/notices.ftl"))),
    }
}

fn load(lang: Lang, text: &str) -> Bundle {
    let id: unic_langid::LanguageIdentifier = lang.tag().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![id]);
    bundle.set_use_isolating(false);
    let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, _)| resource);
    if bundle.add_resource(resource).is_err() {
        tracing::error!("notices.ftl repeats keys");
    }
    bundle
}

/// The text of a key. A missing key shows as `⟦key⟧`, which a test refuses.
pub(crate) fn text(lang: Lang, key: &str, args: &[(&str, &str)]) -> String {
    let bundle = bundle(lang);
    let Some(pattern) = bundle.get_message(key).and_then(|m| m.value()) else { return format!("⟦{key}⟧") };
    let mut values = FluentArgs::new();
    for (name, value) in args {
        values.set(*name, (*value).to_owned());
    }
    bundle.format_pattern(pattern, Some(&values), &mut Vec::new()).into_owned()
}

/// The one sentence of a notice.
pub fn sentence(lang: Lang, kind: &str, number: &str) -> String {
    text(lang, &format!("notice-{kind}"), &[("number", number)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use matters::events::Reason;

    #[test]
    fn every_kind_has_its_sentence_in_both_languages() {
        use crate::app::notices::{CASE_KINDS, DESK_KINDS, LIST_KINDS, OWN_KINDS};
        let pages = DESK_KINDS.iter().chain(CASE_KINDS).map(|(kind, _)| *kind);
        let own = OWN_KINDS.iter().copied().chain(pages);
        let kinds = Reason::ALL.iter().map(|r| r.code()).chain(own);
        for kind in kinds {
            for lang in Lang::ALL {
                let text = sentence(lang, kind, "HL-2026-00001");
                assert!(!text.contains('⟦'), "{kind}: {text}");
                assert_eq!(text.contains("HL-2026-00001"), !LIST_KINDS.contains(&kind), "{kind}: {text}");
            }
        }
        for lang in Lang::ALL {
            for news in lost::events::News::ALL {
                for key in ["mail-lost-{}-subject", "mail-lost-{}-body", "sms-lost-{}"] {
                    let key = key.replace("{}", news.code());
                    let words = text(
                        lang,
                        &key,
                        &[("number", "ZS-2026-00001"), ("phone", "021-0571 0110"), ("code", "123456")],
                    );
                    assert!(words.contains("ZS-2026-00001") && !words.contains('⟦'), "{key}: {words}");
                    assert_eq!(
                        words.contains("123456"),
                        *news == lost::events::News::Code && !key.ends_with("subject"),
                        "{key}"
                    );
                }
            }
            for key in [
                "mail-staff-body",
                "mail-answer-subject",
                "mail-answer-body",
                "mail-copy-subject",
                "mail-copy-body",
                "mail-ask-subject",
                "mail-ask-body",
                "mail-word-subject",
                "mail-word-body",
                "mail-anchor-subject",
                "mail-anchor-body",
                "sms-answer",
                "push-desk-title",
                "push-desk-body",
                "push-urgent-title",
                "push-urgent-body",
                "push-matter-title",
                "push-matter-body",
                "mail-family-scan-subject",
                "mail-family-scan-body",
                "mail-family-message-subject",
                "mail-family-message-body",
                "mail-family-plan-subject",
                "mail-family-plan-body",
                "mail-family-change-subject",
                "mail-family-change-body",
                "mail-family-locator-sos-subject",
                "mail-family-locator-sos-body",
                "mail-family-locator-alert-subject",
                "mail-family-locator-alert-body",
                "mail-family-locator-over-subject",
                "mail-family-locator-over-body",
                "sms-family-locator-sos",
                "sms-family-locator-alert",
                "sms-family-locator-over",
                "sms-family-scan",
                "sms-family-message",
                "sms-family-plan",
                "sms-family-change",
                "mail-family-worry-subject",
                "mail-family-worry-body",
                "mail-family-worry-over-subject",
                "mail-family-worry-over-body",
                "sms-family-worry",
                "sms-family-worry-over",
                "robot-more",
                "robot-emergency",
                "robot-new",
                "robot-lost",
                "robot-lost-what",
                "robot-overdue",
                "robot-reopened",
            ] {
                assert!(!text(lang, key, &[]).contains('⟦'), "{key}");
            }
        }
    }
}
