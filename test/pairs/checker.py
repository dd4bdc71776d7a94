"""checker.py - combinations through `attnc check`, many to a process: right, refused, or failed.

Must not judge a refusal: that is for the rules.
"""
import collections
import concurrent.futures
import json
import pathlib
import subprocess
import sys

from combination import spec_text

PER_PROCESS = 8
ASSEMBLED = 4  # one chunk in so many goes through ptxas, which takes as long as the compiler before it and changes no PTX
TIMEOUT = 300

Outcome = collections.namedtuple("Outcome", "kind text seconds")  # kind: right, refused, failed


def judged(item):
    if item["passed"]:
        if item["unchecked"]:
            return Outcome("failed", f"{item['unchecked']} elements without a bound", item["seconds"])
        return Outcome("right", "", item["seconds"])
    error = item["error"]
    located = error.get("line", 0) > 0
    refused = located and error["code"] in ("unsupported", "invalid spec")
    place = f"{error.get('line')}:{error.get('column')}: " if located else ""
    return Outcome("refused" if refused else "failed",
                   f"{item['failed_at']}: {error['code']}: {place}{error['message']}", item["seconds"])


class Checker:
    def __init__(self, attnc, folder, jobs):
        self.attnc, self.folder, self.jobs = attnc, pathlib.Path(folder), jobs
        self.folder.mkdir(parents=True, exist_ok=True)

    def path(self, combination, index):
        path = self.folder / f"pair{index:04}.yaml"
        path.write_text(spec_text(combination, f"pair{index:04}"))
        return str(path)

    def process(self, arch, paths, assembled):
        """Outcomes by path; of one path alone also how a process ended that wrote none."""
        command = [self.attnc, "check", *paths, "--arch", arch, "--seeds", "1", "--json"] + ([] if assembled else ["--ptx-only"])
        try:
            run = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT)
            return {item["spec"]: judged(item) for item in json.loads(run.stdout)["specs"]}
        except subprocess.TimeoutExpired:
            ended = f"no answer after {TIMEOUT} s"
        except (json.JSONDecodeError, KeyError):
            ended = f"exit {run.returncode}: {(run.stderr or run.stdout)[-600:]}"
        if len(paths) == 1:
            return {paths[0]: Outcome("failed", ended, 0)}
        # One of them ended the process: each on its own tells which.
        return {path: outcome for one in paths for path, outcome in self.process(arch, [one], assembled).items()}

    def outcomes(self, combinations):
        paths = [self.path(combination, i) for i, combination in enumerate(combinations)]
        by_arch = collections.defaultdict(list)
        for combination, path in zip(combinations, paths):
            by_arch[combination["arch"].label].append(path)
        chunks = [(arch, all_paths[i:i + PER_PROCESS], i // PER_PROCESS % ASSEMBLED == 0)
                  for arch, all_paths in by_arch.items() for i in range(0, len(all_paths), PER_PROCESS)]
        found = {}
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            for outcomes in pool.map(lambda chunk: self.process(*chunk), chunks):
                found.update(outcomes)
                print(f"[{len(found)}/{len(paths)}] {sum(o.kind == 'right' for o in found.values())} right", file=sys.stderr)
                for path, outcome in outcomes.items():
                    if outcome.kind == "failed":
                        print(f"{path}: {outcome.text}", file=sys.stderr, flush=True)
        return [found[path] for path in paths]

    def reduced(self, combination):
        """The text of a smaller spec that fails the same way; empty if it does not fail a second time."""
        command = [self.attnc, "reduce", self.path(combination, 9999), "--arch", combination["arch"].label, "--unchecked"]
        return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False).stdout
