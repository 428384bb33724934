//! Files of OpenStreetMap: the same as another reader reads, and what is said about broken ones.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod world;

use flate2::Compression;
use flate2::write::GzEncoder;
use osmpbf::{Element, ElementReader};
use std::collections::BTreeMap;
use std::io::Write;
use streets::osm::{Kind, Limits, Osm, OsmError, Tags};
use world::write::{Block, blob, deltas, field, header, int, packed, raw_blob};
use world::{FILES, bytes, real};

fn small() -> Block {
    Block::default()
        .node(1, [121.47, 31.23], &[])
        .node(2, [121.471, 31.23], &[("amenity", "police"), ("name", "派出所"), ("source", "survey")])
        .node(3, [121.472, 31.231], &[])
        .node(9, [-43.5, -22.9], &[])
        .way(10, &[1, 2, 3], &[("highway", "residential"), ("name", "南桥路")])
        .way(11, &[3, 4, 1], &[])
        .way(12, &[1, 3], &[])
        .relation(20, &[(1, 11, "outer"), (0, 2, "label")], &[("type", "multipolygon"), ("natural", "water")])
}

fn read(bytes: &[u8]) -> Result<Osm, OsmError> {
    Osm::read(bytes, &Limits::default())
}

#[test]
fn what_is_of_use_is_kept() {
    let osm = read(&small().file()).unwrap();
    let ids: Vec<i64> = osm.ways().iter().map(|w| w.id).collect();
    assert_eq!(ids, [10, 11], "way 12 has no tags and no relation");
    assert_eq!(osm.way(10).unwrap().tags.get("name"), Some("南桥路"));
    assert_eq!(osm.missing_nodes(), 1, "node 4 of way 11");
    assert_eq!(osm.node(9), None, "no one needs it");
    assert_eq!(osm.node(3), Some([121.472, 31.231]));
    let tagged: Vec<_> = osm.tagged_nodes().map(|(n, tags)| (n.id, n.at(), tags.clone())).collect();
    assert_eq!(tagged, [(2, [121.471, 31.23], Tags::from_iter([("amenity", "police"), ("name", "派出所")]))]);
    let relation = &osm.relations()[0];
    assert_eq!(
        (relation.members[0].kind, relation.members[0].id, &*relation.members[0].role),
        (Kind::Way, 11, "outer")
    );
    assert_eq!((relation.members[1].kind, relation.members[1].id), (Kind::Node, 2));
    let bounds = osm.bounds().unwrap();
    assert_eq!((bounds.west, bounds.south, bounds.east, bounds.north), (121.47, 31.23, 121.472, 31.231));
}

#[test]
fn xml_says_the_same() {
    let text = r#"<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6"><bounds minlat="1" minlon="1" maxlat="2" maxlon="2"/>
 <node id="1" lat="31.23" lon="121.47"/>
 <node id="2" lat="31.23" lon="121.471"><tag k="amenity" v="police"/><tag k="name" v="派出所"/><tag k="source" v="survey"/></node>
 <node id="3" lat="31.231" lon="121.472"/><node id="9" lat="-22.9" lon="-43.5"/>
 <node id="30" visible="false"/><node id="31" action="delete" lat="1" lon="1"><tag k="a" v="b"/></node>
 <way id="10"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/><tag k="name" v="南桥路"/></way>
 <way id="11"><nd ref="3"/><nd ref="4"/><nd ref="1"/></way>
 <way id="12"><nd ref="1"/><nd ref="3"/></way>
 <relation id="20"><member type="way" ref="11" role="outer"/><member type="node" ref="2" role="label"/>
  <tag k="type" v="multipolygon"/><tag k="natural" v="water"/></relation>
</osm>"#;
    let (xml, pbf) = (read(text.as_bytes()).unwrap(), read(&small().file()).unwrap());
    let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
    gz.write_all(text.as_bytes()).unwrap();
    let gz = read(&gz.finish().unwrap()).unwrap();
    for other in [xml, gz] {
        assert_eq!(other.ways(), pbf.ways());
        assert_eq!(other.relations(), pbf.relations());
        assert!(other.tagged_nodes().eq(pbf.tagged_nodes()));
        assert_eq!((other.missing_nodes(), other.node_count()), (pbf.missing_nodes(), pbf.node_count()));
    }
    let entities = r#"<osm><node id="1" lat="1" lon="2"><tag k="name" v="A &amp; &#20013; &lt;B&gt;"/></node></osm>"#;
    let osm = read(entities.as_bytes()).unwrap();
    assert_eq!(osm.tagged_nodes().next().unwrap().1.get("name"), Some("A & 中 <B>"));
}

#[test]
fn the_same_as_osmpbf_reads() {
    for name in FILES {
        let osm = real(name);
        let (mut nodes, mut ways, mut relations) = (BTreeMap::new(), 0, 0);
        let mut note = |id, lon, lat| {
            nodes.insert(id, [lon, lat]);
        };
        let file = bytes(name);
        ElementReader::new(&*file)
            .for_each(|element| match element {
                Element::Node(n) => note(n.id(), n.lon(), n.lat()),
                Element::DenseNode(n) => note(n.id(), n.lon(), n.lat()),
                Element::Way(way) => {
                    let Some(ours) = osm.way(way.id()) else {
                        assert_eq!(way.tags().len(), 0, "{name}: way {}", way.id());
                        return;
                    };
                    ways += 1;
                    assert!(way.refs().eq(ours.refs.iter().copied()), "{name}: way {}", way.id());
                    let kept: Vec<_> = way.tags().filter(|(k, _)| ours.tags.get(k).is_some()).collect();
                    assert!(ours.tags.iter().eq(kept.iter().copied()), "{name}: way {}", way.id());
                    assert_eq!(way.tags().any(|(k, _)| k == "highway"), ours.tags.get("highway").is_some());
                }
                Element::Relation(relation) => {
                    let Some(ours) = osm.relations().iter().find(|r| r.id == relation.id()) else { return };
                    relations += 1;
                    let members: Vec<(i64, &str)> =
                        relation.members().map(|m| (m.member_id, m.role().unwrap())).collect();
                    assert!(
                        ours.members.iter().map(|m| (m.id, &*m.role)).eq(members),
                        "{name}: relation {}",
                        relation.id()
                    );
                }
            })
            .unwrap();
        assert_eq!((ways, relations), (osm.ways().len(), osm.relations().len()), "{name}");
        assert!(osm.node_count() > 1_000, "{name}");
        let missing = osm.ways().iter().flat_map(|w| &w.refs).filter(|id| !nodes.contains_key(id)).count();
        assert_eq!(osm.missing_nodes(), missing, "{name}");
        for id in osm.ways().iter().flat_map(|w| &w.refs) {
            let (Some([lon, lat]), Some([x, y])) = (osm.node(*id), nodes.get(id)) else { continue };
            assert!((lon - x).abs() < 1e-9 && (lat - y).abs() < 1e-9, "{name}: node {id}");
        }
    }
}

#[test]
fn no_file_of_streets() {
    for bytes in [&b""[..], b"\0", b"hello", b"{\"type\":1}", b"<html><body/></html>", b"<", b"\x7FELF", &[0; 64]] {
        let error = read(bytes).unwrap_err();
        assert!(matches!(error, OsmError::Unknown | OsmError::Damaged { .. }), "{bytes:?}: {error}");
    }
    assert_eq!(read(b"BZh91AY").unwrap_err().to_string(), "the file is packed by bzip2: unpack it first");
    assert!(read(b"<osm version=\"0.6\"></osm>").unwrap().ways().is_empty());
    assert!(read(&header()).unwrap().bounds().is_none(), "a header and nothing else is a file of nothing");
}

#[test]
fn cut_anywhere() {
    let file = small().file();
    for end in 0..file.len() {
        let error = match read(&file[..end]) {
            Ok(_) if end == header().len() => continue,
            Ok(_) => panic!("{end} bytes of {} were read as whole", file.len()),
            Err(error) => error,
        };
        assert!(matches!(error, OsmError::Cut { .. } | OsmError::Unknown), "{end}: {error}");
    }
    let text = r#"<osm><node id="1" lat="1" lon="2"/><way id="3"><nd ref="1"/></way></osm>"#;
    for end in 0..text.len() {
        assert!(read(&text.as_bytes()[..end]).is_err(), "{}", &text[..end]);
    }
}

#[test]
fn what_cannot_be_true_is_said() {
    let whole = |block: Vec<u8>| [header(), blob("OSMData", &block)].concat();
    let damaged = |bytes: &[u8]| match read(bytes).unwrap_err() {
        OsmError::Damaged { what, .. } => what.to_owned(),
        other => other.to_string(),
    };
    let far = Block::default().node(1, [181.0, 0.0], &[]);
    assert_eq!(damaged(&far.file()), "a node lies outside of the world");
    let fine = |granularity: u64| [Block::default().node(1, [100.0, 0.0], &[]).block(), int(17, granularity)].concat();
    assert_eq!(damaged(&whole(fine(u64::MAX / 2))), "a node lies outside of the world");
    assert_eq!(damaged(&whole(field(2, &field(3, &field(2, &[5]))))), "a text is not in its table");
    assert_eq!(damaged(&whole(field(1, &field(1, &[0xFF, 0xFE])))), "a text is not UTF-8");
    assert_eq!(damaged(&whole(vec![0x0B])), "a field of a kind that does not exist");
    let kind = Block::default().relation(1, &[(7, 1, "")], &[("type", "x")]);
    assert_eq!(damaged(&kind.file()), "a member of a kind that does not exist");
    let other = blob("OSMHeader", &field(4, b"Sort.Type_by_Shape"));
    assert_eq!(damaged(&other), "the file needs \"Sort.Type_by_Shape\", which is not read here");
    let packed = raw_blob("OSMHeader", &[int(2, 9), field(7, b"whatever")].concat());
    assert!(damaged(&packed).contains("packed by zstd: write it anew with zlib"));
    // Says that it unpacks to less, to more than it may, or is no zlib at all.
    for (size, what) in
        [(3, "a blob unpacks to another length than it says"), (1 << 40, "a blob unpacks to more than it may")]
    {
        let plain = blob("OSMHeader", &[0; 100]);
        let body = plain.len() - (4 + u32::from_be_bytes(plain[..4].try_into().unwrap()) as usize);
        let zlib = &plain[plain.len() - body..][4..];
        assert_eq!(damaged(&raw_blob("OSMHeader", &[int(2, size), field(3, zlib)].concat())), what);
    }
    assert_eq!(
        damaged(&raw_blob("OSMHeader", &[int(2, 9), field(3, b"nonsense!")].concat())),
        "a blob cannot be unpacked"
    );
    let bad = [
        r#"<osm><node lat="1" lon="2"/></osm>"#,
        r#"<osm><node id="x" lat="1" lon="2"/></osm>"#,
        r#"<osm><node id="1" lat="91" lon="2"/></osm>"#,
        r#"<osm><node id="1" lat="NaN" lon="2"/></osm>"#,
        r#"<osm><node id="1" lat="1"/></osm>"#,
        r#"<osm><way id="1"><tag k="a"/></way></osm>"#,
        r#"<osm><way id="1"></node></osm>"#,
        "<osm/><osm/>",
    ];
    for text in bad {
        assert!(matches!(read(text.as_bytes()), Err(OsmError::Damaged { .. })), "{text}");
    }
}

#[test]
fn limits_are_said_before_memory_is_full() {
    let file = small().file();
    let refused = |limits: Limits| match Osm::read(&*file, &limits) {
        Err(OsmError::TooMuch { what, .. }) => what,
        other => panic!("{other:?}"),
    };
    let all = Limits::default();
    assert_eq!(refused(Limits { nodes: 3, ..all }), "nodes");
    assert_eq!(refused(Limits { ways: 2, ..all }), "ways");
    assert_eq!(refused(Limits { relations: 0, ..all }), "relations");
    assert_eq!(refused(Limits { references: 5, ..all }), "references");
    assert_eq!(refused(Limits { tags: 3, ..all }), "tags");
    assert_eq!(refused(Limits { bytes: 100, ..all }), "bytes");
    let exact = Limits { nodes: 4, ways: 3, relations: 1, references: 10, tags: 6, ..all };
    Osm::read(&*file, &exact).unwrap();
    let long = format!("<osm>{}</osm>", "<node id='1' lat='1' lon='1'/>".repeat(100));
    assert!(matches!(
        Osm::read(long.as_bytes(), &Limits { bytes: 500, ..all }),
        Err(OsmError::TooMuch { what: "bytes", limit: 500 })
    ));
}

#[test]
fn of_two_with_one_id_the_last_counts() {
    let twice = Block::default()
        .node(5, [1.0, 1.0], &[("amenity", "bank")])
        .node(2, [2.0, 2.0], &[("amenity", "bench")])
        .node(5, [3.0, 3.0], &[("amenity", "school")]);
    let osm = read(&twice.file()).unwrap();
    let all: Vec<_> = osm.tagged_nodes().map(|(n, tags)| (n.id, tags.get("amenity").unwrap())).collect();
    assert_eq!(all, [(2, "bench"), (5, "school")]);
    assert_eq!(osm.node(5), Some([3.0, 3.0]));
}

/// The nodes of a way stand in it, as `osmium add-locations-to-ways` writes them; only nodes with tags are there besides.
#[test]
fn places_inside_of_ways() {
    let at: [[f64; 2]; 3] = [[121.47, 31.23], [121.471, 31.23], [121.472, 31.231]];
    let axis = |n: usize| at.iter().map(|a| (a[n] * 1e7).round() as i64).collect::<Vec<_>>();
    let lacking = |mut places: Vec<i64>| {
        places.push(i64::from(i32::MAX));
        places
    };
    let way = [
        int(1, 10),
        field(2, &[1]),
        field(3, &[2]),
        field(8, &deltas(&[1, 2, 3, 4])),
        field(9, &deltas(&lacking(axis(1)))),
        field(10, &deltas(&lacking(axis(0)))),
    ];
    let texts: Vec<u8> = ["", "highway", "path"].iter().flat_map(|t| field(1, t.as_bytes())).collect();
    let ways = [field(1, &texts), field(2, &field(3, &way.concat()))].concat();
    let tagged = Block::default().node(2, at[1], &[("barrier", "gate")]).block();
    let pbf = read(&[header(), blob("OSMData", &tagged), blob("OSMData", &ways)].concat()).unwrap();
    let text = r#"<osm><node id="2" lat="31.23" lon="121.471"><tag k="barrier" v="gate"/></node>
      <way id="10"><nd ref="1" lat="31.23" lon="121.47"/><nd ref="2" lat="31.23" lon="121.471"/><nd ref="3" lat="31.231" lon="121.472"/>
      <nd ref="4"/><tag k="highway" v="path"/></way></osm>"#;
    for osm in [pbf, read(text.as_bytes()).unwrap()] {
        assert_eq!([1, 2, 3].map(|id| osm.node(id)), at.map(Some));
        assert_eq!((osm.missing_nodes(), osm.tagged_nodes().count()), (1, 1));
    }
}

#[test]
fn an_answer_that_was_broken_off_is_not_taken_for_whole() {
    let with = |remark: &str| format!(r#"<osm><node id="1" lat="1" lon="2"/><remark> {remark} </remark></osm>"#);
    let error = read(with("runtime error: Query timed out in \"query\" after 25 seconds.").as_bytes()).unwrap_err();
    assert!(error.to_string().ends_with("not whole: runtime error: Query timed out in \"query\" after 25 seconds."));
    assert!(read(with("thank you").as_bytes()).is_ok());
}

/// Of a file with history the last version counts, and what was deleted last is not there.
#[test]
fn what_was_deleted_is_gone() {
    let text = r#"<osm>
      <node id="1" version="1" lat="31" lon="121"/><node id="1" version="2" lat="31" lon="121.5"/>
      <node id="2" version="1" lat="31" lon="122"><tag k="amenity" v="bank"/></node><node id="2" version="2" visible="false"/>
      <node id="3" version="1" visible="false"/><node id="3" version="2" lat="31" lon="123"/>
      <way id="7" version="1"><nd ref="1"/><nd ref="3"/><tag k="highway" v="path"/></way>
      <way id="8" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="path"/></way><way id="8" version="2" visible="false"/>
      <way id="9" version="1"><nd ref="1"/><nd ref="2"/></way><way id="9" version="2" visible="false"/>
      <relation id="5" version="1"><member type="way" ref="9" role=""/><tag k="type" v="route"/></relation>
      <relation id="6" version="1"><member type="way" ref="7" role=""/><tag k="type" v="route"/></relation>
      <relation id="6" version="2" visible="false"/></osm>"#;
    let xml = read(text.as_bytes()).unwrap();
    // The same in PBF: two versions of everything, the second of 2 and of 8 not visible.
    let table: Vec<u8> =
        ["", "highway", "path", "amenity", "bank"].iter().flat_map(|t| field(1, t.as_bytes())).collect();
    let e7 = |degrees: &[f64]| degrees.iter().map(|d: &f64| (d * 1e7).round() as i64).collect::<Vec<_>>();
    let dense = [
        field(1, &deltas(&[1, 1, 2, 2, 3, 3])),
        field(5, &field(6, &packed([1, 1, 1, 0, 0, 1]))),
        field(8, &deltas(&e7(&[31.0, 31.0, 31.0, 0.0, 0.0, 31.0]))),
        field(9, &deltas(&e7(&[121.0, 121.5, 122.0, 0.0, 0.0, 123.0]))),
        field(10, &packed([0, 0, 3, 4, 0, 0, 0, 0])),
    ];
    let way = |id: u64, refs: &[i64], visible: u64| {
        let tags = [field(2, &[1]), field(3, &[2])].concat();
        field(3, &[int(1, id), tags, field(4, &int(6, visible)), field(8, &deltas(refs))].concat())
    };
    let ways = [way(7, &[1, 3], 1), way(8, &[1, 2], 1), way(8, &[], 0)].concat();
    let block = [field(1, &table), field(2, &field(2, &dense.concat())), field(2, &ways)].concat();
    let head = blob("OSMHeader", &[field(4, b"OsmSchema-V0.6"), field(4, b"HistoricalInformation")].concat());
    let pbf = read(&[head, blob("OSMData", &block)].concat()).unwrap();
    for osm in [xml, pbf] {
        assert_eq!(osm.ways().iter().map(|w| w.id).collect::<Vec<_>>(), [7]);
        assert_eq!([1, 2, 3].map(|id| osm.node(id)), [Some([121.5, 31.0]), None, Some([123.0, 31.0])]);
        assert_eq!((osm.missing_nodes(), osm.tagged_nodes().count()), (0, 0));
        assert!(osm.relations().iter().all(|r| r.id == 5));
    }
}
