//! The default installation talks to nobody: its sockets are its own listeners and the visitors on them.

use e2e::Site;
use std::collections::BTreeSet;
use std::fs;

/// Sockets of a process that are neither listeners nor connections to one of its listeners, as the kernel lists them.
fn outward(pid: u32) -> Vec<String> {
    let mut own = BTreeSet::new();
    for entry in fs::read_dir(format!("/proc/{pid}/fd")).expect("the process runs").flatten() {
        let link = fs::read_link(entry.path()).unwrap_or_default();
        if let Some(inode) = link.to_string_lossy().strip_prefix("socket:[").and_then(|rest| rest.strip_suffix(']')) {
            own.insert(inode.to_owned());
        }
    }
    assert!(!own.is_empty(), "the listener itself is a socket");
    let mut listening = BTreeSet::new();
    let mut others = Vec::new();
    for table in ["tcp", "tcp6", "udp", "udp6", "raw", "raw6"] {
        let text = fs::read_to_string(format!("/proc/{pid}/net/{table}")).unwrap_or_default();
        for line in text.lines().skip(1) {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let [_, local, remote, state, ..] = fields.as_slice() else { continue };
            if !fields.get(9).is_some_and(|inode| own.contains(*inode)) {
                continue;
            }
            let port = local.rsplit(':').next().unwrap_or_default().to_owned();
            if table.starts_with("tcp") && *state == "0A" {
                listening.insert(port);
            } else {
                others.push((port, format!("{table} {local} → {remote} state {state}")));
            }
        }
    }
    assert!(!listening.is_empty(), "no listener is seen: the tables are read wrongly");
    others
        .into_iter()
        .filter(|(port, line)| line.starts_with("udp") || !listening.contains(port))
        .map(|(_, line)| line)
        .collect()
}

#[test]
fn the_default_installation_opens_no_connection() {
    let site = Site::start();
    let mut visitor = site.visitor();
    let mut seen = outward(site.pid());
    for path in
        ["/", "/en", "/e/report", "/t", "/my-grid", "/login", "/t/ABCD-EFGH-JKMN", "/desk", "/robots.txt", "/nowhere"]
    {
        let _ = visitor.get(path);
        seen.extend(outward(site.pid()));
    }
    let _ = visitor.post("/login", &[("login", "nobody"), ("password", "not the one")]);
    seen.extend(outward(site.pid()));
    assert!(seen.is_empty(), "{seen:#?}");
}
