#!/usr/bin/env python3
"""Recompute a published assessment from its model file, without any of ascribe's code.

    python3 tools/recompute.py OUT          a folder with assessment.json and model.json, as `ascribe run` writes it
    python3 tools/recompute.py MODEL.json   a bare model file, or {"model": ..., "answer": ...}, or {"cases": [such, ...]}

What is recomputed, from the description of the method alone (its sections "The unknowns", "Sources and copies",
"Inference" and "Words for beliefs"): the posterior of hypotheses, operators, directions, framed parties and owners, the
evidence, which findings are copies, the weight alone of each finding, every contribution and their sum, the words, the
leave-one-out table, the three priors, the prior that would flip the leader, and that the flip set flips it.
What is not: intervals (10,000 weighted draws take too long here; their words are recomputed from the published ends), the
what-ifs, the value of things to collect, confidence and standards.

Exit: 0 all agree, 1 something differs, 2 the input cannot be read.  Needs Python 3.8 and nothing else.
"""
import json
import math
import os
import sys

from exact import Answer, Bad, Model, point

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


def check_assessment(folder, seen):
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
    print("not recomputed: intervals (10,000 draws), what-ifs, value of collecting, confidence, standards")


def read(path):
    """One JSON file of at most 256 MiB."""
    if os.path.getsize(path) > 1 << 28:
        raise Bad(f"{path} is too large")
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    path, seen = arguments[1], Comparison()
    try:
        if os.path.isdir(path):
            check_assessment(path, seen)
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
