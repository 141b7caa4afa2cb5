//! Which row of the default tables carries the answer: each moved to both ends of its range, the case weighed again.

use std::collections::BTreeSet;

use ascribe_intel::Knowledge;
use ascribe_model::Finding;
use ascribe_model::words::Class;

use crate::assess::AssessError;
use crate::assessment::{DefaultSwing, highest};
use crate::build::{Built, Overlaps, OwnNumbers, Question, build_from};
use crate::defaults::{Defaults, End};
use crate::weigh::believe;

/// Above so many findings the table is left out: each row costs two whole answers.
pub(crate) const FINDINGS_MAX: usize = 1_000;

/// Every default that the case can use, by how far it moves the belief in `leader`, the farthest first, then by name.
///
/// Errors: those of the model and the weigher.
pub(crate) fn default_swings(
    question: &Question,
    knowledge: &Knowledge,
    findings: &[Finding],
    built: &Built,
    leader: &str,
) -> Result<Vec<DefaultSwing>, AssessError> {
    let defaults = Defaults::load().map_err(crate::build::BuildError::from)?;
    let used: BTreeSet<Class> = built.lines.values().filter_map(|line| line.class).collect();
    let mut rows = Vec::new();
    for entry in defaults.entries() {
        if entry.class.is_some_and(|class| !used.contains(&class)) {
            continue;
        }
        let at = |end| -> Result<Option<(f64, String)>, AssessError> {
            let tables = defaults.moved(&entry, end);
            let moved = build_from(
                &tables,
                question,
                knowledge,
                findings,
                Overlaps::Dependent,
                OwnNumbers::Used,
            )?;
            if moved.model == built.model {
                return Ok(None);
            }
            let beliefs = believe(&moved.model)?.posterior;
            let belief = beliefs.get(leader).copied().unwrap_or(0.0);
            Ok(Some((belief, highest(&beliefs))))
        };
        // Nothing in the case rests on a row that leaves the model as it is.
        let Some((low, low_leads)) = at(End::Low)? else {
            continue;
        };
        let Some((high, high_leads)) = at(End::High)? else {
            continue;
        };
        rows.push(DefaultSwing {
            row: entry.row,
            field: entry.field.to_owned(),
            range: [entry.range.low(), entry.range.high()],
            belief: [low, high],
            leader: [low_leads, high_leads],
        });
    }
    let length = |row: &DefaultSwing| (row.belief[1] - row.belief[0]).abs();
    rows.sort_by(|a, b| {
        (length(b).total_cmp(&length(a))).then_with(|| (&a.row, &a.field).cmp(&(&b.row, &b.field)))
    });
    Ok(rows)
}
