//! The track record: assessments against what was established later.
//!
//! Every case counts once, whatever the number of days on which it was assessed: days are averaged within the case first.
//! What was assessed before the truth was known is never mixed with what was assessed after.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::bootstrap::Interval;
use crate::forecast::{Scores, mean, over_cases, scores, wilson};

/// Resamples of cases for the intervals.
const DRAWS: usize = 10_000;
/// Their seed.
const SEED: u64 = 1;
/// Below this number of cases nothing is concluded about calibration.
pub const CASES_MIN: usize = 20;
/// A wrong answer believed at least this much is confidently wrong: "very likely" begins here.
pub const CONFIDENT: f64 = 0.80;
/// Upper ends of the bins of the reliability table: the bands of the words for beliefs (ICD 203).
const BAND_ENDS: [f64; 7] = [0.05, 0.20, 0.45, 0.55, 0.80, 0.95, 1.0];

/// How much an assessment could know of the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sight {
    /// As of a day before the truth, from a case that was written before it.
    Blind,
    /// As of a day before the truth, but the case was written by somebody who knew it.
    Hindsight,
    /// As of the truth's day or later, or undated: not blind.
    After,
    /// The truth itself is disputed, so the score shows only with which side the assessment agrees.
    Disputed,
}

/// One answer of an assessment.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Its id.
    pub id: String,
    /// Normalised prior.
    pub prior: f64,
    /// Belief.
    pub belief: f64,
    /// The words that were printed for its interval.
    pub words: String,
    /// The band that the words stand for; nothing where they state no likelihood.
    pub band: Option<(f64, f64)>,
}

/// What was established, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Established {
    /// The date, as a day.
    pub since: String,
    /// By whom.
    pub by: String,
    /// established, charged or disputed.
    pub sure: String,
    /// One sentence.
    pub says: String,
}

/// One assessment with the truth.
#[derive(Clone, Debug, PartialEq)]
pub struct Assessed {
    /// Name of the case.
    pub case: String,
    /// Id of the incident.
    pub incident: String,
    /// The day, as it is written; none for an undated case.
    pub as_of: Option<String>,
    /// The same as a count of days.
    pub day: Option<i64>,
    /// The truth's day as a count of days.
    pub truth_day: i64,
    /// What it could know.
    pub sight: Sight,
    /// All answers.
    pub answers: Vec<Answer>,
    /// Ids of those that were true: together they are one answer.
    pub truth: BTreeSet<String>,
    /// The party that was framed, with the belief in it.
    pub framed: Option<(String, f64)>,
    /// How the truth was established.
    pub established: Established,
}

/// What one assessment scored.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// Name of the case.
    pub case: String,
    /// Id of the incident.
    pub incident: String,
    /// The day.
    pub as_of: Option<String>,
    /// What it could know.
    pub sight: Sight,
    /// Ids that were true.
    pub truth: BTreeSet<String>,
    /// Belief in the truth.
    pub belief: f64,
    /// Id of the leading answer.
    pub leader: String,
    /// Belief in it.
    pub leader_belief: f64,
    /// Whether it was true.
    pub leader_is_truth: bool,
    /// Scores of the belief.
    pub scores: Scores,
    /// Scores of the case's own prior.
    pub prior: Scores,
    /// Scores of an answerer who gives every answer the same.
    pub uniform: Scores,
    /// The framed party and the belief in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub framed: Option<(String, f64)>,
}

/// A mean over cases with its 90 % interval over resamples of cases.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Mean {
    /// The mean.
    pub mean: f64,
    /// Nothing with fewer than two cases.
    pub interval: Option<Interval>,
}

/// Probabilities of one bin, or under one phrase, beside what was true. Weights: every case counts 1 an answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bin {
    /// The phrase, or the word of the band.
    pub name: String,
    /// The band that it stands for.
    pub band: Option<(f64, f64)>,
    /// Answers, by weight.
    pub n: f64,
    /// Those that were true, by weight.
    pub hits: f64,
    /// Mean of what was said.
    pub said: f64,
    /// Share that was true.
    pub seen: f64,
    /// Its 90 % Wilson interval.
    pub wilson: Interval,
    /// Whether that interval meets the band.
    pub meets: Option<bool>,
}

/// All cases of one sight.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Group {
    /// Which.
    pub sight: Sight,
    /// Cases.
    pub cases: usize,
    /// Assessments.
    pub assessments: usize,
    /// Logarithmic score, in bits.
    pub log_bits: Mean,
    /// Brier score.
    pub brier: Mean,
    /// Spherical score.
    pub spherical: Mean,
    /// Share with the truth as leader.
    pub truth_leads: Mean,
    /// Log score of the prior less ours: bits gained by the evidence. Above 0: better than the prior.
    pub gain_over_prior_bits: Mean,
    /// Log score of the uniform answerer less ours.
    pub gain_over_uniform_bits: Mean,
    /// Brier score of the prior less ours.
    pub gain_over_prior_brier: Mean,
    /// Brier score of the uniform answerer less ours.
    pub gain_over_uniform_brier: Mean,
    /// By bands of belief.
    pub reliability: Vec<Bin>,
    /// Mean distance of said and seen over the bins, by weight.
    pub calibration_error: f64,
    /// By printed phrase.
    pub phrases: Vec<Bin>,
    /// What may be concluded about calibration.
    pub verdict: String,
}

/// How one case went from day to day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Course {
    /// Name of the case.
    pub case: String,
    /// Id of the incident.
    pub incident: String,
    /// First day assessed.
    pub first: String,
    /// The day from which the truth leads on every later day assessed; none: it does not lead on the last.
    pub right_since: Option<String>,
    /// Days from the first assessed to that one.
    pub days_to_right: Option<i64>,
    /// Days from that one to the truth's; negative: only after it.
    pub days_ahead: Option<i64>,
    /// Days on which a wrong answer stood at or above [`CONFIDENT`]; an assessment stands until the next one, the last
    /// until the truth's day.
    pub days_confidently_wrong: i64,
    /// Highest belief in a single wrong answer before the truth's day, with its id and the day.
    pub most_wrong: Option<(String, f64, String)>,
}

/// The truth about one incident.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Truth {
    /// Name of the case.
    pub case: String,
    /// Id of the incident.
    pub incident: String,
    /// Ids of the answers that were true: together they are one answer.
    pub truth: BTreeSet<String>,
    /// How it was established.
    #[serde(flatten)]
    pub established: Established,
}

/// The track record, schema `ascribe.score/1`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Track {
    /// The schema's name.
    pub schema: &'static str,
    /// What was established, by case and incident.
    pub truths: Vec<Truth>,
    /// One line an assessment, by case, incident and day.
    pub lines: Vec<Line>,
    /// By what could be known.
    pub groups: Vec<Group>,
    /// Cases with several days.
    pub courses: Vec<Course>,
}

/// The track record of `assessed`, in any order.
///
/// Errors: what cannot be scored, by case.
pub fn track(mut assessed: Vec<Assessed>) -> Result<Track, String> {
    assessed.sort_by(|a, b| key(a).cmp(&key(b)));
    let mut lines = Vec::with_capacity(assessed.len());
    for one in &assessed {
        lines.push(line(one)?);
    }
    let mut groups = Vec::new();
    for sight in [Sight::Blind, Sight::Hindsight, Sight::After, Sight::Disputed] {
        let inside: Vec<(&Assessed, &Line)> = assessed
            .iter()
            .zip(&lines)
            .filter(|(one, _)| one.sight == sight)
            .collect();
        groups.extend(group(sight, &inside));
    }
    let mut by_case: BTreeMap<(&str, &str), Vec<(&Assessed, &Line)>> = BTreeMap::new();
    for (one, line) in assessed.iter().zip(&lines) {
        by_case
            .entry((&one.case, &one.incident))
            .or_default()
            .push((one, line));
    }
    let courses = by_case.values().filter_map(|days| course(days)).collect();
    let truths = by_case
        .iter()
        .filter_map(|((case, incident), days)| {
            let (one, _) = days.first()?;
            Some(Truth {
                case: (*case).to_owned(),
                incident: (*incident).to_owned(),
                truth: one.truth.clone(),
                established: one.established.clone(),
            })
        })
        .collect();
    Ok(Track {
        schema: "ascribe.score/1",
        truths,
        courses,
        groups,
        lines,
    })
}

fn key(one: &Assessed) -> (&str, &str, Option<i64>) {
    (&one.case, &one.incident, one.day)
}

/// The answers with those that were true merged into the last column.
fn merged(one: &Assessed, of: impl Fn(&Answer) -> f64) -> Vec<f64> {
    let wrong = one
        .answers
        .iter()
        .filter(|answer| !one.truth.contains(&answer.id));
    let mut shares: Vec<f64> = wrong.map(&of).collect();
    let truth = one.answers.iter().filter(|answer| one.truth.contains(&answer.id));
    // Rounded shares may add up to a hair over 1.
    shares.push(truth.map(&of).sum::<f64>().min(1.0));
    shares
}

fn line(one: &Assessed) -> Result<Line, String> {
    let fail = |why: &str| format!("case \u{201c}{}\u{201d}: {why}", one.case);
    let score = |shares: &[f64]| {
        scores(shares, shares.len().saturating_sub(1))
            .ok_or_else(|| fail("a belief or prior is no probability"))
    };
    if let Some(missing) = one
        .truth
        .iter()
        .find(|id| one.answers.iter().all(|answer| answer.id != **id))
    {
        return Err(fail(&format!(
            "the truth `{missing}` is no hypothesis of the assessment"
        )));
    }
    let leader = one
        .answers
        .iter()
        .max_by(|a, b| a.belief.total_cmp(&b.belief).then_with(|| b.id.cmp(&a.id)))
        .ok_or_else(|| fail("the assessment has no hypothesis"))?;
    let beliefs = merged(one, |answer| answer.belief);
    let each = 1.0 / one.answers.len() as f64;
    Ok(Line {
        case: one.case.clone(),
        incident: one.incident.clone(),
        as_of: one.as_of.clone(),
        sight: one.sight,
        truth: one.truth.clone(),
        belief: beliefs.last().copied().unwrap_or(0.0),
        leader: leader.id.clone(),
        leader_belief: leader.belief,
        leader_is_truth: one.truth.contains(&leader.id),
        scores: score(&beliefs)?,
        prior: score(&merged(one, |answer| answer.prior))?,
        uniform: score(&merged(one, |_| each))?,
        framed: one.framed.clone(),
    })
}

fn group(sight: Sight, inside: &[(&Assessed, &Line)]) -> Option<Group> {
    let mut by_case: BTreeMap<(&str, &str), Vec<&(&Assessed, &Line)>> = BTreeMap::new();
    for pair in inside {
        by_case
            .entry((&pair.0.case, &pair.0.incident))
            .or_default()
            .push(pair);
    }
    let cases = by_case.len();
    let of = |value: &dyn Fn(&Line) -> f64| -> Option<Mean> {
        let values: Vec<f64> = by_case
            .values()
            .filter_map(|days| mean(&days.iter().map(|(_, line)| value(line)).collect::<Vec<_>>()))
            .collect();
        Some(Mean {
            mean: mean(&values)?,
            interval: over_cases(&values, DRAWS, SEED),
        })
    };
    let mut bands: Vec<Tally> = vec![Tally::default(); BAND_ENDS.len()];
    let mut phrases: BTreeMap<&str, Tally> = BTreeMap::new();
    for days in by_case.values() {
        let weight = 1.0 / days.len() as f64;
        for (one, line) in days {
            let mut banded = |belief: f64, hit: f64| {
                let band = BAND_ENDS.iter().position(|end| belief < *end);
                if let Some(tally) = bands.get_mut(band.unwrap_or(BAND_ENDS.len() - 1)) {
                    tally.add(weight, hit, belief);
                }
            };
            banded(line.belief, 1.0);
            for answer in &one.answers {
                let hit = one.truth.contains(&answer.id);
                if !hit {
                    banded(answer.belief, 0.0);
                }
                // Of several true answers each has words, and none of them is about the truth as a whole.
                if !hit || one.truth.len() == 1 {
                    let tally = phrases.entry(&answer.words).or_default();
                    tally.band = answer.band;
                    tally.add(weight, f64::from(u8::from(hit)), answer.belief);
                }
            }
        }
    }
    let mut low = 0.0;
    let mut reliability = Vec::new();
    for (tally, end) in bands.iter_mut().zip(BAND_ENDS) {
        tally.band = Some((low, end));
        reliability.extend(tally.bin(format!("{:.0}\u{2013}{:.0} %", low * 100.0, end * 100.0)));
        low = end;
    }
    let all: f64 = reliability.iter().map(|bin| bin.n).sum();
    let mut phrases: Vec<Bin> = phrases
        .iter()
        .filter_map(|(words, tally)| tally.bin((*words).to_owned()))
        .collect();
    phrases.sort_by(|a, b| a.said.total_cmp(&b.said).then_with(|| a.name.cmp(&b.name)));
    Some(Group {
        sight,
        cases,
        assessments: inside.len(),
        log_bits: of(&|line| line.scores.log_bits)?,
        brier: of(&|line| line.scores.brier)?,
        spherical: of(&|line| line.scores.spherical)?,
        truth_leads: of(&|line| f64::from(u8::from(line.leader_is_truth)))?,
        gain_over_prior_bits: of(&|line| line.prior.log_bits - line.scores.log_bits)?,
        gain_over_uniform_bits: of(&|line| line.uniform.log_bits - line.scores.log_bits)?,
        gain_over_prior_brier: of(&|line| line.prior.brier - line.scores.brier)?,
        gain_over_uniform_brier: of(&|line| line.uniform.brier - line.scores.brier)?,
        calibration_error: reliability
            .iter()
            .map(|bin| bin.n / all * (bin.said - bin.seen).abs())
            .sum(),
        verdict: verdict(cases, &reliability),
        reliability,
        phrases,
    })
}

fn verdict(cases: usize, reliability: &[Bin]) -> String {
    if cases < CASES_MIN {
        return format!(
            "Cases: {cases}, fewer than {CASES_MIN}. Nothing can be concluded about calibration, and little from the scores."
        );
    }
    let off: Vec<&str> = reliability
        .iter()
        .filter(|bin| bin.meets == Some(false))
        .map(|bin| bin.name.as_str())
        .collect();
    if off.is_empty() {
        "No band of belief is off by more than chance allows; that is not yet calibration.".to_owned()
    } else {
        format!(
            "Off by more than chance allows where this was said: {}.",
            off.join(", ")
        )
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    n: f64,
    hits: f64,
    said: f64,
    band: Option<(f64, f64)>,
}

impl Tally {
    fn add(&mut self, weight: f64, hit: f64, said: f64) {
        self.n += weight;
        self.hits += weight * hit;
        self.said += weight * said;
    }

    fn bin(&self, name: String) -> Option<Bin> {
        let interval = wilson(self.hits, self.n);
        (self.n > 0.0).then(|| Bin {
            name,
            band: self.band,
            n: self.n,
            hits: self.hits,
            said: self.said / self.n,
            seen: self.hits / self.n,
            wilson: interval,
            meets: self
                .band
                .map(|(low, high)| interval.low <= high && interval.high >= low),
        })
    }
}

/// The course of a case with several dated assessments.
fn course(days: &[(&Assessed, &Line)]) -> Option<Course> {
    let dated: Vec<(i64, &Assessed, &Line)> = days
        .iter()
        .filter_map(|(one, line)| Some((one.day?, *one, *line)))
        .collect();
    let (first_day, first, _) = *dated.first()?;
    if dated.len() < 2 {
        return None;
    }
    let right = dated
        .iter()
        .rev()
        .take_while(|(_, _, line)| line.leader_is_truth)
        .last();
    let mut wrong_days = 0;
    let mut most_wrong: Option<(String, f64, String)> = None;
    let ends = dated
        .iter()
        .skip(1)
        .map(|(day, ..)| *day)
        .chain([first.truth_day]);
    for ((day, one, line), end) in dated.iter().zip(ends) {
        if *day >= one.truth_day {
            continue;
        }
        let wrong = one
            .answers
            .iter()
            .filter(|answer| !one.truth.contains(&answer.id));
        let Some(worst) = wrong.max_by(|a, b| a.belief.total_cmp(&b.belief).then_with(|| b.id.cmp(&a.id)))
        else {
            continue;
        };
        if worst.belief >= CONFIDENT {
            wrong_days += end.min(one.truth_day) - day;
        }
        if most_wrong
            .as_ref()
            .is_none_or(|(_, belief, _)| worst.belief > *belief)
        {
            most_wrong = Some((
                worst.id.clone(),
                worst.belief,
                line.as_of.clone().unwrap_or_default(),
            ));
        }
    }
    Some(Course {
        case: first.case.clone(),
        incident: first.incident.clone(),
        first: first.as_of.clone().unwrap_or_default(),
        right_since: right.and_then(|(_, one, _)| one.as_of.clone()),
        days_to_right: right.map(|(day, ..)| day - first_day),
        days_ahead: right.map(|(day, one, _)| one.truth_day - day),
        days_confidently_wrong: wrong_days,
        most_wrong,
    })
}

#[cfg(test)]
mod tests;
