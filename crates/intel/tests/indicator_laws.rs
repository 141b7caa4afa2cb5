//! Laws of the scanner: spans fit, nothing panics, values are canonical, reading in pieces changes nothing.

use std::net::IpAddr;

use std::ops::ControlFlow;

use ascribe_intel::indicators::{
    AddressClass, address_class, canonical, in_artifact, in_bytes, is_documentation_name, registered, scan,
};
use ascribe_model::observation::IndicatorKind;
use proptest::prelude::*;

/// Text made of what indicators and their traps are made of.
fn shreds() -> impl Strategy<Value = String> {
    let shred = prop::sample::select(vec![
        "203",
        "0",
        "113",
        ".",
        "[.]",
        "(dot)",
        " dot ",
        " . ",
        ":",
        "::",
        "[:]",
        "@",
        " at ",
        "[at]",
        "hxxp",
        "http",
        "://",
        "[://]",
        "/",
        "com",
        "evil",
        "example",
        " ",
        "\n",
        "2001",
        "db8",
        "fe80",
        "CVE-2014-",
        "6332",
        "T1059",
        "AS64496",
        "-",
        "_",
        "\\",
        "[",
        "]",
        "(",
        ")",
        "müller",
        "пример",
        "рф",
        "网站",
        "。",
        "“",
        "d41d8cd98f00b204e9800998ecf8427e",
        "version ",
        "%",
        "?",
        "#",
        "\u{0}",
        "\t",
        "24",
    ]);
    prop::collection::vec(shred, 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn spans_lie_on_characters_and_values_are_their_own_canonical_form(text in prop_oneof![shreds(), any::<String>()]) {
        for found in scan(&text) {
            prop_assert!(text.get(found.start..found.end).is_some_and(|raw| !raw.is_empty()));
            let again = canonical(found.kind, &found.value);
            prop_assert_eq!(again.as_deref(), Some(found.value.as_str()));
        }
    }

    #[test]
    fn reading_in_pieces_changes_nothing(parts in prop::collection::vec(prop_oneof![
        shreds().prop_map(String::into_bytes),
        shreds().prop_map(|text| text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        prop::collection::vec(any::<u8>(), 0..20),
    ], 0..8), chunk in 1usize..64) {
        let bytes = parts.concat();
        let mut pieces = Vec::new();
        in_artifact(&bytes.as_slice(), chunk, &mut |found| {
            pieces.push(found);
            ControlFlow::Continue(())
        })
        .unwrap();
        let whole = in_bytes(&bytes);
        for found in &whole {
            prop_assert!(found.start < found.end && found.end <= bytes.len() as u64);
        }
        prop_assert_eq!(pieces, whole);
    }
}

#[test]
fn long_runs_are_found_through_windows_and_in_any_pieces() {
    // One line of 400 KB, with an address across every border of the windows.
    let mut line = String::new();
    let mut count = 0;
    while line.len() < 400_000 {
        line.push_str("filler words and hxxp://cdn[.]bad-news[.]org/path and 203[.]0[.]113[.]44, ");
        count += 1;
    }
    let whole = in_bytes(line.as_bytes());
    let addresses = whole.iter().filter(|found| found.value == "203.0.113.44").count();
    assert_eq!(addresses, count);
    for chunk in [1000, 4096, 65_537, 1 << 20] {
        let mut pieces = Vec::new();
        in_artifact(&line.as_bytes(), chunk, &mut |found| {
            pieces.push(found);
            ControlFlow::Continue(())
        })
        .unwrap();
        assert_eq!(pieces, whole, "{chunk}");
    }
}

#[test]
fn wide_strings_lead_back_to_their_bytes() {
    let mut bytes = b"\x01\x02\xffMZ".to_vec();
    let start = bytes.len() as u64;
    bytes.extend("203.0.113.7".encode_utf16().flat_map(u16::to_le_bytes));
    bytes.extend_from_slice(b"\0\0tail\0");
    let found = in_bytes(&bytes);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (found[0].start, found[0].end, found[0].raw.as_str()),
        (start, start + 22, "203.0.113.7")
    );
}

#[test]
fn classes_follow_the_registries() {
    let class = |text: &str| address_class(text.parse::<IpAddr>().unwrap());
    for (text, expected) in [
        ("192.0.2.1", AddressClass::Documentation),
        ("198.51.100.255", AddressClass::Documentation),
        ("203.0.113.0", AddressClass::Documentation),
        ("203.0.114.0", AddressClass::Global),
        ("10.1.2.3", AddressClass::Private),
        ("172.16.0.1", AddressClass::Private),
        ("172.31.255.255", AddressClass::Private),
        ("172.32.0.1", AddressClass::Global),
        ("192.168.0.1", AddressClass::Private),
        ("127.0.0.53", AddressClass::Loopback),
        ("169.254.9.9", AddressClass::LinkLocal),
        ("100.64.0.1", AddressClass::Cgn),
        ("100.128.0.1", AddressClass::Global),
        ("224.0.0.251", AddressClass::Multicast),
        ("255.255.255.255", AddressClass::Reserved),
        ("0.0.0.0", AddressClass::Reserved),
        ("198.19.0.1", AddressClass::Reserved),
        ("175.45.178.10", AddressClass::Global),
        ("::1", AddressClass::Loopback),
        ("2001:db8::5", AddressClass::Documentation),
        ("3fff:fff::1", AddressClass::Documentation),
        ("fd00::1", AddressClass::Private),
        ("fe80::1", AddressClass::LinkLocal),
        ("ff02::1", AddressClass::Multicast),
        ("2a00:1450::1", AddressClass::Global),
        ("::ffff:10.0.0.1", AddressClass::Private),
    ] {
        assert_eq!(class(text), expected, "{text}");
    }
    assert!(is_documentation_name("mx1.studio.example") && is_documentation_name("www.example.com"));
    assert!(!is_documentation_name("notexample.com"));
    assert_eq!(registered("a.b.co.uk"), "b.co.uk");
    assert_eq!(registered("mail.studio.example"), "studio.example");
}

#[test]
fn canonical_forms_of_stated_values() {
    let check =
        |kind, raw, expected: Option<&str>| assert_eq!(canonical(kind, raw).as_deref(), expected, "{raw}");
    check(IndicatorKind::Ipv4, "203[.]0[.]113[.]7", Some("203.0.113.7"));
    check(IndicatorKind::Ipv6, "[2001:DB8::1]", Some("2001:db8::1"));
    check(IndicatorKind::Cidr, "175.45.178.9/22", Some("175.45.176.0/22"));
    check(IndicatorKind::Domain, "Evil[.]Example.", Some("evil.example"));
    check(
        IndicatorKind::Url,
        "hxxps://Evil[.]example/A",
        Some("https://evil.example/A"),
    );
    check(
        IndicatorKind::Email,
        "Head[at]postbox(dot)example",
        Some("head@postbox.example"),
    );
    check(IndicatorKind::Asn, "131279", Some("AS131279"));
    check(IndicatorKind::Technique, "t1059.003", Some("T1059.003"));
    check(IndicatorKind::Md5, "xyz", None);
}
