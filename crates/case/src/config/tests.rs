//! Tests of `config`: what is taken, and what is refused with which words.

use super::{Problem, read};

fn problems(text: &str) -> Vec<String> {
    read(text.as_bytes())
        .unwrap_err()
        .iter()
        .map(Problem::to_string)
        .collect()
}

const SMALL: &str = "name = \"x\"\n[[incident]]\nid = \"a\"\n";

#[test]
fn three_lines_are_a_case() {
    let case = read(SMALL.as_bytes()).unwrap();
    assert_eq!(case.name, "x");
    assert_eq!(case.first_incident(), "a");
    assert_eq!(case.timezone, "UTC");
    assert_eq!(case.tlp.text(), "AMBER");
    assert_eq!(case.knowledge.persons.text(), "never");
    assert!(case.incidents[0].opened.is_none());
    assert!(case.hypotheses.is_empty() && case.warnings.is_empty());
    assert!(read(b"name = \"x\"\n[[incident]]\n").is_ok());
}

#[test]
fn every_problem_is_named_with_line_and_nearest_key() {
    let text = "naem = \"x\"\ntlp = 3\n[[incident]]\nid = \"a\"\nstruk = 2014-11-24\n[[actor]]\nid = \"nk\"\nkind = \"sate\"\n";
    assert_eq!(
        problems(text),
        [
            "case.toml:1: case.toml has no `name`",
            "case.toml:1: unknown key `naem` in case.toml (nearest known: `name`)",
            "case.toml:2: `tlp` must be a string, not an integer",
            "case.toml:5: unknown key `struk` in [[incident]] (nearest known: `struck`)",
            "case.toml:8: `kind` must be one of state, agency, unit, group, firm, insider, sympathisers, unlisted, not `sate` (nearest known: `state`)",
        ]
    );
}

#[test]
fn contradicting_hypotheses_are_both_named() {
    let text = format!(
        "{SMALL}[[actor]]\nid = \"nk\"\n[[hypothesis]]\nid = \"one\"\noperators = [\"nk\"]\n[[hypothesis]]\nid = \"two\"\noperators = [\"nk\"]\ndirections = [\"directed\"]\n"
    );
    assert_eq!(
        problems(&text),
        [
            "case.toml:10: hypotheses `one` and `two` contradict: both hold operator `nk` with direction directed (hypotheses must not share a pair of operator and direction)"
        ]
    );
    let apart = text.replace(
        "operators = [\"nk\"]\n[[",
        "operators = [\"nk\"]\ndirections = [\"tolerated\"]\n[[",
    );
    assert!(read(apart.as_bytes()).is_ok());
}

#[test]
fn two_incidents_may_ask_the_same() {
    let text = format!(
        "{SMALL}[[incident]]\nid = \"b\"\n[[actor]]\nid = \"nk\"\n[[hypothesis]]\nid = \"one\"\noperators = [\"nk\"]\n[[hypothesis]]\nid = \"two\"\nincident = \"b\"\noperators = [\"nk\"]\n"
    );
    let case = read(text.as_bytes()).unwrap();
    assert_eq!(case.hypotheses[0].incident, "a");
    assert_eq!(case.hypotheses[1].incident, "b");
}

#[test]
fn ids_that_name_nothing_are_problems_and_sources_of_facts_are_warnings() {
    let text = format!(
        "{SMALL}[[actor]]\nid = \"rgb\"\nparent = \"nkk\"\naliases = [{{ name = \"A\", source = \"kyodo\" }}]\n[[family]]\nid = \"f\"\nlabel = {{ rbg = 0.5 }}\n[[standard]]\nid = \"s\"\nincident = \"b\"\n"
    );
    assert_eq!(
        problems(&text),
        [
            "case.toml:6: `parent`: no [[actor]] has the id `nkk` (nearest known: `rgb`)",
            "case.toml:10: `label`: no [[actor]] has the id `rbg` (nearest known: `rgb`)",
            "case.toml:13: `incident`: no [[incident]] has the id `b` (nearest known: `a`)",
        ]
    );
    let warned =
        format!("{SMALL}[[actor]]\nid = \"rgb\"\naliases = [{{ name = \"A\", source = \"kyodo\" }}]\n");
    let case = read(warned.as_bytes()).unwrap();
    assert_eq!(
        case.warnings[0].to_string(),
        "case.toml:6: `source`: no [[source]] has the id `kyodo`"
    );
}

#[test]
fn numbers_are_finite_ordered_and_probabilities() {
    for (value, message) in [
        ("nan", "`prior` must be a finite number, not nan"),
        ("[0.1, nan, 0.3]", "`prior` must be a finite number, not nan"),
        (
            "[0.3, 0.2, 0.1]",
            "`prior`: range [0.3, 0.2, 0.1] is not in the order low, point, high",
        ),
        ("1.5", "`prior` must hold probabilities from 0 to 1"),
        (
            "[0.1, 0.2]",
            "`prior` must be a number or [low, point, high], not an array",
        ),
        (
            "\"high\"",
            "`prior` must be a number or [low, point, high], not a string",
        ),
        (
            "2014-01-01",
            "`prior` must be a number or [low, point, high], not a date",
        ),
    ] {
        let text = format!(
            "{SMALL}[[actor]]\nid = \"nk\"\n[[hypothesis]]\nid = \"h\"\noperators = [\"nk\"]\nprior = {value}\n"
        );
        assert_eq!(problems(&text), [format!("case.toml:9: {message}")], "{value}");
    }
}

#[test]
fn dates_keep_the_precision_they_are_written_in() {
    let text = format!("{SMALL}entered = \"2014-09\"\nstruck = 2014-11-24\n");
    let case = read(text.as_bytes()).unwrap();
    let incident = &case.incidents[0];
    assert_eq!(incident.entered.as_ref().unwrap().text(), "2014-09");
    assert_eq!(incident.opened.as_ref().unwrap().text(), "2014-11-24");
    assert_eq!(
        problems(&format!("{SMALL}struck = 2014\n")),
        ["case.toml:4: `struck` must be a date, not an integer (write it as a string: struck = \"2014\")"]
    );
    let zoned = format!("{SMALL}[[evidence]]\npath = \"mail/\"\nacquired = 2014-12-02T09:00:00-08:00\n");
    let case = read(zoned.as_bytes()).unwrap();
    assert_eq!(
        case.evidence[0].acquired.as_ref().unwrap().text(),
        "2014-12-02T09:00:00-08:00"
    );
}

#[test]
fn the_most_specific_path_wins() {
    let text = format!(
        "{SMALL}[[evidence]]\npath = \"mail/\"\nknown = 2014-12-02\n[[evidence]]\npath = \"./mail/in/1.eml\"\nknown = 2014-12-03\n[[evidence]]\npath = \".\"\nleaked = true\n"
    );
    let case = read(text.as_bytes()).unwrap();
    let known = |path: &str| {
        let entry = case.evidence_for(path).unwrap();
        entry.known.as_ref().map(|known| known.text().to_owned())
    };
    assert_eq!(known("mail/in/1.eml").unwrap(), "2014-12-03");
    assert_eq!(known("mail/in/1.eml!a.pdf").unwrap(), "2014-12-03");
    assert_eq!(known("mail/2.eml").unwrap(), "2014-12-02");
    assert_eq!(known("mailbox.mbox"), None);
}

#[test]
fn paths_and_incidents_stay_inside() {
    for (text, line) in [
        ("[[evidence]]\npath = \"../x\"\n", 5),
        ("[[evidence]]\npath = \"/etc\"\n", 5),
        ("[[incident]]\nid = \"../x\"\n", 5),
        ("[[incident]]\nid = \"a\"\n", 5),
        ("[[incident]]\nid = \"report.html\"\n", 5),
        ("[victim]\nnetworks = [\"10.0.0.0/33\"]\n", 5),
    ] {
        let found = problems(&format!("{SMALL}{text}"));
        assert_eq!(found.len(), 1, "{text}");
        assert!(
            found[0].starts_with(&format!("case.toml:{line}: ")),
            "{}",
            found[0]
        );
    }
}

#[test]
fn trees_have_no_loops() {
    let text =
        format!("{SMALL}[[actor]]\nid = \"a\"\nparent = \"b\"\n[[actor]]\nid = \"b\"\nparent = \"a\"\n");
    assert_eq!(problems(&text).len(), 2);
}

#[test]
fn broken_toml_is_a_problem_with_its_line() {
    assert!(problems("name = \"x\"\n[[incident\n")[0].starts_with("case.toml:2: not TOML"));
    assert_eq!(
        problems("contract = 2\nname = \"x\"\n[[incident]]\n"),
        ["case.toml:1: contract 2 is not known; this build reads 1"]
    );
    assert!(read(b"name = \"\xff\"").is_err());
}

#[test]
fn the_example_case_reads_without_a_warning() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/sony-2014/case.toml");
    let case = read(&std::fs::read(path).unwrap()).unwrap();
    assert!(case.warnings.is_empty(), "{:?}", case.warnings);
    assert!(case.knowledge.actors.len() >= 8);
}

#[test]
fn an_instant_counts_by_its_day_where_the_case_is() {
    let days = |zone: &str| {
        let text = format!(
            "name = \"x\"\n{zone}[[incident]]\nid = \"a\"\nstruck = 2014-12-20T05:00:00Z\n[[evidence]]\npath = \"a\"\nknown = \"2014-12-20T02:30-05:00\"\n[[evidence]]\npath = \"b\"\nknown = 2014-12-20T01:00:00\n[[evidence]]\npath = \"c\"\nknown = \"2014-12-01T01:00Z..2014-12\"\n"
        );
        let case = read(text.as_bytes()).unwrap();
        let known = |path: &str| case.evidence_for(path).unwrap().known.clone().unwrap();
        let [a, b, c] = ["a", "b", "c"].map(known);
        let opened = case.incidents[0].opened.clone().unwrap();
        assert_eq!(
            case.incidents[0].struck.as_ref().unwrap().text(),
            "2014-12-20T05:00:00Z"
        );
        let [opened, a, b, c] = [&opened, &a, &b, &c].map(|moment| moment.text().to_owned());
        [opened, a, b, c]
    };
    assert_eq!(
        days("timezone = \"America/Los_Angeles\"\n"),
        [
            "2014-12-19T21:00:00-08:00",
            "2014-12-19T23:30-08:00",
            "2014-12-20T01:00:00",
            "2014-11-30T17:00-08:00..2014-12"
        ]
    );
    let as_written = [
        "2014-12-20T05:00:00Z",
        "2014-12-20T02:30-05:00",
        "2014-12-20T01:00:00",
        "2014-12-01T01:00Z..2014-12",
    ];
    assert_eq!(days(""), as_written);
    assert_eq!(
        problems(&format!("timezone = \"Mars/Olympus\"\n{SMALL}"))[0],
        "case.toml:1: `timezone`: `Mars/Olympus` is no IANA time zone (as in \"Europe/Rome\" or \"UTC\")"
    );
}

#[test]
fn a_what_if_names_what_the_case_has() {
    let known = format!(
        "{SMALL}[[source]]\nid = \"fbi\"\n[[infrastructure]]\nid = \"net\"\nwhat = [\"192.0.2.0/24\"]\n[[what_if]]\nid = \"w\"\n"
    );
    let text = format!(
        "{known}reliable = [\"fbi\"]\nset = {{ \"infrastructure:net.exclusive\" = \"high\", \"deception.default\" = 0.2 }}\ndrop = [\"finding:n1\"]\n"
    );
    let case = read(text.as_bytes()).unwrap();
    assert_eq!(case.what_ifs.len(), 1);
    assert_eq!(case.what_ifs[0].changes.len(), 4);
    assert_eq!(case.what_ifs[0].incident, "a");
    let wrong = format!(
        "{known}reliable = [\"fib\"]\nset = {{ \"infrastructure:nt.exclusive\" = \"high\", \"deception.default\" = \"most\", \"net.exclusive\" = 1 }}\ndrop = [\"n1\"]\nwhat = 1\n"
    );
    let found = problems(&wrong);
    assert_eq!(found.len(), 6, "{found:#?}");
    assert!(
        found
            .iter()
            .any(|problem| problem.contains("`fib` (nearest known: `fbi`)")),
        "{found:#?}"
    );
    assert!(
        found
            .iter()
            .any(|problem| problem.contains("`nt` (nearest known: `net`)")),
        "{found:#?}"
    );
    let nothing = problems(&known);
    assert!(nothing[0].contains("changes nothing"), "{nothing:?}");
}
