//! What ties nobody because many use it: base rates from the case's own data.
//!
//! An address is shared if more unrelated accounts, mailboxes and devices use it than one operator is likely to have; those
//! that something other than an address ties count as one. So a relay, a proxy, a café or a translating router is found
//! without being listed. Numbers here are judged, and err towards tying less.

use std::collections::{BTreeMap, BTreeSet};

use ascribe_intel::holdings::Holdings;
use ascribe_model::observation::IndicatorKind;

use super::seen::{How, Node, Seen, What};
use crate::World;
use crate::sharing::Sharing;
use crate::sighting::address_kind;

/// Unrelated users of one address beyond which it ties nobody. Judged: a household or a small office has as many.
const ADDRESS_USERS_MAX: usize = 3;
/// Accounts on one computer's name beyond which the name is common or the computer a terminal server. Judged.
const WORKSTATION_USERS_MAX: usize = 3;
/// Accounts with one key beyond which it is a machine's or a deployment's. Judged.
const KEY_USERS_MAX: usize = 16;
/// Accounts with one client program beyond which it is not rare.
const CLIENT_USERS_MAX: usize = 2;
/// Accounts whose client program is known that it takes to say that one is rare.
const CLIENT_SAMPLE_MIN: usize = 50;
/// Exclusivity below which the case itself says that others use an infrastructure.
const EXCLUSIVE_MIN: f64 = 0.5;

/// Marks in `seen` what is shared, with the reason.
pub(super) fn mark(seen: &mut Seen<'_>, holdings: &Holdings<'_>, sharing: &Sharing<'_>, world: &World<'_>) {
    let what: Vec<What> = seen.nodes.iter().map(|node| node.what).collect();
    let what = |id: u32| at(&what, id).copied();
    let is_account = |id: u32| matches!(what(id), Some(What::Account | What::Mailbox));
    let is_device = |id: u32| matches!(what(id), Some(What::Key | What::Workstation | What::Client));
    // Devices with their accounts.
    let mut users: Vec<(u32, u32)> = Vec::new();
    let mut with_client: Vec<u32> = Vec::new();
    for sighting in seen
        .sightings
        .iter()
        .filter(|sighting| sighting.how != How::Claimed)
    {
        for (device, account) in [(sighting.a, sighting.b), (sighting.b, sighting.a)] {
            if is_device(device) && is_account(account) {
                users.push((device, account));
                if what(device) == Some(What::Client) {
                    with_client.push(account);
                }
            }
        }
    }
    // What is claimed counts towards being common, never towards being rare.
    for sighting in seen
        .sightings
        .iter()
        .filter(|sighting| sighting.how == How::Claimed)
    {
        for (device, account) in [(sighting.a, sighting.b), (sighting.b, sighting.a)] {
            if is_device(device) && is_account(account) {
                users.push((device, account));
            }
        }
    }
    let sample = distinct(&mut with_client);
    let counts = degrees(users.clone());
    let mut shared: BTreeMap<u32, String> = BTreeMap::new();
    for id in (0u32..).take(seen.nodes.len()).filter(|id| is_device(*id)) {
        let count = counts.get(&id).copied().unwrap_or(0);
        let why = match what(id) {
            Some(What::Key) => (count > KEY_USERS_MAX).then(|| format!("{count} accounts use this key")),
            Some(What::Workstation) => (count > WORKSTATION_USERS_MAX)
                .then(|| format!("{count} accounts come from a computer of this name")),
            _ if sample < CLIENT_SAMPLE_MIN => Some(format!(
                "only {sample} accounts give their client program, too few to call one rare"
            )),
            _ => (count > CLIENT_USERS_MAX)
                .then(|| format!("{count} of {sample} accounts use this client program")),
        };
        if let Some(why) = why {
            shared.insert(id, why);
        }
    }
    // Accounts and devices that something other than an address ties count once.
    let mut groups = Groups::new(seen.nodes.len());
    for (device, account) in &users {
        if !shared.contains_key(device) {
            groups.join(*device, *account);
        }
    }
    let mut used: Vec<(u32, u32)> = Vec::new();
    for sighting in seen
        .sightings
        .iter()
        .filter(|sighting| sighting.how != How::Claimed)
    {
        for (address, user) in [(sighting.a, sighting.b), (sighting.b, sighting.a)] {
            let counts = is_account(user) || matches!(what(user), Some(What::Key | What::Workstation));
            if what(address) == Some(What::Address) && counts && !shared.contains_key(&user) {
                used.push((address, groups.of(user)));
            }
        }
    }
    for (address, count) in degrees(used) {
        if count > ADDRESS_USERS_MAX {
            shared.insert(address, format!("{count} unrelated accounts or devices use it"));
        }
    }
    for (id, node) in (0u32..).zip(&seen.nodes) {
        let kind = match node.what {
            What::Address => address_kind(&node.name),
            What::Mailbox => Some(IndicatorKind::Email),
            _ => None,
        };
        let Some(kind) = kind else { continue };
        for held in holdings.find(kind, &node.name, None) {
            if let Some(exclusive) = held.item.exclusive.filter(|range| range.point() < EXCLUSIVE_MIN) {
                let why = format!(
                    "the case gives {} an exclusivity of {:.2}",
                    held.item.id,
                    exclusive.point()
                );
                shared.entry(id).or_insert(why);
            }
        }
    }
    // By lists, at any of the times at which the address was seen.
    let mut looked: BTreeSet<(u32, Option<&str>)> = BTreeSet::new();
    for sighting in &seen.sightings {
        for id in [sighting.a, sighting.b] {
            let at = sighting.first.or(world.incident_time);
            let day = at.map(|at| at.text().get(..10).unwrap_or(at.text()));
            if what(id) != Some(What::Address) || !looked.insert((id, day)) {
                continue;
            }
            let Some(node) = at_node(seen, id) else { continue };
            if let Some(kind) = address_kind(&node.name)
                && let Some(found) = sharing.of(kind, &node.name, at)
            {
                shared.entry(id).or_insert(found.why);
            }
        }
    }
    for (id, why) in shared {
        if let Some(node) = usize::try_from(id).ok().and_then(|id| seen.nodes.get_mut(id)) {
            node.shared.get_or_insert(why);
        }
    }
}

fn at_node<'s, 'w>(seen: &'s Seen<'w>, id: u32) -> Option<&'s Node<'w>> {
    at(&seen.nodes, id)
}

fn at<T>(list: &[T], id: u32) -> Option<&T> {
    list.get(usize::try_from(id).ok()?)
}

fn distinct(list: &mut Vec<u32>) -> usize {
    list.sort_unstable();
    list.dedup();
    list.len()
}

/// How many different partners each first member has.
fn degrees(mut pairs: Vec<(u32, u32)>) -> BTreeMap<u32, usize> {
    pairs.sort_unstable();
    pairs.dedup();
    let mut counts = BTreeMap::new();
    for (first, _) in pairs {
        let count: &mut usize = counts.entry(first).or_default();
        *count = count.saturating_add(1);
    }
    counts
}

/// Disjoint sets.
struct Groups(Vec<u32>);

impl Groups {
    fn new(count: usize) -> Self {
        Self((0u32..).take(count).collect())
    }

    fn of(&mut self, mut id: u32) -> u32 {
        while let Some(up) = at(&self.0, id).copied().filter(|up| *up != id) {
            // Halving the way keeps it short.
            let above = at(&self.0, up).copied().unwrap_or(up);
            self.set(id, above);
            id = above;
        }
        id
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.of(a), self.of(b));
        self.set(a.max(b), a.min(b));
    }

    fn set(&mut self, id: u32, to: u32) {
        if let Some(cell) = usize::try_from(id).ok().and_then(|id| self.0.get_mut(id)) {
            *cell = to;
        }
    }
}
