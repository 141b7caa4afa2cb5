//! Whether a domain let an address send its mail, by the records of that time which the case holds.
//!
//! A record that the case does not hold is unknown, not absent: where the answer would depend on it, it is unknown too
//! and says which. Asks no network. Source: RFC 7208.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::macros::expand;

/// Terms that may ask for records, in one check. Source: RFC 7208, section 4.6.4.
const LOOKUPS_MAX: u32 = 10;
/// Answers without any record, in one check.
const VOID_MAX: u32 = 2;
/// Hosts of one `mx`, names of one `ptr`.
const HOSTS_MAX: usize = 10;

/// What is said of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Spf {
    Pass,
    Fail,
    SoftFail,
    Neutral,
    /// The domain says nothing.
    None,
    /// What it says cannot be understood.
    PermError(String),
    /// A record is missing in the case.
    Unknown(String),
}

impl Spf {
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::SoftFail => "softfail",
            Self::Neutral => "neutral",
            Self::None => "none",
            Self::PermError(_) => "permerror",
            Self::Unknown(_) => "unknown",
        }
    }
}

/// Where records come from; none: not known.
pub(crate) trait Lookup {
    /// Strings of the TXT records.
    fn txt(&self, name: &str) -> Option<Vec<String>>;
    /// Addresses: of IPv6 where `six`.
    fn addresses(&self, name: &str, six: bool) -> Option<Vec<IpAddr>>;
    /// Hosts that take mail.
    fn mx(&self, name: &str) -> Option<Vec<String>>;
    /// Names of an address.
    fn ptr(&self, address: IpAddr) -> Option<Vec<String>>;
}

/// Who sent what from where.
#[derive(Clone, Debug)]
pub(crate) struct Sender<'a> {
    pub(crate) address: IpAddr,
    /// Mailbox of the envelope; `postmaster@` the greeting's name where that is empty.
    pub(crate) mailbox: &'a str,
    pub(crate) helo: &'a str,
}

/// What the records say of `sender`.
pub(crate) fn check(sender: &Sender<'_>, lookup: &dyn Lookup) -> Spf {
    let address = match sender.address {
        IpAddr::V6(six) => six.to_ipv4_mapped().map_or(sender.address, IpAddr::V4),
        four => four,
    };
    let domain = sender
        .mailbox
        .rsplit_once('@')
        .map_or(sender.mailbox, |(_, domain)| domain);
    let mut run = Run {
        sender: Sender {
            address,
            ..sender.clone()
        },
        lookup,
        lookups: 0,
        voids: 0,
    };
    run.host(&domain.to_ascii_lowercase())
}

struct Run<'a> {
    sender: Sender<'a>,
    lookup: &'a dyn Lookup,
    lookups: u32,
    voids: u32,
}

/// What a mechanism says.
enum Hit {
    Yes,
    No,
    Unknown(String),
}

type Stop = Spf;

enum Mechanism {
    All,
    Include(String),
    A(Option<String>, u8, u8),
    Mx(Option<String>, u8, u8),
    Ptr(Option<String>),
    Ip4(Ipv4Addr, u8),
    Ip6(Ipv6Addr, u8),
    Exists(String),
}

struct Policy {
    mechanisms: Vec<(Spf, Mechanism)>,
    redirect: Option<String>,
}

fn error(why: &str) -> Stop {
    Spf::PermError(why.to_owned())
}

fn missing(kind: &str, name: &str) -> String {
    format!("the {kind} record of {name} is not given")
}

/// Whether a name can be asked for at all.
fn is_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.len() <= 253
        && name.contains('.')
        && name
            .split('.')
            .all(|label| !label.is_empty() && label.len() <= 63)
}

impl Run<'_> {
    /// The check of one domain. Calls itself for `include` and `redirect`, at most [`LOOKUPS_MAX`] times.
    fn host(&mut self, domain: &str) -> Spf {
        if !is_name(domain) {
            return Spf::None;
        }
        let Some(texts) = self.lookup.txt(domain.trim_end_matches('.')) else {
            return Spf::Unknown(missing("TXT", domain));
        };
        let mut policies = texts.iter().filter(|text| {
            let text = text.to_ascii_lowercase();
            text == "v=spf1" || text.starts_with("v=spf1 ")
        });
        let policy = match (policies.next(), policies.next()) {
            (None, _) => return Spf::None,
            (Some(policy), None) => policy,
            _ => return error("the domain has more than one policy"),
        };
        match self.policy(domain, policy) {
            Ok(result) | Err(result) => result,
        }
    }

    fn policy(&mut self, domain: &str, text: &str) -> Result<Spf, Stop> {
        let policy = parse(text)?;
        // What a mechanism that cannot be judged would have said.
        let mut doubts: Vec<(Spf, String)> = Vec::new();
        let settle =
            |result: Spf, doubts: &[(Spf, String)]| match doubts.iter().find(|(said, _)| *said != result) {
                Some((_, why)) => Spf::Unknown(why.clone()),
                None => result,
            };
        for (says, mechanism) in &policy.mechanisms {
            match self.hit(domain, mechanism) {
                Ok(Hit::Yes) => return Ok(settle(says.clone(), &doubts)),
                Ok(Hit::No) => {}
                Ok(Hit::Unknown(why)) | Err(Spf::Unknown(why)) => doubts.push((says.clone(), why)),
                Err(stop) => return Err(settle(stop, &doubts)),
            }
        }
        let result = match &policy.redirect {
            Some(spec) => {
                self.count()?;
                let target = self.expanded(spec, domain)?;
                match self.host(&target) {
                    Spf::None => return Err(error("the domain of redirect= has no policy")),
                    result => result,
                }
            }
            None => Spf::Neutral,
        };
        Ok(settle(result, &doubts))
    }

    fn count(&mut self) -> Result<(), Stop> {
        self.lookups = self.lookups.saturating_add(1);
        if self.lookups > LOOKUPS_MAX {
            return Err(error("too many terms that ask for records"));
        }
        Ok(())
    }

    /// Notes an answer without records.
    fn void(&mut self, empty: bool) -> Result<(), Stop> {
        if empty {
            self.voids = self.voids.saturating_add(1);
            if self.voids > VOID_MAX {
                return Err(error("too many answers without records"));
            }
        }
        Ok(())
    }

    fn expanded(&self, spec: &str, domain: &str) -> Result<String, Stop> {
        if spec.to_ascii_lowercase().contains("%{p") {
            let why = "a name of the address (macro p) is not looked for".to_owned();
            return Err(Spf::Unknown(why));
        }
        expand(spec, domain, &self.sender).ok_or_else(|| error("a name cannot be understood"))
    }

    fn target(&self, spec: Option<&String>, domain: &str) -> Result<String, Stop> {
        spec.map_or_else(|| Ok(domain.to_owned()), |spec| self.expanded(spec, domain))
    }

    fn hit(&mut self, domain: &str, mechanism: &Mechanism) -> Result<Hit, Stop> {
        let yes = |found: bool| if found { Hit::Yes } else { Hit::No };
        let six = self.sender.address.is_ipv6();
        Ok(match mechanism {
            Mechanism::All => Hit::Yes,
            Mechanism::Ip4(net, bits) => yes(within(self.sender.address, IpAddr::V4(*net), *bits)),
            Mechanism::Ip6(net, bits) => yes(within(self.sender.address, IpAddr::V6(*net), *bits)),
            Mechanism::Include(spec) => {
                self.count()?;
                let target = self.expanded(spec, domain)?;
                match self.host(&target) {
                    Spf::Pass => Hit::Yes,
                    Spf::Fail | Spf::SoftFail | Spf::Neutral => Hit::No,
                    Spf::Unknown(why) => Hit::Unknown(why),
                    Spf::None => return Err(error("a domain of include: has no policy")),
                    Spf::PermError(why) => return Err(Spf::PermError(why)),
                }
            }
            Mechanism::A(spec, four_bits, six_bits) => {
                self.count()?;
                let target = self.target(spec.as_ref(), domain)?;
                match self.host_holds(&target, six, *four_bits, *six_bits) {
                    None => Hit::Unknown(missing("address", &target)),
                    Some((found, empty)) => {
                        self.void(empty)?;
                        yes(found)
                    }
                }
            }
            Mechanism::Mx(spec, four_bits, six_bits) => {
                self.count()?;
                let target = self.target(spec.as_ref(), domain)?;
                let Some(hosts) = self.lookup.mx(&target) else {
                    return Ok(Hit::Unknown(missing("MX", &target)));
                };
                self.void(hosts.is_empty())?;
                if hosts.len() > HOSTS_MAX {
                    return Err(error("too many hosts of mx"));
                }
                let mut unknown = None;
                for host in hosts {
                    match self.host_holds(&host, six, *four_bits, *six_bits) {
                        Some((true, _)) => return Ok(Hit::Yes),
                        Some(_) => {}
                        None => unknown = Some(missing("address", &host)),
                    }
                }
                unknown.map_or(Hit::No, Hit::Unknown)
            }
            Mechanism::Ptr(spec) => {
                self.count()?;
                let target = self.target(spec.as_ref(), domain)?;
                let Some(names) = self.lookup.ptr(self.sender.address) else {
                    return Ok(Hit::Unknown(missing("PTR", &self.sender.address.to_string())));
                };
                self.void(names.is_empty())?;
                let mut unknown = None;
                for name in names.into_iter().take(HOSTS_MAX) {
                    let name = name.to_ascii_lowercase();
                    if !super::sender::is_under(&name, &target.to_ascii_lowercase()) {
                        continue;
                    }
                    match self.lookup.addresses(&name, six) {
                        Some(all) if all.contains(&self.sender.address) => return Ok(Hit::Yes),
                        Some(_) => {}
                        None => unknown = Some(missing("address", &name)),
                    }
                }
                unknown.map_or(Hit::No, Hit::Unknown)
            }
            Mechanism::Exists(spec) => {
                self.count()?;
                let target = self.expanded(spec, domain)?;
                match self.lookup.addresses(&target, false) {
                    None => Hit::Unknown(missing("address", &target)),
                    Some(all) => {
                        self.void(all.is_empty())?;
                        yes(!all.is_empty())
                    }
                }
            }
        })
    }

    /// Whether a host has the sender's address in its networks, and whether it has no address at all; none: not known.
    fn host_holds(&self, host: &str, six: bool, four_bits: u8, six_bits: u8) -> Option<(bool, bool)> {
        let all = self.lookup.addresses(host.trim_end_matches('.'), six)?;
        let bits = if six { six_bits } else { four_bits };
        let found = all
            .iter()
            .any(|address| within(self.sender.address, *address, bits));
        Some((found, all.is_empty()))
    }
}

fn within(address: IpAddr, net: IpAddr, bits: u8) -> bool {
    match (address, net) {
        (IpAddr::V4(a), IpAddr::V4(b)) => {
            let shift = 32u32.saturating_sub(u32::from(bits));
            (a.to_bits() ^ b.to_bits()).checked_shr(shift).unwrap_or(0) == 0
        }
        (IpAddr::V6(a), IpAddr::V6(b)) => {
            let shift = 128u32.saturating_sub(u32::from(bits));
            (a.to_bits() ^ b.to_bits()).checked_shr(shift).unwrap_or(0) == 0
        }
        _ => false,
    }
}

/// The terms of a policy; one that cannot be understood spoils all.
fn parse(text: &str) -> Result<Policy, Stop> {
    let mut policy = Policy {
        mechanisms: Vec::new(),
        redirect: None,
    };
    let mut explained = false;
    for term in text.split(' ').skip(1).filter(|term| !term.is_empty()) {
        if let Some((name, value)) = modifier(term) {
            if !super::macros::is_macro_string(value) {
                return Err(error("a modifier cannot be understood"));
            }
            match name.to_ascii_lowercase().as_str() {
                "redirect" if policy.redirect.is_some() => return Err(error("two redirect=")),
                "redirect" | "exp" if !super::macros::is_domain_spec(value) => {
                    return Err(error("a modifier's name cannot be understood"));
                }
                "redirect" => policy.redirect = Some(value.to_owned()),
                "exp" if explained => return Err(error("two exp=")),
                "exp" => explained = true,
                _ => {}
            }
            continue;
        }
        let (says, rest) = match term.split_at_checked(1) {
            Some(("+", rest)) => (Spf::Pass, rest),
            Some(("-", rest)) => (Spf::Fail, rest),
            Some(("~", rest)) => (Spf::SoftFail, rest),
            Some(("?", rest)) => (Spf::Neutral, rest),
            _ => (Spf::Pass, term),
        };
        let mechanism = mechanism(rest).ok_or_else(|| error("a mechanism cannot be understood"))?;
        policy.mechanisms.push((says, mechanism));
    }
    if policy
        .mechanisms
        .iter()
        .any(|(_, mechanism)| matches!(mechanism, Mechanism::All))
    {
        policy.redirect = None;
    }
    Ok(policy)
}

/// Name and value of `name=value`, where `name` is one.
fn modifier(term: &str) -> Option<(&str, &str)> {
    let (name, value) = term.split_once('=')?;
    let sound = name.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    sound.then_some((name, value))
}

fn mechanism(text: &str) -> Option<Mechanism> {
    let end = text.find([':', '/']).unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end)?;
    let name = name.to_ascii_lowercase();
    let value = rest.strip_prefix(':');
    let needed = |value: Option<&str>| {
        value
            .filter(|value| super::macros::is_domain_spec(value))
            .map(str::to_owned)
    };
    match name.as_str() {
        "all" => rest.is_empty().then_some(Mechanism::All),
        "include" => needed(value).map(Mechanism::Include),
        "exists" => needed(value).map(Mechanism::Exists),
        "ptr" => match value {
            None => rest.is_empty().then_some(Mechanism::Ptr(None)),
            Some(_) => needed(value).map(|spec| Mechanism::Ptr(Some(spec))),
        },
        "ip4" => {
            let (net, bits) = net(value?, 32)?;
            Some(Mechanism::Ip4(net.parse().ok()?, bits))
        }
        "ip6" => {
            let (net, bits) = net(value?, 128)?;
            Some(Mechanism::Ip6(net.parse().ok()?, bits))
        }
        "a" | "mx" => {
            let (spec, four, six) = lengths(rest)?;
            let spec = match spec.strip_prefix(':') {
                Some(spec) => Some(needed(Some(spec))?),
                None => {
                    if !spec.is_empty() {
                        return None;
                    }
                    None
                }
            };
            Some(match name.as_str() {
                "a" => Mechanism::A(spec, four, six),
                _ => Mechanism::Mx(spec, four, six),
            })
        }
        _ => None,
    }
}

fn bits(text: &str, max: u8) -> Option<u8> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|bits| plain && *bits <= max)
}

fn net(text: &str, max: u8) -> Option<(&str, u8)> {
    match text.split_once('/') {
        Some((net, length)) => Some((net, bits(length, max)?)),
        None => Some((text, max)),
    }
}

/// What stands before `/bits//bits` at the end, and the two lengths.
fn lengths(text: &str) -> Option<(&str, u8, u8)> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (text, six) = match text.rsplit_once("//") {
        Some((before, length)) if is_number(length) => (before, bits(length, 128)?),
        _ => (text, 128),
    };
    let (text, four) = match text.rsplit_once('/') {
        Some((before, length)) if is_number(length) => (before, bits(length, 32)?),
        _ => (text, 32),
    };
    Some((text, four, six))
}

#[cfg(test)]
mod tests;
