//! QR codes as inline SVG: nothing to load, sharp on paper, allowed by the strict policy.

use fast_qr::qr::QRBuilder;
use fast_qr::{ECL, QRCode};
use std::fmt::Write as _;

/// An SVG of `text` with a quiet zone of four modules; empty when the text is too long for a QR code.
pub(crate) fn svg(text: &str, label: &str) -> String {
    QRBuilder::new(text).ecl(ECL::M).build().map(|code| draw(&code, label)).unwrap_or_default()
}

fn draw(code: &QRCode, label: &str) -> String {
    let size = code.size;
    let mut path = String::new();
    for (i, module) in code.data.iter().take(size * size).enumerate() {
        if module.value() {
            let _ = write!(path, "M{} {}h1v1h-1z", i % size + 4, i / size + 4);
        }
    }
    let side = size + 8;
    let label: String = label.chars().filter(|c| !matches!(c, '"' | '<' | '>' | '&')).collect();
    format!(
        "<svg class=\"qr\" viewBox=\"0 0 {side} {side}\" role=\"img\" aria-label=\"{label}\" shape-rendering=\"crispEdges\">\
         <rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>"
    )
}

#[cfg(test)]
mod tests {
    use super::svg;

    #[test]
    fn a_code_is_drawn_and_its_label_cannot_break_out() {
        let text = svg("https://mulin.example/t/ABCD-EFGH-JKMN", "a\"><b>");
        assert!(text.starts_with("<svg") && text.contains("h1v1h-1z"));
        assert!(text.contains("aria-label=\"ab\""));
        assert_eq!(svg(&"x".repeat(5_000), ""), "");
    }
}
