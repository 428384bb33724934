//! A throw-away PostgreSQL for tests: one cluster for all test processes of this checkout, one database per test.
//!
//! nextest runs each test in its own process, so the cluster is shared through the file system:
//! every test process holds a shared lock on `users.lock` for its life, and a small watcher process stops the cluster and
//! removes it when nobody has held that lock for [`IDLE_SECS`]. The kernel lets go of a lock when a process ends, however
//! it ends, so a failed, killed or interrupted run leaves nothing behind. A killed watcher is replaced by the next test.
//!
//! Durability is switched off: what is tested here is behaviour, not the disk.

use postgres::{Client, NoTls};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Seconds without any test after which the cluster goes away.
const IDLE_SECS: u32 = 30;

/// A running cluster on a free loopback port. There is no password: it listens on loopback only and holds invented data.
#[derive(Debug)]
pub struct Cluster {
    port: u16,
    /// Held while this process lives; tells the watcher that the cluster is in use.
    _user: File,
    base: PathBuf,
}

impl Cluster {
    /// The cluster of this checkout, started when it is not running.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start: a test that cannot run fails.
    pub fn shared() -> &'static Self {
        static CLUSTER: OnceLock<Cluster> = OnceLock::new();
        CLUSTER.get_or_init(|| start_or_join().unwrap_or_else(|why| panic!("throw-away PostgreSQL: {why}")))
    }

    /// URL of a database in this cluster.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// URL of the same database through the cluster's Unix socket.
    pub fn socket_url(&self, database: &str) -> String {
        let folder = self.base.join("pg").display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{folder}:{}/{database}", self.port)
    }

    /// The certificate that signs the one the cluster proves itself with (for the host `127.0.0.1`).
    pub fn root_certificate(&self) -> PathBuf {
        self.base.join("pg/root.crt")
    }

    /// A connection to a database in this cluster, for what tests do behind the program's back.
    pub fn connect(&self, database: &str) -> Client {
        Client::connect(&self.url(database), NoTls).unwrap_or_else(|e| panic!("connect to {database}: {e}"))
    }

    /// Runs one statement on the maintenance database.
    pub(crate) fn admin(&self, sql: &str) {
        self.connect("postgres").batch_execute(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
    }

    /// Makes sure that the template database `name` exists, filling it once with `fill` (which gets its URL).
    /// Other test processes wait meanwhile.
    pub(crate) fn template(&self, name: &str, fill: impl FnOnce(&str)) {
        let lock = lock_file(&self.base.join("template.lock"));
        lock.lock().expect("lock for templates");
        let exists = self
            .connect("postgres")
            .query_opt("SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate", &[&name])
            .expect("look for a template")
            .is_some();
        if exists {
            return;
        }
        // Left half-filled by a test that was killed.
        self.admin(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        self.admin(&format!("CREATE DATABASE {name}"));
        fill(&self.url(name));
        self.admin(&format!("ALTER DATABASE {name} IS_TEMPLATE true"));
    }
}

fn start_or_join() -> Result<Cluster, String> {
    let base = base_dir();
    fs::create_dir_all(&base).map_err(|e| format!("{}: {e}", base.display()))?;
    let starting = lock_file(&base.join("start.lock"));
    starting.lock().map_err(|e| e.to_string())?;
    let user = lock_file(&base.join("users.lock"));
    user.lock_shared().map_err(|e| e.to_string())?;

    let port = if let Some(port) = running_port(&base) { port } else { start(&base)? };
    watch(&base)?;
    Ok(Cluster { port, _user: user, base })
}

/// One directory per checkout and user, outside of it: the user `postgres` must be able to reach it.
fn base_dir() -> PathBuf {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    env!("CARGO_MANIFEST_DIR").hash(&mut hasher);
    whoami().hash(&mut hasher);
    std::env::temp_dir().join(format!("mulin-test-{:08x}", hasher.finish() as u32))
}

fn lock_file(path: &Path) -> File {
    File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn running_port(base: &Path) -> Option<u16> {
    let port: u16 = fs::read_to_string(base.join("port")).ok()?.trim().parse().ok()?;
    let url = format!("postgres://postgres@127.0.0.1:{port}/postgres?connect_timeout=10");
    // The directory tells our cluster from anything else that may have got the port since.
    let row = Client::connect(&url, NoTls).ok()?.query_one("SHOW data_directory", &[]).ok()?;
    (Path::new(row.get::<_, &str>(0)) == base.join("pg/data")).then_some(port)
}

fn start(base: &Path) -> Result<u16, String> {
    let bin = binaries()?;
    let pg = base.join("pg");
    stop_leftover(&pg);
    let _ = fs::remove_dir_all(&pg);
    fs::create_dir_all(&pg).map_err(|e| format!("{}: {e}", pg.display()))?;
    if is_root() {
        run(Command::new("chown").arg("postgres").arg(&pg))?;
    }
    certificates(&pg)?;
    let data = pg.join("data");
    run(as_postgres(&bin.join("initdb")).current_dir(&pg).arg("-D").arg(&data).args([
        "-A",
        "trust",
        "-U",
        "postgres",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
        "--no-instructions",
    ]))?;
    let mut last = String::new();
    for _ in 0..5 {
        let port = crate::net::free_port();
        let mut options = format!("-p {port} -k {}", pg.display());
        for setting in [
            "listen_addresses=127.0.0.1",
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            "max_connections=400",
            "shared_buffers=64MB",
            "autovacuum_naptime=10min",
            "timezone=UTC",
            "ssl=on",
        ] {
            let _ = write!(options, " -c {setting}");
        }
        for (setting, file) in [("ssl_cert_file", "server.crt"), ("ssl_key_file", "server.key")] {
            let _ = write!(options, " -c {setting}={}", pg.join(file).display());
        }
        let started = run(as_postgres(&bin.join("pg_ctl"))
            .current_dir(&pg)
            .args(["-w", "-t", "60", "-s", "-l"])
            .arg(pg.join("log"))
            .arg("-D")
            .arg(&data)
            .args(["-o", &options, "start"]));
        match started {
            Ok(()) => {
                fs::write(base.join("port"), port.to_string()).map_err(|e| e.to_string())?;
                return Ok(port);
            }
            Err(why) => last = format!("{why}\n{}", fs::read_to_string(pg.join("log")).unwrap_or_default()),
        }
    }
    Err(last)
}

/// An authority of this cluster's own, and the certificate it signed for 127.0.0.1.
fn certificates(pg: &Path) -> Result<(), String> {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
    let why = |e: rcgen::Error| e.to_string();
    let mut authority = CertificateParams::new(Vec::<String>::new()).map_err(why)?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().map_err(why)?;
    let root = authority.self_signed(&authority_key).map_err(why)?;
    let key = KeyPair::generate().map_err(why)?;
    let server = CertificateParams::new(vec!["127.0.0.1".to_owned()]).map_err(why)?;
    let server = server.signed_by(&key, &Issuer::new(authority, authority_key)).map_err(why)?;
    for (name, text) in [("root.crt", root.pem()), ("server.crt", server.pem()), ("server.key", key.serialize_pem())] {
        let file = pg.join(name);
        fs::write(&file, text).map_err(|e| format!("{}: {e}", file.display()))?;
    }
    // PostgreSQL refuses a key that others may read.
    let key = pg.join("server.key");
    run(Command::new("chmod").arg("600").arg(&key))?;
    if is_root() {
        run(Command::new("chown").arg("postgres").arg(&key))?;
    }
    Ok(())
}

/// A server whose directory we are about to remove must not live on.
fn stop_leftover(pg: &Path) {
    let Ok(text) = fs::read_to_string(pg.join("data/postmaster.pid")) else { return };
    let Some(pid) = text.lines().next().map(str::trim) else { return };
    let cmdline = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    if String::from_utf8_lossy(&cmdline).contains(&*pg.to_string_lossy()) {
        let _ = Command::new("kill").args(["-QUIT", pid]).status();
    }
}

const WATCHER: &str = r#"
cd "$1" || exit 0
exec 9>watcher.lock; flock -n 9 || exit 0
exec 8>users.lock
idle=0
while [ "$idle" -lt "$2" ]; do
  sleep 1
  if flock -n 8; then
    idle=$((idle + 1))
    # The last time round the lock is kept: a test that starts now waits until everything is gone.
    [ "$idle" -ge "$2" ] || flock -u 8
  else
    idle=0
  fi
done
pid=$(head -n 1 pg/data/postmaster.pid 2>/dev/null)
if [ -n "$pid" ]; then
  kill -QUIT "$pid" 2>/dev/null
  n=0
  while kill -0 "$pid" 2>/dev/null && [ "$n" -lt 100 ]; do sleep 0.1; n=$((n + 1)); done
fi
rm -rf pg port
exec 9>&-
"#;

/// Starts the watcher unless it runs; it outlives this process and belongs to no terminal.
fn watch(base: &Path) -> Result<(), String> {
    let lock = lock_file(&base.join("watcher.lock"));
    if lock.try_lock().is_err() {
        return Ok(());
    }
    drop(lock);
    Command::new("sh")
        .args(["-c", WATCHER, "mulin-test-pg-watcher"])
        .arg(base)
        .arg(IDLE_SECS.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // Its own group: Ctrl-C and nextest's clean-up of a test's group do not end it.
        .process_group(0)
        .spawn()
        .map(drop)
        .map_err(|e| format!("watcher: {e}"))
}

/// The newest PostgreSQL installed.
fn binaries() -> Result<PathBuf, String> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            let bin = entry.path().join("bin");
            bin.join("initdb").exists().then_some((version, bin))
        })
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin).ok_or_else(|| "not installed; ./dev setup installs it".to_owned())
}

/// PostgreSQL refuses to run as root, so root runs it as its own user.
fn as_postgres(program: &Path) -> Command {
    if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    }
}

fn run(command: &mut Command) -> Result<(), String> {
    // Output goes to a file, not a pipe: the server inherits it and would keep a pipe open for ever.
    let log = tempfile::tempfile().map_err(|e| e.to_string())?;
    let copy = || log.try_clone().map(Stdio::from).map_err(|e| e.to_string());
    let status = command
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .stdout(copy()?)
        .stderr(copy()?)
        .status()
        .map_err(|e| format!("{command:?}: {e}"))?;
    if status.success() {
        return Ok(());
    }
    let mut text = String::new();
    let mut log = log;
    let _ = std::io::Seek::rewind(&mut log);
    let _ = std::io::Read::read_to_string(&mut log, &mut text);
    Err(format!("{command:?}: {status}\n{text}"))
}

pub(crate) fn is_root() -> bool {
    whoami() == "0"
}

fn whoami() -> String {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").map(|m| m.uid().to_string()).unwrap_or_default()
}
