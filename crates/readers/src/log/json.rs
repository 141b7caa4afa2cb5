//! Cells of a row that is one JSON object: names of nested keys joined with dots, values with their places.
//!
//! Reads the line once, without recursion; an element of a list has the list's name. Nesting is bounded.

use super::cells::Cell;
use super::columns::Columns;

/// How deep values may lie in each other.
const DEPTH_MAX: usize = 32;
/// Values of one row that are looked at; the rest is only checked for form.
const CELLS_MAX: usize = 4000;

/// Fills `cells` with the values of the object in `line`; says why where it is none.
pub fn flatten(line: &[u8], columns: &mut Columns, cells: &mut Vec<Cell>) -> Result<(), &'static str> {
    cells.clear();
    let mut reader = Reader { line, at: 0 };
    reader.blanks();
    if reader.peek() != Some(b'{') {
        return Err("it does not begin with an object");
    }
    let mut path = String::new();
    // For each open value: whether it is an object, and how long the path was before its key.
    let mut open: Vec<(bool, usize)> = Vec::new();
    loop {
        reader.blanks();
        // A value begins here.
        match reader.peek() {
            Some(bracket @ (b'{' | b'[')) => {
                if open.len() >= DEPTH_MAX {
                    return Err("its values lie too deep in each other");
                }
                reader.step();
                reader.blanks();
                let object = bracket == b'{';
                let close = if object { b'}' } else { b']' };
                if reader.peek() == Some(close) {
                    reader.step();
                } else {
                    open.push((object, path.len()));
                    if object {
                        reader.key(&mut path)?;
                    }
                    continue;
                }
            }
            Some(b'"') => {
                let (start, end, escaped) = reader.string()?;
                let decoded = if escaped {
                    Some(unescape(line.get(start..end).unwrap_or_default())?)
                } else {
                    None
                };
                push(columns, cells, &path, start, end, decoded);
            }
            Some(_) => {
                let (start, end) = reader.scalar()?;
                if line.get(start..end) != Some(b"null") {
                    push(columns, cells, &path, start, end, None);
                }
            }
            None => return Err("it breaks off"),
        }
        // A value ended here: what closes, what comes next?
        loop {
            let Some((object, outer)) = open.last().copied() else {
                reader.blanks();
                return match reader.peek() {
                    None => Ok(()),
                    Some(_) => Err("something follows its end"),
                };
            };
            path.truncate(outer);
            reader.blanks();
            match reader.peek() {
                Some(b',') => {
                    reader.step();
                    if object {
                        reader.blanks();
                        reader.key(&mut path)?;
                    }
                    break;
                }
                Some(b'}') if object => reader.step(),
                Some(b']') if !object => reader.step(),
                None => return Err("it breaks off"),
                Some(_) => return Err("a value is not followed by a comma or a bracket"),
            }
            open.pop();
        }
    }
}

fn push(
    columns: &mut Columns,
    cells: &mut Vec<Cell>,
    path: &str,
    start: usize,
    end: usize,
    decoded: Option<Vec<u8>>,
) {
    if cells.len() < CELLS_MAX {
        cells.push(Cell {
            column: columns.named(path),
            start,
            end,
            decoded,
        });
    }
}

struct Reader<'l> {
    line: &'l [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.line.get(self.at).copied()
    }

    const fn step(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.step();
        }
    }

    /// A key and its colon; the key is added to `path`.
    fn key(&mut self, path: &mut String) -> Result<(), &'static str> {
        if self.peek() != Some(b'"') {
            return Err("a key is not a string");
        }
        let (start, end, escaped) = self.string()?;
        let written = self.line.get(start..end).unwrap_or_default();
        if !path.is_empty() {
            path.push('.');
        }
        if escaped {
            path.push_str(&String::from_utf8_lossy(&unescape(written)?));
        } else {
            path.push_str(&String::from_utf8_lossy(written));
        }
        self.blanks();
        if self.peek() != Some(b':') {
            return Err("a key is not followed by a colon");
        }
        self.step();
        Ok(())
    }

    /// The place of a string's inside, and whether it has escapes.
    fn string(&mut self) -> Result<(usize, usize, bool), &'static str> {
        self.step();
        let (start, mut escaped) = (self.at, false);
        loop {
            let rest = self.line.get(self.at..).unwrap_or_default();
            let Some(found) = memchr::memchr2(b'"', b'\\', rest) else {
                return Err("a string has no end");
            };
            self.at = self.at.saturating_add(found);
            if self.peek() == Some(b'"') {
                let end = self.at;
                self.step();
                return Ok((start, end, escaped));
            }
            escaped = true;
            self.at = self.at.saturating_add(2);
        }
    }

    /// The place of a number, `true`, `false` or `null`.
    fn scalar(&mut self) -> Result<(usize, usize), &'static str> {
        let start = self.at;
        while self
            .peek()
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        {
            self.step();
        }
        let word = self.line.get(start..self.at).unwrap_or_default();
        let known = matches!(word, b"true" | b"false" | b"null")
            || word
                .first()
                .is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-');
        if known {
            Ok((start, self.at))
        } else {
            Err("a value is neither text nor number")
        }
    }
}

/// The bytes of a string with its escapes undone; a lone surrogate becomes U+FFFD.
fn unescape(written: &[u8]) -> Result<Vec<u8>, &'static str> {
    let mut value = Vec::with_capacity(written.len());
    let mut rest = written;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'\\' {
            value.push(*first);
            continue;
        }
        let (kind, after) = rest.split_first().ok_or("an escape breaks off")?;
        rest = after;
        value.push(match kind {
            b'"' | b'\\' | b'/' => *kind,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let (unit, after) = unit(rest).ok_or("an escape breaks off")?;
                rest = after;
                let mut units = vec![unit];
                if (0xd800..0xdc00).contains(&unit)
                    && let Some((low, after)) = rest.strip_prefix(br"\u").and_then(self::unit)
                    && (0xdc00..0xe000).contains(&low)
                {
                    units.push(low);
                    rest = after;
                }
                value.extend_from_slice(String::from_utf16_lossy(&units).as_bytes());
                continue;
            }
            _ => return Err("an escape is not one of JSON's"),
        });
    }
    Ok(value)
}

fn unit(rest: &[u8]) -> Option<(u16, &[u8])> {
    let (digits, after) = rest.split_at_checked(4)?;
    let mut unit = 0u16;
    for digit in digits {
        unit = unit << 4 | u16::try_from(char::from(*digit).to_digit(16)?).ok()?;
    }
    Some((unit, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn flat(line: &[u8]) -> Result<Vec<(String, String)>, &'static str> {
        let (mut columns, mut cells) = (Columns::default(), Vec::new());
        flatten(line, &mut columns, &mut cells)?;
        Ok(cells
            .iter()
            .map(|cell| {
                let value = String::from_utf8_lossy(cell.value(line)).into_owned();
                (columns.name(cell.column).to_owned(), value)
            })
            .collect())
    }

    #[test]
    fn nested_keys_are_joined_and_lists_share_their_name() {
        let line = br#" {"ts":1.5,"id.orig_h":"10.0.0.1","dns":{"answers":[{"rdata":"a\u00e4\n"},{"rdata":"b"}],"none":null,"empty":{},"no":[]},"ok":true} "#;
        let found = flat(line).unwrap();
        let found: Vec<(&str, &str)> = found.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(
            found,
            [
                ("ts", "1.5"),
                ("id.orig_h", "10.0.0.1"),
                ("dns.answers.rdata", "a\u{e4}\n"),
                ("dns.answers.rdata", "b"),
                ("ok", "true"),
            ]
        );
    }

    #[test]
    fn damage_is_said() {
        for line in [
            "",
            "[1]",
            "{",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":1",
            "{\"a\":1}}",
            "{\"a\":1,}",
            "{\"a\" 1}",
            "{a:1}",
            "{\"a\":b}",
            "{\"a\":\"b}",
            "{\"a\":[1}",
            "{\"a\":\"\\q\"}",
            "{\"a\":\"\\",
        ] {
            assert!(flat(line.as_bytes()).is_err(), "{line}");
        }
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(100), "]".repeat(100));
        assert!(flat(deep.as_bytes()).is_err());
    }

    fn value() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(serde_json::Value::from),
            any::<i64>().prop_map(serde_json::Value::from),
            any::<f64>().prop_map(serde_json::Value::from),
            any::<String>().prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::from),
                prop::collection::btree_map("[a-z\"\\\\é]{1,3}", inner, 0..5)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    fn walk(value: &serde_json::Value, path: &str, found: &mut Vec<(String, String)>) {
        match value {
            serde_json::Value::Null => {}
            serde_json::Value::String(text) => found.push((path.to_owned(), text.clone())),
            serde_json::Value::Array(items) => items.iter().for_each(|item| walk(item, path, found)),
            serde_json::Value::Object(map) => {
                for (key, item) in map {
                    let path = if path.is_empty() {
                        key.clone()
                    } else {
                        format!("{path}.{key}")
                    };
                    walk(item, &path, found);
                }
            }
            other => found.push((path.to_owned(), other.to_string())),
        }
    }

    proptest! {
        #[test]
        fn agrees_with_serde_json(inner in value()) {
            let value = serde_json::json!({ "k": inner });
            let mut expected = Vec::new();
            walk(&value, "", &mut expected);
            prop_assert_eq!(flat(value.to_string().as_bytes()), Ok(expected));
        }
    }
}
