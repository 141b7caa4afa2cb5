//! The page and the terminal answer as a whole: what they say, what they never let through, and that they repeat.

use std::collections::BTreeMap;

use ascribe_assess::model_file::{Finding, ModelFile, Source, Subject, Trace};
use ascribe_model::Range;
use ascribe_report::{Detail, Page, Quote, Quoted, TerminalOptions, explain, page, terminal};
use expect_test::expect;
use proptest::prelude::*;

#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test material")]
mod sample;

use sample::{Sample, sample};

fn words(page: &Page<'_>, width: usize, color: bool, detail: Detail) -> String {
    terminal(page, TerminalOptions { width, color, detail })
}

/// The sample with `text` in every place that evidence or the case can fill.
fn filled_with(text: &str) -> Sample {
    let mut sample = sample();
    let assessment = &mut sample.assessment;
    for place in [
        &mut assessment.case,
        &mut assessment.question,
        &mut assessment.incident,
        &mut assessment.confidence.level,
        &mut assessment.confidence.sentence,
        &mut assessment.run.version,
    ] {
        text.clone_into(place);
    }
    assessment.as_of = Some(text.to_owned());
    assessment.confidence.reasons = vec![text.to_owned()];
    assessment.warnings = vec![text.to_owned()];
    assessment.places = vec![text.to_owned()];
    assessment
        .owners
        .insert(text.to_owned(), [(text.to_owned(), 0.5)].into());
    for beliefs in [
        &mut assessment.operators,
        &mut assessment.directions,
        &mut assessment.framed,
    ] {
        beliefs.insert(text.to_owned(), 0.97);
    }
    for hypothesis in &mut assessment.hypotheses {
        text.clone_into(&mut hypothesis.name);
        text.clone_into(&mut hypothesis.words);
    }
    for (index, line) in assessment.ledger.iter_mut().enumerate() {
        if index % 2 == 0 {
            line.finding = format!("{text}{index}");
        }
        for place in [&mut line.says, &mut line.origin, &mut line.known] {
            text.clone_into(place);
        }
        line.source = Some(text.to_owned());
        for place in [
            &mut line.points_to,
            &mut line.signed_by,
            &mut line.happened,
            &mut line.rests_on,
            &mut line.reason,
        ] {
            *place = Some(text.to_owned());
        }
        for list in [&mut line.copies, &mut line.via, &mut line.remarks] {
            *list = vec![text.to_owned()];
        }
        for place in &mut line.provenance {
            text.clone_into(&mut place.path);
        }
        for content in [
            Quoted::Text(text.to_owned()),
            Quoted::Bytes(text.as_bytes().to_vec()),
        ] {
            sample
                .quotes
                .insert((line.finding.clone(), 0), Quote { content, left_out: 3 });
        }
        sample.prose.insert(line.finding.clone(), text.to_owned());
    }
    assessment.sensitivity.flip_set = vec![text.to_owned()];
    assessment.sensitivity.priors.insert(text.to_owned(), 0.5);
    assessment.sensitivity.flip_prior.insert(text.to_owned(), None);
    for row in &mut assessment.sensitivity.leave_one_out {
        for place in [&mut row.kind, &mut row.id, &mut row.leader] {
            text.clone_into(place);
        }
    }
    for item in &mut assessment.collect {
        text.clone_into(&mut item.what);
        text.clone_into(&mut item.ask);
    }
    for standard in &mut assessment.standards {
        text.clone_into(&mut standard.id);
        text.clone_into(&mut standard.why);
    }
    for event in &mut assessment.timeline {
        text.clone_into(&mut event.event);
    }
    for anomaly in &mut assessment.anomalies {
        for place in [&mut anomaly.path, &mut anomaly.code, &mut anomaly.text] {
            text.clone_into(place);
        }
    }
    for input in &mut assessment.inputs {
        for place in [
            &mut input.path,
            &mut input.kind,
            &mut input.status,
            &mut input.coverage.unit,
        ] {
            text.clone_into(place);
        }
        for place in [&mut input.reader, &mut input.known, &mut input.why] {
            *place = Some(text.to_owned());
        }
    }
    for party in sample.parties.values_mut() {
        text.clone_into(&mut party.name);
        text.clone_into(&mut party.kind);
        party.aliases = vec![text.to_owned()];
        party.facts = vec![text.to_owned()];
    }
    for source in sample.sources.values_mut() {
        text.clone_into(&mut source.name);
        source.stake = Some(text.to_owned());
    }
    for point in &mut sample.series {
        text.clone_into(&mut point.day);
        point.cause = vec![text.to_owned()];
    }
    let assessment = &mut sample.assessment;
    for row in &mut assessment.sensitivity.tornado {
        text.clone_into(&mut row.of);
        text.clone_into(&mut row.field);
    }
    for row in &mut assessment.sensitivity.defaults {
        text.clone_into(&mut row.row);
        row.leader = [text.to_owned(), text.to_owned()];
    }
    let said = &mut assessment.sentences;
    for place in [&mut said.public, &mut said.expert, &mut said.court] {
        text.clone_into(place);
    }
    let doubts = assessment.doubts.iter_mut();
    for doubts in doubts {
        doubts
            .conflict
            .findings
            .iter_mut()
            .for_each(|row| text.clone_into(&mut row.finding));
        doubts
            .displays
            .iter_mut()
            .for_each(|row| text.clone_into(&mut row.party));
        for row in &mut doubts.predicted {
            text.clone_into(&mut row.finding);
            row.searched = Some(text.to_owned());
        }
    }
    for what_if in &mut sample.assessment.what_ifs {
        what_if.changes = vec![text.to_owned()];
        what_if.operators = [(text.to_owned(), 0.5)].into();
        for place in [&mut what_if.name, &mut what_if.leader, &mut what_if.words] {
            text.clone_into(place);
        }
    }
    sample
}

/// Tags of a page, and attributes by name, in order of their first appearance.
fn tags(page: &str) -> BTreeMap<&str, usize> {
    let mut tags = BTreeMap::new();
    for start in page.split('<').skip(1) {
        let name = start
            .split(|character: char| character.is_whitespace() || character == '>')
            .next()
            .unwrap_or_default();
        *tags.entry(name).or_default() += 1;
    }
    tags
}

#[test]
fn the_terminal_says_the_answer_in_plain_words() {
    expect![[r#"
        Film studio, 2014 (TLP:AMBER)
        Who operated the attack on the studio, and on whose direction?
        As of 2014-12-19 · incident studio · 9 findings

        Answer
           66 %   North Korea, on the state's direction
                  likely to very likely; 90 % interval 56–83 %, outer search 18–94 %
           10 %   A party that is no state and that the case does not list
                  very unlikely; 90 % interval 4–21 %, outer search 2–55 %
            9 %   The extortion crew of the messages
                  very unlikely; 90 % interval 3–18 %, outer search 1–38 %
            8 %   North Korea's people, encouraged, tolerated or on their own
                  very unlikely; 90 % interval 2–17 %, outer search 1–30 %
                  and 2 hypotheses below
        Operator alone: North Korea, 74 %. Direction alone: directed, 70 %. That
        somebody is framed: 9 %.

        Confidence (low)
        Confidence is low: leaving out one source takes the leader below even odds.
          - one source, the FBI, carries most of the weight
          - the interval is 27 points wide
          - two findings suffice to flip the leader

        To be quoted
         public   The answer that leads is "North Korea": likely
         expert   0.66 at the central parameters
          court   This is an opinion on probability

        What carries it (bans)
          +0.51   lines of code, encryption and the way of deleting data overlap with
                  programs that the bureau ties to North Korea
                  fbi-code-overlap · FBI, known 2014-12-19 · notes/fbi-code-overlap.md
                  line 12
          +0.39   the disk wiper shares 14 rare functions with the programs of the 2013
                  attack on banks in Seoul
                  engine:4be1c09ad377 · own measurement, known 2014-12-04 ·
                  programs/wiper.bin bytes 8,000–8,048
          +0.34   addresses of known North Korean infrastructure talked with addresses
                  written into the wiper
                  fbi-addresses · FBI, known 2014-12-19 · notes/fbi-addresses.md line 12
          −0.28   three days before the attack a mail to executives demands money and
                  does not mention the film
                  demand-for-money · The studio, known 2014-12-19 ·
                  notes/demand-for-money.md line 12
          +0.18   the wiper carries 203.0.113.71, listed as a relay of the family's
                  operators
                  engine:90aa12be44f0 · own measurement, known 2014-12-04 ·
                  programs/wiper.bin bytes 8,000–8,048

        What would overturn it
        Without 2 findings another hypothesis leads: fbi-code-overlap,
        engine:4be1c09ad377.

        What a doubter asks
          - The findings contradict each other: together they are less probable than
            unrelated ones, by +0.31 bans.
          - The others speak against demand-for-money by +0.39 bans: the model expects
            such a finding in 17 % of cases.
          - Too good to be true? 9 of 9 marks of North Korea are there; its own
            operations leave that many in 3 % of cases, somebody who frames it in 38 %.
          - The assumption that moves it most: reliable of source fbi; 57 % at its low
            end, 72 % at its high end.
          - The default that moves it most: class.code hit; 48 % at its low end, 69 % at
            its high end.

        What if
           88 %   The bureau is reliable and the address range is its holder's alone:
                  North Korea, on the state's direction; operator North Korea, 91 %

        What to collect next (bits)
           0.31   holder of 203.0.113.71 in 2014-11: the provider, for the customer and
                  its access logs from 2014-09 to 2014-11
           0.22   the samples behind the stated overlap: the bureau, for hashes or for a
                  comparison by a third party

        Standards
            met   warn-others: low end .56 is over .30, from 3 origins
        not met   name-publicly: low end .56 is under .80

        Evidence
        3 inputs: 1 partial, 2 read.
          capture: 1 input, 8,112 of 8,113 understood (object), 1 passed over
          mail: 1 input, 8,112 of 8,113 understood (object), 1 passed over
          program: 1 input, 8,112 of 8,113 understood (object), 1 passed over
          - partial captures/edge.pcap: cut after packet 8,112: 31 of 74 bytes are there
        1 anomaly.
          - mail/threat.eml line 9: the hop is dated 41 seconds before the one under it
          ! the pair (rgb, tolerated) is covered by no hypothesis and has probability 0

        Report: film-studio/out/report.html
    "#]]
    .assert_eq(&words(&sample().page(), 80, false, Detail::Full));
}

#[test]
fn the_quiet_answer_is_one_paragraph() {
    expect![[r#"
        As of 2014-12-19: North Korea, on the state's direction: likely to very likely (66 %, 90 % interval
        56–83 %). Confidence low. Without 2 findings another hypothesis leads: fbi-code-overlap,
        engine:4be1c09ad377. 3 inputs: 1 partial, 2 read, 1 anomaly. TLP:AMBER.
    "#]]
    .assert_eq(&words(&sample().page(), 100, false, Detail::Quiet));
}

#[test]
fn the_page_has_every_part_and_leads_to_the_bytes() {
    let text = page(&sample().page());
    for part in [
        "answer",
        "hypotheses",
        "who",
        "ledger",
        "time",
        "sensitivity",
        "doubt",
        "events",
        "evidence",
        "anomalies",
        "inputs",
        "method",
    ] {
        assert!(
            text.contains(&format!("<section id=\"{part}\"")) && text.contains(&format!("href=\"#{part}\"")),
            "{part}"
        );
    }
    for link in text
        .split("href=\"#")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
    {
        assert_eq!(text.matches(&format!("id=\"{link}\"")).count(), 1, "{link}");
    }
    for said in [
        "likely to very likely",
        "56–83 %",
        "TLP:AMBER",
        "00001f40",
        "From bytes alone, all notes removed",
        "Every override removed",
        "taken as one telling",
        "For a court",
        "less probable than if they had nothing to do with each other",
        "9 of 9 marks of ",
        "the mail store, by sender",
        "0.15 per unit of cost",
        "another, at one end",
        "Leaked material: only its hash",
        "The bureau is reliable",
    ] {
        assert!(text.contains(said), "{said}");
    }
}

#[test]
fn the_page_needs_nothing_and_runs_nothing() {
    let text = page(&sample().page());
    assert!(text.contains("default-src &#39;none&#39;") || text.contains("default-src 'none'"));
    for never in [
        "<script",
        "<img",
        "<link",
        "http://",
        "https://",
        "javascript:",
        " style=",
        "onload",
        "@import",
        "url(",
    ] {
        assert!(!text.contains(never), "{never}");
    }
}

#[test]
fn no_belief_below_one_or_above_ninety_nine_percent_is_printed() {
    let mut sample = sample();
    for hypothesis in &mut sample.assessment.hypotheses {
        hypothesis.belief.point = if hypothesis.id == "nk-directed" {
            0.9997
        } else {
            0.000_06
        };
        hypothesis.belief.outer = [0.000_01, 0.999_99];
    }
    for belief in sample.assessment.operators.values_mut() {
        *belief = 1.0;
    }
    for text in [
        page(&sample.page()),
        words(&sample.page(), 80, false, Detail::Full),
        words(&sample.page(), 80, false, Detail::Quiet),
    ] {
        // What a reader sees: no tags with their geometry, no scale of a chart.
        let seen: String = text
            .replace(" %</text>", "</text>")
            .split('<')
            .map(|part| part.split_once('>').map_or(part, |(_, after)| after))
            .collect::<Vec<_>>()
            .join("|");
        for never in ["100 %", "|0 %", " 0 %", "99.9", "0.00 %"] {
            assert!(!seen.contains(never), "{never}");
        }
        let in_one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(in_one_line.contains("over 99 %"));
    }
}

#[test]
fn the_same_assessment_gives_the_same_text() {
    assert_eq!(page(&sample().page()), page(&sample().page()));
}

/// A model in which the finding `id` reports a trace of a family that is `text`'s, by the word of `text`.
#[expect(clippy::unwrap_used, reason = "ranges in order")]
fn model_of(id: &str, text: &str) -> ModelFile {
    let range = |low, point, high| Range::new(low, point, high).unwrap();
    ModelFile {
        format: "ascribe-model/1".to_owned(),
        actors: Vec::new(),
        hypotheses: Vec::new(),
        deception: BTreeMap::new(),
        sources: vec![Source {
            id: text.to_owned(),
            reliable: range(0.6, 0.8, 0.9),
            push: range(0.1, 0.2, 0.4),
            class: None,
        }],
        subjects: vec![Subject {
            id: text.to_owned(),
            label: [(text.to_owned(), range(0.4, 0.7, 0.88))].into(),
            shared: range(0.01, 0.03, 0.1),
            other_is_unlisted: None,
            class: None,
            source: Some(text.to_owned()),
            label_without_source: BTreeMap::new(),
        }],
        traces: vec![Trace {
            id: "t".to_owned(),
            class: None,
            points_to: text.to_owned(),
            hit: range(0.5, 0.7, 0.8),
            rarity: range(0.002, 0.005, 0.01),
            forgeability: range(0.1, 0.25, 0.4),
            care: None,
        }],
        findings: vec![Finding {
            id: id.to_owned(),
            trace: Some("t".to_owned()),
            source: Some(text.to_owned()),
            if_present: Some(range(0.8, 0.9, 0.95)),
            if_absent: Some(range(0.05, 0.12, 0.3)),
            ..Finding::default()
        }],
    }
}

#[test]
fn a_finding_is_explained_from_its_number_to_its_bytes() {
    let sample = sample();
    let line = sample.assessment.ledger.first().unwrap();
    let told = explain(
        &sample.page(),
        &model_of(&line.finding, "seoul-2013"),
        &line.finding,
    )
    .unwrap();
    for expected in [
        line.provenance.first().unwrap().sha256.to_string().as_str(),
        "seoul-2013 is seoul-2013's with 0.70 [0.40\u{2013}0.88], by the word of seoul-2013",
        "by chance with 0.005 [0.002\u{2013}0.010]: +2.15 bans at most",
        "0.80 [0.60\u{2013}0.90]",
        "bans alone",
    ] {
        let flat = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(expected), "{expected} in {told}");
    }
    assert!(explain(&sample.page(), &model_of("x", "y"), "no such finding").is_none());
}

#[test]
fn hostile_text_stays_text() {
    let plain = tags(&page(&filled_with("plain").page()))
        .into_iter()
        .map(|(tag, number)| (tag.to_owned(), number))
        .collect::<BTreeMap<_, _>>();
    for hostile in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "</style></title></svg><svg onload=alert(1)>",
        "'-->]]><iframe srcdoc=x>",
        "\u{1b}[2J\u{1b}]0;owned\u{7}\r\nline",
        "a\u{202E}gpj.exe\u{2066}\u{200B}\u{FEFF}",
    ] {
        let sample = filled_with(hostile);
        let text = page(&sample.page());
        let found = tags(&text)
            .into_iter()
            .map(|(tag, number)| (tag.to_owned(), number))
            .collect::<BTreeMap<_, _>>();
        assert_eq!(found, plain, "{hostile:?}");
        let mut said =
            words(&sample.page(), 80, false, Detail::Full) + &words(&sample.page(), 80, false, Detail::Quiet);
        for line in &sample.assessment.ledger {
            let model = model_of(&line.finding, hostile);
            said += &explain(&sample.page(), &model, &line.finding).unwrap();
        }
        for character in text.chars().chain(said.chars()) {
            assert!(
                character == '\n' || character == '\t' || !ascribe_report::shown::hides(character),
                "{hostile:?}: {character:?}"
            );
        }
    }
}

#[test]
fn a_name_of_ten_thousand_characters_is_cut() {
    let sample = filled_with(&"x".repeat(10_000));
    let text = page(&sample.page());
    assert!(text.len() < 1_000_000, "{}", text.len());
    let said = words(&sample.page(), 80, false, Detail::Full);
    assert!(said.lines().all(|line| line.chars().count() <= 80));
}

#[test]
fn two_thousand_findings_stay_usable() {
    let mut sample = sample();
    let first = sample.assessment.ledger.first().cloned().unwrap();
    sample.assessment.ledger = (0..2_000)
        .map(|index| {
            let mut line = first.clone();
            line.finding = format!("n{index}");
            line
        })
        .collect();
    let text = page(&sample.page());
    assert!(text.len() < 12_000_000, "{}", text.len());
    let open = text.split("<details").next().map_or(0, str::len);
    assert!(
        open < 200_000 && text.contains("Findings 31 to 280 of 2000"),
        "{open}"
    );
}

#[test]
fn of_a_hundred_thousand_inputs_those_that_were_lost_are_shown_first() {
    let mut sample = sample();
    let read = sample
        .assessment
        .inputs
        .iter()
        .find(|input| input.status == "read")
        .cloned()
        .unwrap();
    let mut inputs = vec![read.clone(); 100_000];
    for (index, input) in inputs.iter_mut().enumerate() {
        input.path = format!("mail/{index}.eml");
    }
    let last = inputs.last_mut().unwrap();
    last.status = "partial".to_owned();
    sample.assessment.inputs = inputs;
    let text = page(&sample.page());
    assert!(text.len() < 6_000_000, "{}", text.len());
    assert!(text.contains("97,000 more are listed in assessment.json."));
    let at = |path: &str| text.find(path);
    assert!(at("mail/99999.eml").unwrap() < at("mail/0.eml").unwrap());
    assert!(at("mail/99998.eml").is_none());
    let kind = words(&sample.page(), 80, false, Detail::Full);
    assert!(kind.contains(&format!("{}: 100,000 inputs", read.kind)), "{kind}");
}

#[test]
fn an_empty_assessment_is_a_page_too() {
    let mut sample = sample();
    let assessment = &mut sample.assessment;
    (
        assessment.hypotheses,
        assessment.ledger,
        assessment.inputs,
        assessment.anomalies,
    ) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    assessment.sensitivity = ascribe_assess::assessment::Sensitivity::default();
    sample.series = Vec::new();
    assert!(page(&sample.page()).contains("No hypothesis was weighed."));
    assert!(words(&sample.page(), 80, false, Detail::Full).contains("0 inputs"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_text_is_shown_without_what_hides(text in any::<String>(), width in 0_usize..200) {
        let sample = filled_with(&text);
        let said = words(&sample.page(), width, false, Detail::Full);
        prop_assert!(said.lines().all(|line| line.chars().count() <= width.max(40)));
        for character in page(&sample.page()).chars().chain(said.chars()) {
            prop_assert!(character == '\n' || character == '\t' || !ascribe_report::shown::hides(character), "{character:?}");
        }
    }
}

/// The browser check found tables of one name on the first page of a real case (axe `landmark-unique`): their rows
/// were more than stand open, and only the ledger named its closed groups apart.
#[test]
fn every_table_of_a_long_page_has_a_name_of_its_own() {
    let mut sample = sample();
    let assessment = &mut sample.assessment;
    let long = |count: usize| std::iter::repeat_n((), count);
    assessment.inputs = long(1_200)
        .flat_map(|()| assessment.inputs.first().cloned())
        .collect();
    assessment.anomalies = long(1_200)
        .flat_map(|()| assessment.anomalies.first().cloned())
        .collect();
    assessment.ledger = long(600)
        .flat_map(|()| assessment.ledger.first().cloned())
        .collect();
    let rows = &mut assessment.sensitivity.leave_one_out;
    *rows = long(600).flat_map(|()| rows.first().cloned()).collect();
    let rows = &mut assessment.sensitivity.tornado;
    *rows = long(400).flat_map(|()| rows.first().cloned()).collect();
    let rows = &mut assessment.sensitivity.defaults;
    *rows = long(400).flat_map(|()| rows.first().cloned()).collect();
    let text = page(&sample.page());
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for part in text.split("role=\"region\" aria-label=\"").skip(1) {
        let name = part.split('"').next().unwrap_or_default();
        let seen = names.entry(name).or_default();
        *seen = seen.saturating_add(1);
    }
    for label in ["Inputs", "Anomalies", "Ledger", "Left out one at a time"] {
        let first = names.keys().filter(|name| name.starts_with(label)).count();
        assert!(first >= 3, "{label}: {first} tables");
    }
    assert!(names.values().all(|count| *count == 1), "{names:?}");
}
