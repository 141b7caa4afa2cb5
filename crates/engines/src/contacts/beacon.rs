//! Whether connections come at regular intervals, and how often chance alone would look so.
//!
//! Null hypothesis: a Poisson process of any rate. If an interval is given, each other one lies within a share of it with at
//! most a known chance, so the number that does is at most binomial; the bound is multiplied by the intervals that could
//! have been the given one, by the tolerances tried and by the flows looked at. Missed and doubled beats only lower the
//! count. Looks at the earliest 64 connections; a beat inside one long connection is not seen.

use super::chance::{at_least, near};

/// Connections that it takes.
const STARTS_MIN: usize = 9;
/// Shares of the period by which a beat may miss.
const TOLERANCES: [f64; 4] = [0.02, 0.05, 0.1, 0.2];
/// The chance of a false alarm in all flows together that is accepted.
pub(super) const FALSE_ALARM_MAX: f64 = 1e-3;
/// A clock that ticks in steps of a part of the period larger than this cannot tell.
const STEP_SHARE_MAX: f64 = 0.1;

/// A regular contact.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Beat {
    /// Median of the regular intervals.
    pub(super) period_s: f64,
    /// Root mean square of their distance from it, as a share of it.
    pub(super) jitter: f64,
    /// Regular intervals, and all.
    pub(super) regular: (usize, usize),
    /// Bound on how often chance gives this among all flows looked at.
    pub(super) false_alarm: f64,
}

/// The beat of connections that began at `starts` (microseconds, in order), as one of `flows` looked at.
pub(super) fn beat(starts: &[i64], flows: u64) -> Option<Beat> {
    if starts.len() < STARTS_MIN {
        return None;
    }
    let step_s = step(starts);
    let mut intervals: Vec<f64> = starts
        .iter()
        .zip(starts.iter().skip(1))
        .map(|(a, b)| seconds(b.saturating_sub(*a)))
        .collect();
    intervals.sort_by(f64::total_cmp);
    let count = intervals.len();
    let mut best: Option<Beat> = None;
    for tolerance in TOLERANCES {
        // Around each interval, those within the tolerance are a run of the sorted ones.
        for centre in &intervals {
            if *centre <= 0.0 || step_s / centre > STEP_SHARE_MAX {
                continue;
            }
            let from = intervals.partition_point(|other| *other < centre * (1.0 - tolerance));
            let to = intervals.partition_point(|other| *other <= centre * (1.0 + tolerance));
            let regular = to.saturating_sub(from);
            if regular.saturating_mul(2) <= count {
                continue;
            }
            // Times are cut to the clock's step, so what lies within the tolerance may have been a step further off.
            let chance = near(tolerance + step_s / centre);
            let others = count.saturating_sub(1);
            let tail = at_least(regular.saturating_sub(1), std::iter::repeat_n(chance, others));
            let tries = float(count) * float(TOLERANCES.len());
            let false_alarm = (tail * tries * float_of(flows.max(1))).min(1.0);
            if false_alarm > FALSE_ALARM_MAX
                || best.as_ref().is_some_and(|best| best.false_alarm <= false_alarm)
            {
                continue;
            }
            let beats = intervals.get(from..to).unwrap_or_default();
            let period_s = beats.get(beats.len() / 2).copied()?;
            let square = beats
                .iter()
                .map(|beat| (beat - period_s) * (beat - period_s))
                .sum::<f64>()
                / float(beats.len());
            best = Some(Beat {
                period_s,
                jitter: libm::sqrt(square) / period_s,
                regular: (regular, count),
                false_alarm,
            });
        }
    }
    best
}

/// The step of the clock that all of `starts` fit, in seconds.
fn step(starts: &[i64]) -> f64 {
    [60_000_000i64, 1_000_000, 1_000]
        .into_iter()
        .find(|step| starts.iter().all(|start| start.rem_euclid(*step) == 0))
        .map_or(0.0, seconds)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "intervals of 285 years are told to the microsecond"
)]
pub(super) fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}

#[expect(clippy::cast_precision_loss, reason = "counts of at most 64")]
fn float(count: usize) -> f64 {
    count as f64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a factor of a bound; 53 bits are enough"
)]
fn float_of(count: u64) -> f64 {
    count as f64
}

impl std::fmt::Display for Beat {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "every {} with a jitter of {:.1} % ({} of {} intervals; chance gives this in at most {:.1e} of cases)",
            duration(self.period_s),
            self.jitter * 100.0,
            self.regular.0,
            self.regular.1,
            self.false_alarm.max(1e-99)
        )
    }
}

fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 120.0 => format!("{s:.1} s"),
        s if s < 7200.0 => format!("{:.1} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Uniform in 0..1, from a fixed seed.
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self) -> f64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            seconds(i64::try_from(self.0 >> 12).unwrap()) * 1e6 / seconds(1 << 52) / 1e6
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "small")]
    fn micros(at: f64) -> i64 {
        (at * 1e6) as i64
    }

    #[test]
    fn a_jittered_beat_is_found_with_its_period() {
        let mut dice = Dice(7);
        let mut at = 1e9;
        let starts: Vec<i64> = (0..40)
            .map(|_| {
                at += 300.0 * (0.9 + 0.2 * dice.roll());
                micros(at)
            })
            .collect();
        let beat = beat(&starts, 10_000).unwrap();
        assert!(
            (beat.period_s - 300.0).abs() < 15.0 && beat.jitter < 0.1,
            "{beat}"
        );
    }

    #[test]
    fn missed_and_doubled_beats_do_not_hide_it() {
        let mut starts: Vec<i64> = (0..40).map(|beat| beat * 60_000_000 + 123_457).collect();
        starts.remove(7);
        starts.remove(20);
        starts.insert(3, starts[2] + 50_000);
        assert!((beat(&starts, 1000).unwrap().period_s - 60.0).abs() < 0.01);
    }

    #[test]
    fn a_poisson_process_gives_no_more_false_alarms_than_said() {
        let mut dice = Dice(99);
        for round in 0..20_000 {
            let mut at = 0.0;
            let whole = round % 2 == 0;
            let starts: Vec<i64> = (0..40)
                .map(|_| {
                    at -= 40.0 * libm::log(1.0 - dice.roll());
                    let at = micros(at);
                    if whole { at / 1_000_000 * 1_000_000 } else { at }
                })
                .collect();
            // One flow at a time: twenty thousand of them would give twenty alarms at this level if the bound were tight.
            assert!(beat(&starts, 20).is_none(), "round {round}");
        }
    }

    #[test]
    fn too_few_or_too_coarse_say_nothing() {
        let starts: Vec<i64> = (0..8).map(|beat| beat * 60_000_000).collect();
        assert_eq!(beat(&starts, 1), None);
        let minutes: Vec<i64> = (0..40).map(|beat| beat * 60_000_000).collect();
        assert_eq!(
            beat(&minutes, 1),
            None,
            "a clock of minutes cannot tell a beat of one minute"
        );
        assert_eq!(beat(&[5; 40], 1), None);
    }
}
