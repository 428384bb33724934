//! Names of persons.
//!
//! A run of Chinese characters is cut into common words and names so that the whole is likeliest (the shortest path over
//! costs of [`crate::model`], as word segmentation has been done since the nineties). A name costs what its surname and
//! the characters of its given name cost; a title behind it or a cue before it takes off some of that. So 高空 and 马上
//! are words, and 高强 and 马上进 are names where the rest of the sentence leaves no better reading.

use crate::kind::Kind;
use crate::lists::{Words, words};
use crate::model::{LONGEST, MODEL, Model};
use crate::pattern::is_numeral;
use crate::text::{BARRIER, EDGE, Found, Text, is_han};
use std::collections::HashSet;

words! {
    /// A name follows, whatever its form.
    STRONG_CUES = "我叫 我名叫 本人叫 本人姓名 名叫 名字叫 名字是 全名 姓名 姓名: 联系人 联系人: 户主 户主: 反映人 反映人: 投诉人 投诉人: 举报人 举报人: 报警人 来电人 求助人 当事人 申请人 签名 署名 落款 敬上 收件人 收款人 开户名 户名 法人 法定代表人 法人代表 负责人 负责人: 联络人 紧急联系人 监护人 叫做 化名 真名 实名 本名 曾用名 名为 取名 大名 我是 他叫 她叫 叫 是叫 人叫 房主 产权人 持卡人 车主 承租人 出租人 经办人 受害人 嫌疑人 走失人 老人叫 孩子叫 具名 姓名是 称呼 称呼: 反映人是 联系 找 机主";
    /// A name follows often.
    CUES = "聋哑人 残疾人 盲人 工人 党员 上写 写着 写的是 本人 邻居 租客 租户 房客 业主 房东 居民 村民 市民 住户 老板 老板娘 店主 店长 户主 男子 女子 司机 师傅 员工 同事 同学 朋友 网友 儿子 女儿 孙子 孙女 外孙 外孙女 老公 老婆 丈夫 妻子 老伴 父亲 母亲 爸爸 妈妈 爷爷 奶奶 外公 外婆 弟弟 哥哥 姐姐 妹妹 侄子 侄女 外甥 女婿 儿媳 媳妇 亲家 孩子 患者 病人 老人 学生 家长 班主任 老师 医生 护士 会计 大夫 律师 民警 警官 辅警 保安 保洁 经理 主任 书记 队长 组长 楼长 楼组长 网格员 社工 物业 包工头 工头 会计 局长 所长 主管 客服 中介 男友 女友 男朋友 女朋友 前夫 前妻 叔叔 阿姨 大爷 大妈 大叔 大姐 大哥 嫂子 表哥 表弟 表姐 表妹 堂哥 堂弟 舅舅 姑姑 姨妈 伯伯 婆婆 公公 岳父 岳母 战友 骗子 老太太 老太 老头 老汉 老大爷 小伙 小伙子 姑娘 同住人 室友 乘客 代表 团长 志愿者 楼上 楼下 隔壁 对门 和 与 跟 找 被 让 给 向 把 问 劝 同 是 及 、";
    /// Behind a surname; what stands with it is a name.
    TITLES = "小朋友 先生 女士 小姐 太太 阿姨 叔叔 大叔 大伯 伯伯 大爷 大妈 大娘 大婶 婶婶 大姐 大哥 大嫂 嫂子 奶奶 爷爷 婆婆 阿婆 阿公 阿伯 阿叔 爷叔 伯母 伯父 老师 医生 大夫 护士 护士长 师傅 经理 主任 书记 局长 处长 科长 队长 所长 站长 院长 校长 厂长 村长 镇长 乡长 区长 市长 县长 组长 班长 店长 园长 行长 部长 楼长 排长 团长 社长 董事长 总经理 警官 警员 警察 民警 辅警 律师 法官 检察官 老板 老板娘 同学 同志 教授 教练 博士 会计 秘书 某某 某人 妈妈 爸爸 老爷子 老太 老太太 老头 老汉 大姑 大舅 外婆 外公 娘娘 阿奶 嬢嬢 孃孃 姆妈 小哥 小弟 小妹 保安 调解员 网格员 社工 委员 干事 调查员 工程师 设计师 房东 船长 老弟 老哥 老姐 老伯 老兄 家媳妇 家儿子 家女儿 家老太 家老头 家阿姨 家阿婆 道长 法师 师父 导员 辅导员 副主任 副所长 副书记 副局长 副校长 主管 总监 专员";
    /// A name stood before it.
    AFTER = "说 称 反映 来电 家的 家里 家住 一家 夫妇 夫妻 两口子 父子 母女 母子 兄弟 姐妹 等人 的电话 电话 手机 身份证 住在 住 本人 今年 现年 今日 男 女 ( （ : ： 他 她 先生 女士 小姐 老师 同学 同志 师傅 阿姨 叔叔 老板 医生 主任 书记 队长 经理 警官 律师 因 于 借 欠 骗 打 骂 带 把 被 在 又 多次 经常 天天 整天 每天 私自 擅自 长期 不 没 拒 要 拿 办 养 做 开 卖 收 买 给 对 就 也 都 还 曾 想 未 等 已 已经 昨天 昨晚 早上 晚上 每 那 从 去 和 跟 与 同 及 、 , ， 。";
    /// What follows makes it the name of a place or a thing.
    PLACES_AFTER = "支路 西路 东路 南路 北路 中路 一路 二路 三路 支弄 北街 南街 东街 西街 公路 之家 记 牌子 轩 阁 斋 居 坊 路 街 大道 大街 村 镇 弄 桥 里弄 巷 站 庙 宅 浜 塘 小区 新村 花园 苑 公寓 大厦 广场 公园 医院 学校 小学 中学 大学 幼儿园 超市 饭店 餐厅 酒店 专卖 牌 寺 山 河 江 湖 岛 湾 区 县 市 省 州 庄 屯 码头 渡 集团 公司 银行 烧烤 面馆 火锅 拉面 菜馆 地铁 线 镇上 城 府 馆 堂 杯 品牌 菜 鱼 鸡 鸭 面 粉 茶 酒";
    /// Not beside a single surname: 百姓, 贵姓.
    NOT_SURNAME_CUE = "百姓 贵姓 同姓 异姓 老姓";
    /// Where a name without a surname behind a strong cue ends.
    ENDS = "住 的 家 是 , ， 。 、 ; ； ( （ ) 电 手 今 女 男 联 身 年 现 在 ! ？ ? : ： 系 和";
    /// Surnames that count things, and what stands before them then.
    COUNTED = "张 段 包 项 班 管 方 车 盘 卷 支 台 家 边 层 对 间 顿 根 幅 户 平";
    COUNTS = "一 二 两 三 四 五 六 七 八 九 十 几 有 这 那 每 半 多 某 整 哪 0 1 2 3 4 5 6 7 8 9 个";
    /// A word that ends so is a place.
    LAST = "之 记 苑 庭 湾 府 坊 城 墅 邸 轩 阁 路 街 村 镇 弄 桥 巷 区 县 市 楼 号 室 站 门 店 厂 院 校 园 馆 场 处 局 队 组 车 人 们 的 了 系";
    KIN = "小朋友 同学 宝宝 叔 婶 姨 伯 爷 奶 哥 姐 嫂 婆 公 阿姨 叔叔 阿婆 大妈 大爷 奶奶 爷爷 老师 师傅 妈 爸";
    NOT_PERSON = "他 她 它 你 您 我 人 救护 警 过 了 物 保 谁 什 不 大 这 那 外 家 辆 车 快 出 滴 号 苦 嚣 喊 停 醒 板 来 去 上 到 得 好 做";
    /// Parts of Uyghur, Kazakh, Tibetan and Mongolian names.
    NAME_PARTS = "阿依古丽 古丽 古丽娜 阿依 迪丽热巴 迪丽 热依 热依汗 祖丽 帕提 买买提 麦麦提 买提 吐尔逊 吐逊 艾山 艾力 艾尼 艾买提 艾合买提 玉素甫 玉山 伊力 伊明 依明 木合塔尔 阿不都 阿卜杜 阿布都 热合曼 热合木 库尔班 努尔 努尔古丽 巴哈尔 叶尔 别克 哈孜 木拉提 扎西 卓玛 次仁 次旺 多吉 央金 格桑 平措 旺堆 旺姆 拉姆 尼玛 达瓦 索朗 白玛 德吉 仁增 仁青 洛桑 丹增 顿珠 曲珍 贡布 巴桑 边巴 米玛 普布 巴特尔 其其格 乌云 格日勒 苏日娜 娜仁 图雅 朝鲁 宝音 斯琴 高娃 哈斯 呼和 乌兰 萨仁 那日 阿拉坦 布和 特木尔 巴雅尔 苏和 敖登";
    NICK = "小 老 阿 大";
}

/// Titles of one character and what they cost.
const SHORT_TITLES: &[(char, f32)] = &[
    ('某', 0.0),
    ('总', 3.5),
    ('工', 5.0),
    ('哥', 2.5),
    ('姐', 2.0),
    ('叔', 1.0),
    ('婶', 0.5),
    ('姨', 1.0),
    ('伯', 1.5),
    ('嫂', 1.0),
    ('爷', 3.0),
    ('奶', 4.0),
    ('妈', 3.0),
    ('爸', 3.0),
    ('董', 3.5),
    ('老', 5.0),
    ('局', 4.0),
    ('处', 6.0),
    ('队', 4.5),
    ('所', 6.0),
    ('科', 5.0),
    ('院', 6.5),
    ('校', 6.5),
    ('导', 5.0),
    ('医', 5.0),
    ('警', 4.5),
    ('婆', 3.0),
    ('公', 6.0),
    ('娘', 3.5),
    ('师', 5.0),
    ('氏', 2.5),
    ('姓', 5.0),
    ('佬', 3.0),
    ('仔', 3.0),
    ('妹', 3.0),
    ('弟', 3.5),
    ('太', 3.5),
    ('爹', 3.0),
    ('舅', 3.0),
    ('姑', 3.0),
];

/// Costs (natural logarithms, estimated on news and adjusted on `tests/corpus`).
const BASE: f32 = 4.2;
const STRONG: f32 = 8.0;
const CUE: f32 = 2.6;
const AFTER_BONUS: f32 = 1.4;
const PLACE: f32 = 12.0;
/// Characters that build sentences, not names.
const FUNCTION: &str = "的是不只要也就都还说没在把被让给到过着了吗呢吧很太更最再又下后里外内前这那些么";
/// Nothing but the name between two marks of punctuation.
const ALONE: f32 = 2.0;

pub(crate) fn find(text: &Text, keep: &Words, out: &mut Vec<Found>) {
    let mut known = Known::default();
    let mut i = 0;
    while i < text.len() {
        if !is_han(text.at(i)) {
            i += 1;
            continue;
        }
        let mut to = i + 1;
        while is_han(text.at(to)) {
            to += 1;
        }
        cut(&Run { text, from: i, to, keep }, out, &mut known);
        i = to;
    }
    for i in 0..text.len() {
        dotted(text, i, out);
        crossed(text, i, out);
        starred(text, i, out);
        latin(text, i, out);
    }
    known.again(text, out);
}

/// A run of Chinese characters.
struct Run<'a> {
    text: &'a Text,
    from: usize,
    to: usize,
    keep: &'a Words,
}

/// The best way to a place: its cost, how long the last step is, and whether it is a name.
#[derive(Clone, Copy)]
struct Step {
    cost: f32,
    length: usize,
    name: Option<Named>,
}

/// What part of a step is hidden, and how sure it is.
#[derive(Clone, Copy)]
struct Named {
    hide: usize,
    /// A surname with a given name.
    full: bool,
}

fn cut(run: &Run<'_>, out: &mut Vec<Found>, known: &mut Known) {
    let model = &*MODEL;
    let n = run.to - run.from;
    let mut best = vec![Step { cost: f32::INFINITY, length: 1, name: None }; n + 1];
    if let Some(first) = best.first_mut() {
        first.cost = 0.0;
    }
    let mut steps = Vec::new();
    for k in 0..n {
        let here = best.get(k).map_or(f32::INFINITY, |s| s.cost);
        steps.clear();
        run.steps(model, run.from + k, &mut steps);
        for step in &steps {
            let cost = here + step.cost;
            if let Some(there) = best.get_mut(k + step.length).filter(|there| cost < there.cost) {
                *there = Step { cost, ..*step };
            }
        }
    }
    let mut at = n;
    while at > 0 {
        let Some(step) = best.get(at) else { return };
        let from = run.from + at - step.length;
        if let Some(named) = step.name {
            out.push(Found { from, to: from + named.hide, kind: Kind::Name });
            if named.full {
                known.add(run.text, from, from + named.hide);
            }
        }
        at -= step.length;
    }
}

impl Run<'_> {
    fn chars(&self, i: usize, n: usize) -> Option<[char; LONGEST]> {
        if n > LONGEST || i + n > self.to {
            return None;
        }
        let mut word = ['\0'; LONGEST];
        word.iter_mut().take(n).enumerate().for_each(|(k, c)| *c = self.text.at(i + k));
        Some(word)
    }

    /// Every way to go on from `i`.
    fn steps(&self, model: &Model, i: usize, steps: &mut Vec<Step>) {
        let c = self.text.at(i);
        steps.push(Step { cost: model.single(c), length: 1, name: None });
        for n in 2..=LONGEST {
            let word = self.chars(i, n);
            if let Some(cost) = word.and_then(|w| model.word(w.get(..n)?)) {
                steps.push(Step { cost, length: n, name: None });
            }
        }
        let kept = self.keep.at(self.text, i);
        if kept > 0 && i + kept <= self.to {
            steps.push(Step { cost: 1.0, length: kept, name: None });
        }
        let before = Before::of(self.text, i);
        for n in [1, 2] {
            if let Some(surname) = self.chars(i, n).and_then(|w| model.surname(w.get(..n)?)) {
                self.named(model, i, n, surname, &before, steps);
            }
        }
        self.nick(model, i, steps);
        let part = NAME_PARTS.at(self.text, i);
        if part > 0 {
            self.push(i, 7.0 + 0.5 * part as f32, part, part, false, steps);
        }
        if before.strong {
            self.without_surname(i, steps);
        }
    }

    fn push(&self, i: usize, cost: f32, length: usize, hide: usize, full: bool, steps: &mut Vec<Step>) {
        if i + length <= self.to {
            steps.push(Step { cost: cost.max(0.5), length, name: Some(Named { hide, full }) });
        }
    }

    /// Names that begin with a surname of `n` characters at `i`.
    fn named(&self, model: &Model, i: usize, n: usize, surname: f32, before: &Before, steps: &mut Vec<Step>) {
        let text = self.text;
        let after = i + n;
        let often_else = surname > 9.0;
        let surname = if n == 2 { 6.0 } else { surname };
        // The character before makes a word with the surname: 保安|队长, not 安队长.
        let crossing =
            if is_han(text.before(i, 1)) && model.word(&[text.before(i, 1), text.at(i)]).is_some() { 6.0 } else { 0.0 };
        // 姓王
        if text.before(i, 1) == '姓' && NOT_SURNAME_CUE.before(text, i) == 0 && i > self.from {
            self.push(i, 0.5, n, n, false, steps);
        }
        // 王阿姨
        let title = TITLES.at(text, after);
        if title > 0 {
            let other =
                if often_else && before.bonus < CUE { if is_han(text.before(i, 1)) { 10.0 } else { 4.0 } } else { 0.0 };
            self.push(
                i,
                3.0 + surname * 0.8 + other + crossing - before.bonus * 0.5,
                n + title,
                n + title,
                false,
                steps,
            );
        }
        if let Some((_, cost)) = SHORT_TITLES.iter().find(|(t, _)| *t == text.at(after)) {
            let mut length = n + 1;
            // 王某某, 王某国
            if text.at(after) == '某' {
                let more = text.at(after + 1);
                length +=
                    usize::from(more == '某' || (is_han(more) && model.given(more) < 7.5 && model.single(more) > 8.0));
            }
            self.push(i, BASE + surname + cost - before.bonus, length, length, false, steps);
        }
        // 龙老三
        if text.at(after) == '老'
            && matches!(text.at(after + 1), '大' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '幺' | '汉')
            && !often_else
        {
            self.push(i, 3.0 + surname, n + 2, n + 2, false, steps);
        }
        for given in [1, 2] {
            let Some(word) = self.chars(after, given) else { continue };
            let chars = word.get(..given).unwrap_or_default();
            let mut cost: f32 = chars
                .iter()
                .enumerate()
                .map(|(k, c)| if *c == '阿' && k == 0 && given == 2 { 5.0 } else { model.given(*c) })
                .sum();
            // A given name that is a word (国庆, 建设) costs no more than the word.
            if let Some(word) = model.word(chars) {
                cost = cost.min(word + 2.0);
            }
            let end = after + given;
            cost += BASE + surname + if given == 1 { 1.2 } else { 0.3 };
            cost -= before.bonus;
            if AFTER.has(text, end) || end == self.to {
                cost -= AFTER_BONUS;
            }
            if TITLES.has(text, end) {
                cost -= 3.0;
            }
            if PLACES_AFTER.has(text, end) && !TITLES.has(text, end) {
                cost += PLACE;
            }
            if chars.iter().all(|c| is_numeral(*c)) {
                cost += if given == 2 { 9.0 } else { 1.0 };
            }
            // 有张卡, 一段路
            if COUNTED.has(text, i) && COUNTS.before(text, i) > 0 {
                cost += 9.0;
            }
            if chars.iter().any(|c| FUNCTION.contains(*c)) {
                cost += 5.0;
            }
            let alone = i == self.from && end == self.to;
            if alone {
                cost -= ALONE;
            }
            if LAST.has(text, end - 1) {
                cost += if alone && matches!(text.at(end - 1), '城' | '轩' | '阁' | '坊' | '园' | '湾' | '庭') {
                    3.0
                } else {
                    8.0
                };
            }
            if often_else && !before.strong && !TITLES.has(text, end) {
                cost += if before.bonus >= CUE { 2.0 } else { 6.0 };
            }
            cost += crossing * 0.25;
            self.push(i, cost, n + given, n + given, true, steps);
        }
    }

    /// 老王, 小李, 阿芳; 秀英阿姨.
    fn nick(&self, model: &Model, i: usize, steps: &mut Vec<Step>) {
        let text = self.text;
        let next = text.at(i + 1);
        if NICK.has(text, i) && is_han(next) {
            let surname = model.surname(&[next]).filter(|cost| *cost <= 7.0);
            let third = text.at(i + 2);
            let end = !is_han(third)
                || AFTER.has(text, i + 2)
                || TITLES.has(text, i + 2)
                || KIN.has(text, i + 2)
                || matches!(third, '家' | '的' | '也');
            let cost = match text.at(i) {
                '老' | '小' => surname.map(|cost| cost + 6.0),
                '大' => surname
                    .filter(|cost| *cost <= 6.0 && end && model.word(&['大', next]).is_none())
                    .map(|cost| cost + 7.0),
                '阿' => Some(model.given(next).min(surname.unwrap_or(20.0) + 2.0) + 6.0).filter(|cost| *cost < 14.5),
                _ => None,
            };
            if let Some(cost) = cost {
                self.push(i, if end { cost - 2.0 } else { cost + 2.0 }, 2, 2, false, steps);
                let kin = KIN.at(text, i + 2).max(usize::from(matches!(third, '头' | '汉')));
                if kin > 0 {
                    self.push(i, cost - 2.0, 2 + kin, 2 + kin, false, steps);
                }
            }
        }
        // A given name of two characters and a word of kinship.
        let kin = KIN.at(text, i + 2);
        let before = text.before(i, 1);
        if kin > 0 && (!is_han(before) || CUES.before(text, i) > 0) {
            let cost = model.given(text.at(i)) + model.given(next);
            if cost < 15.0 {
                self.push(i, cost + 5.0, 2 + kin, 2 + kin, false, steps);
            }
        }
    }

    /// Behind 我叫: up to four characters whatever they are, when they end like a name.
    fn without_surname(&self, i: usize, steps: &mut Vec<Step>) {
        let text = self.text;
        if NOT_PERSON.has(text, i) {
            return;
        }
        for n in 2..=LONGEST {
            let end = i + n;
            let words =
                n > 2 && (0..n - 1).any(|k| self.chars(i + k, 2).and_then(|w| MODEL.word(w.get(..2)?)).is_some());
            if words {
                continue;
            }
            let given: f32 = (0..n).map(|k| MODEL.given(text.at(i + k))).sum();
            if n == 2 && given < 13.0 && (end == self.to || ENDS.has(text, end)) {
                self.push(i, 5.0, n, n, true, steps);
            }
            if end <= self.to && !LAST.has(text, end - 1) && (end == self.to || ENDS.has(text, end)) {
                self.push(i, 8.0 + 3.2 * n as f32, n, n, true, steps);
            }
        }
    }
}

/// What stands before a name.
struct Before {
    strong: bool,
    bonus: f32,
}

impl Before {
    fn of(text: &Text, i: usize) -> Self {
        // A colon, a blank, 是 or 为 between the cue and the name change nothing.
        let mut at = i;
        for _ in 0..3 {
            if at > 0
                && matches!(text.before(at, 1), ':' | '：' | ' ' | '是' | '为' | '"' | '“' | '「' | '(' | '（' | '叫')
                && STRONG_CUES.before(text, at) == 0
            {
                at -= 1;
            }
        }
        let strong = STRONG_CUES.before(text, at) > 0;
        let weak = CUES.before(text, i) > 0;
        let fresh = !is_han(text.before(i, 1));
        let bonus = if strong {
            STRONG
        } else if weak {
            CUE
        } else if fresh {
            1.0
        } else {
            0.0
        };
        Self { strong, bonus }
    }
}

/// A name with middle dots is at most so long from one of them on.
const DOTTED: usize = 20;

/// Names with a middle dot: 买买提·艾山.
fn dotted(text: &Text, i: usize, out: &mut Vec<Found>) {
    if text.at(i) != '·' || !is_han(text.at(i + 1)) || !is_han(text.before(i, 1)) {
        return;
    }
    let mut to = i + 1;
    let mut part = 0;
    while part < 6 && to < i + DOTTED && (is_han(text.at(to)) && !DOT_ENDS.has(text, to) || text.at(to) == '·') {
        part = if text.at(to) == '·' { 0 } else { part + 1 };
        to += 1;
    }
    let mut from = i;
    let least = i.saturating_sub(7);
    while from > least
        && is_han(text.before(from, 1))
        && !DOT_ENDS.has(text, from - 1)
        && STRONG_CUES.before(text, from) == 0
        && CUES.before(text, from) == 0
    {
        from -= 1;
    }
    if from < i && to > i + 1 {
        out.push(Found { from, to, kind: Kind::Name });
    }
}

words! {
    DOT_ENDS = "的 住 是 在 我 叫 说 家 电 手 有 被 把 跟 他 她 了 来 去 今 男 女 本 反映";
}

/// 王××, 李**, 张xx.
fn crossed(text: &Text, i: usize, out: &mut Vec<Found>) {
    let cross = |c: char| matches!(c, 'x' | '×' | '*' | '○' | '◯' | '〇' | '＊' | '_');
    if !cross(text.at(i + 1)) || MODEL.surname(&[text.at(i)]).is_none_or(|cost| cost > 7.0) {
        return;
    }
    let mut to = i + 1;
    while to < i + 4 && cross(text.at(to)) {
        to += 1;
    }
    if text.at(to).is_ascii_alphanumeric() || MODEL.word(&[text.before(i, 1), text.at(i)]).is_some() {
        return;
    }
    to += usize::from(is_han(text.at(to)) && to == i + 2 && MODEL.given(text.at(to)) < 6.5);
    out.push(Found { from: i, to, kind: Kind::Name });
}

/// *志军, as payment services show a name.
fn starred(text: &Text, i: usize, out: &mut Vec<Found>) {
    if !matches!(text.at(i), '*' | '×') || text.before(i, 1) == text.at(i) || !Before::of(text, i).strong {
        return;
    }
    let n = (1..=2).take_while(|k| is_han(text.at(i + k)) && MODEL.given(text.at(i + k)) < 9.0).count();
    if n > 0 {
        out.push(Found { from: i, to: i + 1 + n, kind: Kind::Name });
    }
}

/// A name in letters behind a cue: 我叫 Tom Lee, Mr Wang.
fn latin(text: &Text, i: usize, out: &mut Vec<Found>) {
    if !text.at(i).is_ascii_lowercase() || text.before(i, 1).is_ascii_alphanumeric() {
        return;
    }
    let mut at = i;
    while at > 0 && matches!(text.before(at, 1), ' ' | ':' | '.') && i - at < 3 {
        at -= 1;
    }
    let cued = ROLES.before(text, at) > 0
        || NAMED.before(text, at) > 0
        || LATIN_CUES.before(text, at) > 0 && !text.before(at, LATIN_CUES.before(text, at) + 1).is_ascii_lowercase();
    if !cued {
        return;
    }
    let mut to = i;
    let mut words = 0;
    loop {
        let start = to;
        while to < i + 40 && text.at(to).is_ascii_lowercase() {
            to += 1;
        }
        words += 1;
        if words == 3
            || to == start
            || text.at(to) != ' '
            || !text.at(to + 1).is_ascii_lowercase()
            || SMALL.has(text, to + 1)
        {
            break;
        }
        to += 1;
    }
    if to - i >= 2 {
        out.push(Found { from: i, to, kind: Kind::Name });
    }
}

words! {
    NAMED = "我叫 名叫 姓名 联系人 本人叫 名字是 名字叫 英文名";
    LATIN_CUES = "mr mrs ms miss mr. mrs. ms.";
    ROLES = "私教 教练 外教 老师 老板 经理 租客 房东 邻居 同事 朋友 男友 女友 网友 店长 顾问 客服";
    SMALL = "and from with at in on of lives the is has phone tel from i my";
}

/// Full names of a text: the same characters are the same person elsewhere in it.
#[derive(Default)]
struct Known {
    names: HashSet<Vec<char>>,
}

impl Known {
    fn add(&mut self, text: &Text, from: usize, to: usize) {
        let name: Vec<char> = (from..to).map(|i| text.at(i)).collect();
        // Two characters alone are too often something else.
        if name.len() >= 3 {
            if name.len() == 3
                && let Some(given) = name.get(1..).filter(|given| MODEL.word(given).is_none())
            {
                self.names.insert(given.to_vec());
            }
            self.names.insert(name);
        }
    }

    fn again(&self, text: &Text, out: &mut Vec<Found>) {
        if self.names.is_empty() {
            return;
        }
        for i in 0..text.len() {
            if matches!(text.at(i), BARRIER | EDGE) {
                continue;
            }
            for n in 2..=LONGEST {
                let word: Vec<char> = (i..i + n).map(|k| text.at(k)).collect();
                if self.names.contains(&word) {
                    out.push(Found { from: i, to: i + n, kind: Kind::Name });
                }
            }
        }
    }
}

/// A known surname at `i` beside a title or behind 老, 小, 阿, or with 某: from and to.
pub(crate) fn titled(text: &Text, i: usize, length: usize) -> Option<(usize, usize)> {
    let after = i + length;
    let title = TITLES.at(text, after);
    if title > 0 {
        return Some((i, after + title));
    }
    let next = text.at(after);
    let short = SHORT_TITLES.iter().any(|(t, cost)| *t == next && *cost < 4.0);
    let word =
        MODEL.word(&[text.before(after, 1), next]).is_some() || MODEL.word(&[next, text.at(after + 1)]).is_some();
    if short && !word {
        return Some((i, after + 1));
    }
    let nick =
        matches!(text.before(i, 1), '老' | '小' | '阿') && MODEL.word(&[text.before(i, 1), text.at(i)]).is_none();
    (nick && i > 0).then(|| (i - 1, after))
}
