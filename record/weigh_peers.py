"""The posterior of a model file in pyAgrum and pgmpy: the same network, the same numbers, and how long it takes.

    WEIGH_MODEL=/tmp/model.json cargo bench -p ascribe-assess --bench weigh -- posterior
    python3 record/weigh_peers.py /tmp/model.json ASCRIBE

ASCRIBE is the built program; its answer is compared with theirs.  The network is written from METHOD's description and
uses no code of ascribe but the reader of model files in tools/exact.py.
"""
import itertools
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
import exact  # noqa: E402


def network(model):
    """{name: (states, parents, function from a state of each parent to a distribution)} and {observed name: state}."""
    nodes, seen = {}, {}

    def owns(pair, owner):
        return model.owns(model.pairs[pair][0], owner)

    pairs = range(len(model.pairs))
    nodes["pair"] = (list(pairs), [], lambda: [model.priors[h] * share for _, _, h, share in model.pairs])
    parties = [exact.NOBODY] + list(model.actors)
    def framed(pair):
        table = dict(model.framed(model.pairs[pair][0]))
        return [table.get(party, 0.0) for party in parties]
    nodes["framed"] = (parties, ["pair"], framed)
    for coin in ("thorough", "careful"):
        nodes[coin] = ([False, True], [], lambda: [0.5, 0.5])
    for source, (reliable, _) in model.sources.items():
        nodes["r " + source] = ([False, True], [], lambda reliable=reliable: [1.0 - reliable, reliable])
    for subject in model.subjects.values():
        owners = dict(model.owners(subject))
        nodes["o " + subject["id"]] = (list(owners), [], lambda owners=owners: list(owners.values()))
        def holds(pair, owner, subject=subject):
            unlisted = model.pairs[pair][0] in model.unlisted
            shared, chance = exact.point(subject.get("shared"), 0.0), exact.point(subject.get("other_is_unlisted"), 0.1)
            held = 1.0 if owns(pair, owner) else chance if owner == exact.OTHER and unlisted else shared
            return [1.0 - held, held]
        nodes["h " + subject["id"]] = ([False, True], ["pair", "o " + subject["id"]], holds)
    for trace in model.traces.values():
        target = trace["points_to"]
        if target in model.subjects:
            parents = ["h " + target, "o " + target, "framed", "thorough", "careful"]
            def law(holds, owner, framed, thorough, careful, trace=trace):
                planted = ("thorough" if thorough else "sloppy") if framed == owner else None
                return list(exact.trace_states(trace, holds, planted, careful))
        else:
            parents = ["pair", "framed", "thorough", "careful"]
            def law(pair, framed, thorough, careful, trace=trace, target=target):
                planted = ("thorough" if thorough else "sloppy") if framed == target else None
                return list(exact.trace_states(trace, owns(pair, target), planted, careful))
        nodes["t " + trace["id"]] = ([0, 1, 2], parents, law)
    for finding in model.findings:
        voice = exact.Voice(model, finding)
        if finding.get("over") is not None:
            raise exact.Bad("findings over an unknown are not in this comparison")
        parents = ["t " + finding["trace"]] + (["r " + voice.source] if voice.source else [])
        def says(state, reliable=True, voice=voice):
            p = voice.by_state[state] if reliable else voice.unreliable
            return [1.0 - p, p]
        nodes["f " + finding["id"]] = ([0, 1], parents, says)
        seen["f " + finding["id"]] = 1
    return nodes, seen


def by_hypothesis(model, belief):
    told = {h: 0.0 for h in model.priors}
    for (_, _, h, _), p in zip(model.pairs, belief):
        told[h] += p
    return told


def rows(nodes, name):
    """The distributions of a node, the last parent fastest."""
    states, parents, law = nodes[name]
    return [law(*values) for values in itertools.product(*(nodes[p][0] for p in parents))]


def timed(times, work):
    best, answer = float("inf"), None
    for _ in range(times):
        start = time.perf_counter()
        answer = work()
        best = min(best, time.perf_counter() - start)
    return best, answer


def with_pyagrum(nodes, seen):
    import pyagrum as gum
    net = gum.BayesNet()
    for name, (states, _, _) in nodes.items():
        net.add(gum.RangeVariable(name, name, 0, len(states) - 1) if len(states) > 1 else gum.LabelizedVariable(name, name, 1))
    for name, (_, parents, _) in nodes.items():
        for parent in parents:
            net.addArc(parent, name)
    for name, (states, parents, _) in nodes.items():
        table = net.cpt(name)
        for values, row in zip(itertools.product(*(range(len(nodes[p][0])) for p in parents)), rows(nodes, name)):
            table[dict(zip(parents, values))] = row
    def ask():
        engine = gum.LazyPropagation(net)
        engine.setEvidence(seen)
        engine.addTarget("pair")
        engine.makeInference()
        return engine.posterior("pair").tolist()
    return timed(10, ask)


def with_pgmpy(nodes, seen):
    import numpy as np
    from pgmpy.factors.discrete import TabularCPD
    from pgmpy.inference import VariableElimination
    from pgmpy.models import DiscreteBayesianNetwork
    net = DiscreteBayesianNetwork()
    net.add_nodes_from(nodes)
    net.add_edges_from((parent, name) for name, (_, parents, _) in nodes.items() for parent in parents)
    for name, (states, parents, _) in nodes.items():
        table = np.array(rows(nodes, name)).T
        table = table / table.sum(axis=0)
        net.add_cpds(TabularCPD(name, len(states), table, parents or None, [len(nodes[p][0]) for p in parents] or None))
    engine = VariableElimination(net)
    def ask():
        return engine.query(["pair"], seen, elimination_order="MinFill", show_progress=False).values.tolist()
    return timed(3, ask)


def main():
    path, program = sys.argv[1:3]
    with open(path, encoding="utf-8") as file:
        raw = json.load(file)
    model = exact.Model(raw)
    nodes, seen = network(model)
    answer = json.loads(subprocess.run([program, "weigh", "--json", path], check=True, capture_output=True).stdout)
    ours = answer["posterior"]
    for name, peer in (("pyAgrum", with_pyagrum), ("pgmpy", with_pgmpy)):
        seconds, belief = peer(nodes, seen)
        theirs = by_hypothesis(model, belief)
        worst = max(abs(theirs[h] - ours[h]) for h in ours)
        print(f"{name}: {seconds * 1000:.2f} ms, largest difference of the posterior {worst:.1e}", flush=True)


main()
