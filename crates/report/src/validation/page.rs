//! The validation as one self-contained page: verdict, numbers, five plots, method.

use ascribe_ratio::folds::Tested;
use ascribe_ratio::validation::{ReadAs, Validation};
use ascribe_ratio::verdict::Claim;
use maud::{Markup, html};

use super::{bans, bits, figures, kind_name, plots, tested_name};
use crate::figures::{count, counted};
use crate::page::document::Document;
use crate::page::{scrolling, style};
use crate::shown::{line, name};

const SECTIONS: [(&str, &str); 5] = [
    ("answer", "What may be claimed"),
    ("numbers", "Numbers"),
    ("plots", "Plots"),
    ("calibrators", "Calibrators"),
    ("method", "Method"),
];

/// The report on the table called `title`, as a self-contained HTML document.
#[must_use]
pub fn page(validation: &Validation, title: &str, version: &str) -> String {
    let document = Document {
        style: style::unmarked_sheet(),
        title: format!("{}: validation of measured weights", line(title, 120)),
        sections: &SECTIONS,
        header: html! {
            header {
                div class="masthead" {
                    p class="over" { "Validation of measured weights" }
                    h1 { (name(title)) }
                    dl class="facts" {
                        div { dt { "Same pairs" } dd { (count(validation.n_same)) } }
                        div { dt { "Different pairs" } dd { (count(validation.n_different)) } }
                        div { dt { "Families" } dd { (count(validation.families as u64)) } }
                        div { dt { "Tested" } dd { (tested_name(validation.tested)) } }
                    }
                }
            }
        },
        main: html! {
            (answer(validation))
            (numbers(validation))
            (drawings(validation))
            (calibrators(validation))
            (method(validation))
        },
        footer: html! { p { "Made by ascribe " (name(version)) ". The same table gives the same page." } },
    };
    document.html()
}

fn answer(validation: &Validation) -> Markup {
    let verdict = &validation.verdict;
    html! {
        section id="answer" {
            h2 { "What may be claimed" }
            div class={ "card" @if verdict.claim == Claim::Nothing { " warn" } } {
                p class="verdict" { (verdict.sentence) }
                ul { @for reason in &verdict.reasons { li { (reason) } } }
            }
        }
    }
}

fn numbers(validation: &Validation) -> Markup {
    html! {
        section id="numbers" {
            h2 { "Numbers" }
            (scrolling("Numbers", html! {
                table {
                    thead { tr { th scope="col" { "Number" } th scope="col" class="n" { "Value" } th scope="col" { "90 % interval over families" } th scope="col" { "Meaning" } } }
                    tbody {
                        @for figure in figures(validation) {
                            tr {
                                th scope="row" { (figure.name) }
                                td class="n" { (figure.value) }
                                td { @match figure.interval { Some(interval) => (interval), None => "none" } }
                                td class="says" { (figure.meaning) }
                            }
                        }
                    }
                }
            }))
            @let parts = validation.elub_parts;
            p { "The pairs alone would allow " (bans(parts.empirical.low)) " to " (bans(parts.empirical.high)) " bans; the "
                (counted(validation.families_same, "family", "families")) " with same pairs and the "
                (counted(validation.families_different, "family", "families")) " with different pairs allow "
                (bans(parts.caps.low)) " to " (bans(parts.caps.high)) ". Held within the bounds, the weights cost " (bits(validation.cllr_within_bounds)) " bits." }
            @if let Some(intervals) = &validation.intervals {
                p class="small soft" { "Intervals: " (count(intervals.draws as u64)) " resamples of families, seed " (intervals.seed)
                    @if intervals.draws_void > 0 { "; " (count(intervals.draws_void as u64)) " more had no pairs of one class" } ". The calibrator was not refitted in them." }
            }
        }
    }
}

fn drawings(validation: &Validation) -> Markup {
    html! {
        section id="plots" {
            h2 { "Plots" }
            h3 { "Tippett" }
            p { "Where the curves stand at 0 bans, misleading weights begin: the lower curve to the right of 0 are different pairs that looked the same." }
            (plots::tippett(validation))
            h3 { "Cost at other prior odds" }
            p { "Empirical cross-entropy. A curve of these weights above that of no weight means that the weights do harm at those prior odds." }
            (plots::cross_entropy(validation))
            h3 { "Reliability" }
            p { "Points on the line are calibrated. A curve flatter than the line means that the weights overstate, in both directions; a steeper one, that they understate." }
            (plots::reliability(validation))
            (scrolling("Reliability", html! {
                table {
                    thead { tr { th scope="col" class="n" { "Said" } th scope="col" class="n" { "Seen" } th scope="col" class="n" { "Same pairs" } th scope="col" class="n" { "Different pairs" } } }
                    tbody {
                        @for bin in &validation.reliability {
                            tr {
                                td class="n" { (format!("{:.1} %", bin.said * 100.0)) }
                                td class="n" { (format!("{:.1} %", bin.seen * 100.0)) }
                                td class="n" { (count(bin.same)) }
                                td class="n" { (count(bin.different)) }
                            }
                        }
                    }
                }
            }))
            h3 { "Errors at each threshold" }
            p { "Detection error trade-off on normal axes. It shows discrimination alone: no recalibration changes it." }
            (plots::det(validation))
            h3 { "From score to weight" }
            p { "Where steps and line part, the simpler calibrator does not describe the scores." }
            (plots::calibrators(validation))
        }
    }
}

fn calibrators(validation: &Validation) -> Markup {
    html! {
        section id="calibrators" {
            h2 { "Calibrators" }
            (scrolling("Calibrators", html! {
                table {
                    thead { tr { th scope="col" { "Calibrator" } th scope="col" class="n" { "Cllr on unseen families" } th scope="col" { "Remark" } } }
                    tbody {
                        @for compared in &validation.calibrators {
                            tr {
                                th scope="row" { (kind_name(compared.calibrator)) @if validation.calibrator == Some(compared.calibrator) { " (measured above)" } }
                                td class="n" { @match compared.cllr { Some(cllr) => (bits(cllr)), None => "none" } }
                                td { @if let Some(why) = &compared.refused { (why) } }
                            }
                        }
                    }
                }
            }))
            @if let (ReadAs::Scores, Some(fitted)) = (validation.read_as, validation.logistic) {
                p { "The logistic calibrator of all pairs: weight in bans = "
                    (format!("{:.6} · score {:+.6}", fitted.bans(1.0) - fitted.bans(0.0), fitted.bans(0.0)).replace('-', "\u{2212}"))
                    ", held within " (bans(validation.elub.low)) " to " (bans(validation.elub.high)) "." }
            }
        }
    }
}

fn method(validation: &Validation) -> Markup {
    html! {
        section id="method" {
            h2 { "Method" }
            @match validation.tested {
                Tested::AsGiven => p { "The scores were taken as weights in bans; nothing was fitted." },
                Tested::InSample => p { "The calibrator was fitted to the same pairs, because leaving a family out would have left a class without pairs." },
                _ => p { "Each family was weighed by a calibrator fitted to the others. Pairs of one family are not independent; splitting by pair would flatter." },
            }
            p { "Both classes weigh the same in every fit and every mean, however many pairs they have." }
            p { "Cllr = ½ [mean log2(1 + 1/LR) over same pairs + mean log2(1 + LR) over different pairs] (Brümmer & du Preez 2006). Cllr min is the same after the best monotone recalibration (pool adjacent violators). The cross-entropy is that mean at other prior odds (Ramos & Gonzalez-Rodriguez 2013)." }
            p { "The calibration error sorts pairs by probability at even prior odds into at most ten bins of equal weight and takes the mean difference between what was said and what was seen. With few pairs chance alone gives a value above 0." }
            p { "The bounds are the empirical upper and lower bounds of Vergeer et al. (2016) with one misleading item added to each class, rounded toward 0 to .01 ban, and at most log10(n + 1) with n the number of families of the class in whose favour a weight would mislead." }
        }
    }
}
