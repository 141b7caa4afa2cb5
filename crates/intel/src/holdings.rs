//! Whose infrastructure a value belonged to at a moment: addresses, networks, names, mailboxes, URLs of a case.
//!
//! Looks up what the case says, no more: who holds it is a claim that the case weighs elsewhere. Networks are sorted
//! ranges in one space of 128 bits (IPv4 as mapped), so a lookup costs a binary search and the ranges around it.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};

use ascribe_model::Moment;
use ascribe_model::observation::IndicatorKind;

use crate::indicators::{canonical, refang};
use crate::knowledge::{Infrastructure, Knowledge, Victim};

/// How a value belongs to an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// It is the entry.
    Same,
    /// It lies inside the entry's network.
    Inside,
    /// It is a name under the entry's name.
    Under,
}

/// How a moment lies to the time in which something was held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Then {
    /// It was held then, as far as the case says.
    Held,
    /// It was not held yet or no more.
    NotHeld,
    /// The case limits the time, and the moment is not known.
    Unknown,
}

/// An entry that a value belongs to.
#[derive(Clone, Debug, PartialEq)]
pub struct Held<'k> {
    /// The infrastructure.
    pub item: &'k Infrastructure,
    /// The entry of its `what`, canonical.
    pub what: String,
    /// How.
    pub how: How,
    /// Whether at that moment.
    pub then: Then,
}

#[derive(Clone, Debug)]
struct Block {
    first: u128,
    last: u128,
    item: usize,
    what: String,
}

/// Ranges that may overlap, sorted by first address, with the largest last address up to each.
#[derive(Clone, Debug, Default)]
struct Blocks {
    blocks: Vec<Block>,
    reach: Vec<u128>,
}

impl Blocks {
    fn new(mut blocks: Vec<Block>) -> Self {
        blocks.sort_by(|a, b| (a.first, a.last, a.item, &a.what).cmp(&(b.first, b.last, b.item, &b.what)));
        let mut reach = Vec::with_capacity(blocks.len());
        let mut far = 0u128;
        for block in &blocks {
            far = far.max(block.last);
            reach.push(far);
        }
        Self { blocks, reach }
    }

    /// The ranges that hold `at`.
    fn around(&self, at: u128) -> impl Iterator<Item = &Block> {
        let count = self.blocks.partition_point(|block| block.first <= at);
        self.blocks
            .iter()
            .zip(&self.reach)
            .take(count)
            .rev()
            .take_while(move |(_, reach)| **reach >= at)
            .map(|(block, _)| block)
            .filter(move |block| block.last >= at)
    }
}

fn place(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// First and last address of `text`: an address, a network, or two addresses with a hyphen between.
fn range(text: &str) -> Option<(u128, u128, String)> {
    let plain = refang(text);
    if let Ok(address) = plain.parse::<IpAddr>() {
        return Some((place(address), place(address), address.to_string()));
    }
    if let Ok(net) = plain.parse::<ipnet::IpNet>() {
        return Some((
            place(net.network()),
            place(net.broadcast()),
            net.trunc().to_string(),
        ));
    }
    let (first, last) = plain.split_once('-')?;
    let (first, last): (IpAddr, IpAddr) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    let fits = first.is_ipv4() == last.is_ipv4() && first <= last;
    fits.then(|| (place(first), place(last), format!("{first}-{last}")))
}

/// The infrastructure of a case, ready for lookups.
#[derive(Clone, Debug)]
pub struct Holdings<'k> {
    items: &'k [Infrastructure],
    blocks: Blocks,
    names: BTreeMap<String, Vec<usize>>,
    exact: BTreeMap<(IndicatorKind, String), Vec<usize>>,
    /// Entries that are no address, network, name, mailbox or URL: (infrastructure, entry).
    pub unread: Vec<(String, String)>,
}

impl<'k> Holdings<'k> {
    /// All infrastructure of `knowledge` (which is already as of a day).
    #[must_use]
    pub fn new(knowledge: &'k Knowledge) -> Self {
        let items = knowledge.infrastructure.as_slice();
        let mut blocks = Vec::new();
        let mut names: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut exact: BTreeMap<(IndicatorKind, String), Vec<usize>> = BTreeMap::new();
        let mut unread = Vec::new();
        for (index, item) in items.iter().enumerate() {
            for what in &item.what {
                if let Some((first, last, what)) = range(what) {
                    blocks.push(Block {
                        first,
                        last,
                        item: index,
                        what,
                    });
                } else if let Some(url) = canonical(IndicatorKind::Url, what) {
                    exact.entry((IndicatorKind::Url, url)).or_default().push(index);
                } else if let Some(mailbox) = canonical(IndicatorKind::Email, what) {
                    exact
                        .entry((IndicatorKind::Email, mailbox))
                        .or_default()
                        .push(index);
                } else if let Some(name) =
                    canonical(IndicatorKind::Domain, what).filter(|name| name.contains('.'))
                {
                    names.entry(name).or_default().push(index);
                } else {
                    unread.push((item.id.clone(), what.clone()));
                }
            }
        }
        Self {
            items,
            blocks: Blocks::new(blocks),
            names,
            exact,
            unread,
        }
    }

    /// Every entry that `value` (canonical) belongs to, at `when`; by infrastructure, closest entry first.
    ///
    /// A name also belongs to the entries above it, up to its registered domain; never to a bare public suffix that
    /// hosts other people's names.
    #[must_use]
    pub fn find(&self, kind: IndicatorKind, value: &str, when: Option<&Moment>) -> Vec<Held<'k>> {
        let mut found: Vec<(usize, String, How)> = Vec::new();
        match kind {
            IndicatorKind::Ipv4 | IndicatorKind::Ipv6 => {
                if let Ok(address) = value.parse::<IpAddr>() {
                    let at = place(address);
                    for block in self.blocks.around(at) {
                        let how = if block.first == block.last {
                            How::Same
                        } else {
                            How::Inside
                        };
                        found.push((block.item, block.what.clone(), how));
                    }
                }
            }
            IndicatorKind::Cidr => {
                if let Some((first, last, _)) = range(value) {
                    for block in self.blocks.around(first).filter(|block| block.last >= last) {
                        let how = if block.first == first && block.last == last {
                            How::Same
                        } else {
                            How::Inside
                        };
                        found.push((block.item, block.what.clone(), how));
                    }
                }
            }
            IndicatorKind::Domain => {
                let registered = crate::indicators::registered(value);
                let mut name = value;
                loop {
                    for item in self.names.get(name).into_iter().flatten() {
                        let how = if name.len() == value.len() {
                            How::Same
                        } else {
                            How::Under
                        };
                        found.push((*item, name.to_owned(), how));
                    }
                    if name.len() <= registered.len() {
                        break;
                    }
                    let Some((_, above)) = name.split_once('.') else {
                        break;
                    };
                    name = above;
                }
            }
            IndicatorKind::Url | IndicatorKind::Email => {
                for item in self.exact.get(&(kind, value.to_owned())).into_iter().flatten() {
                    found.push((*item, value.to_owned(), How::Same));
                }
            }
            _ => {}
        }
        let mut held: Vec<Held<'k>> = found
            .into_iter()
            .filter_map(|(index, what, how)| {
                let item = self.items.get(index)?;
                Some(Held {
                    item,
                    what,
                    how,
                    then: then(item, when),
                })
            })
            .collect();
        held.sort_by(|a, b| (&a.item.id, a.how, &a.what).cmp(&(&b.item.id, b.how, &b.what)));
        held.dedup_by(|b, a| a.item.id == b.item.id);
        held
    }
}

/// Whether `item` was held at `when`: whether the moment may overlap the time from its `from` to its `to`.
#[must_use]
pub fn then(item: &Infrastructure, when: Option<&Moment>) -> Then {
    if item.from.is_none() && item.to.is_none() {
        return Then::Held;
    }
    let Some(when) = when else { return Then::Unknown };
    let after_start = item.from.as_ref().is_none_or(|from| when.last() >= from.first());
    let before_end = item.to.as_ref().is_none_or(|to| when.first() <= to.last());
    if after_start && before_end {
        Then::Held
    } else {
        Then::NotHeld
    }
}

/// The victim's own addresses and names.
#[derive(Clone, Debug)]
pub struct Own {
    blocks: Blocks,
    names: Vec<String>,
    mail_hosts: Vec<String>,
}

impl Own {
    /// What `victim` says is its own.
    #[must_use]
    pub fn new(victim: &Victim) -> Self {
        let blocks = victim
            .networks
            .iter()
            .filter_map(|network| range(network))
            .map(|(first, last, what)| Block {
                first,
                last,
                item: 0,
                what,
            })
            .collect();
        let names = |list: &[String]| -> Vec<String> {
            list.iter()
                .filter_map(|name| canonical(IndicatorKind::Domain, name))
                .collect()
        };
        Self {
            blocks: Blocks::new(blocks),
            names: names(&victim.domains),
            mail_hosts: names(&victim.mail_hosts),
        }
    }

    /// Whether `address` lies in the victim's networks.
    #[must_use]
    pub fn has_address(&self, address: IpAddr) -> bool {
        self.blocks.around(place(address)).next().is_some()
            || matches!(address, IpAddr::V6(six) if six.to_ipv4_mapped().is_some_and(|four| self.has_address(IpAddr::V4(four))))
    }

    /// Whether `name` is or lies under one of the victim's domains or mail hosts.
    #[must_use]
    pub fn has_name(&self, name: &str) -> bool {
        self.names.iter().chain(&self.mail_hosts).any(|own| {
            name.strip_suffix(own.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
    }

    /// Whether `name` is one of the victim's mail hosts.
    #[must_use]
    pub fn is_mail_host(&self, name: &str) -> bool {
        self.mail_hosts.iter().any(|host| host == name)
    }

    /// Whether the victim names any domain.
    #[must_use]
    pub const fn has_any_name(&self) -> bool {
        !self.names.is_empty()
    }

    /// Whether the victim names any mail host.
    #[must_use]
    pub const fn has_mail_hosts(&self) -> bool {
        !self.mail_hosts.is_empty()
    }

    /// Whether `value` of `kind` is the victim's.
    #[must_use]
    pub fn has(&self, kind: IndicatorKind, value: &str) -> bool {
        match kind {
            IndicatorKind::Ipv4 | IndicatorKind::Ipv6 => {
                value.parse().is_ok_and(|address| self.has_address(address))
            }
            IndicatorKind::Cidr => range(value).is_some_and(|(first, last, _)| {
                self.blocks.around(first).any(|block| block.last >= last)
                    && Ipv6Addr::from_bits(first) <= Ipv6Addr::from_bits(last)
            }),
            IndicatorKind::Domain => self.has_name(value),
            IndicatorKind::Email => value
                .rsplit_once('@')
                .is_some_and(|(_, host)| self.has_name(host)),
            IndicatorKind::Url => host_of(value).is_some_and(|(kind, host)| self.has(kind, host)),
            _ => false,
        }
    }
}

/// Kind and text of the host of a canonical URL.
#[must_use]
pub fn host_of(url: &str) -> Option<(IndicatorKind, &str)> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if let Some(six) = host.strip_prefix('[') {
        return six.split_once(']').map(|(six, _)| (IndicatorKind::Ipv6, six));
    }
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    let kind = if host.parse::<std::net::Ipv4Addr>().is_ok() {
        IndicatorKind::Ipv4
    } else {
        IndicatorKind::Domain
    };
    Some((kind, host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(id: &str, what: &[&str], from: Option<&str>, to: Option<&str>) -> Infrastructure {
        Infrastructure {
            id: id.to_owned(),
            name: None,
            what: what.iter().map(|&what| what.to_owned()).collect(),
            holder: BTreeMap::new(),
            from: from.map(|text| Moment::parse(text).unwrap()),
            to: to.map(|text| Moment::parse(text).unwrap()),
            exclusive: None,
            source: None,
            known: None,
        }
    }

    fn ids(
        holdings: &Holdings<'_>,
        kind: IndicatorKind,
        value: &str,
        when: &str,
    ) -> Vec<(String, How, Then)> {
        let when = Moment::parse(when).ok();
        holdings
            .find(kind, value, when.as_ref())
            .into_iter()
            .map(|held| (held.item.id.clone(), held.how, held.then))
            .collect()
    }

    #[test]
    fn addresses_names_and_mailboxes_are_found_as_of_their_time() {
        let knowledge = Knowledge {
            infrastructure: vec![
                item("wide", &["175.45.0.0/16"], None, None),
                item("star", &["175.45.176.0/22"], Some("2009-12"), Some("2015-06")),
                item(
                    "host",
                    &["175.45.178.10", "2a00:1450::/32", "198.18.0.4-198.18.0.9"],
                    None,
                    None,
                ),
                item(
                    "names",
                    &["bad-news[.]org", "Head@Postbox.ru", "blogspot.com", "nonsense !"],
                    None,
                    None,
                ),
            ],
            ..Knowledge::default()
        };
        let holdings = Holdings::new(&knowledge);
        let four = |value, when| ids(&holdings, IndicatorKind::Ipv4, value, when);
        let row = |id: &str, how, then| (id.to_owned(), how, then);
        assert_eq!(
            four("175.45.178.10", "2014-11-24"),
            [
                row("host", How::Same, Then::Held),
                row("star", How::Inside, Then::Held),
                row("wide", How::Inside, Then::Held)
            ]
        );
        assert_eq!(
            four("175.45.179.255", "2009-11-30").first(),
            Some(&row("star", How::Inside, Then::NotHeld))
        );
        assert_eq!(
            four("175.45.179.255", "2009-12"),
            [
                row("star", How::Inside, Then::Held),
                row("wide", How::Inside, Then::Held)
            ]
        );
        assert_eq!(
            four("175.45.179.255", "2015-07-01").first(),
            Some(&row("star", How::Inside, Then::NotHeld))
        );
        assert_eq!(
            four("175.45.179.255", "").first(),
            Some(&row("star", How::Inside, Then::Unknown))
        );
        assert_eq!(
            four("175.45.180.0", "2014"),
            [row("wide", How::Inside, Then::Held)]
        );
        assert_eq!(four("198.18.0.9", "2014"), [row("host", How::Inside, Then::Held)]);
        assert_eq!(four("198.18.0.10", "2014"), []);
        assert_eq!(
            ids(&holdings, IndicatorKind::Ipv6, "2a00:1450::9", "2014").len(),
            1
        );
        assert_eq!(
            ids(&holdings, IndicatorKind::Ipv6, "::ffff:198.18.0.5", "2014").len(),
            1
        );
        let name = |value| ids(&holdings, IndicatorKind::Domain, value, "2014");
        assert_eq!(name("bad-news.org"), [row("names", How::Same, Then::Held)]);
        assert_eq!(name("a.b.bad-news.org"), [row("names", How::Under, Then::Held)]);
        assert_eq!(name("not-bad-news.org"), []);
        assert_eq!(
            name("somebody.blogspot.com"),
            [],
            "a suffix hosts other people's names"
        );
        assert_eq!(
            ids(&holdings, IndicatorKind::Email, "head@postbox.ru", "2014").len(),
            1
        );
        assert_eq!(holdings.unread, [("names".to_owned(), "nonsense !".to_owned())]);
    }

    #[test]
    fn the_victims_own_is_recognised() {
        let own = Own::new(&Victim {
            networks: vec!["10.0.0.0/8".into(), "192.0.2.0/24".into()],
            domains: vec!["studio.example".into()],
            mail_hosts: vec!["mx1.hosted.test".into()],
            ..Victim::default()
        });
        assert!(own.has(IndicatorKind::Ipv4, "192.0.2.77") && own.has(IndicatorKind::Cidr, "192.0.2.0/25"));
        assert!(own.has(IndicatorKind::Ipv6, "::ffff:10.1.1.1"));
        assert!(own.has(IndicatorKind::Url, "http://fs01.studio.example:8080/x"));
        assert!(own.has(IndicatorKind::Email, "boss@studio.example"));
        assert!(!own.has(IndicatorKind::Domain, "nostudio.example"));
        assert!(own.is_mail_host("mx1.hosted.test"));
    }
}
