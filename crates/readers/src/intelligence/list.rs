//! Lists of indicators in CSV: one item a row, what the columns mean by their names.
//!
//! A file is a list only where a column is called as lists call theirs and most of the first rows hold an indicator
//! there; a log with addresses in it is none.

use ascribe_intel::indicators::scan;
use ascribe_model::observation::{IndicatorKind, Intelligence};
use ascribe_model::{Anomaly, Moment, Role};

use super::cells::{Cell, Record, Records};
use super::pattern::{address_kind, hash_kind};
use super::{Sheet, cut, held, tlp, value_of};

/// Rows that detection looks at, and records that a header may be hidden behind.
const ROWS_LOOKED_AT: usize = 40;

/// Bytes of one record.
const RECORD_BYTES_MAX: usize = 1 << 16;

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Column {
    Value,
    /// A value of this kind by the column's own name.
    Of(IndicatorKind),
    Type,
    Actor,
    Family,
    Author,
    Published,
    First,
    Last,
    Confidence,
    Marking,
    Id,
    Comment,
    Other,
}

/// Meaning of a column by its name; the name is compared without case, spaces, dots, dashes and underlines.
fn column(name: &str) -> Column {
    let plain: String = name
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    match plain.as_str() {
        "indicator"
        | "indicators"
        | "ioc"
        | "iocs"
        | "value"
        | "iocvalue"
        | "indicatorvalue"
        | "observable"
        | "observablevalue"
        | "indicatorofcompromise" => Column::Value,
        "type" | "ioctype" | "indicatortype" | "observabletype" | "valuetype" | "kind" => Column::Type,
        "actor" | "threatactor" | "actors" | "threatactors" | "apt" | "aptgroup" | "threatgroup"
        | "intrusionset" | "campaign" | "adversary" | "attribution" | "attributedto" | "group" => {
            Column::Actor
        }
        "malware" | "malwarefamily" | "family" | "malwareprintable" | "malwarename" | "tool"
        | "signature" => Column::Family,
        "source" | "author" | "reporter" | "reportedby" | "publisher" | "vendor" | "provider" | "feed" => {
            Column::Author
        }
        "published" | "firstpublished" | "publishedat" | "publicationdate" | "datepublished"
        | "dateadded" | "added" | "reported" | "reportdate" | "datereported" | "created" => Column::Published,
        "firstseen" | "firstseenutc" | "validfrom" | "firstobserved" => Column::First,
        "lastseen" | "lastseenutc" | "validuntil" | "lastobserved" | "lastonline" => Column::Last,
        "confidence" | "confidencelevel" => Column::Confidence,
        "tlp" | "marking" | "trafficlightprotocol" => Column::Marking,
        "id" | "iocid" | "uuid" | "indicatorid" => Column::Id,
        "comment" | "comments" | "description" | "note" | "notes" | "title" | "context" => Column::Comment,
        "md5" | "md5hash" | "filehashmd5" => Column::Of(IndicatorKind::Md5),
        "sha1" | "sha1hash" | "filehashsha1" => Column::Of(IndicatorKind::Sha1),
        "sha256" | "sha256hash" | "filehashsha256" => Column::Of(IndicatorKind::Sha256),
        _ => Column::Other,
    }
}

/// The header, its delimiter, and where the rows begin.
struct Header {
    columns: Vec<Column>,
    names: Vec<String>,
    delimiter: u8,
    /// One past the header's last byte.
    end: usize,
}

impl Header {
    fn has(&self, column: &Column) -> bool {
        self.columns.contains(column)
    }

    fn of(record: &Record, delimiter: u8) -> Option<Self> {
        let names: Vec<String> = record.cells.iter().map(|cell| cut(&cell.text)).collect();
        let header = Self {
            columns: names.iter().map(|name| column(name)).collect(),
            names,
            delimiter,
            end: record.end,
        };
        let telling = [
            Column::Type,
            Column::Actor,
            Column::Family,
            Column::Author,
            Column::Published,
            Column::First,
            Column::Confidence,
            Column::Marking,
        ];
        let hashes = header
            .columns
            .iter()
            .any(|column| matches!(column, Column::Of(_)))
            && (header.has(&Column::Actor) || header.has(&Column::Family));
        let fits = hashes || (header.has(&Column::Value) && telling.iter().any(|column| header.has(column)));
        fits.then_some(header)
    }

    /// The header of a list: the first record that is no comment, or a comment just before the rows.
    fn find(data: &[u8]) -> Option<Self> {
        for delimiter in [b',', b';', b'\t'] {
            for record in Records::new(data, delimiter, RECORD_BYTES_MAX).take(ROWS_LOOKED_AT) {
                if record.cells.len() >= 2
                    && let Some(header) = Self::of(&record, delimiter)
                {
                    return Some(header);
                }
                if !record.comment {
                    break;
                }
            }
        }
        None
    }
}

/// Whether the start of a file is a list of indicators.
pub(super) fn is_list(start: &[u8]) -> bool {
    let Some(header) = Header::find(start) else {
        return false;
    };
    let rest = start.get(header.end..).unwrap_or_default();
    let (mut rows, mut named) = (0usize, 0usize);
    for record in Records::new(rest, header.delimiter, RECORD_BYTES_MAX)
        .filter(|record| !record.comment)
        .take(ROWS_LOOKED_AT)
    {
        rows = rows.saturating_add(1);
        named = named.saturating_add(usize::from(!Row::of(&header, &record).values.is_empty()));
    }
    named > 0 && named.saturating_mul(2) >= rows
}

/// Reads a list.
pub(super) fn read<'d>(data: &'d [u8], sheet: &mut Sheet<'_, '_, 'd>) {
    "row".clone_into(&mut sheet.counts.unit);
    let Some(header) = Header::find(data) else {
        sheet.out.anomaly(Anomaly::lost(
            "intelligence.header",
            None,
            "no header that names the columns of a list was found",
        ));
        return;
    };
    let rest = data.get(header.end..).unwrap_or_default();
    for record in Records::new(rest, header.delimiter, RECORD_BYTES_MAX) {
        let start = header.end.saturating_add(record.start);
        let at = sheet.places.span(start, header.end.saturating_add(record.end));
        if sheet.out.stopped() {
            sheet.out.out_of_time("intelligence.time", at);
            return;
        }
        if record.comment {
            continue;
        }
        if record.open_quote {
            sheet.counts.seen = sheet.counts.seen.saturating_add(1);
            sheet.counts.dropped = sheet.counts.dropped.saturating_add(1);
            sheet.out.anomaly(Anomaly::lost(
                "intelligence.quote",
                Some(at),
                "a quote in this row has no end; the row was not read",
            ));
            continue;
        }
        let row = Row::of(&header, &record);
        for (kind, value, cell, name) in &row.values {
            let place = sheet.places.span(
                header.end.saturating_add(cell.start),
                header.end.saturating_add(cell.end),
            );
            let role = Role::Cell(name.clone());
            sheet.out.mention(*kind, value, &cell.text, &role, place);
        }
        for (cell, name) in &row.others {
            let start = header.end.saturating_add(cell.start);
            let mut piece = ascribe_model::Text::new(Role::Cell(name.clone()), at.line);
            let place = sheet.places.span(start, header.end.saturating_add(cell.end));
            piece.push_opaque(&cell.text, place.start, place.end);
            sheet.out.scan_only(&piece);
        }
        let used = !row.values.is_empty();
        sheet.count(used);
        sheet.dated(row.item.published.as_ref());
        if used {
            let mut item = row.item;
            if item.id.is_empty() {
                item.id = format!("line {}", at.line.unwrap_or_default());
            }
            sheet.item(at, item);
        }
    }
}

/// One row, read by the header.
struct Row {
    item: Intelligence,
    /// Kind, canonical value, cell, name of its column.
    values: Vec<(IndicatorKind, String, Cell, String)>,
    /// Cells that may hold indicators in free text.
    others: Vec<(Cell, String)>,
}

impl Row {
    fn of(header: &Header, record: &Record) -> Self {
        let mut row = Self {
            item: Intelligence {
                kind: "row".to_owned(),
                ..Intelligence::default()
            },
            values: Vec::new(),
            others: Vec::new(),
        };
        let stated = header
            .columns
            .iter()
            .position(|column| *column == Column::Type)
            .and_then(|index| record.cells.get(index))
            .map(|cell| cell.text.as_str())
            .filter(|text| !is_nothing(text));
        let (mut first, mut last) = (None, None);
        for ((cell, column), name) in record.cells.iter().zip(&header.columns).zip(&header.names) {
            if is_nothing(&cell.text) {
                continue;
            }
            let item = &mut row.item;
            match column {
                Column::Value | Column::Of(_) => {
                    let found = match column {
                        Column::Of(kind) => value_of(*kind, &cell.text),
                        _ => value(stated, &cell.text),
                    };
                    match found {
                        Some((kind, value)) => {
                            row.values.push((kind, value, cell.clone(), name.clone()));
                        }
                        None => row.others.push((cell.clone(), name.clone())),
                    }
                }
                Column::Actor => item.attributed_to.extend(names(&cell.text)),
                Column::Family => item.families.extend(names(&cell.text)),
                Column::Author => item.author = item.author.take().or_else(|| Some(cut(&cell.text))),
                Column::Published => item.published = item.published.take().max(moment(&cell.text)),
                Column::First => first = moment(&cell.text),
                Column::Last => last = moment(&cell.text),
                Column::Confidence => {
                    item.confidence = cell.text.parse().ok().filter(|value| *value <= 100);
                }
                Column::Marking => item.marking = tlp(&cell.text).or_else(|| Some(cut(&cell.text))),
                Column::Id => item.id = cell.text.chars().take(200).collect(),
                Column::Comment if item.name.is_empty() => {
                    item.name = cut(&cell.text);
                    row.others.push((cell.clone(), name.clone()));
                }
                Column::Comment | Column::Other => row.others.push((cell.clone(), name.clone())),
                Column::Type => {}
            }
        }
        row.item.valid = held(first.as_ref(), last.as_ref());
        row.item.values = row
            .values
            .iter()
            .map(|(kind, value, ..)| (*kind, value.clone()))
            .collect();
        row
    }
}

/// Whether a cell says that there is nothing.
fn is_nothing(text: &str) -> bool {
    matches!(
        text.to_ascii_lowercase().as_str(),
        "" | "-" | "none" | "null" | "n/a" | "na" | "unknown" | "unknown malware"
    )
}

/// Names in a cell, which may hold several.
fn names(text: &str) -> impl Iterator<Item = String> {
    text.split([';', '|', ','])
        .map(cut)
        .filter(|name| !is_nothing(name))
        .take(50)
}

fn moment(text: &str) -> Option<Moment> {
    let text = text.trim();
    match text.strip_suffix(" UTC") {
        Some(plain) => Moment::parse(&format!("{plain}Z")).ok(),
        None => Moment::parse(text).ok(),
    }
}

/// The value in a cell: of the kind that the row states, of any kind where it states none, of none where it states another.
fn value(stated: Option<&str>, written: &str) -> Option<(IndicatorKind, String)> {
    let Some(stated) = stated else {
        return scan(written)
            .into_iter()
            .find(|found| found.start == 0 && found.end == written.len())
            .map(|found| (found.kind, found.value));
    };
    let plain: String = stated
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let plain = plain.strip_prefix("filehash").unwrap_or(&plain);
    let kind = match plain.trim_end_matches("hash") {
        "ip" | "ipv4" | "ipv6" | "ipaddress" | "ipaddr" | "ipv4addr" | "ipv6addr" | "address" | "ipsrc"
        | "ipdst" | "cidr" | "network" | "subnet" => IndicatorKind::Ipv4,
        "ipport" => {
            let refanged = ascribe_intel::indicators::refang(written);
            let (address, _) = refanged.rsplit_once(':')?;
            return value_of(address_kind(address.trim_matches(['[', ']']))?, address);
        }
        "domain" | "domainname" | "hostname" | "fqdn" | "host" => IndicatorKind::Domain,
        "url" | "uri" => IndicatorKind::Url,
        "email" | "emailaddr" | "emailaddress" | "emailsrc" => IndicatorKind::Email,
        "cve" | "vulnerability" => IndicatorKind::Cve,
        "asn" | "autonomoussystem" => IndicatorKind::Asn,
        "technique" | "attackpattern" => IndicatorKind::Technique,
        // Lists call any digest a hash.
        "" | "file" | "hash" | "digest" | "indicator" | "ioc" => return value(None, written),
        other => hash_kind(other)?,
    };
    value_of(kind, written)
}
