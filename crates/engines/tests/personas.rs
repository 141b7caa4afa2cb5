//! What mails of one mailbox have in common, and what mails of several share.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use ascribe_engines::{Evidence, Memo, Suggestions, World, personas};
use ascribe_intel::{Knowledge, Victim};
use ascribe_model::limits::Limits;
use ascribe_model::words::Tlp;
use ascribe_model::{ArtifactId, Day, Moment, Out};
use proptest::prelude::*;

const WORDS: &str = "What was taken so far is a small part of the plan, and whoever stands beside the company will be in danger.";

fn letter(path: &str, headers: &str, body: &str) -> Evidence {
    let data = format!("{headers}\n\n{body}\n").into_bytes();
    let reader = &ascribe_readers::mail::READER;
    let stop = AtomicBool::new(false);
    let mut take = |_| Ok(());
    let scan = ascribe_intel::indicators::scan;
    let mut out = Out::new(reader.kind, Limits::default(), &scan, &stop, &mut take);
    (reader.read)(&data.as_slice(), &mut out);
    Evidence {
        source: None,
        path: path.to_owned(),
        id: ArtifactId::of(&data),
        known: Moment::parse("2014-12-08").unwrap_or_else(|_| Moment::of_day(Day::ZERO)),
        dated: true,
        valid: None,
        origin: path.to_owned(),
        tlp: Tlp::Amber,
        leaked: false,
        incident: "studio".to_owned(),
        reading: Arc::new(out.finish()),
    }
}

fn run(evidence: &[Evidence]) -> Suggestions {
    let knowledge = Knowledge {
        victim: Victim {
            domains: vec!["studio.example".into()],
            ..Victim::default()
        },
        ..Knowledge::default()
    };
    personas::suggest(&World {
        as_of: None,
        incident: "studio",
        incident_time: None,
        knowledge: &knowledge,
        evidence,
        corpora: &[],
        memo: &Memo::default(),
    })
}

fn threats() -> Vec<Evidence> {
    vec![
        letter(
            "mail/1.eml",
            "From: head@postbox.ru\nTo: a@studio.example\nDate: Fri, 05 Dec 2014 17:41:20 +0900\nMessage-ID: <5481ecc0.19@localhost>\nX-Mailer: Foxmail 6.5\nContent-Type: text/plain; charset=euc-kr",
            WORDS,
        ),
        letter(
            "mail/2.eml",
            "From: head@postbox.ru\nTo: b@studio.example\nDate: Sat, 06 Dec 2014 17:41:20 +0900\nMessage-ID: <5482ecc1.77@localhost>\nX-Mailer: Foxmail 6.5\nIn-Reply-To: <5481ecc0.19@localhost>\nContent-Type: text/plain; charset=euc-kr",
            "Shorter.",
        ),
        letter(
            "mail/3.eml",
            "From: other@elsewhere.ru\nTo: b@studio.example\nDate: Sat, 06 Dec 2014 17:41:20 -0800\nMessage-ID: <1@mail.elsewhere.ru>",
            &format!("Hello.\n\n{}", WORDS.replace(' ', "\n ")),
        ),
        letter(
            "mail/4.eml",
            "From: it@studio.example\nTo: b@studio.example\nDate: Sat, 06 Dec 2014 17:41:20 -0800",
            WORDS,
        ),
    ]
}

#[test]
fn a_mailbox_is_one_finding_with_its_habits_and_no_weight() {
    let given = run(&threats());
    let says: Vec<&str> = given
        .findings
        .iter()
        .map(|finding| finding.says.as_str())
        .collect();
    assert_eq!(says.len(), 2, "{says:?}");
    assert!(says.contains(&"mail/1.eml line 1: 2 mails say they are from head@postbox.ru; client Foxmail 6.5; Message-ID host localhost; Message-ID shape h8.d2; character set euc-kr; clock +09:00"), "{says:?}");
    for finding in &given.findings {
        assert_eq!((finding.class, finding.points_to.as_ref()), (None, None));
    }
    assert_eq!(given.counts.get("threads of several mails"), Some(&1));
}

#[test]
fn words_that_two_mailboxes_share_are_told_and_the_victims_own_are_not() {
    let given = run(&threats());
    let said: Vec<(&str, &str)> = given
        .anomalies
        .iter()
        .map(|(path, anomaly)| (path.as_str(), anomaly.text.as_str()))
        .collect();
    assert_eq!(
        said,
        [(
            "mail/3.eml",
            "mails from other@elsewhere.ru and head@postbox.ru share a paragraph word for word (mail/1.eml line 8); whoever has one mail can write the other"
        )]
    );
}

#[test]
fn a_mailbox_whose_programs_do_not_agree_is_told() {
    let mut mails = threats();
    mails.push(letter(
        "mail/5.eml",
        "From: head@postbox.ru\nTo: b@studio.example\nDate: Sat, 06 Dec 2014 17:41:20 -0800\nMessage-ID: <1@mail.postbox.ru>\nUser-Agent: Mutt/1.5.23",
        "x",
    ));
    let given = run(&mails);
    let codes: Vec<&str> = given
        .anomalies
        .iter()
        .map(|(_, anomaly)| anomaly.code.as_str())
        .collect();
    assert_eq!(codes, ["persona.mixed", "persona.same-words"]);
}

proptest! {
    #[test]
    fn the_order_of_mails_does_not_matter(order in Just((0usize..4).collect::<Vec<_>>()).prop_shuffle()) {
        let all = threats();
        let shuffled: Vec<Evidence> = order.iter().filter_map(|index| all.get(*index).cloned()).collect();
        let (first, second) = (run(&all), run(&shuffled));
        prop_assert_eq!(first.findings, second.findings);
        prop_assert_eq!(first.anomalies, second.anomalies);
        prop_assert_eq!(first.counts, second.counts);
    }
}
