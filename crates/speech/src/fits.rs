//! Whether a word of the lists is a verb of speech where it stands, with what its frame needs beside it.

use crate::lexicon::{Cue, Form, Frame, lexicon};
use crate::speaker::Speaker;
use crate::subject::{Clause, before_verb, is_verbal};
use crate::verb::is_after;
use crate::who::Like;

/// Whether the form is a noun or an adjective here.
pub(crate) fn reads_as_noun(clause: &Clause<'_>, at: usize, cue: Cue, back: Option<usize>) -> bool {
    let words = clause.words;
    let Some(back) = back else {
        return true;
    };
    let low = words.low(back);
    let next = words.low(at.saturating_add(1));
    let acting = low == "in" && cue.form == Form::Ing && matches!(cue.frame, Frame::Act | Frame::Blame);
    if acting {
        return false;
    }
    // "a blog post", "a news report"
    let compound = matches!(
        low,
        "blog"
            | "news"
            | "media"
            | "facebook"
            | "twitter"
            | "telegram"
            | "forum"
            | "social"
            | "weblog"
            | "press"
            | "police"
            | "intelligence"
            | "incident"
            | "threat"
    ) && matches!(
        words.low(at),
        "post" | "posts" | "report" | "reports" | "note" | "notes" | "claim" | "claims"
    );
    // "publicizes alleged victims"
    let adjective = words.low(at) == "alleged"
        && next != "that"
        && !words.is_name(at.saturating_add(1))
        && !crate::who::is_determiner(next)
        && !matches!(next, "to" | "it" | "they" | "he" | "she");
    if adjective {
        return true;
    }
    let of_state = words.low(at) == "state" && next != "that"
        || words.low(at) == "states"
            && !words.is_name(back)
            && !lexicon().nouns.contains_key(low)
            && !matches!(low, "it" | "he" | "she" | "also" | "who" | "which" | ",");
    if next == "tank" || compound || of_state {
        return true;
    }
    if crate::who::is_determiner(low)
        || words.is_possessive(back)
        || matches!(
            low,
            "its" | "his" | "their" | "of" | "in" | "for" | "no" | "such" | "some" | "any"
        )
    {
        return true;
    }
    if cue.form == Form::Finite && !matches!(low, "who" | "which") {
        // "Iranian claims", "media reports": a plural noun after an adjective, or before "of".
        let adjective = lexicon()
            .party_at(words, back)
            .is_some_and(|(_, naming, _)| naming == crate::lexicon::Naming::Adjective)
            && !words.low(back).ends_with('s');
        let noun_like = matches!(
            words.low(at),
            "claims"
                | "reports"
                | "threatens"
                | "comments"
                | "questions"
                | "doubts"
                | "demands"
                | "posts"
                | "calls"
                | "notes"
                | "shows"
                | "protests"
                | "links"
                | "finds"
                | "report"
                | "claim"
                | "comment"
                | "question"
                | "doubt"
                | "demand"
                | "post"
                | "call"
                | "note"
                | "show"
                | "link"
                | "find"
                | "blame"
                | "blast"
                | "challenge"
                | "slam"
                | "details"
                | "detail"
                | "releases"
                | "issues"
                | "release"
                | "issue"
        );
        let counted = matches!(
            low,
            "more"
                | "many"
                | "other"
                | "additional"
                | "further"
                | "several"
                | "new"
                | "recent"
                | "public"
                | "previous"
                | "earlier"
                | "these"
                | "those"
                | "all"
                | "most"
                | "few"
                | "various"
                | "two"
                | "three"
                | "four"
                | "five"
                | "six"
                | "seven"
                | "multiple"
        );
        if noun_like && counted && !words.is_name(back) {
            return true;
        }
        // "Recent reports indicate", "in a 2014 report as": another verb follows, a number stands before.
        let followed = lexicon().cues.contains_key(next)
            && !matches!(next, "say" | "issue" | "report" | "state")
            || is_verbal(words, at.saturating_add(1))
            || words
                .at(back)
                .is_some_and(|token| token.shape == crate::words::Shape::Number);
        if noun_like && followed {
            return true;
        }
        if noun_like && (adjective || matches!(next, "of" | "from" | "about" | "by" | "in" | "on")) {
            return true;
        }
    }
    matches!(low, "to" | "without" | "despite" | "before" | "after") && !cue.bare
        || cue.form == Form::Past
            && matches!(low, "about" | "by" | "with" | "against" | "from" | "on" | "over")
}

/// Whether the verb has what its frame needs.
pub(crate) fn fits(clause: &Clause<'_>, at: usize, cue: Cue, made: &Speaker) -> bool {
    let words = clause.words;
    let next = at.saturating_add(1);
    // "hackers have broken into sites to spread reports": another verb stands between, so this one is a noun.
    let between = (made.start.saturating_add(1)..before_verb(clause, at))
        .any(|at| is_verbal(words, at) && !clause.quoted.get(at).copied().unwrap_or(false));
    let relative = (made.start..at)
        .any(|at| matches!(words.low(at), "who" | "which" | "whose" | "that") || words.is_mark(at, ','));
    if cue.form == Form::Finite && words.low(at) != "said" && between && !relative {
        return false;
    }
    if ISSUES.contains(&words.low(at)) {
        return issued_paper(clause, at).is_some()
            && matches!(
                made.who.like,
                Like::Agency
                    | Like::State
                    | Like::Firm
                    | Like::Ngo
                    | Like::Experts
                    | Like::Persona
                    | Like::Media
            );
    }
    match cue.frame {
        Frame::Say => {
            // "said" always; "claims", "comments" only where something is said.
            if cue.form == Form::Ing {
                return complement(clause, at, cue);
            }
            true
        }
        // "…,” he continued": only around quotations.
        Frame::Weak if words.low(at).starts_with("continu") => {
            made.relative.is_none()
                && (is_after(clause, at, made.start)
                    || clause
                        .quoted
                        .get(next.saturating_add(1))
                        .copied()
                        .unwrap_or(false))
        }
        Frame::Weak => {
            complement(clause, at, cue)
                || made.relative.is_none() && is_after(clause, at, made.start)
                || matches!(
                    words.low(at),
                    "noted"
                        | "observed"
                        | "confirmed"
                        | "acknowledged"
                        | "detected"
                        | "detects"
                        | "found"
                        | "finds"
                        | "discovered"
                        | "identified"
                        | "determined"
                        | "concluded"
                        | "revealed"
                        | "indicated"
                        | "suggested"
                        | "disclosed"
                        | "reported"
                        | "recommend"
                        | "recommends"
                        | "recommended"
                        | "detailed"
                        | "highlighted"
                ) && object_follows(clause, next)
                    && matches!(
                        made.who.like,
                        Like::Agency | Like::Firm | Like::Experts | Like::Ngo | Like::Paper | Like::Person
                    )
        }
        Frame::Act | Frame::Blame => {
            // "hackers linked to", "an attack blamed on": no verb of its own.
            let reduced = cue.form == Form::Past
                && matches!(words.low(next), "to" | "in" | "with" | "on" | "for" | "of")
                && !(before_verb(clause, at)..at).any(|at| matches!(words.low(at), "has" | "have" | "had"));
            // "researchers link X to Y", not "a link" or "links to".
            let links = matches!(
                made.who.like,
                Like::Experts | Like::Agency | Like::Firm | Like::Ngo | Like::Person | Like::State
            ) && (next.saturating_add(1)..clause.end.min(next.saturating_add(14)))
                .any(|at| matches!(words.low(at), "to" | "with"));
            let mut bare =
                matches!(words.low(at), "link" | "links" | "linking") && !links || words.low(at) == "charge";
            let needs: &[&str] = match words.low(at) {
                "charged" | "charges" | "charging" => &["with"],
                "held" | "holds" | "holding" => &["responsible", "accountable"],
                "traced" | "traces" | "tracing" | "tied" | "ties" | "tying" => &["to"],
                "sanctioned" | "sanctions" | "sanctioning" | "designated" | "designates" | "designating" => {
                    &["for", "over"]
                }
                "trace" | "tie" | "sanction" | "designate" | "hold" => &["(never)"],
                _ => &[],
            };
            bare |= !needs.is_empty()
                && !(next.saturating_add(1)..clause.end.min(next.saturating_add(14)))
                    .any(|at| needs.contains(&words.low(at)));
            if words.low(at).starts_with("identif") || words.low(at).starts_with("nam") {
                // "identified the likely culprit as X", "named X as the source".
                let window = next..clause.end.min(next.saturating_add(10));
                let as_ = window.clone().any(|at| words.low(at) == "as");
                let blames = window.clone().any(|at| {
                    matches!(
                        words.low(at),
                        "culprit"
                            | "culprits"
                            | "source"
                            | "behind"
                            | "perpetrator"
                            | "responsible"
                            | "author"
                    )
                });
                bare |= !(as_ && blames);
            }
            !(cue.frame == Frame::Blame && (reduced || bare))
                && !matches!(made.who.like, Like::Paper if made.who.doubt > 1)
        }
        Frame::Name => {
            let window = next..clause.end.min(next.saturating_add(22));
            let quote = window
                .clone()
                .find(|at| clause.quoted.get(*at).copied().unwrap_or(false));
            let as_ = window.clone().any(|at| words.low(at) == "as");
            match quote {
                Some(open) => {
                    // “Guardians of Peace” is a name and no judgement.
                    let inner = open.saturating_add(1);
                    !words.is_name(inner) || as_ && words.low(at).starts_with("describ")
                }
                None => {
                    // "called the report a lie"
                    let judged = words.low(at).starts_with("call")
                        && next.saturating_add(1) < window.end
                        && window.clone().skip(1).any(|at| {
                            matches!(
                                lexicon().content.at(words, at),
                                Some((
                                    crate::lexicon::Sign::Deny
                                        | crate::lexicon::Sign::Condemn
                                        | crate::lexicon::Sign::Doubt,
                                    _
                                ))
                            )
                        });
                    judged
                        || words.low(at).starts_with("describ")
                            && matches!(made.who.like, Like::Firm | Like::Agency | Like::Experts)
                        || as_
                            && ["describ", "label", "characteri", "brand"]
                                .iter()
                                .any(|verb| words.low(at).starts_with(verb))
                }
            }
        }
        Frame::Quote => cue.form != Form::Ing,
        Frame::Decline => words.low(next) == "to" || words.low(next) == "comment",
    }
}

/// Verbs for giving out a paper.
pub(crate) const ISSUES: [&str; 3] = ["released", "issued", "published"];

/// The word for the paper that the verb at `at` gives out: "released a joint advisory, which …".
pub(crate) fn issued_paper<'w>(clause: &'w Clause<'_>, at: usize) -> Option<&'w str> {
    let words = clause.words;
    let next = at.saturating_add(1);
    let paper = (next..clause.end.min(next.saturating_add(8)))
        .take_while(|at| words.mark(*at).is_none_or(|mark| mark == '-'))
        .find(|at| lexicon().nouns.get(words.low(*at)) == Some(&crate::lexicon::Noun::Paper))?;
    // Something must be told of it: "…, which detailed", "… saying".
    let told = (paper..clause.end.min(paper.saturating_add(6))).any(|at| {
        matches!(
            words.low(at),
            "which" | "that" | "on" | "about" | "detailing" | "describing" | "outlining" | "warning"
        )
    });
    told.then(|| words.low(paper))
}

/// Whether something is said right after the verb.
pub(crate) fn complement(clause: &Clause<'_>, at: usize, cue: Cue) -> bool {
    let words = clause.words;
    let next = at.saturating_add(1);
    // "We believe, with moderate confidence, that": what is inserted does not count.
    let next = if words.is_mark(next, ',') {
        (next.saturating_add(1)..clause.end.min(next.saturating_add(9)))
            .find(|at| words.is_mark(*at, ','))
            .map_or(next, |comma| comma.saturating_add(1))
    } else {
        next
    };
    let window = next..clause.end.min(next.saturating_add(9));
    if matches!(cue.frame, Frame::Act | Frame::Blame)
        || cue.frame == Frame::Say && cue.form == Form::Ing && next < clause.end && words.low(next) != "to"
    {
        return true;
    }
    for token in window {
        if clause.quoted.get(token).copied().unwrap_or(false)
            || words.low(token) == "that"
            || words.is_mark(token, ':')
        {
            return true;
        }
        if token > next
            && words
                .mark(token)
                .is_some_and(|mark| matches!(mark, ',' | ';' | '.'))
        {
            return false;
        }
        // "researchers believe the actor managed to …"
        let thinks = ["believ", "think", "thought", "assess", "suspect"]
            .iter()
            .any(|verb| words.low(at).starts_with(verb));
        if thinks && token > next && is_verbal(words, token) {
            return true;
        }
        if token > next
            && matches!(
                words.low(token),
                "is" | "are"
                    | "was"
                    | "were"
                    | "has"
                    | "have"
                    | "had"
                    | "will"
                    | "would"
                    | "could"
                    | "may"
                    | "might"
                    | "did"
                    | "does"
                    | "behind"
            )
        {
            return true;
        }
    }
    false
}

/// Media that heard it: "told AFP", "in an interview with the BBC"; and the object of a verb of quoting.
pub(crate) fn told_to(clause: &Clause<'_>, at: usize, cue: Cue) -> Vec<String> {
    let words = clause.words;
    let low = words.low(at);
    if !(low.starts_with("t") && matches!(low, "told" | "tells" | "tell" | "telling"))
        && cue.frame != Frame::Say
    {
        return Vec::new();
    }
    let window = at.saturating_add(1)..clause.end.min(at.saturating_add(9));
    let told = matches!(low, "told" | "tells" | "tell" | "telling");
    let mut index = window.start;
    while index < window.end {
        let with = index > at.saturating_add(1)
            && matches!(
                words.low(index.saturating_sub(1)),
                "with" | "to" | "the" | "on" | "by"
            );
        if (told && index == at.saturating_add(1)
            || with
            || told && words.low(index.saturating_sub(1)) == "the")
            && let Some((party, naming, len)) = lexicon().party_at(words, index)
            && naming == crate::lexicon::Naming::Name
            && let Some(party) = lexicon().parties.get(party)
            && matches!(
                party.sort,
                crate::lexicon::Sort::Media | crate::lexicon::Sort::StateMedia
            )
        {
            // "RFA's Korean Service": the part that heard it.
            let mut end = index.saturating_add(len);
            let mut name = words.slice(index..end).to_owned();
            if words.is_possessive(end) && words.is_name(end.saturating_add(1)) {
                end = end.saturating_add(1);
                while words.is_name(end) {
                    name.push(' ');
                    name.push_str(words.raw(end));
                    end = end.saturating_add(1);
                }
            } else {
                name.clone_from(&party.name);
            }
            return vec![name];
        }
        if told
            && index == at.saturating_add(1)
            && let Some(name) = unlisted_outlet(words, index, clause.end)
        {
            return vec![name];
        }
        if clause.quoted.get(index).copied().unwrap_or(false) || words.low(index) == "that" {
            break;
        }
        index = index.saturating_add(1);
    }
    Vec::new()
}

/// A paper or station that no list knows: "told The Echo", "told the newspaper Harbor Daily".
fn unlisted_outlet(words: &crate::words::Words<'_>, at: usize, end: usize) -> Option<String> {
    let mut from = at;
    let mut outlet = words.is_name(at) && words.low(at) == "the";
    while from < end && from < at.saturating_add(4) && !words.is_name(from) && words.is_word(from) {
        outlet |= lexicon().nouns.get(words.low(from)) == Some(&crate::lexicon::Noun::Outlet);
        from = from.saturating_add(1);
    }
    let run = crate::who::name_run(words, from, end)?;
    outlet |= run.clone().any(|at| {
        matches!(
            words.low(at),
            "news"
                | "times"
                | "post"
                | "daily"
                | "tribune"
                | "herald"
                | "journal"
                | "gazette"
                | "radio"
                | "tv"
                | "television"
                | "press"
                | "courier"
                | "chronicle"
                | "magazine"
                | "channel"
        )
    });
    (outlet && run.len() <= 4).then(|| crate::who::plain(words, run))
}

/// "noted a similar attack", not "which it revealed Thursday".
fn object_follows(clause: &Clause<'_>, at: usize) -> bool {
    let words = clause.words;
    let about = words.low(at) == "on"
        && !crate::subject::is_weekday(words.low(at.saturating_add(1)))
        && ascribe_model::calendar::month(words.low(at.saturating_add(1))).is_none()
        && words.low(at.saturating_sub(1)) == "reported";
    let day = crate::subject::is_weekday(words.low(at))
        || matches!(words.low(at), "on" | "in" | "last" | "at" | "earlier") && !about;
    words.is_word(at) && !day
}
