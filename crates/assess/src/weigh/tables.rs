//! Fills the tables of a plan, from the leaves to the last number.
//!
//! Each class of a table carries its own power of two, so that hundreds of small likelihoods do not underflow.
//! Source: METHOD section 2, "Law of one trace".

use multiversion::multiversion;

use super::cells::{add, at, put, row};
use super::kernels::{Spread, largest, multiply_and_add, multiply_and_sum, reaches};
use super::numbers::Numbers;
use super::plan::{Group, Join, Leaf, Node, Plan, Work};
use super::settings::{LAWS, Setting, law, owns, pair_value};
use super::voices::{Voices, told};
use super::world::{Property, Target, World};

/// Below this a table is scaled up by a power of two.
const SMALL: f64 = 1e-60;
/// Largest power of two in one scaling.
const SCALE_MAX: i32 = 1000;

/// All tables of one evaluation.
#[derive(Clone, Debug, Default)]
pub(super) struct Tables {
    /// Cells of each slot, one row a class.
    pub(super) cells: Vec<Vec<f64>>,
    /// Binary exponent of each class: the true cell is `cell × 2^exponent`.
    pub(super) exponent: Vec<Vec<i32>>,
    /// What scaling multiplied by, for each pair of classes of a join.
    pub(super) factor: Vec<Vec<f64>>,
    /// Whether no sum lost a term that is 0 now and might not be once a leaf changes.
    pub(super) whole: bool,
    /// Likelihood of each trace: one row of combinations of its sources for each law.
    pub(super) traces: Vec<Vec<f64>>,
    /// Buffers to use again.
    spare: Vec<Vec<f64>>,
    /// Which of `cells` each node has: its own, but in [`Tables::forward`].
    slots: Vec<usize>,
}

/// By which power of two a row is scaled up: 0 unless all its cells are small and one is not 0.
#[inline(always)]
fn scaling(row: &[f64]) -> i32 {
    if reaches(row, SMALL) {
        return 0;
    }
    let most = largest(row);
    if most > 0.0 {
        (-libm::ilogb(most)).min(SCALE_MAX)
    } else {
        0
    }
}

/// The three states of a trace under one law: absent, genuine, planted.
pub(super) type States = [f64; 3];

impl Tables {
    /// Tables of which only the last is kept.
    ///
    /// Nodes follow each other in a few buffers, which stay in the near caches and touch little memory: that counts
    /// for more than a quarter of the multiplications, most of all where one posterior is all that is asked.
    pub(super) fn forward(world: &World, plan: &Plan) -> Self {
        let mut sizes: Vec<usize> = Vec::new();
        let mut slots: Vec<usize> = Vec::with_capacity(plan.nodes.len());
        let mut free: Vec<usize> = Vec::new();
        for node in &plan.nodes {
            let wanted = node.classes * node.size;
            // The smallest that is large enough, else the largest, which grows.
            let place = |&place: &usize| {
                let size = at(&sizes, at(&free, place));
                (size < wanted, size.abs_diff(wanted), place)
            };
            let slot = match (0..free.len()).min_by_key(place) {
                Some(place) => free.swap_remove(place),
                None => {
                    sizes.push(0);
                    sizes.len() - 1
                }
            };
            let size = at(&sizes, slot).max(wanted);
            put(&mut sizes, slot, size);
            slots.push(slot);
            if let Work::Join(join) = &node.work {
                // The unit at place 0 alone is an input more than once.
                let used = [join.left, join.right].into_iter().filter(|&input| input > 0);
                free.extend(used.map(|input| at(&slots, input)));
            }
        }
        Self::in_slots(world, plan, slots, &sizes)
    }

    /// Tables that are all kept, for what runs the plan backwards or changes parts of it.
    pub(super) fn new(world: &World, plan: &Plan) -> Self {
        let sizes: Vec<usize> = plan.nodes.iter().map(|n| n.classes * n.size).collect();
        Self::in_slots(world, plan, (0..sizes.len()).collect(), &sizes)
    }

    fn in_slots(world: &World, plan: &Plan, slots: Vec<usize>, sizes: &[usize]) -> Self {
        let mut tables = Self {
            cells: sizes.iter().map(|&size| vec![0.0; size]).collect(),
            slots,
            ..Self::default()
        };
        for node in &plan.nodes {
            tables.exponent.push(vec![0; node.classes]);
            tables.factor.push(match &node.work {
                Work::Join(join) => vec![1.0; join.pairs.len()],
                Work::Leaf { .. } => Vec::new(),
            });
        }
        for trace in 0..world.traces.len() {
            let shared = plan.trace_voices.get(trace).map_or(0, |v| v.shared.len());
            tables.traces.push(vec![1.0; LAWS << shared]);
        }
        tables
    }

    /// Fills every table.
    pub(super) fn fill(&mut self, world: &World, plan: &Plan, numbers: &Numbers) {
        self.whole = true;
        for (index, node) in plan.nodes.iter().enumerate() {
            self.fill_node(world, plan, numbers, index, node);
        }
    }

    /// Fills one table, whose inputs are filled.
    pub(super) fn fill_node(
        &mut self,
        world: &World,
        plan: &Plan,
        numbers: &Numbers,
        index: usize,
        node: &Node,
    ) {
        // Taken out while it is written, so that its inputs can be read.
        let slot = at(&self.slots, index);
        let mut buffer = self.cells.get_mut(slot).map(std::mem::take).unwrap_or_default();
        let cells = buffer.get_mut(..node.classes * node.size).unwrap_or_default();
        match &node.work {
            Work::Leaf {
                leaf,
                settings,
                cells: order,
            } => match leaf {
                Leaf::Unit => cells.fill(1.0),
                Leaf::Source(source) => {
                    fill_source(world, plan, numbers, *source, settings, cells);
                }
                Leaf::Subject(subject) => {
                    fill_subject(world, plan, numbers, *subject, settings, order, cells);
                }
                Leaf::Group(group) => {
                    if let Some(group) = plan.groups.get(*group) {
                        self.fill_group(world, plan, numbers, group, settings, order, cells);
                    }
                }
            },
            Work::Join(join) => {
                multiply(self, plan, index, join, node.size, cells);
            }
        }
        if let (Work::Leaf { .. }, Some(exponents)) = (&node.work, self.exponent.get_mut(index)) {
            for (row, exponent) in cells.chunks_exact_mut(node.size.max(1)).zip(exponents) {
                let up = scaling(row);
                *exponent = -up;
                if up > 0 {
                    let factor = libm::scalbn(1.0, up);
                    row.iter_mut().for_each(|cell| *cell *= factor);
                }
            }
        }
        if let Some(place) = self.cells.get_mut(slot) {
            *place = buffer;
        }
    }

    #[inline(always)]
    pub(super) fn exponent_of(&self, node: usize, class: usize) -> i32 {
        self.exponent.get(node).map_or(0, |e| at(e, class))
    }

    #[inline(always)]
    pub(super) fn row(&self, plan: &Plan, node: usize, class: usize) -> &[f64] {
        let size = plan.nodes.get(node).map_or(0, |n| n.size);
        let cells = self.cells.get(at(&self.slots, node));
        cells.map_or(&[][..], |c| row(c, class, size))
    }

    /// The tables of a node spread over the cells of a join; none where they lie so already.
    #[inline(always)]
    pub(super) fn spread_out(
        &mut self,
        plan: &Plan,
        node: usize,
        cells: Option<&Spread>,
    ) -> Option<Vec<f64>> {
        let cells = cells?;
        let mut spread = self.spare.pop().unwrap_or_default();
        let classes = plan.nodes.get(node).map_or(0, |n| n.classes);
        if spread.len() < classes * cells.cells() {
            spread.resize(classes * cells.cells(), 0.0);
        }
        for (class, full) in spread
            .chunks_exact_mut(cells.cells().max(1))
            .take(classes)
            .enumerate()
        {
            cells.expand(self.row(plan, node, class), full);
        }
        Some(spread)
    }

    /// Takes back a buffer of [`Tables::spread_out`].
    pub(super) fn give_back(&mut self, used: Option<Vec<f64>>) {
        self.spare.extend(used);
    }

    #[expect(clippy::too_many_arguments, reason = "one leaf, its inputs and its output")]
    fn fill_group(
        &mut self,
        world: &World,
        plan: &Plan,
        numbers: &Numbers,
        group: &Group,
        settings: &[usize],
        order: &[usize],
        cells: &mut [f64],
    ) {
        let combinations = 1_usize << group.sources.len();
        let mut laws = vec![1.0; LAWS * combinations];
        for (trace, project) in &group.traces {
            let mut table = self
                .traces
                .get_mut(*trace)
                .map(std::mem::take)
                .unwrap_or_default();
            fill_trace(world, plan, numbers, *trace, &mut table);
            let own = table.len() / LAWS;
            for (out, from) in laws
                .chunks_exact_mut(combinations)
                .zip(table.chunks_exact(own.max(1)))
            {
                for (cell, &combination) in out.iter_mut().zip(project) {
                    *cell *= at(from, combination);
                }
            }
            if let Some(place) = self.traces.get_mut(*trace) {
                *place = table;
            }
        }
        for (out, &setting) in cells.chunks_exact_mut(order.len().max(1)).zip(settings) {
            let Some(setting) = plan.settings.get(setting) else {
                continue;
            };
            for (natural, &cell) in order.iter().enumerate() {
                let (law, combination) = group_law(world, group.target, *setting, natural);
                put(out, cell, at(&laws, law * combinations + combination));
            }
        }
    }
}

/// Law and combination of sources of a natural cell of a group's table.
pub(super) fn group_law(world: &World, target: Target, setting: Setting, natural: usize) -> (usize, usize) {
    match target {
        Target::Actor(actor) => (
            setting.law(
                owns(world, setting.operator, actor),
                setting.framed == Some(actor),
            ),
            natural,
        ),
        // Four states: held in the low bit, framed in the next.
        Target::Subject(_) => (setting.law(natural & 1 == 1, natural & 2 == 2), natural >> 2),
    }
}

/// Multiplies two nodes class by class, adds up what belongs to one class, and scales what became small.
///
/// Most of the time of an answer passes here: compiled twice, for processors with registers of four cells and for those
/// without. No term changes its place, so both give the same bits.
#[multiversion(targets("x86_64+avx2"))]
fn multiply(tables: &mut Tables, plan: &Plan, index: usize, join: &Join, size: usize, cells: &mut [f64]) {
    // Almost always a subject's own table: one cell for each state multiplies the others' rows.
    let by_row = join.right_cells.as_ref().filter(|cells| cells.is_by_row(size));
    let left = tables.spread_out(plan, join.left, join.left_cells.as_ref());
    let spread = join.right_cells.as_ref().filter(|_| by_row.is_none());
    let right = tables.spread_out(plan, join.right, spread);
    let mut exponents = tables
        .exponent
        .get_mut(index)
        .map(std::mem::take)
        .unwrap_or_default();
    let mut factors = tables
        .factor
        .get_mut(index)
        .map(std::mem::take)
        .unwrap_or_default();
    let mut whole = tables.whole;
    for (class, (out, exponent)) in cells
        .chunks_exact_mut(size.max(1))
        .zip(&mut exponents)
        .enumerate()
    {
        let span = join.pairs_of(class);
        let pairs = join.pairs.get(span.clone()).unwrap_or_default();
        let factors = factors.get_mut(span).unwrap_or_default();
        let rows = |(a, b): (usize, usize)| {
            let a = match &left {
                Some(left) => row(left, a, join.cells),
                None => tables.row(plan, join.left, a),
            };
            let b = match &right {
                Some(right) => row(right, b, join.cells),
                None => tables.row(plan, join.right, b),
            };
            (a, b)
        };
        let add_product = |a: &[f64], b: &[f64], factor: f64, out: &mut [f64]| match by_row {
            Some(cells) => cells.add_rows(a, b, factor, out),
            None => multiply_and_add(a, b, factor, out),
        };
        let of_pair =
            |(a, b): (usize, usize)| tables.exponent_of(join.left, a) + tables.exponent_of(join.right, b);
        *exponent = pairs.first().map_or(0, |pair| of_pair(*pair));
        factors.fill(1.0);
        if pairs.iter().any(|pair| of_pair(*pair) != *exponent) {
            // Terms of different scale: the largest that is not 0 gives the common one.
            let possible = |pair: &(usize, usize)| {
                let (a, b) = rows(*pair);
                out.fill(0.0);
                add_product(a, b, 1.0, out);
                out.iter().any(|cell| *cell > 0.0)
            };
            let common = pairs.iter().copied().filter(possible).map(of_pair).max();
            *exponent = common
                .or(pairs.iter().copied().map(of_pair).max())
                .unwrap_or_default();
            for (factor, pair) in factors.iter_mut().zip(pairs) {
                let down = of_pair(*pair) - *exponent;
                whole &= down <= 0;
                *factor = if down > 0 { 0.0 } else { libm::scalbn(1.0, down) };
            }
        }
        for (term, (pair, factor)) in pairs.iter().zip(factors.iter()).enumerate() {
            let (a, b) = rows(*pair);
            if term == 0 && *factor == 1.0 && by_row.is_none() {
                multiply_and_sum(a, b, out);
                continue;
            }
            if term == 0 {
                out.fill(0.0);
            }
            add_product(a, b, *factor, out);
        }
        let up = scaling(out);
        if up > 0 {
            let factor = libm::scalbn(1.0, up);
            for cell in out.iter_mut().chain(factors) {
                *cell *= factor;
            }
            *exponent -= up;
        }
    }
    tables.whole = whole;
    if let (Some(place), Some(factor)) = (tables.exponent.get_mut(index), tables.factor.get_mut(index)) {
        *place = exponents;
        *factor = factors;
    }
    tables.give_back(left);
    tables.give_back(right);
}

/// P(absent), P(genuine), P(planted) of a trace under each law.
pub(super) fn states_by_law(world: &World, numbers: &Numbers, trace: usize) -> [States; LAWS] {
    let mut laws = [[0.0; 3]; LAWS];
    let Some(trace) = world.traces.get(trace) else {
        return laws;
    };
    let rarity = at(&numbers.theta, trace.rarity);
    let care = at(&numbers.theta, trace.care);
    let hits = spread(at(&numbers.theta, trace.hit), care);
    let plants = spread(at(&numbers.theta, trace.forgeability), care);
    for held in [false, true] {
        for framed in [false, true] {
            for framer in 0..2 {
                for careful in 0..2 {
                    let planted = if framed { at(&plants, framer) } else { 0.0 };
                    let hit = if held { at(&hits, careful) } else { 0.0 };
                    let absent = (1.0 - rarity) * (1.0 - hit);
                    put(
                        &mut laws,
                        law(held, framed, framer, careful),
                        [
                            (1.0 - planted) * absent,
                            (1.0 - planted) * (1.0 - absent),
                            planted,
                        ],
                    );
                }
            }
        }
    }
    laws
}

/// A rate and its spread: careless or thorough first, then careful or sloppy.
fn spread(rate: f64, care: f64) -> [f64; 2] {
    let width = care * rate.min(1.0 - rate);
    [rate + width, rate - width]
}

/// P(what is said | state) of a trace for each combination of its shared sources.
pub(super) fn said_by_state(world: &World, numbers: &Numbers, voices: &Voices) -> Vec<States> {
    let mut said = vec![[0.0; 3]; 1 << voices.shared.len()];
    for state in 0..3 {
        let folded = voices.folded(world, numbers, state);
        if let Some(first) = said.first_mut() {
            put(first, state, folded);
        }
        for (bit, (_, findings)) in voices.shared.iter().enumerate() {
            let reliable = told(world, numbers, findings, state);
            let half = 1_usize << bit;
            for low in 0..half {
                let value = said.get(low).map_or(0.0, |s| at(s, state)) * reliable;
                if let Some(high) = said.get_mut(half + low) {
                    put(high, state, value);
                }
            }
        }
    }
    said
}

fn fill_trace(world: &World, plan: &Plan, numbers: &Numbers, trace: usize, table: &mut [f64]) {
    let Some(voices) = plan.trace_voices.get(trace) else {
        return;
    };
    let laws = states_by_law(world, numbers, trace);
    let said = said_by_state(world, numbers, voices);
    for (out, states) in table.chunks_exact_mut(said.len()).zip(&laws) {
        for (cell, said) in out.iter_mut().zip(&said) {
            *cell = states.iter().zip(said).map(|(p, l)| p * l).sum();
        }
    }
}

fn fill_source(
    world: &World,
    plan: &Plan,
    numbers: &Numbers,
    source: usize,
    settings: &[usize],
    cells: &mut [f64],
) {
    let reliable = numbers.reliable(world, source);
    let findings = plan.pair_voices.shared.iter().find(|(s, _)| *s == source);
    for (out, &setting) in cells.chunks_exact_mut(2).zip(settings) {
        let pair = plan
            .settings
            .get(setting)
            .map_or(0, |s| at(&plan.pair_of_profile, s.profile));
        let mut heard = reliable;
        for &finding in findings.iter().flat_map(|(_, findings)| findings) {
            heard *= told(world, numbers, &[finding], pair_value(world, finding, pair));
        }
        put(out, 0, (1.0 - reliable) * numbers.pushed(world, source));
        put(out, 1, heard);
    }
}

/// For each owner of a subject ("other" last): P(owner), P(held | owner), whether the owner is framed.
pub(super) fn owners(
    world: &World,
    numbers: &Numbers,
    subject: &Property,
    setting: Setting,
) -> Vec<(f64, f64, bool)> {
    let shared = at(&numbers.theta, subject.shared);
    let mut rest = 1.0;
    let mut owners = Vec::new();
    for (owner, label) in &subject.labels {
        let label = at(&numbers.theta, *label);
        rest -= label;
        let held = if owns(world, setting.operator, *owner) {
            1.0
        } else {
            shared
        };
        owners.push((label, held, setting.framed == Some(*owner)));
    }
    let held = if at(&world.unlisted, setting.operator) {
        at(&numbers.theta, subject.other_is_unlisted)
    } else {
        shared
    };
    owners.push((rest.max(0.0), held, false));
    owners
}

fn fill_subject(
    world: &World,
    plan: &Plan,
    numbers: &Numbers,
    index: usize,
    settings: &[usize],
    order: &[usize],
    cells: &mut [f64],
) {
    let (Some(subject), Some(voices)) = (world.subjects.get(index), plan.owner_voices.get(index)) else {
        return;
    };
    let combinations = 1_usize << voices.shared.len();
    let said: Vec<Vec<f64>> = (0..=subject.labels.len())
        .map(|owner| said_of_owner(world, numbers, voices, owner, combinations))
        .collect();
    cells.fill(0.0);
    for (out, &setting) in cells.chunks_exact_mut(order.len().max(1)).zip(settings) {
        let Some(setting) = plan.settings.get(setting) else {
            continue;
        };
        let owners = owners(world, numbers, subject, *setting);
        for ((label, held, framed), said) in owners.iter().zip(&said) {
            let state = if *framed { 2 } else { 0 };
            for (combination, said) in said.iter().enumerate() {
                let mass = label * said;
                add(out, at(order, 4 * combination + state), mass * (1.0 - held));
                add(out, at(order, 4 * combination + state + 1), mass * held);
            }
        }
    }
}

/// P(what is said about the owner | owner) for each combination of the subject's shared sources.
pub(super) fn said_of_owner(
    world: &World,
    numbers: &Numbers,
    voices: &Voices,
    owner: usize,
    combinations: usize,
) -> Vec<f64> {
    let folded = voices.folded(world, numbers, owner);
    (0..combinations)
        .map(|combination| {
            let mut product = folded;
            for (bit, (_, findings)) in voices.shared.iter().enumerate() {
                if (combination >> bit) & 1 == 1 {
                    product *= told(world, numbers, findings, owner);
                }
            }
            product
        })
        .collect()
}
