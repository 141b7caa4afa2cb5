//! Looks at an expectation with the assessments it needs: holds, does not hold, or cannot be asked.

use ascribe_assess::assessment::{Assessment, Hypothesis, LedgerLine};
use ascribe_model::Day;

use super::expression::{Expectation, Holds, Relation, Sum, Term, Value};

/// Whether a line holds, and what was measured: the sums, the words, the leader, the flags.
#[derive(Debug, PartialEq)]
pub struct Verdict {
    pub holds: bool,
    pub measured: Measured,
}

#[derive(Debug, PartialEq)]
pub enum Measured {
    Sums(f64, f64),
    Text(String),
}

impl std::fmt::Display for Measured {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sums(left, right) => write!(out, "{left:.4} against {right:.4}"),
            Self::Text(text) => write!(out, "{text:?}"),
        }
    }
}

/// How far what stands in a file may be from what is measured now.
const STALE: f64 = 0.02;

impl Measured {
    /// Whether `written` says this: numbers within .02, texts exactly.
    pub fn is_written(&self, written: &str) -> bool {
        match self {
            Self::Text(text) => written == text.as_str() || written == format!("{text:?}"),
            Self::Sums(left, right) => {
                let (said_left, said_right) = written.split_once(" against ").unwrap_or((written, ""));
                let near = |said: &str, value: f64| {
                    said.trim()
                        .parse::<f64>()
                        .is_ok_and(|said| (said - value).abs() <= STALE)
                };
                near(said_left, *left) && (said_right.is_empty() || near(said_right, *right))
            }
        }
    }
}

/// Every day that the expectation looks at, `day` first.
pub fn days(expectation: &Expectation, day: Day) -> Vec<Day> {
    fn of_sum(sum: &Sum, days: &mut Vec<Day>) {
        for (_, term) in sum {
            match term {
                Term::Was(day, _) => days.push(*day),
                Term::Abs(sum) => of_sum(sum, days),
                Term::Number(_) | Term::Value(_) => {}
            }
        }
    }
    let mut days = vec![day];
    if let Holds::Compared(left, _, right) = &expectation.holds {
        of_sum(left, &mut days);
        of_sum(right, &mut days);
    }
    days
}

/// Whether the expectation looks at an interval, at words, which are made of one, or at a what-if.
pub fn needs_all(holds: &Holds) -> bool {
    fn in_sum(sum: &Sum) -> bool {
        sum.iter().any(|(_, term)| match term {
            Term::Value(value) | Term::Was(_, value) => {
                matches!(value.name.as_str(), "low" | "high" | "what_if")
            }
            Term::Abs(sum) => in_sum(sum),
            Term::Number(_) => false,
        })
    }
    match holds {
        Holds::Words(..) => true,
        Holds::Compared(left, _, right) => in_sum(left) || in_sum(right),
        Holds::Leader(_) | Holds::Flagged(..) => false,
    }
}

/// The verdict on what must hold on `day`. Errors: a subject that is not there.
pub fn verdict<'a>(
    holds: &Holds,
    day: Day,
    as_of: &dyn Fn(Day) -> Result<&'a Assessment, String>,
) -> Result<Verdict, String> {
    let now = as_of(day)?;
    Ok(match holds {
        Holds::Compared(left, relation, right) => {
            let (left, right) = (sum(left, day, as_of)?, sum(right, day, as_of)?);
            let holds = match relation {
                Relation::Less => left < right,
                Relation::AtMost => left <= right,
                Relation::More => left > right,
                Relation::AtLeast => left >= right,
            };
            Verdict {
                holds,
                measured: Measured::Sums(left, right),
            }
        }
        Holds::Words(id, allowed) => {
            let words = &hypothesis(now, id)?.words;
            Verdict {
                holds: allowed.contains(words),
                measured: Measured::Text(words.clone()),
            }
        }
        Holds::Leader(id) => {
            hypothesis(now, id)?;
            let best = now.hypotheses.iter().reduce(|best, other| {
                if other.belief.point > best.belief.point {
                    other
                } else {
                    best
                }
            });
            let best = best.map(|best| best.id.clone()).unwrap_or_default();
            Verdict {
                holds: best == *id,
                measured: Measured::Text(best),
            }
        }
        Holds::Flagged(id, text) => {
            let shown = flags(now, id)?;
            Verdict {
                holds: shown.iter().any(|flag| flag.contains(text)),
                measured: Measured::Text(shown.join("; ")),
            }
        }
    })
}

/// What the ledger line of a finding shows beside its numbers: what it rests on, remarks, anomalies of its bytes, that it is a copy.
fn flags(assessment: &Assessment, id: &str) -> Result<Vec<String>, String> {
    let line = line(assessment, id)?;
    let mut shown: Vec<String> = line.rests_on.iter().chain(&line.remarks).cloned().collect();
    if assessment
        .ledger
        .iter()
        .any(|other| other.copies.contains(&line.finding))
    {
        shown.push("copy".to_owned());
    }
    let of_line = assessment
        .anomalies
        .iter()
        .filter(|odd| line.provenance.iter().any(|place| place.path == odd.path));
    shown.extend(of_line.map(|odd| format!("{}: {}", odd.code, odd.text)));
    Ok(shown)
}

fn sum<'a>(
    terms: &Sum,
    day: Day,
    as_of: &dyn Fn(Day) -> Result<&'a Assessment, String>,
) -> Result<f64, String> {
    let mut total = 0.0;
    for (sign, term) in terms {
        total += sign
            * match term {
                Term::Number(number) => *number,
                Term::Value(named) => value(named, as_of(day)?)?,
                Term::Was(then, named) => value(named, as_of(*then)?)?,
                Term::Abs(inner) => sum(inner, day, as_of)?.abs(),
            };
    }
    if total.is_nan() {
        return Err("the sum is not a number".to_owned());
    }
    Ok(total)
}

fn value(value: &Value, assessment: &Assessment) -> Result<f64, String> {
    let id = value.ids[0].as_str();
    let of = |map: &std::collections::BTreeMap<String, f64>, id: &str| {
        map.get(id)
            .copied()
            .ok_or_else(|| format!("there is no `{id}` for {}", value.name))
    };
    let refused = || format!("the interval of `{id}` was refused");
    match value.name.as_str() {
        "belief" => Ok(hypothesis(assessment, id)?.belief.point),
        "low" => hypothesis(assessment, id)?.belief.low.ok_or_else(refused),
        "high" => hypothesis(assessment, id)?.belief.high.ok_or_else(refused),
        "prior" => Ok(hypothesis(assessment, id)?.prior),
        "operator" => of(&assessment.operators, id),
        "direction" => of(&assessment.directions, id),
        "framed" => of(&assessment.framed, id),
        "owner" => {
            let owners = assessment
                .owners
                .get(id)
                .ok_or_else(|| format!("`{id}` has no owners on that day"))?;
            of(owners, &value.ids[1])
        }
        "contribution" => {
            let found = line(assessment, id)?;
            of(&found.contribution_bans, &value.ids[1])
        }
        "weight" => Ok(line(assessment, id)?
            .weight_bans
            .map_or(0.0, |weight| weight.point)),
        "what_if" => {
            let found = assessment.what_ifs.iter().find(|what_if| what_if.id == id);
            of(
                &found
                    .ok_or_else(|| format!("there is no what-if `{id}`"))?
                    .operators,
                &value.ids[1],
            )
        }
        "bytes_over" => {
            let least: f64 = id
                .parse()
                .map_err(|error| format!("`{id}` is no number: {error}"))?;
            let engines = assessment
                .ledger
                .iter()
                .filter(|line| line.finding.starts_with("engine:"));
            let over =
                engines.filter(|line| line.weight_bans.is_some_and(|weight| weight.point.abs() >= least));
            Ok(over.count() as f64)
        }
        other => Err(format!("`{other}` is no value")),
    }
}

fn hypothesis<'a>(assessment: &'a Assessment, id: &str) -> Result<&'a Hypothesis, String> {
    let found = assessment
        .hypotheses
        .iter()
        .find(|hypothesis| hypothesis.id == id);
    found.ok_or_else(|| format!("there is no hypothesis `{id}`"))
}

fn line<'a>(assessment: &'a Assessment, id: &str) -> Result<&'a LedgerLine, String> {
    let found = assessment.ledger.iter().find(|line| line.finding == id);
    found.ok_or_else(|| format!("there is no finding `{id}` on that day"))
}

#[test]
fn a_written_number_may_be_off_by_little_and_a_text_by_nothing() {
    let sums = Measured::Sums(0.58, 0.8);
    assert!(sums.is_written("0.57") && sums.is_written("0.58 against 0.81"));
    assert!(!sums.is_written("0.5") && !sums.is_written("0.58 against 0.5") && !sums.is_written("much"));
    let text = Measured::Text("likely".to_owned());
    assert!(text.is_written("likely") && text.is_written("\"likely\"") && !text.is_written("like"));
}
