"""One method on one set of answers, alone in a process of its own: its CPU time, its memory, its posteriors.

    python -m bench.consensus_run ours:dawid_skene answers.npz result.npz
    python bench/consensus_run.py crowdkit:DawidSkene answers.npz result.npz

The file works without Labelmill on the path, so that the peers can live in an environment of their own.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np


def memory() -> float:
    """MiB this process ever held (Linux). getrusage would count what the process that started it held."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def ours(name: str, data: Any) -> tuple[float, float, Any]:
    """CPU seconds and MiB more, from arrays in to posteriors out."""
    from review.consensus import classes

    base, started = memory(), time.process_time()
    table = classes.tabulate(task=data["task"], annotator=data["annotator"], label=data["label"])
    rounds = {"rounds": 500, "change": -1.0} if name == "mace_500" else {}
    found = getattr(classes, name.removesuffix("_500"))(table, **rounds)
    took = time.process_time() - started
    return took, memory() - base, getattr(found, "estimate", found).posterior


def crowdkit(name: str, data: Any) -> tuple[float, float, Any]:
    """The same of crowd-kit, whose input is a frame; making the frame is not counted."""
    import pandas as pd
    from crowdkit.aggregation import classification

    frame = pd.DataFrame({"task": data["task"], "worker": data["annotator"], "label": data["label"]})
    base, started = memory(), time.process_time()
    method = getattr(classification, name)()
    if name in ("MMSR", "KOS"):
        labels = method.fit_predict(frame)
        chances = pd.get_dummies(labels).astype(float)
    else:
        chances = method.fit_predict_proba(frame)
    took = time.process_time() - started
    columns = range(int(data["label"].max()) + 1)
    return took, memory() - base, chances.sort_index().reindex(columns=columns, fill_value=0.0).to_numpy()


def alpha(name: str, data: Any) -> tuple[float, float, Any]:
    if name == "ours":
        from review.agreement import krippendorff_alpha

        base, started = memory(), time.process_time()
        found = krippendorff_alpha(data["task"], data["label"])
    else:
        import krippendorff

        # Its input is a matrix of people x items; who said what does not matter to alpha.
        matrix = data["label"].reshape(len(data["truth"]), -1).T
        base, started = memory(), time.process_time()
        found = krippendorff.alpha(matrix, level_of_measurement=name)
    return time.process_time() - started, memory() - base, np.array([found])


def main() -> None:
    method, source, target = sys.argv[1:]
    library, name = method.split(":")
    with np.load(source) as file:
        data = {key: file[key] for key in file.files}
    took, extra, posterior = {"ours": ours, "crowdkit": crowdkit, "alpha": alpha}[library](name, data)
    np.savez(target, took=took, extra=extra, posterior=posterior)


if __name__ == "__main__":
    main()
