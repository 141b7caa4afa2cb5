//! Where a value was seen in a case, and when: what a request to its holder stands on.
//!
//! Gives places, times and the bytes there; whom to ask and what may be told to whom is for the letter to say. A place
//! where somebody only talks about the value (an article, a list, a header from below the mail trust boundary) is no
//! sighting of its use and is marked so.

use std::collections::BTreeMap;
use std::path::Path;

use ascribe_intel::holdings::Own;
use ascribe_intel::indicators::canonical;
use ascribe_model::observation::{Hop, IndicatorKind, Saw};
use ascribe_model::words::Tlp;
use ascribe_model::{Moment, Provenance, Span};

use crate::config::Case;
use crate::quote::{Place, Quote, quotes};
use crate::run::{Parts, RunError, RunOptions};

/// Sightings that are kept.
const SIGHTINGS_MAX: usize = 500;

/// A value that can have a holder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// Address, name or mailbox.
    pub kind: IndicatorKind,
    /// Canonical.
    pub value: String,
}

impl Subject {
    /// The subject that is written as `text`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let of = |kind| canonical(kind, text).map(|value| Self { kind, value });
        of(IndicatorKind::Ipv4)
            .or_else(|| of(IndicatorKind::Ipv6))
            .or_else(|| of(IndicatorKind::Email))
            .or_else(|| of(IndicatorKind::Domain).filter(|found| found.value.contains('.')))
    }
}

/// One place where the subject stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    /// What was seen there: "flow", "logged event", "sender of a mail", "mention" …
    pub what: String,
    /// First time, on the clock of the evidence.
    pub first: Option<Moment>,
    /// Last time.
    pub last: Option<Moment>,
    /// How often.
    pub count: u64,
    /// Whether the evidence itself recorded the use of the value.
    pub used: bool,
    /// Port of the service, where one is told.
    pub port: Option<u16>,
    /// Marking of the evidence.
    pub tlp: Tlp,
    /// Whether the evidence was leaked.
    pub leaked: bool,
    /// Where it stands.
    pub place: Provenance,
}

/// All that a request stands on.
#[derive(Clone, Debug)]
pub struct Found {
    /// The case.
    pub case: Case,
    /// Sightings in the order of places, those of use first.
    pub sightings: Vec<Sighting>,
    /// How many more there are.
    pub more: usize,
    /// Names that stood for the address, and addresses that the name stood for, as recorded.
    pub resolved: BTreeMap<String, (Option<Moment>, Option<Moment>)>,
    /// The bytes at the places.
    pub quotes: BTreeMap<Place, Quote>,
}

/// Looks for `subject` in the case in `folder`; writes nothing but the state.
pub fn find(
    folder: &Path,
    options: &RunOptions,
    parts: &Parts<'_>,
    subject: &Subject,
) -> Result<Found, RunError> {
    let read = crate::run::read(folder, options, parts, &mut |_| {})?;
    let own = Own::new(&read.case.knowledge.victim);
    let mut sightings = Vec::new();
    let mut resolved: BTreeMap<String, (Option<Moment>, Option<Moment>)> = BTreeMap::new();
    for item in read.items.iter().filter(|item| item.known.0.known_on(read.as_of)) {
        let Some(sha256) = item.artifact.sha256 else {
            continue;
        };
        let kind = item.artifact.reading.kind.as_str();
        let before = sightings.len();
        // Headers of a mail's way, newest first: the victim's own hosts wrote those down to the one in which they were handed
        // the mail from outside.
        let (mut theirs, mut inside) = (false, false);
        for observation in &item.artifact.reading.observations {
            if let Saw::Hop(hop) = &observation.saw {
                theirs = (inside || hop.index == 0) && written_by(hop, &own);
                inside = theirs && from_within(hop, &own);
            }
            if let Saw::Resolution(answer) = &observation.saw {
                for (this, other) in [(&answer.name, &answer.answer), (&answer.answer, &answer.name)] {
                    if *this == subject.value {
                        let times = resolved.entry(other.clone()).or_default();
                        times.0 = times.0.take().or_else(|| answer.first.clone());
                        times.1 = answer.last.clone().or_else(|| times.1.take());
                    }
                }
            }
            let recorded = sightings.len() > before;
            let Some(seen) = seen(&observation.saw, observation.at, subject, kind, recorded, theirs) else {
                continue;
            };
            for span in seen.spans {
                sightings.push(Sighting {
                    what: seen.what.clone(),
                    first: seen.first.clone(),
                    last: seen.last.clone(),
                    count: seen.count,
                    used: seen.used,
                    port: seen.port,
                    tlp: item.tlp,
                    leaked: item.leaked,
                    place: Provenance {
                        path: item.path.clone(),
                        sha256,
                        span,
                    },
                });
            }
        }
    }
    sightings.sort_by(|a, b| (!a.used, &a.place, &a.what).cmp(&(!b.used, &b.place, &b.what)));
    sightings.dedup_by(|b, a| a.place == b.place && a.what == b.what);
    let more = sightings.len().saturating_sub(SIGHTINGS_MAX);
    sightings.truncate(SIGHTINGS_MAX);
    let dispatch = crate::run::dispatch(options, parts);
    let places = sightings.iter().map(|sighting| &sighting.place);
    let quotes = quotes(places, &read.items, &read.gathered, &dispatch);
    Ok(Found {
        case: read.case,
        sightings,
        more,
        resolved,
        quotes,
    })
}

struct Seen {
    what: String,
    first: Option<Moment>,
    last: Option<Moment>,
    count: u64,
    used: bool,
    port: Option<u16>,
    spans: Vec<Span>,
}

/// Whether a host of the victim wrote a header; the topmost is believed where the case names no mail hosts.
fn written_by(hop: &Hop, own: &Own) -> bool {
    let by = hop.by.as_deref().and_then(|by| by.split_whitespace().next());
    let by = by
        .unwrap_or_default()
        .trim_matches(['[', ']', ';', '.'])
        .to_ascii_lowercase();
    own.has_name(&by) || (hop.index == 0 && !own.has_mail_hosts())
}

/// Whether a header says that one of the victim's hosts handed the mail on.
fn from_within(hop: &Hop, own: &Own) -> bool {
    let name = hop.from_name.as_deref().map(str::to_ascii_lowercase);
    let address = hop.from_address.as_deref().and_then(|text| text.parse().ok());
    name.is_some_and(|name| own.has_name(&name)) || address.is_some_and(|address| own.has_address(address))
}

/// How an observation shows the subject. `recorded` says that the same evidence already gave a record of its use, `theirs`
/// that the victim's own hosts wrote this header and those above it.
fn seen(saw: &Saw, at: Span, subject: &Subject, kind: &str, recorded: bool, theirs: bool) -> Option<Seen> {
    let value = subject.value.as_str();
    let some = |what: &str,
                first: Option<&Moment>,
                last: Option<&Moment>,
                count: u64,
                used: bool,
                spans: &[Span]| Seen {
        what: what.to_owned(),
        first: first.cloned(),
        last: last.or(first).cloned(),
        count: count.max(1),
        used,
        port: None,
        spans: if spans.is_empty() {
            vec![at]
        } else {
            spans.iter().take(4).copied().collect()
        },
    };
    Some(match saw {
        Saw::Flow(flow) if flow.client == value || flow.server == value => {
            let mut seen = some(
                "flow",
                flow.first.as_ref(),
                flow.last.as_ref(),
                flow.connections,
                true,
                &flow.spans,
            );
            seen.what = format!(
                "{} to port {}, it {}",
                flow.protocol,
                flow.port,
                if flow.client == value {
                    "called"
                } else {
                    "was called"
                }
            );
            seen.port = (flow.port > 0).then_some(flow.port);
            seen
        }
        Saw::Event(event)
            if event.from.as_deref() == Some(value)
                || [&event.account, &event.target]
                    .into_iter()
                    .flatten()
                    .any(|name| canonical(subject.kind, name).as_deref() == Some(value)) =>
        {
            some(
                "logged event",
                event.first.as_ref(),
                event.last.as_ref(),
                event.count,
                true,
                &event.spans,
            )
        }
        Saw::Hop(hop) if hop.from_address.as_deref() == Some(value) => some(
            if theirs {
                "sender's address in a Received header that the victim's own host wrote"
            } else {
                "address in a Received header below the victim's own, which may be forged"
            },
            hop.when.as_ref(),
            None,
            1,
            theirs,
            &[],
        ),
        Saw::Mail(mail)
            if mail
                .from
                .iter()
                .any(|from| canonical(IndicatorKind::Email, from).as_deref() == Some(value)) =>
        {
            some(
                "From header of a mail, which its sender writes",
                mail.date.as_ref(),
                None,
                1,
                true,
                &[],
            )
        }
        Saw::ServerName(asked) if asked.name == value || asked.server == value => some(
            "name asked for in the clear",
            asked.first.as_ref(),
            None,
            asked.count,
            true,
            &[],
        ),
        Saw::Resolution(answer) if answer.name == value || answer.answer == value => some(
            "answer of a name server",
            answer.first.as_ref(),
            answer.last.as_ref(),
            answer.count,
            true,
            &[],
        ),
        // What a record states need not be counted again as a mere mention.
        Saw::Mention(mention) if mention.kind == subject.kind && mention.value == value && !recorded => some(
            if kind == "program" {
                "written into a program"
            } else {
                "mention"
            },
            None,
            None,
            mention.count,
            kind == "program",
            &mention.spans,
        ),
        _ => return None,
    })
}
