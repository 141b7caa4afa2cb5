//! What a statement is. The words are those of CASE, `out/statements.json`.

use ascribe_model::words::Stance;
use serde::{Deserialize, Serialize};

use crate::Place;

/// How speakers are named in the output when the document's own voice speaks.
pub const PUBLISHER: &str = "@publisher";

/// What kind of speaker it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SpeakerKind {
    /// The document's own voice, or another publisher.
    #[serde(rename = "media")]
    Media,
    /// An agency or a government.
    #[serde(rename = "government agency")]
    Agency,
    /// The state that is accused, its media and its people.
    #[serde(rename = "suspect state")]
    Suspect,
    /// A named official.
    #[serde(rename = "official on record")]
    Official,
    /// An official or another insider without a name.
    #[serde(rename = "anonymous official")]
    Anonymous,
    /// A named or unnamed expert.
    #[serde(rename = "expert")]
    Expert,
    /// Somebody who left the accused side.
    #[serde(rename = "defector")]
    Defector,
    /// A firm or somebody who speaks for one.
    #[serde(rename = "company")]
    Company,
    /// Whoever claims the deed.
    #[serde(rename = "persona/group")]
    Persona,
    /// Nobody in particular.
    #[serde(rename = "unspecified")]
    Unspecified,
}

impl SpeakerKind {
    /// The word as it is written.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Media => "media",
            Self::Agency => "government agency",
            Self::Suspect => "suspect state",
            Self::Official => "official on record",
            Self::Anonymous => "anonymous official",
            Self::Expert => "expert",
            Self::Defector => "defector",
            Self::Company => "company",
            Self::Persona => "persona/group",
            Self::Unspecified => "unspecified",
        }
    }
}

/// Whether the speaker stands to it with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Record {
    /// With a name.
    OnRecord,
    /// Without.
    Anonymous,
    /// The publisher's own voice.
    Publisher,
    /// Nobody in particular says it.
    Unattributed,
}

/// In which words it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// The speaker's own.
    Direct,
    /// The publisher's.
    Indirect,
    /// Both.
    Mixed,
    /// As a noun: "threats from hackers".
    Nominal,
    /// Nobody is named.
    Unattributed,
}

/// Whether somebody should look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// May be counted.
    Accept,
    /// To be looked at first.
    Review,
}

/// One statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// Where it stands.
    pub at: Place,
    /// Who says it; `@publisher` for the document's own voice.
    pub speaker: String,
    /// The words that named the speaker, where there are any.
    pub speaker_at: Option<Place>,
    /// The state, agency or firm that the speaker speaks for, where that is known.
    pub speaks_for: Option<String>,
    /// What kind of speaker it is.
    pub speaker_kind: SpeakerKind,
    /// With or without a name.
    pub record: Record,
    /// Through whom, from the publisher to the speaker.
    pub via: Vec<String>,
    /// What the speaker does by saying it.
    pub stance: Stance,
    /// Whom or what it is about.
    pub target: Option<String>,
    /// What it says it rests on.
    pub evidence: Vec<String>,
    /// The word that lowers or raises certainty.
    pub certainty: Option<String>,
    /// When what is told happened: a date or `a..b`.
    pub event_date: Option<String>,
    /// When it was said.
    pub statement_date: Option<String>,
    /// In which words.
    pub form: Form,
    /// 0 for a statement of its own, 1 inside another.
    pub nesting: u8,
    /// The words that show who speaks.
    pub cue: Option<String>,
    /// How far the speaker was guessed: 0 named, 1 named before, more: guessed.
    pub naming: u8,
    /// How far the stance was guessed: 0 the verb says it, 1 the content shows it, 2 guessed.
    pub reading: u8,
    /// Whether words of speech stand in it that no rule took for anybody's.
    pub left_over: bool,
    /// Whether several speak in its sentence.
    pub several: bool,
    /// P(found and speaker and stance are right), from marked text.
    pub confidence: f64,
    /// Whether somebody should look at it.
    pub tier: Tier,
}
