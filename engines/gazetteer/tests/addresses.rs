//! Addresses as people write them, and texts that no address is.
#![expect(clippy::unwrap_used, reason = "tests")]

use gazetteer::{Level, Path, Query, What, keys, parse};
use proptest::prelude::*;

fn parts(text: &str) -> String {
    let address = parse(text);
    let shown = address.parts.iter().map(|p| match p.what {
        What::Region => format!("<{}>", p.text),
        What::Name => format!("[{}]", p.text),
        What::Number(None, n) => format!("?{n}"),
        What::Number(Some(level), n) => format!("{level:?}{n}"),
    });
    shown.collect::<Vec<_>>().join(" ")
}

#[test]
fn every_form_is_read() {
    let table = [
        ("青禾镇望苇路128弄5号3幢2单元401室", "<青禾镇> [望苇路] Lane128 Door5 House3 Unit2 Room401"),
        ("上海市和邻区青禾镇水闸村望苇路１２８號", "<上海市> <和邻区> <青禾镇> <水闸村> [望苇路] Door128"),
        ("水闸村3组12号", "[水闸村] Group3 Door12"),
        ("青禾镇水闸村第三组", "<青禾镇> [水闸村] Group3"),
        ("水闸村 宅基 12 号", "[水闸村] Plot12"),
        ("水闸村3组宅基地12号", "[水闸村] Group3 Plot12"),
        ("望苇路三十二号", "[望苇路] Door32"),
        ("望苇路一百二十八弄二〇三室", "[望苇路] Lane128 Room203"),
        ("望苇路128弄5支弄3号", "[望苇路] Lane128 SubLane5 Door3"),
        ("月季新村5号楼302", "[月季新村] House5 ?302"),
        ("月季小区A座12层", "[月季小区] HouseA Floor12"),
        ("望苇路128-5-401", "[望苇路] ?128 ?5 ?401"),
        ("望苇路128号甲", "[望苇路] Door128甲"),
        ("望苇路12A号", "[望苇路] Door12A"),
        ("望苇路128号附1号", "[望苇路] Door128 Sub1"),
        ("望苇路5号门口", "[望苇路] Door5 [门口]"),
        ("望苇路12之3号", "[望苇路] ?12 Sub3"),
        ("望苇路12附3号", "[望苇路] ?12 Sub3"),
        ("望葦路128號5樓", "[望苇路] Door128 Floor5"),
        ("wangweilu128nong5hao", "[wangweilu] Lane128 Door5"),
        ("wwl128", "[wwl] ?128"),
        ("No. 128 Wangwei Road", "Door128 [wangweilu]"),
        ("Room 401, Lane 128, Wangwei Rd", "Room401 Lane128 [wangweilu]"),
        ("wang wei lu 128", "[wangweilu] ?128"),
        ("镇南路5号", "[镇南路] Door5"),
        ("新市镇人民路5号", "<新市镇> [人民路] Door5"),
        ("城市花园3幢", "[城市花园] House3"),
        ("开发区大道8号", "[开发区大道] Door8"),
        ("望苇路月季小区5号", "[望苇路] [月季小区] Door5"),
        ("四号桥", "[四号桥]"),
        ("地铁2号线", "[地铁2号线]"),
        ("张家宅12号", "[张家宅] Door12"),
        ("之江路5号", "[之江路] Door5"),
        ("五一路1号", "[五一路] Door1"),
        ("1234567890号", "[1234567890号]"),
        ("", ""),
        ("，。！", "[！]"),
    ];
    for (text, expected) in table {
        let expected = expected.replace("[！]", "[!]");
        assert_eq!(parts(text), expected, "{text}");
    }
}

#[test]
fn parts_say_where_they_stood() {
    let text = "青禾镇 望苇路１２８弄";
    let address = parse(text);
    let read: Vec<&str> = address.parts.iter().map(|p| &text[p.span.clone()]).collect();
    assert_eq!(read, ["青禾镇", "望苇路", "１２８弄"]);
}

#[test]
fn the_normal_form_is_read_as_itself() {
    for text in
        ["青禾镇望苇路128弄5号", "水闸村三组宅基12号", "月季新村5号楼302", "望苇路128-5-401", "wangwei road 5 hao"]
    {
        let once = parse(text).normal();
        assert_eq!(parse(&once).normal(), once, "{text}");
    }
}

/// Pieces that addresses and other texts are made of.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("青禾镇"),
        Just("路"),
        Just("望苇"),
        Just("号"),
        Just("弄"),
        Just("12"),
        Just("三十"),
        Just("百"),
        Just("宅基"),
        Just("第"),
        Just("a"),
        Just("座"),
        Just("-"),
        Just(" "),
        Just("之"),
        Just("附"),
        Just("甲"),
        Just("村"),
        Just("市"),
        Just("99999999999"),
        Just("nong"),
        Just("room"),
        Just("𠮷"),
        Just("\u{202e}"),
        Just("\0"),
        Just("①"),
        Just("İ"),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|p| p.concat())
}

proptest! {
    #[test]
    fn nothing_panics_and_spans_stand_in_the_text(text in prop_oneof![".{0,300}", pieces()]) {
        let address = parse(&text);
        let mut last = 0;
        for part in &address.parts {
            prop_assert!(text.get(part.span.clone()).is_some());
            prop_assert!(part.span.start >= last, "in order, without overlap");
            last = part.span.end;
        }
        let query = Query::of(&text);
        for reading in &query.readings {
            keys::sought(&reading.whole, &reading.name);
            for path in &reading.paths {
                prop_assert_eq!(Path::from_key(&path.key()).unwrap(), path.clone());
            }
        }
        keys::of_name(&text);
        gazetteer::fold(&text);
        address.normal();
    }

    #[test]
    fn what_is_written_is_read_back(lane in 1u32..9999, door in 1u32..999, room in 101u32..9999) {
        let text = format!("青禾镇望苇路{lane}弄{door}号{room}室");
        let numbers: Vec<(Level, u32)> = parse(&text).numbers().map(|(l, n)| (l, n.n)).collect();
        prop_assert_eq!(numbers, vec![(Level::Lane, lane), (Level::Door, door), (Level::Room, room)]);
    }

    #[test]
    fn keys_sort_as_paths_do(a in 0u32..100_000, b in 0u32..100_000) {
        let key = |n: u32| Path::new(vec![(Level::Lane, 5.into()), (Level::Door, n.into())]).key();
        prop_assert_eq!(key(a).cmp(&key(b)), a.cmp(&b));
    }
}
