//! The same incidents to every answerer: the program and its peers.

use std::collections::BTreeMap;
use std::thread;

use ascribe_assess::build::{Overlaps, OwnNumbers, as_one_telling, build};
use ascribe_assess::model_file::ModelFile;
use ascribe_assess::weigh::{Draws, believe, interval};
use ascribe_model::Range;

use crate::figures::Answered;
use crate::incident::Incident;
use crate::method::Numbers;

/// An answerer: probability by party, from an incident without its truth.
pub type Answerer = fn(&Incident) -> Result<BTreeMap<String, f64>, String>;

/// The program as it is.
pub fn ascribe(incident: &Incident) -> Result<BTreeMap<String, f64>, String> {
    Ok(believe(&model(incident)?)
        .map_err(|error| error.to_string())?
        .posterior)
}

/// The program with a prior of deception a quarter of the default.
pub fn ascribe_trusting(incident: &Incident) -> Result<BTreeMap<String, f64>, String> {
    let mut model = model(incident)?;
    for range in model.deception.values_mut() {
        *range = Range::exactly(range.point() / 4.0);
    }
    Ok(believe(&model).map_err(|error| error.to_string())?.posterior)
}

/// The program with all reports of one kind about one target taken as one telling, which it shows beside its belief.
pub fn ascribe_one_telling(incident: &Incident) -> Result<BTreeMap<String, f64>, String> {
    match as_one_telling(&incident.findings) {
        Some(findings) => ascribe(&Incident {
            findings,
            ..incident.clone()
        }),
        None => ascribe(incident),
    }
}

/// The priors alone.
pub fn prior(incident: &Incident) -> Result<BTreeMap<String, f64>, String> {
    let model = model(incident)?;
    let sum: f64 = model
        .hypotheses
        .iter()
        .map(|hypothesis| hypothesis.prior.point())
        .sum();
    let shares = model
        .hypotheses
        .into_iter()
        .map(|hypothesis| (hypothesis.id, hypothesis.prior.point() / sum));
    Ok(shares.collect())
}

/// The model that the program makes of an incident.
pub fn model(incident: &Incident) -> Result<ModelFile, String> {
    let built = build(
        &incident.question,
        &incident.knowledge,
        &incident.findings,
        Overlaps::Dependent,
        OwnNumbers::Used,
    );
    Ok(built.map_err(|error| error.to_string())?.model)
}

/// `of` for every number below `count`, on all processors; the order is that of the numbers.
pub fn each<T: Send>(count: u64, of: impl Fn(u64) -> Result<T, String> + Sync) -> Result<Vec<T>, String> {
    let workers = thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
    let chunk = count.div_ceil(workers * 8).max(1);
    let parts: Vec<std::ops::Range<u64>> = (0..count)
        .step_by(usize::try_from(chunk).unwrap_or(1))
        .map(|first| first..(first + chunk).min(count))
        .collect();
    let next = std::sync::atomic::AtomicUsize::new(0);
    let mut done: Vec<(usize, Vec<Result<T, String>>)> = thread::scope(|scope| {
        let handles: Vec<_> = (0..workers)
            .map(|_| {
                scope.spawn(|| {
                    let mut own = Vec::new();
                    loop {
                        let index = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        let Some(part) = parts.get(index) else { return own };
                        own.push((index, part.clone().map(&of).collect()));
                    }
                })
            })
            .collect();
        handles
            .into_iter()
            .flat_map(|handle| handle.join().unwrap_or_default())
            .collect()
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().flat_map(|(_, part)| part).collect()
}

/// Every answerer on the same incidents.
pub fn answers(
    count: u64,
    incident: impl Fn(u64) -> Result<Incident, String> + Sync,
    answerers: &[Answerer],
) -> Result<Vec<Vec<Answered>>, String> {
    let rows = each(count, |number| {
        let incident = incident(number)?;
        answerers
            .iter()
            .map(|answerer| {
                Ok(Answered {
                    belief: answerer(&incident)?,
                    truth: incident.truth.clone(),
                })
            })
            .collect::<Result<Vec<_>, String>>()
    })?;
    let mut columns: Vec<Vec<Answered>> = answerers.iter().map(|_| Vec::new()).collect();
    for row in rows {
        for (column, answer) in columns.iter_mut().zip(row) {
            column.push(answer);
        }
    }
    Ok(columns)
}

/// Of how many intervals the exact posterior at the true numbers lies inside: inside, all, refused.
pub fn coverage(seed: u64, count: u64, draws: usize) -> Result<[u64; 3], String> {
    let counted = each(count, |number| {
        let made = crate::method::incident(seed, number, Numbers::Drawn)?;
        let exact = believe(&made.exact).map_err(|error| error.to_string())?;
        let model = model(&made.incident)?;
        let intervals = interval(&model, Draws { draws, seed: number }).map_err(|error| error.to_string())?;
        let mut counts = [0_u64; 3];
        for (id, interval) in &intervals.hypotheses {
            let truth = exact.posterior.get(id).copied().unwrap_or(0.0);
            match (interval.low, interval.high) {
                (Some(low), Some(high)) => {
                    // Where nothing varies the interval is a point.
                    counts[0] += u64::from(truth >= low - 1e-12 && truth <= high + 1e-12);
                    counts[1] += 1;
                }
                _ => counts[2] += 1,
            }
        }
        Ok(counts)
    })?;
    Ok(counted.into_iter().fold([0; 3], |sum, one| {
        [sum[0] + one[0], sum[1] + one[1], sum[2] + one[2]]
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::figures;

    /// On its own assumptions the program is as calibrated as chance allows, and its intervals hold the exact answer.
    #[test]
    fn under_its_own_assumptions_the_program_is_calibrated() {
        let made = |number| Ok(crate::method::incident(11, number, Numbers::Central)?.incident);
        let columns = answers(1_500, made, &[ascribe]).unwrap();
        let found = figures(columns.first().unwrap(), 1);
        assert!(
            found.ece <= found.ece_chance,
            "{} {}",
            found.ece,
            found.ece_chance
        );
        let [inside, all, _] = coverage(12, 40, 600).unwrap();
        let share = inside as f64 / all as f64;
        // Beliefs of one incident go together: forty incidents are few.
        assert!((0.80..=0.98).contains(&share), "{inside} of {all}");
    }

    #[test]
    fn the_order_and_the_threads_have_no_effect() {
        let numbers = each(1_000, Ok).unwrap();
        assert_eq!(numbers, (0..1_000).collect::<Vec<u64>>());
        let failed: Result<Vec<u64>, String> =
            each(10, |n| if n == 7 { Err("seven".to_owned()) } else { Ok(n) });
        assert_eq!(failed, Err("seven".to_owned()));
    }
}
