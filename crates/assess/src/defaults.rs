//! The elicited default tables of METHOD sections 2 and 3, read once from `data/defaults.toml`.
//!
//! A single number p stands for the range logit⁻¹(logit p ± 0.7); a list is low, point, high.

mod entries;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use ascribe_model::words::{Class, Kind, Reliability, Stance};
use ascribe_model::{NumberError, Range};
use serde::Deserialize;

pub use entries::{End, Entry};

const TABLES: &str = include_str!("../data/defaults.toml");

/// Half width of a single number's range on the logit scale.
pub const WIDTH: f64 = 0.7;

/// Says what is wrong with the shipped tables.
#[derive(Debug, thiserror::Error)]
pub enum DefaultsError {
    /// Not the expected form.
    #[error("data/defaults.toml is not of the form ascribe-defaults/1")]
    Form(#[from] toml::de::Error),
    /// A number is no probability.
    #[error("data/defaults.toml holds a bad number")]
    Number(#[from] NumberError),
    /// A row is missing.
    #[error("data/defaults.toml lacks `{0}`")]
    Missing(String),
}

#[derive(Clone, Copy, Deserialize)]
#[serde(untagged)]
enum Written {
    One(f64),
    Three([f64; 3]),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClassRow {
    hit: Written,
    rarity: Written,
    forgeability: Written,
    if_present: Written,
    if_absent: Written,
    care: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CredibilityRow {
    if_present: Option<Written>,
    if_absent: Option<Written>,
    width: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatementRow {
    if_operator: Written,
    if_not: Written,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[expect(dead_code, reason = "its presence is checked by the strict form")]
    format: String,
    class: BTreeMap<String, ClassRow>,
    kind: BTreeMap<String, String>,
    reliable: BTreeMap<String, Written>,
    push: BTreeMap<String, Written>,
    credibility: BTreeMap<String, CredibilityRow>,
    statement: BTreeMap<String, StatementRow>,
    deception: BTreeMap<String, Written>,
    shared: BTreeMap<String, Written>,
    other_is_unlisted: BTreeMap<String, Written>,
}

/// What a class of trace is worth unless a note says otherwise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassDefaults {
    /// How often the owner's operations leave it.
    pub hit: Range,
    /// How often anybody's do.
    pub rarity: Range,
    /// How easily it is planted.
    pub forgeability: Range,
    /// P(said | present).
    pub if_present: Range,
    /// P(said | absent).
    pub if_absent: Range,
    /// Spread between careless and careful operators.
    pub care: Option<f64>,
}

/// What an item's credibility digit says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Credibility {
    /// The pair P(said | present), P(said | absent).
    Pair(Range, Range),
    /// Cannot be judged: the class's points with ranges of this half width.
    Wide(f64),
}

/// All default tables.
#[derive(Clone, Debug)]
pub struct Defaults {
    classes: BTreeMap<Class, ClassDefaults>,
    kinds: BTreeMap<Kind, Class>,
    reliable: BTreeMap<String, Range>,
    credibility: BTreeMap<u8, Credibility>,
    statements: BTreeMap<Stance, (Range, Range)>,
    /// P(an unreliable source says it, whatever the facts).
    pub push: Range,
    /// The same for a source with a stake in the answer.
    pub push_stake: Range,
    /// P(the operator frames somebody).
    pub deception: Range,
    /// P(others hold what was never seen outside one actor).
    pub shared: Range,
    /// P(others hold an infrastructure of unstated exclusivity): as sold or leaked.
    pub shared_infrastructure: Range,
    /// P(held | owner is "other" and the operator is unlisted).
    pub other_is_unlisted: Range,
}

/// The range around `p` of half width `width` on the logit scale; 0 and 1 have no spread.
pub fn around(p: f64, width: f64) -> Result<Range, NumberError> {
    if p <= 0.0 || p >= 1.0 {
        return Range::new(p, p, p);
    }
    let logit = libm::log(p / (1.0 - p));
    let back = |x: f64| 1.0 / (1.0 + libm::exp(-x));
    Range::new(back(logit - width), p, back(logit + width))
}

fn range(written: Written) -> Result<Range, NumberError> {
    match written {
        Written::One(p) => around(p, WIDTH),
        Written::Three([low, point, high]) => Range::new(low, point, high),
    }
}

impl Defaults {
    /// The shipped tables, read once.
    pub fn load() -> Result<&'static Self, DefaultsError> {
        static READ: OnceLock<Defaults> = OnceLock::new();
        match READ.get() {
            Some(read) => Ok(read),
            None => {
                let read = Self::read()?;
                Ok(READ.get_or_init(|| read))
            }
        }
    }

    fn read() -> Result<Self, DefaultsError> {
        let file: File = toml::from_str(TABLES)?;
        let missing = |what: &str| DefaultsError::Missing(what.to_owned());
        let mut classes = BTreeMap::new();
        for (name, row) in file.class {
            let class = Class::parse(&name).ok_or_else(|| missing(&name))?;
            let defaults = ClassDefaults {
                hit: range(row.hit)?,
                rarity: range(row.rarity)?,
                forgeability: range(row.forgeability)?,
                if_present: range(row.if_present)?,
                if_absent: range(row.if_absent)?,
                care: row.care,
            };
            classes.insert(class, defaults);
        }
        let mut kinds = BTreeMap::new();
        for (kind, class) in file.kind {
            let kind = Kind::parse(&kind).ok_or_else(|| missing(&kind))?;
            kinds.insert(kind, Class::parse(&class).ok_or_else(|| missing(&class))?);
        }
        let mut reliable = BTreeMap::new();
        for (letter, written) in file.reliable {
            reliable.insert(letter, range(written)?);
        }
        let mut credibility = BTreeMap::new();
        for (digit, row) in file.credibility {
            let digit: u8 = digit.parse().ok().ok_or_else(|| missing(&digit))?;
            let value = match (row.if_present, row.if_absent, row.width) {
                (Some(present), Some(absent), None) => Credibility::Pair(range(present)?, range(absent)?),
                (None, None, Some(width)) => Credibility::Wide(width),
                _ => return Err(missing("credibility")),
            };
            credibility.insert(digit, value);
        }
        let mut statements = BTreeMap::new();
        for (stance, row) in file.statement {
            let stance = Stance::parse(&stance).ok_or_else(|| missing(&stance))?;
            statements.insert(stance, (range(row.if_operator)?, range(row.if_not)?));
        }
        let one = |table: &BTreeMap<String, Written>, key: &str| -> Result<Range, DefaultsError> {
            Ok(range(*table.get(key).ok_or_else(|| missing(key))?)?)
        };
        Ok(Self {
            classes,
            kinds,
            reliable,
            credibility,
            statements,
            push: one(&file.push, "default")?,
            push_stake: one(&file.push, "stake")?,
            deception: one(&file.deception, "default")?,
            shared: one(&file.shared, "own")?,
            shared_infrastructure: one(&file.shared, "sold")?,
            other_is_unlisted: one(&file.other_is_unlisted, "default")?,
        })
    }

    /// The defaults of a class.
    pub fn class(&self, class: Class) -> Result<&ClassDefaults, DefaultsError> {
        self.classes
            .get(&class)
            .ok_or_else(|| DefaultsError::Missing(format!("class.{class}")))
    }

    /// The class of a kind; none: findings of this kind weigh nothing by themselves.
    #[must_use]
    pub fn class_of(&self, kind: Kind) -> Option<Class> {
        self.kinds.get(&kind).copied()
    }

    /// P(reliable) of an Admiralty letter; none: not graded.
    pub fn reliable(&self, letter: Option<Reliability>) -> Result<Range, DefaultsError> {
        let key = letter.map_or("none", Reliability::text);
        self.reliable
            .get(key)
            .copied()
            .ok_or_else(|| DefaultsError::Missing(format!("reliable.{key}")))
    }

    /// What a credibility digit says.
    #[must_use]
    pub fn credibility(&self, digit: u8) -> Option<Credibility> {
        self.credibility.get(&digit).copied()
    }

    /// For a bare statement over the operator: P(said | it was them), P(said | it was not).
    #[must_use]
    pub fn statement(&self, stance: Stance) -> Option<(Range, Range)> {
        self.statements.get(&stance).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_and_letter_of_the_method_has_a_row() {
        let defaults = Defaults::load().unwrap();
        for class in Class::ALL {
            defaults.class(*class).unwrap();
        }
        for letter in Reliability::ALL {
            defaults.reliable(Some(*letter)).unwrap();
        }
        for digit in 1..=6 {
            defaults.credibility(digit).unwrap();
        }
        assert_eq!(defaults.class_of(Kind::Code), Some(Class::Code));
        assert_eq!(defaults.class_of(Kind::Statement), None);
    }

    #[test]
    fn a_single_number_spreads_by_seven_tenths_of_a_logit() {
        let range = around(0.5, WIDTH).unwrap();
        assert!((range.low() - 0.331_812_227_831_834).abs() < 1e-12);
        assert!((range.high() - 0.668_187_772_168_166).abs() < 1e-12);
    }
}
