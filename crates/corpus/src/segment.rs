//! One program of a corpus as a file.
//!
//! ```text
//! "ASCRCORP"  format u32  recipe u32  label length u32  label (JSON)  has entry u32  entry u64  count u32
//! count times: start u64  file start u64  file end u64  bytes u32  instructions u32  exact u64  grams u32  places u32  places × u32
//!              calls u32  calls × u64  marks u32  marks × u32  name length u32  name
//!              since format 2: imports u32  imports × u32  numbers u32  numbers × u32  fields u32  fields × u32
//!              data u32  data × u64  shape u32  shape × u16
//! SHA-256 of all before
//! ```
//!
//! Little endian. Format 1 is read: its functions lack what format 2 added, so fewer are placed. Another format or recipe is refused with a
//! hint. Bounds: 64 KiB of label, 500,000 functions, 256 places, 4,096 of every list, 4 KiB of name.

use ascribe_model::cursor::{Cursor, Cut};
use ascribe_model::program::{FEATURE_RECIPE, Function};
use ascribe_model::{ArtifactId, Span};

use crate::Entry;

/// First bytes of a segment.
pub const MAGIC: &[u8; 8] = b"ASCRCORP";
/// The format that is written.
pub const FORMAT: u32 = 2;
/// The oldest format that is read.
pub const FORMAT_OLDEST: u32 = 1;

const LABEL_MAX: u32 = 64 << 10;
const FUNCTIONS_MAX: u32 = 500_000;
const PLACES_MAX: u32 = 256;
const LEADS_MAX: u32 = 4096;
const NAME_MAX: u32 = 4096;
const DIGEST_LEN: usize = 32;

/// Says why bytes are no segment.
#[derive(Debug, thiserror::Error)]
pub enum SegmentError {
    /// Wrong first bytes.
    #[error("it does not start as a corpus segment does")]
    Magic,
    /// Another format.
    #[error(
        "it has format {found}; this build reads {FORMAT_OLDEST} to {FORMAT}: add the programs again with this build, or use the build that wrote it"
    )]
    Format {
        /// What stands there.
        found: u32,
    },
    /// Other features.
    #[error(
        "its features were made by recipe {found}; this build compares recipe {FEATURE_RECIPE}: add the programs again"
    )]
    Recipe {
        /// What stands there.
        found: u32,
    },
    /// Changed or cut after it was written.
    #[error("its checksum does not agree: it was changed or cut after it was written")]
    Checksum,
    /// Too short.
    #[error(transparent)]
    Cut(#[from] Cut),
    /// The label cannot be read.
    #[error("its label cannot be read")]
    Label(#[from] serde_json::Error),
    /// A number beyond its bound.
    #[error("it states {found} {what}; at most {max} are possible")]
    Bound {
        /// Of what.
        what: &'static str,
        /// How many.
        found: u32,
        /// Bound.
        max: u32,
    },
}

fn bounded(found: u32, max: u32, what: &'static str) -> Result<usize, SegmentError> {
    if found > max {
        return Err(SegmentError::Bound { what, found, max });
    }
    Ok(usize::try_from(found).unwrap_or(usize::MAX))
}

/// The bytes of a segment. Names and labels beyond the bounds are cut, further functions left out.
pub fn encode(entry: &Entry) -> Result<Vec<u8>, SegmentError> {
    let label = serde_json::to_vec(&entry.label)?;
    let label_len = u32::try_from(label.len()).unwrap_or(u32::MAX);
    bounded(label_len, LABEL_MAX, "bytes of label")?;
    let mut out = MAGIC.to_vec();
    for number in [FORMAT, FEATURE_RECIPE, label_len] {
        out.extend(number.to_le_bytes());
    }
    out.extend(label);
    out.extend(u32::from(entry.entry.is_some()).to_le_bytes());
    out.extend(entry.entry.unwrap_or(0).to_le_bytes());
    let count = entry
        .functions
        .len()
        .min(usize::try_from(FUNCTIONS_MAX).unwrap_or(0));
    out.extend(u32::try_from(count).unwrap_or(0).to_le_bytes());
    for function in entry.functions.iter().take(count) {
        for number in [function.start, function.at.start, function.at.end] {
            out.extend(number.to_le_bytes());
        }
        out.extend(function.bytes.to_le_bytes());
        out.extend(function.instructions.to_le_bytes());
        out.extend(function.exact.to_le_bytes());
        out.extend(function.grams.to_le_bytes());
        let places = function.near.len().min(usize::try_from(PLACES_MAX).unwrap_or(0));
        out.extend(u32::try_from(places).unwrap_or(0).to_le_bytes());
        out.extend(
            function
                .near
                .iter()
                .take(places)
                .flat_map(|value| value.to_le_bytes()),
        );
        put(&mut out, &function.calls, u64::to_le_bytes);
        put(&mut out, &function.marks, u32::to_le_bytes);
        let name = function.name.as_deref().unwrap_or_default().as_bytes();
        // Symbol names are printable ASCII, so a cut is never inside a character.
        let name = name.get(..name.len().min(1024)).unwrap_or_default();
        out.extend(u32::try_from(name.len()).unwrap_or(0).to_le_bytes());
        out.extend(name);
        for list in [&function.imports, &function.numbers, &function.fields] {
            put(&mut out, list, u32::to_le_bytes);
        }
        put(&mut out, &function.data, u64::to_le_bytes);
        put(&mut out, &function.shape, u16::to_le_bytes);
    }
    let digest = ArtifactId::of(&out);
    out.extend(digest_bytes(digest));
    Ok(out)
}

/// A list with its count before it.
fn put<T: Copy, const N: usize>(out: &mut Vec<u8>, list: &[T], bytes: impl Fn(T) -> [u8; N]) {
    let count = list.len().min(usize::try_from(LEADS_MAX).unwrap_or(0));
    out.extend(u32::try_from(count).unwrap_or(0).to_le_bytes());
    out.extend(list.iter().take(count).flat_map(|value| bytes(*value)));
}

/// A list as [`put`] writes it.
fn take<'a, T>(
    cursor: &mut Cursor<'a>,
    what: &'static str,
    mut one: impl FnMut(&mut Cursor<'a>) -> Result<T, Cut>,
) -> Result<Vec<T>, SegmentError> {
    let count = bounded(cursor.u32_le(what)?, LEADS_MAX, what)?;
    let mut list = Vec::new();
    for _ in 0..count {
        list.push(one(cursor)?);
    }
    Ok(list)
}

fn digest_bytes(id: ArtifactId) -> Vec<u8> {
    let text = id.hex();
    text.as_bytes()
        .chunks_exact(2)
        .map(|pair| {
            std::str::from_utf8(pair)
                .ok()
                .and_then(|pair| u8::from_str_radix(pair, 16).ok())
                .unwrap_or(0)
        })
        .collect()
}

/// The program in a segment.
pub fn decode(bytes: &[u8]) -> Result<Entry, SegmentError> {
    let mut cursor = Cursor::new(bytes, 0);
    if cursor.take(8, "magic").map_or(true, |magic| magic != MAGIC) {
        return Err(SegmentError::Magic);
    }
    let format = cursor.u32_le("format")?;
    if !(FORMAT_OLDEST..=FORMAT).contains(&format) {
        return Err(SegmentError::Format { found: format });
    }
    let recipe = cursor.u32_le("recipe")?;
    if recipe != FEATURE_RECIPE {
        return Err(SegmentError::Recipe { found: recipe });
    }
    let body_len = bytes.len().saturating_sub(DIGEST_LEN);
    let (body, digest) = bytes.split_at_checked(body_len).unwrap_or_default();
    if digest_bytes(ArtifactId::of(body)) != digest {
        return Err(SegmentError::Checksum);
    }
    let label_len = bounded(cursor.u32_le("label length")?, LABEL_MAX, "bytes of label")?;
    let label = serde_json::from_slice(cursor.take(label_len, "label")?)?;
    let has_entry = cursor.u32_le("entry flag")? != 0;
    let address = cursor.u64_le("entry")?;
    let entry = has_entry.then_some(address);
    let count = bounded(cursor.u32_le("function count")?, FUNCTIONS_MAX, "functions")?;
    let mut functions = Vec::new();
    for _ in 0..count {
        let start = cursor.u64_le("function start")?;
        let at = Span::new(cursor.u64_le("file start")?, cursor.u64_le("file end")?);
        let size = cursor.u32_le("function bytes")?;
        let instructions = cursor.u32_le("instruction count")?;
        let exact = cursor.u64_le("exact hash")?;
        let grams = cursor.u32_le("gram count")?;
        let places = bounded(cursor.u32_le("place count")?, PLACES_MAX, "places")?;
        let mut near = Vec::with_capacity(places);
        for _ in 0..places {
            near.push(cursor.u32_le("place")?);
        }
        let calls = take(&mut cursor, "calls", |cursor| cursor.u64_le("call"))?;
        let marks = take(&mut cursor, "marks", |cursor| cursor.u32_le("mark"))?;
        let name_len = bounded(cursor.u32_le("name length")?, NAME_MAX, "bytes of name")?;
        let name = String::from_utf8_lossy(cursor.take(name_len, "name")?).into_owned();
        let mut since_two = Function::default();
        if format >= 2 {
            since_two.imports = take(&mut cursor, "imports", |cursor| cursor.u32_le("import"))?;
            since_two.numbers = take(&mut cursor, "numbers", |cursor| cursor.u32_le("number"))?;
            since_two.fields = take(&mut cursor, "fields", |cursor| cursor.u32_le("field"))?;
            since_two.data = take(&mut cursor, "data", |cursor| cursor.u64_le("datum"))?;
            since_two.shape = take(&mut cursor, "counts", |cursor| cursor.u16_le("count"))?;
        }
        functions.push(Function {
            start,
            at,
            bytes: size,
            instructions,
            exact,
            near,
            name: (!name.is_empty()).then_some(name),
            grams,
            calls,
            marks,
            ..since_two
        });
    }
    Ok(Entry {
        label,
        entry,
        functions,
    })
}
