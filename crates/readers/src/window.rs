//! The part of a file that a streaming reader holds: what is read already and not yet used.

use ascribe_model::Bytes;

/// A window that moves over a file from its start to its end.
pub(crate) struct Window<'a> {
    bytes: &'a dyn Bytes,
    buffer: Vec<u8>,
    /// First unused byte of the buffer.
    at: usize,
    /// Offset in the file of the buffer's first byte.
    base: u64,
    ended: bool,
    error: Option<std::io::Error>,
}

impl<'a> Window<'a> {
    /// At the start of the file, with nothing read.
    pub(crate) const fn new(bytes: &'a dyn Bytes) -> Self {
        Self {
            bytes,
            buffer: Vec::new(),
            at: 0,
            base: 0,
            ended: false,
            error: None,
        }
    }

    /// Offset of the first unused byte.
    pub(crate) const fn offset(&self) -> u64 {
        self.base.saturating_add(self.at as u64)
    }

    /// Whether nothing comes after what is held.
    pub(crate) const fn ended(&self) -> bool {
        self.ended
    }

    /// Why reading stopped early, if it did.
    pub(crate) const fn error(&self) -> Option<&std::io::Error> {
        self.error.as_ref()
    }

    /// What is held and not used.
    pub(crate) fn rest(&self) -> &[u8] {
        self.buffer.get(self.at..).unwrap_or_default()
    }

    /// Uses the next `count` bytes; what was used is held until more is read. Gives the bytes.
    pub(crate) fn take(&mut self, count: usize) -> &[u8] {
        let from = self.at;
        self.at = from.saturating_add(count).min(self.buffer.len());
        self.buffer.get(from..self.at).unwrap_or_default()
    }

    /// Drops what was used and reads once, at most `count` bytes.
    pub(crate) fn read(&mut self, count: usize) {
        if self.ended {
            return;
        }
        self.buffer.drain(..self.at);
        self.base = self.offset();
        self.at = 0;
        let have = self.buffer.len();
        // A mail of a few lines costs no window of a megabyte; one byte more finds the end, or that the file grew.
        let left = self
            .bytes
            .len()
            .saturating_sub(self.base.saturating_add(have as u64));
        let count = count.min(usize::try_from(left).unwrap_or(usize::MAX).saturating_add(1));
        self.buffer.resize(have.saturating_add(count), 0);
        let target = self.buffer.get_mut(have..).unwrap_or_default();
        match self.bytes.read_at(self.base.saturating_add(have as u64), target) {
            Ok(count) => {
                self.buffer.truncate(have.saturating_add(count));
                self.ended = count == 0;
            }
            Err(error) => {
                self.buffer.truncate(have);
                self.error = Some(error);
                self.ended = true;
            }
        }
    }
}
