//! A case with something hostile in it, run by the real program and looked at from outside.
//!
//! Every run is held to the same promises: the good evidence beside the hostile is read and answered, nothing is
//! written outside `out/` and the state, memory and time stay bounded, nothing acts on the terminal or the page.

use std::collections::BTreeMap;
use std::fs::File;
use std::hash::Hasher;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

/// The most that a run may take, in KiB of resident memory.
const PEAK_KIB_MAX: u64 = 500 << 10;
/// The most that a run may take in the release build, in seconds of one processor.
const SECONDS_MAX: f64 = 30.0;
/// How much slower the unoptimised build may be.
const UNOPTIMISED: f64 = if cfg!(debug_assertions) { 8.0 } else { 1.0 };

const CASE: &str = r#"name = "Hostile"

[[incident]]
id = "entry"
struck = 2014-11-24

[victim]
mail_hosts = ["mx1.studio.example"]

[[actor]]
id = "nk"
kind = "state"

[[infrastructure]]
id = "star"
what = ["175.45.178.0/24"]
holder = { nk = [0.8, 0.9, 0.99] }
from = "2009"
known = 2013-03-20
"#;

const MAIL: &str = "Received: from gate.example (gate.example [175.45.178.99])\r\n\tby mx1.studio.example with ESMTP id 1;\r\n\tMon, 24 Nov 2014 10:00:00 +0000\r\nFrom: a@else.example\r\nTo: b@studio.example\r\nSubject: hello\r\nDate: Mon, 24 Nov 2014 10:00:00 +0000\r\nMessage-ID: <1@else.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nPay by Monday.\r\n";
const TEXT: &str = "Report\n\nThe program connects to 175.45.178.99.\n";

/// Runs are made one at a time: each may take much memory, and their times are compared with a bound.
static TURN: Mutex<()> = Mutex::new(());

/// A case folder with good evidence in it, and everything around it.
pub struct Bench {
    root: PathBuf,
    _turn: MutexGuard<'static, ()>,
}

impl Bench {
    pub fn new() -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let root = tempfile::tempdir().unwrap().keep();
        let bench = Self { root, _turn: turn };
        for folder in ["case", "outside", "tmp"] {
            std::fs::create_dir(bench.root.join(folder)).unwrap();
        }
        bench.put("case.toml", CASE.as_bytes());
        bench.put("good.eml", MAIL.as_bytes());
        bench.put("good.txt", TEXT.as_bytes());
        bench
    }

    /// A folder beside the case.
    pub fn outside(&self) -> PathBuf {
        self.root.join("outside")
    }

    pub fn folder(&self) -> PathBuf {
        self.root.join("case")
    }

    pub fn put(&self, path: impl AsRef<Path>, bytes: &[u8]) {
        let path = self.folder().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// Runs the case and checks what must hold of every run.
    pub fn run(&self) -> Ran {
        self.run_with(|_| {}, Still::Stays)
    }

    /// The same for evidence that others change meanwhile.
    pub fn run_while_changing(&self) -> Ran {
        self.run_with(|_| {}, Still::Changes)
    }

    /// Runs the case with a command that `prepare` has changed.
    pub fn run_with(&self, prepare: impl FnOnce(&mut Command), still: Still) -> Ran {
        let before = tree(&self.root);
        let command = self.command(prepare);
        let watched = watch(command);
        let after = tree(&self.root);
        if still == Still::Stays {
            assert_eq!(
                before,
                after,
                "something outside out/ and the state was touched: {}",
                watched.stderr()
            );
        } else {
            assert!(before.keys().eq(after.keys()), "a file came or went");
        }
        let out = self.folder().join("out");
        let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap_or_default();
        let ran = Ran {
            assessment: serde_json::from_str(&read("assessment.json")).unwrap_or_default(),
            page: read("report.html"),
            watched,
        };
        ran.check();
        ran
    }

    /// Runs the case where it must be refused as wrong usage: nothing is written, not even the state.
    pub fn refused(&self) -> String {
        let before = tree(&self.root);
        let watched = watch(self.command(|_| {}));
        watched.bounded();
        assert_eq!(watched.status.code(), Some(2), "{}", watched.stderr());
        assert_eq!(before, tree(&self.root));
        for name in ["out", "case.ascribe"] {
            assert!(!self.folder().join(name).exists(), "{name} was written");
        }
        watched.stderr()
    }

    fn command(&self, prepare: impl FnOnce(&mut Command)) -> Command {
        let mut command = Command::new(program());
        command.arg("run").arg(self.folder());
        command.args(["--jobs", "2"]);
        command.env("TMPDIR", self.root.join("tmp"));
        command.env("HOME", self.root.join("tmp"));
        command.current_dir(self.root.join("tmp"));
        prepare(&mut command);
        command
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // Deeper nesting than the library's own removal has file descriptors for.
        let _ = Command::new("rm").arg("-rf").arg(&self.root).status();
    }
}

/// The program: this build's, or the one that `HOSTILE_PROGRAM` names.
pub fn program() -> std::ffi::OsString {
    std::env::var_os("HOSTILE_PROGRAM").unwrap_or_else(|| env!("CARGO_BIN_EXE_ascribe").into())
}

/// Whether the evidence stays as it is during a run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Still {
    Stays,
    Changes,
}

/// A finished run.
pub struct Ran {
    pub assessment: Value,
    pub page: String,
    watched: Watched,
}

impl Ran {
    /// Says that something was lost, and lives.
    pub fn is_partial(&self) -> &Self {
        assert_eq!(self.watched.status.code(), Some(3), "{}", self.watched.stderr());
        self
    }

    /// The row of `inputs` for `path`.
    pub fn row(&self, path: &str) -> &Value {
        let found = self.rows().iter().find(|row| row["path"] == path);
        found.unwrap_or_else(|| panic!("no row for {path}"))
    }

    pub fn rows(&self) -> &[Value] {
        self.assessment["inputs"].as_array().unwrap()
    }

    /// Checks that the row of `path` has `status` and says `why` somewhere in its reason.
    pub fn says(&self, path: &str, status: &str, why: &str) -> &Self {
        let row = self.row(path);
        assert_eq!(row["status"], status, "{row}");
        let said = row["why"].as_str().unwrap_or_default();
        assert!(said.contains(why), "`{why}` is not in {row}");
        self
    }

    /// Codes of the anomalies of `path`.
    pub fn odd(&self, path: &str) -> Vec<&str> {
        let all = self.assessment["anomalies"].as_array().unwrap();
        let own = all.iter().filter(|anomaly| anomaly["path"] == path);
        own.map(|anomaly| anomaly["code"].as_str().unwrap()).collect()
    }

    fn check(&self) {
        let watched = &self.watched;
        watched.bounded();
        assert!(
            matches!(watched.status.code(), Some(0 | 3)),
            "{:?}: {}",
            watched.status,
            watched.stderr()
        );
        for path in ["good.eml", "good.txt"] {
            let row = self.row(path);
            assert_eq!(row["status"], "read", "{row}");
            assert!(row["coverage"]["used"].as_u64().unwrap() > 0, "{row}");
        }
        let ledger = self.assessment["ledger"].as_array().unwrap();
        let answered = ledger.iter().any(|line| {
            line["points_to"] == "infrastructure:star" && line["provenance"][0]["path"] == "good.eml"
        });
        assert!(answered, "the good mail gave no finding: {ledger:?}");
        for row in self.rows() {
            let said = row["why"].as_str().is_some_and(|why| !why.trim().is_empty());
            assert!(said || row["status"] == "read", "no reason: {row}");
            for key in ["path", "why"] {
                assert!(row[key].as_str().is_none_or(is_quiet), "{row}");
            }
        }
        for script in ["<script>alert", "<img src=x"] {
            assert!(!self.page.contains(script), "the page holds {script}");
        }
        assert!(
            self.page.chars().all(|c| matches!(c, '\n' | '\t') || !acts(c)),
            "the page holds a control character"
        );
    }
}

/// What a child left behind.
struct Watched {
    status: ExitStatus,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    wall_s: f64,
    processor_s: f64,
    peak_kib: u64,
}

impl Watched {
    fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    fn bounded(&self) {
        if std::env::var_os("HOSTILE_FIGURES").is_some() {
            eprintln!(
                "FIGURES {} {:.1} s, {:.1} s of processor, {} MiB, exit {:?}",
                std::thread::current().name().unwrap_or_default(),
                self.wall_s,
                self.processor_s,
                self.peak_kib >> 10,
                self.status.code()
            );
        }
        assert!(self.peak_kib <= PEAK_KIB_MAX, "{} KiB of memory", self.peak_kib);
        // A machine under load makes a run longer, not its work.
        let seconds = self.wall_s.min(self.processor_s);
        assert!(seconds <= SECONDS_MAX * UNOPTIMISED, "{seconds} s");
        for (name, bytes) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            let text = std::str::from_utf8(bytes).unwrap_or_else(|_| panic!("{name} is not UTF-8"));
            for line in text.split('\n') {
                assert!(is_quiet(line), "{name}: {line:?}");
            }
        }
    }
}

fn acts(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn is_quiet(text: &str) -> bool {
    !text.chars().any(acts)
}

fn watch(mut command: Command) -> Watched {
    let folder = tempfile::tempdir().unwrap();
    let (stdout, stderr) = (folder.path().join("stdout"), folder.path().join("stderr"));
    command.stdin(Stdio::null());
    command.stdout(File::create(&stdout).unwrap());
    command.stderr(File::create(&stderr).unwrap());
    let start = Instant::now();
    let mut child = command.spawn().unwrap();
    let (mut peak_kib, mut processor_s) = (0u64, 0f64);
    let status = loop {
        // Read before asking whether it has ended: afterwards the kernel has forgotten.
        peak_kib = peak_kib.max(peak(child.id()).unwrap_or(0));
        processor_s = processor_s.max(processor(child.id()).unwrap_or(0.0));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if start.elapsed() > Duration::from_secs(150) {
            let _ = child.kill();
            break child.wait().unwrap();
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    Watched {
        status,
        stdout: std::fs::read(stdout).unwrap(),
        stderr: std::fs::read(stderr).unwrap(),
        wall_s: start.elapsed().as_secs_f64(),
        processor_s,
        peak_kib,
    }
}

/// The highest resident memory so far, in KiB.
fn peak(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

/// Seconds of processor so far, user and system; the kernel counts hundredths.
fn processor(process: u32) -> Option<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    let ticks = |index: usize| fields.get(index)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / 100.0)
}

/// Every file, folder and link under `root`, but what a run may write, with what is in it.
fn tree(root: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(folder) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let entry = entry.unwrap();
            let path = entry.path();
            let name = entry.file_name();
            let ours = name == "out" || name.to_string_lossy().starts_with("case.ascribe");
            if ours && folder == root.join("case") {
                continue;
            }
            let kind = entry.file_type().unwrap();
            let what = if kind.is_dir() {
                open.push(path.clone());
                "folder".to_owned()
            } else if kind.is_file() {
                contents(&path).unwrap_or_else(|error| error.to_string())
            } else {
                format!("{kind:?}")
            };
            found.insert(path, what);
        }
    }
    found
}

/// Length and a hash of what is in a file.
fn contents(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = std::hash::DefaultHasher::new();
    let mut buffer = vec![0u8; 1 << 20];
    let mut len = 0usize;
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(format!("{len} bytes, {:016x}", hash.finish()));
        }
        len += count;
        hash.write(&buffer[..count]);
    }
}
