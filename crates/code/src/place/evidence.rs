//! What speaks for two functions being one: a number for each kind of evidence, and the fitted weights that add them up.
//!
//! `data/place.weights` has the weights with date and source; `cargo xtask places` writes it. Each value is made so that no single one can
//! outweigh all others: logarithms and shares.

use std::sync::LazyLock;

use super::Sides;
use super::side::{KINDS, Named, number};

/// Kinds of evidence, as the file of weights names them.
pub const NAMES: [&str; 33] = [
    "one",
    "same instructions",
    "instructions in common",
    "marks in common",
    "marks not in common",
    "imports in common",
    "imports not in common",
    "numbers in common",
    "numbers not in common",
    "fields in common",
    "fields not in common",
    "length apart",
    "blocks apart",
    "calls apart",
    "loops apart",
    "operations apart",
    "callees agree",
    "callees disagree",
    "callers agree",
    "callers disagree",
    "place agrees",
    "company",
    "length",
    "callers apart",
    "only one left",
    "order of calls agrees",
    "data agree",
    "data disagree",
    "callees apart",
    "marks share",
    "imports share",
    "numbers share",
    "callees share",
];

/// A number for each of [`NAMES`].
pub type Evidence = [f64; NAMES.len()];

const WEIGHTS: &str = include_str!("../../data/place.weights");

/// The fitted weights; zeros for what the file lacks.
pub static FITTED: LazyLock<Evidence> = LazyLock::new(|| parse(WEIGHTS));

/// Weights out of a file's text: `value name` a line, `#` begins a remark.
#[must_use]
pub fn parse(text: &str) -> Evidence {
    let mut weights = [0.0; NAMES.len()];
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    for (value, name) in lines.filter_map(|line| line.split_once(' ')) {
        let place = NAMES.iter().position(|known| *known == name.trim());
        if let (Some(slot), Ok(value)) = (place.and_then(|at| weights.get_mut(at)), value.parse()) {
            *slot = value;
        }
    }
    weights
}

/// The logarithm of the odds that evidence gives.
#[must_use]
pub fn log_odds(weights: &Evidence, evidence: &Evidence) -> f64 {
    weights
        .iter()
        .zip(evidence)
        .map(|(weight, value)| weight * value)
        .sum()
}

/// The probability of these log odds.
#[must_use]
pub fn probability(log_odds: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-log_odds))
}

fn apart(x: f64, y: f64) -> f64 {
    libm::log((1.0 + x) / (1.0 + y)).abs()
}

/// What both lists name and what only one does, in sums of what it tells.
fn common(x: &[Named], y: &[Named]) -> (f64, f64) {
    let (mut i, mut j) = (x.iter().peekable(), y.iter().peekable());
    let (mut both, mut one) = (0.0, 0.0);
    while let (Some(p), Some(q)) = (i.peek().copied(), j.peek().copied()) {
        match p.0.cmp(&q.0) {
            std::cmp::Ordering::Equal => {
                both += p.1;
                i.next();
                j.next();
            }
            std::cmp::Ordering::Less => {
                one += p.1;
                i.next();
            }
            std::cmp::Ordering::Greater => {
                one += q.1;
                j.next();
            }
        }
    }
    one += i.chain(j).map(|rest| rest.1).sum::<f64>();
    (both, one)
}

/// How linked functions answer each other: agree, disagree, and the least number of open ones beside a pair that agrees.
struct Links {
    agree: f64,
    disagree: f64,
}

fn links(here: &[usize], there: &[usize], to_b: &[Option<usize>], to_a: &[Option<usize>]) -> Links {
    let mut links = Links {
        agree: 0.0,
        disagree: 0.0,
    };
    for x in here {
        if let Some(y) = to_b.get(*x).copied().flatten() {
            if there.contains(&y) {
                links.agree += 1.0;
            } else {
                links.disagree += 1.0;
            }
        }
    }
    for y in there {
        if let Some(x) = to_a.get(*y).copied().flatten()
            && !here.contains(&x)
        {
            links.disagree += 1.0;
        }
    }
    links
}

fn share(part: f64, rest: f64) -> f64 {
    part / (part + rest + 1.0)
}

impl Sides<'_, '_> {
    /// What speaks for function `i` of the first and `j` of the second being one, given the pairs so far.
    pub(super) fn evidence(&self, i: usize, j: usize) -> Evidence {
        let mut evidence = [0.0; NAMES.len()];
        let (Some(f), Some(g)) = (self.a.functions.get(i), self.b.functions.get(j)) else {
            return evidence;
        };
        let empty: [Vec<Named>; KINDS] = Default::default();
        let (x, y) = (
            self.a.named.get(i).unwrap_or(&empty),
            self.b.named.get(j).unwrap_or(&empty),
        );
        let mut both = [(0.0, 0.0); KINDS];
        for ((sums, x), y) in both.iter_mut().zip(x).zip(y) {
            *sums = common(x, y);
        }
        let [marks, imports, numbers, fields] = both;
        let fields = if self.same_width { fields } else { (0.0, 0.0) };
        let none: &[usize] = &[];
        let list = |lists: &[Vec<usize>], at: usize| lists.get(at).map_or(none, Vec::as_slice).to_vec();
        let (callees_f, callees_g) = (list(&self.a.callees, i), list(&self.b.callees, j));
        let (callers_f, callers_g) = (list(&self.a.callers, i), list(&self.b.callers, j));
        let callees = links(&callees_f, &callees_g, &self.to_b, &self.to_a);
        let callers = links(&callers_f, &callers_g, &self.to_b, &self.to_a);
        let data = self.data(i, j);
        let (place, company) = self.neighbourhood(i, j);
        let count = |shape: &[u16], at: usize| shape.get(at).copied().map_or(0.0, f64::from);
        let (p, q) = (&f.shape, &g.shape);
        let mut operations = 0.0;
        let mut total = 1.0;
        for at in 6..crate::shape::COUNTS {
            operations += (count(p, at) - count(q, at)).abs();
            total += count(p, at) + count(q, at);
        }
        let lengths = (f64::from(f.instructions), f64::from(g.instructions));
        let values = [
            1.0,
            f64::from(u8::from(f.exact == g.exact)),
            f.similarity(g),
            libm::log1p(marks.0),
            libm::log1p(marks.1),
            libm::log1p(imports.0),
            libm::log1p(imports.1),
            libm::log1p(numbers.0),
            libm::log1p(numbers.1),
            libm::log1p(fields.0),
            libm::log1p(fields.1),
            apart(lengths.0, lengths.1),
            apart(count(p, 0), count(q, 0)),
            apart(count(p, 3) + count(p, 4), count(q, 3) + count(q, 4)),
            apart(count(p, 2), count(q, 2)),
            operations / total,
            libm::log1p(callees.agree),
            libm::log1p(callees.disagree),
            libm::log1p(callers.agree),
            libm::log1p(callers.disagree),
            place,
            company,
            libm::log1p(lengths.0.min(lengths.1)),
            apart(number(callers_f.len()), number(callers_g.len())),
            self.only_one(i, j, &callees_f, &callers_f),
            self.order(i, j, &callers_f),
            libm::log1p(data.0),
            libm::log1p(data.1),
            apart(number(callees_f.len()), number(callees_g.len())),
            share(marks.0, marks.1),
            share(imports.0, imports.1),
            share(numbers.0, numbers.1),
            share(callees.agree, callees.disagree),
        ];
        evidence.copy_from_slice(&values);
        evidence
    }

    /// One over the number of open functions beside a pair that links to both, the best of all such pairs.
    fn only_one(&self, i: usize, j: usize, callees: &[usize], callers: &[usize]) -> f64 {
        let mut best = 0.0f64;
        let open = |list: &[usize], taken: &[Option<usize>]| {
            list.iter()
                .filter(|at| taken.get(**at).is_some_and(Option::is_none))
                .count()
        };
        for (near, of_a, of_b) in [
            (callers, &self.a.callees, &self.b.callees),
            (callees, &self.a.callers, &self.b.callers),
        ] {
            for x in near {
                let Some(y) = self.to_b.get(*x).copied().flatten() else {
                    continue;
                };
                let (Some(here), Some(there)) = (of_a.get(*x), of_b.get(y)) else {
                    continue;
                };
                if there.contains(&j) && here.contains(&i) {
                    // A pair under judgement does not count itself out.
                    let rivals = open(here, &self.to_b).max(open(there, &self.to_a)).max(1);
                    best = best.max(1.0 / number(rivals));
                }
            }
        }
        best
    }

    /// How well the order in which a paired caller first calls both agrees, 0 to 1.
    fn order(&self, i: usize, j: usize, callers: &[usize]) -> f64 {
        let mut best = 0.0f64;
        for x in callers {
            let Some(y) = self.to_b.get(*x).copied().flatten() else {
                continue;
            };
            let (Some(here), Some(there)) = (self.a.callees.get(*x), self.b.callees.get(y)) else {
                continue;
            };
            let place = |list: &[usize], of: usize| {
                let at = list.iter().position(|other| *other == of)?;
                Some(number(at) / number(list.len().max(1)))
            };
            if let (Some(p), Some(q)) = (place(here, i), place(there, j)) {
                best = best.max(1.0 - (p - q).abs());
            }
        }
        best
    }
}
