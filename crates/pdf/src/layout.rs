//! Letters on a page to lines and words: a gap is a space, a move to the next line ends one.
//!
//! Keeps the order in which the page draws, which for nearly all producers is the order of reading. Does not
//! find columns or tables, and joins no words across lines.

use hayro_interpret::font::{Glyph, GlyphRun};
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::kurbo::{Affine, BezPath, Point, Vec2};
use hayro_interpret::{BlendMode, ClipPath, Device, DrawMode, DrawProps, Image, ImageDrawProps, SoftMask};

/// Text of one page; more is dropped and counted by nobody, since no page has it.
const PAGE_BYTES_MAX: usize = 4 << 20;
/// A gap wider than this part of the letter height is a space. TeX sets spaces from .2, kerns stay below .1.
const SPACE: f64 = 0.15;
/// A step across the line beyond this part of the letter height is a new line; indices and exponents stay below.
const NEXT_LINE: f64 = 0.55;
/// A step beyond this many heights is a new paragraph: lines are set at 1.0 to 1.5.
const NEXT_PARAGRAPH: f64 = 1.75;

/// Takes what a page draws and keeps its letters.
#[derive(Default)]
pub(crate) struct Sheet {
    text: String,
    last: Option<Last>,
    letters: u64,
    unknown: u64,
    invisible: u64,
    pictures: u64,
}

/// The letter drawn last.
struct Last {
    origin: Point,
    end: Point,
    along: Vec2,
    height: f64,
    text: BfString,
}

impl Sheet {
    /// Letters drawn, blanks not counted.
    pub(crate) const fn letters(&self) -> u64 {
        self.letters
    }

    /// Letters of them that the file gives no meaning.
    pub(crate) const fn unknown(&self) -> u64 {
        self.unknown
    }

    /// Letters of them that nobody sees.
    pub(crate) const fn invisible(&self) -> u64 {
        self.invisible
    }

    /// Pictures drawn.
    pub(crate) const fn pictures(&self) -> u64 {
        self.pictures
    }

    /// The text.
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    fn letter(&mut self, glyph: &Glyph<'_>, placed: Affine, mode: &DrawMode) {
        let text = glyph.as_unicode().or_else(|| by_code(glyph));
        let text = text.unwrap_or(BfString::Char(char::REPLACEMENT_CHARACTER));
        let origin = placed * Point::ZERO;
        let up = (placed * Point::new(0.0, 1000.0)) - origin;
        let right = (placed * Point::new(1000.0, 0.0)) - origin;
        let height = up.hypot();
        let along = right / right.hypot().max(f64::MIN_POSITIVE);
        let advance = match glyph {
            Glyph::Outline(outline) => outline.advance_width(),
            Glyph::Type3(type3) => type3.advance_width(),
        };
        let end = placed * Point::new(f64::from(advance.unwrap_or(500.0)), 0.0);
        if !(origin.is_finite() && end.is_finite() && height.is_finite() && height > 0.0) {
            return;
        }
        if let Some(last) = &self.last {
            // Bold by drawing twice, or fill and outline one after the other.
            let near = (origin - last.origin).hypot() < 0.1 * height;
            if near && last.text == text {
                return;
            }
            self.step(origin, along, height);
        }
        self.push(&text, mode);
        self.last = Some(Last {
            origin,
            end,
            along,
            height,
            text,
        });
    }

    /// White space for the step from the last letter to the one at `origin`.
    fn step(&mut self, origin: Point, along: Vec2, height: f64) {
        let Some(last) = &self.last else { return };
        let height = height.max(last.height);
        let gap = origin - last.end;
        let forward = gap.dot(last.along);
        let across = gap.cross(last.along).abs();
        let turned = last.along.dot(along) < 0.9;
        if turned || across > NEXT_LINE * height || forward < -height {
            let far = across > NEXT_PARAGRAPH * height || turned;
            self.blank(if far { "\n\n" } else { "\n" });
        } else if forward > SPACE * height {
            self.blank(" ");
        }
    }

    fn push(&mut self, text: &BfString, mode: &DrawMode) {
        let text: String = match text {
            BfString::Char(c) => c.to_string(),
            BfString::String(s) => s.clone(),
        };
        if text.chars().all(|c| c.is_whitespace() || c.is_control()) {
            self.blank(" ");
            return;
        }
        self.letters = self.letters.saturating_add(1);
        self.unknown = self
            .unknown
            .saturating_add(u64::from(text.contains(char::REPLACEMENT_CHARACTER)));
        self.invisible = self
            .invisible
            .saturating_add(u64::from(matches!(mode, DrawMode::Invisible)));
        for c in text.chars().filter(|c| !c.is_control()) {
            if self.text.len() < PAGE_BYTES_MAX {
                match ligature(c) {
                    Some(letters) => self.text.push_str(letters),
                    None => self.text.push(c),
                }
            }
        }
    }

    /// Adds white space; of two next to each other the stronger stays.
    fn blank(&mut self, blank: &str) {
        let words = self.text.trim_end().len();
        let before = self.text.get(words..).unwrap_or_default();
        if words == 0 || strength(before) >= strength(blank) || self.text.len() >= PAGE_BYTES_MAX {
            return;
        }
        self.text.truncate(words);
        self.text.push_str(blank);
    }
}

const fn strength(blank: &str) -> usize {
    match blank.as_bytes() {
        [b'\n', b'\n', ..] => 3,
        [b'\n', ..] => 2,
        [] => 0,
        _ => 1,
    }
}

/// The letter of a drawn font (TeX's bitmaps) that names none: such fonts keep ASCII at its codes.
fn by_code(glyph: &Glyph<'_>) -> Option<BfString> {
    let Glyph::Type3(drawn) = glyph else { return None };
    let letter = char::from_u32(drawn.char_code())?;
    (letter.is_ascii_graphic() || letter == ' ').then_some(BfString::Char(letter))
}

/// Letters that stand as one for the look of it.
const fn ligature(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{fb00}' => "ff",
        '\u{fb01}' => "fi",
        '\u{fb02}' => "fl",
        '\u{fb03}' => "ffi",
        '\u{fb04}' => "ffl",
        _ => return None,
    })
}

impl Device<'_> for Sheet {
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'_>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}

    fn draw_image(&mut self, _: Image<'_, '_>, _: ImageDrawProps<'_>) {
        self.pictures = self.pictures.saturating_add(1);
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, '_>, props: DrawProps<'_>, mode: &DrawMode) {
        for glyph in run.glyphs() {
            self.letter(glyph, props.transform * glyph.transform(), mode);
        }
    }
}
