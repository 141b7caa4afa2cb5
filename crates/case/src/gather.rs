//! Reads every planned file, several at a time, and keeps each in the state before it is reported as done.
//!
//! The order of the result is the plan's, at any number of threads. Every file is hashed on every run; only bytes that
//! were not read before under the same recipe are read again.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use ascribe_model::limits::Budget;

use crate::dispatch::{Dispatch, FileRead, Status, not_read, odd_name};
use crate::file::{Opened, Watched, digest};
use crate::spent::Spent;
use crate::state::{Keep, State, StateError, pack};
use crate::walk::{Passed, Planned};

/// Files that are kept in one transaction: where there are many small ones, waiting for the disk is most of the work.
const KEPT_TOGETHER: usize = 256;

/// What is going on, for whoever watches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// So many files are planned.
    Planned {
        /// How many.
        files: usize,
    },
    /// A file is done, and kept.
    Done {
        /// Its path, escaped.
        path: String,
        /// Its length.
        bytes: u64,
        /// Whether it was read now, or only hashed.
        fresh: bool,
    },
    /// The findings are being weighed.
    Weighing {
        /// The incident.
        incident: String,
    },
}

/// A planned file with what was read of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Gathered {
    /// The plan's entry.
    pub planned: Planned,
    /// What was read.
    pub read: FileRead,
    /// Whether it was read now.
    pub fresh: bool,
}

/// Threads at most, whatever was asked for.
pub const JOBS_MAX: usize = 256;

/// What reading a case takes.
pub struct Gather<'a> {
    /// The readers and their bounds.
    pub dispatch: Dispatch<'a>,
    /// The bounds of the case.
    pub budget: Budget,
    /// Files that are read at the same time, at least one.
    pub jobs: usize,
    /// Gives the time for the log.
    pub clock: &'a (dyn Fn() -> String + Sync),
}

/// A file that a worker is through with.
struct Finished {
    index: usize,
    read: FileRead,
    fresh: bool,
    /// The reading as the state keeps it, where it is new and whole.
    packed: Option<Vec<u8>>,
}

struct Watch {
    deadline: Mutex<Option<Instant>>,
    stop: AtomicBool,
}

impl Gather<'_> {
    /// Reads all of `plan`.
    pub fn all(
        &self,
        plan: Vec<Planned>,
        state: &mut State,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Gathered>, StateError> {
        progress(Progress::Planned { files: plan.len() });
        let recipe = self.dispatch.recipe();
        let jobs = self.jobs.clamp(1, JOBS_MAX);
        let next = AtomicUsize::new(0);
        let finished = AtomicBool::new(false);
        let watches: Vec<Watch> = (0..jobs)
            .map(|_| Watch {
                deadline: Mutex::new(None),
                stop: AtomicBool::new(false),
            })
            .collect();
        let shared = Shared {
            state: Mutex::new(state),
            spent: Mutex::new(Spent::new(&self.budget, plan.len())),
            recipe: &recipe,
        };
        let mut slots: Vec<Option<(FileRead, bool)>> = Vec::new();
        slots.resize_with(plan.len(), || None);
        let mut failed = None;
        std::thread::scope(|scope| {
            let (give, take) = mpsc::sync_channel(KEPT_TOGETHER);
            for watch in &watches {
                let (give, plan, next, shared) = (give.clone(), &plan, &next, &shared);
                scope.spawn(move || {
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        let Some(planned) = plan.get(index) else { break };
                        let found = self.one(index, planned, shared, watch);
                        if give.send(found).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(give);
            let dog = scope.spawn(|| watch_time(&watches, &finished));
            while let Ok(first) = take.recv() {
                let more = std::iter::from_fn(|| take.try_recv().ok()).take(KEPT_TOGETHER);
                let found: Result<Vec<Finished>, StateError> = std::iter::once(first).chain(more).collect();
                let kept = found.and_then(|found| self.keep(&plan, found, &shared));
                match kept {
                    Ok(found) => {
                        for one in found {
                            let Some(planned) = plan.get(one.index) else {
                                continue;
                            };
                            progress(Progress::Done {
                                path: planned.path.clone(),
                                bytes: one.read.artifacts.first().map_or(0, |top| top.bytes),
                                fresh: one.fresh,
                            });
                            if let Some(slot) = slots.get_mut(one.index) {
                                *slot = Some((one.read, one.fresh));
                            }
                        }
                    }
                    Err(error) => {
                        // Nothing more is started; what is under way is let go.
                        next.store(usize::MAX / 2, Ordering::Relaxed);
                        for watch in &watches {
                            watch.stop.store(true, Ordering::Relaxed);
                        }
                        failed.get_or_insert(error);
                    }
                }
            }
            finished.store(true, Ordering::Relaxed);
            dog.thread().unpark();
        });
        if let Some(error) = failed {
            return Err(error);
        }
        let spent = shared.spent.into_inner().unwrap_or_else(PoisonError::into_inner);
        for (index, why) in spent.refused() {
            if let Some(slot) = slots.get_mut(index) {
                *slot = Some((row(Status::Unreadable, why), false));
            }
        }
        let gathered = plan
            .into_iter()
            .zip(slots)
            .filter_map(|(planned, slot)| slot.map(|(read, fresh)| Gathered { planned, read, fresh }));
        Ok(gathered.collect())
    }

    /// Keeps finished files in the state, all or none, and gives them back.
    fn keep(
        &self,
        plan: &[Planned],
        found: Vec<Finished>,
        shared: &Shared<'_, '_>,
    ) -> Result<Vec<Finished>, StateError> {
        let keep: Vec<Keep<'_>> = found
            .iter()
            .filter_map(|one| {
                Some(Keep {
                    path: &plan.get(one.index)?.path,
                    top: one.read.artifacts.first()?,
                    packed: one.packed.as_deref(),
                })
            })
            .collect();
        lock(&shared.state).keep(&keep, shared.recipe, &(self.clock)())?;
        Ok(found)
    }

    fn one(
        &self,
        index: usize,
        planned: &Planned,
        shared: &Shared<'_, '_>,
        watch: &Watch,
    ) -> Result<Finished, StateError> {
        let (mut read, fresh) = match &planned.passed {
            Some(Passed::Ignored(why)) => (row(Status::Ignored, why.clone()), false),
            Some(Passed::Unreadable(why)) => (row(Status::Unreadable, why.clone()), false),
            None => match Opened::open(&planned.file) {
                Ok(file) => self.opened(&file, shared, watch)?,
                Err(error) => (row(Status::Unreadable, error.to_string()), false),
            },
        };
        lock(&shared.spent).done(index, &read);
        // What the state keeps goes by the bytes alone; the name is this file's.
        let packed = fresh.then(|| pack(&read)).flatten();
        if let (Some(odd), Some(top)) = (odd_name(&planned.raw), read.artifacts.first_mut()) {
            std::sync::Arc::make_mut(&mut top.reading).anomalies.push(odd);
        }
        Ok(Finished {
            index,
            read,
            fresh,
            packed,
        })
    }

    /// Hashes an open file, then takes its reading out of the state or reads it.
    fn opened(
        &self,
        file: &dyn Watched,
        shared: &Shared<'_, '_>,
        watch: &Watch,
    ) -> Result<(FileRead, bool), StateError> {
        let unreadable = |error: std::io::Error| (row(Status::Unreadable, error.to_string()), false);
        if let Some(why) = lock(&shared.spent).no_room(file.len()) {
            return Ok((row(Status::Unreadable, why), false));
        }
        let before = match file.stamp() {
            Ok(before) => before,
            Err(error) => return Ok(unreadable(error)),
        };
        let id = match digest(file) {
            Ok((id, _)) => id,
            Err(error) => return Ok(unreadable(error)),
        };
        let kept = lock(&shared.state).packed(id, shared.recipe)?;
        if let Some(read) = kept.and_then(|packed| crate::state::unpack(&packed)) {
            return Ok((read, false));
        }
        watch.stop.store(false, Ordering::Relaxed);
        let seconds = Duration::from_secs(self.budget.seconds_per_file_max);
        *lock(&watch.deadline) = Instant::now().checked_add(seconds);
        let read = self.dispatch.read(file, id, before, &watch.stop, &mut |_, _| {});
        *lock(&watch.deadline) = None;
        Ok((read, true))
    }
}

/// What workers share.
struct Shared<'a, 's> {
    state: Mutex<&'s mut State>,
    spent: Mutex<Spent>,
    recipe: &'a str,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn row(status: Status, why: String) -> FileRead {
    FileRead {
        artifacts: vec![not_read(status, why)],
        passing: true,
    }
}

/// Tells workers whose time is up to stop, until all are finished.
fn watch_time(watches: &[Watch], finished: &AtomicBool) {
    while !finished.load(Ordering::Relaxed) {
        std::thread::park_timeout(Duration::from_millis(100));
        let now = Instant::now();
        for watch in watches {
            let mut deadline = lock(&watch.deadline);
            if deadline.is_some_and(|deadline| deadline <= now) {
                watch.stop.store(true, Ordering::Relaxed);
                *deadline = None;
            }
        }
    }
}
