//! Statements of the text files of a folder, read as a case would read them.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use ascribe_engines::statements::suggest;
use ascribe_engines::{Evidence, Memo, World};
use ascribe_intel::Knowledge;
use ascribe_model::limits::Limits;
use ascribe_model::words::Tlp;
use ascribe_model::{ArtifactId, Moment, Out};
use serde_json::{Value, json};

fn evidence(path: &Path) -> Result<(Evidence, String), Box<dyn Error>> {
    let data = std::fs::read(path)?;
    let stop = AtomicBool::new(false);
    let mut take = |_| Ok(());
    let scan = |_: &str| Vec::new();
    let mut out = Out::new("text", Limits::default(), &scan, &stop, &mut take);
    (ascribe_readers::text::READER.read)(&data.as_slice(), &mut out);
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default()
        .to_owned();
    let one = Evidence {
        path: name.clone(),
        id: ArtifactId::of(&data),
        known: Moment::parse("2026-01-01")?,
        dated: false,
        valid: None,
        origin: name,
        source: None,
        tlp: Tlp::Clear,
        leaked: false,
        incident: "i".to_owned(),
        reading: Arc::new(out.finish()),
    };
    Ok((one, String::from_utf8(data)?))
}

/// The statements of the `.txt` files of `folder`, as in `out/statements.json` as far as they are scored.
pub fn statements(folder: &Path) -> Result<Vec<Value>, Box<dyn Error>> {
    let mut paths: Vec<_> = std::fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|end| end == "txt"));
    paths.sort();
    let read: Vec<_> = paths
        .iter()
        .map(|path| evidence(path))
        .collect::<Result<_, _>>()?;
    let (all, texts): (Vec<_>, Vec<_>) = read.into_iter().unzip();
    let given = suggest(&World {
        as_of: None,
        incident: "i",
        incident_time: None,
        knowledge: &Knowledge::default(),
        evidence: &all,
        corpora: &[],
        memo: &Memo::new(1),
    });
    let rows = given.speech.statements.into_iter().filter_map(|told| {
        let text = all
            .iter()
            .zip(&texts)
            .find(|(one, _)| one.path == told.doc)
            .map(|(_, text)| text)?;
        let chars = |to: u64| {
            let to = usize::try_from(to).ok()?;
            Some(text.get(..to)?.chars().count())
        };
        Some(json!({
            "doc": told.doc, "start": chars(told.at.span.start)?, "end": chars(told.at.span.end)?,
            "anchor": told.anchor, "speaker": told.said.speaker, "record": told.said.record,
            "via": told.said.via, "stance": told.said.stance, "target": told.said.target,
            "cue": told.said.cue, "form": told.said.form, "confidence": told.said.confidence,
            "tier": told.said.tier, "grounds": ascribe_speech::grounds(&told.said).to_vec(),
        }))
    });
    Ok(rows.collect())
}
