//! What holds for every text.
#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use redact::{Hints, find, find_counted, redact};

/// Pieces that the rules look for, so that random texts meet them often.
const PIECES: &[&str] = &[
    "我叫",
    "王小明",
    "李",
    "阿姨",
    "先生",
    "住",
    "我家",
    "我住",
    "3号楼",
    "502室",
    "88弄",
    "翠湖路",
    "12号",
    "021-0555 0123",
    "12055501234",
    "幺二八五五五零幺二三四",
    "990101195803120018",
    "沪A·D0123",
    "微信",
    "abc_123",
    "a@b.cn",
    "楼上",
    "那户",
    "漏水",
    "联系人：",
    "电话",
    "〔姓名〕",
    "〔电话〕",
    "姓",
    "·",
    "买买提",
    "某",
    "老",
    "我妈在",
    "上班",
    "，",
    "。",
    "\n",
    " ",
    "的",
    "是",
    "三楼的",
    "(2026)",
    "民初1号",
    "1",
    "0",
    "元",
    "X",
    "我今年",
    "岁",
    "𠮷",
    "龘",
    "王",
    "xx",
    "🏠",
    "1️⃣",
    "隔壁",
    "他家",
    "敲过",
    "门",
];

fn texts() -> impl Strategy<Value = String> {
    let pieces = prop::collection::vec(prop::sample::select(PIECES), 0..30).prop_map(|p| p.concat());
    let mixed = prop::collection::vec(
        prop_oneof![
            prop::sample::select(PIECES).prop_map(str::to_owned),
            "\\PC{0,3}",
            "[\u{4e00}-\u{9fff}]{0,4}",
            "[0-9]{1,6}"
        ],
        0..20,
    )
    .prop_map(|p| p.concat());
    prop_oneof![pieces, mixed, "\\PC{0,60}", any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn spans_are_in_order_and_on_characters(text in texts()) {
        let spans = find(&text, &Hints::default());
        let mut done = 0;
        for span in &spans {
            prop_assert!(span.start >= done && span.end > span.start && span.end <= text.len());
            prop_assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end));
            done = span.end;
        }
    }

    #[test]
    fn redacting_twice_changes_nothing(text in texts()) {
        let hints = Hints { names: vec!["王小明".into()], phones: vec!["021-0555 0123".into()], ..Hints::default() };
        for hints in [Hints::default(), hints] {
            let once = redact(&text, &find(&text, &hints));
            let twice = redact(&once, &find(&once, &hints));
            prop_assert_eq!(once, twice);
        }
    }

    #[test]
    fn what_is_known_never_survives(
        before in texts(), after in texts(),
        name in "[\u{4e00}-\u{9fff}]{2,4}", phone in "021-?0[0-9]{3} ?[0-9]{4}", number in "[a-z]{2,5}[0-9]{3,8}@[a-z]{3}\\.cn",
        address in "[\u{4e00}-\u{9fff}]{2,3}路[1-9][0-9]{0,2}弄[1-9]号[1-9]0[1-9]室", words in "[\u{4e00}-\u{9fff}]{2,6}",
    ) {
        let known = [&name, &phone, &number, &address, &words].map(Clone::clone);
        prop_assume!(!known.iter().any(|k| "〔电话〕〔号码〕〔地址〕〔姓名〕〔个人情况〕〔隐去〕".contains(k.as_str())));
        let text = format!("{before}{name}{phone}{after}{number}{address}{before}{words}{name}{after}{phone}");
        let hints = Hints {
            names: vec![name], phones: vec![phone], numbers: vec![number], addresses: vec![address], words: vec![words],
            ..Hints::default()
        };
        let shown = redact(&text, &find(&text, &hints));
        for value in known {
            prop_assert!(!shown.contains(&value), "{} survives in {}", value, shown);
        }
    }

    #[test]
    fn any_spans_redact_without_panic(text in texts(), a in 0usize..80, b in 0usize..80) {
        let span = redact::Span { start: a, end: b, kind: redact::Kind::Words };
        let _ = redact(&text, &[span, span]);
    }
}

/// Steps for a text made of one piece, per byte, short and long.
fn growth(piece: &str) -> (f64, f64) {
    let per_byte = |n: usize| {
        let text = piece.repeat(n / piece.len() + 1);
        find_counted(&text, &Hints::default()).1 as f64 / text.len() as f64
    };
    (per_byte(3_000), per_byte(24_000))
}

#[test]
fn steps_grow_with_the_length_and_no_faster() {
    for piece in PIECES.iter().copied().chain([
        "1 ",
        "一",
        "1-",
        "我家",
        "我",
        "号",
        "王",
        "@",
        "a@",
        "12号",
        "·人",
        "我住楼",
        "(2026)号",
        "我妈在我妈在",
    ]) {
        let (short, long) = growth(piece);
        assert!(long <= short * 1.3 + 50.0, "{piece}: {short} steps a byte in a short text, {long} in a long one");
    }
}

#[test]
fn a_megabyte_takes_a_bounded_number_of_steps() {
    let page = "我叫王小明,住翠湖路88弄12号602室,电话021-0555 0123。楼上那户半夜拖椅子,物业经理说马上来。2026年11月23日付了1280元。\n";
    let text = page.repeat(1_000_000 / page.len() + 1);
    let (spans, steps) = find_counted(&text, &Hints::default());
    assert!(spans.len() > 4 * 6_000, "{}", spans.len());
    assert!(steps < 400 * text.len() as u64, "{} steps a byte", steps / text.len() as u64);
}
