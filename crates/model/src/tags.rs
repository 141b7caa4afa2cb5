//! Tag lists: `name=value; …`, as signatures of mail and key records write them.
//!
//! Source: RFC 6376, section 3.2.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

const TAGS_MAX: usize = 100;

/// The tags of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    values: BTreeMap<String, String>,
    /// What is wrong with the list.
    pub faults: Vec<String>,
}

impl Tags {
    /// Reads `text`; what is no tag is a fault.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut tags = Self::default();
        let text = text.trim_end();
        let text = text.strip_suffix(';').unwrap_or(text);
        for (index, tag) in text.split(';').enumerate() {
            if index >= TAGS_MAX {
                tags.faults.push(format!("more than {TAGS_MAX} tags"));
                break;
            }
            let Some((name, value)) = tag.split_once('=') else {
                tags.faults.push("one of its tags has no `=`".to_owned());
                continue;
            };
            let name = name.trim().to_owned();
            match tags.values.entry(name) {
                Entry::Occupied(twice) => {
                    let text = format!("the tag `{}` stands twice", shown(twice.key()));
                    tags.faults.push(text);
                }
                Entry::Vacant(free) => {
                    free.insert(value.trim().to_owned());
                }
            }
        }
        tags
    }

    /// The value of a tag.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// The value of a tag without any white space.
    #[must_use]
    pub fn packed(&self, name: &str) -> Option<String> {
        let value = self.get(name)?;
        Some(value.chars().filter(|letter| !letter.is_whitespace()).collect())
    }

    /// The value of a tag as a number; a fault where it is none.
    pub fn number(&mut self, name: &str) -> Option<u64> {
        let value = self.get(name)?;
        let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
        match value.parse() {
            Ok(number) if digits => Some(number),
            _ => {
                self.faults.push(format!("`{name}=` is no number"));
                None
            }
        }
    }
}

/// The start of a value, for people.
#[must_use]
pub fn shown(value: &str) -> String {
    value.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_with_their_faults() {
        let mut tags = Tags::read(" v=1 ; b = AB\r\n C=; t=12x;v=2; z;");
        assert_eq!(tags.get("v"), Some("1"));
        assert_eq!(tags.packed("b").as_deref(), Some("ABC="));
        assert_eq!(tags.number("t"), None);
        assert_eq!(
            tags.faults,
            [
                "the tag `v` stands twice",
                "one of its tags has no `=`",
                "`t=` is no number"
            ]
        );
    }
}
