//! Whether dotted words are a domain name, and its canonical form.
//!
//! Canonical: lower case, ASCII (IDNA A-labels), no trailing dot. A name needs a known public suffix or a special-use
//! one. Names that could be files (`main.rs`), code (`self.name`), units or reversed packages need evidence beyond the
//! dot: a scheme, an at sign, `www`, a defanged dot or a path.
//! Sources: the public suffix list (through `psl`); RFC 6761, 7686 for special names; UTS 46 (through `idna`).

/// What stands around a candidate.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Around {
    /// A scheme, an at sign or a defanged dot says that a name is meant.
    pub(super) meant: bool,
    /// Dots are the word " dot " or stand between spaces: prose may read like it.
    pub(super) spoken: bool,
    /// The two bytes before, the nearer first.
    pub(super) before: [u8; 2],
    /// The two bytes after, the nearer first.
    pub(super) after: [u8; 2],
}

/// Top-level domains that are also endings of files that people write about: two labels are no evidence.
const FILE_TLDS: &[&str] = &[
    "ac", "am", "app", "as", "bz", "cab", "cat", "mk", "mm", "mo", "mov", "md", "pl", "pm", "ps", "py", "rs",
    "sh", "so", "zip",
];
/// The same, and words of code; but names of three labels are taken.
const FILE_TLDS_SHORT: &[&str] = &[
    "cc",
    "ml",
    "st",
    "tf",
    "vi",
    "la",
    "foo",
    "bar",
    "page",
    "dot",
    "map",
    "prof",
    "abc",
    "directory",
    "target",
    "property",
    "got",
    "name",
];
/// Special-use names and those that private networks use.
const SPECIAL_TLDS: &[&str] = &["example", "test", "invalid", "onion", "bit", "i2p"];
/// Private ones that programs use as words too: three labels, or evidence.
const PRIVATE_TLDS: &[&str] = &["local", "internal", "lan", "localdomain"];
/// Endings that, left of the last dot, show a file name (`config.h.in`, `libc.tar.zip`).
const FILE_ENDINGS: &[&str] = &[
    "bak", "bin", "c", "cfg", "class", "cmake", "conf", "config", "cpp", "css", "csv", "dll", "doc", "docx",
    "exe", "gz", "h", "hpp", "htm", "html", "ini", "jar", "java", "js", "json", "log", "min", "msi", "pdf",
    "php", "png", "py", "rs", "sh", "so", "spec", "sql", "sys", "tar", "test", "tmp", "ts", "txt", "xls",
    "xlsx", "xml", "yaml", "yml", "zip",
];
/// Whole file names that templates and mail servers use with an ending that is a top-level domain.
const FILE_STEMS: &[&str] = &[
    "makefile",
    "configure",
    "config",
    "sendmail",
    "main",
    "master",
    "setup",
    "version",
];
const FILE_STEM_TLDS: &[&str] = &["in", "am", "ac", "cf", "name", "id", "info"];
/// First words of a dotted expression in code.
const CODE_HEADS: &[&str] = &[
    "args", "arr", "attr", "cfg", "cls", "config", "console", "const", "ctx", "cur", "data", "db", "doc",
    "document", "e", "el", "elem", "err", "event", "evt", "file", "fmt", "foo", "func", "i", "input", "io",
    "item", "java", "javax", "json", "key", "math", "module", "msg", "node", "np", "obj", "object",
    "options", "opts", "os", "out", "params", "parent", "pd", "process", "props", "ptr", "re", "req",
    "request", "res", "response", "result", "ret", "row", "self", "socket", "state", "std", "str", "string",
    "sys", "system", "target", "this", "tmp", "type", "user", "util", "utils", "val", "value", "var",
    "window", "x",
];
/// Suffixes that are members of objects rather than homes of hosts when such a word stands before them.
const CODE_TLDS: &[&str] = &[
    "id",
    "name",
    "data",
    "is",
    "in",
    "to",
    "at",
    "it",
    "me",
    "my",
    "no",
    "host",
    "email",
    "link",
    "map",
    "save",
    "open",
    "call",
    "bind",
    "run",
    "next",
    "date",
    "zone",
    "style",
    "group",
    "parts",
    "page",
    "load",
    "search",
    "select",
    "show",
    "net",
    "io",
    "properties",
    "security",
    "codes",
    "expert",
    "final",
    "read",
    "click",
    "locker",
    "info",
    "click",
    "build",
    "dev",
    "now",
];
/// Suffixes that follow a number as a unit or a preposition.
const UNIT_TLDS: &[&str] = &[
    "am", "pm", "cm", "mm", "km", "kg", "in", "to", "is", "at", "ms", "mg", "ml", "no", "st", "mb", "gb",
    "hm",
];
/// Words that stand before "dot com" in prose.
const PROSE_HEADS: &[&str] = &[
    "a", "an", "and", "any", "connect", "each", "every", "green", "his", "in", "its", "large", "last", "no",
    "of", "one", "or", "red", "single", "small", "some", "that", "the", "their", "these", "this", "with",
    "your", "polka", "micro", "quantum",
];
/// Suffixes that are words of prose: " dot in " and " dot is " say nothing.
const WORD_TLDS: &[&str] = &[
    "am", "as", "at", "be", "by", "do", "in", "is", "it", "me", "my", "no", "so", "to", "us", "at", "here",
    "now", "how", "at", "on", "onto", "matrix", "notation", "one", "plus", "products", "net", "read",
    "space", "top", "design", "id",
];
/// Suffixes under which brands write capitals inside (`PayPal.com`) and one letter is a name (`x.com`).
const COMMON_TLDS: &[&str] = &["com", "org", "info", "biz", "edu", "gov", "co", "mil", "int"];
const NOT_NAMES: &[&str] = &[
    "asp.net",
    "vb.net",
    "ado.net",
    "ml.net",
    "system.net",
    "microsoft.net",
    "e.g",
    "i.e",
    "socket.io",
];

fn is_one_of(word: &str, list: &[&str]) -> bool {
    list.contains(&word)
}

/// Lower case and ASCII; none where a label is empty, too long or of no form that a name may have.
pub(super) fn ascii(name: &str) -> Option<String> {
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.is_empty() || name.len() > 512 {
        return None;
    }
    let ascii = if name.is_ascii() {
        name.to_ascii_lowercase()
    } else {
        idna::domain_to_ascii(name).ok()?
    };
    if ascii.len() > 253 {
        return None;
    }
    let fine = ascii.split('.').all(|label| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    });
    fine.then_some(ascii)
}

/// Whether `label` is a suffix that a name can end in. Cheap: most dotted words in programs and logs end here.
pub(super) fn may_end(label: &str) -> bool {
    if !label.is_ascii() {
        return true;
    }
    let mut lower = [0u8; 24];
    let Some(lower) = lower.get_mut(..label.len()) else {
        return false;
    };
    lower.copy_from_slice(label.as_bytes());
    lower.make_ascii_lowercase();
    if psl::suffix(lower).is_some_and(|found| found.is_known()) {
        return true;
    }
    std::str::from_utf8(lower)
        .is_ok_and(|word| is_one_of(word, SPECIAL_TLDS) || is_one_of(word, PRIVATE_TLDS))
}

/// How a canonical name ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Suffix {
    /// A known or special suffix with a name before it.
    Name,
    /// Nothing known, or a bare suffix.
    None,
}

fn suffix(name: &str) -> Suffix {
    let Some((rest, tld)) = name.rsplit_once('.') else {
        return Suffix::None;
    };
    if is_one_of(tld, SPECIAL_TLDS) || is_one_of(tld, PRIVATE_TLDS) {
        return Suffix::Name;
    }
    if tld == "arpa" {
        return if rest.contains('.') {
            Suffix::Name
        } else {
            Suffix::None
        };
    }
    match psl::suffix(name.as_bytes()) {
        Some(found) if found.is_known() => {
            let bare = found.as_bytes().len() == name.len();
            if bare && found.typ() != Some(psl::Type::Private) {
                Suffix::None
            } else {
                Suffix::Name
            }
        }
        _ => Suffix::None,
    }
}

/// The registered domain of a canonical name: one label more than its public suffix, as in `studio.co.uk`. A name that
/// is itself a suffix, or has none that is known, is its own registered domain.
#[must_use]
pub fn registered(name: &str) -> &str {
    let special = name
        .rsplit_once('.')
        .is_some_and(|(_, tld)| is_one_of(tld, SPECIAL_TLDS) || is_one_of(tld, PRIVATE_TLDS));
    if special {
        let start = name.rmatch_indices('.').nth(1).map_or(0, |(at, _)| at + 1);
        return name.get(start..).unwrap_or(name);
    }
    psl::domain_str(name).unwrap_or(name)
}

/// The canonical form of a name that is meant as one (in a URL, after an at sign, stated by a format).
pub(super) fn meant(name: &str) -> Option<String> {
    let ascii = ascii(name)?;
    (suffix(&ascii) == Suffix::Name).then_some(ascii)
}

/// The canonical form of `name` (as written, refanged) if it is one in these surroundings.
pub(super) fn in_text(name: &str, around: Around) -> Option<String> {
    let (_, tld) = name.rsplit_once('.')?;
    if tld.len() < 2 || tld.bytes().all(|byte| byte.is_ascii_digit()) || tld.contains('_') {
        return None;
    }
    // What the surroundings and the letters refuse costs no look at the suffix list.
    if !around.meant && (!case_fits(name) || (!around.spoken && refused_around(tld, around))) {
        return None;
    }
    let canonical = meant(name)?;
    let labels: Vec<&str> = canonical.split('.').collect();
    let (Some(first), Some(tld)) = (labels.first().copied(), labels.last().copied()) else {
        return None;
    };
    let left = labels
        .len()
        .checked_sub(2)
        .and_then(|at| labels.get(at))
        .copied()
        .unwrap_or_default();
    if around.spoken {
        let dull = is_one_of(tld, WORD_TLDS) || is_one_of(first, PROSE_HEADS);
        let odd = first.bytes().any(|byte| byte.is_ascii_digit() || byte == b'-');
        if dull && !odd && labels.len() < 3 {
            return None;
        }
        return Some(canonical);
    }
    if around.meant {
        return Some(canonical);
    }
    if is_one_of(&canonical, NOT_NAMES) || left.contains('_') {
        return None;
    }
    let ([before, _], [after, _]) = (around.before, around.after);
    if first == "www" {
        return Some(canonical);
    }
    let two = labels.len() == 2;
    let digits = left.bytes().all(|byte| byte.is_ascii_digit());
    let path = after == b'/' && before != b'.' && !matches!(tld, "app" | "zip" | "mov" | "cab");
    let refused = (is_one_of(tld, FILE_TLDS) && !path)
        || (two && is_one_of(tld, FILE_TLDS_SHORT) && !path)
        || (two && is_one_of(tld, PRIVATE_TLDS))
        || (!two && is_one_of(left, FILE_ENDINGS))
        || (two && is_one_of(left, FILE_STEMS) && is_one_of(tld, FILE_STEM_TLDS))
        || (is_one_of(first, CODE_HEADS) && is_one_of(tld, CODE_TLDS))
        || (!two && is_one_of(first, &["com", "org", "net", "io", "edu", "gov"]))
        || (two && digits && is_one_of(tld, UNIT_TLDS))
        || (left.len() == 1 && two && !is_one_of(tld, COMMON_TLDS) && !path);
    (!refused).then_some(canonical)
}

/// Whether what stands beside a name shows a path, a member, an expression or a call.
fn refused_around(tld: &str, around: Around) -> bool {
    let ([before, before2], [after, _]) = (around.before, around.after);
    let path = before == b'\\' || (before == b'/' && before2 != b'/');
    let code = matches!(before, b'$' | b'#' | b'%' | b'&')
        || (before == b':' && before2 == b':')
        || (before == b'>' && before2 == b'-');
    // `.plt.got`, `.data.rel.ro`: sections and members; `*.bad-news.org` is a name.
    let member = before == b'.'
        && before2 != b'*'
        && !COMMON_TLDS.iter().any(|common| common.eq_ignore_ascii_case(tld));
    path || code || member || matches!(after, b'(' | b'=' | b'[')
}

/// Whether capitals stand as people write names: none, all, or at the head of a label before a lower-case suffix.
fn case_fits(name: &str) -> bool {
    if !name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return true;
    }
    if !name.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return true;
    }
    let Some((rest, tld)) = name.rsplit_once('.') else {
        return false;
    };
    if tld.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return false;
    }
    if is_one_of(tld, COMMON_TLDS) {
        return true;
    }
    // A capital after a small letter is code under any other suffix.
    let bytes = rest.as_bytes();
    !bytes
        .iter()
        .zip(bytes.iter().skip(1))
        .any(|(a, b)| a.is_ascii_lowercase() && b.is_ascii_uppercase())
}
