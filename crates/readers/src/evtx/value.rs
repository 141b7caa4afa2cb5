//! The values of an event as text.
//!
//! Numbers and dates read as Windows writes them; what is shorter than its type is no value. Lists are joined with a
//! comma and a blank. Source: Microsoft [MS-EVEN6], section 2.2.12; [MS-DTYP], sections 2.3 and 2.4.

use std::fmt::Write as _;

use ascribe_model::Moment;

/// Units of a list that are shown.
const LIST_MAX: usize = 1024;

/// A value as it stands in the chunk, or put together from several.
#[derive(Clone, Debug)]
pub enum Value<'c> {
    /// Its type and bytes.
    Raw {
        /// Type.
        kind: u8,
        /// Bytes.
        bytes: &'c [u8],
    },
    /// Text made of several parts.
    Text(String),
}

/// Microseconds since 1970 of a FILETIME; none before the year 1 or after 9999.
pub fn file_time(ticks: u64) -> Option<i64> {
    const EPOCH_TICKS: i64 = 116_444_736_000_000_000;
    let ticks = i64::try_from(ticks).ok()?.checked_sub(EPOCH_TICKS)?;
    let micros = ticks.div_euclid(10);
    (-62_135_596_800_000_000..253_402_300_800_000_000)
        .contains(&micros)
        .then_some(micros)
}

impl Value<'_> {
    /// Microseconds since 1970 where it is a FILETIME.
    pub fn micros(&self) -> Option<i64> {
        match self {
            Value::Raw { kind: 0x11, bytes } => file_time(u64::from_le_bytes(le(bytes)?)),
            _ => None,
        }
    }
}

fn le<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.get(..N)?.try_into().ok()
}

/// Appends UTF-16 (little-endian) up to its first zero; half pairs become U+FFFD.
pub fn push_utf16(bytes: &[u8], to: &mut String) {
    let units = bytes
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes(le(pair).unwrap_or_default()))
        .take_while(|unit| *unit != 0);
    for unit in char::decode_utf16(units) {
        to.push(unit.unwrap_or('\u{fffd}'));
    }
}

/// Appends the value as text.
pub fn render(value: &Value<'_>, to: &mut String) {
    match value {
        Value::Text(text) => to.push_str(text),
        Value::Raw { kind: 0x81, bytes } => strings(bytes, to),
        Value::Raw { kind, bytes } if kind & 0x80 != 0 => list(kind & 0x7f, bytes, to),
        Value::Raw { kind, bytes } => {
            // Writing to a String does not fail; a value that is too short is nothing.
            let _ = scalar(*kind, bytes, to);
        }
    }
}

fn strings(bytes: &[u8], to: &mut String) {
    let bytes = bytes.strip_suffix(&[0, 0]).unwrap_or(bytes);
    let mut rest = bytes;
    for at in 0..LIST_MAX {
        if at > 0 {
            to.push_str(", ");
        }
        let len = rest
            .chunks_exact(2)
            .position(|pair| pair == [0, 0])
            .map_or(rest.len(), |units| units.saturating_mul(2));
        push_utf16(rest.get(..len).unwrap_or_default(), to);
        match rest.get(len.saturating_add(2)..) {
            Some(after) if len < rest.len() => rest = after,
            _ => return,
        }
    }
}

fn list(kind: u8, bytes: &[u8], to: &mut String) {
    let size = match kind {
        0x03 | 0x04 => 1,
        0x05 | 0x06 => 2,
        0x07 | 0x08 | 0x0b | 0x0d | 0x14 => 4,
        0x09 | 0x0a | 0x0c | 0x11 | 0x15 => 8,
        0x0f | 0x12 => 16,
        _ => return,
    };
    for (at, piece) in bytes.chunks_exact(size).take(LIST_MAX).enumerate() {
        if at > 0 {
            to.push_str(", ");
        }
        let _ = scalar(kind, piece, to);
    }
}

fn scalar(kind: u8, bytes: &[u8], to: &mut String) -> Option<()> {
    match kind {
        0x01 => push_utf16(bytes, to),
        0x02 => {
            let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
            let (text, _) =
                encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes.get(..end).unwrap_or_default());
            to.push_str(&text);
        }
        0x03 => write!(to, "{}", i8::from_le_bytes(le(bytes)?)).ok()?,
        0x04 => write!(to, "{}", u8::from_le_bytes(le(bytes)?)).ok()?,
        0x05 => write!(to, "{}", i16::from_le_bytes(le(bytes)?)).ok()?,
        0x06 => write!(to, "{}", u16::from_le_bytes(le(bytes)?)).ok()?,
        0x07 => write!(to, "{}", i32::from_le_bytes(le(bytes)?)).ok()?,
        0x08 => write!(to, "{}", u32::from_le_bytes(le(bytes)?)).ok()?,
        0x09 => write!(to, "{}", i64::from_le_bytes(le(bytes)?)).ok()?,
        0x0a => write!(to, "{}", u64::from_le_bytes(le(bytes)?)).ok()?,
        0x0b => write!(to, "{}", f32::from_le_bytes(le(bytes)?)).ok()?,
        0x0c => write!(to, "{}", f64::from_le_bytes(le(bytes)?)).ok()?,
        0x0d => {
            let set = u32::from_le_bytes(le(bytes)?) != 0;
            to.push_str(if set { "true" } else { "false" });
        }
        0x0e => bytes.iter().try_for_each(|byte| write!(to, "{byte:02X}")).ok()?,
        0x0f => guid(bytes, to)?,
        0x10 if bytes.len() == 4 => write!(to, "0x{:x}", u32::from_le_bytes(le(bytes)?)).ok()?,
        0x10 => write!(to, "0x{:x}", u64::from_le_bytes(le(bytes)?)).ok()?,
        0x11 => {
            let micros = file_time(u64::from_le_bytes(le(bytes)?))?;
            to.push_str(Moment::of_epoch_micros(micros)?.text());
        }
        0x12 => system_time(bytes, to)?,
        0x13 => sid(bytes, to)?,
        0x14 => write!(to, "0x{:x}", u32::from_le_bytes(le(bytes)?)).ok()?,
        0x15 => write!(to, "0x{:x}", u64::from_le_bytes(le(bytes)?)).ok()?,
        _ => return None,
    }
    Some(())
}

fn guid(bytes: &[u8], to: &mut String) -> Option<()> {
    let a = u32::from_le_bytes(le(bytes)?);
    let b = u16::from_le_bytes(le(bytes.get(4..)?)?);
    let c = u16::from_le_bytes(le(bytes.get(6..)?)?);
    write!(to, "{{{a:08x}-{b:04x}-{c:04x}-").ok()?;
    for (at, byte) in bytes.get(8..16)?.iter().enumerate() {
        if at == 2 {
            to.push('-');
        }
        write!(to, "{byte:02x}").ok()?;
    }
    to.push('}');
    Some(())
}

fn system_time(bytes: &[u8], to: &mut String) -> Option<()> {
    let part = |at: usize| Some(u16::from_le_bytes(le(bytes.get(at..)?)?));
    let (year, month, day) = (part(0)?, part(2)?, part(6)?);
    let (hour, minute, second, millis) = (part(8)?, part(10)?, part(12)?, part(14)?);
    write!(
        to,
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z"
    )
    .ok()
}

fn sid(bytes: &[u8], to: &mut String) -> Option<()> {
    let (&revision, &count) = (bytes.first()?, bytes.get(1)?);
    let authority = bytes
        .get(2..8)?
        .iter()
        .fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
    write!(to, "S-{revision}-{authority}").ok()?;
    for part in bytes.get(8..)?.chunks_exact(4).take(usize::from(count)) {
        write!(to, "-{}", u32::from_le_bytes(le(part)?)).ok()?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(kind: u8, bytes: &[u8]) -> String {
        let mut text = String::new();
        render(&Value::Raw { kind, bytes }, &mut text);
        text
    }

    #[test]
    fn values_read_as_windows_writes_them() {
        assert_eq!(
            text(0x13, &[1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0]),
            "S-1-5-32-544"
        );
        assert_eq!(
            text(
                0x0f,
                &[
                    0x25, 0x96, 0x84, 0x54, 0x78, 0x54, 0x94, 0x49, 0xa5, 0xba, 0x3e, 0x3b, 0x03, 0x28, 0xc3,
                    0x0d
                ]
            ),
            "{54849625-5478-4994-a5ba-3e3b0328c30d}"
        );
        assert_eq!(
            text(0x11, &130_612_932_012_500_000u64.to_le_bytes()),
            "2014-11-24T09:00:01.25Z"
        );
        assert_eq!(text(0x15, &0x3e7u64.to_le_bytes()), "0x3e7");
        assert_eq!(text(0x81, b"a\0\0\0b\0\0\0"), "a, b");
        assert_eq!(text(0x88, &[1, 0, 0, 0, 2, 0, 0, 0]), "1, 2");
        assert_eq!(text(0x08, &[1, 0]), "");
    }
}
