//! How often likeness of techniques names the right group when the answer is known: each campaign and each report of an
//! ATT&CK bundle is left out, its own citations with it, and compared with what is left of all groups.
//!
//! `cargo run --release -p ascribe-engines --example tactics_left_out -- enterprise-attack.json`
#![expect(clippy::print_stdout, reason = "an example prints its answer")]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::sync::atomic::AtomicBool;

use ascribe_engines::tactics::likeness::{INCIDENT_MIN, Uses, likenesses};
use ascribe_model::limits::Limits;
use ascribe_model::observation::Techniques;
use ascribe_model::{Out, Saw};

/// Something whose group is known, as an incident.
struct Trial {
    name: String,
    group: usize,
    techniques: BTreeSet<String>,
    /// Reports that tell of it, which count for nobody.
    citations: BTreeSet<String>,
    /// The campaign that it is, if it is one.
    campaign: Option<String>,
}

#[derive(Default)]
struct Tally {
    trials: usize,
    groups: BTreeSet<usize>,
    first: usize,
    five: usize,
    named: usize,
    right: usize,
    other_pairs: usize,
}

fn read(path: &str) -> Result<Vec<Techniques>, Box<dyn Error>> {
    let limits = Limits::default();
    let bytes = std::fs::read(path)?;
    let stop = AtomicBool::new(false);
    let mut take = |_| Ok(());
    let scan = |_: &str| Vec::new();
    let mut out = Out::new("intelligence", limits, &scan, &stop, &mut take);
    (ascribe_readers::intelligence::READER.read)(&bytes.as_slice(), &mut out);
    let seen = out.finish().observations.into_iter();
    Ok(seen
        .filter_map(|seen| match seen.saw {
            Saw::Techniques(profile) => Some(*profile),
            _ => None,
        })
        .collect())
}

fn cited(profile: &Techniques) -> BTreeMap<String, BTreeSet<String>> {
    let mut by_report: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for of in &profile.uses {
        for report in &of.citations {
            by_report
                .entry(report.clone())
                .or_default()
                .insert(of.technique.clone());
        }
    }
    by_report
}

/// What is left of every group without the citations and the campaign of a trial.
fn left(groups: &[&Techniques], campaigns: &[(&Techniques, usize)], trial: &Trial) -> Vec<Uses> {
    let mut all = vec![Uses::new(); groups.len()];
    let others = campaigns
        .iter()
        .filter(|(one, _)| Some(&one.id) != trial.campaign.as_ref());
    let told = groups.iter().copied().enumerate().map(|(at, one)| (one, at));
    for (profile, at) in told.chain(others.map(|(one, at)| (*one, *at))) {
        let Some(uses) = all.get_mut(at) else { continue };
        for of in &profile.uses {
            let reports: BTreeSet<String> = of
                .citations
                .iter()
                .filter(|report| !trial.citations.contains(*report))
                .cloned()
                .collect();
            if !reports.is_empty() {
                uses.entry(of.technique.clone()).or_default().extend(reports);
            }
        }
    }
    all
}

fn run(
    title: &str,
    trials: &[Trial],
    groups: &[&Techniques],
    campaigns: &[(&Techniques, usize)],
    list: usize,
) {
    let mut tally = Tally::default();
    for trial in trials {
        let left = left(groups, campaigns, trial);
        if left.get(trial.group).is_none_or(Uses::is_empty) {
            continue;
        }
        let alike = likenesses(&trial.techniques, &left);
        if alike.incident.len() < INCIDENT_MIN {
            continue;
        }
        tally.trials += 1;
        tally.groups.insert(trial.group);
        tally.other_pairs += alike.groups - 1;
        let rank = alike.ranked.iter().position(|one| one.group == trial.group);
        tally.first += usize::from(rank == Some(0));
        tally.five += usize::from(rank.is_some_and(|rank| rank < 5));
        let name = |at: usize| {
            groups
                .get(at)
                .and_then(|one| one.names.first())
                .map_or("?", String::as_str)
        };
        let stands_out = alike.standing_out();
        if let Some(best) = stands_out {
            tally.named += 1;
            tally.right += usize::from(best.group == trial.group);
        }
        if tally.trials <= list {
            println!(
                "- {} ({}, {} techniques): rank {} of {}; {}",
                trial.name,
                name(trial.group),
                alike.incident.len(),
                rank.map_or("-".to_owned(), |rank| (rank + 1).to_string()),
                alike.groups,
                stands_out.map_or("nobody stands out".to_owned(), |best| format!(
                    "{} stands out",
                    name(best.group)
                )),
            );
        }
    }
    let rate = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
    let wrong = tally.named - tally.right;
    println!(
        "{title}: {} trials of {} groups; right group first {} ({:.1} %), among five {} ({:.1} %); somebody stands out {} times, rightly {}, wrongly {wrong}",
        tally.trials,
        tally.groups.len(),
        tally.first,
        100.0 * rate(tally.first, tally.trials),
        tally.five,
        100.0 * rate(tally.five, tally.trials),
        tally.named,
        tally.right,
    );
    // One misleading item added to each class, and never more than the independent groups allow.
    let hit = rate(tally.right, tally.trials + 1);
    let chance = rate(wrong + 1, tally.other_pairs + 1);
    println!(
        "  P(stands out | its own) {:.3}, P(stands out | another's, each) {:.5}; cap by groups {:.2} bans; the ratio is {:.1}, with the caveats of record/tactics.md",
        hit,
        chance,
        (tally.groups.len() as f64 + 1.0).log10(),
        hit / chance,
    );
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("which bundle?")?;
    let profiles = read(&path)?;
    let groups: Vec<&Techniques> = profiles
        .iter()
        .filter(|one| one.kind == "intrusion-set")
        .collect();
    let of_name = |name: &String| groups.iter().position(|one| one.names.first() == Some(name));
    let campaigns: Vec<(&Techniques, usize)> = profiles
        .iter()
        .filter(|one| one.kind == "campaign")
        .filter_map(|one| one.attributed_to.iter().find_map(of_name).map(|at| (one, at)))
        .collect();
    println!(
        "{} groups with techniques, {} campaigns with a group",
        groups.len(),
        campaigns.len()
    );
    let as_trial = |(one, at): &(&Techniques, usize)| Trial {
        name: one.names.first().cloned().unwrap_or_default(),
        group: *at,
        techniques: one.uses.iter().map(|of| of.technique.clone()).collect(),
        citations: cited(one).into_keys().collect(),
        campaign: Some(one.id.clone()),
    };
    let trials: Vec<Trial> = campaigns.iter().map(as_trial).collect();
    run("campaigns", &trials, &groups, &campaigns, trials.len());
    let trials: Vec<Trial> = groups
        .iter()
        .enumerate()
        .flat_map(|(at, one)| {
            cited(one).into_iter().map(move |(report, techniques)| Trial {
                name: report.clone(),
                group: at,
                techniques,
                citations: BTreeSet::from([report]),
                campaign: None,
            })
        })
        .collect();
    run("reports", &trials, &groups, &campaigns, 0);
    Ok(())
}
