//! What becomes of a report: copied openly or silently, copied by dozens, doubted, unmasked, taken back.
//!
//! Written after: two firms' notes of one week on one sample set, each as if alone; a national agency's alert whose list
//! is a firm's private report (December 2016, where a joint list of 876 addresses drew in what strangers had used);
//! one story on a power firm's laptop (30 December 2016) that was in dozens of papers before it was
//! taken back the next day; the address of March 2013 that was taken back the next day; claims on howitzers revised after three months
//! (March 2017); experts of December 2014 who each doubted one item (open proxies; locale; paths) while the whole
//! stood; a header unmasked after four weeks (8 March 2018), many never.

use ascribe_model::words::{Kind, SourceKind, Stance};

use super::dice::Dice;
use super::reporters::{Cast, Report};
use super::scene::{Ruse, Scene};
use super::tally::Tally;
use super::traces::{Pointer, Why};

/// How a copy says where it has it from.
#[derive(Clone, Copy)]
enum Manner {
    /// Names the origin.
    Open,
    /// Does not: it reads like own work.
    Silent,
    /// Names the one before it, who had it from elsewhere.
    Middle,
}

/// Adds doubts, unmaskings and retractions, then copies.
pub(super) fn echo(
    dice: &mut Dice,
    cast: &Cast,
    scene: &Scene,
    reports: &mut Vec<Report>,
    tally: &mut Tally,
) {
    let first = reports.len();
    for place in 0..first {
        let Some(report) = reports.get(place).cloned() else {
            continue;
        };
        doubt(dice, cast, scene, &report, reports, tally);
        unmask(dice, cast, scene, &report, reports, tally);
        retract(dice, place, &report, reports, tally);
    }
    let mean = 0.38 * libm::sqrt(scene.interest.min(4.0));
    for place in 0..first {
        let Some(report) = reports.get(place).cloned() else {
            continue;
        };
        if !copied(&report) {
            continue;
        }
        for _ in 0..dice.count(mean) {
            copy(dice, cast, &report, 0.3, reports, tally);
        }
    }
    if dice.chance(0.06 * scene.interest.min(2.0)) {
        let hot: Vec<usize> = (0..first)
            .filter(|place| {
                reports
                    .get(*place)
                    .is_some_and(|report| copied(report) && report.pointer != Pointer::Nothing)
            })
            .collect();
        let chosen = dice.pick(&hot).and_then(|place| reports.get(place).cloned());
        if let Some(report) = chosen {
            for _ in 0..(14 + dice.below(24)) {
                copy(dice, cast, &report, 0.85, reports, tally);
            }
            tally.add("copied by dozens");
        }
    }
}

fn copied(report: &Report) -> bool {
    report.by != 0
        && report.retracts.is_none()
        && !matches!(
            report.stance,
            Stance::Absent | Stance::Declines | Stance::Supports | Stance::Threatens
        )
}

/// One copy; `press` is the share of copies that are the press's.
fn copy(
    dice: &mut Dice,
    cast: &Cast,
    report: &Report,
    press: f64,
    reports: &mut Vec<Report>,
    tally: &mut Tally,
) {
    let kind = if dice.chance(press) || report.kind == Kind::Statement || report.kind == Kind::Message {
        SourceKind::Press
    } else {
        let kinds = [
            (SourceKind::Vendor, 0.6),
            (SourceKind::Government, 0.2),
            (SourceKind::Researcher, 0.2),
        ];
        dice.choose(&kinds).unwrap_or(SourceKind::Press)
    };
    let pool = cast.all(kind);
    let Some(by) = dice.pick(&pool).filter(|by| *by != report.by) else {
        return;
    };
    let shares = if kind == SourceKind::Press {
        [
            (Manner::Open, 0.62),
            (Manner::Silent, 0.18),
            (Manner::Middle, 0.2),
        ]
    } else {
        [
            (Manner::Open, 0.35),
            (Manner::Silent, 0.5),
            (Manner::Middle, 0.15),
        ]
    };
    let mut copy = report.clone();
    copy.by = by;
    copy.day = report.day + dice.days(7.0);
    let author = cast.id(report.by).to_owned();
    match dice.choose(&shares).unwrap_or(Manner::Open) {
        Manner::Open => {
            copy.via.push(author);
            copy.stance = passed_on(report.stance);
            tally.add("copy, origin stated");
        }
        Manner::Silent => {
            cast.id(by).clone_into(&mut copy.origin);
            copy.via.clear();
            if dice.chance(0.45) {
                copy.fact = None;
            }
            if dice.chance(0.15) {
                copy.may_overlap = vec![report.origin.clone()];
            }
            if kind == SourceKind::Press {
                copy.stance = passed_on(report.stance);
            }
            tally.add("copy, origin not stated");
        }
        Manner::Middle => {
            let press = cast.all(SourceKind::Press);
            let middle = dice.pick(&press).unwrap_or(by);
            cast.id(middle).clone_into(&mut copy.origin);
            copy.via = vec![cast.id(middle).to_owned()];
            copy.stance = passed_on(report.stance);
            if dice.chance(0.25) {
                copy.fact = None;
            }
            tally.add("copy, origin wrong");
        }
    }
    reports.push(copy);
}

/// What a passer-on does with what another asserted; a claim or a denial stays one.
fn passed_on(stance: Stance) -> Stance {
    if stance == Stance::Asserts {
        Stance::Reports
    } else {
        stance
    }
}

/// Experts doubt single items, wrong ones somewhat more often than right ones.
fn doubt(
    dice: &mut Dice,
    cast: &Cast,
    scene: &Scene,
    report: &Report,
    reports: &mut Vec<Report>,
    tally: &mut Tally,
) {
    if report.pointer == Pointer::Nothing || !matches!(report.stance, Stance::Asserts | Stance::Accuses) {
        return;
    }
    let base = if report.stance == Stance::Accuses {
        0.16
    } else {
        0.045
    };
    let wrong = if report.why == Why::Own { 1.0 } else { 1.4 };
    if !dice.chance((base * wrong * scene.interest).min(0.6)) {
        return;
    }
    let labs = cast.all(SourceKind::Researcher);
    let Some(by) = dice.pick(&labs).filter(|by| *by != report.by) else {
        return;
    };
    let day = report.day + 1 + dice.days(12.0);
    let mut doubt = report.clone();
    (doubt.by, doubt.day, doubt.stance) = (by, day, Stance::Doubts);
    cast.id(by).clone_into(&mut doubt.origin);
    doubt.via.clear();
    "doubts that this shows anything".clone_into(&mut doubt.says);
    doubt.rests_on = None;
    reports.push(doubt);
    tally.add(if report.why == Why::Own {
        "doubt of what is right"
    } else {
        "doubt of what is wrong"
    });
}

/// A careful lab sees that something was planted.
fn unmask(
    dice: &mut Dice,
    cast: &Cast,
    scene: &Scene,
    report: &Report,
    reports: &mut Vec<Report>,
    tally: &mut Tally,
) {
    if report.why != Why::Planted || report.stance != Stance::Asserts {
        return;
    }
    let (share, stance) = match scene.ruse.map(|(ruse, _)| ruse) {
        Some(Ruse::ForgedHeader) => (0.4, Stance::Excludes),
        Some(Ruse::Mark) => (0.15, Stance::Doubts),
        Some(Ruse::Hijacked) => (0.12, Stance::Doubts),
        Some(Ruse::Thorough) => (0.06, Stance::Doubts),
        _ => (0.1, Stance::Doubts),
    };
    if !dice.chance(share * scene.interest.min(1.5)) {
        return;
    }
    let labs = cast.all(SourceKind::Researcher);
    let vendors = cast.all(SourceKind::Vendor);
    let by = if dice.chance(0.5) {
        dice.pick(&labs)
    } else {
        dice.pick(&vendors)
    };
    let Some(by) = by else { return };
    let mut seen = report.clone();
    (seen.by, seen.day, seen.stance) = (by, report.day + 5 + dice.days(40.0), stance);
    cast.id(by).clone_into(&mut seen.origin);
    seen.via.clear();
    seen.rests_on = None;
    "looks closer and finds that it was put there".clone_into(&mut seen.says);
    reports.push(seen);
    tally.add("planted trace unmasked");
}

/// Taken back: often the next day, sometimes after months; now and then something right.
fn retract(dice: &mut Dice, place: usize, report: &Report, reports: &mut Vec<Report>, tally: &mut Tally) {
    if !matches!(report.stance, Stance::Asserts | Stance::Reports | Stance::Accuses) || report.by == 0 {
        return;
    }
    let share = match report.why {
        Why::Misread => 0.16,
        Why::Shared => 0.02,
        Why::Planted => 0.04,
        Why::Own => 0.006,
    };
    if !dice.chance(share) {
        return;
    }
    let wait = if dice.chance(0.45) { 1 } else { 2 + dice.days(60.0) };
    let mut back = report.clone();
    (back.day, back.stance, back.retracts) = (report.day + wait, Stance::Retracts, Some(place));
    "takes it back".clone_into(&mut back.says);
    reports.push(back);
    tally.add(if wait == 1 {
        "taken back the next day"
    } else {
        "taken back later"
    });
}
