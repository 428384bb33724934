//! Settings of the providers through which staff may sign in (OpenID Connect).

use serde::Deserialize;

/// One `[[oidc]]`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Oidc {
    /// Short name in addresses: small letters, digits, `-`.
    pub code: String,
    pub name_zh: String,
    pub name_en: String,
    pub issuer: String,
    pub client_id: String,
    #[serde(default)]
    pub client_secret: String,
    /// Values of `acr` that say that a second factor was asked.
    #[serde(default)]
    pub acr: Vec<String>,
    /// Methods of `amr` that say so.
    #[serde(default)]
    pub amr: Vec<String>,
}

impl std::fmt::Debug for Oidc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Oidc").field("code", &self.code).field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// Says what is wrong before the program starts; nothing is asked of a provider.
pub(crate) fn read(all: &[Oidc]) -> anyhow::Result<Vec<web::ProviderConfig>> {
    let mut out: Vec<web::ProviderConfig> = Vec::with_capacity(all.len());
    for one in all {
        let code = &one.code;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        anyhow::ensure!(
            !code.is_empty() && code.len() <= 40 && code.chars().all(plain),
            "oidc: code is \"{code}\"; write small letters, digits and - only: it stands in addresses"
        );
        let issuer = &one.issuer;
        // Only a provider on this very machine may be asked without encryption.
        let host = issuer.strip_prefix("http://").map(|rest| rest.split(['/', ':']).next().unwrap_or_default());
        anyhow::ensure!(
            issuer.starts_with("https://") || host.is_some_and(|h| h == "127.0.0.1" || h == "localhost"),
            "oidc {code}: issuer must begin with https://"
        );
        anyhow::ensure!(!one.client_id.is_empty(), "oidc {code}: client_id is missing");
        anyhow::ensure!(
            !out.iter().any(|other| other.code == *code || other.issuer == *issuer),
            "oidc {code}: two providers have the same code or the same issuer"
        );
        out.push(web::ProviderConfig {
            code: code.clone(),
            name_zh: one.name_zh.clone(),
            name_en: one.name_en.clone(),
            issuer: issuer.clone(),
            client_id: one.client_id.clone(),
            client_secret: one.client_secret.clone().into(),
            acr: one.acr.clone(),
            amr: one.amr.clone(),
        });
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use crate::config::Config;
    use figment::Figment;
    use figment::providers::{Format as _, Toml};

    #[test]
    fn what_is_wrong_is_named_and_secrets_are_not_shown() {
        let read = |text: &str| -> Config { Figment::from(Toml::string(text)).extract().unwrap() };
        let good = "[[oidc]]\ncode = \"city\"\nname_zh = \"市\"\nname_en = \"City\"\nissuer = \"https://id.example\"\n\
                    client_id = \"mulin\"\nclient_secret = \"geheim\"\namr = [\"mfa\"]\n";
        let config = read(good);
        let providers = config.providers().unwrap();
        assert!(!format!("{config:?} {providers:?}").contains("geheim"));
        assert_eq!((providers.len(), providers[0].amr.as_slice()), (1, ["mfa".to_owned()].as_slice()));
        let wrong = |text: &str| read(text).providers().unwrap_err().to_string();
        assert!(wrong(&good.replace("\"city\"", "\"../x\"")).contains("small letters"));
        assert!(wrong(&good.replace("https://id.example", "http://id.example")).contains("https://"));
        assert!(wrong(&good.replace("https://id.example", "http://127.0.0.1.id.example")).contains("https://"));
        assert!(wrong(&format!("{good}{good}")).contains("same code"));
        assert!(read(&good.replace("https://id.example", "http://127.0.0.1:9/a")).providers().is_ok());
    }
}
