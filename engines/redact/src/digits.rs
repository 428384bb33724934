//! Telephone numbers and other long numbers, however they are typed.
//!
//! Digits of all kinds are read into one run; what stands between two digits (blanks, dashes, dots, a change from Arabic
//! to Chinese numerals) parts the run into groups. Then, from each group on, the first form that fits takes as many
//! groups as it needs. What has the form of a date, an hour, money or a size is skipped.

use crate::kind::Kind;
use crate::lists::words;
use crate::text::{Found, Text};

words! {
    /// What makes even a short number a telephone.
    PHONE_CUES = "电话 手机 手机号 联系方式 联系号码 联系我 致电 拨打 打给 打我 来电 回电 回拨 座机 固话 短号 小号 热线 号码 机号 call tel phone mobile ☎ 📞 📱 ☏ 电联 传真 打不通 呼叫 移动 联通 电信 拨";
    /// What makes a number one of somebody's account.
    NUMBER_CUES = "卡号 账号 帐号 账户 户号 身份证 身份证号 证件 护照 通行证 驾驶证 驾照 社保 社保号 社保卡 医保 医保卡 病历 病历号 住院号 门诊号 学号 工号 订单 订单号 单号 运单 快递单号 qq qq号 扣扣 q号 群号 密码 验证码 取件码 保单 合同号 发票号 存折 银行卡 尾号 后四位 末四位 后6位 后六位 案号 警号 报警回执 回执号 准考证 残疾证 ";
    /// Before money, sizes and counts.
    COUNT_CUES = "¥ ￥ $ 金额 价 价格 总价 房价 费 费用 款 共 共计 总计 合计 转账 转了 转走 转给 汇款 充值 被骗 损失 欠 欠款 工资 押金 租金 月租 赔偿 罚款 余额 面积 里程 读数 阅读 播放 点击 步数 浏览";
    /// After money, sizes and counts.
    UNITS = "元 块 万 千 百 亿 角 平 平方 ㎡ 米 公里 吨 斤 公斤 克 度 户 人 人次 个 台 辆 次 步 件 份 张 条 年 月 日 号线 路公交 % ‰ 倍 字 分贝 db kg km m 小时 分钟 秒 瓦 伏 kw rmb 美元 港币 英镑 点 岁 级 楼 层 室 弄 栋 幢";
    EXTENSION_CUES = "分机 分机号 转分机 内线";
    /// Before the last digits of a number.
    TAIL_CUES = "尾号 后四位 末四位 尾数";
}

/// A group of digits without anything between them.
#[derive(Clone, Copy)]
struct Group {
    from: usize,
    to: usize,
    /// Where its digits begin in the run's.
    first: usize,
    chinese: bool,
    /// What parts it from the group before: nothing (a change of numerals), or a character.
    gap: char,
}

struct Run {
    groups: Vec<Group>,
    digits: Vec<u8>,
}

pub(crate) fn find(text: &Text, out: &mut Vec<Found>) {
    let mut i = 0;
    while i < text.len() {
        if digit(text, i).is_none() {
            i += 1;
            continue;
        }
        let (run, end) = read(text, i);
        judge(text, &run, out);
        i = end.max(i + 1);
    }
}

/// A digit and whether it is a Chinese numeral.
fn digit(text: &Text, i: usize) -> Option<(u8, bool)> {
    let c = text.at(i);
    let arabic = |c: char| c.is_ascii_digit();
    Some(match c {
        '0'..='9' => (c as u8 - b'0', false),
        '〇' | '零' | '洞' => (0, true),
        '一' | '幺' | '壹' => (1, true),
        '二' | '贰' => (2, true),
        '两' if spoken(text.before(i, 1), text.before(i, 2)) && spoken(text.at(i + 1), text.at(i + 2)) => (2, true),
        '三' | '叁' => (3, true),
        '四' | '肆' => (4, true),
        '五' | '伍' => (5, true),
        '六' | '陆' => (6, true),
        '七' | '柒' | '拐' => (7, true),
        '八' | '捌' => (8, true),
        '九' | '玖' => (9, true),
        // Letters that look like digits, between digits.
        'o' | 'l' | 'i' | '|' => {
            let near = |c: char| arabic(c) || matches!(c, 'o' | 'l' | 'i' | '|');
            let (left, right) = (text.before(i, 1), text.at(i + 1));
            let digit_near = (arabic(left) && !right.is_ascii_lowercase()
                || arabic(right) && !left.is_ascii_lowercase())
                || (near(left)
                    && near(right)
                    && (arabic(text.before(i, 2)) || arabic(text.at(i + 2)) || arabic(left) || arabic(right)));
            if !digit_near {
                return None;
            }
            (u8::from(c != 'o'), false)
        }
        _ => return None,
    })
}

/// A Chinese numeral next to 两, or one over a blank.
fn spoken(near: char, far: char) -> bool {
    let numeral =
        |c| matches!(c, '零' | '幺' | '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '洞' | '拐');
    numeral(near) || (near == ' ' && numeral(far))
}

const fn gap(c: char) -> bool {
    matches!(c, ' ' | '-' | '.' | '·' | '*' | '_' | '/' | '~' | '(' | ')' | '+' | ',' | '、' | '—' | '转')
}

/// Longest piece between two groups.
const GAP: usize = 3;

fn read(text: &Text, start: usize) -> (Run, usize) {
    let mut run = Run { groups: Vec::new(), digits: Vec::new() };
    let (mut i, mut between, mut dead_gap) = (start, '\0', 0);
    while let Some((value, chinese)) = digit(text, i) {
        match run.groups.last_mut().filter(|g| dead_gap == 0 && g.chinese == chinese) {
            Some(group) => group.to = i + 1,
            None => run.groups.push(Group { from: i, to: i + 1, first: run.digits.len(), chinese, gap: between }),
        }
        run.digits.push(value);
        i += 1;
        dead_gap = 0;
        between = '\0';
        let mut j = i;
        while j < i + GAP && gap(text.at(j)) {
            // The most telling of several characters stands for all.
            let c = text.at(j);
            between = if between == '\0' || between == ' ' { c } else { between };
            j += 1;
        }
        if j > i && digit(text, j).is_some() {
            dead_gap = j - i;
            i = j;
        }
    }
    let end = run.groups.last().map_or(start + 1, |g| g.to);
    (run, end)
}

/// Some groups of a run, one after the other.
struct Piece<'a> {
    text: &'a Text,
    groups: &'a [Group],
    digits: &'a [u8],
}

impl Piece<'_> {
    fn from(&self) -> usize {
        self.groups.first().map_or(0, |g| g.from)
    }
    fn to(&self) -> usize {
        self.groups.last().map_or(0, |g| g.to)
    }
    fn lengths(&self) -> Vec<usize> {
        self.groups.iter().map(|g| g.to - g.from).collect()
    }
    fn begins(&self, digits: &[u8]) -> bool {
        self.digits.starts_with(digits)
    }
    fn number(&self, from: usize, n: usize) -> u32 {
        self.digits.iter().skip(from).take(n).fold(0, |sum, d| sum * 10 + u32::from(*d))
    }
    fn gaps(&self) -> impl Iterator<Item = char> + '_ {
        self.groups.iter().skip(1).map(|g| g.gap)
    }
    /// Groups parted by a comma are a list, save where they make one number.
    fn has_gap(&self, c: char) -> bool {
        self.gaps().any(|g| g == c)
    }
    fn chinese(&self) -> bool {
        self.groups.iter().any(|g| g.chinese)
    }
}

fn judge(text: &Text, run: &Run, out: &mut Vec<Found>) {
    let mut g = 0;
    while g < run.groups.len() {
        let took = (1..=MOST_GROUPS.min(run.groups.len() - g)).rev().map(|k| (k, piece(text, run, g, k)));
        let mut pieces: Vec<(usize, Piece<'_>)> = took.collect();
        let found =
            FORMS.iter().find_map(|form| pieces.iter().find_map(|(k, piece)| form(piece).map(|what| (*k, what))));
        let Some((k, what)) = found else {
            g += 1;
            continue;
        };
        if let What::Hide(kind) = what
            && let Some((_, piece)) = pieces.iter_mut().find(|(n, _)| *n == k)
        {
            let (from, to) = widen(text, piece.from(), piece.to());
            out.push(Found { from, to, kind });
        }
        g += k;
    }
}

/// A number has at most so many groups (`1 3 8 0 0 0 0 1 2 3 4` has eleven, an identity number eighteen).
const MOST_GROUPS: usize = 18;

fn piece<'a>(text: &'a Text, run: &'a Run, g: usize, k: usize) -> Piece<'a> {
    let groups = run.groups.get(g..g + k).unwrap_or_default();
    let from = groups.first().map_or(0, |g| g.first);
    let to = run.groups.get(g + k).map_or(run.digits.len(), |g| g.first);
    Piece { text, groups, digits: run.digits.get(from..to).unwrap_or_default() }
}

enum What {
    Hide(Kind),
    Leave,
}

/// In the order of trust.
const FORMS: &[fn(&Piece<'_>) -> Option<What>] = &[
    own_number, identity, mobile, landline, abroad, public, date, hours, counting, counted, extension, cued, local,
    starred, long,
];

/// A number that this program gave to a matter, for talking about it.
fn own_number(p: &Piece<'_>) -> Option<What> {
    let own = p.text.before(p.from(), 1) == '-' && p.text.before(p.from(), 2).is_ascii_lowercase();
    (own && p.lengths() == [4, 5]).then_some(What::Leave)
}

/// Numbers that everybody may call: 110, 12345, 95xxx, 10086.
fn public(p: &Piece<'_>) -> Option<What> {
    let known = (3..=6).contains(&p.digits.len())
        && [&[1, 1][..], &[1, 2], &[9, 5], &[9, 6], &[1, 0, 0]].iter().any(|begin| p.begins(begin));
    (known && p.groups.len() == 1 && !p.chinese() && !number_cue(p)).then_some(What::Leave)
}

fn identity(p: &Piece<'_>) -> Option<What> {
    let n = p.digits.len();
    let x = matches!(p.text.at(p.to()), 'x' | '×');
    let born = |year: u32, at: usize| (1850..2100).contains(&year) && day(p.number(at, 2), p.number(at + 2, 2));
    let eighteen = (n == 18 || (n == 17 && x)) && (born(p.number(6, 4), 10) || checks(p));
    let fifteen = n == 15 && born(1900 + p.number(6, 2), 8);
    (eighteen || fifteen).then_some(What::Hide(Kind::Number))
}

/// GB 11643: the eighteenth digit is a check of the others, modulo 11.
fn checks(p: &Piece<'_>) -> bool {
    let sum: u32 = p.digits.iter().take(17).zip((1..18).rev()).map(|(d, i)| u32::from(*d) * (2u32.pow(i) % 11)).sum();
    p.digits.get(17).map_or(10, |d| u32::from(*d)) == (12 - sum % 11) % 11
}

fn mobile(p: &Piece<'_>) -> Option<What> {
    let plain = p.digits.len() == 11 && p.begins(&[1]);
    let with_country =
        p.digits.len() == 13 && p.begins(&[8, 6, 1]) || p.digits.len() == 15 && p.begins(&[0, 0, 8, 6, 1]);
    if !plain && !with_country {
        return None;
    }
    // 121.47370123 is a place on the map; 2 × 3 groups of a list are no telephone.
    let lengths = p.lengths();
    let dotted = p.has_gap('.') && lengths.len() == 2 && lengths.last() > Some(&4);
    let listed = (p.has_gap(',') || p.has_gap('、'))
        && lengths.iter().any(|n| *n < 3)
        && !p.groups.iter().all(|g| g.chinese || g.to - g.from == 1);
    let dated = is_date(p)
        || lengths.first() == Some(&4) && lengths.get(1) == Some(&2) && (p.begins(&[1, 9]) || p.begins(&[2, 0]));
    (!dotted && !listed && !dated).then_some(What::Hide(Kind::Phone))
}

fn landline(p: &Piece<'_>) -> Option<What> {
    let n = p.digits.len();
    if p.has_gap(',') || p.has_gap('、') {
        return None;
    }
    let first = p.lengths().first().copied().unwrap_or(0);
    let area = p.begins(&[0]) && (10..=12).contains(&n) && (first == 3 || first == 4 || first >= 10 || p.chinese());
    let extension = p.begins(&[0])
        && (11..=18).contains(&n)
        && (3..=12).contains(&first)
        && p.groups.last().is_some_and(|g| g.gap == '转' || (g.gap == '-' && g.to - g.from <= 5))
        && p.groups.len() >= 3;
    let country = (n == 12 || n == 13) && p.begins(&[8, 6]) && matches!(p.text.before(p.from(), 1), '+' | '(');
    let service = n == 10 && (p.begins(&[4, 0, 0]) || p.begins(&[8, 0, 0]));
    let amount = p.digits.first() == Some(&4) && units_after(p);
    ((area || extension || country || service) && !amount && !is_date(p)).then_some(What::Hide(Kind::Phone))
}

/// `+44 20 7946 0000`
fn abroad(p: &Piece<'_>) -> Option<What> {
    let plus =
        p.text.before(p.from(), 1) == '+' || p.text.before(p.from(), 2) == '+' && p.text.before(p.from(), 1) == '(';
    (plus && (8..=15).contains(&p.digits.len())).then_some(What::Hide(Kind::Phone))
}

const fn day(month: u32, day: u32) -> bool {
    month >= 1 && month <= 12 && day >= 1 && day <= 31
}

fn is_date(p: &Piece<'_>) -> bool {
    let year = p.number(0, 4);
    if !(1900..2100).contains(&year) {
        return false;
    }
    match p.lengths().as_slice() {
        [4, m, d] if *m <= 2 && *d <= 2 => day(p.number(4, *m), p.number(4 + m, *d)),
        [8] => day(p.number(4, 2), p.number(6, 2)),
        [12 | 14] => day(p.number(4, 2), p.number(6, 2)) && p.number(8, 2) < 24,
        [4, 4] => (1900..2100).contains(&p.number(4, 4)) || day(p.number(4, 2), p.number(6, 2)),
        _ => false,
    }
}

fn date(p: &Piece<'_>) -> Option<What> {
    (is_date(p) && !phone_cue(p) && !number_cue(p)).then_some(What::Leave)
}

/// `0800-1730`
fn hours(p: &Piece<'_>) -> Option<What> {
    let hour = |at: usize| p.number(at, 2) <= 24 && p.number(at + 2, 2) < 60;
    let both = p.lengths() == [4, 4] && (p.has_gap('-') || p.has_gap('~')) && hour(0) && hour(4);
    (both && !phone_cue(p)).then_some(What::Leave)
}

/// 一二三四五六七
fn counting(p: &Piece<'_>) -> Option<What> {
    let up = p.digits.len() >= 3 && p.digits.iter().zip(p.digits.iter().skip(1)).all(|(a, b)| *b == a + 1);
    (up && p.digits.len() < 10 && !number_cue(p)).then_some(What::Leave)
}

fn extension(p: &Piece<'_>) -> Option<What> {
    let cued = cue(p, &EXTENSION_CUES) && p.groups.len() == 1 && (2..=6).contains(&p.digits.len());
    cued.then_some(What::Hide(Kind::Phone))
}

/// Money, sizes, counts. A single group: lists are looked at one by one.
fn counted(p: &Piece<'_>) -> Option<What> {
    let one = p.groups.len() == 1
        || p.gaps().all(|g| matches!(g, '.' | ','))
        || p.gaps().all(|g| matches!(g, '-' | '~' | '\0'));
    let counted = units_after(p) || (count_before(p) && !number_cue(p) && p.digits.len() < 12);
    (one && counted && !phone_cue(p)).then_some(What::Leave)
}

fn units_after(p: &Piece<'_>) -> bool {
    let blank = usize::from(p.text.at(p.to()) == ' ');
    let at = p.to() + blank;
    // "1234号码" is no house and "12345678人工" no crowd, but nearly always a unit is one.
    UNITS.has(p.text, at) && !(blank == 1 && p.text.at(at).is_ascii_lowercase())
}

/// Whether a cue ends shortly before the number, with nothing but filling between.
fn cue(p: &Piece<'_>, list: &crate::lists::Words) -> bool {
    let mut at = p.from();
    for _ in 0..7 {
        if list.before(p.text, at) > 0 {
            return true;
        }
        if at == 0
            || !matches!(
                p.text.before(at, 1),
                ' ' | ':'
                    | '：'
                    | '('
                    | '（'
                    | '是'
                    | '为'
                    | '号'
                    | '码'
                    | '的'
                    | '我'
                    | '他'
                    | '她'
                    | '就'
                    | '+'
                    | '='
                    | '"'
                    | '“'
                    | '「'
                    | '了'
                    | '-'
                    | ','
                    | '有'
                    | '请'
                    | '数'
                    | '个'
            )
        {
            return false;
        }
        at -= 1;
    }
    false
}

fn phone_cue(p: &Piece<'_>) -> bool {
    cue(p, &PHONE_CUES)
}
fn number_cue(p: &Piece<'_>) -> bool {
    cue(p, &NUMBER_CUES)
}
fn count_before(p: &Piece<'_>) -> bool {
    cue(p, &COUNT_CUES)
}

/// Short numbers behind a cue.
fn cued(p: &Piece<'_>) -> Option<What> {
    let n = p.digits.len();
    if p.has_gap(',') || p.has_gap('、') || p.has_gap('.') {
        return None;
    }
    if number_cue(p) && n >= 3 && !(n < 4 && p.chinese()) {
        let kind = if cue(p, &TAIL_CUES) { Kind::Phone } else { Kind::Number };
        return Some(What::Hide(kind));
    }
    (phone_cue(p) && (5..=15).contains(&n)).then_some(What::Hide(Kind::Phone))
}

/// Seven or eight digits: a telephone without its area.
fn local(p: &Piece<'_>) -> Option<What> {
    let n = p.digits.len();
    let typed =
        matches!(p.lengths().as_slice(), [7 | 8] | [3 | 4, 4] | [2, 2, 2, 2]) || p.groups.iter().all(|g| g.chinese);
    let parted = !p.has_gap(',') && !p.has_gap('、') && !p.has_gap('.') && !p.has_gap('/') && !p.has_gap('~');
    let lettered = p.text.before(p.from(), 1).is_ascii_lowercase();
    ((n == 7 || n == 8) && typed && parted && !lettered && !units_after(p)).then_some(What::Hide(Kind::Phone))
}

/// `138****1234`
fn starred(p: &Piece<'_>) -> Option<What> {
    let stars = p.groups.len() == 2 && p.has_gap('*') && p.digits.len() >= 6;
    stars.then_some(What::Hide(Kind::Phone))
}

/// Nine digits and more are nobody's house number.
fn long(p: &Piece<'_>) -> Option<What> {
    let n = p.digits.len();
    let apart = p.groups.len() == 1
        || (n >= 12 && p.gaps().all(|g| matches!(g, ' ' | '-')) && p.lengths().iter().all(|l| *l >= 3));
    (n >= 9 && apart && !p.chinese() && !units_after(p)).then_some(What::Hide(Kind::Number))
}

/// Takes the country code, a bracket and the last X along.
fn widen(text: &Text, mut from: usize, mut to: usize) -> (usize, usize) {
    if text.before(from, 1) == '(' && (from..to).any(|i| text.at(i) == ')') {
        from -= 1;
    }
    if text.before(from, 1) == '+' {
        from -= 1;
    }
    if matches!(text.at(to), 'x' | '×') && !text.at(to + 1).is_ascii_alphanumeric() {
        to += 1;
    }
    (from, to)
}
