//! One form for what keyboards write differently: full width, capitals, traditional characters, dashes.

/// A character as it is compared, and where it stands in the text as written (bytes).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Folded {
    pub c: char,
    pub from: usize,
    pub to: usize,
}

/// Traditional characters of addresses and of names of places, each above its simplified form.
const TRADITIONAL: &str = "號樓單層區縣鎮鄉東門園灣橋龍華興廣陽雲衛國學蘇蘆葦閘棟組戶莊農場長馬鐵電業萬書車風飛魚鳥鳳黃齊濱澤漁濟寧義聖聯樂榮豐運達遠進錢銀錦關開間陳陸隊順頭顧麗壩島嶺衚衖廈廟廠廳會團圓幹紅綠藍蘭蓮葉蔣趙楊張劉鄭許謝鄧馮羅蕭鍾韓羣勝壽寶實對岡崗巖嘯塢塵墳墻報處備複夾奮婦孫強彎後從總戲拋擴攔數斷時曉機權條標樹橫橢歡歸殘氣決沖況淺漢潔潛滬滿滅為燈爐爾獅獨環瑤畫當發盧盜眾確禮禪種積稱穀竊競筆築簡糧紀紡級細終結給統經綜緣線編練縫縱織繞維綱網緊罷聞聲聽職腦腸膠臨舊艙藝術裏裝褲見規視覽觀計訊設訪評話詩該詳語說請諸謀議護讀變讓豬貝財貨貫買費貿質購賓賽軍軒軟較輕輝輪輸轉辦農遲適選還邊郵鄰醫釀釣鈔鈴鉛銅鋁鋒鋼錄鍋鎖鏡門閃閉閣閱陰陣際隨險隱雙雜離難靈靜頂項預領題額願類顯飯飲館駐騎驗驛髮鬥鬧鮮鴨鴻鵬鶴麥麵點黨龜";
const SIMPLIFIED: &str = "号楼单层区县镇乡东门园湾桥龙华兴广阳云卫国学苏芦苇闸栋组户庄农场长马铁电业万书车风飞鱼鸟凤黄齐滨泽渔济宁义圣联乐荣丰运达远进钱银锦关开间陈陆队顺头顾丽坝岛岭胡弄厦庙厂厅会团圆干红绿蓝兰莲叶蒋赵杨张刘郑许谢邓冯罗萧钟韩群胜寿宝实对冈岗岩啸坞尘坟墙报处备复夹奋妇孙强弯后从总戏抛扩拦数断时晓机权条标树横椭欢归残气决冲况浅汉洁潜沪满灭为灯炉尔狮独环瑶画当发卢盗众确礼禅种积称谷窃竞笔筑简粮纪纺级细终结给统经综缘线编练缝纵织绕维纲网紧罢闻声听职脑肠胶临旧舱艺术里装裤见规视览观计讯设访评话诗该详语说请诸谋议护读变让猪贝财货贯买费贸质购宾赛军轩软较轻辉轮输转办农迟适选还边邮邻医酿钓钞铃铅铜铝锋钢录锅锁镜门闪闭阁阅阴阵际随险隐双杂离难灵静顶项预领题额愿类显饭饮馆驻骑验驿发斗闹鲜鸭鸿鹏鹤麦面点党龟";

fn simplified(c: char) -> char {
    // A line of ASCII must not walk the list.
    if c < '\u{4e00}' {
        return c;
    }
    TRADITIONAL.chars().zip(SIMPLIFIED.chars()).find_map(|(old, new)| (old == c).then_some(new)).unwrap_or(c)
}

fn one(c: char) -> char {
    let c = match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    };
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30fc}' | '~' | '/' | '_' => '-',
        '#' => '号',
        '衖' => '弄',
        c if c.is_whitespace() || c.is_control() => ' ',
        ',' | '.' | ';' | ':' | '(' | ')' | '[' | ']' | '{' | '}' | '"' | '\'' | '|' | '\\' => ' ',
        '，' | '。' | '、' | '；' | '：' | '（' | '）' | '【' | '】' | '《' | '》' | '“' | '”' | '‘' | '’' | '·' => {
            ' '
        }
        // What no eye sees: marks of direction, joiners, the mark of byte order.
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => ' ',
        c => simplified(c.to_lowercase().next().unwrap_or(c)),
    }
}

pub(crate) fn folded(text: &str) -> Vec<Folded> {
    let chars = text.char_indices().take(crate::MAX_CHARS);
    chars.map(|(from, c)| Folded { c: one(c), from, to: from + c.len_utf8() }).collect()
}

/// The text as it is compared: narrow, lower case, simplified, without spaces and punctuation. ２号樓 → `2号楼`.
pub fn fold(text: &str) -> String {
    folded(text).into_iter().map(|f| f.c).filter(|c| *c != ' ').collect()
}

pub(crate) const fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '\u{3007}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keyboards_write_the_same() {
        assert_eq!(TRADITIONAL.chars().count(), SIMPLIFIED.chars().count(), "each has its own");
        assert_eq!(fold("望葦路１２８弄 5號"), "望苇路128弄5号");
        assert_eq!(fold("青禾鎮（望苇路）128—5"), "青禾镇望苇路128-5");
        assert_eq!(fold("５＃ Ａ座"), "5号a座");
    }
}
