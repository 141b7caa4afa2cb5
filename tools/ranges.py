"""The ranges of a model file: which numbers vary together, and the model with some of them moved.

From the description of the method, section "Inference": private likelihoods (those of findings without a class) enter
linearly and stand at their means in the interval; members of one class share one draw a field; the rest vary alone.
"""
import copy
import random

from exact import Answer, Model, point


def cells(raw):
    """[(what, class, field, holder, key)]: every number of the file that is a range, with where it stands."""
    out = []

    def add(what, cls, field, holder, key):
        value = holder.get(key)
        if isinstance(value, list) and not (value[0] == value[1] == value[2]):
            out.append((what, cls, field, holder, key))

    for actor in sorted(raw.get("deception") or {}):
        add("deception" if actor == "default" else f"deception {actor}", None, "deception", raw["deception"], actor)
    for h in raw["hypotheses"]:
        add(f"hypothesis {h['id']}", None, "prior", h, "prior")
    for s in raw.get("subjects") or ():
        for owner in sorted(s.get("label") or {}):
            add(f"subject {s['id']}", s.get("class"), f"label.{owner}", s["label"], owner)
        for field in ("shared", "other_is_unlisted"):
            add(f"subject {s['id']}", s.get("class"), field, s, field)
    for t in raw.get("traces") or ():
        for field in ("hit", "rarity", "forgeability", "care"):
            add(f"trace {t['id']}", t.get("class"), field, t, field)
    for f in raw.get("findings") or ():
        for field in ("if_present", "if_absent", "if_planted"):
            add(f"finding {f['id']}", f.get("class"), field, f, field)
        for value in sorted(f.get("likelihood") or {}):
            add(f"finding {f['id']}", f.get("class"), f"likelihood.{value}", f["likelihood"], value)
    for s in raw.get("sources") or ():
        for field in ("reliable", "push"):
            add(f"source {s['id']}", s.get("class"), field, s, field)
    return out


def groups(raw):
    """{(name, field): [(holder, key)]} of the numbers that vary, by what shares a draw; private likelihoods are apart."""
    shared, private = {}, []
    for what, cls, field, holder, key in cells(raw):
        kind = what.split(" ")[0]
        if cls is not None:
            prefix = {"source": "sources of class ", "subject": "families of class ", "finding": "findings of class "}
            name = cls if kind == "source" and cls.startswith("source ") else prefix.get(kind, "class ") + cls
            shared.setdefault((name, field), []).append((holder, key))
        elif kind == "finding":
            private.append((holder, key))
        else:
            shared.setdefault((what, field), []).append((holder, key))
    return shared, private


def fit(raw):
    """Labels that together pass 1 are scaled to it."""
    for s in raw.get("subjects") or ():
        total = sum(point(p) for p in (s.get("label") or {}).values())
        if total > 1.0:
            s["label"] = {a: point(p) / total for a, p in s["label"].items()}


def moved(raw, name, end):
    """The model with one group at an end (0 low, 2 high), everything else at its point."""
    raw = copy.deepcopy(raw)
    for holder, key in groups(raw)[0][name]:
        holder[key] = holder[key][end]
    fit(raw)
    return raw


def quantile(cell, u):
    """The u-quantile of PERT(low, point, high): a beta distribution, inverted by bisection of its integral."""
    low, mode, high = cell
    a, b = 1.0 + 4.0 * (mode - low) / (high - low), 1.0 + 4.0 * (high - mode) / (high - low)
    steps = 400
    grid = [(i + 0.5) / steps for i in range(steps)]
    mass = [x ** (a - 1.0) * (1.0 - x) ** (b - 1.0) for x in grid]
    wanted, run = u * sum(mass), 0.0
    for x, m in zip(grid, mass):
        if run + m >= wanted:
            return low + (high - low) * (x - 0.5 / steps + (wanted - run) / m / steps)
        run += m
    return high


def intervals(raw, draws, seed):
    """({hypothesis: [(belief, weight)] sorted}, effective sample size) of so many draws of the shared numbers."""
    rng, rows, tops = random.Random(seed), [], []
    for _ in range(draws):
        drawn = copy.deepcopy(raw)
        shared, private = groups(drawn)
        for holder, key in private:
            holder[key] = (holder[key][0] + 4.0 * holder[key][1] + holder[key][2]) / 6.0
        for name in sorted(shared):
            u = rng.random()
            for holder, key in shared[name]:
                holder[key] = quantile(holder[key], u)
        fit(drawn)
        model = Model(drawn)
        answer = Answer(model)
        weights, top, _ = answer.at(1.0, slopes=False)
        total, found = sum(weights), answer.marginal(weights, 2)
        rows.append(({h: found.get(h, 0.0) for h in model.priors}, total))
        tops.append(top)
    best = max(tops)
    masses = [total * 2.718281828459045 ** (top - best) for (_, total), top in zip(rows, tops)]
    ess = sum(masses) ** 2 / sum(m * m for m in masses)
    return {h: sorted((row[h], m) for (row, _), m in zip(rows, masses)) for h in rows[0][0]}, ess
