//! What holds for any text: no panic, spans that lie on characters, words that stand there, the same twice, linear time.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::time::Instant;

use ascribe_model::{Moment, Role};
use ascribe_speech::echo::{Marks, sharing};
use ascribe_speech::{Paper, Piece, Statement, statements};
use proptest::prelude::*;

fn read(text: &str) -> Vec<Statement> {
    let published = Moment::parse("2014-12-19").unwrap();
    let pieces = text
        .split("\n\n")
        .map(|text| Piece {
            role: &Role::Body,
            text,
        })
        .collect();
    statements(&Paper {
        pieces,
        voice: None,
        published: Some(&published),
    })
}

/// Holds for every statement of `text`.
fn sound(text: &str) {
    let pieces: Vec<&str> = text.split("\n\n").collect();
    let found = read(text);
    for one in &found {
        let piece = pieces[one.at.piece];
        let anchor = piece
            .get(one.at.range.clone())
            .expect("a span lies on characters");
        assert!(!anchor.is_empty());
        if let Some(cue) = &one.cue {
            assert!(piece.contains(cue.as_str()), "{cue:?} stands in the text");
        }
        if let Some(certainty) = &one.certainty {
            assert!(anchor.contains(certainty.as_str()));
        }
        if let Some(at) = &one.speaker_at {
            assert!(pieces[at.piece].get(at.range.clone()).is_some());
        }
        assert!((0.0..=1.0).contains(&one.confidence));
        assert!(!one.speaker.is_empty());
    }
    assert_eq!(found, read(text));
}

const PARTS: [&str; 40] = [
    "The agency",
    " said",
    " that",
    " North Korea",
    " was",
    " responsible",
    " for",
    " the attack",
    ".",
    " “",
    "”",
    ",",
    " he",
    " told",
    " Reuters",
    " on Friday",
    " accused",
    " of",
    " denied",
    "\n\n",
    "\n",
    " who",
    " which",
    " and",
    " but",
    " according to",
    " a source",
    " is believed",
    " to have",
    " ‘",
    "’",
    "'s",
    " Kim Song",
    ", a spokesman for Acme Corp.,",
    " warned",
    " (",
    ")",
    " — ",
    " claimed responsibility",
    " 6,000 hackers",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_text_is_read(text in "\\PC{0,400}") {
        sound(&text);
    }

    #[test]
    fn any_sequence_of_words_of_news_is_read(parts in prop::collection::vec(0usize..PARTS.len(), 0..80)) {
        let text: String = parts.into_iter().filter_map(|part| PARTS.get(part)).copied().collect();
        sound(&text);
    }

    #[test]
    fn containment_is_a_share_and_whole_for_the_same_text(texts in prop::collection::vec("[a-d ]{0,200}", 1..8)) {
        let texts: Vec<Marks> = texts.iter().map(|text| Marks::of([text.as_str()])).collect();
        let all: Vec<&Marks> = texts.iter().collect();
        let sharing_of = |pair: [&Marks; 2]| sharing(&pair, 1).pop().and_then(|with| with.first().map(|with| with.1)).unwrap_or(0);
        for (later, with) in sharing(&all, 1).into_iter().enumerate() {
            for (earlier, text) in all.iter().enumerate().take(later) {
                let shared = with.iter().find(|found| found.0 == earlier).map_or(0, |found| found.1);
                prop_assert_eq!(shared, sharing_of([text, all[later]]), "whoever else is asked about");
                let share = text.containment(all[later], shared);
                prop_assert!((0.0..=1.0).contains(&share));
                prop_assert!((share - all[later].containment(text, shared)).abs() < 1e-12);
            }
            let own = all[later];
            prop_assert!(own.is_empty() || own.containment(own, sharing_of([own, own])) == 1.0);
        }
    }
}

/// Eight times the text may take no more than twelve times the time: nothing looks back without bound.
#[test]
fn long_texts_take_time_in_proportion() {
    let shapes = [
        "The agency said that North Korea denied “being behind” it, according to the Times. ",
        "said ",
        "“‘(",
        ", who said, which said, and said",
        "A.B.C. ",
        "Kim Kim Kim ",
    ];
    for shape in shapes {
        let time = |count: usize| {
            let text = shape.repeat(count / shape.len());
            let start = Instant::now();
            let _ = read(&text);
            start.elapsed().as_secs_f64()
        };
        let _ = time(20_000);
        let (short, long) = (time(30_000).min(time(30_000)), time(240_000));
        assert!(
            long < short * 12.0 + 0.5,
            "{shape:?}: {short:.3} s, then {long:.3} s"
        );
    }
}
