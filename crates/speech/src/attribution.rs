//! From a document to its statements: each part of a sentence goes to who says it, the rest to the publisher.

use crate::around::{dateline, obtained_by, quoted_paper, sort_dates, unattributed};
use crate::carry;
use crate::cue::{self, Found, HANDED, Side, nobody};
use crate::dates::{Dated, dates};
use crate::layout::{Block, Kind, blocks};
use crate::lexicon::{Noun, Tone, lexicon};
use crate::matter::tells;
use crate::memory::Memory;
use crate::parts::{content_of, parts, within};
use crate::quotes::{Quote, quotes};
use crate::sense::{certainty, evidence, named, sense};
use crate::sentences::sentences;
use crate::statement::{Form, PUBLISHER, Record, SpeakerKind, Statement, Tier};
use crate::subject::{Clause, is_verbal};
use crate::who::{Like, Who, name_run};
use crate::words::Words;
use crate::{Paper, Place};
use ascribe_model::words::Stance;
use std::ops::Range;

/// Every statement of a document, in order of where it stands.
#[must_use]
pub fn statements(paper: &Paper<'_>) -> Vec<Statement> {
    let mut reader = Reader {
        paper,
        memory: Memory::default(),
        found: Vec::new(),
        before: None,
        pending: Vec::new(),
        several: false,
        turn: None,
        writer: None,
    };
    let all = blocks(&paper.pieces);
    reader.writer = paper
        .voice
        .as_ref()
        .map(|voice| crate::transcript::writer(&voice.name, paper, &all));
    for block in all {
        reader.block(&block);
    }
    let mut found = reader.found;
    carry::suspects(&mut found);
    carry::dates(&mut found);
    carry::chains(&mut found);
    for one in &mut found {
        crate::confidence::weigh(one);
    }
    found.sort_by_key(|one| (one.at.key(), one.nesting));
    found
}

struct Reader<'a> {
    paper: &'a Paper<'a>,
    memory: Memory,
    found: Vec<Statement>,
    /// Who spoke last, while quotations may go on.
    before: Option<(Who, Vec<String>)>,
    /// Who wrote it all, where it is a letter.
    writer: Option<Who>,
    /// Whose turn it is in a transcript.
    turn: Option<Who>,
    /// Whether several speak in the sentence that is read.
    several: bool,
    /// Quotations whose speaker is named later.
    pending: Vec<usize>,
}

/// A block being read.
struct Text<'a> {
    block: &'a Block,
    words: Words<'a>,
    quotes: Vec<Quote>,
    quoted: Vec<bool>,
}

impl Reader<'_> {
    fn block(&mut self, block: &Block) {
        let Some(piece) = self.paper.pieces.get(block.piece) else {
            return;
        };
        let Some(text) = piece.text.get(block.range.clone()) else {
            return;
        };
        let words = Words::of(text);
        let quotes = quotes(text);
        let mut quoted = vec![false; words.len()];
        let mut index = 0usize;
        for quote in &quotes {
            while words
                .at(index)
                .is_some_and(|token| token.start < quote.range.start)
            {
                index = index.saturating_add(1);
            }
            while words.at(index).is_some_and(|token| token.end <= quote.range.end) {
                if let Some(cell) = quoted.get_mut(index) {
                    *cell = true;
                }
                index = index.saturating_add(1);
            }
        }
        let all = sentences(&words, &quotes);
        self.turn = crate::transcript::turn(&words, &self.memory)
            .map(|(who, _)| who)
            .or_else(|| self.writer.clone());
        // "Q: …": whoever asks says nothing.
        if matches!(words.low(0), "q" | "question") && words.is_mark(1, ':') {
            return;
        }
        let text = Text {
            block,
            words,
            quotes,
            quoted,
        };
        let mut spoke = false;
        for range in all {
            spoke = self.sentence(&text, range);
        }
        if !spoke {
            self.before = None;
        }
        // The words that named the speaker stand in this block, not in the next.
        if let Some((who, _)) = &mut self.before {
            who.mention = 0..0;
        }
    }

    /// Reads a sentence; whether somebody other than the publisher spoke in it.
    fn sentence(&mut self, text: &Text<'_>, range: Range<usize>) -> bool {
        let words = &text.words;
        let range = dateline(words, range);
        for party in named(words, range.clone()) {
            if let Some(who) = party_of(&party) {
                self.memory.mention(&who);
            }
        }
        let clause = Clause {
            headline: text.block.kind == Kind::Headline,
            words,
            quoted: &text.quoted,
            start: range.start,
            end: range.end,
        };
        if let Some(portrait) = crate::portrait::portrait(&clause) {
            self.memory.introduce(&portrait.who);
        }
        for (who, noun) in crate::portrait::appositions(&clause, &self.memory) {
            self.memory.call(words.low(noun), &who);
            if who.like == Like::Persona {
                self.memory.introduce_silently(&who);
            }
            if who.mention.start <= clause.start.saturating_add(1) {
                self.memory.note(&who);
            } else {
                self.memory.mention(&who);
            }
        }
        let quoted = range
            .clone()
            .filter(|at| text.quoted.get(*at).copied().unwrap_or(false))
            .count();
        let mut found = cue::find(&clause, &self.memory);
        if clause.headline
            && let Some(one) = crate::heading::before_colon(&clause, &self.memory)
        {
            found.insert(0, one);
        }
        self.note_people(&clause);
        let only_quote = quoted.saturating_mul(10) >= range.len().saturating_mul(7) && quoted >= 4;
        if found.iter().all(|one| one.side == Side::Inside) && only_quote {
            self.goes_on(text, range);
            return true;
        }
        let mut parts = parts(&clause, found);
        if let Some(who) = self.turn.clone() {
            crate::transcript::take_turn(&clause, &mut parts, &who);
        }
        let adverb = unattributed(&clause);
        let mut spoke = false;
        if parts.iter().all(|part| part.found.is_none())
            && let Some(at) = adverb
            && let Some(part) = parts.first_mut()
        {
            part.found = Some(Found::of_nobody(at, Tone::Content, Side::Whole, range.start));
        }
        self.several = parts.iter().filter(|part| part.found.is_some()).count() > 1;
        for part in parts {
            match part.found {
                Some(found) => {
                    if let Some(through) = &found.through {
                        self.memory.note(through);
                    }
                    if found.who.like != Like::Crowd && !found.nominal {
                        self.memory.note(&found.who);
                        // "Researchers at Acme": so are "the researchers" further on.
                        for at in found.who.mention.clone() {
                            let stands = crate::portrait::stands_for_a_name(words, at)
                                && found.who.doubt < 2
                                && found.who.name.chars().any(char::is_uppercase);
                            if stands && found.who.like != Like::Person {
                                self.memory.call(words.low(at), &found.who);
                            }
                        }
                    }
                    let issues = crate::fits::ISSUES.contains(&words.low(found.cue.start));
                    if issues && let Some(paper) = crate::fits::issued_paper(&clause, found.cue.start) {
                        self.memory
                            .issue(paper.strip_suffix('s').unwrap_or(paper), &found.who);
                    }
                    spoke |= found.side != Side::Inside;
                    self.add(text, part.tokens, &found, &range);
                }
                // In a transcript the publisher asks and does not tell.
                None if self.turn.is_some() => {}
                None => self.publisher(text, part.tokens),
            }
        }
        if !spoke {
            self.note_subject(&clause);
            self.before = None;
        }
        spoke
    }

    /// A quotation without words of speech: whoever spoke last goes on, else whoever speaks next.
    fn goes_on(&mut self, text: &Text<'_>, range: Range<usize>) {
        let speaker = self.before.clone();
        let (who, via) = speaker
            .clone()
            .unwrap_or_else(|| (nobody("unspecified"), Vec::new()));
        let found = Found {
            cue: range.start..range.start,
            who,
            tone: Tone::Content,
            side: Side::Whole,
            start: range.start,
            covers: range.start..range.start,
            via,
            nominal: false,
            nested: false,
            passive: false,
            through: None,
            doubt: 1,
        };
        self.add(text, range.clone(), &found, &range);
        if speaker.is_none() && self.pending.len() < 64 {
            self.pending.push(self.found.len().saturating_sub(1));
            self.before = None;
        }
    }

    fn add(&mut self, text: &Text<'_>, tokens: Range<usize>, found: &Found, sentence: &Range<usize>) {
        let words = &text.words;
        let published = self.paper.published;
        let content = tokens.clone();
        let after = within(found.cue.end, &tokens);
        let it = named(words, sentence.start..content_of(found, &tokens).start)
            .into_iter()
            .rfind(|party| {
                let own = Some(&party.name) == found.who.whose.as_ref() || party.name == found.who.name;
                party.sort == crate::lexicon::Sort::State && !own
            })
            .map(|party| party.name)
            .or_else(|| self.memory.like(Like::State).map(|who| who.name));
        let read = sense(
            words,
            content_of(found, &tokens),
            after,
            &found.who,
            found.tone,
            it.as_deref(),
        );
        let all = dates(words, sentence.clone(), published);
        let (said, happened) = sort_dates(&all, found, &tokens);
        let place = self.place(text, tokens.clone());
        let full = text
            .quotes
            .iter()
            .filter(|quote| {
                let bytes = words.bytes(tokens.clone());
                quote.range.start >= bytes.start && quote.range.end <= bytes.end
            })
            .map(|quote| quote.range.len())
            .sum::<usize>();
        let length = words.bytes(tokens.clone()).len().max(1);
        let cue = (!found.cue.is_empty()).then(|| words.slice(found.cue.clone()).to_owned());
        let form = form(found, full, length, text, &tokens);
        let mention = found.who.mention.clone();
        let speaker_at = (!mention.is_empty() && mention.end <= words.len() && found.who.doubt < 2)
            .then(|| self.place(text, mention));
        let writer = self
            .writer
            .as_ref()
            .is_some_and(|writer| writer.name == found.who.name);
        let speaker_at = match &self.paper.voice {
            Some(voice) if writer => Some(voice.at.clone()),
            _ => speaker_at,
        };
        let paper = quoted_paper(words, &tokens);
        let obtained = paper
            .and_then(|paper| self.memory.obtained(paper))
            .map(str::to_owned);
        if let (Some(paper), Some(by)) = (paper, obtained_by(words, &tokens)) {
            self.memory.obtain(paper, &by);
        }
        // A paper that somebody got hold of is a step of its own.
        let leaked = paper
            .filter(|paper| self.memory.obtained(paper).is_some())
            .map(str::to_owned);
        let obtained = obtained.filter(|by| !found.via.contains(by));
        let via: Vec<String> = std::iter::once(PUBLISHER.to_owned())
            .chain(found.via.iter().filter(|name| *name != HANDED).cloned())
            .chain(obtained)
            .chain(leaked)
            .filter(|name| *name != found.who.name)
            .collect();
        let statement = Statement {
            at: place,
            speaker: found.who.name.clone(),
            speaker_at,
            speaks_for: found.who.whose.clone(),
            speaker_kind: found.who.kind,
            record: found.who.record,
            via,
            stance: match read.stance {
                Stance::Asserts if found.who.record == Record::Publisher => Stance::Reports,
                stance => stance,
            },
            target: read.target,
            evidence: evidence(words, content.clone()),
            certainty: certainty(words, content),
            event_date: happened,
            statement_date: said,
            form,
            nesting: u8::from(found.nested),
            cue,
            naming: found.doubt.max(found.who.doubt),
            reading: read.doubt,
            left_over: left_over(text, &tokens, &found.cue),
            several: self.several,
            confidence: 0.0,
            tier: Tier::Review,
        };
        if found.side != Side::Inside && found.who.like != Like::Crowd {
            self.before = Some((found.who.clone(), found.via.clone()));
            if matches!(form, Form::Direct | Form::Mixed) {
                self.settle(&statement);
            }
        }
        self.found.push(statement);
    }

    /// Gives quotations that waited for their speaker to the one that speaks now.
    fn settle(&mut self, speaker: &Statement) {
        for index in std::mem::take(&mut self.pending) {
            if let Some(one) = self.found.get_mut(index)
                && speaker.at.piece.saturating_sub(one.at.piece) <= 2
            {
                one.speaker.clone_from(&speaker.speaker);
                one.speaks_for.clone_from(&speaker.speaks_for);
                one.speaker_kind = speaker.speaker_kind;
                one.record = speaker.record;
                one.via.clone_from(&speaker.via);
            }
        }
    }

    /// The publisher's own words, where they tell something about the matter.
    fn publisher(&mut self, text: &Text<'_>, tokens: Range<usize>) {
        let words = &text.words;
        // "We do not share that view": who writes takes a side.
        let side = own_side(text, &tokens);
        if text.block.kind == Kind::Caption || side.is_none() && !tells(words, &tokens, text.block.kind) {
            return;
        }
        let all = dates(words, tokens.clone(), self.paper.published);
        let target = side.as_ref().and_then(|side| side.target.clone());
        let target = target.or_else(|| {
            named(words, tokens.clone())
                .into_iter()
                .next()
                .map(|party| party.name)
        });
        self.found.push(Statement {
            at: self.place(text, tokens.clone()),
            speaker: PUBLISHER.to_owned(),
            speaker_at: None,
            speaks_for: None,
            speaker_kind: SpeakerKind::Media,
            record: Record::Publisher,
            via: Vec::new(),
            stance: side.map_or(Stance::Reports, |side| side.stance),
            target,
            evidence: evidence(words, tokens.clone()),
            certainty: certainty(words, tokens.clone()),
            event_date: all.first().map(Dated::text),
            statement_date: None,
            form: Form::Unattributed,
            nesting: 0,
            cue: None,
            naming: 0,
            reading: 1,
            left_over: left_over(text, &tokens, &(tokens.start..tokens.start)),
            several: self.several,
            confidence: 0.0,
            tier: Tier::Review,
        });
    }

    fn place(&self, text: &Text<'_>, tokens: Range<usize>) -> Place {
        let bytes = text.words.bytes(tokens);
        let base = text.block.range.start;
        Place {
            piece: text.block.piece,
            range: base.saturating_add(bytes.start)..base.saturating_add(bytes.end),
        }
    }

    /// A person at the start of a sentence, or behind an office, may be "he" in the next.
    fn note_people(&mut self, clause: &Clause<'_>) {
        let words = clause.words;
        // "founder Julian Assange": an office names the person behind it.
        for at in clause.start..clause.end {
            let name = words.is_name(at.saturating_add(1)) || words.is_mark(at.saturating_add(1), '.');
            if name && let Some((surname, gender)) = crate::gender::titled(words, at) {
                self.memory.learn(surname, gender);
            }
            let office = lexicon().nouns.get(words.low(at)).is_some_and(|noun| {
                matches!(
                    noun,
                    Noun::Role | Noun::FirmRole | Noun::ExpertRole | Noun::Expert
                )
            });
            if office
                && let Some(run) = name_run(words, at.saturating_add(1), clause.end)
                && run.len() >= 2
                && let Some(who) = crate::who::who(words, at..run.end, &self.memory)
                && who.like == Like::Person
            {
                // "Energy minister Oskar Plenn was …": he is who the sentence is about.
                if at <= clause.start.saturating_add(3) && crate::subject::is_verbal(words, run.end) {
                    self.memory.note(&who);
                } else {
                    self.memory.know(&who);
                }
            }
        }
        // "On Sunday, Ruiz went …"
        let lead = if crate::subject::is_adverbial(words, clause.start) {
            (clause.start..clause.end.min(clause.start.saturating_add(9)))
                .find(|at| words.is_mark(*at, ','))
                .map_or(clause.start, |comma| comma.saturating_add(1))
        } else {
            clause.start
        };
        let titled = matches!(words.low(lead), "mr" | "mrs" | "ms" | "dr")
            && words.is_mark(lead.saturating_add(1), '.');
        let first = lead.saturating_add(if titled { 2 } else { 0 });
        let Some(run) = name_run(words, first, clause.end) else {
            return;
        };
        // "Ruiz has …": known by the surname.
        if run.len() == 1
            && (is_verbal(words, run.end) || crate::subject::is_adverb(words.low(run.end)))
            && let Some(known) = self.memory.surname(words.raw(run.start))
        {
            self.memory.note(&known);
        }
        if run.len() < 2 || lexicon().party_at(words, run.start).is_some() {
            return;
        }
        let follows = words.low(run.end);
        let subject = words.is_mark(run.end, ',')
            || matches!(follows, "who" | "and")
            || is_verbal(words, run.end)
            || words.at(run.end).is_some_and(|token| !token.capital)
                && crate::gender::of_given_name(words.low(run.start)).is_some();
        let end = (run.end..clause.end)
            .find(|at| words.is_mark(*at, '.') || *at > run.end.saturating_add(16))
            .unwrap_or(clause.end);
        // What stands beside the name tells the office; a verb does not.
        let end = if words.is_mark(run.end, ',') || matches!(follows, "who" | "and") {
            end
        } else {
            run.end
        };
        if subject
            && let Some(who) = crate::who::who(words, lead..end, &self.memory)
            && who.like == Like::Person
        {
            self.memory.note(&who);
        }
    }

    /// The subject of a sentence without speech may be "it" or "the group" in the next.
    fn note_subject(&mut self, clause: &Clause<'_>) {
        let words = clause.words;
        if let Some(first) = named(
            words,
            clause.start..clause.end.min(clause.start.saturating_add(3)),
        )
        .into_iter()
        .next()
            && let Some(index) = lexicon()
                .parties
                .iter()
                .position(|party| party.name == first.name)
            && first.naming != crate::lexicon::Naming::Adjective
            && let Some(who) = crate::who::of_party(index, first.at..first.end)
        {
            self.memory.note(&who);
        }
        // "Acme Labs was hit": no list knows it, but its name says what it is.
        let start = clause
            .start
            .saturating_add(usize::from(crate::who::is_determiner(words.low(clause.start))));
        if let Some(run) = name_run(words, start, clause.end)
            && is_verbal(words, run.end)
            && crate::who::is_org_name(words, run.clone())
            && let Some(who) = crate::who::who(words, run, &self.memory)
            && matches!(who.like, Like::Firm | Like::Agency | Like::Ngo)
        {
            self.memory.note(&who);
        }
    }
}

fn party_of(named: &crate::sense::Named) -> Option<Who> {
    let index = lexicon()
        .parties
        .iter()
        .position(|party| party.name == named.name)?;
    crate::who::of_party(index, named.at..named.end)
}

/// What the document's own voice does in a sentence in which it says "we" or "I", where it does more than report.
fn own_side(text: &Text<'_>, tokens: &Range<usize>) -> Option<crate::sense::Sense> {
    let words = &text.words;
    let own = tokens.clone().any(|at| {
        matches!(words.low(at), "we" | "our" | "us" | "i" | "my")
            && words.raw(at) != "US"
            && !text.quoted.get(at).copied().unwrap_or(false)
    });
    if !own {
        return None;
    }
    let mut voice = nobody(PUBLISHER);
    voice.like = Like::Firm;
    voice.kind = SpeakerKind::Company;
    let read = sense(words, tokens.clone(), tokens.start, &voice, Tone::Content, None);
    matches!(
        read.stance,
        Stance::Accuses
            | Stance::Doubts
            | Stance::Denies
            | Stance::Declines
            | Stance::Condemns
            | Stance::Supports
    )
    .then_some(read)
}

/// Whether words of speech stand in `tokens` outside quotations that are not those at `cue`.
fn left_over(text: &Text<'_>, tokens: &Range<usize>, cue: &Range<usize>) -> bool {
    tokens.clone().any(|at| {
        let low = text.words.low(at);
        !cue.contains(&at)
            && !text.quoted.get(at).copied().unwrap_or(false)
            && (lexicon().cues.contains_key(low)
                || matches!(low, "according" | "attributed" | "claims" | "claim"))
    })
}

fn form(found: &Found, quoted: usize, length: usize, text: &Text<'_>, tokens: &Range<usize>) -> Form {
    if found.nominal {
        return Form::Nominal;
    }
    if found.who.name == PUBLISHER {
        return Form::Unattributed;
    }
    let content = text.words.bytes(content_of(found, tokens)).len().max(1);
    if quoted == 0 {
        Form::Indirect
    } else if quoted.saturating_mul(10) >= content.saturating_mul(8)
        || quoted.saturating_mul(10) >= length.saturating_mul(8)
    {
        Form::Direct
    } else {
        Form::Mixed
    }
}
