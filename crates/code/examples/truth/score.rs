//! Recall at one among all projects, answers without the right one.

use std::io::Write;

use super::{BTreeMap, BTreeSet, COMPARED_INSTRUCTIONS_MIN, Pair, Read, WAYS, everywhere, pairs, read};

/// How sure a pair is, for choosing between projects.
fn rank(pair: &Pair) -> f64 {
    super::fit::rank(pair)
}

#[derive(Default)]
struct Sums {
    possible: usize,
    answered: usize,
    right: usize,
    pairwise_answered: usize,
    pairwise_right: usize,
    asked: usize,
    absent: usize,
    rare: usize,
    rare_wrong: usize,
}

pub(super) fn measure(folder: &str, projects: &[&str], out: &mut dyn Write) {
    let list = std::env::var_os("LIST").is_some();
    for (way, base) in WAYS {
        let begun = std::time::Instant::now();
        let corpus: Vec<Read> = projects
            .iter()
            .filter_map(|name| read(folder, name, base))
            .collect();
        let queries: Vec<Read> = projects
            .iter()
            .filter_map(|name| read(folder, name, way))
            .collect();
        let common = everywhere(&corpus.iter().chain(&queries).collect::<Vec<_>>());
        let mut sums = Sums::default();
        for query in &queries {
            let Some(own) = corpus.iter().find(|read| read.project == query.project) else {
                continue;
            };
            let mut best: BTreeMap<u64, (f64, bool, bool)> = BTreeMap::new();
            let mut absent: BTreeSet<u64> = BTreeSet::new();
            let there: BTreeSet<&String> = own
                .program
                .functions
                .iter()
                .filter(|function| function.instructions >= COMPARED_INSTRUCTIONS_MIN)
                .filter_map(|function| own.names.get(&function.start))
                .collect();
            let asked: BTreeMap<u64, &String> = query
                .program
                .functions
                .iter()
                .filter(|function| function.instructions >= COMPARED_INSTRUCTIONS_MIN)
                .filter_map(|function| Some((function.start, query.names.get(&function.start)?)))
                .filter(|(_, name)| !common.contains(*name))
                .collect();
            let sum = &mut sums;
            let mut local = (0usize, 0usize);
            for entry in &corpus {
                let is_own = entry.project == query.project;
                for pair in pairs(query, entry) {
                    let Some(name) = asked.get(&pair.a) else {
                        continue;
                    };
                    let right = is_own && entry.names.get(&pair.b) == Some(*name);
                    let score = rank(&pair);
                    let row = best.entry(pair.a).or_insert((score, right, is_own));
                    if score > row.0 {
                        *row = (score, right, is_own);
                    }
                    if is_own {
                        sum.pairwise_answered += 1;
                        sum.pairwise_right += usize::from(right);
                        local.1 += usize::from(right);
                        sum.rare += usize::from(pair.rare);
                        sum.rare_wrong += usize::from(pair.rare && !right);
                        if list && !right {
                            writeln!(
                                out,
                                "  wrong {} {way} {name} -> {:?} {:?} {:.2} {:?}",
                                query.project,
                                entry.names.get(&pair.b),
                                pair.kind.text(),
                                pair.similarity,
                                super::fit::shown(&pair)
                            )
                            .unwrap();
                        }
                    } else {
                        absent.insert(pair.a);
                    }
                }
            }
            for (start, name) in &asked {
                sum.asked += 1;
                sum.absent += usize::from(absent.contains(start));
                if there.contains(name) {
                    sum.possible += 1;
                    local.0 += 1;
                    let answer = best.get(start);
                    sum.answered += usize::from(answer.is_some());
                    sum.right += usize::from(answer.is_some_and(|row| row.1));
                    if list && answer.is_none() {
                        writeln!(out, "  missed {} {way} {name}", query.project).unwrap();
                    }
                }
            }
            if list {
                writeln!(
                    out,
                    "  {} {way} possible {} right {}",
                    query.project, local.0, local.1
                )
                .unwrap();
            }
        }
        let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
        writeln!(
            out,
            "{base} <- {way}: projects {} possible {} recall@1 {:.3} (of pairs alone: recall {:.3} precision {:.3}) absent {:.4} ({} of {}) rare {} wrong {} {:.1}s",
            queries.len(),
            sums.possible,
            share(sums.right, sums.possible),
            share(sums.pairwise_right, sums.possible),
            share(sums.pairwise_right, sums.pairwise_answered),
            share(sums.absent, sums.asked),
            sums.absent,
            sums.asked,
            sums.rare,
            sums.rare_wrong,
            begun.elapsed().as_secs_f64()
        )
        .unwrap();
    }
}
