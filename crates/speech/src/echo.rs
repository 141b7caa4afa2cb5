//! Which documents repeat each other.
