//! Sounds of a name. A character of several sounds has each of them: nobody can tell 庄行镇 (háng) from 行人桥 (xíng) by the
//! character, so a name is found by all.

use kernel::text::pinyin;

/// Other sounds of characters that stand in names of places, beside the one that [`pinyin`] gives (some of these are that one).
const OTHER: &[(char, &[&str])] = &[
    ('行', &["hang", "xing"]),
    ('长', &["chang", "zhang"]),
    ('重', &["chong", "zhong"]),
    ('乐', &["le", "yue"]),
    ('朝', &["chao", "zhao"]),
    ('单', &["dan", "shan"]),
    ('曾', &["zeng", "ceng"]),
    ('仇', &["qiu", "chou"]),
    ('解', &["jie", "xie"]),
    ('厦', &["sha", "xia"]),
    ('泊', &["bo", "po"]),
    ('藏', &["cang", "zang"]),
    ('堡', &["bao", "pu", "bu"]),
    ('番', &["fan", "pan"]),
    ('车', &["che", "ju"]),
    ('会', &["hui", "kuai"]),
    ('角', &["jiao", "jue"]),
    ('觉', &["jue", "jiao"]),
    ('石', &["shi", "dan"]),
    ('六', &["liu", "lu"]),
    ('大', &["da", "dai"]),
    ('莘', &["xin", "shen"]),
    ('盛', &["sheng", "cheng"]),
    ('召', &["zhao", "shao"]),
    ('薄', &["bo", "bao"]),
    ('露', &["lu", "lou"]),
    ('传', &["chuan", "zhuan"]),
    ('调', &["diao", "tiao"]),
    ('弹', &["dan", "tan"]),
    ('圈', &["quan", "juan"]),
    ('佛', &["fo", "fu"]),
    ('翟', &["zhai", "di"]),
    ('查', &["cha", "zha"]),
    ('种', &["zhong", "chong"]),
    ('朴', &["pu", "piao"]),
    ('区', &["qu", "ou"]),
    ('宿', &["su", "xiu"]),
    ('尾', &["wei", "yi"]),
    ('涌', &["yong", "chong"]),
    ('埔', &["pu", "bu"]),
    ('浒', &["hu", "xu"]),
    ('洞', &["dong", "tong"]),
    ('蚌', &["bang", "beng"]),
    ('歙', &["she", "xi"]),
    ('柏', &["bai", "bo"]),
    ('阿', &["a", "e"]),
    ('牟', &["mu", "mou"]),
    ('万', &["wan", "mo"]),
    ('落', &["luo", "lao"]),
    ('都', &["du", "dou"]),
    ('得', &["de", "dei"]),
    ('沈', &["shen", "chen"]),
    ('缪', &["miao", "mou"]),
    ('尉', &["wei", "yu"]),
    ('降', &["jiang", "xiang"]),
    ('奇', &["qi", "ji"]),
    ('参', &["can", "shen"]),
    ('差', &["cha", "chai"]),
    ('颤', &["chan", "zhan"]),
    ('绿', &["lv", "lu"]),
    ('吕', &["lv", "lu"]),
    ('女', &["nv", "nu"]),
    ('驴', &["lv", "lu"]),
    ('率', &["shuai", "lv"]),
    ('泷', &["long", "shuang"]),
    ('枞', &["cong", "zong"]),
    ('隽', &["jun", "juan"]),
    ('覃', &["qin", "tan"]),
    ('校', &["xiao", "jiao"]),
    ('识', &["shi", "zhi"]),
    ('省', &["sheng", "xing"]),
    ('俞', &["yu", "shu"]),
    ('氏', &["shi", "zhi"]),
    ('祭', &["ji", "zhai"]),
    ('卜', &["bu", "bo"]),
    ('贾', &["jia", "gu"]),
    ('强', &["qiang", "jiang"]),
    ('和', &["he", "huo"]),
    ('合', &["he", "ge"]),
    ('便', &["bian", "pian"]),
    ('模', &["mo", "mu"]),
    ('栖', &["qi", "xi"]),
    ('漯', &["luo", "ta"]),
];
/// Ways to say one name at most, and to type it partly by first letters.
const MOST: usize = 8;
const MOST_MIXED: usize = 48;
/// Of so many characters: what follows is seldom typed in letters.
const MIXED_CHARS: usize = 4;

/// What one character may sound like, the usual first; the empty text where it has no sound.
fn readings(c: char) -> Vec<String> {
    let usual = pinyin(c.encode_utf8(&mut [0; 4])).0;
    let others = OTHER.iter().find(|o| o.0 == c).map_or(&[][..], |o| o.1);
    let others: Vec<String> = others.iter().filter(|o| **o != usual).map(|o| (*o).to_owned()).collect();
    std::iter::once(usual).chain(others).collect()
}

/// Whole sound and first letters of a name, for each way to say it; the usual one first.
pub(crate) fn sounds(name: &str) -> Vec<(String, String)> {
    let mut all = vec![(String::new(), String::new())];
    for c in name.chars() {
        let mut said = readings(c);
        if all.len() * said.len() > MOST {
            said.truncate(1);
        }
        let initial = |sound: &str| sound.chars().next().map_or(String::new(), String::from);
        let with = |sound: &String| {
            let (sound, initial) = (sound.clone(), initial(sound));
            all.iter().map(move |(s, i)| (format!("{s}{sound}"), format!("{i}{initial}"))).collect::<Vec<_>>()
        };
        all = said.iter().flat_map(with).collect();
    }
    all
}

/// A name typed partly by whole sounds and partly by first letters, as input methods take it: `wangwl`, `wwlu`.
pub(crate) fn mixed(name: &str) -> Vec<String> {
    // With each, whether a whole sound and whether a letter alone is in it.
    let mut all = vec![(String::new(), false, false)];
    for c in name.chars().take(MIXED_CHARS) {
        let mut said = readings(c);
        if all.len() * said.len() * 2 > MOST_MIXED {
            said.truncate(1);
        }
        let first = |sound: &String| sound.chars().next().filter(|_| sound.len() > 1).map(String::from);
        let letters: Vec<String> = said.iter().filter_map(first).collect();
        let choices = said.iter().map(|s| (s, s.len() > 1, false)).chain(letters.iter().map(|l| (l, false, true)));
        all = choices
            .flat_map(|(text, whole, letter)| {
                all.iter().map(move |(before, w, l)| (format!("{before}{text}"), *w || whole, *l || letter))
            })
            .collect();
    }
    all.into_iter().filter(|(_, whole, letter)| *whole && *letter).map(|(text, ..)| text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_to_say_it_once() {
        let said = |name: &str| sounds(name).into_iter().map(|s| s.0).collect::<Vec<_>>();
        assert_eq!(said("望苇路"), ["wangweilu"]);
        let mut minhang = said("闵行");
        minhang.sort();
        assert_eq!(minhang, ["minhang", "minxing"]);
        let mut changle = said("长乐");
        changle.sort();
        assert_eq!(changle, ["changle", "changyue", "zhangle", "zhangyue"]);
        assert!(said("行行行行行行行行").len() <= MOST);
        assert_eq!(sounds("A座").first(), Some(&pinyin("A座")));
    }

    #[test]
    fn partly_by_letters() {
        let mut said = mixed("望苇路");
        said.sort();
        assert_eq!(said, ["wangweil", "wangwl", "wangwlu", "wweil", "wweilu", "wwlu"]);
        assert!(mixed("庄行镇").contains(&"zhuanghz".to_owned()));
        assert!(mixed("行长重乐朝单曾").len() <= 2 * MOST_MIXED && mixed("").is_empty());
    }
}
