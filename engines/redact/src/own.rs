//! Facts by which whoever a matter is about recognises who raised it: where the raiser lives in relation to them, who of
//! the raiser's family is where, what the raiser is, that the two have spoken.
//!
//! No list of such facts can be complete. What is here is what residents write most; the rest is for the eye of whoever
//! reads the preview.

use crate::kind::Kind;
use crate::lists::words;
use crate::pattern::{Part, Pattern, ends};
use crate::text::{Found, Text, is_stop};

words! {
    ME = "我 我们 本人 俺 咱 我们家 我家 阿拉 阿拉屋里 我屋里 我自己 咱家 咱们 俺家 伲";
    MY_HOME = "我家 我们家 阿拉屋里 咱家 俺家 我屋里 自己家 伲屋里 我屋 我房间 我租的房子 我这户";
    MINE = "我 我家 我们 我们家 咱家 俺家 阿拉 阿拉屋里 伲";
    LIVE = "住 住在 就住 就住在 是住 家住 也住 住了 家就在 家在 正好住 刚好住 一个人住 家正好在 家就住 家住在 租住在 租住 现在住";
    IS = "是 就是 也是 都是 刚好是 正好是 作为";
    FLOORS = "楼 层 层楼 楼的 层的 楼住户 楼业主 楼西户 楼东户";
    FLOOR_WORDS = "一楼 底楼 顶楼 二楼 三楼 四楼 五楼 六楼 底层 顶层 一层 二层 中间套 边套 东边套 西边套 楼下 楼上 隔壁 对门 对面 正下方 正上方 斜对面 旁边 后排 前排 同一层 同楼层 同一单元 同一个单元 这栋楼 这幢楼 这个单元 这层";
    DE = "的 那户 这户 那家 的住户 的业主 的租客 住户 业主 的邻居 邻居";
    UP = "楼上 楼下 隔壁 对门 正上方 正下方 斜对面 楼上楼下 对过";
    THOSE = "那对小夫妻 那对夫妻 那对老夫妻 那家的 那户 那家 邻居 住户 人家 邻舍 那对 那个 那位 一户 业主 租客 租户 房东 的邻居 的住户 的租客 的那户 的人家 的业主 的房东 那家人 家 新搬来的 老太 老头 小夫妻 小年轻 老两口 阿姨 爷叔 男的 女的 小孩 孩子 的孩子 的小孩 的狗 有人 人 这家 这户 那户人家 那帮人 那几个";
    NUISANCE = "漏水 渗水 滴水 装修 半夜 天天 每天 一直 又 总 老是 总是 经常 晾 浇 拖 扔 泼 吵 敲 跳 搬 洗 晚上 夜里 凌晨 打麻将 弹琴 养狗 养 拍球 开着灯 放音乐 唱歌 走路 挪 拖椅子 倒水 抽烟 油烟 冲水 又在 改 堆 占 把 在 从 整天 长期 空调 水管 发出 噪音 声音 实在 真的 不 说 故意 还 打孩子 打老婆 打人 吵架 骂 砸";
    KIN = "妈 爸 妈妈 爸爸 母亲 父亲 老公 老婆 爱人 丈夫 妻子 儿子 女儿 孙子 孙女 外孙 外孙女 婆婆 公公 岳母 岳父 丈母娘 丈人 奶奶 爷爷 外婆 外公 弟弟 哥哥 姐姐 妹妹 弟 哥 姐 妹 父母 爸妈 老伴 老娘 老爸 老妈 姆妈 阿爸 家老人 家孩子 家小孩 家宝宝 家老头 家老太 小孩 孩子 宝宝 大伯 舅舅 姑姑 阿姨";
    AT_WORK = "上班 工作 住院 开店 读书 念书 上学 做保洁 做保安 当老师 当护士 当保安 做老师 看门 打工 做生意 摆摊 就读 上课 任教 退休 值班 年级 上小学 上初中 上高中 上幼儿园 做工 帮工 做护士 做护工 当医生 做医生 做饭 卖菜 扫地 扫马路";
    ROLE = "楼组长 楼长 业委会 业委会委员 业委会主任 保洁 保洁员 保安 租客 租户 租房子的 租房的 房东 房客 门卫 志愿者 老师 医生 护士 教师 清洁工 物业员工 物业的 退休教师 退休工人 退休老师 退休干部 残疾人 孕妇 单亲妈妈 单亲 独居老人 独居 学生 高三学生 高三 考生 宝妈 外卖员 快递员 出租车司机 司机 军属 退伍军人 党员 老党员 低保户 聋哑人 盲人 失独 居民代表 网格员 店主 开店的 员工 学生家长 家长 隔壁店 股东 前员工 同事 他同事 他邻居 他的邻居 她邻居 他们邻居 他前妻 他老婆 他妻子 他女儿 他儿子 她儿子 她女儿 他侄子 她侄女 他妈 他爸 她妈 她前夫 他亲戚 他学生 患者家属 病人家属 护工 保姆 钟点工";
    ARTICLES = "一名 一个 一位 这里的 本楼的 本楼 这个小区的 小区的 小区 这栋楼的 这栋楼 这幢楼的 本小区 本小区的 他家的 他们家的 她家的 隔壁的 隔壁 楼下的 楼上的 对门的 对门 楼下 楼上 这家店的 店里的 厂里的 公司的 公司 学校的 他的 她的 他们的 个 名 位 你们 你们的 单位的 村里的 村 他们 他 她 当 做 这家 这个厂的 这个工地的 工地的";
    AGE = "岁 岁了 岁多 多岁 多岁了 岁的人 周岁 来岁";
    NOW = "今年 已经 都 快 也 今年都 已 今年已 现在 也有";
    CONDITION = "怀孕 有孕 怀着孕 坐轮椅 独居 一个人住 一个人过 腿脚不便 腿脚不好 行动不便 瘫痪 瘫痪在床 卧床 心脏病 有心脏病 高血压 神经衰弱 失眠 抑郁症 化疗 做手术 刚做完手术 刚出院 刚生完孩子 坐月子 上夜班 上早班 倒班 三班倒 要高考 要中考 高考 中考 备考 快生了 在家带孩子 耳朵不好 眼睛不好 看不见 中风 糖尿病 透析 尿毒症 哮喘 产假 带孩子 考研";
    HAVE = "家里有 家里还有 家有 家中有 屋里有 我家有 我们家有 家里面有 屋里头有 家里住着 家还有";
    WHOM = "高考生 中考生 考生 孕妇 婴儿 宝宝 小宝宝 老人 病人 小孩 孩子 瘫痪 高三 初三 月子 产妇 残疾 新生儿 刚出生 刚满月 满月 岁 个月 月的 心脏病 学生 老太太 老母亲 老父亲 双胞胎 孙子 孙女 坐月子 卧床";
    ASKED = "敲过 敲了 找过 劝过 劝了 提醒过 说过 吵过 理论过 上门 交涉过 沟通过 骂过 打过他 报过警 报了警 吵了一架 吵了 打过一架 说了 理论 交涉 沟通 敲门 劝 提醒 找了 去找 吵过架 反映过 投诉过 加过微信 写过纸条 贴过纸条 贴了纸条 当面";
    HIM = "他 她 他们 对方 楼上 隔壁 楼下 邻居 他家 她家 对门 老板 店主 房东 人家 这家 那家";
    NEXT_TO = "他 他们 他家 她家 她 他们家 人家 这家 那家 对方 那户 这户 工地 饭店 烧烤店 烧烤摊 棋牌室 这家店 那家店 麻将馆 店 垃圾房 ktv 酒吧";
    SIDE = "隔壁 楼下 楼上 对门 对面 旁边 正下方 正上方 斜对面 后面 边上 下面 上面";
    STREAM = "我家 我们家 阿拉屋里 自家 咱家 俺家 我屋里";
    ROOMS = "厨房 卫生间 卧室 客厅 阳台 天花板 窗户 窗外 窗口 门口 门前 房间 主卧 次卧 墙 墙面 吊顶 地板 车位 车库 窗台 院子 露台 玻璃 床 衣柜 防盗窗 晾衣架 雨棚 屋顶 浴室 马桶";
    TO = "到 在 往 对着 对 正对 正对着 朝 朝着 漏到 滴到 流到 渗到 淹了 堵在 停在 直对着 冲着 紧挨着 挨着 就在 离";
    NUMBERED = "号楼 幢 栋 单元 号 弄 组 座 村 队";
}

use Part::{Gap, Maybe, Number, One};

/// What gives somebody away, as rows of parts. The whole match is hidden.
static PATTERNS: &[Pattern] = &[
    // 我就住在三楼, 我家在顶楼, 我是三楼的
    &[One(&ME), Gap(2), One(&LIVE), Gap(1), Number, One(&FLOORS), Maybe(&DE)],
    &[One(&ME), Gap(2), One(&LIVE), Gap(4), One(&FLOOR_WORDS), Maybe(&DE)],
    &[One(&ME), Maybe(&IS), Maybe(&ARTICLES), Number, One(&FLOORS), Maybe(&DE)],
    &[One(&ME), One(&IS), Maybe(&ARTICLES), One(&FLOOR_WORDS), Maybe(&DE)],
    &[One(&ME), One(&IS), Gap(1), Number, One(&NUMBERED), Maybe(&DE)],
    &[One(&MY_HOME), One(&AT), Number, One(&FLOORS)],
    &[One(&MY_HOME), One(&AT), One(&FLOOR_WORDS)],
    &[One(&MY_HOME), Maybe(&DE), One(&FLOOR_WORDS), Maybe(&THOSE)],
    // 楼上那户, 隔壁漏水
    &[Maybe(&LIVE), One(&MINE), Maybe(&DE), One(&UP), Maybe(&DE), Maybe(&THOSE)],
    &[One(&ME), One(&WITH), One(&HIM), Gap(4), One(&SAME)],
    &[One(&UP), One(&THOSE)],
    // 住他楼下, 在这家店楼上
    &[One(&ME), Gap(3), One(&NEXT_TO), Gap(1), One(&SIDE)],
    &[One(&LIVE), Gap(1), One(&NEXT_TO), Gap(1), One(&SIDE)],
    &[One(&NEXT_TO), One(&SIDE), One(&IS), One(&MY_HOME)],
    // 我妈在…上班
    &[One(&MINE), One(&KIN), Gap(4), One(&IN), Gap(10), One(&AT_WORK)],
    &[One(&MINE), One(&KIN), Gap(3), One(&IN_CARE)],
    &[One(&ME), Gap(2), One(&AT), Gap(10), One(&AT_WORK)],
    &[One(&MINE), One(&KIN), Maybe(&NOW), Gap(1), Number, One(&AGE)],
    &[One(&ME), Maybe(&NOW), Gap(1), Number, One(&AGE)],
    &[One(&ME), One(&NOW), Number, One(&DONE)],
    &[One(&MINE), Maybe(&KIN), Gap(4), One(&CONDITION)],
    &[One(&HAVE), Gap(8), One(&WHOM), Maybe(&DE)],
    // 我是楼组长
    &[One(&ME), One(&IS), Maybe(&ARTICLES), Gap(2), One(&ROLE)],
    // 我去敲过他家门
    &[One(&ME), Gap(7), One(&HIM), Gap(5), One(&ASKED)],
    &[One(&ME), Gap(6), One(&ASKED), Gap(4), One(&HIM)],
    // 漏到我家厨房, 正对我家窗户
    &[One(&TO), One(&STREAM), Maybe(&DE), One(&ROOMS)],
];

words! { AT = "在 于 是在 就在 都在"; WITH = "和 跟 与 同"; SAME = "一个单位 同一个单位 单位的 同事 同学 亲戚 邻居 一个厂 一个村 一个公司 同村 一个班 一栋楼 一幢楼 一层 同一层 对门 隔壁 同一个"; IN_CARE = "住院 退休 看门 开店 摆摊 瘫痪 卧床"; DONE = "了 多了 的人"; IN = "当 做 是 到 去 在 于 是在 就在 都在"; }

static LIVING: Pattern = &[One(&LIVE), Gap(5), Number, One(&FLOORS)];

pub(crate) fn find(text: &Text, out: &mut Vec<Found>) {
    let mut i = 0;
    while i < text.len() {
        let longest = PATTERNS.iter().filter_map(|pattern| ends(text, i, pattern)).max();
        if let Some(to) = longest.filter(|to| *to > i) {
            out.push(Found { from: i, to, kind: Kind::Own });
            i = to;
            continue;
        }
        // 住七楼, with nobody said to live there.
        if is_stop(text.before(i, 1))
            && let Some(to) = ends(text, i, LIVING)
        {
            out.push(Found { from: i, to, kind: Kind::Own });
            i = to;
            continue;
        }
        // 楼上 by itself is somebody only when they do something.
        let up = UP.at(text, i);
        if up > 0 && NUISANCE.has(text, i + up) && !NOT_UP.has(text, i) && NOT_BEFORE_UP.before(text, i) == 0 {
            out.push(Found { from: i, to: i + up, kind: Kind::Own });
            i += up;
            continue;
        }
        i += 1;
    }
}

words! {
    NOT_UP = "楼上楼下";
    NOT_BEFORE_UP = "在 到 从 往 号 栋 幢 座 店 室 上 元 个 家 他 她 饭店 商铺 单元";
}
