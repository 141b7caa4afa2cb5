//! A hand-made truth set: sentences of our own with what stands in them, and sentences that only look like it.
//!
//! One line of `truth/*.txt` is `style | text | kind=value ...`; the text is in double angle marks so that spaces show.
//! Recall and precision are counted per style over (kind, value) pairs; hosts of URLs and mailboxes are part of the truth.

use std::collections::{BTreeMap, BTreeSet};

use ascribe_intel::indicators::scan;
use ascribe_model::observation::IndicatorKind;

struct Case {
    style: String,
    text: String,
    truth: BTreeSet<(String, String)>,
}

fn cases() -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    for line in include_str!("truth/indicators.txt").lines() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let parts = line
            .split_once(" «")
            .and_then(|(style, rest)| Some((style, rest.split_once('»')?)));
        let Some((style, (text, truth))) = parts else {
            return Err(format!("no text between marks: {line}"));
        };
        let truth: Option<BTreeSet<(String, String)>> = truth
            .split_whitespace()
            .map(|pair| {
                pair.split_once('=')
                    .map(|(kind, value)| (kind.to_owned(), value.to_owned()))
            })
            .collect();
        let Some(truth) = truth else {
            return Err(format!("no kind=value: {line}"));
        };
        cases.push(Case {
            style: style.trim().to_owned(),
            text: text.replace("\\n", "\n").replace("\\t", "\t"),
            truth,
        });
    }
    Ok(cases)
}

fn kind_word(kind: IndicatorKind) -> &'static str {
    match kind {
        IndicatorKind::Ipv4 => "ipv4",
        IndicatorKind::Ipv6 => "ipv6",
        IndicatorKind::Cidr => "cidr",
        IndicatorKind::Domain => "domain",
        IndicatorKind::Url => "url",
        IndicatorKind::Email => "email",
        IndicatorKind::Md5 => "md5",
        IndicatorKind::Sha1 => "sha1",
        IndicatorKind::Sha256 => "sha256",
        IndicatorKind::Cve => "cve",
        IndicatorKind::Technique => "technique",
        IndicatorKind::Asn => "asn",
    }
}

#[test]
fn recall_and_precision_per_style_hold_their_floor() {
    let mut table: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    let mut wrong = Vec::new();
    for case in cases().unwrap() {
        let found: BTreeSet<(String, String)> = scan(&case.text)
            .into_iter()
            .map(|item| (kind_word(item.kind).to_owned(), item.value))
            .collect();
        let row = table.entry(case.style.clone()).or_default();
        row[0] += case.truth.intersection(&found).count();
        row[1] += case.truth.difference(&found).count();
        row[2] += found.difference(&case.truth).count();
        if found != case.truth {
            let missed: Vec<_> = case.truth.difference(&found).collect();
            let extra: Vec<_> = found.difference(&case.truth).collect();
            wrong.push(format!(
                "{}: {}\n    missed {missed:?}\n    extra {extra:?}",
                case.style, case.text
            ));
        }
    }
    let mut report = String::from("style                 right missed extra recall precision\n");
    let mut low = Vec::new();
    for (style, [right, missed, extra]) in &table {
        let share = |part: usize, whole: usize| {
            if whole == 0 {
                1.0
            } else {
                part as f64 / whole as f64
            }
        };
        let (recall, precision) = (share(*right, right + missed), share(*right, right + extra));
        report.push_str(&format!(
            "{style:21} {right:5} {missed:6} {extra:5} {recall:6.3} {precision:9.3}\n"
        ));
        // Traps hold nothing: there only what was found in excess counts.
        let fine = if style.starts_with("trap") {
            *extra == 0
        } else {
            recall >= 0.9 && precision >= 0.9
        };
        if !fine {
            low.push(style.clone());
        }
    }
    println!("{report}\n{}", wrong.join("\n"));
    assert!(
        low.is_empty(),
        "below the floor: {low:?}\n{report}\n{}",
        wrong.join("\n")
    );
}

#[test]
fn spans_are_the_raw_form() {
    let text = "drops to hxxp://bad[.]host-seven[.]com/a.php, then calls 198[.]51[.]100[.]7.";
    let raws: Vec<_> = scan(text)
        .into_iter()
        .map(|item| (item.value, text.get(item.start..item.end).unwrap()))
        .collect();
    assert_eq!(
        raws,
        [
            (
                "http://bad.host-seven.com/a.php".to_owned(),
                "hxxp://bad[.]host-seven[.]com/a.php"
            ),
            ("bad.host-seven.com".to_owned(), "bad[.]host-seven[.]com"),
            ("198.51.100.7".to_owned(), "198[.]51[.]100[.]7"),
        ]
    );
}
