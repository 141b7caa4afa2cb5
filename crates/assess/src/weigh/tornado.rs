//! How far each shared number moves one belief by itself, the others at their points.

use super::cells::at;
use super::corners::Corners;
use super::world::Of;
use crate::model_file::ModelFile;

/// One shared number, or all numbers of a class that share a draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Swing {
    /// What it belongs to: `class code`, `source fbi`, `deception` …
    pub of: String,
    /// Which number of it: `hit`, `rarity`, `reliable` …
    pub field: String,
    /// How many numbers of the model move with it.
    pub numbers: usize,
    /// The range, where all of them have the same.
    pub range: Option<[f64; 2]>,
    /// The belief at the low and at the high end.
    pub belief: [f64; 2],
}

impl Swing {
    /// Length of the bar, in probability.
    #[must_use]
    pub fn length(&self) -> f64 {
        (self.belief[1] - self.belief[0]).abs()
    }
}

impl Corners {
    /// Every shared number that varies, by how far it moves the belief in hypothesis number `hypothesis`, the
    /// farthest first, then by name. `model` is the one that this was made of.
    #[must_use]
    pub fn tornado(&self, model: &ModelFile, hypothesis: usize) -> Vec<Swing> {
        let parameters = &self.ready.world.parameters;
        let mut swings: Vec<Swing> = self
            .spread
            .members
            .iter()
            .zip(&self.alone)
            .filter_map(|(members, [low, high])| {
                let first = parameters.get(*members.first()?)?;
                let of = match &first.shared {
                    Some((class, _)) => class_name(first.of, class),
                    None => name(model, first.of),
                };
                let same = members
                    .iter()
                    .all(|&member| parameters.get(member).is_some_and(|p| p.range == first.range));
                Some(Swing {
                    of,
                    field: first.field.to_string(),
                    numbers: members.len(),
                    range: same.then(|| [first.range.low(), first.range.high()]),
                    belief: [at(low, hypothesis), at(high, hypothesis)],
                })
            })
            .collect();
        swings.sort_by(|a, b| {
            (b.length().total_cmp(&a.length())).then_with(|| (&a.of, &a.field).cmp(&(&b.of, &b.field)))
        });
        swings
    }
}

fn class_name(of: Of, class: &str) -> String {
    match of {
        // The builder's classes of sources are sources: one for what it says of operators and one of directions.
        Of::Source(_) if class.starts_with("source ") => class.to_owned(),
        Of::Source(_) => format!("sources of class {class}"),
        Of::Subject(_) => format!("families of class {class}"),
        Of::Finding(_) => format!("findings of class {class}"),
        _ => format!("class {class}"),
    }
}

fn name(model: &ModelFile, of: Of) -> String {
    let id = match of {
        Of::Deception(None) => return "deception".to_owned(),
        Of::Deception(Some(index)) => ("deception", model.actors.get(index).map(|a| &a.id)),
        Of::Hypothesis(index) => ("hypothesis", model.hypotheses.get(index).map(|h| &h.id)),
        Of::Subject(index) => ("subject", model.subjects.get(index).map(|s| &s.id)),
        Of::Trace(index) => ("trace", model.traces.get(index).map(|t| &t.id)),
        Of::Finding(index) => ("finding", model.findings.get(index).map(|f| &f.id)),
        Of::Source(index) => ("source", model.sources.get(index).map(|s| &s.id)),
    };
    format!("{} {}", id.0, id.1.map_or("", String::as_str))
}
