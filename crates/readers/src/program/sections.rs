//! Sections as observed: entropy under one bound, and what is odd about the table as a whole.

use ascribe_model::program::Section;
use ascribe_model::{Anomaly, Span};

/// A section's stated place before it is clipped to the file.
pub(crate) struct Stated {
    pub name: String,
    pub address: u64,
    pub offset: u64,
    pub stored: u64,
    pub executable: bool,
}

/// Sections with their entropy. Overlapping tables could make one byte count thousands of times, so at most twice the file's
/// length is measured; sections beyond that have entropy 0.
pub(crate) fn observe(data: &[u8], stated: Vec<Stated>, anomalies: &mut Vec<Anomaly>) -> Vec<Section> {
    let len = data.len() as u64;
    let mut budget = len.saturating_mul(2);
    let (mut outside, mut unmeasured) = (0u64, 0u64);
    let mut first_outside = None;
    let mut sections = Vec::with_capacity(stated.len());
    for section in stated {
        let end = section.offset.saturating_add(section.stored);
        if section.stored > 0 && end > len {
            outside = outside.saturating_add(1);
            first_outside.get_or_insert_with(|| (section.name.clone(), section.offset, end));
        }
        let at = if section.stored == 0 {
            let at = section.offset.min(len);
            Span::new(at, at)
        } else {
            Span::new(section.offset.min(len), end.min(len))
        };
        let size = at.end.saturating_sub(at.start);
        let entropy = if size <= budget {
            budget = budget.saturating_sub(size);
            entropy(ascribe_code::image::slice(data, at.start, size).unwrap_or_default())
        } else {
            unmeasured = unmeasured.saturating_add(1);
            0.0
        };
        sections.push(Section {
            name: section.name,
            address: section.address,
            at,
            executable: section.executable,
            entropy,
        });
    }
    if let Some((name, start, end)) = first_outside {
        let more = outside.saturating_sub(1);
        anomalies.push(Anomaly::lost(
            "program.section-outside",
            Some(Span::new(start.min(len), len)),
            format!("section `{name}` should span bytes {start} to {end} of a file of {len}; {more} more are outside"),
        ));
    }
    if unmeasured > 0 {
        anomalies.push(Anomaly::odd(
            "program.section-entropy",
            None,
            format!("sections cover the file more than twice; the entropy of {unmeasured} was not measured"),
        ));
    }
    overlaps(&sections, anomalies);
    sections
}

fn overlaps(sections: &[Section], anomalies: &mut Vec<Anomaly>) {
    let mut spans: Vec<(Span, &str)> = sections
        .iter()
        .filter(|section| section.at.start < section.at.end)
        .map(|section| (section.at, section.name.as_str()))
        .collect();
    spans.sort_unstable();
    let mut count = 0u64;
    let mut first = None;
    let mut previous: Option<(Span, &str)> = None;
    for (span, name) in spans {
        if let Some((before, before_name)) = previous
            && span.start < before.end
        {
            count = count.saturating_add(1);
            first.get_or_insert((span, name, before_name));
        }
        if previous.is_none_or(|(before, _)| span.end > before.end) {
            previous = Some((span, name));
        }
    }
    if let Some((span, name, before)) = first {
        anomalies.push(Anomaly::odd(
            "program.section-overlap",
            Some(span),
            format!("section `{name}` shares bytes with `{before}`; {count} overlap in all"),
        ));
    }
}

/// Shannon entropy in bits per byte, rounded to two places. Source: Shannon (1948).
pub(crate) fn entropy(bytes: &[u8]) -> f64 {
    if bytes.is_empty() {
        return 0.0;
    }
    let mut counts = [0u64; 256];
    for byte in bytes {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count = count.saturating_add(1);
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    let share = |count: u64| count as f64 / bytes.len() as f64;
    let sum: f64 = counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let p = share(*count);
            -p * libm::log2(p)
        })
        .sum();
    libm::round(sum * 100.0) / 100.0
}
