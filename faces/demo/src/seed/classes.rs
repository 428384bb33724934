//! The classes of matters of the invented district: those every district starts with, and some more, each agency named.

use super::Error;
use crate::cast::AGENCIES;
use matters::app::{classes, save_class, seed_classes};
use matters::model::{Allowance, ClassRule, Family, Route, TimeKind, Urgency};
use store::Cx;

/// Name of the body behind an agency's code.
pub fn agency_name(code: &str) -> Option<String> {
    AGENCIES.iter().find(|(c, _)| *c == code).map(|(_, name)| format!("和邻区{name}"))
}

fn more(code: &str, family: Family, route: Route, zh: &str, en: &str, hint: (&str, &str)) -> ClassRule {
    ClassRule {
        hint_zh: hint.0.to_owned(),
        hint_en: hint.1.to_owned(),
        position: 55,
        ..ClassRule::new(code, family, route, zh, en)
    }
}

fn by_agency(code: &str, agency: &str, zh: &str, en: &str, hint: (&str, &str)) -> ClassRule {
    ClassRule {
        agency: agency_name(agency),
        time: TimeKind::WorkingDays,
        position: 125,
        ..more(code, Family::NonPolice, Route::Agency, zh, en, hint)
    }
}

fn extra() -> Vec<ClassRule> {
    let mut list = vec![
        more(
            "noise",
            Family::Police,
            Route::CommunityOfficer,
            "噪音扰民",
            "Noise",
            ("装修、音响、夜间吵闹", "Building work, music, noise at night"),
        ),
        ClassRule {
            sign: Allowance::minutes(30),
            contact: Allowance::hours(2),
            handle: Allowance::days(1),
            verify: Allowance::days(3),
            ..more(
                "elder-unseen",
                Family::Police,
                Route::Duty,
                "独居老人多日未见",
                "Elder not seen for days",
                ("敲门没人应、牛奶没拿", "No answer at the door, milk not taken in"),
            )
        },
        ClassRule {
            urgency: Urgency::Urgent,
            ..more(
                "charging",
                Family::NonPolice,
                Route::Committee,
                "电动车飞线充电",
                "Charging from a window",
                ("拉线、楼道充电、电池上楼", "Wires from windows, batteries in the stairway"),
            )
        },
        ClassRule {
            urgency: Urgency::Urgent,
            ..by_agency(
                "manhole",
                "municipal",
                "井盖破损",
                "Broken manhole cover",
                ("缺失、松动、下沉", "Missing, loose, sunken"),
            )
        },
        by_agency(
            "street-light",
            "lighting",
            "路灯不亮",
            "Street light out",
            ("整段不亮、闪烁", "A dark stretch, a flickering lamp"),
        ),
        by_agency(
            "river",
            "water",
            "河道垃圾与水质",
            "Rubbish in a canal",
            ("漂浮物、异味、护栏", "Floating rubbish, smell, railing"),
        ),
        by_agency(
            "street-trade",
            "urban",
            "占道经营与油烟",
            "Trading on the pavement",
            ("出摊、油烟、夜宵", "Stalls, kitchen fumes"),
        ),
        by_agency("greening", "greening", "树木绿化", "Trees", ("修剪、断枝、蜂窝", "Pruning, broken branches, wasps")),
        by_agency(
            "power",
            "power",
            "供电与线缆",
            "Power and cables",
            ("垂线、跳闸、异响", "Hanging wires, power cuts"),
        ),
    ];
    for class in &mut list {
        class.published = ["manhole", "street-light", "river", "greening", "power"].contains(&class.code.as_str());
    }
    list
}

/// Writes the classes.
pub fn write(cx: &mut Cx<'_>) -> Result<(), Error> {
    seed_classes(cx)?;
    for rule in extra() {
        save_class(cx, rule)?;
    }
    for (code, agency) in [("public-works", "municipal"), ("welfare", "civil"), ("market", "market")] {
        let known = classes(cx)?.iter().find(|c| c.code == code).cloned();
        if let Some(known) = known {
            save_class(cx, ClassRule { agency: agency_name(agency), ..(*known).clone() })?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stories::STORIES;

    #[test]
    fn every_story_has_its_class_and_every_class_its_story() {
        let mut classes: Vec<String> = matters::seed::classes().into_iter().map(|c| c.code).collect();
        classes.extend(extra().into_iter().map(|c| c.code));
        // Nobody raises these: the program does, after two closed doors.
        classes.retain(|code| code != matters::seed::WELFARE_CHECK);
        let mut stories: Vec<String> = STORIES.iter().map(|s| s.class.to_owned()).collect();
        classes.sort();
        stories.sort();
        assert_eq!(classes, stories);
    }
}
