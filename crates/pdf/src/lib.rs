//! Text of a PDF page by page, for a process of its own under limits of memory and time.
//!
//! [`serve`] is all that the process does: it bounds itself, takes the bytes from standard input and writes the stream
//! of `ascribe_model::pages`. The library behind it (hayro) has no unsafe code of its own, but nobody can bound what a
//! hostile PDF makes it do; so it never runs in the process that holds a case. Shows no page, runs no script,
//! decodes no picture, opens no file.

mod document;
mod layout;
mod limits;

use std::io::{Read, Write};

pub use document::document;

/// Name and version of what reads: a new one makes a case read its PDFs again.
pub const NAME: &str = "hayro-interpret 0.9, pages/1";

/// Bytes of address space that the process may take, its input included.
pub const MEMORY_BYTES_MAX: u64 = 1 << 30;
/// Seconds of computing.
pub const SECONDS_MAX: u64 = 30;
/// A larger PDF is not taken in: as `whole_bytes_max` of the readers.
const INPUT_BYTES_MAX: u64 = 128 << 20;
/// Content may nest; the library's own bounds need less than this.
const STACK_BYTES: usize = 64 << 20;

/// Bounds this process, reads a PDF from standard input and writes its pages to standard output.
///
/// Errors: what the operating system said when a limit could not be set or a pipe broke.
pub fn serve(memory_bytes_max: u64, seconds_max: u64) -> std::io::Result<()> {
    let work = || -> std::io::Result<()> {
        limits::set(memory_bytes_max, seconds_max)?;
        let mut data = Vec::new();
        std::io::stdin()
            .lock()
            .take(INPUT_BYTES_MAX)
            .read_to_end(&mut data)?;
        let mut out = std::io::stdout().lock();
        out.write_all(&ascribe_model::pages::head())?;
        let mut result = Ok(());
        document(data, &mut |record| {
            let mut bytes = Vec::new();
            record.write(&mut bytes);
            result = out.write_all(&bytes).and_then(|()| out.flush());
            result.is_ok()
        });
        result
    };
    // The thread exists before the limits, which allow no other.
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, work)?
            .join()
            .unwrap_or_else(|_| Err(std::io::Error::other("the PDF library failed")))
    })
}
