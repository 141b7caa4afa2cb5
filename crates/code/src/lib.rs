//! Programs to functions to features.
//!
//! Static only: nothing is ever executed. x86 and x86-64 in PE and ELF files; other machines are said to be not
//! examined, never found to be empty. Source of the normalisation and of the sketch: docs in [`normalise`] and [`sketch`].
#![deny(clippy::arithmetic_side_effects)]
#![cfg_attr(
    test,
    allow(
        clippy::arithmetic_side_effects,
        reason = "an overflow in a test fails the test"
    )
)]

pub mod answers;
mod body;
pub mod compare;
mod discover;
pub mod image;
mod marks;
pub mod normalise;
pub mod place;
pub mod shape;
pub mod sketch;
mod unwind;

use ascribe_model::Span;
use ascribe_model::program::Function;

pub use compare::{CompareOptions, Comparison, Pair, PairKind, compare};
pub use discover::Bounds;

/// What was found in a program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// By start.
    pub functions: Vec<Function>,
    /// Whether a bound or the time ended the search early.
    pub cut: bool,
}

/// Functions of a program's image, by start.
///
/// Starts: entry, exports, symbols, unwind tables, call targets, then prologues in what is left. `stop` is asked now and
/// then; when it is true, what was found so far is given.
#[must_use]
pub fn functions(image: &image::Image<'_>, bounds: Bounds, stop: &dyn Fn() -> bool) -> Found {
    let (starts, mut cut) = discover::starts(image, bounds, stop);
    let mut work = discover::Work::new(bounds.instructions_max);
    let mut functions = Vec::with_capacity(starts.len());
    let mut names = marks::Names::of(image);
    let mut next_starts = starts.keys().copied().skip(1);
    for (start, known) in &starts {
        let next = next_starts.next();
        if stop() {
            cut = true;
            break;
        }
        let limit = discover::limit(image, *start, known.end, next);
        let body = body::descend(image, *start, limit, &mut work);
        cut |= work.is_empty();
        if body.instructions.is_empty() || body.is_stub() {
            continue;
        }
        let Some(offset) = image.offset(*start) else {
            continue;
        };
        let tokens = normalise::tokens(image, &body.instructions);
        let len = body.end.saturating_sub(*start);
        let named = names.named(&body.instructions, *start, body.end);
        functions.push(Function {
            start: *start,
            at: Span::new(offset, offset.saturating_add(len)),
            bytes: u32::try_from(len).unwrap_or(u32::MAX),
            instructions: u32::try_from(tokens.len()).unwrap_or(u32::MAX),
            exact: normalise::exact(&tokens),
            near: sketch::of(&tokens),
            name: known.name.clone(),
            grams: sketch::grams(&tokens),
            calls: named.calls,
            marks: named.marks,
            imports: named.imports,
            numbers: named.numbers,
            fields: named.fields,
            data: named.data,
            shape: shape::of(&body.instructions, *start, body.end),
        });
    }
    Found { functions, cut }
}
