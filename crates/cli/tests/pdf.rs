//! PDFs made by eight programs, and PDFs that are out to harm, through the program as it is run.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests may fail loudly"
)]
#![cfg(unix)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use ascribe_model::pages::{Record, parse};
use serde_json::Value;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../readers/fixtures/pdf")
}

/// The helper process over `bytes`, with these limits.
fn read_pdf(bytes: &[u8], limits: &[&str]) -> (Output, Vec<Record>, bool) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ascribe"))
        .arg("read-pdf")
        .args(limits)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut to = child.stdin.take().unwrap();
    let bytes = bytes.to_vec();
    // One that died does not take the rest.
    let feeder = std::thread::spawn(move || to.write_all(&bytes).is_ok());
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    let (records, ended) = parse(&output.stdout);
    (output, records, ended)
}

fn text_of(records: &[Record]) -> String {
    let pages = records.iter().filter_map(|record| match record {
        Record::Page { text, .. } => Some(text.as_str()),
        _ => None,
    });
    pages.collect::<Vec<_>>().join("\n\n")
}

#[test]
fn every_program_s_pdf_gives_its_words_and_the_bytes_of_its_pages() {
    for name in [
        "chromium",
        "libreoffice",
        "pdftex",
        "pikepdf-object-streams",
        "ghostscript",
        "reportlab",
        "cairo",
        "fpdf2",
    ] {
        let bytes = std::fs::read(fixtures().join(format!("{name}.pdf"))).unwrap();
        let (output, records, ended) = read_pdf(&bytes, &[]);
        assert!(output.status.success() && ended, "{name}: {output:?}");
        let text = text_of(&records);
        for words in ["Advisory on the intrusion", "sample beaconed", "203.0.113.7"] {
            assert!(text.contains(words), "{name}: {text}");
        }
        for record in &records {
            if let Record::Page { at, text, .. } = record
                && !text.is_empty()
            {
                assert!(at.start < at.end && at.end <= bytes.len() as u64, "{name}");
                // A stream's bytes stand between these words.
                let before = &bytes[at.start as usize - 10..at.start as usize];
                let after = &bytes[at.end as usize..bytes.len().min(at.end as usize + 12)];
                assert!(
                    String::from_utf8_lossy(before).trim_end().ends_with("stream"),
                    "{name}"
                );
                assert!(
                    String::from_utf8_lossy(after).trim_start().starts_with("endstr"),
                    "{name}"
                );
            }
        }
    }
}

#[test]
fn a_case_reads_its_pdfs_and_says_what_it_could_not_read() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("case.toml"),
        "name = \"x\"\n[[incident]]\nstruck = 2014-11-24\n",
    )
    .unwrap();
    let mut names: Vec<String> = vec![];
    for entry in std::fs::read_dir(fixtures()).unwrap() {
        let entry = entry.unwrap();
        names.push(entry.file_name().into_string().unwrap());
        std::fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    let output = Command::new(env!("CARGO_BIN_EXE_ascribe"))
        .args(["run", "--json", "--quiet"])
        .arg(folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = answer["inputs"].as_array().unwrap();
    let row = |name: &str| rows.iter().find(|row| row["path"] == name).unwrap();
    for name in &names {
        let row = row(name);
        assert_eq!(
            (row["kind"].as_str(), row["reader"].as_str()),
            (Some("pdf"), Some("pdf/1"))
        );
        let whole = !["img2pdf-scan.pdf", "pikepdf-password.pdf"].contains(&name.as_str());
        assert_eq!(row["status"] == "read", whole, "{row}");
    }
    assert_eq!(row("chromium.pdf")["known"], "2014-12-19");
    assert_eq!(row("chromium.pdf")["coverage"]["used"], 2);
    let why = |name: &str| row(name)["why"].as_str().unwrap().to_owned();
    assert!(why("pikepdf-password.pdf").contains("is encrypted"));
    assert!(why("img2pdf-scan.pdf").contains("pictures and no text"));
}

/// A PDF of these objects, the first its catalogue; readers mend the missing table.
fn pdf(objects: &[&str]) -> Vec<u8> {
    let mut text = String::from("%PDF-1.7\n");
    for (index, object) in objects.iter().enumerate() {
        text.push_str(&format!("{} 0 obj\n{object}\nendobj\n", index + 1));
    }
    text.push_str("trailer << /Root 1 0 R >>\n%%EOF\n");
    text.into_bytes()
}

const FRONT: [&str; 2] = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 9 9] >>",
];

fn stream(dictionary: &str, content: &str) -> String {
    format!(
        "<< {dictionary} /Length {} >>\nstream\n{content}\nendstream",
        content.len()
    )
}

#[test]
fn forms_that_draw_forms_without_end_are_ended() {
    let first = stream("", "/A Do");
    let page = "<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources 5 0 R >>";
    let forms = "<< /XObject << /A 6 0 R /B 7 0 R >> >>";
    let form = stream(
        "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources 5 0 R",
        &"/A Do /B Do ".repeat(50),
    );
    let bytes = pdf(&[FRONT[0], FRONT[1], page, &first, forms, &form, &form]);
    let (output, _, ended) = read_pdf(&bytes, &["--seconds", "2"]);
    assert!(ended || !output.status.success());
}

#[test]
fn a_page_that_inflates_to_more_than_its_memory_is_ended() {
    let bytes = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bomb.pdf")).unwrap();
    assert!(bytes.len() < 20_000);
    let (output, _, ended) = read_pdf(&bytes, &["--memory", "268435456", "--seconds", "10"]);
    assert!(ended || !output.status.success());
}

#[test]
fn nesting_damage_and_loops_in_the_tree_of_pages_are_survived() {
    let deep = format!("{}{}", "[".repeat(300_000), "]".repeat(300_000));
    let page = format!("<< /Type /Page /Parent 2 0 R /Contents {deep} >>");
    let pages = "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9 /Parent 2 0 R >>";
    let operators = stream("", &"q [".repeat(200_000));
    let plain = "<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>";
    let whole = std::fs::read(fixtures().join("libreoffice.pdf")).unwrap();
    let mut documents = vec![
        pdf(&[FRONT[0], FRONT[1], &page]),
        pdf(&[FRONT[0], pages]),
        pdf(&[FRONT[0], FRONT[1], plain, &operators]),
        b"%PDF-".to_vec(),
    ];
    documents.extend((1..8).map(|part| whole[..whole.len() * part / 8].to_vec()));
    for bytes in documents {
        let (output, records, ended) = read_pdf(&bytes, &["--seconds", "10"]);
        assert!(ended || !output.status.success(), "{records:?}");
    }
}
