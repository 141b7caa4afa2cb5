//! The truth corpus of programs: builds it, fits the weights of pairs on its development half, measures on either half.
//!
//! The building is `crates/xtask/data/truth.sh`, fitting and measuring are the example `truth` of `crates/code`: this only calls them with the
//! right projects, so that one command does each. Builds stay in the folder that is given, outside the repository.

use std::path::{Path, PathBuf};
use std::process::Command;

const HALVES: &str = include_str!("../data/truth-halves.txt");

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name)
}

fn run(command: &mut Command) -> Result<Vec<u8>, String> {
    let done = command
        .stderr(std::process::Stdio::inherit())
        .output()
        .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    if done.status.success() {
        Ok(done.stdout)
    } else {
        Err(format!(
            "{} ended with {}",
            command.get_program().display(),
            done.status
        ))
    }
}

/// Builds what is missing of the corpus in `folder`, with the needles.
pub(crate) fn build(folder: &Path) -> Result<String, String> {
    let projects = data("truth-projects.txt");
    for script in ["truth.sh", "needle.sh"] {
        run(Command::new("sh").arg(data(script)).arg(folder).arg(&projects))?;
    }
    let missing = std::fs::read_to_string(folder.join("missing.txt")).unwrap_or_default();
    Ok(format!("built; left out:\n{missing}"))
}

fn half(name: &str) -> Result<String, String> {
    HALVES
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))
        .map(|projects| projects.replace(' ', ","))
        .ok_or_else(|| format!("no half `{name}`: development or frozen"))
}

fn example(word: &str, folder: &Path, half_name: &str) -> Result<String, String> {
    let out = run(Command::new(env!("CARGO"))
        .args([
            "run",
            "--quiet",
            "--release",
            "--locked",
            "-p",
            "ascribe-code",
            "--example",
            "truth",
            "--",
            word,
        ])
        .arg(folder.join("bin"))
        .arg(half(half_name)?))?;
    String::from_utf8(out).map_err(|error| error.to_string())
}

/// Fits the weights on the development half and writes them where the program has them.
pub(crate) fn fit(folder: &Path) -> Result<String, String> {
    let weights = example("fit", folder, "development")?;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../code/data/place.weights");
    std::fs::write(&path, weights).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok("crates/code/data/place.weights is written\n".to_owned())
}

/// What the pairs of a half are like.
pub(crate) fn measure(folder: &Path, half_name: &str) -> Result<String, String> {
    example("measure", folder, half_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_project_is_in_one_half() {
        let projects = include_str!("../data/truth-projects.txt");
        let mut listed: Vec<&str> = projects
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split('|').next())
            .collect();
        listed.sort_unstable();
        let both = format!("{},{}", half("development").unwrap(), half("frozen").unwrap());
        let mut halved: Vec<&str> = both.split(',').collect();
        halved.sort_unstable();
        assert_eq!(listed, halved);
        assert!(half("other").is_err());
    }
}
