//! The closed lists of words in notes, findings and outputs. Source: CASE, "A note".

use serde::{Deserialize, Serialize};

/// Declares an enum whose values are written in kebab case, with their list and a parser.
macro_rules! word_list {
    ($(#[$doc:meta])* $name:ident { $($(#[$value_doc:meta])* $value:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$value_doc])* #[serde(rename = $text)] $value,)+
        }

        impl $name {
            /// Every word, in the order of the contract.
            pub const ALL: &'static [Self] = &[$(Self::$value,)+];

            /// The word as it is written.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Self::$value => $text,)+ }
            }

            /// The value written as `text`.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.text() == text)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(self.text())
            }
        }
    };
}

word_list! {
    /// What a finding is about in kind.
    Kind {
        /// Shared code.
        Code = "code",
        /// An address, name or mailbox.
        Address = "address",
        /// Traffic.
        Contact = "contact",
        /// A mail's way.
        Mail = "mail",
        /// Accounts, devices, persons.
        Operator = "operator",
        /// Methods.
        Tactics = "tactics",
        /// Who had a reason.
        Motive = "motive",
        /// Who was able to.
        Capability = "capability",
        /// What a persona said.
        Message = "message",
        /// What was known or held.
        Access = "access",
        /// When.
        Timeline = "timeline",
        /// What was damaged.
        Impact = "impact",
        /// Who says what.
        Statement = "statement",
        /// Facts about parties.
        Actor = "actor",
        /// A network went dark.
        Outage = "outage",
    }
}

word_list! {
    /// What a source does with what it says.
    Stance {
        /// Says it is so.
        Asserts = "asserts",
        /// Passes on that it is so.
        Reports = "reports",
        /// Blames.
        Accuses = "accuses",
        /// Denies its own part.
        Denies = "denies",
        /// Claims the deed.
        ClaimsResponsibility = "claims-responsibility",
        /// Threatens.
        Threatens = "threatens",
        /// Condemns.
        Condemns = "condemns",
        /// Doubts it.
        Doubts = "doubts",
        /// Will not say.
        Declines = "declines",
        /// Takes a side.
        Supports = "supports",
        /// Looked and found it is not so.
        Excludes = "excludes",
        /// Takes an earlier finding back.
        Retracts = "retracts",
        /// Searched and did not find.
        Absent = "absent",
    }
}

word_list! {
    /// Whether people may be named: accounts, mailboxes, devices.
    #[derive(Default)]
    Persons {
        /// No: only counts.
        #[default]
        Never = "never",
        /// By pseudonym.
        Pseudonyms = "pseudonyms",
        /// Who is listed in the case and carried by two documented origins; others by pseudonym.
        Listed = "listed",
    }
}

word_list! {
    /// The proposition that a finding bears on.
    About {
        /// Who carried it out.
        Operator = "operator",
        /// Who wrote the program or text.
        Author = "author",
        /// Who owns a family or an infrastructure.
        Owner = "owner",
        /// What was known or held.
        Access = "access",
        /// On whose word.
        Direction = "direction",
        /// When.
        Timeline = "timeline",
        /// What was damaged.
        Impact = "impact",
        /// Where.
        Place = "place",
    }
}

word_list! {
    /// On whose word the operator acted.
    Direction {
        /// Ordered.
        Directed = "directed",
        /// Wanted and helped.
        Encouraged = "encouraged",
        /// Known and not stopped.
        Tolerated = "tolerated",
        /// On its own.
        Independent = "independent",
    }
}

word_list! {
    /// Classes of trace with elicited defaults (METHOD section 2).
    Class {
        /// What a persona says of itself.
        Claim = "claim",
        /// File names, artwork, persona style.
        Name = "name",
        /// Language, time zone, build metadata.
        Language = "language",
        /// Likeness of methods.
        Tactics = "tactics",
        /// Reason.
        Motive = "motive",
        /// Ability.
        Capability = "capability",
        /// Shared code.
        Code = "code",
        /// Addresses, contacts, mail.
        Infrastructure = "infrastructure",
        /// Exclusive access, seized devices.
        Telemetry = "telemetry",
    }
}

word_list! {
    /// What a party is.
    ActorKind {
        /// A state.
        State = "state",
        /// An agency of a state.
        Agency = "agency",
        /// A unit of an agency.
        Unit = "unit",
        /// A group.
        Group = "group",
        /// A firm.
        Firm = "firm",
        /// Somebody inside the victim.
        Insider = "insider",
        /// Sympathisers.
        Sympathisers = "sympathisers",
        /// Parties that the case does not list.
        Unlisted = "unlisted",
    }
}

word_list! {
    /// What a source is to the case.
    SourceKind {
        /// The victim.
        Victim = "victim",
        /// Who investigates.
        Investigator = "investigator",
        /// A government.
        Government = "government",
        /// Who is accused.
        Accused = "accused",
        /// A rival of the accused.
        Rival = "rival",
        /// A security vendor.
        Vendor = "vendor",
        /// A researcher.
        Researcher = "researcher",
        /// The press.
        Press = "press",
        /// Who claims the deed.
        Claimant = "claimant",
        /// Ourselves: no reliability node.
        Own = "own",
    }
}

word_list! {
    /// Traffic Light Protocol 2.0 markings, from open to closed. Source: FIRST TLP 2.0 (2022).
    Tlp {
        /// No limit.
        Clear = "CLEAR",
        /// The community.
        Green = "GREEN",
        /// The organisation and its clients.
        Amber = "AMBER",
        /// The organisation alone.
        AmberStrict = "AMBER+STRICT",
        /// The recipients alone.
        Red = "RED",
    }
}

word_list! {
    /// How a weight was come by.
    Basis {
        /// From reference data, with a validated bound.
        Measured = "measured",
        /// From the elicited tables.
        Judged = "judged",
        /// Set by an analyst who signed it.
        Signed = "signed",
    }
}

word_list! {
    /// Admiralty letter of a source.
    Reliability {
        /// Completely reliable.
        A = "A",
        /// Usually reliable.
        B = "B",
        /// Fairly reliable.
        C = "C",
        /// Not usually reliable.
        D = "D",
        /// Unreliable.
        E = "E",
        /// Cannot be judged.
        F = "F",
    }
}
