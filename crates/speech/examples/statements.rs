//! Prints the statements of text files, one JSON line each, with offsets in characters.
//!
//! `cargo run -p ascribe-speech --example statements -- FILE[=PUBLISHED] …`

use std::error::Error;
use std::io::Write;

use ascribe_model::{Moment, Role};
use ascribe_speech::{Paper, Piece, statements};

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    for argument in std::env::args().skip(1) {
        let (path, published) = argument.split_once('=').unwrap_or((&argument, ""));
        let text = std::fs::read_to_string(path)?;
        let published = Moment::parse(published).ok();
        let mut ranges = Vec::new();
        let mut at = 0;
        for part in text.split("\n\n") {
            if !part.trim().is_empty() {
                ranges.push(at..at + part.len());
            }
            at += part.len() + 2;
        }
        let pieces = ranges
            .iter()
            .filter_map(|range| {
                Some(Piece {
                    role: &Role::Body,
                    text: text.get(range.clone())?,
                })
            })
            .collect();
        let paper = Paper {
            pieces,
            voice: None,
            published: published.as_ref(),
        };
        let name = path.rsplit('/').next().unwrap_or(path);
        for (index, one) in statements(&paper).into_iter().enumerate() {
            let base = ranges.get(one.at.piece).map_or(0, |range| range.start);
            let bytes = base + one.at.range.start..base + one.at.range.end;
            let chars = |to: usize| text.get(..to).map_or(0, |head| head.chars().count());
            let line = serde_json::json!({
                "id": format!("{index}"), "doc": name, "start": chars(bytes.start), "end": chars(bytes.end),
                "anchor": text.get(bytes), "speaker": one.speaker, "speaker_kind": one.speaker_kind,
                "record": one.record, "via": one.via, "stance": one.stance, "target": one.target,
                "evidence": one.evidence, "certainty": one.certainty, "event_date": one.event_date,
                "statement_date": one.statement_date, "form": one.form, "nesting": one.nesting, "cue": one.cue,
                "confidence": one.confidence, "tier": one.tier,
            });
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}
