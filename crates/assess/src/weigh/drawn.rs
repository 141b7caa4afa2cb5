//! A model with its numbers at one joint draw, as the interval draws them: for simulations with known parameters.
//!
//! Private likelihoods are at their means, which is exact for everything that is computed from them.

use ascribe_model::Range;
use ascribe_model::random::Random;

use super::cells::at;
use super::pert::Level;
use super::spread::Spread;
use super::world::{Of, Parameter};
use super::{Ready, WeighError};
use crate::model_file::ModelFile;

/// `model` with every number exact, as in draw number `draw` of the interval under `seed`.
///
/// Errors: as [`super::weigh`].
pub fn drawn(model: &ModelFile, seed: u64, draw: u64) -> Result<ModelFile, WeighError> {
    let ready = Ready::new(model)?;
    let spread = Spread::new(&ready.world);
    let mut random = Random::of_draw(seed, draw);
    let levels: Vec<Level> = (0..spread.groups).map(|_| Level::new(random.unit())).collect();
    let mut theta = Vec::new();
    spread.at_levels(&ready.world, &levels, &mut theta);
    let mut exact = model.clone();
    for (slot, parameter) in ready.world.parameters.iter().enumerate() {
        if let Some(cell) = cell(&mut exact, model, parameter) {
            *cell = Range::exactly(at(&theta, slot));
        }
    }
    Ok(exact)
}

/// Where a parameter stands in `exact`; none for one that the file leaves to its default.
fn cell<'a>(exact: &'a mut ModelFile, model: &ModelFile, parameter: &Parameter) -> Option<&'a mut Range> {
    let field = parameter.field.as_ref();
    match parameter.of {
        Of::Deception(which) => {
            let id = match which {
                Some(index) => model.actors.get(index)?.id.as_str(),
                None => "default",
            };
            exact.deception.get_mut(id)
        }
        Of::Hypothesis(index) => exact
            .hypotheses
            .get_mut(index)
            .map(|hypothesis| &mut hypothesis.prior),
        Of::Subject(index) => {
            let subject = exact.subjects.get_mut(index)?;
            match field {
                "shared" => Some(&mut subject.shared),
                "other_is_unlisted" => subject.other_is_unlisted.as_mut(),
                label => subject.label.get_mut(label.strip_prefix("label.")?),
            }
        }
        Of::Trace(index) => {
            let trace = exact.traces.get_mut(index)?;
            match field {
                "hit" => Some(&mut trace.hit),
                "rarity" => Some(&mut trace.rarity),
                "forgeability" => Some(&mut trace.forgeability),
                _ => trace.care.as_mut(),
            }
        }
        Of::Finding(index) => {
            let finding = exact.findings.get_mut(index)?;
            match field {
                "if_present" => finding.if_present.as_mut(),
                "if_absent" => finding.if_absent.as_mut(),
                "if_planted" => finding.if_planted.as_mut(),
                value => {
                    let likelihood = finding.likelihood.as_mut()?;
                    likelihood.get_mut(value.strip_prefix("likelihood.")?)
                }
            }
        }
        Of::Source(index) => {
            let source = exact.sources.get_mut(index)?;
            Some(if field == "push" {
                &mut source.push
            } else {
                &mut source.reliable
            })
        }
    }
}
