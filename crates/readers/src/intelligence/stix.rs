//! Items of a STIX bundle: each object that names values, parties or tools, with what its relationships add.
//!
//! An item that stands on several objects is as young as the youngest and marked as the strictest of them.

use std::collections::{BTreeMap, BTreeSet};

use ascribe_model::observation::Intelligence;
use ascribe_model::{Anomaly, Moment, Role};

use super::graph::Graph;
use super::json::{Container, Search};
use super::object::{Object, object};
use super::{Sheet, cut, held, stricter};

/// Markings that are defined by the standard and need not stand in a bundle.
const STANDARD_MARKINGS: [(&str, &str); 9] = [
    (
        "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",
        "TLP:WHITE",
    ),
    (
        "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
        "TLP:GREEN",
    ),
    (
        "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82",
        "TLP:AMBER",
    ),
    (
        "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
        "TLP:RED",
    ),
    (
        "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
        "TLP:CLEAR",
    ),
    (
        "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
        "TLP:GREEN",
    ),
    (
        "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
        "TLP:AMBER",
    ),
    (
        "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
        "TLP:AMBER+STRICT",
    ),
    (
        "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
        "TLP:RED",
    ),
];

/// Names that one item carries.
const NAMES_MAX: usize = 200;

/// Values that one item carries.
const VALUES_MAX: usize = 10_000;

/// Objects of a bundle that are read; each is held until all are known, since any may refer to any.
const OBJECTS_MAX: usize = 200_000;

/// Reads a bundle. Says whether time is left.
pub(super) fn read<'d>(bundle: &Container<'d>, sheet: &mut Sheet<'_, '_, 'd>) -> bool {
    let mut objects = Vec::new();
    if let Some(first) = bundle.objects.get(OBJECTS_MAX) {
        let left = (bundle.objects.len().saturating_sub(OBJECTS_MAX)) as u64;
        sheet.counts.seen = sheet.counts.seen.saturating_add(left);
        sheet.counts.dropped = sheet.counts.dropped.saturating_add(left);
        let at = sheet.places.of(first.get());
        let text =
            format!("more than {OBJECTS_MAX} objects in one bundle; the {left} from here on were not read");
        sheet
            .out
            .anomaly(Anomaly::lost("intelligence.objects", Some(at), text));
    }
    for raw in bundle.objects.iter().take(OBJECTS_MAX) {
        if sheet.out.stopped() {
            let at = sheet.places.of(raw.get());
            sheet.out.out_of_time("intelligence.time", at);
            return false;
        }
        match object(raw.get()) {
            Ok(object) => objects.push(object),
            Err(why) => sheet.drop_object(raw.get(), &why),
        }
    }
    let mut index: BTreeMap<&str, usize> = BTreeMap::new();
    for (number, object) in objects.iter().enumerate() {
        // Of several versions of one object the youngest counts.
        let newest = index
            .get(object.id.as_str())
            .and_then(|other| objects.get(*other))
            .is_none_or(|other| other.dated() <= object.dated());
        if newest {
            index.insert(object.id.as_str(), number);
        }
    }
    let graph = Graph::new(&objects, &index);
    let all = Bundle {
        objects: &objects,
        index: &index,
        graph: &graph,
    };
    for (number, object) in objects.iter().enumerate() {
        if sheet.out.stopped() {
            let at = sheet.places.of(object.raw);
            sheet.out.out_of_time("intelligence.time", at);
            return false;
        }
        all.emit(number, object, sheet);
    }
    super::techniques::emit(&all, sheet);
    true
}

/// The objects of a bundle, all known, with the ways between them.
pub(super) struct Bundle<'b, 'd> {
    pub objects: &'b [Object<'d>],
    pub index: &'b BTreeMap<&'b str, usize>,
    pub graph: &'b Graph,
}

impl<'b, 'd> Bundle<'b, 'd> {
    /// The youngest object of this id.
    pub fn by_id(&self, id: &str) -> Option<&'b Object<'d>> {
        self.objects.get(*self.index.get(id)?)
    }

    fn emit(&self, number: usize, object: &Object<'d>, sheet: &mut Sheet<'_, '_, 'd>) {
        // Markings and authors are made once for many bundles; their dates say nothing of this one.
        if !matches!(
            object.kind.as_str(),
            "marking-definition" | "extension-definition" | "identity"
        ) {
            sheet.dated(object.dated());
        }
        if let Some(wrong) = object.wrong {
            let at = sheet.places.of(object.raw);
            sheet.out.anomaly(Anomaly::odd(
                "intelligence.pattern",
                Some(at),
                format!("the pattern of {} was not read to its end: {wrong}", object.id),
            ));
        }
        let mut search = Search::default();
        for (kind, value, written) in &object.values {
            let role = Role::Metadata(object.kind.clone());
            let at = search.next(sheet.places, object.raw, written);
            sheet.out.mention(*kind, value, written, &role, at);
        }
        sheet.scan(&object.name, object.raw, "name");
        // What a report or a note tells is text like any other; of a revoked one it is taken back.
        match super::prose::prose(&object.kind, object.raw, sheet).filter(|_| !object.gone()) {
            Some(text) => {
                if sheet.out.document().publisher.is_none()
                    && let Some(author) = object.author.as_deref().and_then(|id| self.by_id(id))
                {
                    sheet.out.document().publisher =
                        Some(author.name.clone()).filter(|name| !name.is_empty());
                }
                sheet.out.text(text);
            }
            None => sheet.scan(&object.description, object.raw, "description"),
        }
        if let Some(pattern) = &object.foreign_pattern {
            sheet.scan(pattern, object.raw, "pattern");
        }
        if object.gone() {
            sheet.taken_back(object.raw, &object.id, object.revoked);
        }
        let helper = matches!(
            object.kind.as_str(),
            "relationship" | "identity" | "marking-definition" | "extension-definition" | "language-content"
        );
        let says = !object.values.is_empty()
            || object.is_actor()
            || object.is_family()
            || matches!(
                object.kind.as_str(),
                "indicator" | "report" | "infrastructure" | "observed-data"
            );
        let used = says && !helper && !object.gone();
        sheet.count(used);
        if used && sheet.full() {
            sheet.not_kept();
        } else if used {
            let item = self.item(number, object, sheet);
            if object.kind == "report" && sheet.out.document().title.is_none() && !item.name.is_empty() {
                sheet.out.document().title = Some(item.name.clone());
            }
            let at = sheet.places.of(object.raw);
            sheet.item(at, item);
        }
    }

    fn item(&self, number: usize, object: &Object<'d>, sheet: &mut Sheet<'_, '_, 'd>) -> Intelligence {
        let met = self.graph.walk(number, self.objects);
        if met.cut {
            let at = sheet.places.of(object.raw);
            sheet.out.anomaly(Anomaly::odd(
                "intelligence.relationships",
                Some(at),
                format!(
                    "{} is tied to too many objects; the nearest were followed",
                    object.id
                ),
            ));
        }
        let mut published: Option<&Moment> = object.dated();
        let mut marking = self.marking(object);
        for at in met.objects.iter().chain(&met.relations) {
            if let Some(other) = self.objects.get(*at) {
                published = published.max(other.dated());
                marking = stricter(marking, self.marking(other));
            }
        }
        let (mut attributed_to, mut families) = (Vec::new(), Vec::new());
        let mut named = BTreeSet::new();
        for other in std::iter::once(object).chain(met.objects.iter().filter_map(|at| self.objects.get(*at)))
        {
            let names = match (other.is_actor(), other.is_family()) {
                (true, _) => &mut attributed_to,
                (_, true) => &mut families,
                _ => continue,
            };
            for name in other.names() {
                if names.len() < NAMES_MAX && named.insert((other.is_actor(), name)) {
                    names.push(cut(name));
                }
            }
        }
        let mut values = Vec::new();
        let mut push = |from: &Object<'_>| {
            for (kind, value, _) in &from.values {
                let value = (*kind, value.clone());
                if values.len() < VALUES_MAX {
                    values.push(value);
                }
            }
        };
        push(object);
        let based_on = self.graph.based_on(number);
        let observed = based_on
            .iter()
            .take(NAMES_MAX)
            .filter_map(|at| self.objects.get(*at));
        for seen in observed.chain(std::iter::once(object).filter(|object| object.kind == "observed-data")) {
            if seen.gone() {
                continue;
            }
            if !std::ptr::eq(seen, object) {
                push(seen);
            }
            for inner in seen.object_refs.iter().take(VALUES_MAX) {
                self.by_id(inner).into_iter().for_each(&mut push);
            }
        }
        let mut once = BTreeSet::new();
        values.retain(|value| once.insert(value.clone()));
        let said = if object.name.trim().is_empty() {
            &object.description
        } else {
            &object.name
        };
        Intelligence {
            id: object.id.clone(),
            kind: object.kind.clone(),
            name: cut(said),
            values,
            attributed_to,
            families,
            author: self.author(object),
            published: published.cloned(),
            valid: valid(object),
            confidence: object.confidence,
            marking,
        }
    }

    /// Who made the object, by name where the bundle has it.
    pub fn author(&self, object: &Object<'_>) -> Option<String> {
        object.author.as_ref().map(|id| {
            self.by_id(id)
                .map_or_else(|| id.clone(), |author| cut(&author.name))
        })
    }

    /// The strictest marking that the object carries.
    pub fn marking(&self, object: &Object<'_>) -> Option<String> {
        object
            .marking_refs
            .iter()
            .take(NAMES_MAX)
            .fold(None, |strictest, id| {
                let standard = STANDARD_MARKINGS
                    .iter()
                    .find(|(standard, _)| standard == id)
                    .map(|(_, marking)| (*marking).to_owned());
                let this = standard.or_else(|| self.by_id(id).and_then(|defined| defined.marking.clone()));
                stricter(strictest, this)
            })
    }
}

/// When what the object says held. Programs set `valid_from` to the time of writing, which says nothing of that.
fn valid(object: &Object<'_>) -> Option<Moment> {
    let first = object.first.as_ref().filter(|first| {
        object.kind != "indicator" || object.created.as_ref().is_none_or(|created| *first < created)
    });
    held(first, object.last.as_ref())
}
