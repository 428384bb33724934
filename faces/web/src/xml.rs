//! Writing XML by hand, for the few documents that others read: names are ours, texts are escaped.

/// Text for XML 1.0: what must be escaped is, what may not stand there at all is left out.
pub(crate) fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\t' | '\n' => out.push(c),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
}

/// A document being written: elements opened and closed in order.
pub(crate) struct Xml {
    out: String,
    open: Vec<&'static str>,
}

impl Xml {
    /// Begins with the declaration and a root that names its namespaces.
    pub(crate) fn new(root: &'static str, namespaces: &str) -> Self {
        let out = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} {namespaces}>\n");
        Self { out, open: vec![root] }
    }
    pub(crate) fn open(&mut self, name: &'static str) {
        self.out.push_str(&format!("<{name}>\n"));
        self.open.push(name);
    }
    pub(crate) fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            self.out.push_str(&format!("</{name}>\n"));
        }
    }
    /// An element with a text.
    pub(crate) fn leaf(&mut self, name: &str, text: &str) {
        self.out.push_str(&format!("<{name}>"));
        escape(&mut self.out, text);
        self.out.push_str(&format!("</{name}>\n"));
    }
    /// As [`Self::leaf`], where nothing is left out.
    pub(crate) fn some(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.leaf(name, text);
        }
    }
    /// An element with attributes and nothing in it.
    pub(crate) fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.out.push_str(&format!("<{name}"));
        for (attribute, value) in attributes {
            self.out.push_str(&format!(" {attribute}=\""));
            escape(&mut self.out, value);
            self.out.push('"');
        }
        self.out.push_str("/>\n");
    }
    /// Closes what is still open.
    pub(crate) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.out
    }
}
