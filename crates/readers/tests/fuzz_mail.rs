//! Arbitrary mails, and every fixture cut and changed, keeps the laws of readers.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    reason = "tests may fail loudly"
)]
mod support;

use ascribe_readers::mail::READER as reader;

const STARTS: &[&[u8]] = &[
    b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple; d=b.example; s=x; l=3; h=from:to:subject:from; bh=AA==; b=\r\n AA==\r\nFrom: a@b.example\r\nTo: c@d.example\r\nSubject: [x] y\r\n\r\n",
    b"ARC-Seal: i=1; a=rsa-sha256; cv=none; d=b.example; s=x; b=AA==\nARC-Message-Signature: i=1; a=ed25519-sha256; c=simple; d=b.example; s=x; h=from; bh=AA==; b=AA==\nARC-Authentication-Results: i=1; x\nFrom: a@b.example\nTo: c@d.example\nDKIM-Signature: ",
    b"Received: from mx.example (h.example [192.0.2.7])\r\n\tby in.example with ESMTP; Mon, 24 Nov 2014 09:00:00 +0000\r\nFrom: =?utf-8?B?w6k=?= <a@b.example>\r\nSubject: =?iso-8859-1?Q?=E9?=\r\n\r\n",
    b"From: a@b.example\r\nTo: c@d.example\r\nContent-Type: multipart/mixed; boundary=\"x\"\r\n\r\n--x\r\nContent-Type: text/plain; charset=koi8-r\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=C1=\r\n\r\n--x\r\nContent-Type: message/rfc822\r\n\r\n",
    b"From: a@b.example\nTo: c@d.example\nSubject: x\nContent-Type: text/html; charset=utf-7\nContent-Transfer-Encoding: base64\n\nPHA+",
    b"From: a@b.example\nTo: c@d.example\nMIME-Version: 1.0\nContent-Transfer-Encoding: x-uuencode\nContent-Disposition: attachment; filename*0*=utf-8''a%20; filename*1=b\n\nbegin 644 a\n#86%A\n`\nend\n",
];

#[test]
fn noise() {
    bolero::check!().for_each(|noise: &[u8]| support::noise_behind(&reader, STARTS, noise));
}

#[test]
fn fixtures_cut_and_changed() {
    assert!(support::replay(&reader, "mail") >= 15);
    assert!(support::replay(&reader, "signed") >= 12);
}
