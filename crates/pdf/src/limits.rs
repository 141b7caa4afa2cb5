//! Limits that a process sets on itself before it touches hostile bytes.
//!
//! Memory, computing time, no files, no other processes, no core dump. Only where the system has `setrlimit`; elsewhere
//! the process refuses to work.

/// Sets them, for good.
#[cfg(unix)]
pub(crate) fn set(memory_bytes: u64, seconds: u64) -> std::io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let to = |max: u64| Rlimit {
        current: Some(max),
        maximum: Some(max),
    };
    let both = [
        (Resource::As, memory_bytes),
        (Resource::Cpu, seconds),
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        (Resource::Nproc, 0),
        // The three that are open stay; nothing else can be opened, neither file nor socket.
        (Resource::Nofile, 3),
    ];
    for (resource, max) in both {
        setrlimit(resource, to(max))?;
    }
    Ok(())
}

/// Refuses: nothing here can bound a process.
#[cfg(not(unix))]
pub(crate) fn set(_memory_bytes: u64, _seconds: u64) -> std::io::Result<()> {
    Err(std::io::Error::other("this system cannot limit a process"))
}
