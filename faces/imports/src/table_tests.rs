#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
use super::*;
use std::io::Write as _;

fn rows_of(name: &str, bytes: &[u8]) -> Result<(Vec<String>, Vec<(usize, Vec<String>)>), TableError> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let table = Table::open(&path)?;
    let headers = table.headers.clone();
    let rows = table.map(|r| r.map(|r| (r.row, r.cells))).collect::<Result<_, _>>()?;
    Ok((headers, rows))
}

#[test]
fn the_same_text_is_read_from_every_encoding() {
    let text = "编号,名称\n1,睦邻站𠮷龘·\n";
    let mut with_mark = vec![0xef, 0xbb, 0xbf];
    with_mark.extend_from_slice(text.as_bytes());
    let utf16: Vec<u8> = std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let national = GB18030.encode(text).0.into_owned();
    for bytes in [text.as_bytes().to_vec(), with_mark, utf16, national] {
        let (headers, rows) = rows_of("a.csv", &bytes).unwrap();
        assert_eq!(headers, ["编号", "名称"]);
        assert_eq!(rows, [(2, vec!["1".to_owned(), "睦邻站𠮷龘·".to_owned()])]);
    }
}

#[test]
fn rows_are_numbered_as_the_spreadsheet_shows_them() {
    let (_, rows) = rows_of("a.csv", b"a,b\r\n\r\n1,\"two\r\nlines\"\r\n3,4\r\n").unwrap();
    assert_eq!(rows.iter().map(|r| r.0).collect::<Vec<_>>(), [3, 4]);
    let (_, rows) = rows_of("a.csv", b"a,b\n1,\"ends\n\"\n\n2,\"ends\n\"").unwrap();
    assert_eq!(rows.iter().map(|r| r.0).collect::<Vec<_>>(), [2, 4]);
    let (_, rows) = rows_of("a.csv", b"a;b\n1;2\n").unwrap();
    assert_eq!(rows[0].1, ["1", "2"]);
}

#[test]
fn packed_files_are_unpacked() {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(b"a,b\n1,2\n").unwrap();
    assert_eq!(rows_of("a.csv.gz", &packer.finish().unwrap()).unwrap().1.len(), 1);
}

#[test]
fn a_spreadsheet_reads_as_its_csv_would() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "id").unwrap().write(0, 1, "opened").unwrap().write(1, 0, 101_001_240_734_i64).unwrap();
    let time = rust_xlsxwriter::ExcelDateTime::parse_from_str("2015-01-01T00:20:09").unwrap();
    sheet
        .write_with_format(1, 1, &time, &rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"))
        .unwrap();
    sheet.write(3, 0, "last").unwrap();
    let (headers, rows) = rows_of("a.xlsx", &book.save_to_buffer().unwrap()).unwrap();
    assert_eq!(headers, ["id", "opened"]);
    assert_eq!(rows[0], (2, vec!["101001240734".to_owned(), "2015-01-01T00:20:09".to_owned()]));
    assert_eq!(rows[1].0, 4, "the empty row 3 is passed over, not renumbered");
}

#[test]
fn what_cannot_be_read_says_why() {
    let said = |name: &str, bytes: &[u8]| rows_of(name, bytes).unwrap_err().to_string();
    assert!(said("a.pdf", b"").contains("use a .csv"));
    assert!(said("a.csv", b"").contains("is empty"));
    assert!(said("a.csv", b"a,A\n").contains("twice"));
    assert!(said("a.csv", b"a,b\n1,2,3\n").contains("row 2: 3 cells"));
    let open = said("a.csv", b"a,b\n1,\"x\ny\"\n2,\"3\n4,5\n");
    assert!(open.contains("row 3: a quotation mark opens"), "{open}");
    assert!(said("a.xlsx", b"not a spreadsheet").contains("a.xlsx"));
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().write(0, 0, "id").unwrap().write(1, 0, 310_120_199_001_010_123_f64).unwrap();
    assert!(said("a.xlsx", &book.save_to_buffer().unwrap()).contains("format that column as text"));
}
