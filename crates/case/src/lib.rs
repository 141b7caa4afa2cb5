//! The case: plan, read, assess, as-of, state, audit log. The only place with a clock, threads and files.

pub mod assemble;
pub mod cause;
pub mod config;
pub mod dispatch;
pub mod escape;
mod fail;
pub mod file;
pub mod gather;
pub mod helper;
pub mod judge;
pub mod known;
pub mod notes;
pub mod plausible;
pub mod quote;
pub mod request;
pub mod run;
pub mod spent;
pub mod state;
pub mod statements;
pub mod verify;
pub mod walk;
pub mod write;
