//! From findings to belief: the model, exact inference, ledger, sensitivity, words.
//!
//! Knows no file format and reads no files. Source: METHOD.

pub mod assess;
pub mod assessment;
pub mod build;
pub mod collect;
pub mod confidence;
pub mod defaults;
pub mod diff;
mod doubt;
mod firmness;
mod leave_out;
pub mod model_file;
pub mod sentences;
pub mod weigh;
pub mod what_if;
pub mod words;
