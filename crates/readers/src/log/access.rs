//! Lines of web servers and proxies: Apache and nginx (common and combined, with or without the host before), and Squid.
//!
//! Source: Apache mod_log_config, nginx `combined`, Squid logformat `squid`.

use memchr::{memchr, memmem};

use super::cells::Cell;
use super::columns::Columns;
use super::when::When;

/// Columns of a web server's line, in the order of [`web`].
pub const WEB: [&str; 11] = [
    "host",
    "client",
    "ident",
    "user",
    "time",
    "method",
    "url",
    "version",
    "status_code",
    "size",
    "text",
];

/// Columns of a Squid line, in the order of [`squid`].
pub const SQUID: [&str; 11] = [
    "end",
    "elapsed",
    "client",
    "action",
    "bytes_in",
    "method",
    "url",
    "user",
    "hierarchy",
    "server",
    "type",
];

const fn cell(column: usize, start: usize, end: usize) -> Cell {
    Cell {
        column,
        start,
        end,
        decoded: None,
    }
}

/// The columns of `names`.
pub fn columns(names: &[&str]) -> Columns {
    Columns::of(names.iter().copied())
}

/// Cells of a web server's line: `[host[:port] ]client ident user [time] "method url version" status size[ rest]`.
pub fn web(line: &[u8], cells: &mut Vec<Cell>) -> Result<(), &'static str> {
    cells.clear();
    let no = "it is not written like a web server's";
    let open = memmem::find(line, b" [").ok_or(no)?;
    let close = memchr(b']', line).filter(|close| *close > open).ok_or(no)?;
    let time = (open.saturating_add(2), close);
    if When::parse(line.get(time.0..time.1).unwrap_or_default()).is_none() {
        return Err("its time is not readable");
    }
    // The user may hold blanks: client and ident come first, the host before them where there are more.
    let before = line.get(..open).unwrap_or_default();
    let mut words = Vec::new();
    let mut start = 0usize;
    for at in memchr::memchr_iter(b' ', before).chain([before.len()]).take(16) {
        words.push((start, at));
        start = at.saturating_add(1);
    }
    let is_address = |at: usize| {
        words
            .get(at)
            .and_then(|word| line.get(word.0..word.1))
            .is_some_and(|word| super::row::address(word).is_some())
    };
    let first = usize::from(words.len() >= 4 && !is_address(0) && is_address(1));
    let (Some(client), Some(ident), Some(user)) = (
        words.get(first),
        words.get(first.saturating_add(1)),
        words.get(first.saturating_add(2)),
    ) else {
        return Err(no);
    };
    if first == 1
        && let Some(host) = words.first()
    {
        cells.push(cell(0, host.0, host.1));
    }
    cells.push(cell(1, client.0, client.1));
    cells.push(cell(2, ident.0, ident.1));
    cells.push(cell(3, user.0, open));
    cells.push(cell(4, time.0, time.1));
    let rest = line.get(close..).unwrap_or_default();
    if !rest.starts_with(b"] \"") {
        return Err(no);
    }
    let from = close.saturating_add(3);
    let len = closing_quote(line.get(from..).unwrap_or_default()).ok_or("its request has no end")?;
    let until = from.saturating_add(len);
    let request = line.get(from..until).unwrap_or_default();
    match (memchr(b' ', request), memchr::memrchr(b' ', request)) {
        (Some(first), Some(last)) if first < last => {
            cells.push(cell(5, from, from.saturating_add(first)));
            cells.push(cell(
                6,
                from.saturating_add(first).saturating_add(1),
                from.saturating_add(last),
            ));
            cells.push(cell(7, from.saturating_add(last).saturating_add(1), until));
        }
        // No request of HTTP: a probe, a TLS hello on the wrong port.
        _ => cells.push(cell(10, from, until)),
    }
    let after = until.saturating_add(1);
    let mut numbers = line.get(after..).unwrap_or_default().split(|byte| *byte == b' ');
    numbers.next();
    let (status, size) = (
        numbers.next().unwrap_or_default(),
        numbers.next().unwrap_or_default(),
    );
    if status.len() != 3 || !status.iter().all(u8::is_ascii_digit) {
        return Err("it says no status");
    }
    let status_at = after.saturating_add(1);
    let size_at = status_at.saturating_add(4);
    let end = size_at.saturating_add(size.len()).min(line.len());
    cells.push(cell(8, status_at, status_at.saturating_add(3)));
    cells.push(cell(9, size_at.min(end), end));
    if end < line.len() {
        cells.push(cell(10, end, line.len()));
    }
    Ok(())
}

/// Length up to a quote that no backslash stands before.
fn closing_quote(bytes: &[u8]) -> Option<usize> {
    let mut at = 0usize;
    loop {
        let rest = bytes.get(at..)?;
        let found = memchr::memchr2(b'"', b'\\', rest)?;
        at = at.saturating_add(found);
        if bytes.get(at) == Some(&b'"') {
            return Some(at);
        }
        at = at.saturating_add(2);
    }
}

/// Cells of a Squid line: `end elapsed client action/status size method url user hierarchy/server type`.
pub fn squid(line: &[u8], cells: &mut Vec<Cell>) -> Result<(), &'static str> {
    cells.clear();
    let mut words = Vec::new();
    let mut start = 0usize;
    for at in memchr::memchr_iter(b' ', line).chain([line.len()]).take(200) {
        if at > start {
            words.push((start, at));
        }
        start = at.saturating_add(1);
    }
    let [
        end,
        elapsed,
        client,
        action,
        size,
        method,
        url,
        user,
        hierarchy,
        kind,
        ..,
    ] = words.as_slice()
    else {
        return Err("it has fewer than ten words");
    };
    let text = |word: &(usize, usize)| line.get(word.0..word.1).unwrap_or_default();
    let is_number = |word: &(usize, usize)| text(word).iter().all(u8::is_ascii_digit);
    let slash = memchr(b'/', text(hierarchy)).ok_or("it says no hierarchy")?;
    if When::parse(text(end)).is_none() || !is_number(size) || memchr(b'/', text(action)).is_none() {
        return Err("it is not written like Squid's");
    }
    let words = [end, elapsed, client, action, size, method, url, user];
    cells.extend(
        words
            .iter()
            .enumerate()
            .map(|(at, word)| cell(at, word.0, word.1)),
    );
    let server = hierarchy.0.saturating_add(slash);
    cells.push(cell(8, hierarchy.0, server));
    cells.push(cell(9, server.saturating_add(1), hierarchy.1));
    cells.push(cell(10, kind.0, kind.1));
    Ok(())
}
