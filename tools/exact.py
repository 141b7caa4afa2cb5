"""The exact answer of a model file, enumerated from the description of the method; the arithmetic of recompute.py.

Given operator, direction, framed party, thoroughness and care the model falls apart into components; each is summed over
its owners, holders and traces, and over the reliability of its sources, one source at a time.  Shares no code with ascribe.
"""
import math

LEDGER_NODES = 64
WIDEST = 14  # sources joined in one table; beyond it this script refuses
DIRECTIONS = ("directed", "encouraged", "tolerated", "independent")
NOBODY, OTHER = "nobody", "(other)"


class Bad(Exception):
    """The input is not a model or an assessment."""


# ---------------------------------------------------------------- the model file

def point(value, default=None):
    """The central value of a number or of [low, point, high]."""
    if value is None:
        value = default
    if isinstance(value, list) and len(value) == 3:
        value = value[1]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise Bad(f"not a number: {value!r}")
    return float(value)


def last_day(known):
    """A date as the last day it may mean, for the order of copies; an unknown date comes after all."""
    if not known:
        return "9999-99-99"
    end = str(known).split("..")[-1]
    return (end + "-99-99")[:10] if len(end) < 10 else end


def copies_of(findings):
    """Ids of findings that count for nothing: section "Sources and copies".

    Findings of one origin about one trace (or one statement: same subject matter, same direction) count once: fewest
    hands, then earliest known, then smallest id."""
    groups = {}
    for f in findings:
        if f.get("origin") is None:
            continue
        about = ("trace", f["trace"]) if f.get("over") is None else (f["over"], f.get("of"), f.get("toward"))
        groups.setdefault((f["origin"],) + about, []).append(f)
    copies = set()
    for group in groups.values():
        group.sort(key=lambda f: (f.get("via") or 0, last_day(f.get("known")), f["id"]))
        copies.update(f["id"] for f in group[1:])
    return copies


class Model:
    """A model file at its central parameters, with some findings left out."""

    def __init__(self, raw, without=()):
        self.raw = raw
        if raw.get("format") != "ascribe-model/1":
            raise Bad("no format ascribe-model/1")
        self.actors = {a["id"]: a for a in raw["actors"]}
        self.members = {a["id"]: set(a.get("members") or ()) for a in raw["actors"]}
        self.unlisted = {a["id"] for a in raw["actors"] if a.get("unlisted")}
        self.sources = {s["id"]: (point(s["reliable"]), point(s["push"])) for s in raw.get("sources") or ()}
        self.subjects = {s["id"]: s for s in raw.get("subjects") or ()}
        self.traces = {t["id"]: t for t in raw.get("traces") or ()}
        self.all = [f for f in raw.get("findings") or () if f["id"] not in without]
        self.copies = copies_of(self.all)
        self.findings = [f for f in self.all if f["id"] not in self.copies]
        self.blocs = {}
        for f in self.findings:
            if f.get("source") is not None:
                self.blocs[self.bloc(f)] = self.blocs.get(self.bloc(f), 0) + 1
        total = sum(point(h["prior"]) for h in raw["hypotheses"])
        self.priors = {h["id"]: point(h["prior"]) / total for h in raw["hypotheses"]}
        self.pairs = []  # (operator, direction, hypothesis, share of the hypothesis's prior)
        for h in raw["hypotheses"]:
            mine = [(o, z) for o in h["operators"] for z in h.get("directions") or DIRECTIONS]
            self.pairs += [(o, z, h["id"], 1.0 / len(mine)) for o, z in mine]

    def bloc(self, f):
        """What one unreliable draw explains: a source, a direction of speech, a party."""
        name = f.get("bloc")
        if name is None and f.get("over") is not None:
            name = f.get("toward")
        elif name is None:
            name = self.traces[f["trace"]]["points_to"]
            if name in self.subjects:
                label = {a: point(p) for a, p in (self.subjects[name].get("label") or {}).items()}
                name = min(label, key=lambda a: (-label[a], a)) if label else OTHER
        return (f["source"], name, bool(f.get("says", True)))

    def owns(self, operator, owner):
        """Whether the owner's traces are the operator's own."""
        return owner == operator or owner in self.members[operator]

    def ancestors(self, actor):
        """A unit's ancestors, nearest last to first, or () for anybody else: a unit lists a chain, a group does not."""
        chain = sorted(self.members.get(actor, ()), key=lambda a: (len(self.members.get(a, ())), a))
        return tuple(chain) if all(set(chain[:i]) <= self.members.get(a, set()) for i, a in enumerate(chain)) else ()

    def tree(self, actor):
        """The root of the actor's family tree: "no framing inside one family tree"."""
        return (self.ancestors(actor) or (actor,))[0]

    def framed(self, operator):
        """[(framed party, probability)] given the operator: evenly over frameable actors outside it."""
        table = self.raw.get("deception") or {}
        delta = point(table.get(operator, table.get("default")), 0.0)
        outside = [a for a in self.actors if self.actors[a].get("frameable") and not self.owns(operator, a)
                   and operator not in self.members[a] and self.tree(a) != self.tree(operator)]
        if not outside or delta == 0.0:
            return [(NOBODY, 1.0)]
        return [(NOBODY, 1.0 - delta)] + [(a, delta / len(outside)) for a in outside]

    def owners(self, subject):
        """[(owner, probability)] of a family or infrastructure, the rest on "other"."""
        label = sorted((a, point(p)) for a, p in (subject.get("label") or {}).items())
        return label + [(OTHER, max(0.0, 1.0 - sum(p for _, p in label)))]


def lookup(table, *names):
    """The likelihood under a value: by its name, else "else", else no information."""
    for name in names + ("else",):
        if name in table:
            return point(table[name])
    return 1.0


# ---------------------------------------------------------------- likelihoods of one finding

class Voice:
    """One counted finding: its likelihood where its source is reliable and where not, and powers of both."""

    def __init__(self, model, f):
        self.id, self.source = f["id"], f.get("source")
        self.says = bool(f.get("says", True))
        self.raw = f
        self.unreliable = None
        if self.source is not None:
            push = model.sources[self.source][1]
            self.unreliable = push ** (1.0 / model.blocs[model.bloc(f)])
        if f.get("over") is None:
            present = point(f["if_present"])
            values = (point(f["if_absent"]), present, point(f.get("if_planted"), present))
            self.by_state = [v if self.says else 1.0 - v for v in values]

    def powered(self, likelihood, reliable, t):
        """(likelihood to the power t, its natural logarithm); a zero has no logarithm and never any weight."""
        value = likelihood if reliable else self.unreliable
        return (value ** t, math.log(value)) if value > 0.0 else (0.0, 0.0)


def trace_states(trace, holds, planted, careful):
    """P(absent, genuine, planted): "Law of one trace".  planted: None, "thorough" or "sloppy"."""
    hit, rarity, phi = point(trace["hit"]), point(trace["rarity"]), point(trace["forgeability"])
    spread = point(trace.get("care"), 0.8)
    hit += (-1.0 if careful else 1.0) * spread * min(hit, 1.0 - hit)
    fake = 0.0
    if planted is not None:
        fake = phi + (1.0 if planted == "thorough" else -1.0) * spread * min(phi, 1.0 - phi)
    present = 1.0 - (1.0 - rarity) * (1.0 - (hit if holds else 0.0))
    return ((1.0 - fake) * (1.0 - present), (1.0 - fake) * present, fake)


def project(scope, local):
    """For each assignment of `scope` (bit set = reliable), the index of the same assignment of `local`."""
    where = [scope.index(s) for s in local]
    return [sum(((a >> w) & 1) << i for i, w in enumerate(where)) for a in range(1 << len(scope))]


def joint(voices, local, states, likelihoods, t):
    """Table over the reliability of `local`: sum over states of weight times all likelihoods^t; and its derivatives.

    likelihoods[v][state] is P(finding v | state, reliable)."""
    values, slopes = [], [[] for _ in voices]
    for a in range(1 << len(local)):
        total, parts = 0.0, [0.0] * len(voices)
        for state, weight in states:
            if weight == 0.0:
                continue
            logs = []
            for v, voice in enumerate(voices):
                up = voice.source is None or (a >> local.index(voice.source)) & 1
                power, log = voice.powered(likelihoods[v][state], up, t)
                weight *= power
                logs.append(log)
            total += weight
            for v, log in enumerate(logs):
                parts[v] += weight * log
        values.append(total)
        for v, part in enumerate(parts):
            slopes[v].append(part)
    return values, slopes


# ---------------------------------------------------------------- factors: what is left once the unknowns are given

class Statement:
    """A finding over the operator, the direction or the hypothesis."""

    def __init__(self, voice):
        self.voice = voice
        self.scope = [] if voice.source is None else [voice.source]

    def key(self, operator, direction, hypothesis, *_):
        f = self.voice.raw
        value = {"operator": operator, "direction": direction, "hypothesis": hypothesis}[f["over"]]
        return lookup(f["likelihood"], value)

    def table(self, key, t):
        values, slopes = joint([self.voice], self.scope, [(0, 1.0)], [[key]], t)
        return values, {self.voice.id: slopes[0]}, {}


class Subject:
    """What points to one owner or holder: its traces and the statements about who owns it.

    A trace that points to an actor itself is a subject of its own, whose owner is certain."""

    def __init__(self, model, subject, traces, statements):
        self.model, self.traces, self.id = model, traces, subject.get("id")
        self.statements = statements
        self.owners = [(o, p) for o, p in model.owners(subject) if p > 0.0]
        self.shared = point(subject.get("shared"), 0.0)
        self.by_chance = point(subject.get("other_is_unlisted"), 0.1)
        voices = statements + [v for _, vs in traces for v in vs]
        self.scope = sorted({v.source for v in voices if v.source is not None})
        self.parts = []  # (trace, voices, local scope, projection)
        for trace, vs in traces:
            local = sorted({v.source for v in vs if v.source is not None})
            self.parts.append((trace, vs, local, project(self.scope, local)))
        self.said = []
        for v in statements:
            local = [] if v.source is None else [v.source]
            self.said.append((v, local, project(self.scope, local)))
        self.careless = all(point(t.get("care"), 0.8) == 0.0 for t, _ in traces)
        self.memory = {}

    def key(self, operator, _direction, _hypothesis, framed, sloppy, careful):
        own = tuple(self.model.owns(operator, owner) for owner, _ in self.owners)
        hit = framed if any(owner == framed for owner, _ in self.owners) else None
        return (own, operator in self.model.unlisted, hit, sloppy if hit and not self.careless else False,
                careful and not self.careless)

    def held(self, owner, own, unlisted):
        """P(the operator holds it | owner)."""
        if own:
            return 1.0
        return self.by_chance if owner == OTHER and unlisted else self.shared

    def trace_table(self, part, holds, planted, careful, t):
        """Cached: many keys share one trace's table."""
        trace, voices, local, _ = part
        key = (trace["id"], holds, planted, careful, t)
        if key not in self.memory:
            states = list(enumerate(trace_states(trace, holds, planted, careful)))
            self.memory[key] = joint(voices, local, states, [v.by_state for v in voices], t)
        return self.memory[key]

    def table(self, key, t):
        own, unlisted, hit, sloppy, careful = key
        size = 1 << len(self.scope)
        values, by_owner = [0.0] * size, {}
        slopes = {v.id: [0.0] * size for v in self.statements}
        slopes.update((v.id, [0.0] * size) for _, vs in self.traces for v in vs)
        for (owner, label), mine in zip(self.owners, own):
            planted = ("sloppy" if sloppy else "thorough") if hit == owner else None
            share = by_owner.setdefault(owner, [0.0] * size)
            held = self.held(owner, mine, unlisted)
            for holds, chance in ((True, held), (False, 1.0 - held)):
                if label * chance == 0.0:
                    continue
                tables = [([v.id], *joint([v], local, [(0, 1.0)], [[lookup(v.raw["likelihood"], owner)]], t), where)
                          for v, local, where in self.said]
                tables += [([v.id for v in p[1]], *self.trace_table(p, holds, planted, careful, t), p[3])
                           for p in self.parts]
                for a in range(size):
                    product = label * chance
                    for _, vals, _, where in tables:
                        product *= vals[where[a]]
                    values[a] += product
                    share[a] += product
                    if product == 0.0:
                        continue
                    for ids, vals, slope, where in tables:
                        rest = product / vals[where[a]]
                        for i, s in zip(ids, slope):
                            slopes[i][a] += rest * s[where[a]]
        return values, slopes, by_owner


# ---------------------------------------------------------------- elimination of the sources

class Component:
    """Factors joined by sources; sums over the sources' reliability, one source at a time."""

    def __init__(self, factors, reliable):
        self.factors = factors
        sources = sorted({s for f in factors for s in f.scope})
        self.priors = [[1.0 - reliable[s], reliable[s]] for s in sources]
        live = dict(enumerate([list(f.scope) for f in factors] + [[s] for s in sources]))
        self.inputs = len(live)
        self.steps = []  # (nodes, index maps)
        left = set(sources)
        while left:
            reach = {s: {x for scope in live.values() if s in scope for x in scope} for s in left}
            best = min(left, key=lambda s: (len(reach[s]), s))
            if len(reach[best]) > WIDEST:
                raise Bad(f"{len(reach[best])} sources hang together; this script stops at {WIDEST}")
            scope = [best] + sorted(reach[best] - {best})
            nodes = [n for n in sorted(live) if best in live[n]]
            self.steps.append((nodes, [project(scope, live[n]) for n in nodes]))
            for n in nodes:
                del live[n]
            live[self.inputs + len(self.steps) - 1] = scope[1:]
            left.discard(best)
        self.memory = {}

    def solve(self, key, t, slopes=True):
        """(ln sum, {finding: E[ln L]}, {subject: {owner: P}}) given the other unknowns."""
        tables = [f.table(k, t) for f, k in zip(self.factors, key)]
        nodes = [x[0] for x in tables] + self.priors
        log, scales, products = 0.0, [], []
        for used, maps in self.steps:
            product = [1.0] * len(maps[0])
            for n, where in zip(used, maps):
                vals = nodes[n]
                product = [p * vals[w] for p, w in zip(product, where)]
            message = [product[a] + product[a + 1] for a in range(0, len(product), 2)]
            scale = max(message)
            if scale <= 0.0:
                return -math.inf, {}, {}
            log += math.log(scale)
            scales.append(scale)
            products.append(product)
            nodes.append([m / scale for m in message])
        total = nodes[-1][0] if self.steps else nodes[0][0]
        if total <= 0.0:
            return -math.inf, {}, {}
        log += math.log(total)
        if not slopes:
            return log, {}, {}
        weights = [None] * len(nodes)  # d total / d table entry
        weights[-1 if self.steps else 0] = [1.0]
        for step in range(len(self.steps) - 1, -1, -1):
            used, maps = self.steps[step]
            above = [w / scales[step] for w in weights[self.inputs + step]]
            product = products[step]
            for j, (n, where) in enumerate(zip(used, maps)):
                if n >= len(self.factors) and n < self.inputs:
                    continue
                vals, out = nodes[n], [0.0] * len(nodes[n])
                for a, w in enumerate(where):
                    if vals[w] != 0.0:
                        out[w] += above[a >> 1] * product[a] / vals[w]
                weights[n] = out
        expected, owners = {}, {}
        for n, (factor, (_, slope, by_owner)) in enumerate(zip(self.factors, tables)):
            for i, s in slope.items():
                expected[i] = sum(w * x for w, x in zip(weights[n], s)) / total
            if by_owner:
                owners[factor.id] = {o: sum(w * x for w, x in zip(weights[n], s)) / total for o, s in by_owner.items()}
        return log, expected, owners


def components(model):
    """The factors of a model, grouped where they share a source: section "Inference"."""
    factors, heard, owned = [], {}, {}
    for f in model.findings:
        voice = Voice(model, f)
        if f.get("over") is None:
            heard.setdefault(f["trace"], []).append(voice)
        elif f["over"] == "owner":
            owned.setdefault(f["of"], []).append(voice)
        else:
            factors.append(Statement(voice))
    pointing = {}
    for trace, voices in heard.items():
        target = model.traces[trace]["points_to"]
        if target in model.subjects:
            pointing.setdefault(target, []).append((model.traces[trace], voices))
        elif target in model.actors:
            factors.append(Subject(model, {"label": {target: 1.0}}, [(model.traces[trace], voices)], []))
        else:
            raise Bad(f"trace {trace} points to nothing: {target}")
    for name, subject in model.subjects.items():
        factors.append(Subject(model, subject, pointing.get(name, []), owned.get(name, [])))
    reliable = {s: r for s, (r, _) in model.sources.items()}
    groups = []
    for factor in factors:
        joined = [g for g in groups if {s for f in g for s in f.scope} & set(factor.scope)]
        groups = [g for g in groups if g not in joined] + [[f for g in joined for f in g] + [factor]]
    return [Component(g, reliable) for g in groups]


# ---------------------------------------------------------------- inference

class Answer:
    """The exact answer of a model: every configuration of the shared unknowns, summed."""

    def __init__(self, model):
        self.model, self.parts = model, components(model)
        self.keys = [{} for _ in self.parts]  # per component: key -> number
        cells = {}
        for operator, direction, hypothesis, share in model.pairs:
            for framed, chance in model.framed(operator):
                for sloppy in (False, True):
                    for careful in (False, True):
                        given = (operator, direction, hypothesis, framed, sloppy, careful)
                        signature = []
                        for part, known in zip(self.parts, self.keys):
                            key = tuple(f.key(*given) for f in part.factors)
                            signature.append(known.setdefault(key, len(known)))
                        cell = (operator, direction, hypothesis, framed, tuple(signature))
                        weight = model.priors[hypothesis] * share * chance * 0.25
                        cells[cell] = cells.get(cell, 0.0) + weight
        self.cells = [(c, w) for c, w in cells.items() if w > 0.0]

    def at(self, t, slopes=True):
        """(weights of the cells, their common logarithm, per component: answers by key) with likelihoods to the power t."""
        solved = [[part.solve(k, t, slopes) for k in known] for part, known in zip(self.parts, self.keys)]
        for part in self.parts:
            for factor in part.factors:
                if isinstance(factor, Subject):
                    factor.memory.clear()
        logs = [math.log(w) + sum(s[k][0] for s, k in zip(solved, c[4])) for c, w in self.cells]
        top = max(logs, default=-math.inf)
        if top == -math.inf:
            raise Bad("the evidence is impossible under every hypothesis")
        return [math.exp(x - top) for x in logs], top, solved

    def marginal(self, weights, column):
        total, out = math.fsum(weights), {}
        for (cell, _), w in zip(self.cells, weights):
            out[cell[column]] = out.get(cell[column], 0.0) + w / total
        return out

    def posterior(self):
        """P(hypothesis | evidence) alone, fast."""
        found = self.marginal(self.at(1.0, slopes=False)[0], 2)
        return {h: found.get(h, 0.0) for h in self.model.priors}

    def everything(self):
        """All marginals at the central parameters."""
        weights, top, solved = self.at(1.0)
        total, owners = math.fsum(weights), {s: {} for s in self.model.subjects}
        for n in range(len(self.parts)):
            for (cell, _), w in zip(self.cells, weights):
                for subject, table in solved[n][cell[4][n]][2].items():
                    if subject is None:
                        continue
                    for owner, p in table.items():
                        owners[subject][owner] = owners[subject].get(owner, 0.0) + p * w / total
        found = self.marginal(weights, 2)
        return {
            "posterior": {h: found.get(h, 0.0) for h in self.model.priors},
            "operators": self.marginal(weights, 0), "directions": self.marginal(weights, 1),
            "framed": self.marginal(weights, 3), "owners": owners,
            "ln_evidence": top + math.log(total), "copies": sorted(self.model.copies),
        }

    def contributions(self):
        """{finding: {hypothesis: bans}}: "Ledger that sums"."""
        hypotheses = list(self.model.priors)
        out = {f["id"]: dict.fromkeys(hypotheses, 0.0) for f in self.model.findings}
        for x, w in gauss_legendre(LEDGER_NODES):
            weights, _, solved = self.at(x)
            mass = {h: 0.0 for h in hypotheses}
            for (cell, _), u in zip(self.cells, weights):
                mass[cell[2]] += u
            total = math.fsum(mass.values())
            for n, answers in enumerate(solved):
                by_key = [dict.fromkeys(hypotheses, 0.0) for _ in answers]
                for (cell, _), u in zip(self.cells, weights):
                    by_key[cell[4][n]][cell[2]] += u
                for i in {i for a in answers for i in a[1]}:
                    within = {h: sum(k[h] * a[1].get(i, 0.0) for k, a in zip(by_key, answers)) for h in hypotheses}
                    whole = math.fsum(within.values())
                    for h in hypotheses:
                        if 0.0 < mass[h] < total:
                            gap = within[h] / mass[h] - (whole - within[h]) / (total - mass[h])
                            out[i][h] += w * gap / math.log(10.0)
        return out


def gauss_legendre(n):
    """Nodes and weights on [0, 1]: roots of the Legendre polynomial by Newton's method."""
    out = []
    for k in range(n):
        x = math.cos(math.pi * (k + 0.75) / (n + 0.5))
        for _ in range(100):
            before, now = 1.0, x
            for j in range(2, n + 1):
                before, now = now, ((2 * j - 1) * x * now - (j - 1) * before) / j
            slope = n * (x * now - before) / (x * x - 1.0)
            step = now / slope
            x -= step
            if abs(step) < 1e-16:
                break
        out.append(((x + 1.0) / 2.0, 1.0 / ((1.0 - x * x) * slope * slope)))
    return out
