//! Programs to functions to features.
//!
//! Static only: nothing is ever executed.
