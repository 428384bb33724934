//! Each connection is an open file, and the system has a limit of them.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files that a server has open beside connections of locators: the database, its own pages, the log.
const BESIDE: u64 = 500;

/// How many files this process may have open. Raises what it was started with to what it may have at most: few systems start services with
/// more than 1,024.
pub fn open_files() -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let most = maximum.unwrap_or(u64::MAX);
    let raised = current != maximum && setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).is_ok();
    if raised { most } else { current.unwrap_or(u64::MAX) }
}

/// Whether so many connections fit into so many files; else what to change.
pub(crate) fn enough(connections: usize, files: u64) -> Result<(), String> {
    let needed = connections as u64 + BESIDE;
    if files >= needed {
        return Ok(());
    }
    Err(format!(
        "gateway.connections is {connections}, and the system lets this program open {files} files: raise its hard limit to {needed} or more \
         (LimitNOFILE= in the unit of systemd), or lower gateway.connections; beyond the limit nobody is let in"
    ))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_soft_limit_is_raised_and_what_is_missing_is_said() {
        let most = getrlimit(Resource::Nofile).maximum;
        assert_eq!(Some(open_files()), most.or(Some(u64::MAX)));
        assert_eq!(getrlimit(Resource::Nofile).current, most);
        assert_eq!(enough(20_000, 65_536), Ok(()));
        let told = enough(20_000, 20_000).unwrap_err();
        assert!(told.contains("20500") && told.contains("LimitNOFILE"), "{told}");
    }
}
