//! What an analyst writes, written badly: notes and case.toml.

use crate::bench::Bench;

const NOTE: &str =
    "kind = \"statement\"\nsays = \"as it was said\"\npoints_to = \"actor:nk\"\nabout = \"operator\"\n";

fn note(more: &str) -> String {
    format!("+++\n{NOTE}{more}+++\nProse.\n")
}

#[test]
#[cfg(not(debug_assertions))]
fn bad_notes_are_listed_and_weigh_nothing() {
    let bench = Bench::new();
    bench.put("notes/good.md", note("").as_bytes());
    bench.put("notes/nan.md", note("hit = nan\nreason = \"none\"\n").as_bytes());
    bench.put(
        "notes/infinite.md",
        note("weight_bans = [-inf, 1.0, inf]\nsigned_by = \"a\"\nreason = \"b\"\n").as_bytes(),
    );
    bench.put("notes/dangling.md", note("source = \"nobody\"\n").as_bytes());
    bench.put(
        "notes/subject.md",
        note("").replace("actor:nk", "family:none").as_bytes(),
    );
    bench.put("notes/key.md", note("hapened = 2014\n").as_bytes());
    bench.put("notes/absent.md", note("stance = \"absent\"\n").as_bytes());
    bench.put(
        "notes/place.md",
        note("locator = { path = \"../../etc/passwd\", start = 0, end = 10 }\n").as_bytes(),
    );
    bench.put(
        "notes/range.md",
        note("locator = { path = \"good.txt\", start = 0, end = 1000000 }\n").as_bytes(),
    );
    bench.put("notes/date.md", note("known = 2014-02-31\n").as_bytes());
    bench.put("notes/far.md", note("known = \"99999-01-01\"\n").as_bytes());
    bench.put("notes/bytes.md", b"+++\nkind = \"\xff\"\n+++\n");
    bench.put("notes/empty.md", b"");
    bench.put("notes/open.md", b"+++\nkind = \"statement\"\n");
    bench.put(
        "notes/escape.md",
        note("source = \"\\u001b[31m<script>alert(1)</script>\"\n").as_bytes(),
    );
    bench.put(
        "notes/deep.md",
        format!(
            "+++\nkind = {}1{}\n+++\n",
            "[".repeat(200_000),
            "]".repeat(200_000)
        )
        .as_bytes(),
    );
    bench.put(
        "notes/keys.md",
        format!("+++\n{}+++\n", "a.".repeat(200_000) + "a = 1\n").as_bytes(),
    );
    let many: String = (0..100_000).map(|number| format!("k{number} = 1\n")).collect();
    bench.put("notes/many.md", note(&many).as_bytes());
    let mut large = note("").into_bytes();
    large.resize(100 << 20, b'x');
    bench.put("notes/large.md", &large);
    let ran = bench.run();
    ran.is_partial().says("notes/good.md", "read", "");
    for row in ran.rows() {
        let path = row["path"].as_str().unwrap();
        if path.starts_with("notes/") && path != "notes/good.md" {
            assert_eq!(row["status"], "unreadable", "{row}");
            assert!(
                row["why"].as_str().unwrap().len() < 10_000,
                "{path} says too much"
            );
        }
    }
    let notes = ran.assessment["ledger"].as_array().unwrap().iter();
    let notes: Vec<_> = notes
        .filter_map(|line| line["finding"].as_str())
        .filter(|id| !id.starts_with("engine:"))
        .collect();
    assert_eq!(notes, ["good"]);
    ran.says("notes/large.md", "unreadable", "more than");
}

#[test]
fn a_note_full_of_prose_is_read() {
    let bench = Bench::new();
    let mut prose = note("");
    prose.push_str(&"<script>alert(1)</script> \u{1b}[31m words\n".repeat(100_000));
    bench.put("notes/prose.md", prose.as_bytes());
    bench.run().says("notes/prose.md", "read", "");
}

#[test]
fn a_case_file_of_a_hundred_megabytes_is_refused() {
    let bench = Bench::new();
    let mut text = std::fs::read(bench.folder().join("case.toml")).unwrap();
    text.extend_from_slice("# more\n".repeat(100 << 17).as_bytes());
    bench.put("case.toml", &text);
    assert!(bench.refused().contains("more than"));
}

#[test]
fn a_case_file_with_a_byte_order_mark_is_read() {
    let bench = Bench::new();
    let text = std::fs::read(bench.folder().join("case.toml")).unwrap();
    bench.put("case.toml", &[b"\xef\xbb\xbf", text.as_slice()].concat());
    bench.run();
}

#[test]
#[cfg(not(debug_assertions))]
fn case_files_that_are_none_are_refused() {
    let good = {
        let bench = Bench::new();
        std::fs::read_to_string(bench.folder().join("case.toml")).unwrap()
    };
    let deep = format!(
        "{good}\n[x]\ny = {}1{}\n",
        "[".repeat(200_000),
        "]".repeat(200_000)
    );
    let many: String = (0..200_000).map(|number| format!("key{number} = 1\n")).collect();
    let bad: &[Vec<u8>] = &[
        b"".to_vec(),
        b"\x00\x01\x02".to_vec(),
        b"name = \"\xff\"\n".to_vec(),
        format!("\u{1b}[31m = 1\n{good}").into_bytes(),
        format!("\"\\u001b[31m\\n<script>\" = 1\n{good}").into_bytes(),
        good.replace("entry", "../../outside").into_bytes(),
        good.replace("[0.8, 0.9, 0.99]", "[nan, nan, nan]").into_bytes(),
        good.replace("2014-11-24", "2014-13-45").into_bytes(),
        deep.into_bytes(),
        format!("{many}{good}").into_bytes(),
        good.encode_utf16().flat_map(u16::to_le_bytes).collect(),
    ];
    for text in bad {
        let bench = Bench::new();
        bench.put("case.toml", text);
        let said = bench.refused();
        assert!(said.starts_with("ascribe: "), "{said}");
        assert!(said.len() < 100_000, "{} bytes of complaint", said.len());
    }
}

#[test]
fn a_case_file_that_is_a_pipe_or_a_link_is_refused() {
    let bench = Bench::new();
    let path = bench.folder().join("case.toml");
    std::fs::rename(&path, bench.outside().join("case.toml")).unwrap();
    std::os::unix::fs::symlink(bench.outside().join("case.toml"), &path).unwrap();
    bench.refused();
    std::fs::remove_file(&path).unwrap();
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&path)
            .status()
            .unwrap()
            .success()
    );
    bench.refused();
}
