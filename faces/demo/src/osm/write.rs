//! The map as OSM XML 0.6.

use super::{Map, Tags};
use std::io::{self, Write};

impl Map {
    /// Writes the file. Every element has what editors ask for, and no more: version 1, no author, no date.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "<?xml version='1.0' encoding='UTF-8'?>")?;
        writeln!(out, "<osm version=\"0.6\" generator=\"mulin demo\" copyright=\"invented; no real place\">")?;
        let first = self.nodes.first().map_or([0.0, 0.0], |n| n.at);
        let (low, high) = self.nodes.iter().fold((first, first), |(a, b), n| {
            ([a[0].min(n.at[0]), a[1].min(n.at[1])], [b[0].max(n.at[0]), b[1].max(n.at[1])])
        });
        let [west, south] = low;
        let [east, north] = high;
        writeln!(
            out,
            "<bounds minlat=\"{south:.7}\" minlon=\"{west:.7}\" maxlat=\"{north:.7}\" maxlon=\"{east:.7}\"/>"
        )?;
        for node in &self.nodes {
            let [lon, lat] = node.at;
            write!(out, "<node id=\"{}\" version=\"1\" lat=\"{lat:.7}\" lon=\"{lon:.7}\"", node.id)?;
            if node.tags.is_empty() {
                writeln!(out, "/>")?;
            } else {
                writeln!(out, ">")?;
                tags(out, &node.tags)?;
                writeln!(out, "</node>")?;
            }
        }
        for way in &self.ways {
            writeln!(out, "<way id=\"{}\" version=\"1\">", way.id)?;
            for node in way.nodes.iter().filter_map(|n| self.nodes.get(*n)) {
                writeln!(out, "<nd ref=\"{}\"/>", node.id)?;
            }
            tags(out, &way.tags)?;
            writeln!(out, "</way>")?;
        }
        writeln!(out, "</osm>")
    }
}

fn tags(out: &mut impl Write, tags: &Tags) -> io::Result<()> {
    for (key, value) in tags {
        write!(out, "<tag k=\"{key}\" v=\"")?;
        for c in value.chars() {
            match c {
                '&' => out.write_all(b"&amp;")?,
                '<' => out.write_all(b"&lt;")?,
                '"' => out.write_all(b"&quot;")?,
                c => write!(out, "{c}")?,
            }
        }
        writeln!(out, "\"/>")?;
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::super::{Map, Node, Way};

    #[test]
    fn what_xml_forbids_is_written_otherwise() {
        let node = |id, tags| Node { id, at: [121.5, 30.9], tags };
        let nodes = vec![node(1, vec![("name", "A&B \"<路>\"".to_owned())]), node(2, vec![])];
        let map = Map { nodes, ways: vec![Way { id: 3, nodes: vec![0, 1], tags: vec![("highway", "path".into())] }] };
        let mut out = Vec::new();
        map.write(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("v=\"A&amp;B &quot;&lt;路>&quot;\""), "{text}");
        assert!(text.contains("<node id=\"2\" version=\"1\" lat=\"30.9000000\" lon=\"121.5000000\"/>"), "{text}");
        assert!(text.contains("<nd ref=\"1\"/>\n<nd ref=\"2\"/>\n<tag k=\"highway\" v=\"path\"/>"), "{text}");
    }
}
