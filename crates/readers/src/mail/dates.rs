//! Whether the dates of a mail and its hops fit together.
//!
//! Compares only times whose offset is stated. Tolerances: a minute between neighbouring hosts, a day between the
//! Date header and the last hop (mail may lie in a queue).

use ascribe_model::moment::Clock;
use ascribe_model::observation::{Hop, Mail};
use ascribe_model::{Anomaly, Moment, Out, Span};

use super::headers::Block;

const NEIGHBOURS_S: i64 = 60;
const QUEUE_S: i64 = 86_400;

/// Seconds since 1970 of a moment with a known offset.
fn seconds(at: &Moment) -> Option<i64> {
    let Clock::Offset(offset) = at.clock() else {
        return None;
    };
    let offset = jiff::tz::Offset::from_seconds(offset).ok()?;
    Some(offset.to_timestamp(at.first()).ok()?.as_second())
}

/// Says what does not fit.
pub fn complain(mail: &Mail, hops: &[(Span, Hop)], block: &Block, out: &mut Out<'_>) {
    // The hosts' clocks, newest first: each must not be earlier than the one below it.
    let dated: Vec<(Span, &Moment, i64)> = hops
        .iter()
        .filter_map(|(at, hop)| {
            hop.when
                .as_ref()
                .and_then(|when| Some((*at, when, seconds(when)?)))
        })
        .collect();
    for pair in dated.windows(2) {
        if let [(at, upper, late), (_, lower, early)] = pair
            && late.saturating_add(NEIGHBOURS_S) < *early
        {
            out.anomaly(Anomaly::odd(
                "mail.received-order",
                Some(*at),
                format!("this Received header is dated {upper}, before the one below it ({lower})"),
            ));
        }
    }
    for (at, hop) in hops {
        if hop.when.is_none() {
            out.anomaly(Anomaly::odd(
                "mail.received-date",
                Some(*at),
                "this Received header has no readable date",
            ));
        }
    }
    if let (Some(date), Some((_, top, arrived))) = (&mail.date, dated.first())
        && let Some(sent) = seconds(date)
        && sent.abs_diff(*arrived) > QUEUE_S.unsigned_abs()
    {
        let at = block.get("date").map(super::headers::Header::span);
        out.anomaly(Anomaly::odd(
            "mail.date-received",
            at,
            format!("the Date header says {date}, the last hop {top}: more than a day apart"),
        ));
    }
}
