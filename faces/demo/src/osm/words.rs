//! Names in two languages: Chinese as invented, English from the sound and the kind.

use super::Tags;

/// Endings that English has a word for; the longer ones first.
const KINDS: &[(&str, &str)] = &[
    ("警务站", "Police Post"),
    ("警务室", "Police Office"),
    ("中心医院", "Central Hospital"),
    ("卫生院", "Clinic"),
    ("菜场", "Market"),
    ("小学", "Primary School"),
    ("中学", "Secondary School"),
    ("药房", "Pharmacy"),
    ("公厕", "Public Toilet"),
    ("汽车站", "Bus Station"),
    ("储蓄所", "Savings Bank"),
    ("农商银行", "Bank"),
    ("社区中心", "Community Centre"),
    ("邮局", "Post Office"),
    ("公园", "Park"),
    ("老街", "Old Street"),
    ("街道", "Sub-district"),
    ("公路", "Highway"),
    ("大道", "Avenue"),
    ("路", "Road"),
    ("街", "Street"),
    ("镇", "Town"),
    ("村", "Village"),
    ("河", "River"),
    ("湾", "Bay"),
    ("泾", "Canal"),
    ("浜", "Creek"),
    ("漕", "Canal"),
    ("塘", "Canal"),
    ("沥", "Canal"),
];

/// Puts a name and its English form on; nothing when nobody named it.
pub(super) fn named(tags: &mut Tags, name: &str) {
    if !name.is_empty() {
        tags.extend([("name", name.to_owned()), ("name:en", english(name))]);
    }
}

/// 望苇路 → Wangwei Road.
pub(crate) fn english(name: &str) -> String {
    let (stem, kind) =
        KINDS.iter().find_map(|(zh, en)| name.strip_suffix(zh).map(|stem| (stem, *en))).unwrap_or((name, ""));
    let mut sound = kernel::text::pinyin(stem).0;
    if let Some(first) = sound.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    format!("{sound} {kind}").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::english;

    #[test]
    fn the_sound_and_the_kind() {
        assert_eq!(english("望苇路"), "Wangwei Road");
        assert_eq!(english("青禾老街"), "Qinghe Old Street");
        assert_eq!(english("青禾街道"), "Qinghe Sub-district");
        assert_eq!(english("荷风苑"), "Hefengyuan");
    }
}
