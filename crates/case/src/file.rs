//! Evidence files: opened read-only, read by position, and watched for change while they are read.

use std::fs::File;
use std::io;
use std::path::Path;

use ascribe_model::{ArtifactId, Bytes};
use sha2::{Digest, Sha256};

/// What changes when somebody writes to a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// Length in bytes.
    pub len: u64,
    /// Time of the last change, in the file system's units.
    pub changed: (i64, i64),
}

/// Bytes that may change while they are read.
pub trait Watched: Bytes {
    /// The stamp now.
    fn stamp(&self) -> io::Result<Stamp>;
}

/// A file of the case.
#[derive(Debug)]
pub struct Opened {
    file: File,
    len: u64,
}

impl Opened {
    /// Opens `path` read-only; an error if it is no regular file (any more).
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut options = std::fs::OpenOptions::new();
        options.read(true);
        // Between planning and opening, a file may have been replaced by a link or a pipe.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW | libc::O_NONBLOCK);
        let file = options.open(path)?;
        let about = file.metadata()?;
        if !about.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        Ok(Self {
            file,
            len: about.len(),
        })
    }
}

impl Bytes for Opened {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        // Bytes that were added after opening are not part of the artifact that was hashed.
        let left = usize::try_from(self.len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let end = buffer.len().min(left);
        let buffer = buffer.get_mut(..end).unwrap_or_default();
        loop {
            #[cfg(unix)]
            let got = std::os::unix::fs::FileExt::read_at(&self.file, buffer, offset);
            #[cfg(windows)]
            let got = std::os::windows::fs::FileExt::seek_read(&self.file, buffer, offset);
            match got {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                got => return got,
            }
        }
    }
}

impl Watched for Opened {
    fn stamp(&self) -> io::Result<Stamp> {
        let about = self.file.metadata()?;
        #[cfg(unix)]
        let changed = {
            use std::os::unix::fs::MetadataExt;
            (about.mtime(), about.mtime_nsec())
        };
        #[cfg(not(unix))]
        let changed = about
            .modified()?
            .duration_since(std::time::UNIX_EPOCH)
            .map_or((0, 0), |age| {
                (
                    i64::try_from(age.as_secs()).unwrap_or(i64::MAX),
                    i64::from(age.subsec_nanos()),
                )
            });
        Ok(Stamp {
            len: about.len(),
            changed,
        })
    }
}

/// SHA-256 over the bytes from 0 to `bytes.len()`, and how many could be read.
pub fn digest(bytes: &dyn Bytes) -> io::Result<(ArtifactId, u64)> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0u8; 256 << 10];
    let mut at = 0u64;
    while at < bytes.len() {
        let count = bytes.read_at(at, &mut buffer)?;
        if count == 0 {
            break;
        }
        hash.update(buffer.get(..count).unwrap_or_default());
        at = at.saturating_add(count as u64);
    }
    Ok((ArtifactId::from_digest(hash.finalize().into()), at))
}
