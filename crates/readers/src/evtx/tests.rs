//! Logs built from the description of the format.
