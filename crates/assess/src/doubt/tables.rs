//! Which row of the default tables carries the answer: each moved to both ends of its range, the case weighed again.

use std::collections::BTreeSet;

use ascribe_intel::Knowledge;
use ascribe_model::Finding;
use ascribe_model::words::Class;

use crate::assess::AssessError;
use crate::assessment::DefaultSwing;
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
        let mut belief = [0.0; 2];
        let mut leads = [String::new(), String::new()];
        for ((belief, leads), end) in belief.iter_mut().zip(&mut leads).zip([End::Low, End::High]) {
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
                // Nothing in the case rests on this row.
                break;
            }
            let beliefs = believe(&moved.model)?.posterior;
            *belief = beliefs.get(leader).copied().unwrap_or(0.0);
            *leads = crate::leave_out::highest(&beliefs);
        }
        if leads.iter().any(String::is_empty) {
            continue;
        }
        rows.push(DefaultSwing {
            row: entry.row,
            field: entry.field.to_owned(),
            range: [entry.range.low(), entry.range.high()],
            belief,
            leader: leads,
        });
    }
    let length = |row: &DefaultSwing| (row.belief[1] - row.belief[0]).abs();
    rows.sort_by(|a, b| {
        (length(b).total_cmp(&length(a))).then_with(|| (&a.row, &a.field).cmp(&(&b.row, &b.field)))
    });
    Ok(rows)
}
