//! Killing a run at any moment loses nothing that was reported as done.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "tests may"
)]

#[expect(dead_code, reason = "shared by several tests")]
mod common;

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use ascribe_case::gather::Progress;
use ascribe_case::run::{RunOptions, run};
use ascribe_case::state::State;

const FILES: usize = 60;
const FOLDER: &str = "ASCRIBE_KILL_TEST_FOLDER";

/// Not a test by itself: what the killed process runs.
#[test]
fn child() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let mut tell = |progress| {
        if let Progress::Done { path, .. } = progress {
            println!("done {path}");
            std::io::stdout().flush().unwrap();
        }
    };
    run(
        folder.as_ref(),
        &RunOptions::default(),
        &common::parts(),
        &mut tell,
    )
    .unwrap();
}

#[test]
fn twenty_kills_lose_nothing_that_was_reported() {
    for moment in 0..20usize {
        let folder = common::case(&[]);
        for index in 0..FILES {
            let text = format!("PLAIN\nfile {index}\n{}", "x".repeat(index * 500));
            common::write(folder.path(), &format!("f{index:03}.txt"), text.as_bytes());
        }
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child", "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut done = Vec::new();
        while done.len() < 1 + moment * 3 {
            let Some(Ok(line)) = lines.next() else { break };
            done.extend(line.split_once("done ").map(|(_, path)| path.to_owned()));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // What it had said before the signal came counts too.
        for line in lines.map_while(Result::ok) {
            done.extend(line.split_once("done ").map(|(_, path)| path.to_owned()));
        }
        assert!(!done.is_empty());
        let state = State::open(&folder.path().join("case.ascribe")).unwrap();
        let recorded: Vec<String> = state
            .inputs()
            .unwrap()
            .into_iter()
            .map(|input| input.path)
            .collect();
        for path in &done {
            assert!(
                recorded.contains(path),
                "moment {moment}: {path} was reported and is lost"
            );
        }
        assert!(state.replay().unwrap().is_ok());
        drop(state);
        let again = common::try_case(folder.path(), &RunOptions::default()).unwrap();
        assert!(
            again.read.1 >= done.len(),
            "moment {moment}: read again what was done"
        );
        assert_eq!(again.read.0 + again.read.1, FILES);
    }
}
