//! What a doubter asks and what to collect, as they are called, on a case of notes: cheap marks in plenty, one search
//! without a result, two laboratories that may copy each other.

#![expect(
    clippy::unwrap_used,
    reason = "a command that does not answer is a failed test"
)]

mod common;

use std::path::PathBuf;

use common::ascribe;
use serde_json::Value;

const CASE: &str = "name = \"marks\"\n[[incident]]\nid = \"i\"\nopened = 2020-03-01\n\
    [[actor]]\nid = \"north\"\nname = \"North\"\nkind = \"state\"\n\
    [[actor]]\nid = \"crew\"\nname = \"The crew\"\nkind = \"group\"\n\
    [[source]]\nid = \"lab\"\nname = \"The laboratory\"\nkind = \"vendor\"\ngrade = \"B\"\n\
    [[source]]\nid = \"other\"\nname = \"Another laboratory\"\nkind = \"vendor\"\ngrade = \"C\"\n";

fn case(name: &str, more: &str, notes: &[(&str, &str)]) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("notes")).unwrap();
    std::fs::write(folder.join("case.toml"), format!("{CASE}{more}")).unwrap();
    for (name, fields) in notes {
        let text = format!("+++\n{fields}known = 2020-03-05\nsays = \"{name}\"\n+++\n");
        std::fs::write(folder.join("notes").join(format!("{name}.md")), text).unwrap();
    }
    folder
}

fn assessment(folder: &std::path::Path) -> Value {
    let out = ascribe(&["run", "--quiet", folder.to_str().unwrap()]);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&std::fs::read(folder.join("out/assessment.json")).unwrap()).unwrap()
}

#[test]
fn cheap_marks_in_plenty_are_too_good_to_be_true() {
    let mark = "kind = \"code\"\nclass = \"name\"\nstance = \"asserts\"\npoints_to = \"actor:north\"\n";
    let names: Vec<String> = (0..8).map(|number| format!("mark{number}")).collect();
    let notes: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), mark)).collect();
    let whole = assessment(&case("display", "", &notes));
    let display = &whole["doubts"]["displays"][0];
    assert_eq!(display["party"], "north");
    assert_eq!(
        (display["looked_for"].as_u64(), display["found"].as_u64()),
        (Some(8), Some(8))
    );
    // Eight names: a careless owner at .72 each, a careful one at .08; a framer at .98 or .82.
    let own: f64 = 0.5 * (1.0 - 0.99 * 0.28_f64).powi(8) + 0.5 * (1.0 - 0.99 * 0.92_f64).powi(8);
    let framed: f64 = 0.5 * (1.0 - 0.99 * 0.02_f64).powi(8) + 0.5 * (1.0 - 0.99 * 0.18_f64).powi(8);
    assert!((display["if_own"].as_f64().unwrap() - own).abs() < 1e-9);
    assert!((display["if_framed"].as_f64().unwrap() - framed).abs() < 1e-9);
    assert_eq!(display["too_good"], own < 0.05);
    // Half as many say nothing.
    let whole = assessment(&case("few", "", &notes[..3]));
    assert_eq!(whole["doubts"]["displays"].as_array().unwrap().len(), 0);
}

#[test]
fn what_was_searched_and_not_found_is_told_with_what_each_answer_predicted() {
    let absent = "kind = \"code\"\nstance = \"absent\"\npoints_to = \"actor:north\"\nsearched = \"all disks, by hand\"\n";
    let whole = assessment(&case("searched", "", &[("nothing", absent)]));
    let row = &whole["doubts"]["predicted"][0];
    assert_eq!(
        (row["finding"].as_str(), row["searched"].as_str()),
        (Some("nothing"), Some("all disks, by hand"))
    );
    let found_if = |id: &str| row["found_if"][id].as_f64().unwrap();
    assert!(found_if("north") > 0.5 && found_if("crew") < 0.1, "{row}");
}

#[test]
fn reports_of_one_thing_are_shown_as_one_telling_too() {
    let tells = |source: &str| {
        format!(
            "kind = \"tactics\"\nstance = \"asserts\"\npoints_to = \"actor:north\"\nsource = \"{source}\"\n"
        )
    };
    let (lab, other) = (tells("lab"), tells("other"));
    let whole = assessment(&case("telling", "", &[("one", &lab), ("two", &other)]));
    let north = |beliefs: &Value| beliefs["north"].as_f64().unwrap();
    let once = north(&whole["sensitivity"]["as_one_telling"]);
    let point = whole["hypotheses"]
        .as_array()
        .unwrap()
        .iter()
        .find(|h| h["id"] == "north")
        .unwrap();
    let alone = assessment(&case("alone", "", &[("one", &lab)]));
    let first = alone["hypotheses"]
        .as_array()
        .unwrap()
        .iter()
        .find(|h| h["id"] == "north")
        .unwrap();
    assert!((once - first["belief"]["point"].as_f64().unwrap()).abs() < 1e-9);
    assert!(once < point["belief"]["point"].as_f64().unwrap());
    assert!(alone["sensitivity"].get("as_one_telling").is_none());
    // Tornado and rows of the default tables begin with the farthest.
    for (list, least) in [("tornado", 5), ("defaults", 5)] {
        let rows = whole["sensitivity"][list].as_array().unwrap();
        let length =
            |row: &Value| (row["belief"][1].as_f64().unwrap() - row["belief"][0].as_f64().unwrap()).abs();
        assert!(rows.len() >= least, "{list}: {}", rows.len());
        assert!(
            rows.windows(2)
                .all(|pair| length(&pair[0]) >= length(&pair[1]) - 1e-12),
            "{list}"
        );
    }
    for who in ["public", "expert", "court"] {
        assert!(
            whole["sentences"][who].as_str().unwrap().contains("North"),
            "{who}"
        );
    }
}

#[test]
fn what_has_a_cost_comes_first_by_its_rate() {
    let more = "[[collect]]\nwhat = \"flows of the relay\"\nask = \"its provider\"\ncost = 2\nkind = \"contact\"\npoints_to = \"actor:north\"\n\
                [[collect]]\nwhat = \"the same, dearer\"\ncost = 40.0\nkind = \"contact\"\npoints_to = \"actor:north\"\n\
                [[collect]]\nwhat = \"word on nothing\"\nnote = \"no-such-note\"\n";
    let folder = case(
        "costs",
        more,
        &[(
            "one",
            "kind = \"code\"\nstance = \"asserts\"\npoints_to = \"actor:north\"\nsource = \"lab\"\n",
        )],
    );
    let path = folder.to_str().unwrap();
    let out = ascribe(&["collect", "--json", path]);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    assert!(String::from_utf8_lossy(&out.stderr).contains("word on nothing"));
    let found: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(found["schema"], "ascribe.collect/1");
    let rows = found["incidents"][0]["collect"].as_array().unwrap();
    let what: Vec<&str> = rows.iter().map(|row| row["what"].as_str().unwrap()).collect();
    assert_eq!(&what[..2], ["flows of the relay", "the same, dearer"]);
    let rate = rows[0]["bits"].as_f64().unwrap() / 2.0;
    assert!((rows[0]["bits_per_cost"].as_f64().unwrap() - rate).abs() < 1e-9);
    // What nobody has looked for, and an independent look at what there is, need no cost.
    assert!(
        what.iter().any(|what| what.starts_with("an independent look at")),
        "{what:?}"
    );
    assert!(
        what.iter()
            .any(|what| what.contains("accounts, devices or persons of North")),
        "{what:?}"
    );
    let table = ascribe(&["collect", path]);
    let table = String::from_utf8(table.stdout).unwrap();
    assert!(
        table.contains("bits/cost") && table.contains("ask its provider"),
        "{table}"
    );
}

#[test]
fn a_thing_to_collect_that_bears_on_nothing_is_a_mistake_with_its_line() {
    for (more, expected) in [
        ("[[collect]]\nwhat = \"x\"\n", "what it would bear on"),
        (
            "[[collect]]\nwhat = \"x\"\nkind = \"contact\"\npoints_to = \"actor:nort\"\n",
            "nearest known: `north`",
        ),
        (
            "[[collect]]\nwhat = \"x\"\ncost = 0\nnote = \"n\"\n",
            "must be above 0",
        ),
        (
            "[[collect]]\nkind = \"contact\"\npoints_to = \"actor:north\"\n",
            "what",
        ),
        (
            "[[collect]]\nwhat = \"x\"\nkind = \"contact\"\npoints_to = \"somebody\"\n",
            "points to nothing",
        ),
    ] {
        let folder = case("mistakes", more, &[]);
        let out = ascribe(&["collect", folder.to_str().unwrap()]);
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert_eq!(out.status.code(), Some(2), "{said}");
        assert!(
            said.contains("case.toml") && said.contains(expected),
            "{expected}: {said}"
        );
    }
}

#[test]
fn a_note_can_be_added_and_an_input_left_out_for_the_sake_of_argument() {
    let code = "kind = \"code\"\nstance = \"asserts\"\npoints_to = \"actor:north\"\nsource = \"lab\"\n";
    let folder = case("argument", "", &[("one", code)]);
    let path = folder.to_str().unwrap();
    let new = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("argument-new.md");
    let text = "kind = \"contact\"\nstance = \"asserts\"\npoints_to = \"actor:crew\"\nknown = 2020-04-01\nsays = \"flows to the crew\"\n";
    std::fs::write(&new, format!("+++\n{text}+++\n")).unwrap();
    let asked = |arguments: &[&str]| -> Value {
        let out = ascribe(&[&["what-if", "--json", path], arguments].concat());
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        serde_json::from_slice(&out.stdout).unwrap()
    };
    let added = asked(&["--add", new.to_str().unwrap()]);
    let crew = |side: &str| added[side]["belief"]["crew"].as_f64().unwrap();
    assert!(crew("after") > crew("before") + 0.1, "{added}");
    assert!(
        added["changes"][0]
            .as_str()
            .unwrap()
            .contains("flows to the crew")
    );
    let dropped = asked(&["--drop", "input:notes/one.md"]);
    let north = |side: &str| dropped[side]["belief"]["north"].as_f64().unwrap();
    assert!(north("after") < north("before"), "{dropped}");
    assert_eq!(asked(&["--drop", "input:notes"])["after"], dropped["after"]);
    for (arguments, expected) in [
        (
            vec!["--add", new.to_str().unwrap(), "--as-of", "2020-03-06"],
            "after the day that is asked about",
        ),
        (vec!["--add", "no-such.md"], "no-such.md"),
        (vec!["--drop", "input:mail"], "input `mail`"),
        (
            vec!["--add", folder.join("notes/one.md").to_str().unwrap()],
            "has a finding `one` already",
        ),
    ] {
        let out = ascribe(&[&["what-if", path][..], &arguments].concat());
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(
            !out.status.success() && said.contains(expected),
            "{expected}: {said}"
        );
    }
}
