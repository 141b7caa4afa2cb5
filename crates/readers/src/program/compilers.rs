//! Which compilers left their marks in a program.

use memchr::memmem;

const MARKS_MAX: usize = 16;
const SEARCHED_MAX: usize = 64 << 20;

/// Marks of GCC, Clang, Rust and Go anywhere in the file, each once, in the order GCC, Clang, Rust, Go.
pub(crate) fn marks(data: &[u8]) -> Vec<String> {
    let data = data.get(..data.len().min(SEARCHED_MAX)).unwrap_or_default();
    let mut found: Vec<String> = Vec::new();
    for start in [b"GCC: (".as_slice(), b"clang version ", b"rustc version "] {
        for at in memmem::find_iter(data, start).take(4096) {
            let text = ascribe_code::image::zero_ended(data, at as u64, 120).unwrap_or_default();
            let text = ascribe_code::image::printable(text);
            if found.len() < MARKS_MAX && !found.contains(&text) && !text.contains("\\x") {
                found.push(text);
            }
        }
    }
    if let Some(at) = memmem::find(data, b"/rustc/")
        && let Some(commit) = data.get(at.saturating_add(7)..at.saturating_add(47))
        && commit.iter().all(u8::is_ascii_hexdigit)
    {
        found.push(format!("rustc commit {}", ascribe_code::image::printable(commit)));
    }
    let is_rust = |mark: &String| mark.starts_with("rustc");
    let paths = [b"library/std/src/".as_slice(), b"library\\std\\src\\"];
    if !found.iter().any(is_rust) && paths.iter().any(|path| memmem::find(data, path).is_some()) {
        found.push("rustc (paths of its library)".to_owned());
    }
    if let Some(at) = memmem::find(data, b"\xff Go buildinf:") {
        found.push(go_version(data, at));
    }
    found
}

/// The version that the build information names, in the form that Go writes since 1.18.
fn go_version(data: &[u8], at: usize) -> String {
    let len = data.get(at.saturating_add(32)).copied().map_or(0, usize::from);
    let text = data
        .get(at.saturating_add(33)..at.saturating_add(33).saturating_add(len))
        .and_then(|bytes| std::str::from_utf8(bytes).ok())
        .filter(|text| text.starts_with("go") && text.is_ascii());
    text.map_or_else(|| "Go".to_owned(), |text| format!("Go {text}"))
}
