//! Numbers with letters: e-mail, accounts of messengers, passports, licence plates, references of cases.

use crate::kind::Kind;
use crate::lists::words;
use crate::text::{Found, Text, is_han, is_stop};

words! {
    /// Before the name of an account, which may be letters alone.
    ACCOUNT_CUES = "微信 微信号 微xin wechat weixin wx wxid vx v信 薇信 威信 徽信 加v +v 加微 加我v 加我微 qq qq号 扣扣 q号 企鹅 企鹅号 支付宝 支付宝账号 抖音 抖音号 快手 快手号 小红书 小红书号 微博 闲鱼 钉钉 钉钉号 游戏id telegram 飞机号 skype line id 网名";
    /// Before a number with letters.
    NUMBER_CUES = "工号 学号 卡号 账号 帐号 账户 户号 身份证 身份证号 证件号 护照 护照号 通行证 驾驶证 驾照 社保号 社保卡 医保卡 医保号 病历号 住院号 门诊号 订单号 快递单号 运单号 单号 案号 警号 警情编号 案件编号 报案号 受案号 回执号 合同号 发票号 准考证 残疾证 车架号 发动机号 密码 验证码 取件码 车牌 车牌号 牌照 保单号";
    /// Between a cue and what it announces.
    FILLERS = "聊 详聊 私聊 联系 搜索 加 加我 如下 发 到 请加 昵称 号码 号 码 是 为 ： : = 也是 就是 同 叫 搜 ( （ “ ‘ 「 \" 我的 → 。 和手机同号 -";
    PROVINCES = "京 津 沪 渝 冀 豫 云 辽 黑 湘 皖 鲁 新 苏 浙 赣 鄂 桂 甘 晋 蒙 陕 吉 闽 贵 粤 青 藏 川 宁 琼 使 领";
}

pub(crate) fn find(text: &Text, out: &mut Vec<Found>) {
    for i in 0..text.len() {
        match text.at(i) {
            '@' => mail(text, i, out),
            '2' | '1' => case(text, i, out),
            c if is_han(c) => plate(text, i, out),
            c if c.is_ascii_lowercase() => passport(text, i, out),
            _ => {}
        }
        account(text, i, out);
    }
}

const fn in_mail(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '%' | '+' | '-')
}

/// A mail address is at most so long on each side of its sign.
const MAIL: usize = 64;

fn mail(text: &Text, sign: usize, out: &mut Vec<Found>) {
    let skip = |c: char| usize::from(c == ' ');
    let right = sign + 1 + skip(text.at(sign + 1));
    let left = sign - skip(text.before(sign, 1)).min(sign);
    let mut from = left;
    while from > 0 && left - from < MAIL && in_mail(text.before(from, 1)) {
        from -= 1;
    }
    let mut to = right;
    while to < right + MAIL && in_mail(text.at(to)) {
        to += 1;
    }
    while to > right && matches!(text.before(to, 1), '.' | '-' | '_' | '+' | '%') {
        to -= 1;
    }
    let dotted = (right..to).any(|i| text.at(i) == '.');
    if from < left && to > right && (dotted || text.at(right).is_ascii_lowercase()) {
        out.push(Found { from, to, kind: Kind::Number });
    }
}

/// A character of an account or of a number with letters.
const fn in_token(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-' | '*')
}

/// Longest account that is looked at.
const TOKEN: usize = 40;

fn account(text: &Text, i: usize, out: &mut Vec<Found>) {
    let (messenger, number) = (ACCOUNT_CUES.at(text, i), NUMBER_CUES.at(text, i));
    let cue = messenger.max(number);
    if cue == 0 || text.at(i).is_ascii_lowercase() && text.before(i, 1).is_ascii_alphanumeric() {
        return;
    }
    // A cue in letters ends where the word ends ("id" is not the beginning of "idea"), save before a digit or `_`.
    let mut from = i + cue;
    if text.before(from, 1).is_ascii_lowercase()
        && text.at(from).is_ascii_lowercase()
        && text.at(i + 1).is_ascii_lowercase()
    {
        return;
    }
    for _ in 0..4 {
        let filler = FILLERS.at(text, from);
        from += if filler > 0 { filler } else { usize::from(text.at(from) == ' ') };
    }
    let mut to = from;
    while to < from + TOKEN && in_token(text.at(to)) {
        to += 1;
    }
    while to > from && matches!(text.before(to, 1), '-' | '*') && !(from..to).any(|k| text.at(k).is_ascii_digit()) {
        to -= 1;
    }
    let digits = (from..to).filter(|k| text.at(*k).is_ascii_digit()).count();
    let enough = if messenger >= number { to - from >= 5 || digits >= 4 } else { digits >= 4 };
    if enough && to > from {
        out.push(Found { from, to, kind: Kind::Number });
    }
}

/// 沪A·12345, 沪A D12345; with a cue before it also a part of one.
fn plate(text: &Text, i: usize, out: &mut Vec<Found>) {
    if PROVINCES.at(text, i) == 0 || !text.at(i + 1).is_ascii_lowercase() {
        return;
    }
    let mut to = i + 2;
    while to < i + 4 && matches!(text.at(to), ' ' | '·' | '-' | '.' | '•') {
        to += 1;
    }
    let first = to;
    let sign = |c: char| c.is_ascii_alphanumeric() || c == '*';
    while to < first + 7
        && (sign(text.at(to)) || (matches!(text.at(to), ' ' | '-') && sign(text.at(to + 1)) && to > first))
    {
        to += 1;
    }
    if matches!(text.at(to), '学' | '警' | '挂' | '港' | '澳' | '试') && to - first >= 4 {
        to += 1;
    }
    let digits = (first..to).filter(|k| text.at(*k).is_ascii_digit() || text.at(*k) == '*').count();
    if to - first >= 4 && digits >= 1 {
        out.push(Found { from: i, to, kind: Kind::Number });
    }
}

/// A letter or two and seven to nine digits: passports and passes. Longer mixtures with many digits are accounts.
fn passport(text: &Text, i: usize, out: &mut Vec<Found>) {
    if text.before(i, 1).is_ascii_alphanumeric() || text.before(i, 1) == '-' {
        return;
    }
    let mut to = i;
    while to < i + TOKEN && text.at(to).is_ascii_alphanumeric() {
        to += 1;
    }
    let digits = (i..to).filter(|k| text.at(*k).is_ascii_digit()).count();
    let letters = to - i - digits;
    // abc_8823: only accounts look like this.
    let mut whole = to;
    while whole < i + TOKEN && in_token(text.at(whole)) {
        whole += 1;
    }
    let score = (i..whole).any(|k| text.at(k) == '_');
    if score && whole - i >= 6 && (i..whole).any(|k| text.at(k).is_ascii_digit()) {
        out.push(Found { from: i, to: whole, kind: Kind::Number });
        return;
    }
    let passport = letters <= 2 && (7..=10).contains(&digits);
    if passport || (digits >= 8 && letters <= 6) {
        out.push(Found { from: i, to, kind: Kind::Number });
    }
}

/// (2026)沪0101民初1234号, 沪公(和)行罚决字〔2026〕00012号
fn case(text: &Text, year: usize, out: &mut Vec<Found>) {
    let open = text.before(year, 1);
    let close = text.at(year + 4);
    let four = (0..4).all(|k| text.at(year + k).is_ascii_digit());
    if !four || !matches!(open, '(' | '[' | '〔' | '【' | '{') || !matches!(close, ')' | ']' | '〕' | '】' | '}') {
        return;
    }
    let mut to = year + 5;
    let end = to + 24;
    while to < end
        && (is_han(text.at(to)) || text.at(to).is_ascii_alphanumeric() || matches!(text.at(to), '(' | ')' | '-'))
        && text.before(to, 1) != '号'
    {
        to += 1;
    }
    if text.before(to, 1) != '号' || !(year + 5..to).any(|k| text.at(k).is_ascii_digit()) {
        return;
    }
    // What stands before the year belongs to it when it ends like a kind of document.
    let mut from = year - 1;
    if matches!(text.before(from, 1), '字' | '发' | '决' | '通') {
        let least = from.saturating_sub(14);
        while from > least
            && !is_stop(text.before(from, 1))
            && (is_han(text.before(from, 1)) || matches!(text.before(from, 1), '(' | ')'))
        {
            from -= 1;
        }
    }
    out.push(Found { from, to, kind: Kind::Number });
}
