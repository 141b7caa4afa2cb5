//! What every page is made of: policy, style, a way to its sections, and nothing that needs a network or a script.

use maud::{DOCTYPE, Markup, html};

use super::style;

/// The parts of a page.
pub(crate) struct Document<'a> {
    /// Its style sheet.
    pub(crate) style: String,
    /// Its title.
    pub(crate) title: String,
    /// Id and heading of each section of `main`.
    pub(crate) sections: &'a [(&'a str, &'a str)],
    /// Before the sections.
    pub(crate) header: Markup,
    /// The sections.
    pub(crate) main: Markup,
    /// After them.
    pub(crate) footer: Markup,
}

impl Document<'_> {
    /// The page as a self-contained HTML document.
    pub(crate) fn html(&self) -> String {
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(style::policy(&self.style));
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="referrer" content="no-referrer";
                    meta name="robots" content="noindex";
                    title { (self.title) }
                    style { (maud::PreEscaped(&self.style)) }
                }
                body {
                    a class="skip" href="#answer" { "Skip to the answer" }
                    (self.header)
                    div class="frame" {
                        nav aria-label="Sections" {
                            ol { @for (id, heading) in self.sections { li { a href={ "#" (id) } { (heading) } } } }
                        }
                        main { (self.main) }
                    }
                    footer { (self.footer) }
                }
            }
        }
        .into_string()
    }
}
