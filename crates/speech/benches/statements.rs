//! How fast statements are found, in bytes of text a second.

use ascribe_model::{Moment, Role};
use ascribe_speech::echo::Marks;
use ascribe_speech::{Paper, Piece, statements};
use divan::Bencher;
use divan::counter::BytesCount;

const PARAGRAPHS: [&str; 5] = [
    "The ministry on Friday accused Iran's government of a “destructive” attack on Acme Corp., pledging to bring those responsible to justice.",
    "“We know who did it. We will respond,” the minister, Jane Doe, told a press conference in Rome, adding that several countries had been warned.",
    "The servers were shut down for two days in late November, and thousands of messages were lost, according to a report by the Times.",
    "Iran denied involvement and said the accusation was baseless, while many experts remain skeptical about the evidence that was shown so far.",
    "An official familiar with the investigation, who spoke on condition of anonymity, said the tools were linked to an earlier attack on a bank.",
];

fn main() {
    divan::main();
}

fn article() -> Vec<&'static str> {
    PARAGRAPHS.into_iter().cycle().take(800).collect()
}

#[divan::bench]
fn statements_of_an_article(bencher: Bencher<'_, '_>) {
    let published = Moment::parse("2014-12-19").ok();
    let article = article();
    let bytes: usize = article.iter().map(|text| text.len()).sum();
    bencher.counter(BytesCount::new(bytes)).bench(|| {
        let pieces = article
            .iter()
            .map(|text| Piece {
                role: &Role::Body,
                text,
            })
            .collect();
        statements(&Paper {
            pieces,
            voice: None,
            published: published.as_ref(),
        })
        .len()
    });
}

#[divan::bench]
fn marks_of_an_article(bencher: Bencher<'_, '_>) {
    let article = article();
    let bytes: usize = article.iter().map(|text| text.len()).sum();
    bencher
        .counter(BytesCount::new(bytes))
        .bench(|| Marks::of(article.iter().copied()).len());
}
