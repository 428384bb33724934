//! Settings of the ways out that an operator sets up: the SMS gateway and the robots of chat groups.

use anyhow::Context as _;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A gateway of text messages. Without an address none are sent, and answers are brought by hand.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Sms {
    pub url: String,
    /// `POST` or `GET`.
    pub method: String,
    /// `json` or `form`.
    pub format: String,
    pub headers: BTreeMap<String, String>,
    /// The request: fields with places such as `{phone}` in their texts.
    pub fields: serde_json::Value,
    /// JSON pointers into the answer.
    pub code: String,
    pub taken: String,
    pub message_id: String,
    /// Beginnings of codes that speak about the number.
    pub refused: Vec<String>,
    /// Registered signature, without 【】.
    pub signature: String,
    /// Last part of the address that the gateway calls with receipts.
    pub receipt_secret: String,
    pub receipt_id: String,
    pub receipt_state: String,
    pub receipt_arrived: Vec<String>,
}

impl std::fmt::Debug for Sms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = (&self.method, &self.format, &self.code, &self.taken, &self.message_id, &self.refused);
        let receipts = (&self.receipt_id, &self.receipt_state, &self.receipt_arrived);
        f.debug_tuple("Sms").field(&shown).field(&receipts).finish()
    }
}

impl Default for Sms {
    fn default() -> Self {
        let none = String::new;
        Self {
            url: none(),
            method: "POST".into(),
            format: "json".into(),
            headers: BTreeMap::new(),
            fields: serde_json::json!({}),
            code: "/Code".into(),
            taken: "OK".into(),
            message_id: "/BizId".into(),
            refused: Vec::new(),
            signature: none(),
            receipt_secret: none(),
            receipt_id: "biz_id".into(),
            receipt_state: "success".into(),
            receipt_arrived: vec!["true".into()],
        }
    }
}

impl Sms {
    pub(crate) fn gateway(&self) -> anyhow::Result<Option<alerts::SmsConfig>> {
        if self.url.is_empty() {
            return Ok(None);
        }
        let one_of = |name: &str, value: &str, known: [&str; 2]| {
            anyhow::ensure!(known.contains(&value), "sms.{name} is \"{value}\"; write {} or {}", known[0], known[1]);
            Ok(value == known[1])
        };
        let fields = self.fields.as_object().filter(|f| !f.is_empty());
        fields.context("sms.fields is missing: what is sent to the gateway, such as phone = \"{phone}\"")?;
        anyhow::ensure!(!self.signature.is_empty(), "sms.signature is missing: carriers ask for a registered one");
        anyhow::ensure!(
            self.receipt_secret.is_empty() || self.receipt_secret.len() >= 20,
            "sms.receipt_secret is too short to be a secret; take 20 characters or more"
        );
        let receipts = (!self.receipt_secret.is_empty()).then(|| alerts::ReceiptConfig {
            secret: self.receipt_secret.clone().into(),
            id: self.receipt_id.clone(),
            state: self.receipt_state.clone(),
            arrived: self.receipt_arrived.clone(),
        });
        Ok(Some(alerts::SmsConfig {
            url: self.url.clone(),
            get: one_of("method", &self.method, ["POST", "GET"])?,
            form: one_of("format", &self.format, ["json", "form"])?,
            headers: self.headers.iter().map(|(n, v)| (n.clone(), v.clone().into())).collect(),
            body: self.fields.clone(),
            code: self.code.clone(),
            taken: self.taken.clone(),
            message_id: self.message_id.clone(),
            refused: self.refused.clone(),
            signature: self.signature.clone(),
            receipts,
        }))
    }
}

/// Who puts finders through to families. Without an address nobody does, and finders call the duty desk.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Relay {
    pub url: String,
    /// What requests are signed with, 20 characters or more.
    pub secret: String,
}

impl std::fmt::Debug for Relay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Relay").field("on", &!self.url.is_empty()).finish_non_exhaustive()
    }
}

impl Relay {
    pub(crate) fn read(&self) -> anyhow::Result<Option<alerts::RelayConfig>> {
        if self.url.is_empty() {
            return Ok(None);
        }
        anyhow::ensure!(
            self.url.starts_with("https://") || self.url.starts_with("http://"),
            "relay.url must begin with https:// (or http:// for a program beside this one)"
        );
        anyhow::ensure!(
            self.secret.len() >= 20,
            "relay.secret is too short to be a secret; take 20 characters or more"
        );
        Ok(Some(alerts::RelayConfig { url: self.url.clone(), secret: self.secret.clone().into() }))
    }
}

/// News on people's devices through the push services of their browsers. Without a contact it is off.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Push {
    /// `mailto:` or `https:` address of whoever runs this; push services get it with every message.
    pub contact: String,
    /// Hosts of push services, each with everything below it.
    pub services: Vec<String>,
}

impl Default for Push {
    fn default() -> Self {
        Self { contact: String::new(), services: alerts::PUSH_SERVICES.map(str::to_owned).to_vec() }
    }
}

impl Push {
    pub(crate) fn read(&self) -> anyhow::Result<Option<alerts::PushConfig>> {
        let contact = self.contact.trim();
        if contact.is_empty() {
            return Ok(None);
        }
        anyhow::ensure!(
            contact.starts_with("mailto:") || contact.starts_with("https://"),
            "push.contact must begin with mailto: or https://"
        );
        anyhow::ensure!(!self.services.is_empty(), "push.services is empty: nobody could subscribe");
        Ok(Some(alerts::PushConfig { contact: contact.to_owned(), services: self.services.clone() }))
    }
}

/// A robot of a chat group.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Robot {
    pub name: String,
    /// `wecom` or `dingtalk`.
    pub kind: String,
    pub url: String,
    #[serde(default)]
    pub secret: String,
    #[serde(default = "usual")]
    pub events: Vec<String>,
}

fn usual() -> Vec<String> {
    ["emergency", "lost", "new", "overdue", "reopened"].map(str::to_owned).to_vec()
}

impl std::fmt::Debug for Robot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Robot").field("name", &self.name).field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Robot {
    pub(crate) fn read(&self) -> anyhow::Result<alerts::RobotConfig> {
        let name = &self.name;
        let kind = match self.kind.as_str() {
            "wecom" => alerts::RobotKind::WeCom,
            "dingtalk" => alerts::RobotKind::DingTalk,
            other => anyhow::bail!("robot {name}: kind is \"{other}\"; write wecom or dingtalk"),
        };
        anyhow::ensure!(
            self.url.contains('?'),
            "robot {name}: url must be the whole address from the group's settings"
        );
        for event in &self.events {
            let known = alerts::ROBOT_EVENTS;
            anyhow::ensure!(
                known.contains(&event.as_str()),
                "robot {name}: no event \"{event}\"; known: {}",
                known.join(", ")
            );
        }
        let (url, secret) = (self.url.clone().into(), self.secret.clone().into());
        Ok(alerts::RobotConfig { name: name.clone(), kind, url, secret, events: self.events.clone() })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use crate::config::Config;
    use figment::Figment;
    use figment::providers::{Format as _, Toml};

    fn read(text: &str) -> Config {
        Figment::from(Toml::string(text)).extract().unwrap()
    }

    /// The examples of docs/interfaces.md, as an operator would paste them.
    #[test]
    fn the_documented_examples_are_taken() {
        let doc = include_str!("../../../docs/interfaces.md");
        let mut seen = 0;
        for part in doc.split("```toml\n").skip(1) {
            let config = read(part.split("```").next().unwrap());
            let alerts = config.alerts().unwrap();
            seen += usize::from(alerts.sms.is_some()) + usize::from(alerts.relay.is_some()) + alerts.robots.len();
        }
        assert_eq!(seen, 5, "two gateways, a relay and two robots");
    }

    #[test]
    fn what_is_wrong_is_named_and_secrets_are_not_shown() {
        let wrong = |text: &str| read(text).alerts().unwrap_err().to_string();
        let sms = "[sms]\nurl = \"http://127.0.0.1:1/\"\nfields = { to = \"{phone}\" }\n";
        assert!(wrong(sms).contains("sms.signature"), "{}", wrong(sms));
        let sms = format!("{sms}signature = \"睦邻\"\n");
        assert!(wrong(&format!("{sms}method = \"PUT\"\n")).contains("POST or GET"));
        assert!(wrong(&format!("{sms}receipt_secret = \"short\"\n")).contains("too short"));
        assert!(wrong("[push]\ncontact = \"it@mulin.example\"\n").contains("push.contact"));
        assert!(read("").alerts().unwrap().push.is_none(), "off unless somebody switches it on");
        let robot = "[[robots]]\nname = \"a\"\nkind = \"wecom\"\nurl = \"https://x.example/send?key=geheim\"\n";
        assert!(wrong(&format!("{robot}events = [\"gossip\"]\n")).contains("gossip"));
        assert!(wrong(&robot.replace("wecom", "feishu")).contains("wecom or dingtalk"));
        let secret = "receipt_secret = \"geheim-geheim-geheim-geheim\"\nheaders = { Authorization = \"geheim\" }\n";
        assert!(wrong("[relay]\nurl = \"https://relay.example\"\nsecret = \"short\"\n").contains("relay.secret"));
        assert!(wrong("[relay]\nurl = \"relay.example\"\n").contains("relay.url"));
        let relay = "[relay]\nurl = \"https://geheim.example\"\nsecret = \"geheim-geheim-geheim-geheim\"\n";
        let config = read(&format!("{sms}{secret}\n{relay}\n{robot}"));
        assert!(!format!("{config:?} {:?}", config.alerts().unwrap()).contains("geheim"));
    }
}
