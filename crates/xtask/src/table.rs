//! The figures as a page for `record/`.

use std::fmt::Write;

use crate::figures::{Figures, NAMED};

/// One simulator with its answerers.
pub struct Section {
    /// What it is called.
    pub title: String,
    /// What a reader has to know of it.
    pub about: String,
    /// Name and figures of each answerer.
    pub rows: Vec<(String, Figures)>,
}

/// The page; `command` is what made it.
pub fn page(command: &str, sections: &[Section], coverage: Option<[u64; 3]>) -> String {
    let mut text = format!(
        "# Answers beside the truth\n\nMade by `{command}`, which writes this page anew. The same incidents to every answerer; nobody sees the truth.\n\n\
         Log score in bits and Brier: lower is better. Right: the truth has the highest belief. Calibration: mean distance between the belief in \
         the leading answer and how often it is true, in ten bins; *by chance*: what a perfectly calibrated answerer with the same beliefs stays under in 95 of \
         100 runs. Named: listed true operators with at least {:.0} %. Framed: framed parties with at least {:.0} %, of all that are framed. Innocent: any listed party with \
         at least {:.0} % that did not do it, of all incidents.\n",
        NAMED * 100.0,
        NAMED * 100.0,
        NAMED * 100.0
    );
    for section in sections {
        let _ = write!(text, "\n## {}\n\n{}\n\n", section.title, section.about);
        text += "| answerer | incidents | log score | Brier | right | calibration | by chance | named | framed | innocent |\n";
        text += "|---|---|---|---|---|---|---|---|---|---|\n";
        for (name, f) in &section.rows {
            let _ = writeln!(
                text,
                "| {name} | {} | {:.3} | {:.3} | {:.1} % | {:.4} | {:.4} | {:.1} % | {:.1} % of {} | {:.2} % |",
                f.incidents,
                f.log_score,
                f.brier,
                f.right * 100.0,
                f.ece,
                f.ece_chance,
                f.named * 100.0,
                f.framed_blamed * 100.0,
                f.framings,
                f.innocent_blamed * 100.0
            );
        }
        if let Some((name, f)) = section.rows.first() {
            let _ = write!(
                text,
                "\nBeliefs of {name} in its leading answer, and how often that was true:\n\n| incidents | mean belief | true |\n|---|---|---|\n"
            );
            for (count, belief, right) in f.bins.iter().filter(|bin| bin.0 > 0) {
                let _ = writeln!(
                    text,
                    "| {count} | {:.1} % | {:.1} % |",
                    belief * 100.0,
                    right * 100.0
                );
            }
        }
        if section.title.ends_with("drawn from their ranges")
            && let Some([inside, all, refused]) = coverage
        {
            let _ = writeln!(
                text,
                "\nOf {all} 90 % intervals {inside} ({:.1} %) hold the exact posterior at the true numbers; {refused} were refused for too small an effective sample.",
                inside as f64 / all.max(1) as f64 * 100.0
            );
        }
    }
    text
}
