//! An executable file as a loader would see it: which bytes stand at which address.
//!
//! Own bounded reading in place of a library: a library refuses a damaged table as a whole, here what can be read is
//! kept and the damage is an anomaly. Nothing is loaded or run. Formats: PE (32, 64) and ELF (32, 64, both byte orders).

pub mod elf;
mod elf_relocations;
mod elf_symbols;
pub mod pe;
mod pe_tables;

use std::collections::BTreeMap;

use ascribe_model::Anomaly;

pub use elf::Elf;
pub use elf_symbols::Symbol;
pub use pe::Pe;

/// Byte order of numbers in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endian {
    /// Least significant byte first.
    Little,
    /// Most significant byte first.
    Big,
}

/// A stretch of the address space with the bytes of the file behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// First virtual address.
    pub address: u64,
    /// Bytes in memory.
    pub size: u64,
    /// First byte in the file.
    pub offset: u64,
    /// Bytes in the file, all of them inside it.
    pub stored: u64,
    /// Whether it is executable.
    pub executable: bool,
}

/// An address at which the file itself says that a function starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seed {
    /// Virtual address.
    pub address: u64,
    /// One past its last byte, where the file says so.
    pub end: Option<u64>,
    /// Its name.
    pub name: Option<String>,
}

/// Machine code that can be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bits {
    /// x86.
    B32,
    /// x86-64.
    B64,
}

impl Bits {
    /// 32 or 64.
    #[must_use]
    pub const fn count(self) -> u32 {
        match self {
            Self::B32 => 32,
            Self::B64 => 64,
        }
    }
}

/// What function discovery needs of a file.
#[derive(Clone, Debug)]
pub struct Image<'a> {
    /// The file.
    pub data: &'a [u8],
    /// How to decode.
    pub bits: Bits,
    /// By address; regions that overlap an earlier one are left out.
    pub regions: Vec<Region>,
    /// Where functions start, as the file says.
    pub seeds: Vec<Seed>,
    /// Address that table entries may be relative to.
    pub base: u64,
    /// Names of imported things by the place that a loader puts their address in.
    pub imports: BTreeMap<u64, String>,
    /// Addresses that a loader puts into places whose bytes in the file do not have them.
    pub pointers: BTreeMap<u64, u64>,
    /// The global offset table, which 32-bit position-independent code reaches its data from.
    pub table: Option<u64>,
}

impl<'a> Image<'a> {
    pub(crate) fn new(
        data: &'a [u8],
        bits: Bits,
        mut regions: Vec<Region>,
        mut seeds: Vec<Seed>,
        base: u64,
    ) -> Self {
        regions.sort_by_key(|region| (region.address, std::cmp::Reverse(region.size)));
        let mut end = 0u64;
        regions.retain(|region| {
            let fits = region.size > 0 && region.address >= end;
            if fits {
                end = region.address.saturating_add(region.size);
            }
            fits
        });
        once_each(&mut regions);
        seeds.sort_by(|a, b| {
            (a.address, a.name.is_none(), a.end.is_none(), &a.name).cmp(&(
                b.address,
                b.name.is_none(),
                b.end.is_none(),
                &b.name,
            ))
        });
        Self {
            data,
            bits,
            regions,
            seeds,
            base,
            imports: BTreeMap::new(),
            pointers: BTreeMap::new(),
            table: None,
        }
    }

    /// The region that holds `address`.
    #[must_use]
    pub fn region(&self, address: u64) -> Option<&Region> {
        let index = self.regions.partition_point(|region| region.address <= address);
        let region = self.regions.get(index.checked_sub(1)?)?;
        (address.saturating_sub(region.address) < region.size).then_some(region)
    }

    /// Where `address` stands in the file.
    #[must_use]
    pub fn offset(&self, address: u64) -> Option<u64> {
        let region = self.region(address)?;
        let inside = address.saturating_sub(region.address);
        (inside < region.stored).then(|| region.offset.saturating_add(inside))
    }

    /// The stored bytes from `address` to the end of its region.
    #[must_use]
    pub fn bytes(&self, address: u64) -> &'a [u8] {
        self.region(address)
            .and_then(|region| {
                let inside = address.saturating_sub(region.address);
                let len = region.stored.checked_sub(inside)?;
                slice(self.data, region.offset.saturating_add(inside), len)
            })
            .unwrap_or_default()
    }

    /// Whether stored machine code stands at `address`.
    #[must_use]
    pub fn is_code(&self, address: u64) -> bool {
        self.region(address)
            .is_some_and(|region| region.executable && address.saturating_sub(region.address) < region.stored)
    }

    /// Lowest address and one past the highest.
    #[must_use]
    pub fn extent(&self) -> (u64, u64) {
        let low = self.regions.first().map_or(0, |region| region.address);
        let high = self
            .regions
            .last()
            .map_or(0, |region| region.address.saturating_add(region.size));
        (low, high)
    }
}

/// Takes executability from regions whose bytes in the file another executable region already has: a table that maps one
/// stretch thousands of times would have it searched as often.
fn once_each(regions: &mut [Region]) {
    let mut taken: BTreeMap<u64, u64> = BTreeMap::new();
    for region in regions
        .iter_mut()
        .filter(|region| region.executable && region.stored > 0)
    {
        let end = region.offset.saturating_add(region.stored);
        let before = taken.range(..end).next_back();
        if before.is_some_and(|(_, other)| *other > region.offset) {
            region.executable = false;
        } else {
            taken.insert(region.offset, end);
        }
    }
}

/// A file of either format, or neither.
#[derive(Clone, Debug)]
pub enum Executable {
    /// Portable Executable.
    Pe(Box<Pe>),
    /// Executable and Linkable Format.
    Elf(Box<Elf>),
}

/// Reads the headers of `data`; none where it is neither PE nor ELF.
#[must_use]
pub fn parse(data: &[u8], anomalies: &mut Vec<Anomaly>) -> Option<Executable> {
    if let Some(elf) = Elf::parse(data, anomalies) {
        return Some(Executable::Elf(Box::new(elf)));
    }
    Pe::parse(data, anomalies).map(|pe| Executable::Pe(Box::new(pe)))
}

/// `len` bytes from `offset` on; none where they do not all exist.
#[must_use]
pub fn slice(data: &[u8], offset: u64, len: u64) -> Option<&[u8]> {
    let start = usize::try_from(offset).ok()?;
    let end = usize::try_from(offset.checked_add(len)?).ok()?;
    data.get(start..end)
}

macro_rules! number_at {
    ($name:ident, $type:ty) => {
        /// The number at `offset` in the given byte order.
        #[must_use]
        pub fn $name(data: &[u8], offset: u64, endian: Endian) -> Option<$type> {
            let bytes = slice(data, offset, size_of::<$type>() as u64)?;
            let array = bytes.try_into().ok()?;
            Some(match endian {
                Endian::Little => <$type>::from_le_bytes(array),
                Endian::Big => <$type>::from_be_bytes(array),
            })
        }
    };
}
number_at!(u16_at, u16);
number_at!(u32_at, u32);
number_at!(u64_at, u64);

/// Bytes from `offset` to the next zero byte (not included); at most `max`; none outside the file.
#[must_use]
pub fn zero_ended(data: &[u8], offset: u64, max: usize) -> Option<&[u8]> {
    let rest = data.get(usize::try_from(offset).ok()?..)?;
    let rest = rest.get(..rest.len().min(max))?;
    let len = rest.iter().position(|byte| *byte == 0).unwrap_or(rest.len());
    rest.get(..len)
}

/// Bytes as text: printable ASCII as it is, other bytes as `\xNN`.
#[must_use]
pub fn printable(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            0x20..=0x7e => text.push(char::from(*byte)),
            other => {
                text.push_str("\\x");
                text.push_str(&ascribe_model::place::hex(&[*other]));
            }
        }
    }
    text
}
