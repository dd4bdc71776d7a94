"""reduction.py - a failing combination with as many axes at their default as keep the failure.

Must not run anything itself: `fails` says whether a combination still fails.
"""


def reduced(combination, axes, allowed, fails):
    """Axis by axis, then masks that need two axes at once, until nothing more can go."""
    steps = [(axis.name,) for axis in axes] + [("second mask", "combine")]
    defaults = {axis.name: axis.default for axis in axes}
    changed = True
    while changed:
        changed = False
        for step in steps:
            simpler = {**combination, **{name: defaults[name] for name in step if name in defaults}}
            if simpler != combination and allowed(simpler) and fails(simpler):
                combination, changed = simpler, True
    return combination
