//! A whole run with the real readers and engines over a log and a program: the contact is a finding on its rows.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

#[expect(dead_code, reason = "these tests use less of it")]
mod common;

use std::cell::RefCell;

use ascribe_case::run::{Parts, RunOptions, run};
use ascribe_model::Finding;
use ascribe_model::words::Kind;
use common::{parts, write};

const CASE: &str = r#"
contract = 1
name = "A log and a program"

[[incident]]
id = "a"
struck = 2014-11-24

[[actor]]
id = "nk"
name = "Somebody"
kind = "state"

[[infrastructure]]
id = "range"
what = ["175.45.176.0/22"]
holder = { nk = [0.8, 0.95, 0.99] }
from = "2009-12"
known = 2013-03-20
"#;

const FIELDS: &str = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n#open\t2014-11-24-00-00-00\n\
    #fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\n\
    #types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring\n";

/// Findings of the contacts engine in a case with these files.
fn contacts(files: &[(&str, &[u8])]) -> (Vec<Finding>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "case.toml", CASE.as_bytes());
    for (name, bytes) in files {
        write(folder.path(), name, bytes);
    }
    let found = RefCell::new(Vec::new());
    let counting = parts();
    let parts = Parts {
        readers: ascribe_readers::READERS,
        engines: ascribe_engines::ENGINES,
        scan: ascribe_intel::indicators::scan,
        assess: &|question| {
            found.replace(question.findings.to_vec());
            (counting.assess)(question)
        },
        ..counting
    };
    let outcome = run(folder.path(), &RunOptions::default(), &parts, &mut |_| {}).unwrap();
    let inputs = outcome.incidents[0].assessment.inputs.iter();
    let inputs = inputs
        .map(|input| format!("{} {} {}", input.path, input.kind, input.status))
        .collect();
    let mut found = found.into_inner();
    found.retain(|finding| finding.kind == Kind::Contact);
    (found, inputs)
}

fn program() -> Vec<u8> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/sony-2014/programs/standin-b"
    );
    std::fs::read(path).unwrap()
}

#[test]
fn infrastructure_in_a_zeek_log_that_talks_to_a_programs_address_is_a_contact() {
    let rows = "1416812283.5\tC1\t175.45.178.19\t41999\tHOST\t8080\ttcp\t-\t12.25\t42\t230\tSF\n\
                1416812300.0\tC2\t8.8.8.8\t41999\tHOST\t8080\ttcp\t-\t1\t7\t7\tSF\n\
                1416812400.0\tC3\t175.45.178.19\t42000\tHOST\t8080\ttcp\t-\t1\t8\t20\tSF\n\
                1416812500.0\tC4\t175.45.178.19\t42000\t9.9.9.9\t8080\ttcp\t-\t1\t8\t20\tSF\n";
    let log = format!("{FIELDS}{}", rows.replace("HOST", "203.0.113.77"));
    let (found, inputs) = contacts(&[("conn.log", log.as_bytes()), ("tool", &program())]);
    assert_eq!(inputs, ["conn.log log read", "tool program read"]);
    assert_eq!(found.len(), 1);
    let finding = &found[0];
    assert_eq!(finding.fact.as_deref(), Some("contact:range"));
    assert!(
        finding.says.contains("talked 2 times on port 8080"),
        "{}",
        finding.says
    );
    let happened = finding.happened.as_ref().unwrap();
    assert_eq!(happened.text(), "2014-11-24T06:58:03.5Z..2014-11-24T07:00:01Z");
    let lines: Vec<Option<u64>> = finding
        .provenance
        .iter()
        .filter(|place| place.path == "conn.log")
        .map(|place| place.span.line)
        .collect();
    assert_eq!(lines, [Some(9), Some(11)]);
    let row = &finding.provenance[0].span;
    let bytes = &log.as_bytes()[usize::try_from(row.start).unwrap()..usize::try_from(row.end).unwrap()];
    assert!(bytes.starts_with(b"1416812283.5\tC1\t175.45.178.19"));
}

#[test]
fn the_same_in_json_lines_and_in_a_table() {
    let json = "{\"timestamp\":\"2014-11-24T06:58:03.5-0800\",\"event_type\":\"flow\",\"src_ip\":\"175.45.178.19\",\"dest_ip\":\"203.0.113.77\",\"dest_port\":8080,\"proto\":\"TCP\"}\n";
    let table = "StartTime,Source Address,Destination Address,dport\n2014-11-24 06:58:03,175.45.178.19,203.0.113.77,8080\n";
    for (log, happened) in [
        (json, "2014-11-24T06:58:03.5-08:00"),
        (table, "2014-11-24T06:58:03"),
    ] {
        let (found, inputs) = contacts(&[("log", log.as_bytes()), ("tool", &program())]);
        assert_eq!(inputs[0], "log log read");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].happened.as_ref().unwrap().text(), happened);
    }
}

#[test]
fn a_log_line_of_fifty_megabytes_leaves_the_rest_of_the_log() {
    let mut log = FIELDS.as_bytes().to_vec();
    log.resize(log.len() + (50 << 20), b'x');
    log.extend(b"\n1416812283.5\tC1\t175.45.178.19\t41999\t203.0.113.77\t8080\ttcp\t-\t12.25\t42\t230\tSF\n");
    let (found, inputs) = contacts(&[("conn.log", &log), ("tool", &program())]);
    assert_eq!(inputs[0], "conn.log log partial");
    assert_eq!(found.len(), 1);
}
