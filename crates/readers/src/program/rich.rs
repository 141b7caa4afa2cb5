//! The rich header: which Microsoft tools of which build made how many objects, and whether its checksum agrees.
//!
//! Source: Webster et al., "Finding the Needle: A Study of the PE32 Rich Header" (2017).

use ascribe_code::image::{Endian, u32_at};
use ascribe_model::Span;
use ascribe_model::program::Rich;

const LE: Endian = Endian::Little;
const DANS: u32 = 0x536e_6144;
const ENTRIES_MAX: u64 = 4096;

/// The rich header between the DOS header and the PE header at `header_at`.
pub(crate) fn of(data: &[u8], header_at: u64) -> Option<Rich> {
    let head = data.get(..usize::try_from(header_at).ok()?)?;
    let end = (16..header_at.checked_sub(7)?.checked_div(4)?.saturating_add(1))
        .map(|word| word.saturating_mul(4))
        .rfind(|at| u32_at(head, *at, LE) == Some(u32::from_le_bytes(*b"Rich")))?;
    let key = u32_at(head, end.checked_add(4)?, LE)?;
    let start = (1..=ENTRIES_MAX.saturating_mul(2))
        .map_while(|back| end.checked_sub(back.saturating_mul(4)))
        .find(|at| u32_at(head, *at, LE).is_some_and(|value| value ^ key == DANS))?;
    let mut entries = Vec::new();
    // Three words of padding follow the first one.
    let mut at = start.saturating_add(16);
    while at.saturating_add(8) <= end {
        let id = u32_at(head, at, LE)? ^ key;
        let count = u32_at(head, at.saturating_add(4), LE)? ^ key;
        let [low, high] = [id & 0xffff, id >> 16].map(|half| u16::try_from(half).unwrap_or(0));
        entries.push((high, low, count));
        at = at.saturating_add(8);
    }
    Some(Rich {
        checksum_agrees: checksum(head, start, &entries) == key,
        entries,
        at: Span::new(start, end.saturating_add(8)),
    })
}

/// Offset of the header, every byte before it (the field `e_lfanew` as zero) turned by its offset, every entry by its count.
fn checksum(head: &[u8], start: u64, entries: &[(u16, u16, u32)]) -> u32 {
    let mut sum = u32::try_from(start).unwrap_or(0);
    for (at, byte) in (0u32..).zip(head) {
        if u64::from(at) >= start {
            break;
        }
        if !(0x3c..0x40).contains(&at) {
            sum = sum.wrapping_add(u32::from(*byte).rotate_left(at & 31));
        }
    }
    for (product, build, count) in entries {
        let id = u32::from(*product) << 16 | u32::from(*build);
        sum = sum.wrapping_add(id.rotate_left(count & 31));
    }
    sum
}
