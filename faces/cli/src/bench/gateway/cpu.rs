//! Processor time by the name of threads, as the kernel counts it (`schedstat`, nanoseconds).

use std::fs;
use std::path::Path;
use std::time::Duration;

/// Of this process's living threads with this name.
pub(super) fn of(name: &str) -> Duration {
    threads(Path::new("/proc/self/task"), Some(name))
}

/// Of all living threads of this process.
pub(in crate::bench) fn process() -> Duration {
    threads(Path::new("/proc/self/task"), None)
}

/// Of all threads of another process.
pub(super) fn of_process(pid: u32) -> Duration {
    threads(&Path::new("/proc").join(pid.to_string()).join("task"), None)
}

fn threads(tasks: &Path, name: Option<&str>) -> Duration {
    let mut sum = Duration::ZERO;
    for task in fs::read_dir(tasks).into_iter().flatten().flatten() {
        let read = |file: &str| fs::read_to_string(task.path().join(file)).unwrap_or_default();
        // The kernel keeps 15 bytes of a name.
        if name.is_some_and(|name| read("comm").trim() != name.get(..15).unwrap_or(name)) {
            continue;
        }
        let nanos = read("schedstat").split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0);
        sum += Duration::from_nanos(nanos);
    }
    sum
}
