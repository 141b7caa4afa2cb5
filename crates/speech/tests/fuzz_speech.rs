//! Bytes that look for a panic; an ordinary test runs a few thousand, `cargo bolero` as many as it likes.

use ascribe_model::{Moment, Role};
use ascribe_speech::{Paper, Piece, numbers, statements};

#[test]
fn statements_of_any_text() {
    let published = Moment::parse("2014-12-19").ok();
    bolero::check!()
        .with_type::<Vec<u8>>()
        .for_each(|bytes: &Vec<u8>| {
            let text = String::from_utf8_lossy(bytes);
            let piece = Piece {
                role: &Role::Body,
                text: &text,
            };
            let paper = Paper {
                pieces: vec![piece],
                voice: None,
                published: published.as_ref(),
            };
            for one in statements(&paper) {
                assert!(text.get(one.at.range).is_some());
            }
            let _ = numbers(&text);
        });
}
