//! A process of our own that reads what no library can be trusted with, and its limits as seen from outside.
//!
//! It gets the bytes of one artifact on standard input and nothing else: no environment, no arguments from evidence, no
//! other file. What it writes is bounded; when it takes too long it is ended. Nothing that it does stops a case.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ascribe_model::Bytes;
use ascribe_model::pages::Helped;

/// Bytes that are read of its standard error: enough for why it ended.
const SAID_BYTES_MAX: u64 = 4096;
/// Bytes written to it at a time.
const PIECE_BYTES: u64 = 1 << 20;

/// How to start the helper process, and its bounds.
#[derive(Clone, Debug)]
pub struct Helper {
    /// What reads, with its version; a new one makes a case read again.
    pub name: &'static str,
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// It is ended after this many seconds of the clock. It bounds its own computing; this is for one that hangs.
    pub seconds_max: u64,
    /// It is ended when it writes more bytes than this.
    pub output_bytes_max: u64,
}

/// What the helper gave, and whether another time it may give more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What it gave.
    pub helped: Helped,
    /// Whether the clock ended it or it could not be started: not a property of the bytes.
    pub passing: bool,
}

impl Helper {
    /// Bounds that suit one document.
    #[must_use]
    pub const fn new(name: &'static str, program: PathBuf, arguments: Vec<OsString>) -> Self {
        Self {
            name,
            program,
            arguments,
            seconds_max: 180,
            output_bytes_max: 32 << 20,
        }
    }

    /// Runs it over `bytes`. `stop` becomes true when time is up.
    #[must_use]
    pub fn ask(&self, bytes: &dyn Bytes, stop: &AtomicBool) -> Answer {
        let started = Command::new(&self.program)
            .args(&self.arguments)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        match started {
            Ok(child) => self.attend(child, bytes, stop),
            Err(error) => Answer {
                helped: Helped {
                    bytes: Vec::new(),
                    failed: Some(format!("the helper process could not be started: {error}")),
                },
                passing: true,
            },
        }
    }

    fn attend(&self, mut child: Child, bytes: &dyn Bytes, stop: &AtomicBool) -> Answer {
        let (to, from, said) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let too_much = AtomicBool::new(false);
        let unread = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                if let Some(to) = to {
                    unread.store(feed(to, bytes).is_err(), Ordering::Relaxed);
                }
            });
            let output = scope.spawn(|| {
                let mut output = Vec::new();
                if let Some(mut from) = from {
                    let max = self.output_bytes_max;
                    // What came before a broken pipe counts.
                    let _ = from.by_ref().take(max).read_to_end(&mut output);
                    too_much.store(
                        output.len() as u64 >= max && from.read(&mut [0]).is_ok_and(|more| more > 0),
                        Ordering::Relaxed,
                    );
                }
                output
            });
            let said = scope.spawn(|| {
                let mut text = Vec::new();
                if let Some(mut said) = said {
                    let _ = said.by_ref().take(SAID_BYTES_MAX).read_to_end(&mut text);
                    let _ = std::io::copy(&mut said, &mut std::io::sink());
                }
                String::from_utf8_lossy(&text).into_owned()
            });
            let end = self.wait(&mut child, &too_much, stop);
            let output = output.join().unwrap_or_default();
            let said = said.join().unwrap_or_default();
            // One that floods may die of the closed pipe before it is ended.
            let end = if too_much.load(Ordering::Relaxed) {
                End::TooMuch
            } else {
                end
            };
            let (failed, passing) = match end {
                End::Done(status) => (why(status, &said), false),
                End::TooMuch => (
                    Some(format!(
                        "the helper process wrote more than {} bytes and was ended",
                        self.output_bytes_max
                    )),
                    false,
                ),
                End::TooLong => (
                    Some(format!(
                        "the helper process took more than {} seconds and was ended",
                        self.seconds_max
                    )),
                    true,
                ),
                End::Stopped => (
                    Some("the time for this file ran out in the helper process".to_owned()),
                    true,
                ),
                End::Lost(error) => (Some(format!("the helper process was lost: {error}")), true),
            };
            // A file that could not be read ends early for the helper, which then says the wrong thing.
            let failed = if unread.load(Ordering::Relaxed) && failed.is_none() && output.is_empty() {
                Some("the bytes could not be given to the helper process".to_owned())
            } else {
                failed
            };
            Answer {
                helped: Helped {
                    bytes: output,
                    failed,
                },
                passing,
            }
        })
    }

    /// Waits for the end, and makes one where it must.
    fn wait(&self, child: &mut Child, too_much: &AtomicBool, stop: &AtomicBool) -> End {
        let until = Instant::now().checked_add(Duration::from_secs(self.seconds_max));
        let mut pause_ms = 1u64;
        let end = loop {
            match child.try_wait() {
                Ok(Some(status)) => return End::Done(status),
                Ok(None) => {}
                Err(error) => break End::Lost(error),
            }
            if too_much.load(Ordering::Relaxed) {
                break End::TooMuch;
            }
            if stop.load(Ordering::Relaxed) {
                break End::Stopped;
            }
            if until.is_none_or(|until| Instant::now() >= until) {
                break End::TooLong;
            }
            std::thread::sleep(Duration::from_millis(pause_ms));
            pause_ms = pause_ms.saturating_mul(2).min(20);
        };
        // Already gone is as good as ended.
        let _ = child.kill();
        let _ = child.wait();
        end
    }
}

enum End {
    Done(ExitStatus),
    TooMuch,
    TooLong,
    Stopped,
    Lost(std::io::Error),
}

/// Writes the bytes; one that is gone does not want the rest.
fn feed(mut to: std::process::ChildStdin, bytes: &dyn Bytes) -> std::io::Result<()> {
    let mut at = 0u64;
    while at < bytes.len() {
        let piece = ascribe_model::reading::read_range(bytes, at, PIECE_BYTES)?;
        if piece.is_empty() {
            break;
        }
        to.write_all(&piece)?;
        at = at.saturating_add(piece.len() as u64);
    }
    Ok(())
}

/// Why it failed, out of how it ended and what it said last; none where it did not.
fn why(status: ExitStatus, said: &str) -> Option<String> {
    if status.success() {
        return None;
    }
    let has = |what: &str| said.contains(what);
    let because = if has("memory allocation of") {
        "it needed more memory than it may have".to_owned()
    } else if has("overflowed its stack") {
        "it nested deeper than its stack".to_owned()
    } else if has("panicked at") {
        "its library failed on these bytes".to_owned()
    } else {
        ended(status)
    };
    Some(format!("the helper process failed: {because}"))
}

#[cfg(unix)]
fn ended(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match status.signal() {
        Some(libc::SIGXCPU | libc::SIGKILL) => "it used up its computing time".to_owned(),
        Some(signal) => format!("signal {signal} ended it"),
        None => format!("it ended with {status}"),
    }
}

#[cfg(not(unix))]
fn ended(status: ExitStatus) -> String {
    format!("it ended with {status}")
}
