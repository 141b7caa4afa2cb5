//! The assessment as a self-contained page and as words in a terminal.
