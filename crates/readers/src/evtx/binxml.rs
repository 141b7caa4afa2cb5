//! The tree of an event, written as tokens, and its values by name.
//!
//! A chunk writes the tree of each kind of event once, as a template with numbered gaps; a record names a template and
//! fills the gaps. A template becomes a flat plan once per chunk; a record then costs one pass over its plan.
//! Trees inside values go on a list, never on the call stack; what one record may unfold to is bounded.
//! Source: Microsoft [MS-EVEN6], section 2.2.12 (BinXml), and the description of the format by the libevtx project.

use std::collections::HashMap;
use std::rc::Rc;

use super::value::{Value, push_utf16, render};

/// Open elements of one tree.
const DEPTH_MAX: usize = 64;
/// Trees inside values of one record.
const TREES_MAX: usize = 64;
/// Values of one record.
const VALUES_MAX: usize = 8192;
/// Names that are told apart in one file.
const NAMES_MAX: usize = 20_000;
/// Templates of one chunk.
const PLANS_MAX: usize = 4096;

/// Names of values in a file: `System.EventID`, `System.Provider.Name`, `TargetUserName`.
pub struct Names {
    texts: Vec<String>,
    by_text: HashMap<String, usize>,
}

impl Names {
    /// Those that are known beforehand, numbered in their order.
    pub fn new(known: &[&str]) -> Self {
        let mut names = Self {
            texts: Vec::new(),
            by_text: HashMap::new(),
        };
        for name in known {
            names.number(name);
        }
        names
    }

    /// The number of a name; names beyond the bound share that of the last.
    fn number(&mut self, name: &str) -> usize {
        if let Some(number) = self.by_text.get(name) {
            return *number;
        }
        if self.texts.len() >= NAMES_MAX {
            return self.texts.len().saturating_sub(1);
        }
        let number = self.texts.len();
        self.texts.push(name.to_owned());
        self.by_text.insert(name.to_owned(), number);
        number
    }

    /// The name of a number.
    pub fn text(&self, number: usize) -> &str {
        self.texts.get(number).map_or("", String::as_str)
    }
}

/// What stands in a place of a tree.
#[derive(Clone, Copy, Debug)]
enum What {
    /// The value of a gap.
    Gap(u16),
    /// Text of the template: UTF-16 in these bytes of the chunk.
    Text { start: usize, end: usize },
    /// One UTF-16 unit.
    Unit(u16),
    /// A tree of its own in these bytes of the chunk.
    Tree { start: usize, end: usize },
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    name: usize,
    /// Slots of one group are one value.
    group: u32,
    what: What,
}

/// A tree as a list of places.
#[derive(Debug, Default)]
struct Plan {
    slots: Vec<Slot>,
    /// It ended before its end.
    broken: bool,
}

/// A value of a gap: its type and bytes of the chunk.
#[derive(Clone, Copy)]
struct Filled {
    kind: u8,
    start: usize,
    end: usize,
}

/// Reads the trees of a file.
pub struct Trees {
    /// Names of values.
    pub names: Names,
    plans: HashMap<usize, Rc<Plan>>,
    filled: Vec<Filled>,
    waiting: Vec<(usize, usize)>,
}

impl Trees {
    /// With names that are known beforehand.
    pub fn new(known: &[&str]) -> Self {
        Self {
            names: Names::new(known),
            plans: HashMap::new(),
            filled: Vec::new(),
            waiting: Vec::new(),
        }
    }

    /// Forgets the templates of the last chunk.
    pub fn next_chunk(&mut self) {
        self.plans.clear();
    }

    /// Gives each value of the tree in bytes `start..end` of `chunk`, with the number of its name. Returns whether the
    /// tree is whole.
    pub fn values<'c>(
        &mut self,
        chunk: &'c [u8],
        start: usize,
        end: usize,
        give: &mut dyn FnMut(usize, Value<'c>),
    ) -> bool {
        let (mut whole, mut trees, mut room) = (true, 0usize, VALUES_MAX);
        self.waiting.clear();
        self.waiting.push((start, end));
        while let Some((start, end)) = self.waiting.pop() {
            trees = trees.saturating_add(1);
            if trees > TREES_MAX {
                return false;
            }
            let plan = if let Some(at) = template_at(chunk, start, end) {
                let Some((definition, _)) = instance(chunk, at, end, &mut self.filled) else {
                    whole = false;
                    continue;
                };
                self.plan(chunk, definition)
            } else {
                self.filled.clear();
                Rc::new(compile(chunk, start, end, Place::Record, &mut self.names))
            };
            whole &= !plan.broken;
            if room < plan.slots.len() {
                return false;
            }
            room = room.saturating_sub(plan.slots.len());
            self.fill(chunk, &plan, give);
        }
        whole
    }

    fn plan(&mut self, chunk: &[u8], definition: usize) -> Rc<Plan> {
        if let Some(plan) = self.plans.get(&definition) {
            return Rc::clone(plan);
        }
        // Offset of the next template, its GUID, its length.
        let body = definition.saturating_add(24);
        let len = u32_at(chunk, definition.saturating_add(20)).unwrap_or(0);
        let end = body.saturating_add(len).min(chunk.len());
        let plan = Rc::new(compile(chunk, body, end, Place::Template, &mut self.names));
        if self.plans.len() < PLANS_MAX {
            self.plans.insert(definition, Rc::clone(&plan));
        }
        plan
    }

    fn fill<'c>(&mut self, chunk: &'c [u8], plan: &Plan, give: &mut dyn FnMut(usize, Value<'c>)) {
        for group in plan.slots.chunk_by(|a, b| a.group == b.group) {
            let mut built: Option<String> = None;
            for slot in group {
                let value = match slot.what {
                    What::Gap(number) => match self.filled.get(usize::from(number)) {
                        Some(filled) if filled.kind == TREE => {
                            if filled.start < filled.end {
                                self.waiting.push((filled.start, filled.end));
                            }
                            continue;
                        }
                        Some(filled) => Value::Raw {
                            kind: filled.kind,
                            bytes: chunk.get(filled.start..filled.end).unwrap_or_default(),
                        },
                        None => continue,
                    },
                    What::Text { start, end } => Value::Raw {
                        kind: UTF16,
                        bytes: chunk.get(start..end).unwrap_or_default(),
                    },
                    What::Unit(unit) => {
                        push_utf16(&unit.to_le_bytes(), built.get_or_insert_default());
                        continue;
                    }
                    What::Tree { start, end } => {
                        self.waiting.push((start, end));
                        continue;
                    }
                };
                if group.len() == 1 {
                    give(slot.name, value);
                } else {
                    render(&value, built.get_or_insert_default());
                }
            }
            if let (Some(text), Some(slot)) = (built, group.first()) {
                give(slot.name, Value::Text(text));
            }
        }
    }
}

const UTF16: u8 = 0x01;
const TREE: u8 = 0x21;

/// What follows the token of a template instance that the tree in `start..end` begins with.
fn template_at(chunk: &[u8], start: usize, end: usize) -> Option<usize> {
    let tree = chunk.get(start..end)?;
    match tree {
        [0x0f, _, _, _, 0x0c, ..] => start.checked_add(5),
        [0x0c, ..] => start.checked_add(1),
        _ => None,
    }
}

/// Reads a template instance behind its token: where its definition stands, and what follows the values.
fn instance(chunk: &[u8], at: usize, end: usize, filled: &mut Vec<Filled>) -> Option<(usize, usize)> {
    filled.clear();
    let definition = u32_at(chunk, at.checked_add(5)?)?;
    let mut at = at.checked_add(9)?;
    if definition == at {
        let len = u32_at(chunk, at.checked_add(20)?)?;
        at = at.checked_add(24)?.checked_add(len)?;
    }
    let count = u32_at(chunk, at)?;
    let descriptors = at.checked_add(4)?;
    let mut value = descriptors.checked_add(count.checked_mul(4)?)?;
    let end = end.min(chunk.len());
    if value > end {
        return None;
    }
    for descriptor in chunk.get(descriptors..value)?.chunks_exact(4) {
        let &[low, high, kind, _] = descriptor else {
            continue;
        };
        let after = value.checked_add(usize::from(u16::from_le_bytes([low, high])))?;
        if after > end {
            return None;
        }
        filled.push(Filled {
            kind,
            start: value,
            end: after,
        });
        value = after;
    }
    Some((definition, value))
}

/// Where a tree is written: templates number the elements that depend on a gap, records do not.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Template,
    Record,
}

struct Open {
    name: String,
    number: usize,
    /// The number of what a `Name` attribute says.
    named: Option<usize>,
}

struct Walk<'c, 'n> {
    chunk: &'c [u8],
    at: usize,
    end: usize,
    place: Place,
    names: &'n mut Names,
    open: Vec<Open>,
    attribute: Option<String>,
    group: u32,
    plan: Plan,
}

fn compile(chunk: &[u8], start: usize, end: usize, place: Place, names: &mut Names) -> Plan {
    let mut walk = Walk {
        chunk,
        at: start,
        end: end.min(chunk.len()),
        place,
        names,
        open: Vec::new(),
        attribute: None,
        group: 0,
        plan: Plan::default(),
    };
    while walk.at < walk.end {
        match walk.token() {
            Some(true) => {}
            Some(false) => return walk.plan,
            None => {
                walk.plan.broken = true;
                return walk.plan;
            }
        }
    }
    walk.plan
}

impl Walk<'_, '_> {
    fn skip(&mut self, len: usize) -> Option<usize> {
        let at = self.at;
        let after = at.checked_add(len)?;
        if after > self.end {
            return None;
        }
        self.at = after;
        Some(at)
    }

    fn u16(&mut self) -> Option<u16> {
        let at = self.skip(2)?;
        u16_at(self.chunk, at)
    }

    /// Takes one token; false at the end of the tree, none where it cannot be read.
    fn token(&mut self) -> Option<bool> {
        let at = self.skip(1)?;
        match *self.chunk.get(at)? {
            0x00 => return Some(false),
            0x0f => {
                self.skip(3)?;
            }
            token @ (0x01 | 0x41) => {
                if self.place == Place::Template {
                    self.skip(2)?;
                }
                self.skip(4)?;
                let name = self.name()?;
                if token == 0x41 {
                    self.skip(4)?;
                }
                self.begin(name)?;
            }
            0x06 | 0x46 => {
                self.attribute = Some(self.name()?);
                self.group = self.group.saturating_add(1);
            }
            0x02 => self.between(),
            0x03 | 0x04 => {
                self.between();
                self.open.pop();
            }
            0x05 | 0x45 => {
                let kind = self.skip(1)?;
                match self.chunk.get(kind)? {
                    0x00 => {}
                    0x01 => self.text()?,
                    _ => return None,
                }
            }
            0x07 | 0x47 => self.text()?,
            0x08 | 0x48 => {
                let unit = self.u16()?;
                self.add(What::Unit(unit));
            }
            0x09 | 0x49 => {
                let unit = match self.name()?.as_str() {
                    "lt" => '<',
                    "gt" => '>',
                    "amp" => '&',
                    "quot" => '"',
                    "apos" => '\'',
                    _ => '\u{fffd}',
                };
                self.add(What::Unit(u16::try_from(u32::from(unit)).unwrap_or(0xfffd)));
            }
            0x0a => {
                self.name()?;
            }
            0x0b => {
                let units = self.u16()?;
                self.skip(usize::from(units).checked_mul(2)?)?;
            }
            0x0d | 0x0e => {
                let number = self.u16()?;
                self.skip(1)?;
                self.add(What::Gap(number));
            }
            0x0c => {
                let (_, after) = instance(self.chunk, self.at, self.end, &mut Vec::new())?;
                self.at = after;
                self.add(What::Tree {
                    start: at,
                    end: after,
                });
            }
            _ => return None,
        }
        Some(true)
    }

    fn between(&mut self) {
        self.attribute = None;
        self.group = self.group.saturating_add(1);
    }

    fn begin(&mut self, name: String) -> Option<()> {
        self.between();
        if self.open.len() >= DEPTH_MAX {
            return None;
        }
        let in_system = self.open.get(1).is_some_and(|open| open.name == "System");
        let number = if in_system {
            self.names.number(&format!("System.{name}"))
        } else {
            self.names.number(&name)
        };
        self.open.push(Open {
            name,
            number,
            named: None,
        });
        Some(())
    }

    /// A counted text.
    fn text(&mut self) -> Option<()> {
        let units = self.u16()?;
        let start = self.skip(usize::from(units).checked_mul(2)?)?;
        let end = self.at;
        self.add(What::Text { start, end });
        Some(())
    }

    /// A reference to a name; the name itself stands here where it is used for the first time.
    fn name(&mut self) -> Option<String> {
        let at = self.skip(4)?;
        let offset = u32_at(self.chunk, at)?;
        let units = usize::from(u16_at(self.chunk, offset.checked_add(6)?)?);
        let start = offset.checked_add(8)?;
        let end = start.checked_add(units.checked_mul(2)?)?;
        if offset == self.at {
            self.skip(end.checked_add(2)?.checked_sub(offset)?)?;
        }
        let mut text = String::new();
        push_utf16(self.chunk.get(start..end)?, &mut text);
        Some(text)
    }

    fn add(&mut self, what: What) {
        let Some(open) = self.open.last_mut() else { return };
        let name = match &self.attribute {
            Some(attribute) if attribute == "Name" && open.name == "Data" => {
                if let What::Text { start, end } = what {
                    let mut text = String::new();
                    push_utf16(self.chunk.get(start..end).unwrap_or_default(), &mut text);
                    open.named = Some(self.names.number(&text));
                }
                return;
            }
            Some(attribute) if attribute == "xmlns" => return,
            Some(attribute) => {
                let name = format!("{}.{attribute}", self.names.text(open.number));
                self.names.number(&name)
            }
            None => open.named.unwrap_or(open.number),
        };
        self.plan.slots.push(Slot {
            name,
            group: self.group,
            what,
        });
    }
}

pub fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    let bytes = data.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(bytes.try_into().ok()?))
}

/// A 32-bit number as an offset or count.
pub fn u32_at(data: &[u8], at: usize) -> Option<usize> {
    let bytes = data.get(at..at.checked_add(4)?)?;
    usize::try_from(u32::from_le_bytes(bytes.try_into().ok()?)).ok()
}
