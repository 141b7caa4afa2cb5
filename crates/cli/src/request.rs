//! `ascribe request`: whom to ask who held an address, a name or a mailbox, for what period and which records.
//!
//! Writes `out/requests/ID.md`, `.html` and `.json` and keeps in the audit log what became of each request. Shows nothing
//! above the addressee's marking, and of leaked material hash and range only. What stands here weighs nothing: an answer
//! counts once it lies in the case folder as evidence.

use std::path::{Path, PathBuf};

use ascribe_case::quote::Quote;
use ascribe_case::request::{Found, Sighting, Subject, find};
use ascribe_case::state::State;
use ascribe_case::state::requests::{Progress, Request};
use ascribe_case::write::{folder, json_text, whole};
use ascribe_intel::holdings::{Holdings, Then};
use ascribe_intel::indicators::registered;
use ascribe_intel::registries::registry_of;
use ascribe_model::moment::Clock;
use ascribe_model::observation::IndicatorKind;
use ascribe_model::words::Tlp;
use ascribe_model::{ArtifactId, Day, Moment};
use ascribe_report::letter::{Addressee, Attached, Letter, markdown, page};
use ascribe_report::shown::line;
use serde_json::{Value, json};

use crate::reading::{Reading, day, helper, parts};
use crate::{Ended, Failure, say};

/// Places that a letter lists.
const ATTACHED_MAX: usize = 60;
/// Characters of a name that are shown.
const CHARS_MAX: usize = 300;

/// What `request` takes.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The case folder.
    folder: PathBuf,
    /// An address, a name or a mailbox.
    #[arg(required_unless_present_any = ["list", "mark"])]
    subject: Option<String>,
    /// The marking up to which the addressee may see evidence; default: the case's.
    #[arg(long, value_name = "TLP")]
    tlp: Option<String>,
    /// Use what was known at the end of this day.
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
    /// Where to write instead of `out/requests` in the case.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// List the requests of the case and what became of them.
    #[arg(long, conflicts_with_all = ["subject", "mark"])]
    list: bool,
    /// Note what became of a request: asked, answered, refused, expired.
    #[arg(long, num_args = 2, value_names = ["ID", "STATE"], conflicts_with = "subject")]
    mark: Option<Vec<String>>,
    /// Print JSON instead of words.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reading: Reading,
}

pub(crate) fn run(options: &Options) -> Result<Ended, Failure> {
    if let Some([id, word]) = options.mark.as_deref() {
        return mark(options, id, word);
    }
    let Some(written) = options.subject.as_deref() else {
        return list(options);
    };
    let subject = Subject::parse(written).ok_or_else(|| {
        Failure::usage(format!(
            "`{}` is no address, name or mailbox",
            line(written, CHARS_MAX)
        ))
    })?;
    let as_of = day("--as-of", options.as_of.as_deref())?;
    let helper = helper();
    let found = find(
        &options.folder,
        &options.reading.as_of(as_of),
        &parts(helper.as_ref()),
        &subject,
    )
    .map_err(|error| Failure::of(&error))?;
    if found.sightings.is_empty() {
        return Err(Failure::usage(format!(
            "{} stands nowhere in the case",
            subject.value
        )));
    }
    let tlp = match options.tlp.as_deref() {
        None => found.case.tlp,
        Some(word) => Tlp::parse(&word.to_ascii_uppercase()).ok_or_else(|| {
            let words: Vec<&str> = Tlp::ALL.iter().map(|tlp| tlp.text()).collect();
            Failure::usage(format!(
                "--tlp: `{}` is none of {}",
                line(word, 40),
                words.join(", ")
            ))
        })?,
    };
    let letter = letter(&found, &subject, tlp);
    if letter.attached.is_empty() {
        return Err(Failure::usage(format!(
            "{} is seen only in evidence that is marked above TLP:{tlp}; nothing of it may be told to this addressee",
            subject.value
        )));
    }
    let to = options
        .out
        .clone()
        .unwrap_or_else(|| options.folder.join("out").join("requests"));
    let json = json_text(&json(&letter)).map_err(|error| Failure::of(&error))?;
    let mut paths = Vec::new();
    for (ending, text) in [
        ("md", &markdown(&letter)),
        ("html", &page(&letter)),
        ("json", &json),
    ] {
        let path = to.join(format!("{}.{ending}", letter.id));
        let fail = |error: std::io::Error| {
            Failure::usage(format!("`{}` could not be written: {error}", path.display()))
        };
        folder(&to).map_err(fail)?;
        whole(&path, text.as_bytes()).map_err(fail)?;
        paths.push(path);
    }
    let mut state = open(options)?;
    state
        .keep_request(
            &letter.id,
            &subject.value,
            Progress::Prepared,
            &ascribe_case::run::now(),
        )
        .map_err(|error| Failure::of(&error))?;
    if options.json {
        say(&json);
    } else {
        say(&in_words(&letter, &paths));
    }
    Ok(Ended::Well)
}

fn in_words(letter: &Letter, paths: &[PathBuf]) -> String {
    let mut text = format!(
        "Request {} about {}, TLP:{}\n\nWhom to ask\n",
        letter.id, letter.subject, letter.tlp
    );
    for to in &letter.whom {
        text += &format!(
            "  {}: {}. {}\n",
            to.role,
            line(&to.who, CHARS_MAX),
            line(&to.why, CHARS_MAX)
        );
    }
    match &letter.window {
        Some((from, to)) => text += &format!("\nFor {from} to {to} (UTC). {}\n", letter.basis),
        None => text += &format!("\nFor which time is not known. {}\n", letter.basis),
    }
    let places = letter.attached.len();
    text += &format!("\n{places} place{} attached", if places == 1 { "" } else { "s" });
    if letter.withheld > 0 {
        text += &format!(", {} withheld for their marking", letter.withheld);
    }
    text += "\n\n";
    for path in paths {
        text += &format!("{}\n", line(&path.display().to_string(), CHARS_MAX));
    }
    text += &format!(
        "\nWhen it is sent: ascribe request CASE --mark {} asked\nAn answer counts once it lies in the case folder.\n",
        letter.id
    );
    text
}

/// The state of the case, which must be there.
fn open(options: &Options) -> Result<State, Failure> {
    let path = options.reading.state(&options.folder);
    State::open(&path).map_err(|error| Failure::of(&error))
}

fn requests(options: &Options) -> Result<(State, Vec<Request>), Failure> {
    let path = options.reading.state(&options.folder);
    if !path.exists() {
        return Err(Failure::usage(format!(
            "`{}` is not there: no request was prepared in this case",
            path.display()
        )));
    }
    let state = open(options)?;
    let requests = state.requests().map_err(|error| Failure::of(&error))?;
    Ok((state, requests))
}

fn mark(options: &Options, id: &str, word: &str) -> Result<Ended, Failure> {
    let Some(progress) = Progress::SETTABLE
        .into_iter()
        .find(|progress| progress.text() == word)
    else {
        let words: Vec<&str> = Progress::SETTABLE
            .iter()
            .map(|progress| progress.text())
            .collect();
        return Err(Failure::usage(format!(
            "--mark: `{}` is none of {}",
            line(word, 40),
            words.join(", ")
        )));
    };
    let (mut state, requests) = requests(options)?;
    let Some(request) = requests.iter().find(|request| request.id == id) else {
        let ids: Vec<&str> = requests.iter().map(|request| request.id.as_str()).collect();
        return Err(Failure::usage(format!(
            "no request is called `{}`; there are: {}",
            line(id, 40),
            if ids.is_empty() {
                "none".to_owned()
            } else {
                ids.join(", ")
            }
        )));
    };
    state
        .keep_request(id, &request.subject, progress, &ascribe_case::run::now())
        .map_err(|error| Failure::of(&error))?;
    say(&format!("{id} about {}: {}\n", request.subject, progress.text()));
    if progress == Progress::Answered {
        say("Put the answer into the case folder, so that it becomes evidence.\n");
    }
    Ok(Ended::Well)
}

fn list(options: &Options) -> Result<Ended, Failure> {
    let (_, requests) = requests(options)?;
    if options.json {
        let rows: Vec<Value> = requests
            .iter()
            .map(|request| {
                let steps: Vec<Value> = request
                    .steps
                    .iter()
                    .map(|(at, progress)| json!({ "at": at, "state": progress.text() }))
                    .collect();
                json!({
                    "id": request.id,
                    "subject": request.subject,
                    "state": request.progress.text(),
                    "at": request.at,
                    "steps": steps,
                })
            })
            .collect();
        let all = json!({ "schema": "ascribe.requests/1", "requests": rows });
        say(&json_text(&all).map_err(|error| Failure::of(&error))?);
        return Ok(Ended::Well);
    }
    if requests.is_empty() {
        say("No request was prepared in this case.\n");
    }
    for request in &requests {
        say(&format!(
            "{}  {:<9} {}  {}\n",
            request.id,
            request.progress.text(),
            request.at,
            line(&request.subject, CHARS_MAX)
        ));
    }
    Ok(Ended::Well)
}

fn letter(found: &Found, subject: &Subject, tlp: Tlp) -> Letter {
    let may: Vec<&Sighting> = found
        .sightings
        .iter()
        .filter(|sighting| sighting.tlp <= tlp)
        .collect();
    let window = window(&may);
    let unknown_clock = may.iter().any(|sighting| {
        sighting.used
            && sighting
                .first
                .as_ref()
                .is_some_and(|first| matches!(first.clock(), Clock::Unknown))
    });
    let margin = if unknown_clock {
        "The period is that of the recorded uses with two days on either side, since some of their clocks have no known offset."
    } else {
        "The period is that of the recorded uses with a day on either side."
    };
    let kind = match subject.kind {
        IndicatorKind::Email => "mailbox",
        IndicatorKind::Domain => "name",
        _ => "address",
    };
    let id = ArtifactId::of(format!("{kind}\n{}", subject.value).as_bytes()).hex();
    let attached: Vec<Attached> = may
        .iter()
        .take(ATTACHED_MAX)
        .map(|sighting| attached(sighting, found))
        .collect();
    Letter {
        id: format!("R-{}", id.get(..8).unwrap_or_default()),
        // The name stands in case.toml, which is marked as the case.
        case: if found.case.tlp <= tlp {
            found.case.name.clone()
        } else {
            "the name of the case is not given".to_owned()
        },
        tlp: tlp.text().to_owned(),
        kind: kind.to_owned(),
        subject: subject.value.clone(),
        whom: whom(found, subject, window, tlp, &may),
        window: window.map(|(from, to)| (from.to_string(), to.to_string())),
        basis: if window.is_some() {
            margin.to_owned()
        } else {
            "No use of it that may be shown is dated.".to_owned()
        },
        fields: fields(subject.kind),
        withheld: found.sightings.len().saturating_sub(may.len()),
        more: found
            .more
            .saturating_add(may.len().saturating_sub(attached.len())),
        attached,
        remarks: remarks(subject.kind, &may),
    }
}

/// First and last day of recorded use, with margins.
fn window(may: &[&Sighting]) -> Option<(Day, Day)> {
    let used = || may.iter().filter(|sighting| sighting.used);
    let margin = |at: &Moment| match at.clock() {
        Clock::Unknown => 2,
        Clock::Offset(_) => 1,
    };
    let before = |at: &Moment| (0..margin(at)).fold(at.first_day(), |day, _| day.yesterday().unwrap_or(day));
    let after = |at: &Moment| (0..margin(at)).fold(at.last_day(), |day, _| day.tomorrow().unwrap_or(day));
    let from = used()
        .filter_map(|sighting| sighting.first.as_ref())
        .map(before)
        .min()?;
    let to = used()
        .filter_map(|sighting| sighting.last.as_ref())
        .map(after)
        .max()?;
    Some((from, to))
}

fn attached(sighting: &Sighting, found: &Found) -> Attached {
    let place = &sighting.place;
    let key = (place.path.clone(), place.span.start, place.span.end);
    let quote = match found.quotes.get(&key) {
        Some(Quote::Text { text, .. }) if !sighting.leaked => Some(text.clone()),
        _ => None,
    };
    let when = match (&sighting.first, &sighting.last) {
        _ if sighting.leaked => "its time is not given".to_owned(),
        (Some(first), Some(last)) if first != last => format!("{first} to {last}"),
        (Some(at), _) | (None, Some(at)) => at.to_string(),
        (None, None) => "undated".to_owned(),
    };
    Attached {
        what: if sighting.leaked {
            "leaked material".to_owned()
        } else {
            sighting.what.clone()
        },
        when,
        count: if sighting.leaked { 1 } else { sighting.count },
        path: (!sighting.leaked).then(|| place.path.clone()),
        sha256: place.sha256.hex(),
        start: place.span.start,
        end: place.span.end,
        line: place.span.line,
        tlp: sighting.tlp.text().to_owned(),
        quote,
    }
}

/// Whom to ask. Who the case believes is behind it is no business of theirs and stands nowhere here.
fn whom(
    found: &Found,
    subject: &Subject,
    window: Option<(Day, Day)>,
    tlp: Tlp,
    may: &[&Sighting],
) -> Vec<Addressee> {
    let mut whom = Vec::new();
    let to = |role: &str, who: String, why: String| Addressee {
        role: role.to_owned(),
        who,
        why,
    };
    let host = match subject.kind {
        IndicatorKind::Email => subject.value.rsplit_once('@').map_or("", |(_, host)| host),
        _ => subject.value.as_str(),
    };
    match subject.kind {
        IndicatorKind::Email => whom.push(to(
            "mailbox operator",
            format!("whoever runs mail for {host}"),
            "It holds the registration and the logins of the mailbox".to_owned(),
        )),
        IndicatorKind::Domain => {
            let name = registered(host);
            whom.push(to(
                "registrar",
                format!("the registrar of {name} then"),
                "It holds the registrant, payments and logins; the registry of the top-level domain says who it was then".to_owned(),
            ));
            let top = name.rsplit('.').next().unwrap_or(name);
            whom.push(to(
                "registry",
                format!("the registry of .{top}"),
                format!("It says which registrar and name servers {name} had then"),
            ));
        }
        _ => {
            if let Some(registry) = registry_of(subject.kind, &subject.value) {
                whom.push(to(
                    "registry",
                    format!("{} ({})", registry.name, registry.whois),
                    format!(
                        "IANA gave it {}; ask for the assignment as of then, since a record of today may be of another holder",
                        registry.block
                    ),
                ));
            }
            whom.push(to(
                "provider",
                "the network that the registry names for then".to_owned(),
                "It holds which customer had the address at each time".to_owned(),
            ));
        }
    }
    // The case's tables are as marked as the case itself.
    if found.case.tlp <= tlp {
        let holdings = Holdings::new(&found.case.knowledge);
        let at = window.and_then(|(from, to)| Moment::parse(&format!("{from}..{to}")).ok());
        for held in holdings.find(subject.kind, &subject.value, at.as_ref()) {
            let name = held.item.name.as_deref().unwrap_or(&held.item.id);
            let said = held
                .item
                .source
                .as_deref()
                .map_or_else(String::new, |source| format!(", as {source} says"));
            let then = match held.then {
                Then::Held => "held in the period asked for",
                Then::NotHeld => "not held in the period asked for: ask who held it then",
                Then::Unknown => "the time of the holding does not say whether it was held then",
            };
            let from = held.item.from.as_ref().map_or("the start", Moment::text);
            let until = held.item.to.as_ref().map_or("now", Moment::text);
            whom.push(to(
                "holder by the case's table",
                format!("{name} ({})", held.what),
                format!("From {from} to {until}{said}; {then}"),
            ));
        }
    }
    if subject.kind == IndicatorKind::Domain
        && may
            .iter()
            .any(|sighting| sighting.what == "answer of a name server")
    {
        for (answer, (first, last)) in found.resolved.iter().take(10) {
            let time = |at: &Option<Moment>| {
                at.as_ref()
                    .map_or_else(|| "unknown".to_owned(), ToString::to_string)
            };
            whom.push(to(
                "host",
                format!("whoever held {answer}"),
                format!("The name stood for it from {} to {}", time(first), time(last)),
            ));
        }
    }
    whom
}

fn fields(kind: IndicatorKind) -> Vec<String> {
    let list: &[&str] = match kind {
        IndicatorKind::Email => &[
            "Registration: name, date, address and port it was made from, contacts for recovery",
            "Logins in the period: time with offset, source address and source port, protocol, client and device",
            "Payments: instrument, payer, dates",
            "Forwarding, linked accounts, changes of password and contacts in the period",
            "Messages sent to the domains of the victim in the period: times and identifiers only",
        ],
        IndicatorKind::Domain => &[
            "Registrant, contacts and their changes up to the end of the period",
            "Logins to the account that managed it: time with offset, source address and source port",
            "Payments: instrument, payer, dates",
            "Name servers and records with the dates of their changes",
            "Other names of the same account",
        ],
        _ => &[
            "Subscriber of the address at each time given below: name, contacts, since when",
            "How it was assigned: static, lease with its start and end, or shared; if shared, the customer by source port and time",
            "Payments: instrument, payer, dates",
            "Logins to the customer's account in the period: time with offset, source address and source port",
            "If it is a hosted machine: image, consoles and traffic records in the period",
            "Whether it was a relay, a proxy, an exit of an anonymising network or a resolver at the time",
        ],
    };
    list.iter().map(|&field| field.to_owned()).collect()
}

fn remarks(kind: IndicatorKind, may: &[&Sighting]) -> Vec<String> {
    let mut remarks = vec![
        "Times are as the evidence gives them; an offset is written where it is known, and where none is written it is not.".to_owned(),
        "Please give times with their offset and say how exact the clocks are.".to_owned(),
        "Each place is named by the SHA-256 of its file and its range of bytes, so that it can be checked; copies can be given where the marking lets them.".to_owned(),
        "The marking of each place goes on to whatever is made of it.".to_owned(),
        "That you cannot or will not answer will not be taken as evidence of anything.".to_owned(),
    ];
    let address = matches!(kind, IndicatorKind::Ipv4 | IndicatorKind::Ipv6);
    if address && may.iter().any(|sighting| sighting.port.is_some()) {
        remarks.push("Ports named above are those of services; where an address is shared, the ports of callers stand in the rows.".to_owned());
    }
    if may.iter().any(|sighting| !sighting.used) {
        remarks.push("Some places only mention the value; they say nothing of when it was used.".to_owned());
    }
    remarks
}

fn json(letter: &Letter) -> Value {
    let whom: Vec<Value> = letter
        .whom
        .iter()
        .map(|to| json!({ "role": to.role, "who": to.who, "why": to.why }))
        .collect();
    let attached: Vec<Value> = letter
        .attached
        .iter()
        .map(|place| {
            json!({
                "what": place.what, "when": place.when, "count": place.count, "path": place.path, "sha256": place.sha256,
                "unit": "byte", "start": place.start, "end": place.end, "line": place.line, "tlp": place.tlp, "quote": place.quote,
            })
        })
        .collect();
    json!({
        "schema": "ascribe.request/1",
        "id": letter.id,
        "case": letter.case,
        "tlp": letter.tlp,
        "subject": { "kind": letter.kind, "value": letter.subject },
        "whom": whom,
        "window": letter.window.as_ref().map(|(from, to)| json!({ "from": from, "to": to, "zone": "UTC" })),
        "basis": letter.basis,
        "fields": letter.fields,
        "attached": attached,
        "withheld": letter.withheld,
        "more": letter.more,
        "remarks": letter.remarks,
    })
}

impl Reading {
    /// Where the state of the case in `folder` is.
    fn state(&self, folder: &Path) -> PathBuf {
        self.as_of(None)
            .state
            .unwrap_or_else(|| folder.join("case.ascribe"))
    }
}
