//! What `ascribe functions` and `ascribe compare` print as JSON. Keys are fixed by the contract; addresses and sizes are integers.

use ascribe_model::ArtifactId;
use ascribe_model::numbers::WeightBans;
use ascribe_model::program::{Function, Program};
use serde::Serialize;

use crate::{Comparison, Pair};

/// A function of a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListedFunction {
    /// Virtual address.
    pub start: u64,
    /// Bytes.
    pub bytes: u32,
    /// Name from a symbol table.
    pub name: Option<String>,
    /// The library or runtime it belongs to.
    pub library: Option<String>,
}

/// `ascribe.functions/1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FunctionsAnswer {
    schema: &'static str,
    /// The program.
    pub sha256: ArtifactId,
    /// `pe` or `elf`.
    pub format: String,
    /// `x86`, `x86-64` …
    pub arch: String,
    /// Why functions were not looked for, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_examined: Option<String>,
    /// By start.
    pub functions: Vec<ListedFunction>,
}

impl FunctionsAnswer {
    /// The listing of `program`; `library` names the library of a function.
    #[must_use]
    pub fn of(sha256: ArtifactId, program: &Program, library: &dyn Fn(&Function) -> Option<String>) -> Self {
        let functions = program
            .functions
            .iter()
            .map(|function| ListedFunction {
                start: function.start,
                bytes: function.bytes,
                name: function.name.clone(),
                library: library(function),
            })
            .collect();
        Self {
            schema: "ascribe.functions/1",
            sha256,
            format: program.format.clone(),
            arch: program.arch.clone(),
            not_examined: program.not_examined.clone(),
            functions,
        }
    }
}

/// A program of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ComparedProgram {
    /// The file, as given.
    pub file: String,
    /// The program.
    pub sha256: ArtifactId,
    /// `pe` or `elf`.
    pub format: String,
    /// `x86`, `x86-64` …
    pub arch: String,
    /// How many functions it has.
    pub functions: usize,
    /// Why functions were not looked for, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_examined: Option<String>,
}

impl ComparedProgram {
    /// The row of `program`.
    #[must_use]
    pub fn of(file: &str, sha256: ArtifactId, program: &Program) -> Self {
        Self {
            file: file.to_owned(),
            sha256,
            format: program.format.clone(),
            arch: program.arch.clone(),
            functions: program.functions.len(),
            not_examined: program.not_examined.clone(),
        }
    }
}

/// `ascribe.compare/1`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CompareAnswer {
    schema: &'static str,
    /// The first program.
    pub a: ComparedProgram,
    /// The second.
    pub b: ComparedProgram,
    /// By start in the first.
    pub pairs: Vec<Pair>,
    /// What the rare pairs weigh alone.
    pub weight_bans: WeightBans,
}

impl CompareAnswer {
    /// The answer with these parts.
    #[must_use]
    pub fn of(a: ComparedProgram, b: ComparedProgram, found: Comparison, weight_bans: WeightBans) -> Self {
        Self {
            schema: "ascribe.compare/1",
            a,
            b,
            pairs: found.pairs,
            weight_bans,
        }
    }
}
