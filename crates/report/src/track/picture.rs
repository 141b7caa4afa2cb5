//! The reliability plot as an SVG file that stands alone: no script, no style sheet, groups told apart by shape.

use std::fmt::Write as _;

use ascribe_ratio::track::{Group, Sight, Track};

use crate::figures::counted;

/// Side of the square, in units of the drawing.
const SIDE: f64 = 400.0;
/// Room left of it and below it.
const LEFT: f64 = 60.0;
const TOP: f64 = 20.0;

/// Said against seen with the 90 % interval of what was seen, by what could be known; disputed truths are left out.
#[must_use]
pub fn reliability_svg(track: &Track) -> String {
    let groups: Vec<&Group> = track
        .groups
        .iter()
        .filter(|group| group.sight != Sight::Disputed)
        .collect();
    let height = TOP + SIDE + 60.0 + 18.0 * groups.len() as f64;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {:.0} {height:.0}\" width=\"{:.0}\" height=\"{height:.0}\" role=\"img\" \
         font-family=\"sans-serif\" font-size=\"12\">\n<title>Said and seen</title>\n\
         <desc>Across: mean belief said. Up: share that was true, with its 90 % interval. On the diagonal both agree.</desc>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
        LEFT + SIDE + 20.0,
        LEFT + SIDE + 20.0,
    );
    for quarter in 0..=4_u32 {
        let at = f64::from(quarter) / 4.0;
        let percent = quarter * 25;
        let _ = writeln!(
            svg,
            "<path d=\"M{x:.1} {TOP:.1}V{bottom:.1}M{LEFT:.1} {y:.1}H{right:.1}\" stroke=\"#cccccc\" fill=\"none\"/>\
             <text x=\"{x:.1}\" y=\"{under:.1}\" text-anchor=\"middle\">{percent} %</text>\
             <text x=\"{beside:.1}\" y=\"{y_text:.1}\" text-anchor=\"end\">{percent} %</text>",
            x = across(at),
            y = up(at),
            bottom = up(0.0),
            right = across(1.0),
            under = up(0.0) + 16.0,
            beside = LEFT - 6.0,
            y_text = up(at) + 4.0,
        );
    }
    let _ = writeln!(
        svg,
        "<path d=\"M{:.1} {:.1}L{:.1} {:.1}\" stroke=\"#767676\" stroke-dasharray=\"4 4\" fill=\"none\"/>\
         <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">said</text>",
        across(0.0),
        up(0.0),
        across(1.0),
        up(1.0),
        across(0.5),
        up(0.0) + 34.0,
    );
    for (index, group) in groups.iter().enumerate() {
        // Apart by a little, so that intervals of groups do not hide each other.
        let shift = index as f64 * 5.0 - 2.5 * (groups.len() as f64 - 1.0);
        for bin in &group.reliability {
            let x = across(bin.said) + shift;
            let _ = writeln!(
                svg,
                "<path d=\"M{x:.1} {:.1}V{:.1}\" stroke=\"{}\" stroke-width=\"1.5\"/>{}",
                up(bin.wilson.low),
                up(bin.wilson.high),
                color(group.sight),
                mark(group.sight, x, up(bin.seen)),
            );
        }
        let y = up(0.0) + 52.0 + 18.0 * index as f64;
        let _ = writeln!(
            svg,
            "{}<text x=\"{:.1}\" y=\"{:.1}\">{}: {}, {}</text>",
            mark(group.sight, LEFT + 6.0, y - 4.0),
            LEFT + 18.0,
            y,
            super::sight(group.sight),
            counted(group.cases, "case", "cases"),
            counted(group.assessments, "assessment", "assessments"),
        );
    }
    svg.push_str("</svg>\n");
    svg
}

fn across(share: f64) -> f64 {
    LEFT + SIDE * share.clamp(0.0, 1.0)
}

fn up(share: f64) -> f64 {
    TOP + SIDE * (1.0 - share.clamp(0.0, 1.0))
}

fn color(sight: Sight) -> &'static str {
    match sight {
        Sight::Blind => "#0b5394",
        Sight::Hindsight => "#8a4b00",
        Sight::After | Sight::Disputed => "#555555",
    }
}

/// A dot, a diamond or a square.
fn mark(sight: Sight, x: f64, y: f64) -> String {
    let color = color(sight);
    match sight {
        Sight::Blind => format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\" fill=\"{color}\"/>"),
        Sight::Hindsight => format!(
            "<path d=\"M{x:.1} {:.1}l6 6l-6 6l-6 -6z\" fill=\"{color}\"/>",
            y - 6.0
        ),
        Sight::After | Sight::Disputed => format!(
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"9\" height=\"9\" fill=\"#ffffff\" stroke=\"{color}\" stroke-width=\"2\"/>",
            x - 4.5,
            y - 4.5
        ),
    }
}
