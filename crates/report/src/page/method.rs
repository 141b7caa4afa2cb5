//! How the numbers come about, on one page.

use maud::{Markup, html};

use crate::Page;
use crate::figures::count;
use crate::shown::name;

pub(super) fn method(page: &Page<'_>) -> Markup {
    let run = &page.assessment.run;
    html! {
        section id="method" {
            h2 { "Method" }
            h3 { "Three verbs" }
            p { "A reader says what it saw in the bytes. An engine or a note says what that suggests: a finding. Only the assessment says what is believed, and it weighs all findings together." }
            h3 { "What is unknown" }
            p { "Who operated the attack and on whose direction; whether the operator wants somebody else blamed, and how thoroughly; how careful the operator is; who owns each code family and infrastructure and whether others hold it too; and which sources are reliable. Parties that nobody has listed are always among the answers and never have belief zero." }
            h3 { "Bans" }
            p { "A ban is tenfold odds. A finding with +1 ban makes its proposition ten times as likely against the rest; +0.3 doubles the odds; −1 makes them a tenth. Starting from even odds, +1 ban is a belief of 91 %, +2 bans are 99 %." }
            h3 { "Two weights for each finding" }
            p { "The weight alone is about the finding's own proposition, as if nothing else were known. The contribution is its part in this case. Ten findings that can be one lie, or that one careless operator leaves, share what they add; copies of one origin add nothing; a source that pushes one answer can add only so much however often it speaks." }
            h3 { "How the ledger sums" }
            p { "A joint model has no natural split into parts. This one is made by raising all evidence together from no strength to full strength and adding up, at each strength, how much each finding favours the hypothesis. The sum is exactly the posterior log-odds less the prior log-odds, and depends on no order." }
            h3 { "Points, intervals and the outer search" }
            p { "The belief is the exact posterior at the central assumptions. The 90 % interval comes from drawing the shared assumptions (rarity, forgeability, deception, ownership, reliability, priors) from their ranges, each draw weighted by how well it explains the evidence. The outer search goes to the corners of those ranges: it shows how far the answer could be argued, and is no probability statement. Nothing is printed below 1 % or above 99 %." }
            @if run.ess < 200 {
                p { strong { "No interval is given" } ": the draws amount to fewer than 200 independent ones." }
            }
            h3 { "Words" }
            p { "Under 5 %: almost no chance. To 20 %: very unlikely. To 45 %: unlikely. To 55 %: roughly even chance. To 80 %: likely. To 95 %: very likely. Above: almost certain. A word is used only where the whole interval supports it. These are the words of Intelligence Community Directive 203." }
            h3 { "What it does not do" }
            p { "It gives no judgement on facts that nobody collected, takes no step by itself, and cannot notice a forgery that is perfect in every trace. A likelihood is no proof in the legal sense. Figures are rounded one by one, so that they may not sum to 100." }
            p class="small soft" {
                "ascribe " (name(&run.version)) ", seed " (run.seed) ", " (count(run.draws)) " draws, worth " (count(run.ess)) " independent ones."
            }
        }
    }
}
