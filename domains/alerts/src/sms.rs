//! A text-message gateway over HTTP, described by configuration: how a request is written, what in the answer means that it
//! was taken, and how a delivery receipt reads. Pure; [`crate::app::sms`] sends. Numbers of people never reach a log: what is
//! kept of an answer is a code.

use crate::outgoing::{Answer, Call, Reach, Trouble};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

/// The gateway, as the operator describes it.
#[derive(Clone)]
pub struct SmsConfig {
    pub url: String,
    /// `POST` or `GET`; with `GET` the fields go into the address.
    pub get: bool,
    /// Fields as a form instead of JSON.
    pub form: bool,
    pub headers: Vec<(String, SecretString)>,
    /// The request; texts in it hold places such as `{phone}`.
    pub body: Value,
    /// JSON pointers into the answer: where the code stands, what it is when the message was taken, and its id.
    pub code: String,
    pub taken: String,
    pub message_id: String,
    /// Beginnings of codes that speak about the number: it will never be taken. Everything else is tried again.
    pub refused: Vec<String>,
    /// Registered signature, without its brackets 【】.
    pub signature: String,
    pub receipts: Option<ReceiptConfig>,
}

/// Address and fields may hold a password.
impl std::fmt::Debug for SmsConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmsConfig").field("signature", &self.signature).finish_non_exhaustive()
    }
}

/// How the gateway reports that a message arrived.
#[derive(Debug, Clone)]
pub struct ReceiptConfig {
    /// Last part of the address that the gateway calls.
    pub secret: SecretString,
    /// Names of fields of a report: the id that the sending answer gave (or ours), and the state.
    pub id: String,
    pub state: String,
    /// States that mean it arrived.
    pub arrived: Vec<String>,
}

/// What a message is made of.
pub(crate) struct Words<'a> {
    /// Our id of the message, the same each time it is tried.
    pub id: &'a str,
    pub phone: &'a str,
    /// The whole text, signature and all.
    pub text: &'a str,
    pub number: &'a str,
    pub link: &'a str,
    /// The end of the link: for templates in which the rest of the address is fixed.
    pub code: &'a str,
}

/// What the gateway said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Handed {
    Taken { id: Option<String> },
    Refused(String),
    Later(String),
}

/// One line of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub id: String,
    pub arrived: bool,
}

impl SmsConfig {
    pub(crate) fn call(&self, words: &Words<'_>) -> Call {
        let body = filled(&self.body, words);
        let mut headers: Vec<(String, String)> =
            self.headers.iter().map(|(name, value)| (name.clone(), value.expose_secret().to_owned())).collect();
        let (mut url, bytes) = if self.form || self.get {
            let pairs = pairs(&body);
            if self.get {
                let mark = if self.url.contains('?') { '&' } else { '?' };
                (format!("{}{mark}{pairs}", self.url), Vec::new())
            } else {
                headers.push(("content-type".into(), "application/x-www-form-urlencoded; charset=utf-8".into()));
                (self.url.clone(), pairs.into_bytes())
            }
        } else {
            headers.push(("content-type".into(), "application/json; charset=utf-8".into()));
            (self.url.clone(), body.to_string().into_bytes())
        };
        url = url.replace("{id}", words.id);
        Call { method: if self.get { "GET" } else { "POST" }, url, headers, body: bytes, reach: Reach::Open }
    }

    pub(crate) fn read(&self, answer: &Result<Answer, Trouble>) -> Handed {
        let answer = match answer {
            Ok(answer) => answer,
            Err(trouble) => return Handed::Later(trouble.to_string()),
        };
        let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
        let at = |pointer: &str| body.as_ref().and_then(|b| b.pointer(pointer)).and_then(plain);
        let Some(code) = at(&self.code) else {
            return Handed::Later(match answer.status {
                200..=299 => "the gateway's answer is not understood".into(),
                status => format!("the gateway put it off with HTTP {status}"),
            });
        };
        if code == self.taken {
            return Handed::Taken { id: at(&self.message_id).filter(|id| !id.is_empty() && id.len() <= 100) };
        }
        let shown = harmless(&code);
        if self.refused.iter().any(|begin| code.starts_with(begin.as_str())) {
            Handed::Refused(format!("the gateway refused it with {shown}"))
        } else {
            Handed::Later(format!("the gateway put it off with {shown}"))
        }
    }
}

impl ReceiptConfig {
    /// Is this the end of the address that the gateway was given?
    pub fn is_secret(&self, given: &str) -> bool {
        use subtle::ConstantTimeEq as _;
        let own = self.secret.expose_secret();
        !own.is_empty() && bool::from(own.as_bytes().ct_eq(given.as_bytes()))
    }

    /// Reads a report: one object, or a list of them. `None`: it cannot be read.
    pub fn read(&self, body: &[u8]) -> Option<Vec<Receipt>> {
        let value: Value = serde_json::from_slice(body).ok()?;
        let lines = match value {
            Value::Array(lines) => lines,
            one @ Value::Object(_) => vec![one],
            _ => return None,
        };
        let text = |line: &Value, name: &str| line.get(name).and_then(plain);
        lines
            .iter()
            .map(|line| {
                let (id, state) = (text(line, &self.id)?, text(line, &self.state)?);
                Some(Receipt { id, arrived: self.arrived.contains(&state) })
            })
            .collect()
    }
}

/// A text, number or yes/no as text.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(n) => Some(n.to_string()),
        Value::Bool(b) => Some(b.to_string()),
        _ => None,
    }
}

/// A code as it may stand in a log: letters, dots, few digits. A gateway that answers with the number shows nothing.
fn harmless(code: &str) -> String {
    let fine = code.len() <= 60 && code.bytes().all(|b| b.is_ascii_alphanumeric() || b"._:-".contains(&b));
    let digits = code.bytes().filter(u8::is_ascii_digit).count();
    if fine && digits < 7 { code.to_owned() } else { "another code".into() }
}

fn filled(template: &Value, words: &Words<'_>) -> Value {
    match template {
        Value::String(text) => Value::String(put(text, words)),
        Value::Array(items) => Value::Array(items.iter().map(|v| filled(v, words)).collect()),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, v)| (name.clone(), filled(v, words))).collect())
        }
        other => other.clone(),
    }
}

/// One pass from left to right: what is put in is not looked at again.
fn put(template: &str, words: &Words<'_>) -> String {
    let e164 = format!("+86{}", words.phone);
    let places = [
        ("{phone}", words.phone),
        ("{phone_e164}", e164.as_str()),
        ("{text}", words.text),
        ("{number}", words.number),
        ("{link}", words.link),
        ("{code}", words.code),
        ("{id}", words.id),
    ];
    let (mut out, mut rest) = (String::new(), template);
    while let Some(open) = rest.find('{') {
        let (before, from) = rest.split_at(open);
        out.push_str(before);
        match places.iter().find(|(place, _)| from.starts_with(place)) {
            Some((place, value)) => {
                out.push_str(value);
                rest = from.get(place.len()..).unwrap_or_default();
            }
            None => {
                out.push('{');
                rest = from.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out
}

/// Fields as a form writes them.
fn pairs(body: &Value) -> String {
    let fields = body.as_object().into_iter().flatten();
    let encode =
        |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    fields
        .map(|(name, value)| format!("{}={}", encode(name), encode(&plain(value).unwrap_or_else(|| value.to_string()))))
        .collect::<Vec<_>>()
        .join("&")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use serde_json::json;

    const WORDS: Words<'static> = Words {
        id: "0199",
        phone: "02105710188",
        text: "【睦邻】您反映的事（HQ-2026-00001）有答复了",
        number: "HQ-2026-00001",
        link: "https://mulin.example/t/ABCD",
        code: "ABCD",
    };

    /// A relay that speaks as Alibaba Cloud answers (docs/interfaces.md).
    fn alibaba() -> SmsConfig {
        SmsConfig {
            url: "http://127.0.0.1:9100/alibaba".into(),
            get: false,
            form: true,
            headers: Vec::new(),
            body: json!({
                "PhoneNumbers": "{phone}", "SignName": "睦邻", "TemplateCode": "SMS_154950909",
                "TemplateParam": "{\"number\":\"{number}\",\"code\":\"{code}\"}", "OutId": "{id}",
            }),
            code: "/Code".into(),
            taken: "OK".into(),
            message_id: "/BizId".into(),
            refused: vec!["isv.MOBILE_NUMBER_ILLEGAL".into()],
            signature: "睦邻".into(),
            receipts: Some(ReceiptConfig {
                secret: "geheim".into(),
                id: "biz_id".into(),
                state: "success".into(),
                arrived: vec!["true".into()],
            }),
        }
    }

    fn tencent() -> SmsConfig {
        SmsConfig {
            form: false,
            body: json!({
                "PhoneNumberSet": ["{phone_e164}"], "SmsSdkAppId": "1400006666", "SignName": "睦邻", "TemplateId": "1110",
                "TemplateParamSet": ["{number}", "{code}"],
            }),
            code: "/Response/SendStatusSet/0/Code".into(),
            taken: "Ok".into(),
            message_id: "/Response/SendStatusSet/0/SerialNo".into(),
            refused: vec![
                "InvalidParameterValue.IncorrectPhoneNumber".into(),
                "FailedOperation.PhoneNumberInBlacklist".into(),
            ],
            receipts: Some(ReceiptConfig {
                secret: "geheim".into(),
                id: "sid".into(),
                state: "report_status".into(),
                arrived: vec!["SUCCESS".into()],
            }),
            ..alibaba()
        }
    }

    fn said(config: &SmsConfig, status: u16, body: &str) -> Handed {
        config.read(&Ok(Answer { status, retry_after: None, body: body.as_bytes().to_vec() }))
    }

    #[test]
    fn fields_are_filled_in_and_nothing_else() {
        let call = alibaba().call(&WORDS);
        let form = String::from_utf8(call.body).unwrap();
        assert!(form.contains("PhoneNumbers=02105710188&"), "{form}");
        assert!(
            form.contains("TemplateParam=%7B%22number%22%3A%22HQ%2D2026%2D00001%22%2C%22code%22%3A%22ABCD%22%7D"),
            "{form}"
        );
        let body: Value = serde_json::from_slice(&tencent().call(&WORDS).body).unwrap();
        assert_eq!(body["PhoneNumberSet"], json!(["+8602105710188"]));
        assert_eq!(body["TemplateParamSet"], json!(["HQ-2026-00001", "ABCD"]));
        let get =
            SmsConfig { get: true, body: json!({ "to": "{phone}", "msg": "{text}{x}" }), ..alibaba() }.call(&WORDS);
        assert!(get.url.starts_with("http://127.0.0.1:9100/alibaba?to=02105710188&msg=%E3%80%90"), "{}", get.url);
        assert!(get.url.ends_with("%7Bx%7D") && get.body.is_empty());
        // What a place is filled with is not filled again.
        let twice = Words { text: "{phone}", ..WORDS };
        let body = SmsConfig { form: false, body: json!({ "t": "{text}" }), ..alibaba() }.call(&twice).body;
        assert_eq!(String::from_utf8(body).unwrap(), r#"{"t":"{phone}"}"#);
    }

    /// SendSms, 返回数据: help.aliyun.com/document_detail/419273.html; error codes: isv.BUSINESS_LIMIT_CONTROL (too many for
    /// one number) and isv.MOBILE_NUMBER_ILLEGAL in the same chapter's list.
    #[test]
    fn alibaba_answers_are_read() {
        let ok = r#"{"Code":"OK","Message":"OK","BizId":"9006197469364984400","RequestId":"F655A8D5-B967-440B-8683-DAD6FF8DE990"}"#;
        assert_eq!(said(&alibaba(), 200, ok), Handed::Taken { id: Some("9006197469364984400".into()) });
        let limit = r#"{"Message":"触发小时级流控Permits:5","RequestId":"C9E4","Code":"isv.BUSINESS_LIMIT_CONTROL"}"#;
        let later = Handed::Later("the gateway put it off with isv.BUSINESS_LIMIT_CONTROL".into());
        assert_eq!(said(&alibaba(), 200, limit), later);
        let number =
            r#"{"Message":"02105710188invalid mobile number","RequestId":"C9E4","Code":"isv.MOBILE_NUMBER_ILLEGAL"}"#;
        let refused = Handed::Refused("the gateway refused it with isv.MOBILE_NUMBER_ILLEGAL".into());
        assert_eq!(said(&alibaba(), 400, number), refused, "the message with the number in it is not kept");
    }

    /// SendSms, 输出示例 and 错误码: cloud.tencent.com/document/product/382/55981; the frame of errors:
    /// tencentcloud.com/document/product/382/40469.
    #[test]
    fn tencent_answers_are_read() {
        let ok = r#"{"Response":{"SendStatusSet":[{"SerialNo":"5000:1045710669157053657849499619","PhoneNumber":"+8618511122233","Fee":1,"SessionContext":"test","Code":"Ok","Message":"send success","IsoCode":"CN"}],"RequestId":"a0aabda6"}}"#;
        let id = "5000:1045710669157053657849499619".to_owned();
        assert_eq!(said(&tencent(), 200, ok), Handed::Taken { id: Some(id) });
        let black = ok.replace("\"Ok\"", "\"FailedOperation.PhoneNumberInBlacklist\"");
        assert!(matches!(said(&tencent(), 200, &black), Handed::Refused(_)));
        let limit = ok.replace("\"Ok\"", "\"LimitExceeded.PhoneNumberDailyLimit\"");
        assert!(matches!(said(&tencent(), 200, &limit), Handed::Later(_)));
        // A wrong key of the operator is no attempt to reach anybody.
        let auth =
            r#"{"Response":{"Error":{"Code":"AuthFailure.SignatureFailure","Message":"..."},"RequestId":"ed93"}}"#;
        assert_eq!(said(&tencent(), 200, auth), Handed::Later("the gateway's answer is not understood".into()));
    }

    /// SmsReport (help.aliyun.com/document_detail/101867.html) and SMS Sending Status Notification
    /// (tencentcloud.com/document/product/382/43547), as published.
    #[test]
    fn published_receipts_are_read() {
        let alibaba_report = r#"[{"phone_number":"1381111****","send_time":"2017-01-01 00:00:00","report_time":"2017-01-01 00:00:00","success":true,"err_code":"DELIVERED","err_msg":"用户接收成功","sms_size":"1","biz_id":"12345","out_id":"67890"}]"#;
        let read = |config: SmsConfig, body: &str| config.receipts.unwrap().read(body.as_bytes());
        let got = read(alibaba(), alibaba_report).unwrap();
        assert_eq!(got, [Receipt { id: "12345".into(), arrived: true }]);
        let failed = alibaba_report.replace("true", "false");
        assert!(!read(alibaba(), &failed).unwrap()[0].arrived);
        let tencent_report = r#"[{"user_receive_time":"2015-10-17 08:03:04","nationcode":"86","mobile":"13xxxxxxxxx","report_status":"SUCCESS","errmsg":"DELIVRD","description":"The SMS message is successfully delivered","sid":"xxxxxxx"}]"#;
        assert_eq!(read(tencent(), tencent_report).unwrap(), [Receipt { id: "xxxxxxx".into(), arrived: true }]);
        assert!(!read(tencent(), &tencent_report.replace("SUCCESS", "FAIL")).unwrap()[0].arrived);
        assert_eq!(read(tencent(), "[{}]"), None);
        assert_eq!(read(tencent(), "hello"), None);
    }

    #[test]
    fn codes_that_may_hold_a_number_are_not_shown() {
        assert_eq!(harmless("isv.BUSINESS_LIMIT_CONTROL"), "isv.BUSINESS_LIMIT_CONTROL");
        assert_eq!(harmless("45009"), "45009");
        for code in ["02105710188", "号码错误", "bad number 02105710188"] {
            assert_eq!(harmless(code), "another code");
        }
    }
}
