"""covering.py - combinations that hold every pair of values of two axes, few of them, always the same for a seed.

Greedy: each combination starts from a pair that no other holds yet; its other values are those that bring most new
pairs. Rules are obeyed on the way. Must not know what an axis means.
"""
import itertools
import random

TRIES = 12  # combinations that are built for one place


class Covering:
    def __init__(self, axes, rules, seed):
        self.axes = {axis.name: axis for axis in axes}
        self.rules = rules
        self.random = random.Random(seed)
        self.rules_of = {name: [rule for rule in rules if name in rule.axes + rule.also] for name in self.axes}
        self.deciding = {name for rule in rules if rule.also for name in rule.axes}  # what other rules are about

    def pairs(self):
        """Every pair ((axis, label), (axis, label)), axes in their order."""
        for one, other in itertools.combinations(self.axes.values(), 2):
            for a, b in itertools.product(one.values, other.values):
                yield (one.name, a.label), (other.name, b.label)

    def pairs_of(self, combination):
        labels = [(name, combination[name].label) for name in self.axes]
        return itertools.combinations(labels, 2)

    def value(self, axis, label):
        return next(v for v in self.axes[axis].values if v.label == label)

    def breaks(self, combination, changed):
        return any(rule.fits(combination) for rule in self.rules_of[changed])

    def completed(self, start, score):
        """`start` with a value of every other axis, by `score`, or None where the rules leave none."""
        combination = dict(start)
        if any(self.breaks(combination, axis) for axis in start):
            return None
        others = [name for name in self.axes if name not in start]
        self.random.shuffle(others)
        others.sort(key=lambda name: name not in self.deciding)
        for name in others:
            allowed = []
            for value in self.axes[name].values:
                combination[name] = value
                if not self.breaks(combination, name):
                    allowed.append(value)
            if not allowed:
                return None
            self.random.shuffle(allowed)
            combination[name] = max(allowed, key=lambda value: score(combination, name, value))
        return {name: combination[name] for name in self.axes}

    def array(self):
        """The combinations, and the pairs that no combination within the rules holds."""
        left = {}  # (axis, label) -> the values that it has not met yet
        for a, b in self.pairs():
            left.setdefault(a, set()).add(b)
            left.setdefault(b, set()).add(a)
        todo = set(self.pairs())
        combinations, impossible = [], []

        def gain(combination, name, value):
            wanted = left[(name, value.label)]
            return sum((axis, other.label) in wanted for axis, other in combination.items() if axis != name)

        while todo:
            # From where most is missing; ties by name, as the order of a set varies.
            pair = max(todo, key=lambda pair: (len(left[pair[0]]) + len(left[pair[1]]), pair))
            start = {axis: self.value(axis, label) for axis, label in pair}
            built = [c for c in (self.completed(start, gain) for _ in range(TRIES)) if c]
            if not built:
                built = [c for c in (self.completed(start, lambda *_: 0) for _ in range(30)) if c]
            if not built:
                todo.discard(pair)
                impossible.append(pair)
                continue
            best = max(built, key=lambda c: sum(p in todo for p in self.pairs_of(c)))
            combinations.append(best)
            for a, b in self.pairs_of(best):
                todo.discard((a, b))
                left[a].discard(b)
                left[b].discard(a)
        return combinations, impossible

    def defaults_with(self, pair):
        """The pair among defaults."""
        combination = {name: axis.default for name, axis in self.axes.items()}
        combination.update({axis: self.value(axis, label) for axis, label in pair})
        return combination

    def triples(self, count):
        """`count` times three random values among defaults, or values that the rules ask for beside them."""
        found = []
        names = [name for name, axis in self.axes.items() if len(axis.values) > 1]
        while len(found) < count:
            chosen = self.random.sample(names, 3)
            start = {name: self.random.choice(self.axes[name].values[1:]) for name in chosen}
            combination = self.completed(start, lambda _, name, value: value is self.axes[name].default)
            if combination and combination not in found:
                found.append(combination)
        return found
