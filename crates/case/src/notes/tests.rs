//! Tests of `notes`: what is taken, and what is refused with which words.

use super::{Evidence, locate, read};
use crate::config::{self, Case};
use ascribe_model::ArtifactId;

fn case() -> Case {
    config::read(
        b"name = \"x\"\ntlp = \"GREEN\"\n[[incident]]\nid = \"a\"\nstruck = 2014-11-24\n[[incident]]\nid = \"b\"\n[[actor]]\nid = \"nk\"\n[[source]]\nid = \"fbi\"\n[[family]]\nid = \"seoul\"\n",
    )
    .unwrap()
}

fn problems(front: &str) -> Vec<String> {
    let text = format!("+++\nkind = \"code\"\nsays = \"s\"\n{front}+++\nprose\n");
    let found = read("notes/n1.md", text.as_bytes(), &case()).unwrap_err();
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn a_note_becomes_a_finding_about_its_own_bytes() {
    let text = "+++\r\nkind = \"code\"\r\nstance = \"reports\"\r\nabout = \"author\"\r\npoints_to = \"family:seoul\"\r\nsource = \"fbi\"\r\nvia = [\"rfa\"]\r\ngrade = \"B2\"\r\nknown = 2014-12-19\r\nhit = [0.1, 0.2, 0.3]\r\nreason = \"r\"\r\nsays = \"lines\"\r\n+++\r\nProse.\r\n";
    let note = read("notes/n1.md", text.as_bytes(), &case()).unwrap();
    let finding = &note.finding;
    assert_eq!(finding.id, "n1");
    assert_eq!(finding.prose, "Prose.");
    assert_eq!(finding.origin, "fbi");
    assert_eq!(finding.tlp.text(), "GREEN");
    assert_eq!(finding.incident, "a");
    assert_eq!(finding.grade.credibility, Some(2));
    assert_eq!(finding.provenance[0].span.end, text.len() as u64);
    assert_eq!(finding.provenance[0].sha256, ArtifactId::of(text.as_bytes()));
    assert!(note.dated);
}

#[test]
fn a_missing_date_is_the_day_the_case_was_opened() {
    let text = "+++\nkind = \"code\"\nsays = \"s\"\n+++\n";
    let note = read("notes/n1.md", text.as_bytes(), &case()).unwrap();
    assert_eq!(note.finding.known.text(), "2014-11-24");
    assert!(!note.dated);
}

#[test]
fn what_a_note_may_not_say_is_named_with_its_line() {
    for (front, message) in [
        (
            "knwon = 2014-01-01\n",
            "4: unknown key `knwon` in a note (nearest known: `known`)",
        ),
        (
            "source = \"fbj\"\n",
            "4: `source`: the case has no source `fbj` (nearest known: `fbi`)",
        ),
        (
            "points_to = \"family:soul\"\n",
            "4: `points_to`: the case has no family `soul` (nearest known: `seoul`)",
        ),
        (
            "hit = nan\nreason = \"r\"\n",
            "4: `hit` must be a finite number, not nan",
        ),
        ("hit = 0.5\n", "4: `hit` needs `reason`"),
        (
            "stance = \"absent\"\n",
            "4: stance `absent` needs `searched` (say where, when and how it was searched)",
        ),
        (
            "weight_bans = 1.5\nreason = \"r\"\n",
            "4: `weight_bans` needs `signed_by`",
        ),
        (
            "weight_bans = 1.5\nsigned_by = \"me\"\n",
            "4: `weight_bans` needs `reason`",
        ),
        (
            "grade = \"G2\"\n",
            "4: `grade`: `G2` is no Admiralty grade (as in \"B2\": A to F, 1 to 6)",
        ),
        (
            "grade = \"B7\"\n",
            "4: `grade`: `B7` is no Admiralty grade (as in \"B2\": A to F, 1 to 6)",
        ),
        (
            "incident = \"c\"\n",
            "4: `incident`: the case has no incident `c` (nearest known: `a`)",
        ),
        ("of = \"family:seoul\"\n", "4: `of` goes with about = \"owner\""),
        ("kind = \"code\"\n", "4: not TOML: duplicate key"),
    ] {
        assert_eq!(problems(front), [format!("notes/n1.md:{message}")], "{front}");
    }
}

#[test]
fn front_matter_must_open_and_close() {
    for text in [
        "",
        "kind = \"code\"\n",
        "+++\nkind = \"code\"\n",
        "+++\n\x00\n+++\n",
    ] {
        assert!(read("notes/n1.md", text.as_bytes(), &case()).is_err(), "{text:?}");
    }
    assert!(read("notes/n1.md", b"+++\nsays = \"\xff\"\n+++\n", &case()).is_err());
}

#[test]
fn a_locator_points_into_the_evidence() {
    let text =
        "+++\nkind = \"code\"\nsays = \"s\"\nlocator = { path = \"a/b.txt\", start = 3, end = 9 }\n+++\n";
    let mut note = read("notes/n1.md", text.as_bytes(), &case()).unwrap();
    let evidence = |len| Evidence::from([("a/b.txt".to_owned(), (ArtifactId::of(b"x"), len))]);
    assert_eq!(
        locate(&mut note.clone(), &evidence(8)).unwrap_err()[0].to_string(),
        "notes/n1.md:4: `locator`: bytes 3..9 lie outside `a/b.txt`, which has 8 bytes"
    );
    assert!(locate(&mut note.clone(), &Evidence::new()).is_err());
    locate(&mut note, &evidence(9)).unwrap();
    assert_eq!(note.finding.provenance[0].path, "a/b.txt");
    assert_eq!(note.finding.provenance[0].span.end, 9);
}

#[test]
fn the_notes_of_the_example_can_all_be_read() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/sony-2014");
    let case = config::read(&std::fs::read(format!("{folder}/case.toml")).unwrap()).unwrap();
    let mut count = 0;
    for entry in std::fs::read_dir(format!("{folder}/notes")).unwrap() {
        let entry = entry.unwrap();
        let name = format!("notes/{}", entry.file_name().to_string_lossy());
        let note = read(&name, &std::fs::read(entry.path()).unwrap(), &case);
        assert!(note.is_ok(), "{name}: {note:?}");
        count += 1;
    }
    assert!(count >= 45);
}
