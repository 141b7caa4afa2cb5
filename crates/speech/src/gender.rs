//! Whether "he" or "she" may stand for a person: by titles, by words like "spokeswoman", by common given names.
//!
//! Only excludes: whom nothing is known of may be either.

use crate::words::Words;

/// What pronoun a person may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gender {
    He,
    She,
}

/// What a word before a name tells.
pub(crate) fn of_title(low: &str) -> Option<Gender> {
    match low {
        "mr" | "sir" | "king" | "prince" | "father" | "brother" | "lord" => Some(Gender::He),
        "mrs" | "ms" | "miss" | "queen" | "princess" | "sister" | "lady" | "actress" | "dame" => {
            Some(Gender::She)
        }
        _ if low.len() > 6 && low.ends_with("woman") => Some(Gender::She),
        _ if low.len() > 6 && low.ends_with("man") && !matches!(low, "ottoman" | "superhuman") => {
            Some(Gender::He)
        }
        _ => None,
    }
}

/// What a given name tells, where it is one that hardly anybody of the other kind has.
pub(crate) fn of_given_name(low: &str) -> Option<Gender> {
    if HE.contains(&low) {
        return Some(Gender::He);
    }
    SHE.contains(&low).then_some(Gender::She)
}

/// Surname and gender of titled names in the words from `start` to `end`: "Ms. Holm".
pub(crate) fn titled<'w>(words: &'w Words<'_>, at: usize) -> Option<(&'w str, Gender)> {
    let gender = of_title(words.low(at))?;
    let mut next = at.saturating_add(1);
    if words.is_mark(next, '.') {
        next = next.saturating_add(1);
    }
    let mut last = None;
    while words.is_name(next) && last.is_none_or(|last: usize| next.saturating_sub(last) <= 2) {
        last = Some(next);
        next = next.saturating_add(1);
    }
    last.map(|last| (words.raw(last), gender))
}

const HE: [&str; 126] = [
    "john", "james", "robert", "michael", "william", "david", "richard", "joseph", "thomas", "charles",
    "daniel", "matthew", "anthony", "mark", "donald", "steven", "stephen", "steve", "paul", "andrew",
    "joshua", "kenneth", "kevin", "brian", "george", "edward", "ronald", "timothy", "tim", "jason",
    "jeffrey", "jeff", "ryan", "jacob", "gary", "nicholas", "eric", "jonathan", "larry", "justin", "scott",
    "brandon", "benjamin", "ben", "gregory", "greg", "frank", "raymond", "jack", "dennis", "jerry", "aaron",
    "henry", "douglas", "peter", "pete", "adam", "nathan", "zachary", "walter", "kyle", "harold", "carl",
    "jeremy", "arthur", "roger", "bill", "bob", "jim", "joe", "tom", "mike", "dan", "dave", "rob", "rick",
    "ron", "ted", "bernie", "barack", "vladimir", "sergei", "sergey", "dmitry", "ivan", "igor", "oleg",
    "mikhail", "alexei", "boris", "hans", "klaus", "lars", "jan", "karl", "pierre", "jean", "carlos", "juan",
    "jose", "luis", "pedro", "miguel", "antonio", "marco", "mohammed", "muhammad", "ahmed", "ali", "hassan",
    "hussein", "omar", "ibrahim", "yusuf", "hiroshi", "kenji", "raj", "sanjay", "amit", "tomas", "pavel",
    "urmas", "toomas", "josh", "matt", "chris",
];

const SHE: [&str; 100] = [
    "mary",
    "patricia",
    "jennifer",
    "linda",
    "elizabeth",
    "barbara",
    "susan",
    "jessica",
    "sarah",
    "karen",
    "lisa",
    "nancy",
    "betty",
    "sandra",
    "margaret",
    "ashley",
    "kimberly",
    "emily",
    "donna",
    "michelle",
    "carol",
    "amanda",
    "melissa",
    "deborah",
    "debbie",
    "stephanie",
    "rebecca",
    "laura",
    "helen",
    "sharon",
    "cynthia",
    "kathleen",
    "amy",
    "angela",
    "shirley",
    "anna",
    "ruth",
    "brenda",
    "pamela",
    "nicole",
    "katherine",
    "catherine",
    "kate",
    "samantha",
    "christine",
    "emma",
    "virginia",
    "debra",
    "rachel",
    "janet",
    "maria",
    "heather",
    "diane",
    "julie",
    "joyce",
    "victoria",
    "kelly",
    "christina",
    "joan",
    "evelyn",
    "lauren",
    "judith",
    "olivia",
    "martha",
    "cheryl",
    "megan",
    "andrea",
    "hannah",
    "jacqueline",
    "ann",
    "anne",
    "jean-anne",
    "alice",
    "kathryn",
    "gloria",
    "teresa",
    "sara",
    "janice",
    "julia",
    "marie",
    "madison",
    "grace",
    "judy",
    "theresa",
    "beverly",
    "denise",
    "marilyn",
    "amber",
    "danielle",
    "hillary",
    "melania",
    "ivanka",
    "natalia",
    "olga",
    "elena",
    "irina",
    "svetlana",
    "fatima",
    "aisha",
    "ingrid",
];
