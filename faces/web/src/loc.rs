//! Texts of the pages, from `locales/<language>/*.ftl` (Project Fluent). One key, both languages; tests see to it.
//!
//! Pages write `page.t("key")`. Families of keys whose end is data are written `page.tk("state-", code)`: the key test
//! then counts every key of that family as used.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use kernel::Lang;
use rust_embed::RustEmbed;
use std::fmt::Display;
use std::sync::OnceLock;

#[derive(RustEmbed)]
#[folder = "../../locales"]
pub(crate) struct Locales;

type Bundle = FluentBundle<FluentResource>;

fn bundle(lang: Lang) -> &'static Bundle {
    static ZH: OnceLock<Bundle> = OnceLock::new();
    static EN: OnceLock<Bundle> = OnceLock::new();
    let cell = match lang {
        Lang::ZhCn => &ZH,
        Lang::En => &EN,
    };
    cell.get_or_init(|| load(lang))
}

fn load(lang: Lang) -> Bundle {
    let id: unic_langid::LanguageIdentifier = lang.tag().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![id]);
    bundle.set_use_isolating(false);
    let folder = format!("{}/", lang.tag());
    for name in Locales::iter().filter(|name| name.starts_with(&folder) && name.ends_with(".ftl")) {
        let Some(file) = Locales::get(&name) else { continue };
        let text = String::from_utf8_lossy(&file.data).into_owned();
        let resource = FluentResource::try_new(text).unwrap_or_else(|(resource, errors)| {
            tracing::error!(file = %name, ?errors, "text file has errors");
            resource
        });
        if let Err(errors) = bundle.add_resource(resource) {
            tracing::error!(file = %name, ?errors, "text file repeats keys");
        }
    }
    bundle
}

/// Texts in one language. Cheap to copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Loc(pub Lang);

impl Loc {
    /// The text of a key. A missing key shows as `⟦key⟧`, which the page test refuses.
    pub fn t(self, key: &str) -> String {
        self.args(key, &[])
    }

    /// The text of a key whose end is data: `tk("state-", "received")`.
    pub fn tk(self, family: &str, end: impl Display) -> String {
        self.t(&format!("{family}{end}"))
    }

    /// With one argument. Arguments called `n` are numbers, so that English can say "1 day" and "2 days".
    pub fn t1(self, key: &str, name: &str, value: impl Display) -> String {
        self.args(key, &[(name, value.to_string())])
    }

    pub fn t2(self, key: &str, name1: &str, value1: impl Display, name2: &str, value2: impl Display) -> String {
        self.args(key, &[(name1, value1.to_string()), (name2, value2.to_string())])
    }

    pub fn args(self, key: &str, args: &[(&str, String)]) -> String {
        self.find(key, args).unwrap_or_else(|| format!("⟦{key}⟧"))
    }

    /// `None` when there is no such key.
    pub fn find(self, key: &str, args: &[(&str, String)]) -> Option<String> {
        let bundle = bundle(self.0);
        let pattern = bundle.get_message(key)?.value()?;
        let mut values = FluentArgs::new();
        for (name, value) in args {
            match value.parse::<i64>() {
                Ok(n) if *name == "n" => values.set(*name, FluentValue::from(n)),
                _ => values.set(*name, value.clone()),
            }
        }
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(&values), &mut errors);
        if errors.is_empty() { Some(text.into_owned()) } else { Some(format!("⟦{key}: {errors:?}⟧")) }
    }
}
