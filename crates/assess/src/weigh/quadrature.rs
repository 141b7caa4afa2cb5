//! Gauss–Legendre nodes and weights on 0..1.

/// Nodes and weights of the `count`-point rule on 0..1, in increasing order of the nodes.
///
/// Source: Newton's method on Legendre polynomials from the Tricomi starting points (Press et al., "Numerical
/// Recipes", section 4.6).
pub(super) fn gauss_legendre(count: usize) -> Vec<(f64, f64)> {
    let n = count as f64;
    let mut rule: Vec<(f64, f64)> = (0..count)
        .map(|index| {
            let mut x = libm::cos(std::f64::consts::PI * (index as f64 + 0.75) / (n + 0.5));
            let mut slope = 1.0;
            for _ in 0..100 {
                let (value, derivative) = legendre(count, x);
                slope = derivative;
                let step = value / derivative;
                x -= step;
                if step.abs() < 1e-16 {
                    break;
                }
            }
            ((1.0 - x) / 2.0, 1.0 / ((1.0 - x * x) * slope * slope))
        })
        .collect();
    rule.sort_by(|a, b| a.0.total_cmp(&b.0));
    rule
}

/// The Legendre polynomial of degree `count` and its derivative at `x`.
fn legendre(count: usize, x: f64) -> (f64, f64) {
    let (mut before, mut value) = (0.0, 1.0);
    for k in 0..count {
        let k = k as f64;
        let next = ((2.0 * k + 1.0) * x * value - k * before) / (k + 1.0);
        before = value;
        value = next;
    }
    (value, count as f64 * (x * value - before) / (x * x - 1.0))
}
