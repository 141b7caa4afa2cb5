#!/usr/bin/env python3
"""Recompute a published assessment from its model file, without any of ascribe's code.

    python3 tools/recompute.py OUT          a folder with assessment.json and model.json, as `ascribe run` writes it
    python3 tools/recompute.py MODEL.json   a bare model file, or {"model": ..., "answer": ...}, or {"cases": [such, ...]}

What is recomputed, from the description of the method alone (its sections "The unknowns", "Sources and copies",
"Inference" and "Words for beliefs"): the posterior of hypotheses, operators, directions, framed parties and owners, the
evidence, which findings are copies, the weight alone of each finding, every contribution and their sum, the words, the
leave-one-out table, the three priors, the prior that would flip the leader, that the flip set flips it, every bar of the
tornado, the conflict of the findings, displays and what was searched and not found. Intervals: so many draws of its own
(--draws N, 200 unless said, 0 for none) must put the published ends where they belong, within four standard errors.
What is not: the outer search (only that it holds the interval), the rows of the default tables and the what-ifs (the
model file does not have them), the value of things to collect, confidence and standards.

Exit: 0 all agree, 1 something differs, 2 the input cannot be read.  Needs Python 3.8 and nothing else.
"""
import json
import math
import os
import sys

from exact import Answer, Bad, Model, point
from ranges import groups, intervals, moved

EXACT, LEDGER = 1e-9, 1e-6


# ---------------------------------------------------------------- figures derived from the answer

def weight_alone(model, f):
    """"Weight alone": log10 of P(finding | its proposition) / P(finding | nothing to do with it), or None.

    For a statement: the likelihood of the value it speaks for against "else"."""
    reliable, push = model.sources[f["source"]] if f.get("source") is not None else (1.0, 0.0)
    if f.get("over") is None:
        trace = model.traces[f["trace"]]
        hit, rarity = point(trace["hit"]), point(trace["rarity"])
        high, low = point(f["if_present"]), point(f["if_absent"])
        if not f.get("says", True):
            high, low = 1.0 - high, 1.0 - low
        p, q = 1.0 - (1.0 - rarity) * (1.0 - hit), rarity
        up, down = p * high + (1.0 - p) * low, q * high + (1.0 - q) * low
    else:
        table = f["likelihood"]
        named = {point(v) for k, v in table.items() if k != "else"}
        if len(named) != 1 or "else" not in table:
            return None
        up, down = named.pop(), point(table["else"])
    up, down = (reliable * x + (1.0 - reliable) * push for x in (up, down))
    return math.log10(up / down) if up > 0.0 and down > 0.0 else None


BANDS = ((0.05, "almost no chance"), (0.20, "very unlikely"), (0.45, "unlikely"), (0.55, "roughly even chance"),
         (0.80, "likely"), (0.95, "very likely"), (1.0, "almost certain"))


def words(low, high):
    """The words for an interval: section "Words for beliefs"."""
    edges = [0.0] + [top for top, _ in BANDS]
    met = [i for i in range(len(BANDS)) if min(high, edges[i + 1]) - max(low, edges[i]) > 0.0]
    if not met:  # a single point; on a border the word nearer even
        met = [i for i in range(len(BANDS)) if edges[i] <= low <= edges[i + 1]]
        met = [min(met, key=lambda i: abs(i - 3))]
    if len(met) == 1:
        return BANDS[met[0]][1]
    if len(met) == 2:
        return f"{BANDS[met[0]][1]} to {BANDS[met[1]][1]}"
    if met[0] >= 4:
        return "at least likely"
    if met[-1] <= 2:
        return "at most unlikely"
    return "about even" if high - low <= 0.20 + 1e-12 else "the evidence does not support a statement of likelihood"


def without(raw, ids):
    """The posterior when these findings had never been made; copies of them speak up instead."""
    return Answer(Model(raw, set(ids))).posterior()


def unlabelled(raw, source):
    """The model without the labels that this source gave ("a label is a claim too"), where the file says who gave them."""
    subjects = [
        dict(s, label=s.get("label_without_source") or {}) if s.get("source") == source else s for s in raw.get("subjects") or ()
    ]
    return dict(raw, subjects=subjects)


def leader(posterior):
    """The likeliest hypothesis, ties to the smallest id."""
    return min(posterior, key=lambda h: (-posterior[h], h))


def under_priors(model, posterior, priors):
    """The posterior under other priors of the hypotheses: each hypothesis's own evidence does not change."""
    new = {h: posterior[h] / model.priors[h] * priors[h] if model.priors[h] > 0.0 else 0.0 for h in posterior}
    total = math.fsum(new.values())
    return {h: x / total for h, x in new.items()}


def flip_priors(model, posterior):
    """For each hypothesis the prior at which it ties with the best of the others, which keep their proportions."""
    out = {}
    for h, prior in model.priors.items():
        rival = max((posterior[k] for k in posterior if k != h), default=0.0) / (1.0 - prior) if prior < 1.0 else 0.0
        if prior > 0.0 and posterior[h] + rival > 0.0:
            out[h] = rival / (posterior[h] / prior + rival)
    return out


def half_unlisted(model):
    """Priors with half on hypotheses whose operators are all unlisted; proportions inside both halves stay."""
    free = {h["id"] for h in model.raw["hypotheses"] if set(h["operators"]) <= model.unlisted}
    mass = sum(p for h, p in model.priors.items() if h in free)
    if not 0.0 < mass < 1.0:
        return None
    return {h: 0.5 * p / (mass if h in free else 1.0 - mass) for h, p in model.priors.items()}


def with_units(model, operators):
    """Operators as published: parents include their units (a unit lists its chain of ancestors; a group does not)."""
    out = {a: operators.get(a, 0.0) for a in model.actors}
    for unit in model.actors:
        for ancestor in model.ancestors(unit):
            out[ancestor] = out.get(ancestor, 0.0) + operators.get(unit, 0.0)
    return out


# ---------------------------------------------------------------- comparison

class Comparison:
    """Published against recomputed numbers."""

    def __init__(self):
        self.checked, self.differ, self.worst = 0, [], {}

    def number(self, group, name, published, recomputed, tolerance=EXACT):
        self.checked += 1
        try:
            gap = abs(float(published) - float(recomputed))
        except (TypeError, ValueError):
            gap = math.inf
        self.worst[group] = max(self.worst.get(group, 0.0), gap)
        if not gap <= tolerance:
            self.differ.append((f"{group} {name}", published, recomputed, gap))

    def same(self, group, name, published, recomputed):
        self.checked += 1
        self.worst.setdefault(group, 0.0)
        if published != recomputed:
            self.differ.append((f"{group} {name}", published, recomputed, ""))

    def table(self, group, published, recomputed, tolerance=EXACT, name=""):
        """Two tables of numbers; what one of them lacks is 0 there."""
        for key in sorted(set(published) | set(recomputed)):
            self.number(group, f"{name} {key}".strip(), published.get(key, 0.0), recomputed.get(key, 0.0), tolerance)

    def report(self):
        for name, published, recomputed, gap in self.differ:
            print(f"differs: {name}: published {published}, recomputed {recomputed}" +
                  (f", difference {gap:.3g}" if gap != "" else ""))
        for group, gap in self.worst.items():
            print(f"{group}: largest difference {gap:.2g}")
        print(f"{self.checked} published values checked, {len(self.differ)} differ")
        return 1 if self.differ else 0


def check_answer(raw, answer, seen, name=""):
    """A bare model against its expected answers; only what the answer states is compared."""
    model = Model(raw)
    exact = Answer(model)
    found = exact.everything()
    for key in ("posterior", "framed"):
        if key in answer:
            seen.table(key, answer[key], found[key], name=name)
    if "ln_evidence" in answer:
        seen.number("ln_evidence", name, answer["ln_evidence"], found["ln_evidence"])
    if "copies" in answer:
        seen.same("copies", name, sorted(answer["copies"]), found["copies"])
    for subject, table in (answer.get("owners") or {}).items():
        seen.table("owners", table, found["owners"].get(subject, {}), name=f"{name} {subject}")
    if "contribution_bans" in answer:
        ledger = exact.contributions()
        for i in sorted(set(ledger) | set(answer["contribution_bans"])):
            seen.table("contributions", answer["contribution_bans"].get(i, {}), ledger.get(i, {}), LEDGER, f"{name} {i}")
    return found


def check_ledger(assessment, model, exact, found, seen):
    """Weights alone, contributions, copies and the sum of the ledger."""
    ledger, by_id = exact.contributions(), {f["id"]: f for f in model.all}
    sums, copies = dict.fromkeys(model.priors, 0.0), set()
    for row in assessment["ledger"]:
        i, weight = row["finding"], row.get("weight_bans")
        copies.update(row.get("copies") or ())
        seen.table("contributions", row.get("contribution_bans") or {}, ledger.get(i, {}), LEDGER, i)
        for h, bans in (row.get("contribution_bans") or {}).items():
            sums[h] = sums.get(h, 0.0) + bans
        if i in by_id:
            alone = weight_alone(model, by_id[i])
            if alone is not None:
                seen.number("weight alone", i, (weight or {}).get("point"), alone)
        elif weight is not None:
            seen.number("weight alone", f"{i} (not in the model)", weight.get("point"), 0.0)
    listed = {row["finding"] for row in assessment["ledger"]}
    for i in sorted(set(by_id) - listed):
        seen.same("in the ledger", i, "missing", "in the model")
    seen.same("copies", "of the ledger", sorted(copies & set(by_id)), found["copies"])
    for h in assessment["hypotheses"]:
        odds = [math.log10(p / (1.0 - p)) for p in (h["belief"]["point"], h["prior"]) if 0.0 < p < 1.0]
        if len(odds) == 2:
            seen.number("sum of the ledger", h["id"], sums[h["id"]], odds[0] - odds[1], LEDGER)


def check_sensitivity(assessment, model, found, seen):
    """Leave-one-out, the priors that flip or replace the case's, and the flip set."""
    told, rows = assessment.get("sensitivity") or {}, assessment["ledger"]
    first = leader(found["posterior"])

    def pointing(f, kind, name):
        trace = model.traces.get(f.get("trace"), {})
        return (trace.get("class") if kind == "class" else f.get("of") or trace.get("points_to")) == name

    for out in told.get("leave_one_out") or ():
        kind, name = out["kind"], out["id"]
        if kind in ("finding", "origin", "source"):
            ids = [r["finding"] for r in rows if r.get(kind) == name]
        elif kind in ("class", "family"):
            ids = [f["id"] for f in model.all if pointing(f, kind, name)]
        else:
            print(f"not recomputed: without {kind} {name}")
            continue
        belief = without(unlabelled(model.raw, name) if kind == "source" else model.raw, ids)
        seen.table("without one " + kind, out["belief"], belief, name=name)
        seen.same("leader without one " + kind, name, out["leader"], leader(belief))
    seen.table("flip prior", told.get("flip_prior") or {}, flip_priors(model, found["posterior"]))
    asked = {"case": model.priors, "uniform": dict.fromkeys(model.priors, 1.0), "half_unlisted": half_unlisted(model)}
    for name, published in (told.get("priors") or {}).items():
        if asked.get(name):
            seen.number("under other priors", name, published, under_priors(model, found["posterior"], asked[name])[first])
    if told.get("flip_set"):
        flipped = leader(without(model.raw, told["flip_set"])) != first
        seen.same("flip set", "changes the leader", True, flipped)


def display(model, traces, found):
    """P(at least so many marks) if they are its own, and if somebody frames it: one draw of care, one of thoroughness."""
    out = []
    for rate in ("hit", "forgeability"):
        p = 0.0
        for sign in (1.0, -1.0):
            counts = [1.0]
            for t in traces:
                r, spread = point(t[rate]), point(t.get("care"), 0.8)
                left = 1.0 - (1.0 - point(t["rarity"])) * (1.0 - (r + sign * spread * min(r, 1.0 - r)))
                counts = [a * (1.0 - left) + b * left for a, b in zip(counts + [0.0], [0.0] + counts)]
            p += 0.5 * math.fsum(counts[found:])
        out.append(p)
    return out


def check_doubts(assessment, model, found, seen):
    """The tornado, the conflict of the findings, displays, searches without a result."""
    first, told = leader(found["posterior"]), assessment.get("doubts")
    bars = (assessment.get("sensitivity") or {}).get("tornado") or ()
    known = groups(model.raw)[0]
    if bars:
        seen.same("tornado", "numbers that vary", sorted((b["of"], b["field"]) for b in bars), sorted(known))
    for bar in bars:
        name = (bar["of"], bar["field"])
        for end, published in zip((0, 2), bar["belief"]):
            belief = Answer(Model(moved(model.raw, name, end))).posterior()[first]
            seen.number("tornado", " ".join(name), published, belief)
    if told is None:
        return
    by_id = {f["id"]: f for f in model.findings}

    def evidence(raw):
        weights, top, _ = Answer(Model(raw)).at(1.0, slopes=False)
        return top + math.log(math.fsum(weights))

    def only(ids):
        return dict(model.raw, findings=[f for f in model.raw.get("findings") or () if f["id"] in ids])

    everything, nothing = set(by_id), evidence(only(()))
    alone = {i: evidence(only({i})) - nothing for i in by_id}
    rest = {i: found["ln_evidence"] - evidence(only(everything - {i})) for i in by_id}
    conflict = (math.fsum(alone.values()) - found["ln_evidence"] + nothing) / math.log(10.0)
    seen.number("conflict", "of all", told["conflict"]["bans"], conflict, LEDGER)
    for row in told["conflict"]["findings"]:
        i = row["finding"]
        seen.number("conflict", i, row["alone"], math.exp(alone[i]))
        seen.number("conflict", i, row["given_rest"], math.exp(rest[i]))
        seen.number("conflict", i, row["bans"], (alone[i] - rest[i]) / math.log(10.0))
    for row in told["predicted"]:
        without_it = Answer(Model(only(everything - {row["finding"]}))).posterior()
        for h, published in row["found_if"].items():
            if without_it[h] > 0.0:
                made = found["posterior"][h] / without_it[h] * math.exp(rest[row["finding"]])
                seen.number("searched and not found", f"{row['finding']} {h}", published, 1.0 - made, LEDGER)
    for row in told["displays"]:
        label = lambda t: (model.subjects.get(t["points_to"]) or {}).get("label") or {}
        owner = lambda t: t["points_to"] if t["points_to"] not in model.subjects else min(
            label(t), key=lambda a: (-point(label(t)[a]), a), default=None)
        asked = {f["trace"] for f in model.all if f.get("trace")}
        there = {f["trace"] for f in model.all if f.get("trace") and f.get("says", True)}
        traces = [t for t in model.traces.values() if owner(t) == row["party"] and t["id"] in asked]
        marks = sum(t["id"] in there for t in traces)
        seen.same("displays", row["party"], [row["looked_for"], row["found"]], [len(traces), marks])
        own, framed = display(model, traces, marks)
        seen.number("displays", row["party"], row["if_own"], own)
        seen.number("displays", row["party"], row["if_framed"], framed)


def check_intervals(assessment, model, draws, seen):
    """The published ends lie where draws of our own put them, within four standard errors of their rank."""
    if draws == 0 or not model.raw.get("findings"):
        return
    rows, ess = intervals(model.raw, draws, 1)
    for h in assessment["hypotheses"]:
        low, high, outer = (h["belief"].get(k) for k in ("low", "high", "outer"))
        if low is None or high is None:
            continue
        if outer:
            seen.same("interval", f"{h['id']} inside the outer search", True, outer[0] - EXACT <= low and high <= outer[1] + EXACT)
        total = math.fsum(m for _, m in rows[h["id"]])
        for end, wanted in ((low, 0.05), (high, 0.95)):
            under = math.fsum(m for b, m in rows[h["id"]] if b < end - 1e-9) / total
            upto = math.fsum(m for b, m in rows[h["id"]] if b <= end + 1e-9) / total
            error = 4.0 * math.sqrt(0.05 * 0.95 / ess) + 4.0 * math.sqrt(0.05 * 0.95 / max(assessment["run"]["ess"], 1))
            gap = max(0.0, under - wanted, wanted - upto)
            seen.number("interval", f"{h['id']} rank of {end:.4f}", gap, 0.0, error)


def check_assessment(folder, seen, draws):
    """A folder written by `ascribe run`: assessment.json against model.json."""
    assessment = read(os.path.join(folder, "assessment.json"))
    if assessment.get("schema") != "ascribe.assessment/1":
        raise Bad("no schema ascribe.assessment/1")
    model = Model(read(os.path.join(folder, "model.json")))
    exact = Answer(model)
    found = exact.everything()
    seen.table("posterior", {h["id"]: h["belief"]["point"] for h in assessment["hypotheses"]}, found["posterior"])
    seen.table("prior", {h["id"]: h["prior"] for h in assessment["hypotheses"]}, model.priors)
    for h in assessment["hypotheses"]:
        belief = h["belief"]
        if "low" in belief:
            seen.same("words", h["id"], h["words"], words(belief["low"], belief["high"]))
    seen.table("operators", assessment["operators"], with_units(model, found["operators"]))
    for key in ("directions", "framed"):
        seen.table(key, assessment[key], found[key])
    for subject in sorted(set(assessment["owners"]) | set(found["owners"])):
        seen.table("owners", assessment["owners"].get(subject, {}), found["owners"].get(subject, {}), name=subject)
    check_ledger(assessment, model, exact, found, seen)
    check_sensitivity(assessment, model, found, seen)
    check_doubts(assessment, model, found, seen)
    check_intervals(assessment, model, draws, seen)
    print("not recomputed: outer search, rows of the default tables, what-ifs, other readings of the findings, value of collecting, confidence, standards")


def read(path):
    """One JSON file of at most 256 MiB."""
    if os.path.getsize(path) > 1 << 28:
        raise Bad(f"{path} is too large")
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def main(arguments):
    draws = 200
    if arguments[1:2] == ["--draws"]:
        draws, arguments = int(arguments[2]), arguments[:1] + arguments[3:]
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    path, seen = arguments[1], Comparison()
    try:
        if os.path.isdir(path):
            check_assessment(path, seen, draws)
        else:
            raw = read(path)
            if raw.get("format"):
                print(json.dumps(check_answer(raw, {}, seen), indent=1, sort_keys=True))
                return 0
            for case in raw.get("cases") or [raw]:
                check_answer(case["model"], case["answer"], seen, case.get("name", ""))
        return seen.report()
    except (Bad, OSError, ValueError, KeyError, TypeError, AttributeError, ZeroDivisionError, RecursionError) as error:
        print(f"cannot be checked: {type(error).__name__}: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv))
