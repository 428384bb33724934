//! The classes a new district starts with. Every one can be edited.

use crate::model::{Allowance, ClassRule, Family, OnReturn, Route, Scope, TimeKind, Urgency};

/// What lies in public space and blames nobody.
const PUBLISHED: [&str; 5] = ["environment", "water-leak", "lighting", "lift", "public-works"];

/// Raised by the program alone: nobody opened twice. Nobody is offered it.
pub const WELFARE_CHECK: &str = "welfare-check";

/// In the order of the list: what is most often needed first, emergencies on top.
pub fn classes() -> Vec<ClassRule> {
    let mut list = vec![
        emergency(
            "danger-now",
            "有人有危险",
            "Somebody is in danger",
            "受伤、火情、有人落水、正在发生的打斗",
            "Injury, fire, drowning, a fight going on",
        ),
        emergency(
            "missing-person",
            "有人走失",
            "Somebody is missing",
            "老人或孩子不见了，或发现走失的人",
            "An elder or a child is missing, or was found wandering",
        ),
        police(
            "public-order",
            "治安情况",
            "Public order",
            "可疑情况、扰民、轻微冲突",
            "Something suspicious, disturbance, a quarrel",
        ),
        police(
            "fraud",
            "疑似诈骗",
            "Suspected fraud",
            "可疑来电、转账、上门推销",
            "Suspicious call, transfer, door-to-door sale",
        ),
        police(
            "traffic",
            "交通与停车",
            "Traffic and parking",
            "乱停车、路口隐患",
            "Blocked ways, a dangerous crossing",
        ),
        committee(
            "dispute",
            "邻里纠纷",
            "Dispute between neighbours",
            "噪音、漏水责任、公共部位",
            "Noise, who pays for a leak, shared space",
        ),
        committee(
            "environment",
            "环境卫生",
            "Cleanliness",
            "垃圾、楼道杂物、积水",
            "Rubbish, things in the stairway, puddles",
        ),
        committee(
            "elder-care",
            "老人需要帮助",
            "An elder needs help",
            "独居、行动不便、许久没见到",
            "Living alone, hard to get about, not seen for a while",
        ),
        property("water-leak", "漏水与管道", "Leaks and pipes", "楼道、屋顶、下水道", "Stairway, roof, drains"),
        property("lighting", "路灯与照明", "Lighting", "楼道灯、路灯不亮", "A lamp that does not burn"),
        property("lift", "电梯", "Lift", "停运、异响、关人后的检查", "Out of order, strange noise"),
        property(
            "fire-safety",
            "消防隐患",
            "Fire safety",
            "通道堵塞、飞线充电",
            "Blocked escape ways, charging on a wire",
        ),
        agency(
            "public-works",
            "道路与市政",
            "Roads and public works",
            "井盖、路面、护栏",
            "Manhole cover, road surface, railing",
        ),
        agency("welfare", "民生与救助", "Welfare", "补贴、证明、救助政策", "Allowance, certificate, relief"),
        agency("market", "市场与食品", "Market and food", "缺斤短两、食品安全", "Short weight, food safety"),
        plain(
            "advice",
            "咨询与建议",
            "Question or suggestion",
            Route::Committee,
            "不知道归谁管也可以写在这里",
            "Also when you do not know whose business it is",
        ),
        plain("other", "其他", "Something else", Route::CatchAll, "", ""),
        ClassRule {
            time: TimeKind::Calendar,
            sign: Allowance::hours(1),
            contact: Allowance::hours(4),
            handle: Allowance::hours(24),
            verify: Allowance::days(3),
            active: false,
            ..committee(
                WELFARE_CHECK,
                "平安确认",
                "Welfare check",
                "连续上门都没有人开门，要确认老人平安",
                "Nobody opened several times: somebody makes sure that they are well",
            )
        },
    ];
    for (position, class) in list.iter_mut().enumerate() {
        class.position = i64::try_from(position).unwrap_or(0) * 10;
        class.published = PUBLISHED.contains(&class.code.as_str());
    }
    list
}

fn plain(code: &str, zh: &str, en: &str, route: Route, hint_zh: &str, hint_en: &str) -> ClassRule {
    ClassRule {
        hint_zh: hint_zh.to_owned(),
        hint_en: hint_en.to_owned(),
        time: TimeKind::WorkingDays,
        ..ClassRule::new(code, Family::NonPolice, route, zh, en)
    }
}

fn emergency(code: &str, zh: &str, en: &str, hint_zh: &str, hint_en: &str) -> ClassRule {
    ClassRule {
        family: Family::Emergency,
        scope: Scope::PerStage,
        time: TimeKind::Calendar,
        urgency: Urgency::Normal,
        sign: Allowance::minutes(5),
        contact: Allowance::minutes(15),
        handle: Allowance::hours(24),
        verify: Allowance::days(3),
        ..plain(code, zh, en, Route::Duty, hint_zh, hint_en)
    }
}

fn police(code: &str, zh: &str, en: &str, hint_zh: &str, hint_en: &str) -> ClassRule {
    ClassRule {
        family: Family::Police,
        time: TimeKind::Calendar,
        ..plain(code, zh, en, Route::CommunityOfficer, hint_zh, hint_en)
    }
}

fn committee(code: &str, zh: &str, en: &str, hint_zh: &str, hint_en: &str) -> ClassRule {
    plain(code, zh, en, Route::Committee, hint_zh, hint_en)
}

fn property(code: &str, zh: &str, en: &str, hint_zh: &str, hint_en: &str) -> ClassRule {
    ClassRule { on_return: OnReturn::Accumulate, ..plain(code, zh, en, Route::Property, hint_zh, hint_en) }
}

fn agency(code: &str, zh: &str, en: &str, hint_zh: &str, hint_en: &str) -> ClassRule {
    ClassRule {
        time: TimeKind::WorkingHours,
        sign: Allowance::hours(8),
        ..plain(code, zh, en, Route::Agency, hint_zh, hint_en)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_names_complete() {
        let list = classes();
        for (i, class) in list.iter().enumerate() {
            assert!(!list.iter().skip(i + 1).any(|c| c.code == class.code), "{} twice", class.code);
            assert!(!class.name_zh.is_empty() && !class.name_en.is_empty());
        }
        assert!(list.iter().any(ClassRule::is_emergency));
    }
}
