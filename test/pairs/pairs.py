"""pairs.py - every pair of values of two feature axes is right on the simulator, or refused by a listed rule.

usage: pairs.py ATTNC FOLDER [--of TABLE] [--jobs N] [--seed N] [--triples N] [--slowest N]
"""
import argparse
import collections
import sys
import time

import axes as features
import rules
from checker import Checker
from combination import spec_text
from covering import Covering

LEAST_RIGHT = 0.95
ALL_REFUSALS = rules.REFUSALS + rules.APPEND_REFUSALS
REDUCE_AT_MOST = 5  # failures; the others are printed as they are


def explanation(combination, outcome):
    return next((rule for rule in ALL_REFUSALS + rules.UNAVOIDED if rule.fits(combination) and rule.explains(outcome.text)), None)


def failed(combination, outcome):
    return outcome.kind == "failed" or (outcome.kind == "refused" and not explanation(combination, outcome))


def made(combination):
    return not any(rule.fits(combination) for rule in rules.SLOW + rules.MEANINGLESS)


def alone_with(covering, pair):
    """The pair among defaults, and one more value where it means nothing without: a combination needs a second mask."""
    plain = covering.defaults_with(pair)
    if made(plain):
        return plain
    taken = {axis for axis, _ in pair}
    more = (covering.defaults_with((*pair, (axis.name, value.label)))
            for axis in covering.axes.values() if axis.name not in taken for value in axis.values)
    return next((one for one in more if made(one) and not any(rule.fits(one) for rule in ALL_REFUSALS)), plain)


def report_failures(failures, checker, seed):
    for count, (combination, outcome) in enumerate(failures):
        print(f"\nFAILED (seed {seed}, --arch {combination['arch'].label}): {outcome.text}")
        reduced = checker.reduced(combination) if count < REDUCE_AT_MOST else ""
        print(reduced or spec_text(combination, "failed"))


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("attnc")
    parser.add_argument("folder")
    parser.add_argument("--of", choices=features.TABLES, default="attention", help="the axes")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--triples", type=int, default=20)
    parser.add_argument("--slowest", type=int, default=0, help="print that many of the slowest specs")
    options = parser.parse_args()

    begin = time.monotonic()
    covering = Covering(features.TABLES[options.of], ALL_REFUSALS + rules.SLOW + rules.MEANINGLESS, options.seed)
    combinations, outside = covering.array()
    # Pairs outside the rules: those that can be made at all are made alone, to see the refusal.
    probes = {}
    for pair in outside:
        alone = covering.defaults_with(pair)
        if made(alone):
            probes[pair] = alone
    unmade = len(outside) - len(probes)
    array = len(combinations)
    attends = options.of == "attention"
    examples = [covering.defaults_with(rule.example) for rule in rules.REFUSALS if rule.example and attends]
    combinations += covering.triples(options.triples) + list(probes.values()) + examples
    generated = time.monotonic()

    checker = Checker(options.attnc, options.folder, options.jobs)
    outcomes = checker.outcomes(combinations)
    seconds = time.monotonic() - begin

    right, refused, failures = set(), {}, []
    hits = collections.Counter()
    for combination, outcome in zip(combinations, outcomes):
        rule = None
        if outcome.kind == "right":
            right.update(covering.pairs_of(combination))
        elif failed(combination, outcome):
            failures.append((combination, outcome))
        else:
            rule = explanation(combination, outcome)
            hits[rule.name] += 1
    for pair, combination in probes.items():
        outcome = outcomes[combinations.index(combination)]
        if pair not in right and outcome.kind == "refused" and not failed(combination, outcome):
            refused[pair] = explanation(combination, outcome).name

    everything = set(covering.pairs())
    total = len(everything) - unmade
    # Pairs that only a refused spec had are made alone, among defaults.
    alone = [alone_with(covering, pair) for pair in sorted(everything - right - set(outside))]
    for combination, outcome in zip(alone, checker.outcomes(alone) if alone else []):
        if outcome.kind == "right":
            right.update(covering.pairs_of(combination))
        elif failed(combination, outcome):
            failures.append((combination, outcome))
    lost = everything - right - set(refused) - (set(outside) - set(probes))
    print(f"{len(combinations)} specs ({array} for pairs, {options.triples} triples, {len(probes) + len(examples)} refusals) of "
          f"{len(covering.axes)} axes, seed {options.seed}: {generated - begin:.0f} s to make, {seconds:.0f} s in all")
    print(f"pairs: {total}; right {len(right)} ({100 * len(right) / total:.2f} %); refused {len(refused)}; "
          f"neither {len(lost)}; without meaning or too slow {unmade}")
    for rule in ALL_REFUSALS:
        pairs = [pair for pair, name in refused.items() if name == rule.name]
        print(f"  {rule.name}: {len(pairs)} pairs, {hits[rule.name]} specs - {rule.why}")
    for pair in sorted(lost):
        print("  neither right nor refused:", " x ".join(f"{axis} {label}" for axis, label in pair))
    slow = sorted(zip(outcomes, combinations), key=lambda item: -item[0].seconds)[:options.slowest]
    for outcome, combination in slow:
        print(f"  {outcome.seconds:.1f} s: " +
              ", ".join(f"{axis} {value.label}" for axis, value in combination.items()))
    stale = [rule.name for rule in (rules.REFUSALS if attends else rules.APPEND_REFUSALS) if not hits[rule.name]]
    if stale:
        print("rules that refused nothing:", ", ".join(stale))
    report_failures(failures, checker, options.seed)
    ok = not failures and not lost and not stale and len(right) >= LEAST_RIGHT * total
    print("pair tests " + ("passed" if ok else f"FAILED: {len(failures)} specs"))
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
