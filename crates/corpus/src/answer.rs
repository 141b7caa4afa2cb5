//! What `ascribe corpus search` prints as JSON. Keys are fixed by the contract; addresses are integers.

use ascribe_model::numbers::WeightBans;
use serde::Serialize;

use crate::Answer;

/// A match of a function.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MatchRow {
    /// Family.
    pub family: String,
    /// File that was added.
    pub file: String,
    /// Start there (virtual address).
    pub start: u64,
    /// 1 where the normalised instructions are the same.
    pub similarity: f64,
    /// Fitted probability that both are one function, where the whole programs were paired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
}

/// A function with its matches.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FunctionRow {
    /// Start (virtual address).
    pub start: u64,
    /// Why sharing it means nothing, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub common: Option<String>,
    /// Best first.
    pub matches: Vec<MatchRow>,
}

/// A family with what is shared.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FamilyRow {
    /// Family.
    pub family: String,
    /// Functions shared.
    pub shared: usize,
    /// Of them no library code, however they were found.
    pub own: usize,
    /// Of them rare.
    pub rare: usize,
    /// What they weigh alone.
    pub weight_bans: WeightBans,
}

/// `ascribe.search/1`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SearchAnswer {
    schema: &'static str,
    /// Functions of the program that were looked up.
    pub compared: usize,
    /// Of them runtime or library code.
    pub known_code: usize,
    /// By start.
    pub functions: Vec<FunctionRow>,
    /// Most rare functions first, then most that are no library code.
    pub families: Vec<FamilyRow>,
}

impl SearchAnswer {
    /// The printed form of `answer`; `weight` gives what is shared with a family weighs alone.
    #[must_use]
    pub fn of(answer: Answer, weight: &dyn Fn(&str) -> WeightBans) -> Self {
        let functions = answer
            .functions
            .into_iter()
            .map(|function| FunctionRow {
                start: function.start,
                common: function.common,
                matches: function
                    .matches
                    .into_iter()
                    .map(|shared| MatchRow {
                        family: shared.family,
                        file: shared.file,
                        start: shared.start,
                        similarity: shared.similarity,
                        probability: shared.probability,
                    })
                    .collect(),
            })
            .collect();
        let mut families: Vec<FamilyRow> = answer
            .families
            .into_iter()
            .map(|(family, share)| FamilyRow {
                shared: share.shared,
                own: share.own,
                rare: share.rare,
                weight_bans: weight(&family),
                family,
            })
            .collect();
        families
            .sort_by(|a, b| (b.rare, b.own, b.shared, &a.family).cmp(&(a.rare, a.own, a.shared, &b.family)));
        Self {
            schema: "ascribe.search/1",
            compared: answer.compared,
            known_code: answer.known_code,
            functions,
            families,
        }
    }
}
