//! How far each shared number moves one belief by itself, the others at their points.

use super::cells::at;
use super::corners::Corners;
use super::world::Of;
use crate::assessment::TornadoBar;
use crate::model_file::ModelFile;

impl Corners {
    /// Every shared number that varies, by how far it moves the belief in hypothesis number `hypothesis`, the
    /// farthest first, then by name. `model` is the one that this was made of.
    #[must_use]
    pub fn tornado(&self, model: &ModelFile, hypothesis: usize) -> Vec<TornadoBar> {
        let parameters = &self.ready.world.parameters;
        let mut swings: Vec<TornadoBar> = self
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
                Some(TornadoBar {
                    of,
                    field: first.field.to_string(),
                    numbers: members.len() as u64,
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
