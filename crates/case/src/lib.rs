//! The case: plan, read, assess, as-of, state, audit log. The only place with a clock, threads and files.
