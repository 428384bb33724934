//! Robots in chat groups of staff (WeCom 企业微信群机器人, DingTalk 钉钉自定义机器人): what a message looks like, how it is
//! signed, what the answers mean. Numbers, classes, places and links; never a text or a name. Pure; [`crate::app::robots`] sends.

use crate::outgoing::{Answer, Call, Reach, Trouble};
use crate::webhook::sign;
use matters::app::Move;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

/// Whose robot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RobotKind {
    WeCom,
    DingTalk,
}

/// One robot of the configuration.
#[derive(Debug, Clone)]
pub struct RobotConfig {
    /// Told apart by this.
    pub name: String,
    pub kind: RobotKind,
    /// The address as the group's settings show it; whoever has it can write into the group.
    pub url: SecretString,
    /// DingTalk 加签; empty: none.
    pub secret: SecretString,
    /// Of [`EVENTS`].
    pub events: Vec<String>,
}

/// What can be told, each with the words before the line.
pub const EVENTS: &[&str] = &["emergency", LOST, "new", "overdue", "reopened"];
/// A case of a lost elder is new: its number and its post.
pub(crate) const LOST: &str = "lost";

/// Both allow 20 messages a minute; everything that comes between two of them goes into one.
pub(crate) const SPACING_SECS: i64 = 3;
/// WeCom takes 4,096 bytes of markdown, DingTalk 20,000.
const MOST_BYTES: usize = 3_600;

/// One line of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub event: String,
    pub number: String,
    pub class: String,
    pub place: Option<String>,
    pub link: String,
}

/// What a move is to a group; most are nothing.
pub(crate) fn event(m: &Move) -> Option<&'static str> {
    match m.kind.as_str() {
        "matter.raise" if m.emergency => Some("emergency"),
        "matter.raise" => Some("new"),
        "matter.mark_emergency" => Some("emergency"),
        "matter.escalate" if m.level.as_deref() != Some("yellow") => Some("overdue"),
        "matter.reopen" => Some("reopened"),
        _ => None,
    }
}

/// Title and text of one message for all these lines; emergencies first.
pub(crate) fn message(
    lines: &[Line],
    word: impl Fn(&str) -> String,
    more: impl Fn(usize) -> String,
) -> (String, String) {
    let order = |line: &Line| EVENTS.iter().position(|e| *e == line.event).unwrap_or(EVENTS.len());
    let mut sorted: Vec<&Line> = lines.iter().collect();
    sorted.sort_by_key(|line| order(line));
    let (mut text, mut left) = (String::new(), sorted.len());
    for line in &sorted {
        let place = line.place.as_ref().map(|p| format!(" · {p}")).unwrap_or_default();
        let row = format!("{} [{}]({}) {}{place}\n\n", word(&line.event), line.number, line.link, line.class);
        if text.len() + row.len() > MOST_BYTES {
            break;
        }
        text.push_str(&row);
        left -= 1;
    }
    if left > 0 {
        text.push_str(&more(left));
    }
    let title = sorted.first().map_or_else(String::new, |line| word(&line.event));
    (title, text.trim_end().to_owned())
}

impl RobotConfig {
    pub(crate) fn call(&self, (title, text): (&str, &str), at_millis: i64) -> Call {
        let body = match self.kind {
            RobotKind::WeCom => json!({ "msgtype": "markdown", "markdown": { "content": text } }),
            RobotKind::DingTalk => json!({ "msgtype": "markdown", "markdown": { "title": title, "text": text } }),
        };
        let mut url = self.url.expose_secret().to_owned();
        let secret = self.secret.expose_secret();
        if self.kind == RobotKind::DingTalk && !secret.is_empty() {
            url = format!("{url}&timestamp={at_millis}&sign={}", ding_sign(secret, at_millis));
        }
        let headers = vec![("content-type".to_owned(), "application/json; charset=utf-8".to_owned())];
        Call { method: "POST", url, headers, body: body.to_string().into_bytes(), reach: Reach::Open }
    }
}

/// 加签: HMAC-SHA-256 under the secret over `timestamp\nsecret`, base64, encoded for an address.
fn ding_sign(secret: &str, at_millis: i64) -> String {
    let signed = sign(secret.as_bytes(), format!("{at_millis}\n{secret}").as_bytes());
    utf8_percent_encode(&signed, NON_ALPHANUMERIC).to_string()
}

/// What the robot's server said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    Taken,
    /// Too fast, or down: again after this many seconds.
    Later {
        secs: i64,
        why: String,
    },
    /// The robot is gone or its settings are wrong: somebody has to mend it.
    Wrong(String),
}

pub(crate) fn read(answer: &Result<Answer, Trouble>) -> Said {
    let answer = match answer {
        Ok(answer) => answer,
        Err(trouble) => return Said::Later { secs: 60, why: trouble.to_string() },
    };
    let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
    // Failures come with HTTP 200 too: only the code counts.
    let Some(code) = body.as_ref().and_then(|b| b.get("errcode")).and_then(Value::as_i64) else {
        return Said::Later { secs: 60, why: format!("the robot's server answered HTTP {}", answer.status) };
    };
    match code {
        0 => Said::Taken,
        45009 => Said::Later { secs: 60, why: "too many messages (45009)".into() },
        // DingTalk shuts a robot out for ten minutes.
        130_101 | 410_100 => Said::Later { secs: 600, why: format!("too many messages ({code})") },
        93000 | 310_000 | 300_001 | 300_005 | 400_013 | 400_101 | 400_102 | 400_106 | 40035 => {
            Said::Wrong(format!("the robot's address or secret is wrong, or it was removed ({code})"))
        }
        other => Said::Later { secs: 60, why: format!("the robot's server answered {other}") },
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    fn said(status: u16, body: &str) -> Said {
        read(&Ok(Answer { status, retry_after: None, body: body.as_bytes().to_vec() }))
    }

    /// Codes and words as WeCom gives them (developer.work.weixin.qq.com/document/path/91770 with its 全局错误码; the
    /// answers in full: github.com/wes-lin/Cloud189Checkin/issues/175), HTTP 200 each time.
    #[test]
    fn wecom_answers_are_read() {
        assert_eq!(said(200, r#"{"errcode":0,"errmsg":"ok"}"#), Said::Taken);
        let wrong = r#"{"errcode":93000,"errmsg":"invalid webhook url, hint: [1755605200056773468916791], from ip: 172.212.167.87, more info at https://open.work.weixin.qq.com/devtool/query?e=93000"}"#;
        assert!(matches!(said(200, wrong), Said::Wrong(why) if why.ends_with("(93000)")));
        let fast = r#"{"errcode":45009,"errmsg":"api freq out of limit, hint: [1653710540075724015410106], from ip: 121.227.209.88, more info at https://open.work.weixin.qq.com/devtool/query?e=45009"}"#;
        assert!(matches!(said(200, fast), Said::Later { secs: 60, .. }));
        assert!(matches!(said(502, "<html>"), Said::Later { .. }));
    }

    /// DingTalk: open.dingtalk.com/document/group/custom-robot-access; answers as reported in
    /// github.com/jenkinsci/dingtalk-plugin/issues/116, github.com/megaease/easeprobe/issues/202 and
    /// github.com/ccfos/nightingale/issues/369.
    #[test]
    fn dingtalk_answers_are_read() {
        let sign = r#"{"errcode":310000,"errmsg":"description:机器人发送签名不匹配;solution:请确认签名和生成签名的时间戳必须都放在调用的网址中"}"#;
        assert!(matches!(said(200, sign), Said::Wrong(_)));
        let time = r#"{"errcode":310000,"errmsg":"invalid timestamp, more: [https://ding-doc.dingtalk.com/doc#/serverapi2/qf2nxq]"}"#;
        assert!(matches!(said(200, time), Said::Wrong(_)));
        let fast = r#"{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"9ff0","errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}"#;
        assert!(matches!(said(200, fast), Said::Later { secs: 600, .. }));
        assert!(matches!(said(200, r#"{"errcode":-1,"errmsg":"系统繁忙"}"#), Said::Later { .. }));
    }

    /// The recipe of the documentation (its Python sample, secret `this is secret`): base64 of HMAC-SHA-256 over
    /// `timestamp + "\n" + secret`, then URL-encoded. The value was computed with that sample.
    #[test]
    fn dingtalk_signs_as_its_sample_does() {
        assert_eq!(ding_sign("this is secret", 1_577_262_236_757), SAMPLE);
    }
    const SAMPLE: &str = "hmPWwU%2B7lVdm3ZZz0r9tSfx0L4Q26jWOZr9%2BGs6EZQM%3D";

    fn line(event: &str, n: usize) -> Line {
        Line {
            event: event.into(),
            number: format!("HQ-2026-{n:05}"),
            class: "楼道漏水".into(),
            place: Some("青禾居委会".into()),
            link: format!("https://mulin.example/desk/matters/0199c000-0000-7000-8000-{n:012}"),
        }
    }

    #[test]
    fn many_lines_are_one_message_that_fits() {
        let lines: Vec<Line> = (0..60).map(|n| line(if n == 59 { "emergency" } else { "new" }, n)).collect();
        let (title, text) = message(&lines, str::to_owned, |n| format!("+{n}"));
        assert_eq!(title, "emergency");
        assert!(text.starts_with("emergency [HQ-2026-00059]("), "{text}");
        assert!(text.len() <= 4_096, "{}", text.len());
        let shown = text.matches("HQ-2026-").count();
        assert!(text.ends_with(&format!("+{}", 60 - shown)), "{text}");
    }

    /// markdown 类型 of developer.work.weixin.qq.com/document/path/91770 (before: work.weixin.qq.com/api/doc/90000/90136/91770) and of
    /// open.dingtalk.com/document/group/custom-robot-access (加签: timestamp and sign behind the address), with the beginnings of
    /// their examples as words.
    #[test]
    fn requests_are_written_as_published() {
        let robot = |kind, secret: &str| RobotConfig {
            name: "x".into(),
            kind,
            url: "https://oapi.dingtalk.com/robot/send?access_token=XXXXXX".into(),
            secret: secret.into(),
            events: Vec::new(),
        };
        let call = robot(RobotKind::WeCom, "").call(("t", "实时新增"), 1);
        assert_eq!(call.url, "https://oapi.dingtalk.com/robot/send?access_token=XXXXXX");
        let body: Value = serde_json::from_slice(&call.body).unwrap();
        assert_eq!(body, json!({ "msgtype": "markdown", "markdown": { "content": "实时新增" } }));
        let call = robot(RobotKind::DingTalk, "SECx").call(("杭州天气", "#### 杭州天气"), 1_577_262_236_757);
        assert!(
            call.url
                .starts_with("https://oapi.dingtalk.com/robot/send?access_token=XXXXXX&timestamp=1577262236757&sign=")
        );
        let body: Value = serde_json::from_slice(&call.body).unwrap();
        assert_eq!(body["markdown"], json!({ "title": "杭州天气", "text": "#### 杭州天气" }));
    }
}
