//! Fills the database of a benchmark: nine of ten matters closed elsewhere, one of ten raised here and open.

use super::chance::Chance;
use super::ground::{Ground, somewhere};
use crate::districts::operator;
use crate::import::progress::Bar;
use kernel::{Actor, Lang, Moment, Purpose};
use matters::app::{ForeignMatter, Importer, Raise, RaisedPlace, RaiserInput};
use matters::model::Origin;
use store::{Cx, Runtime, Who};

const WHERE: &[&str] = &[
    "三号楼东侧",
    "小区北门",
    "老街口",
    "菜场后门",
    "河边步道",
    "地下车库",
    "幼儿园门口",
    "公交站旁",
    "二单元楼道",
    "社区花园",
    "垃圾房旁",
    "桥头",
    "工地围挡外",
    "广场西南角",
    "村口",
    "电梯厅",
    "快递柜旁",
    "停车场出口",
    "学校后墙",
    "卫生站门前",
];
const WHAT: &[&str] = &[
    "路灯不亮",
    "楼道漏水",
    "井盖松动",
    "乱停车挡住通道",
    "垃圾堆积",
    "树枝压线",
    "噪音扰民",
    "墙皮脱落",
    "消防通道被占",
    "路面塌陷",
    "宠物伤人",
    "高空抛物",
    "邻里争执",
    "可疑电话",
    "电动车飞线充电",
    "污水外溢",
    "广告牌松动",
    "健身器材损坏",
    "扶手断裂",
    "监控死角太暗",
];
const MORE: &[&str] = &[
    "已经三天了",
    "晚上老人走路不安全",
    "请派人看看",
    "昨天也说过",
    "雨天更严重",
    "孩子常经过",
    "多户反映",
    "物业说等配件",
    "希望周末前解决",
    "有照片",
    "请先电话联系",
    "情况越来越糟",
];
/// Rows of one transaction.
const CHUNK: usize = 20_000;
/// Closed ones for each open one.
const CLOSED_PER_OPEN: usize = 9;

/// Words that searches look for: common, less common, rare, a number.
pub(super) const SEARCHES: &[&str] =
    &["漏水", "路灯", "老街口路灯", "高空抛物", "幼儿园 可疑电话", "桥头塌陷", "HQ-2026", "扶手断裂 物业"];

pub(super) fn words(chance: &mut Chance) -> String {
    let part = |chance: &mut Chance, from: &[&str]| chance.pick(from).copied().unwrap_or_default().to_owned();
    let (place, what, first, second) =
        (part(chance, WHERE), part(chance, WHAT), part(chance, MORE), part(chance, MORE));
    format!("{place}{what}，{first}，{second}。第{}户", chance.below(5_000))
}

/// Brings the database to `wanted` matters.
pub(super) fn fill(rt: &Runtime, ground: &Ground, wanted: usize) -> anyhow::Result<()> {
    let classes = rt.read_now(operator(ground.district), matters::app::classes)?;
    let classes: Vec<String> = classes.iter().filter(|c| !c.is_emergency()).map(|c| c.code.clone()).collect();
    let there = rt.read_now(operator(ground.district), matters::app::on_time)?;
    let (open, closed) = split(wanted);
    let imported = usize::try_from(there.matters).unwrap_or(0);
    let bar = Bar::new(wanted as u64, "filling");
    bar.set(imported as u64);
    let mut first = imported;
    while first < closed {
        let count = CHUNK.min(closed - first);
        let (codes, step) = (classes.clone(), bar.clone());
        rt.write_now(operator(ground.district), move |cx| closed_ones(cx, first, count, &codes, &step))?;
        first += count;
    }
    // A kept database that has all the closed ones has the open ones, too: they were made right after.
    if imported < closed {
        raise_many(rt, ground, open, 64, &classes, &bar)?;
    }
    bar.done();
    Ok(())
}

pub(super) const fn split(wanted: usize) -> (usize, usize) {
    let open = wanted / (CLOSED_PER_OPEN + 1);
    (open, wanted - open)
}

fn closed_ones(cx: &mut Cx<'_>, first: usize, count: usize, classes: &[String], bar: &Bar) -> anyhow::Result<()> {
    let mut importer = Importer::begin(cx)?;
    let now = cx.now;
    for i in first..first + count {
        let mut chance = Chance::new(i as u64);
        let opened_at = now.plus_secs(-(chance.below(2 * 365 * 86_400) as i64));
        let took = chance.below(20 * 86_400) as i64;
        let class = chance.pick(classes).cloned().unwrap_or_default();
        importer.add(
            cx,
            &ForeignMatter {
                key: format!("B{i:07}"),
                class,
                text: words(&mut chance),
                point: somewhere(&mut chance),
                opened_at,
                target_at: Some(opened_at.plus_days(10)),
                closed_at: Some(Moment::min(opened_at.plus_secs(took), now)),
                ..ForeignMatter::default()
            },
        )?;
        bar.step();
    }
    Ok(())
}

/// What a resident sends: words, a pin, a telephone number.
pub(super) fn something(chance: &mut Chance, classes: &[String]) -> Raise {
    Raise {
        key: None,
        class: chance.pick(classes).cloned().unwrap_or_default(),
        text: words(chance),
        place: RaisedPlace {
            point: somewhere(chance), address: Some("和邻路 12 号".into()), ..RaisedPlace::default()
        },
        raiser: RaiserInput {
            anonymous: false,
            name: Some("王小明".into()),
            phone: Some(format!("0210555{:04}", chance.below(10_000))),
            email: None,
            address: None,
            channel: matters::model::Channel::Phone,
            lang: Lang::ZhCn,
        },
        origin: Origin::Web,
    }
}

/// Raises `count` matters from `callers` threads, each waiting for its receipt before the next.
pub(super) fn raise_many(
    rt: &Runtime,
    ground: &Ground,
    count: usize,
    callers: usize,
    classes: &[String],
    bar: &Bar,
) -> anyhow::Result<()> {
    let who = Who::new(Actor::public(ground.district), Purpose::Public);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..callers)
            .map(|caller| {
                let who = who.clone();
                scope.spawn(move || -> anyhow::Result<()> {
                    let mut chance = Chance::new(0xbe_0000 + caller as u64);
                    for _ in (caller..count).step_by(callers) {
                        let command = something(&mut chance, classes);
                        rt.write_now(who.clone(), move |cx| matters::app::raise(cx, command))?;
                        bar.step();
                    }
                    Ok(())
                })
            })
            .collect();
        for thread in threads {
            thread.join().map_err(|_| anyhow::anyhow!("a caller panicked"))??;
        }
        Ok(())
    })
}
