//! How much of a whole case is read: files and bytes, members counted.
//!
//! Decided in the plan's order, so that the same files are read at any number of threads: what a file may take depends
//! on all that stand before it, whichever is finished first.

use ascribe_model::limits::Budget;

use crate::dispatch::FileRead;

/// What was read of a case so far, of it what stands before the first file that is not finished.
pub struct Spent {
    files_max: u64,
    bytes_max: u64,
    /// What each finished file takes.
    costs: Vec<Option<Cost>>,
    /// The first file that is not finished.
    next: usize,
    files: u64,
    bytes: u64,
    refused: Vec<(usize, String)>,
}

#[derive(Clone, Copy)]
struct Cost {
    files: u64,
    /// Of the file itself.
    own_bytes: u64,
    /// Of the file and all that lies inside it.
    bytes: u64,
}

impl Spent {
    /// Nothing, of a plan of `files` files.
    #[must_use]
    pub fn new(budget: &Budget, files: usize) -> Self {
        Self {
            files_max: budget.files_max,
            bytes_max: budget.bytes_max,
            costs: vec![None; files],
            next: 0,
            files: 0,
            bytes: 0,
            refused: Vec::new(),
        }
    }

    /// Why a file of `own_bytes` need not be opened: what is finished before it leaves no room.
    #[must_use]
    pub fn no_room(&self, own_bytes: u64) -> Option<String> {
        if self.files >= self.files_max {
            return Some(format!(
                "the case has more than {} files, members counted; this one is not read",
                self.files_max
            ));
        }
        (self.bytes.saturating_add(own_bytes) > self.bytes_max).then(|| {
            format!(
                "the case has more than {} bytes, members counted; this file is not read",
                self.bytes_max
            )
        })
    }

    /// Counts the file at `index` of the plan, which is finished.
    pub fn done(&mut self, index: usize, read: &FileRead) {
        let opened = read.artifacts.iter().filter(|artifact| artifact.sha256.is_some());
        let cost = Cost {
            files: opened.clone().count() as u64,
            own_bytes: read
                .artifacts
                .first()
                .map_or(0, |top| if top.sha256.is_some() { top.bytes } else { 0 }),
            bytes: opened.fold(0, |sum: u64, artifact| sum.saturating_add(artifact.bytes)),
        };
        if let Some(place) = self.costs.get_mut(index) {
            *place = Some(cost);
        }
        while let Some(cost) = self.costs.get(self.next).copied().flatten() {
            // A file that could not be opened takes nothing and needs no second reason.
            if cost.files > 0 {
                match self.no_room(cost.own_bytes) {
                    Some(why) => self.refused.push((self.next, why)),
                    None => {
                        self.files = self.files.saturating_add(cost.files);
                        self.bytes = self.bytes.saturating_add(cost.bytes);
                    }
                }
            }
            self.next = self.next.saturating_add(1);
        }
    }

    /// Files that were read before it was known that those before them leave no room, with the reason.
    #[must_use]
    pub fn refused(self) -> Vec<(usize, String)> {
        self.refused
    }
}
