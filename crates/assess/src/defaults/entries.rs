//! The rows of the default tables one by one, and the tables with one number moved to an end of its range.

use ascribe_model::Range;
use ascribe_model::words::{Class, Stance};

use super::{ClassDefaults, Credibility, Defaults};

/// An end of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Its low end.
    Low,
    /// Its high end.
    High,
}

impl End {
    /// That end of `range`.
    #[must_use]
    pub const fn of(self, range: Range) -> f64 {
        match self {
            Self::Low => range.low(),
            Self::High => range.high(),
        }
    }
}

/// One number of the tables.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The row, as in the data file: `class.code`, `reliable.B`, `deception` …
    pub row: String,
    /// The field in it; empty where the row is one number.
    pub field: &'static str,
    /// Its range.
    pub range: Range,
    /// The class, where the row is one of a class.
    pub class: Option<Class>,
    key: Key,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Key {
    Class(Class, ClassField),
    Reliable(String),
    Credibility(u8, bool),
    Statement(Stance, bool),
    Push,
    PushStake,
    Deception,
    Shared,
    SharedInfrastructure,
    OtherIsUnlisted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ClassField {
    Hit,
    Rarity,
    Forgeability,
    IfPresent,
    IfAbsent,
}

impl ClassField {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Hit, "hit"),
        (Self::Rarity, "rarity"),
        (Self::Forgeability, "forgeability"),
        (Self::IfPresent, "if_present"),
        (Self::IfAbsent, "if_absent"),
    ];

    fn of(self, class: &mut ClassDefaults) -> &mut Range {
        match self {
            Self::Hit => &mut class.hit,
            Self::Rarity => &mut class.rarity,
            Self::Forgeability => &mut class.forgeability,
            Self::IfPresent => &mut class.if_present,
            Self::IfAbsent => &mut class.if_absent,
        }
    }
}

impl Defaults {
    /// Every number that has a range, in the order of the tables.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        let mut entries = Vec::new();
        let mut add = |row: String, field, range: Range, class, key| {
            if !range.is_exact() {
                entries.push(Entry {
                    row,
                    field,
                    range,
                    class,
                    key,
                });
            }
        };
        for (class, defaults) in &self.classes {
            let mut defaults = *defaults;
            for (which, field) in ClassField::ALL {
                let range = *which.of(&mut defaults);
                let key = Key::Class(*class, which);
                add(format!("class.{class}"), field, range, Some(*class), key);
            }
        }
        for (letter, range) in &self.reliable {
            let key = Key::Reliable(letter.clone());
            add(format!("reliable.{letter}"), "", *range, None, key);
        }
        for (digit, credibility) in &self.credibility {
            if let Credibility::Pair(present, absent) = credibility {
                let row = || format!("credibility.{digit}");
                add(
                    row(),
                    "if_present",
                    *present,
                    None,
                    Key::Credibility(*digit, true),
                );
                add(row(), "if_absent", *absent, None, Key::Credibility(*digit, false));
            }
        }
        for (stance, (if_operator, if_not)) in &self.statements {
            let row = || format!("statement.{stance}");
            add(
                row(),
                "if_operator",
                *if_operator,
                None,
                Key::Statement(*stance, true),
            );
            add(row(), "if_not", *if_not, None, Key::Statement(*stance, false));
        }
        add("push.default".to_owned(), "", self.push, None, Key::Push);
        add("push.stake".to_owned(), "", self.push_stake, None, Key::PushStake);
        add(
            "deception.default".to_owned(),
            "",
            self.deception,
            None,
            Key::Deception,
        );
        add("shared.own".to_owned(), "", self.shared, None, Key::Shared);
        let infrastructure = self.shared_infrastructure;
        add(
            "shared.sold".to_owned(),
            "",
            infrastructure,
            None,
            Key::SharedInfrastructure,
        );
        let unlisted = self.other_is_unlisted;
        add(
            "other_is_unlisted.default".to_owned(),
            "",
            unlisted,
            None,
            Key::OtherIsUnlisted,
        );
        entries
    }

    /// The tables with this number at an end of its range, exactly.
    #[must_use]
    pub fn moved(&self, entry: &Entry, end: End) -> Self {
        let to = Range::exactly(end.of(entry.range));
        let mut moved = self.clone();
        let cell = match &entry.key {
            Key::Class(class, field) => moved.classes.get_mut(class).map(|row| field.of(row)),
            Key::Reliable(letter) => moved.reliable.get_mut(letter),
            Key::Credibility(digit, present) => match moved.credibility.get_mut(digit) {
                Some(Credibility::Pair(if_present, if_absent)) => {
                    Some(if *present { if_present } else { if_absent })
                }
                _ => None,
            },
            Key::Statement(stance, operator) => {
                let row = moved.statements.get_mut(stance);
                row.map(|(if_operator, if_not)| if *operator { if_operator } else { if_not })
            }
            Key::Push => Some(&mut moved.push),
            Key::PushStake => Some(&mut moved.push_stake),
            Key::Deception => Some(&mut moved.deception),
            Key::Shared => Some(&mut moved.shared),
            Key::SharedInfrastructure => Some(&mut moved.shared_infrastructure),
            Key::OtherIsUnlisted => Some(&mut moved.other_is_unlisted),
        };
        if let Some(cell) = cell {
            *cell = to;
        }
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_entry_moves_one_number_and_no_other() {
        let defaults = Defaults::load().unwrap();
        let entries = defaults.entries();
        assert!(entries.len() > 60, "{}", entries.len());
        for entry in &entries {
            let moved = defaults.moved(entry, End::High);
            // An exact number is no entry any more.
            let left = moved.entries();
            assert_eq!(left.len() + 1, entries.len(), "{} {}", entry.row, entry.field);
            assert!(left.iter().all(|other| entries.contains(other)));
            assert!(!left.contains(entry));
        }
    }
}
