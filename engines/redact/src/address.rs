//! Where somebody lives, and where something is.
//!
//! An address is a chain of numbered parts (88弄 12号 602室, 3号楼 2单元 502, 三组 12号) with the name before it. The place
//! of the nuisance must stay readable, or nobody can see to it; the raiser's home must not. What decides, in this order:
//!
//! 1. **Said to be the raiser's own** (我家, 我住, 本人住, 住址: …, or in the next clause 我家): hidden.
//! 2. **The matter's own place** ([`Hints::subject`]): stays.
//! 3. **In one line with a name or a telephone** (王女士, 3号楼502室, 电话…): hidden.
//! 4. **Where somebody else lives** (他住…, 602的租客) or **something is** (502室漏水, 12号门口, 反映…): stays.
//! 5. **A home** (with a room, or a house of a village group) of which nothing is said: hidden. A **door** (12号, 3号楼) or a
//!    floor of which nothing is said: stays.
//!
//! Where this is wrong, the raiser or the clerk puts it right: they see the text before it goes out.

use crate::hints::Hints;
use crate::kind::Kind;
use crate::lists::{Words, words};
use crate::pattern::is_numeral;
use crate::text::{Found, Text, is_han, is_stop};

words! {
    /// What a numbered part ends with, when it is a home.
    ROOM = "室 房间 号房 号室 房 户室";
    /// A door or a building.
    DOOR = "弄 支弄 号 号院 号楼 号门 门 号门牌 幢 号幢 栋 号栋 座 单元 门洞 号巷 巷 #楼 # #楼 组 队 生产队 社 村民小组 小组 期 区";
    FLOOR = "楼 层 层楼";
    /// After these a bare number is a room.
    OPENS_ROOM = "号楼 幢 号幢 栋 号栋 座 单元 # 门洞 弄 号 楼 号门 层 #楼 门";
    /// After a number and 号, 楼, 室 these make it something else.
    NOT_PART = "线 码 公交 上午 下午 早上 晚上 凌晨 中午 那天 左右 之前 之后 开始 到 至 起 的时候 机 称 召 令 角";
    NOT_FLOOR = "上 下 道 梯 层高 顶 板 房 盘 长 组长";
    NOT_HOME = "厅 卫 人 东 子 价 租 产";
    /// A number with these is a count, money, a time.
    COUNTS = "元 块 万 千 年 月 日 天 岁 人 个 次 米 公里 平 斤 点 时 分 号线 路 度 % 楼 层 : . 路车 多 名 户人 台 辆 条 张 遍 回";

    /// Whoever speaks lives here.
    SELF = "其位于 其在 我位于 名下位于 我名下 本人名下 我的房子在 我的房屋 我的房屋位于 我家位于 本人位于 来电人系 反映人系 投诉人系 其居住 其居住的 其住 其家 其现住 其家住 我住 我住在 我家 我家在 我们家 我们住 家住 本人住 本人家住 本人家 本人 现住 现居 居住 居住于 居住在 租住 租住在 暂住 借住 我租 我租的 我们租 住址 住址: 家庭住址 家庭地址 联系地址 通讯地址 现住址 户口在 户口 户籍在 落户在 户籍 户籍地 户籍地址 收件地址 收货地址 身份证地址 地址: 地址是 地址为 地址 我是 我们是 俺家 俺住 阿拉 阿拉屋里 咱家 咱们家 我妈 我爸 我父母 我奶奶 我爷爷 我外婆 我外公 我儿子 我女儿 我老公 我老婆 我妈妈 我爸爸 我母亲 我父亲 我公婆 我岳父 我岳母 我丈母娘 我婆婆 我弟 我哥 我姐 我妹 老家 自家 自己家 家在 家是 家里是 家里在 来我家 到我家 我屋里 我这 我这边 我这里 我这是 我在 我们在 我买的 我的房子 我房子 我家房子 寄到 寄给 送到 本户 住在 住 上门地址 落款 ——";
    /// Weak: what is at the door may still be the matter.
    WEAK_SELF = "我在 我们在 我这 我这边 我这里 地址 地址: 地址是 地址为 住在 住 居住 居住于 居住在 送到 本人 我是 我们是 租住 租住在 暂住 我们住 户籍";
    /// Between 我家 and a number these make it somebody else's.
    ELSEWHERE = "楼上 楼下 隔壁 对门 对面 旁边 附近 后面 前面 看到 发现 路过 经过 听到 那个 有 边上 被 投诉 举报 反映 斜对面 上面 下面 门口 附近的";
    OTHER = "他 她 他们 对方 那人 那家 租客 租户 邻居 房东 男子 女子 嫌疑人 人 此人 户主 业主 夫妻 一家 老板 老人 家人 谁 有人 住户 骗子";
    /// Before the place of something.
    SUBJECT_BEFORE = "反映 投诉 举报 关于 位于 发现 看到 看见 巡查到 巡查 事发地 事发地点 事发地址 地点 地点: 发生在 现场 现场: 请到 请来 请去 请派人到 派人到 对面 他家 她家 他家在 对方 那家 就是 在 到 去 从 是 怀疑 路过 经过 走到 楼上 楼下 隔壁 对门 以及 包括 涉及 检查 查一下 查查 管管 管一管 管管这 说的是 问题出在 源头 来自 来源 上面 位置 位置: 门牌 门牌号 违建地址 店址 工地";
    /// Not the same words for who reports.
    NOT_SUBJECT = "反映人 投诉人 举报人 报警人 来电人 求助人 反映人住 投诉人住 就是我 我就是 我是";
    /// Right behind the place of something.
    SUBJECT_AFTER = "一套 隔成 隔了 住了 里面 那套 这套 屋里 屋内 楼道 门口 门前 门外 家门口 电梯 楼下 楼上 楼顶 路口 车库 地下室 地下 天台 屋顶 外墙 围墙 墙 绿化 绿化带 花坛 草坪 草地 垃圾 垃圾桶 垃圾房 停车 停车场 通道 消防 消防通道 大门 后门 前门 单元门 防盗门 井盖 窨井 下水道 下水 污水 路灯 灯 工地 饭店 餐馆 烧烤 烧烤店 店 小店 商店 超市 棋牌室 麻将馆 麻将 ktv 酒吧 网吧 厂 工厂 公司 学校 幼儿园 医院 养老院 菜场 菜市场 市场 广场 公园 厕所 变电 配电 水泵 水泵房 附近 旁边 对面 边上 周边 一带 交界 之间 段 处 这里 那里 这边 那边 门面 商铺 底商 空房 空地 烂尾 宾馆 旅馆 民宿 酒店 理发店 美容院 足浴 足浴店 浴室 仓库 阳台 露台 平台 窗 窗口 窗台 空调 空调外机 外机 厨房 卫生间 漏水 渗水 滴水 水管 爆管 装修 敲墙 施工 噪音 噪声 扰民 养狗 狗 养鸡 鸡 养 群租 群租房 违建 违章 违法 搭建 私搭 加建 堆放 堆满 堆 乱扔 扔 乱 吵 争吵 打架 违停 占道 占用 停电 停水 积水 堵 堵塞 坏 破损 掉 脱落 着火 冒烟 有人 有股 有一 有个 有户 一直 每天 天天 半夜 晚上 夜里 凌晨 昨晚 昨天 今天 最近 经常 老是 总是 总 又 长期 多次 高空 抛物 往下 从 房东 租客 租户 房客 业主 住户 邻居 人家 那户 那家 一户 户主 老板 男子 男的 女子 女的 小伙 夫妻 一家 家 房子 房屋 房 东西 电瓶车 电动车 的车 车 玻璃 广告 招牌 排烟 油烟 烟 臭 味 异味 飞线 充电 有 没 被 把 在 开 放 将 楼梯 楼 栏杆 扶手 化粪池 管道 天然气 燃气 煤气 拆 改 私自 擅自 传 发出 发生 出现 存在 需要 老太 老人 老头 小孩 孩子 独居";
    /// In the next clause: the address was the speaker's own.
    SELF_NEXT = "我家 我们家 我屋 本人 我的 我是 我叫 我姓 俺 我妈 我爸 我老 我儿 我女 家里 我厨 我房 我卧 我卫 我这 我天花板 请上门 麻烦上门";
    /// What name of a place ends with, when no number follows.
    PLACE_ENDS = "小区 新村 村 苑 园 路 街 弄 镇 公寓 花园 城 府 庭 湾 坊 院 屯 庄 寨 组 号 楼 大厦 宿舍 家属院 家园 大院 佳苑 嘉园 别墅 巷 胡同 旁边 对面 后面 隔壁 附近 边上 楼上 楼下 斜对面 前面 头上 口 区 墅 邸 豪庭 名都 广场 公馆";
    NAMED_ENDS = "小区 新村 公寓 宿舍 弄堂 村";
    /// Before the name of somebody's home.
    HOME_CUES = "家就在 家就住在 家就住 我住 我住在 我家住 我家住在 我家在 我家就在 我就住 我就住在 我们住 我们住在 我们家住 我们家在 家住 家住在 我现在住 现住 现住在 现居 租住在 我租住在 我租住 我租在 本人住 本人住在 本人家住 家住址 住址: 住址是 家庭住址 家庭住址: 我老家在 老家在 我妈住 我妈住在 我爸住 我妈家在 我父母住 我父母住在 俺住 俺家在 咱家在 阿拉住 阿拉住勒 我也住 我也住在 我一个人住 我一个人住在 我是住在 我是住 住的是 我住的是 阿拉屋里住 阿拉屋里向勒 阿拉屋里";
    STOPS = "我 你 他 她 们 的 住 在 是 于 到 从 把 被 让 就 也 都 址 说 称 请 有 往 去 很 了 吗 呢 吧 啊 这 那 他家 她家 谁家 人家 楼上 楼下 隔壁 对门 反映 投诉 举报 关于 发现 因为 和我 及 跟";
    REPORTS = "反映 来电 投诉 说 称 求助 举报 报警 电话 来信 咨询 诉求 来访 住";
}

/// How near to somebody's door an address comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Floor,
    Door,
    /// A bare number, which is a room only when somebody says so.
    Bare,
    Home,
}

struct Address {
    /// Where its name begins.
    from: usize,
    /// Where its numbers begin.
    numbers: usize,
    to: usize,
    level: Level,
    parts: usize,
}

pub(crate) fn find(text: &Text, hints: &Hints, places: &Words, contacts: &[Found], out: &mut Vec<Found>) {
    let mut contacts: Vec<Found> = contacts.to_vec();
    contacts.sort_by_key(|f| f.from);
    let numbered = |f: &&Found| matches!(f.kind, Kind::Phone | Kind::Number);
    let mut i = 0;
    let numbers: Vec<Found> = contacts.iter().filter(numbered).copied().collect();
    while i < text.len() {
        home(text, i, out);
        match chain(text, i) {
            // The beginning of a telephone number looks like 3-502.
            Some(address) if overlaps(&numbers, address.numbers, address.to) => i = address.to.max(i + 1),
            Some(mut address) => {
                address.from = name_before(text, address.numbers, places);
                if hidden(text, &address, hints, &contacts) {
                    out.push(Found { from: address.from, to: address.to, kind: Kind::Address });
                }
                i = address.to.max(i + 1);
            }
            None => i += 1,
        }
    }
}

/// Whether one of these (in order) reaches into `from..to`.
fn overlaps(numbers: &[Found], from: usize, to: usize) -> bool {
    let before = numbers.partition_point(|n| n.from < to);
    numbers.iter().take(before).rev().take(3).any(|n| n.to > from)
}

/// A numbered part: where it ends, how near it comes.
fn part(text: &Text, i: usize, first: bool) -> Option<(usize, Level)> {
    let before = text.before(i, 1);
    let letter = text.at(i).is_ascii_lowercase() && !before.is_ascii_alphanumeric();
    let digits = (0..6).take_while(|k| text.at(i + k).is_ascii_digit()).count();
    let han = (0..4).take_while(|k| is_numeral(text.at(i + k)) && !text.at(i + k).is_ascii_digit()).count();
    let n = match (digits, han, letter) {
        (0, 0, true) => 1 + (1..5).take_while(|k| text.at(i + k).is_ascii_digit()).count(),
        (0, han, _) => han,
        (digits, _, _) => {
            digits
                + usize::from(
                    matches!(text.at(i + digits), 'a'..='h') && !text.at(i + digits + 1).is_ascii_alphanumeric(),
                )
        }
    };
    if n == 0 || n > 5 || (digits > 0 && (before.is_ascii_digit() || before == '第' || before == '.')) {
        return None;
    }
    let mut at = i + n;
    at += usize::from(text.at(at) == ' ' && digits > 0);
    let (room, door, floor) = (ROOM.at(text, at), DOOR.at(text, at), FLOOR.at(text, at));
    let longest = room.max(door).max(floor);
    if longest == 0 {
        return None;
    }
    let to = at + longest;
    let last = text.before(to, 1);
    if NOT_PART.has(text, to) && matches!(last, '号' | '房' | '室' | '座') {
        return None;
    }
    // 11月23号
    if last == '号' && longest == 1 && matches!(before, '月' | '/' | '到' | '至') {
        return None;
    }
    if room == longest {
        let home = !(NOT_HOME.has(text, to) && last == '房') && (digits >= 2 || !first);
        return home.then_some((to, Level::Home));
    }
    if door == longest {
        // 三社区, 一期工程, 二组 count only in a chain or behind a name.
        return Some((to, Level::Door));
    }
    (!NOT_FLOOR.has(text, to)).then_some((to, Level::Floor))
}

/// Between two parts.
fn skip(text: &Text, i: usize) -> usize {
    (0..2).take_while(|k| matches!(text.at(i + k), ' ' | '-' | ',' | '的' | '之' | '/' | '—')).count()
}

/// The chain of numbered parts that begins at `i`.
fn chain(text: &Text, i: usize) -> Option<Address> {
    let mut address = Address { from: i, numbers: i, to: i, level: Level::Floor, parts: 0 };
    let mut at = i;
    while address.parts < 8 {
        let Some((to, level)) = part(text, at, address.parts == 0) else { break };
        address.level = address.level.max(level);
        address.parts += 1;
        // 三组12号: a house of a village.
        if address.parts > 1 && level == Level::Door && GROUPS.before(text, at - skip_back(text, at)) > 0 {
            address.level = Level::Home;
        }
        address.to = to;
        at = to + skip(text, to);
    }
    if address.parts > 0 {
        room_behind(text, &mut address);
        address.to += TRAIL.at(text, address.to);
        return usable(text, address);
    }
    dashed(text, i).or_else(|| bare(text, i))
}

words! { TRAIL = "甲 乙 丙 丁 亭子间 后楼 前楼 灶间 三层阁 阁楼 前客堂 后客堂 客堂间 厢房 东厢房 西厢房 东间 西间 东户 西户 左边 右边 左手 右手"; GROUPS = "组 队 社 生产队 村民小组 小组"; }

fn skip_back(text: &Text, at: usize) -> usize {
    (1..=2).take_while(|k| matches!(text.before(at, *k), ' ' | '-' | ',' | '的')).count().min(at)
}

/// 3号楼502, 12号602甲
fn room_behind(text: &Text, address: &mut Address) {
    if OPENS_ROOM.before(text, address.to) == 0 || address.level == Level::Home {
        return;
    }
    // Behind a comma comes something else.
    let at = address.to + (0..2).take_while(|k| matches!(text.at(address.to + k), ' ' | '-' | '—')).count();
    if text.at(at) == '0' {
        return;
    }
    let n = (0..5).take_while(|k| text.at(at + k).is_ascii_digit()).count();
    let dashed = n > 0 && n < 3 && text.at(at + n) == '-' && text.at(at + n + 1).is_ascii_digit();
    let n = if dashed { n + 1 + (0..4).take_while(|k| text.at(at + n + 1 + k).is_ascii_digit()).count() } else { n };
    let han = (0..4)
        .take_while(|k| {
            matches!(text.at(at + k), '〇' | '零' | '幺' | '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九')
        })
        .count();
    let n = if n == 0 && han >= 3 { han } else { n };
    if (3..=6).contains(&n) && !COUNTS.has(text, at + n) {
        address.to = at + n;
        address.to += usize::from(matches!(text.at(address.to), '室' | '房' | '甲' | '乙' | '户'));
        address.level = Level::Home;
    } else if (1..=2).contains(&n) && text.at(at + n) == '户' {
        address.to = at + n + 1;
        address.level = Level::Home;
    }
}

/// One part alone says too little in some cases.
fn usable(text: &Text, address: Address) -> Option<Address> {
    let last = text.before(address.to, 1);
    let named = is_han(text.before(address.numbers, 1)) && PLACE_BEFORE.before(text, address.numbers) > 0;
    let weak = matches!(last, '号' | '组' | '队' | '社' | '期' | '区' | '巷' | '座' | '#' | '门')
        && address.to - address.numbers <= 4;
    (address.parts > 1 || named || !weak || address.level == Level::Home).then_some(address)
}

words! { PLACE_BEFORE = "甲 乙 丙 路 街 大道 弄 里 巷 胡同 村 屯 庄 寨 小区 新村 花园 苑 公寓 城 府 湾 坊 院 园 镇 道 公路 庭 墅 邸 家园 宿舍 组 队 坝 岗 沟 埭 宅 浜"; }

/// 3-502, 12-2-601
fn dashed(text: &Text, i: usize) -> Option<Address> {
    if !text.at(i).is_ascii_digit()
        || text.before(i, 1).is_ascii_alphanumeric()
        || matches!(text.before(i, 1), '-' | '.' | ':' | '/' | '+' | '¥' | '~')
    {
        return None;
    }
    let mut at = i;
    let mut lengths = Vec::new();
    loop {
        let n = (0..6).take_while(|k| text.at(at + k).is_ascii_digit()).count();
        lengths.push(n);
        at += n;
        if text.at(at) != '-' || !text.at(at + 1).is_ascii_digit() || lengths.len() == 4 {
            break;
        }
        at += 1;
    }
    let typed = match lengths.as_slice() {
        [a, b] => (1..=3).contains(a) && (3..=4).contains(b),
        [a, b, c] => (1..=3).contains(a) && *b <= 2 && (3..=4).contains(c),
        [a, b, c, d] => (1..=3).contains(a) && *b <= 3 && *c <= 2 && (3..=4).contains(d),
        _ => false,
    };
    let counts = COUNTS.has(text, at) || matches!(text.at(at), '-' | ':' | '/') || text.at(at).is_ascii_alphanumeric();
    if !typed || counts {
        return None;
    }
    let to = at + usize::from(matches!(text.at(at), '室' | '房'));
    Some(Address { from: i, numbers: i, to, level: Level::Home, parts: lengths.len() })
}

/// 502 by itself.
fn bare(text: &Text, i: usize) -> Option<Address> {
    let n = (0..6).take_while(|k| text.at(i + k).is_ascii_digit()).count();
    let before = text.before(i, 1);
    let alone = !before.is_ascii_alphanumeric() && !matches!(before, '-' | '.' | ':' | '¥' | '第' | '+');
    let to = i + n;
    let after = text.at(to);
    ((3..=4).contains(&n)
        && alone
        && !COUNTS.has(text, to)
        && !matches!(after, '-' | '/' | ':')
        && !after.is_ascii_alphanumeric())
    .then_some(Address { from: i, numbers: i, to, level: Level::Bare, parts: 1 })
}

/// Where the name before the numbers begins.
fn name_before(text: &Text, numbers: usize, places: &Words) -> usize {
    let known = places.before(text, numbers);
    if known > 0 {
        return numbers - known;
    }
    let mut from = numbers;
    let least = numbers.saturating_sub(16);
    while from > least {
        let c = text.before(from, 1);
        if !is_han(c)
            || STOPS.before(text, from) > 0
            || SELF.before(text, from) > 0
            || SUBJECT_BEFORE.before(text, from) > 1
        {
            break;
        }
        from -= 1;
    }
    // A name that ends in no place is no name, unless it is all that stands there.
    let alone = (2..=8).contains(&(numbers - from)) && is_stop(text.before(from, 1));
    if alone || PLACE_BEFORE.before(text, numbers) > 0 { from } else { numbers }
}

/// How far back cues are looked for.
const WINDOW: usize = 16;

fn hidden(text: &Text, address: &Address, hints: &Hints, contacts: &[Found]) -> bool {
    let mut window = address.from;
    while window > 0 && address.from - window < WINDOW && !is_stop(text.before(window, 1)) {
        window -= 1;
    }
    // The nearest cue, and whether any of them leaves no doubt.
    let cues: Vec<(usize, usize)> = (window..address.from)
        .filter_map(|i| Some((i, i + SELF.at(text, i))).filter(|(from, to)| from < to && *to <= address.from))
        .filter(|(_, to)| ELSEWHERE.last_in(text, *to, address.from).is_none())
        .collect();
    let near_self = cues.last().copied();
    let weak = cues.iter().all(|(from, to)| WEAK_SELF.at(text, *from) >= to - from);
    let others =
        near_self.is_some_and(|(from, _)| OTHER.before(text, from) > 0 && !matches!(text.at(from), '我' | '本'));
    let about = subject_after(text, address.to);
    if near_self.is_some() && !weak {
        return true;
    }
    if address.level == Level::Bare {
        let close = near_self.is_some_and(|(_, to)| address.from - to <= 2);
        return close && !others && !about_thing(text, address.to);
    }
    if (address.level == Level::Home && self_next(text, address.to)) || FIND_ME.has(text, address.to) {
        return true;
    }
    if near_self.is_some() && !others && !about {
        return true;
    }
    let written: Vec<char> = (address.from..address.to).map(|i| text.at(i)).collect();
    if hints.is_subject(&written) {
        return false;
    }
    if address.level >= Level::Door && address.level != Level::Bare && beside_contact(text, address, contacts) {
        return true;
    }
    let before = SUBJECT_BEFORE.last_in(text, window, address.from).is_some()
        && NOT_SUBJECT.last_in(text, window, address.from).is_none();
    address.level == Level::Home && !before && !about && !others
}

fn subject_after(text: &Text, to: usize) -> bool {
    let mut at = to;
    for _ in 0..2 {
        at += usize::from(matches!(text.at(at), '的' | '里' | '内' | '那' | '这' | '个' | ' '));
    }
    SUBJECT_AFTER.has(text, at)
}

/// `602的狗`, but not `我是602的` or `我是602业主`.
fn about_thing(text: &Text, to: usize) -> bool {
    subject_after(text, to) && !SELF_ROLE.has(text, to) && !SELF_ROLE.has(text, to + 1)
}

words! { FIND_ME = "的我妈 的我爸 的我爷爷 的我奶奶 的我外婆 的我外公 的我父母 的我母亲 的我父亲 找我 来找我 接我 等我 见面 出门 离家 走失 出走 未归 外出 租房 租了 租的 租房子 居住 的家 家中 家里 的住处"; SELF_ROLE = "业主 住户 租客 租户 户主 房东 的住户 的业主 的租客 住的 家的"; }

fn self_next(text: &Text, to: usize) -> bool {
    let at = to + (0..2).take_while(|k| matches!(text.at(to + k), ',' | '，' | '。' | ' ' | '、' | '\n' | ';')).count();
    SELF_NEXT.has(text, at)
}

/// A name or a telephone in the same line of particulars.
fn beside_contact(text: &Text, address: &Address, contacts: &[Found]) -> bool {
    let part = |c: char| matches!(c, ' ' | ',' | '，' | '、' | ':' | '(' | ')' | ';' | '/' | '\n' | '。' | '-');
    let mut left = address.from;
    while left > 0 && address.from - left < 3 && part(text.before(left, 1)) {
        left -= 1;
    }
    let mut right = address.to;
    while right < address.to + 3 && part(text.at(right)) {
        right += 1;
    }
    for _ in 0..2 {
        right += PHONE_WORDS.at(text, right);
        right += usize::from(matches!(text.at(right), ':' | ' '));
    }
    let before = contacts.partition_point(|f| f.from < left.saturating_sub(24));
    contacts.iter().skip(before).take_while(|f| f.from <= right + 1).any(|f| {
        let ends_before = f.to == left && matches!(f.kind, Kind::Name | Kind::Phone);
        let begins_after = f.from == right
            && (right > address.to || REPORTS.has(text, f.to))
            && (f.kind == Kind::Phone || REPORTS.has(text, f.to) || part(text.at(f.to)) || right > address.to);
        ends_before || begins_after
    })
}

words! { PHONE_WORDS = "电话 手机 联系电话 手机号 联系方式 tel"; }

/// 我家在菜场后面: a home without a number.
fn home(text: &Text, i: usize, out: &mut Vec<Found>) {
    let cue = HOME_CUES.at(text, i);
    if cue == 0 {
        return;
    }
    let mut from = i + cue;
    while matches!(text.at(from), ':' | ' ' | '了') {
        from += 1;
    }
    let mut to = None;
    let mut at = from;
    while at < from + 20
        && (is_han(text.at(at)) || text.at(at).is_ascii_alphanumeric() || matches!(text.at(at), '-' | '#'))
    {
        at += 1;
        let ends = PLACE_ENDS.before(text, at);
        if ends > 0 && at - ends > from {
            to = Some(at);
        }
        // 三号路旁边的安置小区
        if text.at(at) == '的' {
            to = (at + 2..at + 8)
                .find(|end| NAMED_ENDS.before(text, *end) > 0 && (at..*end).all(|i| is_han(text.at(i))))
                .or(to);
            break;
        }
        if matches!(text.at(at), '我' | '他' | '有' | '被' | '每' | '天') {
            break;
        }
    }
    if let Some(to) = to {
        out.push(Found { from, to, kind: Kind::Address });
    }
}
