//! Where functions start in a program, stripped or not.
//!
//! In this order: what the file says (entry, exports, symbols, unwind tables), what those call, then prologues in the code
//! that nothing reached. A start inside a range that the unwind table gives to another function is not believed.

use std::collections::{BTreeMap, BTreeSet};

use iced_x86::{Decoder, DecoderOptions};

use crate::body::{Body, descend, is_padding};
use crate::image::{Bits, Image};

/// Bounds of the search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Functions.
    pub functions_max: usize,
    /// Instructions decoded in all.
    pub instructions_max: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            functions_max: 200_000,
            instructions_max: 40_000_000,
        }
    }
}

/// Instructions that may still be decoded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Work(u64);

impl Work {
    pub const fn new(instructions: u64) -> Self {
        Self(instructions)
    }
    pub const fn take(&mut self) -> bool {
        match self.0.checked_sub(1) {
            Some(left) => {
                self.0 = left;
                true
            }
            None => false,
        }
    }
    pub const fn is_empty(&self) -> bool {
        self.0 == 0
    }
}

/// What is known of a start.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    pub end: Option<u64>,
    pub name: Option<String>,
}

pub(crate) type Starts = BTreeMap<u64, Known>;

/// How far the function at `start` may reach: its stated end, the next start, the end of its region.
pub(crate) fn limit(image: &Image<'_>, start: u64, end: Option<u64>, next: Option<u64>) -> u64 {
    let region_end = image.region(start).map_or(start, |region| {
        region.address.saturating_add(region.stored.min(region.size))
    });
    let next = next.unwrap_or(u64::MAX);
    end.unwrap_or(u64::MAX).min(next).min(region_end)
}

struct Search<'a, 'b> {
    image: &'a Image<'b>,
    starts: Starts,
    /// Start to end of what was reached.
    reached: BTreeMap<u64, u64>,
    hints: BTreeSet<u64>,
    open: Vec<u64>,
    work: Work,
    bounds: Bounds,
}

impl Search<'_, '_> {
    /// Whether `address` lies inside a range that the file gives to a function that starts elsewhere.
    fn is_inside_another(&self, address: u64) -> bool {
        self.starts
            .range(..address)
            .next_back()
            .is_some_and(|(_, known)| known.end.is_some_and(|end| address < end))
    }

    fn add(&mut self, address: u64) {
        if self.starts.len() < self.bounds.functions_max
            && self.image.is_code(address)
            && !self.starts.contains_key(&address)
            && !self.is_inside_another(address)
        {
            self.starts.insert(address, Known::default());
            self.open.push(address);
        }
    }

    fn reach(&mut self, address: u64) -> Body {
        let end = self.starts.get(&address).and_then(|known| known.end);
        let next = self
            .starts
            .range(address.saturating_add(1)..)
            .next()
            .map(|(next, _)| *next);
        let limit = limit(self.image, address, end, next);
        descend(self.image, address, limit, &mut self.work)
    }

    fn keep(&mut self, address: u64, body: &Body) {
        self.reached.insert(address, body.end);
        for call in &body.calls {
            self.add(*call);
        }
        self.hints.extend(body.hints.iter().copied());
    }

    fn drain(&mut self, stop: &dyn Fn() -> bool) -> bool {
        while let Some(address) = self.open.pop() {
            if self.work.is_empty() || stop() {
                return false;
            }
            let body = self.reach(address);
            self.keep(address, &body);
        }
        true
    }

    /// End of what was reached over `address`, or none where nothing was.
    fn covered_until(&self, address: u64) -> Option<u64> {
        let (start, end) = self.reached.range(..=address).next_back()?;
        let stated = self.starts.get(start).and_then(|known| known.end).unwrap_or(0);
        let end = (*end).max(stated);
        (address < end).then_some(end)
    }

    /// Tries a start that nothing but its looks or a taken address speaks for.
    fn try_start(&mut self, address: u64, instructions_min: usize) -> Option<u64> {
        if self.starts.len() >= self.bounds.functions_max || self.is_inside_another(address) {
            return None;
        }
        let body = self.reach(address);
        if !body.is_clean() || body.instructions.len() < instructions_min {
            return None;
        }
        self.starts.insert(address, Known::default());
        self.keep(address, &body);
        Some(body.end)
    }
}

/// Every start found, and whether the search was cut short.
pub(crate) fn starts(image: &Image<'_>, bounds: Bounds, stop: &dyn Fn() -> bool) -> (Starts, bool) {
    let mut search = Search {
        image,
        starts: Starts::new(),
        reached: BTreeMap::new(),
        hints: BTreeSet::new(),
        open: Vec::new(),
        work: Work::new(bounds.instructions_max),
        bounds,
    };
    for seed in &image.seeds {
        if !image.is_code(seed.address) {
            continue;
        }
        if search.starts.len() >= bounds.functions_max {
            break;
        }
        let known = search.starts.entry(seed.address).or_default();
        known.name = known.name.take().or_else(|| seed.name.clone());
        known.end = known.end.or(seed.end.filter(|end| *end > seed.address));
    }
    search.open.extend(search.starts.keys().rev());
    let mut whole = search.drain(stop);
    for region in image.regions.iter().filter(|region| region.executable) {
        if !whole {
            break;
        }
        whole = gaps(
            &mut search,
            region.address,
            region.address.saturating_add(region.stored),
            stop,
        );
    }
    let full = search.starts.len() >= bounds.functions_max;
    (search.starts, !whole || full)
}

/// Looks for prologues and taken addresses in what nothing reached between `from` and `to`.
fn gaps(search: &mut Search<'_, '_>, from: u64, to: u64, stop: &dyn Fn() -> bool) -> bool {
    let mut at = from;
    // The first place behind a function or padding is where the next function would start.
    let mut fresh = true;
    while at < to {
        if let Some(end) = search.covered_until(at) {
            at = end.max(at.saturating_add(1));
            fresh = true;
            continue;
        }
        if search.work.is_empty() || stop() {
            return false;
        }
        let bytes = search.image.bytes(at);
        if let Some(len) = padding(search.image.bits, bytes, at) {
            at = at.saturating_add(len);
            fresh = true;
            continue;
        }
        let aligned = at & 15 == 0;
        let found = if search.hints.contains(&at) {
            search.try_start(at, 1)
        } else if is_prologue(search.image.bits, bytes) && (aligned || fresh) {
            search.try_start(at, 3)
        } else if aligned && fresh {
            search.try_start(at, 4)
        } else {
            None
        };
        if !search.drain(stop) {
            return false;
        }
        match found {
            Some(end) => at = end.max(at.saturating_add(1)),
            None => {
                at = at.saturating_add(1);
                fresh = false;
            }
        }
    }
    true
}

/// Length of the padding that `bytes` begin with.
fn padding(bits: Bits, bytes: &[u8], at: u64) -> Option<u64> {
    match bytes.first()? {
        0xcc | 0x00 => Some(1),
        0x90 | 0x66 | 0x0f | 0x8d | 0x2e => {
            let bytes = bytes.get(..bytes.len().min(15)).unwrap_or_default();
            let instruction = Decoder::with_ip(bits.count(), bytes, at, DecoderOptions::NONE).decode();
            (!instruction.is_invalid() && is_padding(&instruction))
                .then(|| instruction.next_ip().saturating_sub(at))
        }
        _ => None,
    }
}

/// Whether `bytes` begin as compilers begin functions.
fn is_prologue(bits: Bits, bytes: &[u8]) -> bool {
    const BOTH: &[&[u8]] = &[&[0xf3, 0x0f, 0x1e, 0xfa], &[0xf3, 0x0f, 0x1e, 0xfb]];
    const X86: &[&[u8]] = &[
        &[0x55, 0x8b, 0xec],
        &[0x55, 0x89, 0xe5],
        &[0x8b, 0xff, 0x55],
        &[0x83, 0xec],
        &[0x81, 0xec],
        &[0x53, 0x83, 0xec],
        &[0x56, 0x53],
        &[0x57, 0x56],
        &[0x55, 0x57],
        &[0x51, 0x53],
        &[0x53, 0x56],
        &[0x56, 0x57],
        &[0x6a],
    ];
    const X64: &[&[u8]] = &[
        &[0x55, 0x48, 0x89, 0xe5],
        &[0x48, 0x83, 0xec],
        &[0x48, 0x81, 0xec],
        &[0x48, 0x89, 0x5c, 0x24],
        &[0x48, 0x89, 0x4c, 0x24],
        &[0x40, 0x53],
        &[0x40, 0x55],
        &[0x40, 0x57],
        &[0x41, 0x57],
        &[0x41, 0x56],
        &[0x41, 0x55],
        &[0x41, 0x54],
        &[0x53, 0x48],
        &[0x55, 0x53],
    ];
    let own = match bits {
        Bits::B32 => X86,
        Bits::B64 => X64,
    };
    BOTH.iter().chain(own).any(|start| bytes.starts_with(start))
}
