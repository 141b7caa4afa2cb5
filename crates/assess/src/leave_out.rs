//! The belief without a source or an origin, as the case names them.
//!
//! Leaving a source out leaves out the labels that are its word too ("a label is a claim too", METHOD section 2):
//! such families and infrastructures go to "other". Origins are those of the findings, not the finer ones by which
//! the model tells copies. Source: METHOD section 5, "Sensitivity".

use std::collections::{BTreeMap, BTreeSet};

use crate::assessment::{LeaveOneOut, highest};
use crate::build::{Built, source_of_node};
use crate::model_file::ModelFile;
use crate::weigh::{WeighError, believe};

/// Rows of one kind beyond which the finer rows of the model stay as they are: each costs a whole answer.
const ROWS_MAX: usize = 300;

/// Replaces the rows of kinds `origin` and `source` in `rows`; the order stays finding, origin, source, class, family.
///
/// Errors: as [`crate::weigh::weigh`].
pub(crate) fn by_what_was_said(built: &Built, rows: &mut Vec<LeaveOneOut>) -> Result<(), WeighError> {
    let mut by_origin: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (id, line) in &built.lines {
        if line.weight.is_some() {
            by_origin.entry(&line.origin).or_default().insert(id);
        }
    }
    let heard = built
        .model
        .findings
        .iter()
        .filter_map(|finding| finding.source.as_deref().map(source_of_node));
    let labels = built
        .model
        .subjects
        .iter()
        .filter_map(|subject| subject.source.as_deref());
    let sources: BTreeSet<&str> = heard.chain(labels).collect();
    if by_origin.len() > ROWS_MAX || sources.len() > ROWS_MAX {
        return Ok(());
    }
    let mut replaced = Vec::new();
    for (origin, findings) in by_origin {
        let mut model = built.model.clone();
        model
            .findings
            .retain(|finding| !findings.contains(finding.id.as_str()));
        replaced.push(row("origin", origin, &model)?);
    }
    for source in sources {
        replaced.push(row("source", source, &built.without_source(source))?);
    }
    let at = rows
        .iter()
        .position(|row| row.kind != "finding")
        .unwrap_or(rows.len());
    rows.retain(|row| row.kind != "origin" && row.kind != "source");
    let after = rows.split_off(at.min(rows.len()));
    rows.extend(replaced);
    rows.extend(after);
    Ok(())
}

fn row(kind: &str, id: &str, model: &ModelFile) -> Result<LeaveOneOut, WeighError> {
    let belief = believe(model)?.posterior;
    Ok(LeaveOneOut {
        kind: kind.to_owned(),
        id: id.to_owned(),
        leader: highest(&belief),
        belief,
    })
}
