//! What a finding says in the model, by stance. Source: METHOD section 3, "Stances".

use std::collections::BTreeMap;

use ascribe_model::finding::Target;
use ascribe_model::words::{About, Class, Stance};
use ascribe_model::{Finding, Range};

use super::items::{Alone, JUDGED_MAX, subject_id};
use super::people::tree;
use super::{BuildError, Line, Overlaps, OwnNumbers, Work};
use crate::assessment::Weight;
use crate::defaults::{Credibility, around};
use crate::model_file::Finding as ModelFinding;

impl Work<'_> {
    /// Adds one finding, or says why it weighs nothing.
    pub(super) fn add(&mut self, finding: &Finding, all: &[&Finding]) -> Result<(), BuildError> {
        let class = finding.class.or_else(|| self.defaults.class_of(finding.kind));
        let line = match finding.stance {
            Stance::Supports | Stance::Threatens | Stance::Condemns | Stance::Declines => nothing(format!(
                "stance \"{}\" is shown and weighs nothing",
                finding.stance
            )),
            Stance::Retracts => nothing("takes another finding back"),
            _ if finding.about == Some(About::Place) => {
                nothing("a place bears on a place, never by itself on an actor")
            }
            Stance::Denies | Stance::ClaimsResponsibility => self.statement(finding, all)?,
            Stance::Accuses if class.is_none() => self.statement(finding, all)?,
            Stance::Asserts | Stance::Reports | Stance::Accuses => {
                self.likelihood(finding, class, true, all)?
            }
            Stance::Excludes | Stance::Doubts | Stance::Absent => {
                self.likelihood(finding, class, false, all)?
            }
        };
        self.lines.insert(finding.id.clone(), line);
        Ok(())
    }

    /// A bare statement about the operator, from the small table.
    fn statement(&mut self, finding: &Finding, all: &[&Finding]) -> Result<Line, BuildError> {
        let party = match &finding.points_to {
            Some(Target::Actor(id)) => Some(id.clone()),
            None => finding
                .source
                .as_ref()
                .and_then(|id| self.knowledge.source(id))
                .and_then(|source| source.party.clone()),
            _ => None,
        };
        let Some(party) = party.filter(|id| self.knowledge.actor(id).is_some()) else {
            return Ok(nothing("names no party of the case"));
        };
        let Some((if_operator, if_not)) = self.defaults.statement(finding.stance) else {
            return Ok(nothing("the table of statements has no row for this stance"));
        };
        let mut likelihood: BTreeMap<String, Range> = tree(self.knowledge, &party)
            .into_iter()
            .map(|id| (id, if_operator))
            .collect();
        likelihood.insert("else".to_owned(), if_not);
        let toward = if finding.stance == Stance::Denies {
            format!("deny:{party}")
        } else {
            party
        };
        self.over(
            finding,
            "operator",
            None,
            likelihood,
            Some(toward),
            (if_operator, if_not),
            all,
        )
    }

    /// A finding over an unknown other than a trace.
    #[expect(clippy::too_many_arguments, reason = "each is a field of the model's finding")]
    fn over(
        &mut self,
        finding: &Finding,
        over: &str,
        of: Option<String>,
        likelihood: BTreeMap<String, Range>,
        toward: Option<String>,
        pair: (Range, Range),
        all: &[&Finding],
    ) -> Result<Line, BuildError> {
        let source = self.source(finding)?;
        let ratio = |yes: f64, no: f64, rho: f64, push: f64| {
            libm::log10((rho * yes + (1.0 - rho) * push) / (rho * no + (1.0 - rho) * push))
        };
        let (rho, push) = source.unwrap_or((Range::exactly(1.0), Range::exactly(0.0)));
        let point = ratio(pair.0.point(), pair.1.point(), rho.point(), push.point());
        let ends = [
            ratio(pair.0.low(), pair.1.high(), rho.high(), push.low()),
            ratio(pair.0.high(), pair.1.low(), rho.high(), push.low()),
        ];
        let bound = JUDGED_MAX.max(libm::fabs(point));
        let weight = Weight {
            point,
            low: ends.into_iter().fold(point, f64::min).max(-bound),
            high: ends.into_iter().fold(point, f64::max).min(bound),
            bound,
        };
        self.findings.push(ModelFinding {
            over: Some(over.to_owned()),
            of,
            likelihood: Some(likelihood),
            toward,
            ..self.common(finding, all)
        });
        Ok(Line {
            weight: Some(weight),
            ..Line::default()
        })
    }

    /// A finding that says a trace (or an owner, a direction, a hypothesis) is so or not.
    fn likelihood(
        &mut self,
        finding: &Finding,
        class: Option<Class>,
        says: bool,
        all: &[&Finding],
    ) -> Result<Line, BuildError> {
        let Some(class) = class else {
            return Ok(nothing(format!(
                "kind \"{}\" is shown and weighs nothing without a class",
                finding.kind
            )));
        };
        let Some(target) = finding.points_to.clone() else {
            return Ok(nothing("points to nobody"));
        };
        let (if_present, if_absent) = self.pair(finding, class)?;
        let flip = |range: Range| -> Result<Range, BuildError> {
            if says {
                return Ok(range);
            }
            Ok(Range::new(
                1.0 - range.high(),
                1.0 - range.point(),
                1.0 - range.low(),
            )?)
        };
        let (yes, no) = (flip(if_present)?, flip(if_absent)?);
        let two = |names: Vec<String>| -> BTreeMap<String, Range> {
            let mut table: BTreeMap<String, Range> = names.into_iter().map(|name| (name, yes)).collect();
            table.insert("else".to_owned(), no);
            table
        };
        match (&target, finding.about) {
            (Target::Direction(word), _) => {
                let word = word.text().to_owned();
                self.over(
                    finding,
                    "direction",
                    None,
                    two(vec![word.clone()]),
                    Some(word),
                    (yes, no),
                    all,
                )
            }
            (Target::Hypothesis(id), _) => self.over(
                finding,
                "hypothesis",
                None,
                two(vec![id.clone()]),
                Some(id.clone()),
                (yes, no),
                all,
            ),
            (Target::Actor(id), Some(About::Owner)) => {
                let Some(of) = finding.of.clone() else {
                    return Ok(nothing("says whose, but not what"));
                };
                self.subjects.insert(of.clone());
                let table = two(tree(self.knowledge, id));
                self.over(
                    finding,
                    "owner",
                    Some(subject_id(&of)),
                    table,
                    Some(id.clone()),
                    (yes, no),
                    all,
                )
            }
            _ => self.about_trace(finding, class, &target, says, (if_present, if_absent), all),
        }
    }

    fn about_trace(
        &mut self,
        finding: &Finding,
        class: Class,
        target: &Target,
        says: bool,
        (if_present, if_absent): (Range, Range),
        all: &[&Finding],
    ) -> Result<Line, BuildError> {
        let trace = self.trace(finding, class, target)?;
        let source = self.source(finding)?;
        let mut alone = Alone {
            hit: trace.hit,
            rarity: trace.rarity,
            if_present,
            if_absent,
            source,
            says,
        };
        let own = self.own_numbers == OwnNumbers::Used;
        let signed = finding.signed.as_ref().filter(|_| own);
        let bound = finding
            .measured
            .map_or(JUDGED_MAX, |measured| libm::fabs(measured.bound));
        if signed.is_none() && finding.measured.is_none() {
            alone = alone.capped()?;
        }
        let free = libm::fabs(alone.point()).max(bound);
        let weight = alone.weight(if signed.is_some() { free } else { bound });
        self.findings.push(ModelFinding {
            trace: Some(trace.id),
            says: Some(says),
            if_present: Some(alone.if_present),
            if_absent: Some(alone.if_absent),
            if_planted: finding.overrides.if_planted.filter(|_| own),
            ..self.common(finding, all)
        });
        let mut remarks = Vec::new();
        if let Some(rests_on) = &finding.rests_on {
            remarks.push(format!("rests on {rests_on} material"));
        }
        Ok(Line {
            weight: Some(weight),
            forgeability: Some(trace.forgeability),
            class: Some(class),
            remarks,
        })
    }

    /// P(said | present) and P(said | absent): own numbers, else a signed or measured ratio, else the credibility
    /// digit, else the class.
    fn pair(&self, finding: &Finding, class: Class) -> Result<(Range, Range), BuildError> {
        let defaults = *self.defaults.class(class)?;
        let own = self.own_numbers == OwnNumbers::Used;
        let ratio = match (&finding.measured, &finding.signed) {
            (_, Some(signed)) if own => Some(signed.weight_bans),
            (Some(measured), _) => Some(measured.bans),
            _ => None,
        };
        if let Some(bans) = ratio {
            return from_ratio(bans);
        }
        let (present, absent) = match finding
            .grade
            .credibility
            .and_then(|digit| self.defaults.credibility(digit))
        {
            Some(Credibility::Pair(present, absent)) => (present, absent),
            Some(Credibility::Wide(width)) => (
                around(defaults.if_present.point(), width)?,
                around(defaults.if_absent.point(), width)?,
            ),
            None => (defaults.if_present, defaults.if_absent),
        };
        let replaced = |value: Option<Range>, default: Range| value.filter(|_| own).unwrap_or(default);
        Ok((
            replaced(finding.overrides.if_present, present),
            replaced(finding.overrides.if_absent, absent),
        ))
    }

    /// What every finding of the model carries.
    fn common(&self, finding: &Finding, all: &[&Finding]) -> ModelFinding {
        let own = finding
            .source
            .as_ref()
            .and_then(|id| self.knowledge.source(id))
            .is_some_and(|source| source.kind == ascribe_model::words::SourceKind::Own);
        ModelFinding {
            id: finding.id.clone(),
            source: finding.source.clone().filter(|_| !own),
            origin: Some(self.origin(finding, all)),
            via: u32::try_from(finding.via.len()).ok(),
            known: Some(finding.known.last_day().to_string()),
            ..ModelFinding::default()
        }
    }

    /// The origin, or the one that it may share where origins that may overlap are taken as one.
    fn origin(&self, finding: &Finding, all: &[&Finding]) -> String {
        if self.overlaps == Overlaps::Dependent {
            let shared = finding
                .may_overlap
                .iter()
                .filter(|origin| {
                    all.iter()
                        .any(|other| other.id != finding.id && other.origin == **origin)
                })
                .min();
            if let Some(origin) = shared {
                return origin.clone();
            }
        }
        finding.origin.clone()
    }
}

/// LR : 1, scaled so that both are probabilities (METHOD section 4). `bans` is log10 of the ratio.
fn from_ratio(bans: Range) -> Result<(Range, Range), BuildError> {
    const MOST: f64 = 0.95;
    let power = |x: f64| libm::pow(10.0, x);
    if bans.point() >= 0.0 {
        let absent = |x: f64| (MOST / power(x)).min(1.0);
        return Ok((
            Range::exactly(MOST),
            Range::new(absent(bans.high()), absent(bans.point()), absent(bans.low()))?,
        ));
    }
    let present = |x: f64| (MOST * power(x)).min(1.0);
    Ok((
        Range::new(present(bans.low()), present(bans.point()), present(bans.high()))?,
        Range::exactly(MOST),
    ))
}

fn nothing(why: impl Into<String>) -> Line {
    Line {
        remarks: vec![why.into()],
        ..Line::default()
    }
}
