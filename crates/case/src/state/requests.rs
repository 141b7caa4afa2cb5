//! What became of requests to holders: kept in the audit log and nowhere else, so that it cannot be changed later.
//!
//! An answer becomes evidence by being put into the case folder; what stands here weighs nothing.

use super::{State, StateError, log};

/// How far a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Progress {
    /// Written, not sent.
    Prepared,
    /// Sent.
    Asked,
    /// Answered.
    Answered,
    /// Refused.
    Refused,
    /// The data or the time for an answer is gone.
    Expired,
}

impl Progress {
    /// Every word that an analyst may set.
    pub const SETTABLE: [Self; 4] = [Self::Asked, Self::Answered, Self::Refused, Self::Expired];

    /// The word as it is written.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Prepared => "prepared",
            Self::Asked => "asked",
            Self::Answered => "answered",
            Self::Refused => "refused",
            Self::Expired => "expired",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Prepared]
            .into_iter()
            .chain(Self::SETTABLE)
            .find(|progress| progress.text() == text)
    }
}

/// A request with what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its id.
    pub id: String,
    /// What it is about.
    pub subject: String,
    /// How far it is.
    pub progress: Progress,
    /// When it got there.
    pub at: String,
    /// Every step: (when, how far).
    pub steps: Vec<(String, Progress)>,
}

impl State {
    /// Adds a step of a request to the log.
    pub fn keep_request(
        &mut self,
        id: &str,
        subject: &str,
        progress: Progress,
        at: &str,
    ) -> Result<(), StateError> {
        let fail = self.fail();
        let detail = serde_json::json!({ "request": id, "subject": subject, "progress": progress.text() });
        let change = self.db.transaction().map_err(&fail)?;
        let event = match progress {
            Progress::Prepared => "request.prepared",
            _ => "request.marked",
        };
        log::append(&change, at, event, &detail).map_err(&fail)?;
        change.commit().map_err(&fail)
    }

    /// Every request of the log, by id.
    pub fn requests(&self) -> Result<Vec<Request>, StateError> {
        let fail = self.fail();
        let mut query = self
            .db
            .prepare("SELECT at, detail FROM log WHERE event IN ('request.prepared', 'request.marked') ORDER BY seq")
            .map_err(&fail)?;
        let rows = query
            .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))
            .map_err(&fail)?;
        let mut requests = std::collections::BTreeMap::new();
        for row in rows {
            let (at, detail) = row.map_err(&fail)?;
            let Ok(detail) = serde_json::from_str::<serde_json::Value>(&detail) else {
                continue;
            };
            let text = |key: &str| {
                detail
                    .get(key)
                    .and_then(|value| value.as_str())
                    .map(str::to_owned)
            };
            let progress = text("progress").and_then(|word| Progress::parse(&word));
            let (Some(id), Some(subject), Some(progress)) = (text("request"), text("subject"), progress)
            else {
                continue;
            };
            let request = requests.entry(id.clone()).or_insert(Request {
                id,
                subject,
                progress,
                at: at.clone(),
                steps: Vec::new(),
            });
            // Writing a letter anew does not take back that it was sent.
            if progress != Progress::Prepared || request.progress == Progress::Prepared {
                request.progress = progress;
                request.at.clone_from(&at);
            }
            request.steps.push((at, progress));
        }
        Ok(requests.into_values().collect())
    }
}
