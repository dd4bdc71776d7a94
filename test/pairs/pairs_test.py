"""pairs_test.py - the generator itself: a gap in its coverage would go unseen."""
import itertools
import unittest

import axes as features
import rules
from axes import Axis, Value
from combination import fields_of, spec_text
from covering import Covering
from rules import Rule


def toy(*sizes):
    return [Axis(f"axis{i}", tuple(Value(str(v)) for v in range(size))) for i, size in enumerate(sizes)]


class CoveringTest(unittest.TestCase):
    def test_every_pair_is_in_some_combination(self):
        covering = Covering(toy(4, 3, 3, 2, 5), (), seed=3)
        combinations, impossible = covering.array()
        held = {pair for combination in combinations for pair in covering.pairs_of(combination)}
        self.assertEqual(held, set(covering.pairs()))
        self.assertEqual(impossible, [])
        self.assertLess(len(combinations), 40)  # of 360; no array has fewer than 5 * 4

    def test_no_combination_breaks_a_rule_and_what_no_rule_allows_is_told(self):
        rule = Rule("first", ("axis0", "axis1"), lambda a, b: a.label == "0" and b.label == "0", "")
        covering = Covering(toy(2, 2, 2), (rule,), seed=1)
        combinations, impossible = covering.array()
        self.assertFalse([c for c in combinations if rule.fits(c)])
        self.assertEqual(impossible, [(("axis0", "0"), ("axis1", "0"))])

    def test_a_seed_gives_the_same_combinations(self):
        arrays = [Covering(toy(3, 3, 4), (), seed=7).array()[0] for _ in range(2)]
        self.assertEqual(*arrays)

    def test_triples_differ_from_the_defaults_in_three_axes(self):
        covering = Covering(toy(3, 3, 3, 3, 3), (), seed=1)
        for combination in covering.triples(20):
            self.assertEqual(sum(value.label != "0" for value in combination.values()), 3)


class CombinationTest(unittest.TestCase):
    def setUp(self):
        self.combination = {axis.name: axis.default for axis in features.AXES}

    def choose(self, axis, label):
        values = next(a for a in features.AXES if a.name == axis).values
        self.combination[axis] = next(v for v in values if v.label == label)

    def test_both_masks_declare_their_own_inputs(self):
        for axis in ("mask", "second mask"):
            self.choose(axis, "documents")
        self.choose("combine", "all, not")
        fields = fields_of(self.combination)
        self.assertEqual(fields["mask"], {"all": [{"documents": "ids1"}, {"not": {"documents": "ids2"}}]})
        self.assertEqual(set(fields["inputs"]), {"ids1", "ids2"})

    def test_score_keys_of_several_axes_are_one_mapping(self):
        self.choose("softcap", "4")
        self.choose("scale", "param")
        self.choose("mask", "causal")
        text = spec_text(self.combination, "name")
        self.assertIn("score: {scale: tau, softcap: 4.0}\n", text)
        self.assertIn("params:\n  tau: {type: f32, default: 0.05}\n", text)

    def test_every_function_of_the_language_is_in_some_score(self):
        texts = str([value.fields for axis in features.AXES for value in axis.values])
        for function in ("min max clamp abs exp exp2 log sqrt tanh sigmoid silu relu gelu bit".split()):
            self.assertIn(f"{function}(", texts)


class RuleTest(unittest.TestCase):
    def test_a_rule_excuses_its_own_message_of_its_own_combination_only(self):
        rule = next(rule for rule in rules.REFUSALS if rule.name == "rows of a warp")
        text = "schedule: expected tile_q to be a multiple of 64 (16 rows for each of 4 warps) up to 256, got 48"
        self.assertTrue(rule.explains(text))
        self.assertFalse(rule.explains("expected tile_kv to be a multiple of 16"))
        pins = lambda tile_q, warps: {"tile_q": Value(tile_q), "warps": Value(warps)}
        self.assertTrue(rule.fits(pins("48", "4")))
        self.assertFalse(rule.fits(pins("64", "4")))

    def test_labels_are_unique(self):
        for axis in features.AXES + features.APPEND_AXES:
            labels = [value.label for value in axis.values]
            self.assertEqual(len(labels), len(set(labels)), axis.name)
        names = [rule.name for rule in itertools.chain(rules.REFUSALS, rules.APPEND_REFUSALS, rules.SLOW, rules.MEANINGLESS)]
        self.assertEqual(len(names), len(set(names)))


if __name__ == "__main__":
    unittest.main()
