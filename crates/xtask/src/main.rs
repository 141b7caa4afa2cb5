//! What is run by hand to test ascribe itself; nothing here is part of the program.

#[cfg_attr(
    not(test),
    expect(
        dead_code,
        reason = "run by the comparison, which is written after this is frozen"
    )
)]
mod accounts;
mod figures;
mod incident;
mod method;
#[cfg_attr(
    not(test),
    expect(
        dead_code,
        reason = "run by the comparison, which is written after this is frozen"
    )
)]
mod peers;
mod trials;

fn main() {
    let count: u64 = std::env::args()
        .nth(1)
        .and_then(|a| a.parse().ok())
        .unwrap_or(2000);
    let columns = trials::answers(
        count,
        |n| method::incident(1, n).map(|m| m.incident),
        &[trials::ascribe, trials::ascribe_trusting, trials::prior],
    )
    .unwrap();
    for c in &columns {
        println!("{:#?}", figures::figures(c, 1));
    }
    println!("{:?}", trials::coverage(2, count / 20, 2000));
}
