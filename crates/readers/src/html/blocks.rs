//! Blocks of a page: their text with the way back, and whether they are its main text.

use std::ops::Range;

use ascribe_model::{Role, Text};

use super::tokens::{Token, Tokens, attribute};

const BLOCKS_MAX: usize = 200_000;
const LINKS_MAX: usize = 20_000;
const FACTS_MAX: usize = 200;
const BLOCK_BYTES_MAX: usize = 64 << 10;
/// jusText's defaults: shorter than the first is short, longer than the second is good; denser links are boilerplate.
const LENGTH_LOW: usize = 70;
const LENGTH_HIGH: usize = 200;

/// A run of text between block elements.
pub struct Block {
    /// Its text, white space collapsed.
    pub text: Text,
    /// Whether it is main text.
    pub main: bool,
    /// Whether it is a heading.
    pub heading: bool,
}

/// What a page holds.
#[derive(Default)]
pub struct Page {
    /// The title element.
    pub title: Option<Text>,
    /// `published`, `modified`, `author`, `publisher`, `description` and their values.
    pub facts: Vec<(String, Text)>,
    /// In order.
    pub blocks: Vec<Block>,
    /// Link targets, by range in the source.
    pub links: Vec<Range<usize>>,
}

struct Draft {
    text: Text,
    link_chars: usize,
    heading: bool,
    aside: bool,
    article: bool,
}

const INLINE: [&str; 24] = [
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "dfn", "em", "font", "i", "kbd", "mark", "q",
    "s", "samp", "small", "span", "strong", "sub", "sup", "u", "var",
];

/// Walks `source` once.
pub fn page(source: &Text) -> Page {
    let whole = source.as_str();
    let mut page = Page::default();
    let mut drafts: Vec<Draft> = Vec::new();
    let mut open = Text::new(Role::Body, None);
    let (mut link_chars, mut link, mut aside, mut article, mut heading) = (0usize, false, 0u32, 0u32, false);
    let mut in_title: Option<Text> = None;
    let mut json = false;
    for token in Tokens::new(whole) {
        match token {
            Token::Text(range) => match &mut in_title {
                Some(title) => push_words(title, source, range),
                None => {
                    let before = open.as_str().len();
                    push_words(&mut open, source, range);
                    if link {
                        link_chars = link_chars.saturating_add(open.as_str().len().saturating_sub(before));
                    }
                }
            },
            Token::Raw(range) => {
                if json {
                    json_ld(source, range, &mut page);
                }
                json = false;
            }
            Token::Tag {
                name,
                close,
                attributes,
            } => {
                let found = |key: &str| attribute(whole, &attributes, key);
                let block = !INLINE.contains(&name.as_str()) && name != "time" && name != "img";
                if (block || open.as_str().len() > BLOCK_BYTES_MAX) && drafts.len() < BLOCKS_MAX {
                    let done = std::mem::replace(&mut open, Text::new(Role::Body, None));
                    let text = crate::text::trimmed(done);
                    if !text.as_str().is_empty() {
                        drafts.push(Draft {
                            text,
                            link_chars,
                            heading,
                            aside: aside > 0,
                            article: article > 0,
                        });
                    }
                    link_chars = 0;
                }
                let step = |count: u32| {
                    if close {
                        count.saturating_sub(1)
                    } else {
                        count.saturating_add(1)
                    }
                };
                match name.as_str() {
                    "title" if !close && page.title.is_none() => {
                        in_title = Some(Text::new(Role::Title, None))
                    }
                    "title" => {
                        if let Some(title) = in_title.take() {
                            page.title =
                                Some(crate::text::trimmed(title)).filter(|title| !title.as_str().is_empty());
                        }
                    }
                    "body" => in_title = None,
                    "a" => {
                        link = !close;
                        if let Some(target) = found("href").filter(|_| page.links.len() < LINKS_MAX) {
                            page.links.push(target);
                        }
                    }
                    "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => heading = !close,
                    "nav" | "footer" | "aside" | "form" | "button" | "select" => aside = step(aside),
                    "article" | "main" => article = step(article),
                    "script" => {
                        json = !close
                            && found("type")
                                .and_then(|range| whole.get(range))
                                .is_some_and(|kind| kind.eq_ignore_ascii_case("application/ld+json"))
                    }
                    "meta" => meta(source, &attributes, &mut page),
                    "time" if !close && !page.facts.iter().any(|(name, _)| name == "published") => {
                        let own = found("pubdate").is_some()
                            || found("itemprop")
                                .and_then(|range| whole.get(range))
                                .is_some_and(|value| value.eq_ignore_ascii_case("datePublished"));
                        if let Some(range) = found("datetime").filter(|_| own || article > 0) {
                            fact("published", source, range, &mut page);
                        }
                    }
                    _ => {}
                }
            }
        }
    }
    let text = crate::text::trimmed(open);
    if !text.as_str().is_empty() {
        drafts.push(Draft {
            text,
            link_chars,
            heading,
            aside: aside > 0,
            article: article > 0,
        });
    }
    page.blocks = judge(drafts);
    page
}

/// Decides which blocks are main text: by themselves first, then by their neighbours.
fn judge(drafts: Vec<Draft>) -> Vec<Block> {
    let article_chars: usize = drafts
        .iter()
        .filter(|draft| draft.article && !draft.aside)
        .map(|draft| draft.text.as_str().len())
        .sum();
    let all_chars: usize = drafts.iter().map(|draft| draft.text.as_str().len()).sum();
    // An article element that holds a fair part of the page is believed.
    let by_article = article_chars.saturating_mul(4) >= all_chars && article_chars > 0;
    let first: Vec<Option<bool>> = drafts
        .iter()
        .map(|draft| {
            let len = draft.text.as_str().chars().count();
            let dense = draft.link_chars.saturating_mul(5) > draft.text.as_str().len();
            if draft.aside
                || (by_article && !draft.article)
                || (dense && draft.link_chars > 0 && !draft.heading)
            {
                Some(false)
            } else if len >= LENGTH_HIGH || (by_article && !dense) {
                Some(true)
            } else if len >= LENGTH_LOW {
                None
            } else {
                Some(false).filter(|_| !draft.heading)
            }
        })
        .collect();
    let mut after: Vec<bool> = vec![false; first.len()];
    let mut next = false;
    for (index, verdict) in first.iter().enumerate().rev() {
        if let Some(slot) = after.get_mut(index) {
            *slot = next;
        }
        next = verdict.unwrap_or(next);
    }
    let none_good = !first.contains(&Some(true));
    let mut before = false;
    drafts
        .into_iter()
        .zip(first)
        .zip(after)
        .map(|((draft, verdict), after)| {
            // A page without one long block (a short note) keeps everything that is not links or navigation.
            let main = if none_good {
                !draft.aside && draft.link_chars.saturating_mul(2) <= draft.text.as_str().len()
            } else {
                verdict.unwrap_or(before || after)
            };
            before = verdict.unwrap_or(before);
            Block {
                text: draft.text,
                main,
                heading: draft.heading,
            }
        })
        .collect()
}

/// Adds a run of text: white space collapsed, entities decoded.
fn push_words(to: &mut Text, source: &Text, range: Range<usize>) {
    let whole = source.as_str().get(range.clone()).unwrap_or_default();
    let mut at = 0usize;
    while at < whole.len() {
        let Some(rest) = whole.get(at..) else { return };
        let from = range.start.saturating_add(at);
        let white = rest
            .len()
            .saturating_sub(rest.trim_start_matches(|c: char| c.is_ascii_whitespace()).len());
        if white > 0 {
            if !to.as_str().is_empty() && !to.as_str().ends_with(' ') {
                let span = source.span(from..from.saturating_add(white));
                to.push_opaque(" ", span.start, span.end);
            }
            at = at.saturating_add(white);
            continue;
        }
        if let Some((len, decoded)) = entity(rest) {
            let span = source.span(from..from.saturating_add(len));
            if let Some(line) = span.line {
                to.mark_line(line);
            }
            to.push_opaque(&decoded, span.start, span.end);
            at = at.saturating_add(len);
            continue;
        }
        let first = rest.chars().next().map_or(1, char::len_utf8);
        let len = rest
            .get(first..)
            .and_then(|tail| tail.find(|c: char| c.is_ascii_whitespace() || c == '&'))
            .map_or(rest.len(), |len| len.saturating_add(first));
        to.push_part(source, from..from.saturating_add(len));
        at = at.saturating_add(len);
    }
}

/// Length and characters of the entity at the start of `text`.
fn entity(text: &str) -> Option<(usize, String)> {
    if !text.starts_with('&') {
        return None;
    }
    let len = text
        .bytes()
        .take(40)
        .position(|byte| byte == b';')?
        .saturating_add(1);
    let raw = text.get(..len)?;
    let decoded = html_escape::decode_html_entities(raw);
    (decoded != raw).then(|| (len, decoded.into_owned()))
}

fn fact(name: &str, source: &Text, range: Range<usize>, page: &mut Page) {
    let mut value = Text::new(Role::Metadata(name.to_owned()), None);
    push_words(&mut value, source, range);
    if !value.as_str().trim().is_empty() && page.facts.len() < FACTS_MAX {
        page.facts.push((name.to_owned(), value));
    }
}

fn meta(source: &Text, attributes: &Range<usize>, page: &mut Page) {
    let whole = source.as_str();
    let Some(content) = attribute(whole, attributes, "content") else {
        return;
    };
    let Some(key) = ["property", "name", "itemprop"]
        .into_iter()
        .find_map(|key| attribute(whole, attributes, key))
    else {
        return;
    };
    let name = match whole.get(key).unwrap_or_default().to_ascii_lowercase().as_str() {
        "article:published_time"
        | "datepublished"
        | "date"
        | "dc.date"
        | "dc.date.issued"
        | "dcterms.issued"
        | "pubdate"
        | "publish-date"
        | "parsely-pub-date"
        | "sailthru.date" => "published",
        "article:modified_time" | "datemodified" | "last-modified" | "og:updated_time" => "modified",
        "author" | "article:author" | "dc.creator" | "byl" | "parsely-author" => "author",
        "og:site_name" | "publisher" | "dc.publisher" | "application-name" => "publisher",
        "description" | "og:description" => "description",
        _ => return,
    };
    fact(name, source, content, page);
}

/// Dates, author and publisher of a JSON-LD block; only plain strings, found where they stand.
fn json_ld(source: &Text, range: Range<usize>, page: &mut Page) {
    let whole = source.as_str().get(range.clone()).unwrap_or_default();
    for (key, name) in [
        ("\"datePublished\"", "published"),
        ("\"dateModified\"", "modified"),
    ] {
        let Some(at) = whole.find(key) else { continue };
        let after = at.saturating_add(key.len());
        let Some(rest) = whole.get(after..) else { continue };
        let Some(open) = rest
            .find('"')
            .filter(|open| rest.get(..*open).is_some_and(|gap| gap.trim() == ":"))
        else {
            continue;
        };
        let from = after.saturating_add(open).saturating_add(1);
        let Some(len) = whole.get(from..).and_then(|tail| tail.find('"')) else {
            continue;
        };
        let start = range.start.saturating_add(from);
        fact(name, source, start..start.saturating_add(len), page);
    }
}
