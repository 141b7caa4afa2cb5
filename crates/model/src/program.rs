//! What a program reader saw: headers, tables and functions of one executable file.

use serde::{Deserialize, Serialize};

use crate::moment::Moment;
use crate::place::Span;

/// Version of the normalisation and of the sketch behind [`Function::exact`] and [`Function::near`]; features of another version are
/// never compared.
pub const FEATURE_RECIPE: u32 = 2;

/// Functions with fewer instructions are listed but never compared: thunks and one-line accessors are alike everywhere.
pub const COMPARED_INSTRUCTIONS_MIN: u32 = 8;

/// Shared functions with fewer different 3-grams of instructions say too little to be rare, where all instructions agree.
pub const RARE_GRAMS_MIN: u32 = 16;

/// The same where only most instructions agree.
pub const RARE_NEAR_GRAMS_MIN: u32 = 40;

/// Least similarity of a rare pair.
pub const RARE_SIMILARITY_MIN: f64 = 0.8;

/// One executable file: a single observation, however large.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Program {
    /// `pe`, `elf` or `mach-o`.
    pub format: String,
    /// `x86`, `x86-64`, `aarch64`, `arm` or the format's own number.
    pub arch: String,
    /// Program, library, driver or object, as the header says.
    pub role: String,
    /// Entry point (virtual address).
    pub entry: Option<u64>,
    /// Build time in the header; a claim of the file.
    pub built: Option<Moment>,
    /// Sections.
    pub sections: Vec<Section>,
    /// `library!name`, in the file's order.
    pub imports: Vec<String>,
    /// Exported names, in order.
    pub exports: Vec<String>,
    /// Keys and values of the version resource.
    pub version: Vec<(String, String)>,
    /// Windows language ids of resources, sorted.
    pub languages: Vec<u16>,
    /// Rich header: (product id, build, count), and whether its checksum agrees.
    pub rich: Option<Rich>,
    /// Debug path (PDB name, DWARF compilation directory, build id as `build-id:hex`).
    pub debug: Vec<String>,
    /// Marks that compilers leave: versions of GCC, Clang and rustc, `Go` with its version.
    pub compilers: Vec<String>,
    /// Whether a signature is present (not whether it is valid).
    pub signed: bool,
    /// Bytes after the last section.
    pub overlay: Option<Span>,
    /// Import hash (MD5 of the import list, as the field computes it), hex; empty without imports.
    pub import_hash: String,
    /// Functions found, by start.
    pub functions: Vec<Function>,
    /// Why functions were not examined (packed, unsupported architecture), if so.
    pub not_examined: Option<String>,
}

/// A section.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// Name; bytes that are not printable ASCII as `\xNN`.
    pub name: String,
    /// Virtual address.
    pub address: u64,
    /// Where its bytes stand.
    pub at: Span,
    /// Whether it is executable.
    pub executable: bool,
    /// Shannon entropy of its bytes in bits per byte, rounded to two places.
    pub entropy: f64,
}

/// A rich header.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rich {
    /// (product id, build number, use count).
    pub entries: Vec<(u16, u16, u32)>,
    /// Whether the checksum agrees with the header's bytes.
    pub checksum_agrees: bool,
    /// Where it stands.
    pub at: Span,
}

/// A function: what is compared between programs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Function {
    /// Virtual address.
    pub start: u64,
    /// Where its bytes stand in the file.
    pub at: Span,
    /// Length in bytes.
    pub bytes: u32,
    /// Number of instructions.
    pub instructions: u32,
    /// Hash of the normalised instructions.
    pub exact: u64,
    /// MinHash of instruction n-grams: near-exact comparison.
    pub near: Vec<u32>,
    /// Name from a symbol table, if any.
    pub name: Option<String>,
    /// How many different instruction 3-grams it has: how much there is to agree on.
    #[serde(default)]
    pub grams: u32,
    /// Starts of functions that it calls or jumps to, each once, in the order in which it first does.
    #[serde(default)]
    pub calls: Vec<u64>,
    /// Hashes of the texts, tables and large constants that it names, sorted.
    #[serde(default)]
    pub marks: Vec<u32>,
    /// Hashes of the names of imported things that it uses, sorted.
    #[serde(default)]
    pub imports: Vec<u32>,
    /// Numbers that stand in its instructions and are no addresses, low 32 bits, sorted.
    #[serde(default)]
    pub numbers: Vec<u32>,
    /// Distances from a register that is no stack or frame pointer, low 32 bits, sorted: fields of records.
    #[serde(default)]
    pub fields: Vec<u32>,
    /// Addresses of data that it uses, sorted.
    #[serde(default)]
    pub data: Vec<u64>,
    /// How much of what it does; empty where it was not counted.
    #[serde(default)]
    pub shape: Vec<u16>,
}

impl Function {
    /// Whether agreement with `other` to this degree says something: enough different instructions, alike enough, of like length.
    #[must_use]
    pub fn tells(&self, other: &Self, similarity: f64) -> bool {
        let least = if self.exact == other.exact {
            RARE_GRAMS_MIN
        } else {
            RARE_NEAR_GRAMS_MIN
        };
        self.grams.min(other.grams) >= least && similarity >= RARE_SIMILARITY_MIN
    }

    /// Estimated share of instruction 3-grams that two functions have in common (Jaccard), 0..=1.
    ///
    /// The share of equal places in two MinHash sketches; 0 where either has none (too short to compare).
    #[must_use]
    pub fn similarity(&self, other: &Self) -> f64 {
        if self.near.is_empty() || self.near.len() != other.near.len() {
            return 0.0;
        }
        let equal = self.near.iter().zip(&other.near).filter(|(a, b)| a == b).count();
        #[expect(
            clippy::cast_precision_loss,
            reason = "a sketch has at most some hundred places"
        )]
        let share = equal as f64 / self.near.len() as f64;
        share
    }
}
