//! Finds and reads the central directory of a zip, zip64 included. Bounded; every offset is checked by who uses it.
//!
//! Source: PKWARE APPNOTE 6.3.10, sections 4.3 and 4.5.3.

use ascribe_model::Bytes;
use ascribe_model::cursor::{Cursor, Cut};
use ascribe_model::reading::read_range;

/// Where the central directory stands.
pub struct Directory {
    /// Its first byte in the file.
    pub start: u64,
    /// Its length.
    pub len: u64,
    /// How many entries it is said to have.
    pub entries: u64,
    /// What must be added to offsets: the length of anything put before the zip.
    pub shift: u64,
}

/// One entry of the directory.
pub struct Entry {
    pub name: Vec<u8>,
    pub flags: u16,
    pub method: u16,
    pub sum: u32,
    pub packed: u64,
    pub size: u64,
    pub local: u64,
    /// Whether it was made on Unix as a symbolic link.
    pub link: bool,
}

/// The directory, where its end record stands in the last 64 KiB.
pub fn find(bytes: &dyn Bytes) -> Option<Directory> {
    let base = bytes.len().saturating_sub(22 + 65_535);
    let tail = read_range(bytes, base, 22 + 65_535).ok()?;
    // The last record whose comment fits in the file.
    let at = memchr::memmem::rfind_iter(&tail, b"PK\x05\x06").find(|at| {
        let comment = tail.get(at.saturating_add(20)..at.saturating_add(22));
        comment
            .and_then(|len| Cursor::new(len, 0).u16_le("length").ok())
            .is_some_and(|len| at.saturating_add(22).saturating_add(usize::from(len)) <= tail.len())
    })?;
    let record = base.saturating_add(at as u64);
    let mut cursor = Cursor::new(tail.get(at..)?, record);
    cursor.skip(10, "end record").ok()?;
    let mut entries = u64::from(cursor.u16_le("entries").ok()?);
    let mut len = u64::from(cursor.u32_le("directory length").ok()?);
    let mut start = u64::from(cursor.u32_le("directory offset").ok()?);
    let wide = entries == 0xffff || len == 0xffff_ffff || start == 0xffff_ffff;
    if wide && let Some(big) = find_wide(bytes, record) {
        (entries, len, start) = big;
    }
    // The directory ends at the end record, or at a zip64 record and locator (76 bytes) before it, which stand there
    // also where no number needs them. Only then is there a prefix; otherwise the stated offset is believed.
    let begins = |at: &u64| len == 0 || read_range(bytes, *at, 4).is_ok_and(|four| four == b"PK\x01\x02");
    let shift = [0, 76]
        .into_iter()
        .filter_map(|after| record.checked_sub(after)?.checked_sub(len))
        .find(begins)
        .and_then(|at| at.checked_sub(start))
        .unwrap_or(0);
    Some(Directory {
        start: start.saturating_add(shift),
        len,
        entries,
        shift,
    })
}

/// Entries, length and offset of the directory by the zip64 end record that belongs to the end record at `record`.
fn find_wide(bytes: &dyn Bytes, record: u64) -> Option<(u64, u64, u64)> {
    let locator = read_range(bytes, record.checked_sub(20)?, 20).ok()?;
    let mut cursor = Cursor::new(&locator, 0);
    if cursor.u32_le("zip64 locator").ok()? != 0x0706_4b50 {
        return None;
    }
    cursor.skip(4, "disk").ok()?;
    let stated = cursor.u64_le("zip64 record offset").ok()?;
    // Where something was put before the zip, the record stands right before its locator and not where stated.
    wide_record(bytes, stated).or_else(|| wide_record(bytes, record.checked_sub(76)?))
}

fn wide_record(bytes: &dyn Bytes, at: u64) -> Option<(u64, u64, u64)> {
    let data = read_range(bytes, at, 56).ok()?;
    let mut cursor = Cursor::new(&data, at);
    if cursor.u32_le("zip64 record").ok()? != 0x0606_4b50 {
        return None;
    }
    cursor.skip(28, "zip64 record").ok()?;
    let entries = cursor.u64_le("entries").ok()?;
    let len = cursor.u64_le("directory length").ok()?;
    Some((entries, len, cursor.u64_le("directory offset").ok()?))
}

/// The next entry; none where the directory's entries end.
pub fn entry(cursor: &mut Cursor<'_>) -> Result<Option<Entry>, Cut> {
    if cursor.left() == 0 || cursor.u32_le("directory entry")? != 0x0201_4b50 {
        return Ok(None);
    }
    let made_by = cursor.u16_le("version")?;
    cursor.skip(2, "version")?;
    let flags = cursor.u16_le("flags")?;
    let method = cursor.u16_le("method")?;
    cursor.skip(4, "time")?;
    let sum = cursor.u32_le("sum")?;
    let mut packed = u64::from(cursor.u32_le("packed size")?);
    let mut size = u64::from(cursor.u32_le("size")?);
    let name_len = cursor.u16_le("name length")?;
    let extra_len = cursor.u16_le("extra length")?;
    let comment_len = cursor.u16_le("comment length")?;
    cursor.skip(4, "disk and attributes")?;
    let attributes = cursor.u32_le("attributes")?;
    let mut local = u64::from(cursor.u32_le("offset of the member")?);
    let name = cursor.take(usize::from(name_len), "name")?.to_vec();
    let extra = cursor.take(usize::from(extra_len), "extra field")?;
    cursor.skip(usize::from(comment_len), "comment")?;
    // A damaged extra field leaves the numbers as they are; the member then fails by itself.
    let _ = widen(extra, [&mut size, &mut packed, &mut local]);
    Ok(Some(Entry {
        name,
        flags,
        method,
        sum,
        packed,
        size,
        local,
        link: made_by >> 8 == 3 && attributes >> 28 == 0xa,
    }))
}

/// Takes zip64 numbers out of an extra field, in the order of `numbers`, for those that say so.
pub fn widen<const N: usize>(extra: &[u8], numbers: [&mut u64; N]) -> Result<(), Cut> {
    let mut cursor = Cursor::new(extra, 0);
    let mut numbers = Some(numbers);
    while cursor.left() >= 4 {
        let id = cursor.u16_le("id")?;
        let len = cursor.u16_le("length")?;
        let mut body = Cursor::new(cursor.take(usize::from(len), "body")?, 0);
        if id == 1
            && let Some(numbers) = numbers.take()
        {
            for number in numbers {
                if *number == 0xffff_ffff {
                    *number = body.u64_le("zip64 number")?;
                }
            }
        }
    }
    Ok(())
}
