"""`hub linkage evaluate`: link a labelled file with a model learnt from it alone, then compare with the truth."""

import resource
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from contracts.errors import InvalidInput
from hub.linkage import metrics
from hub.linkage.mapping import read_mapping
from hub.linkage.metrics import Agreement
from hub.linkage.reading import Members, read_members, read_table
from projections.linkage.candidates import candidate_pairs, choose_recipes
from projections.linkage.columns import Columns, build_columns
from projections.linkage.houses import households, record_codes, record_pairs
from projections.linkage.linking import cut_of, graph, persons, score, train
from projections.linkage.model import LinkModel
from projections.linkage.scoring import Scorer

Ints = NDArray[np.int64]
Report = Callable[[str], None]


class Oracle(msgspec.Struct, frozen=True):
    """What the best cut could reach if the truth chose it; never used."""

    pairs_f1: float
    cut: int


class Evaluation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer of `hub linkage evaluate`. Times are seconds, weights thousandths of a bit."""

    dataset: str
    rows: int
    rows_with_truth: int
    true_pairs: int
    candidates: int
    candidate_recall: float
    clusters: Agreement
    pairs: Agreement
    bcubed: Agreement
    oracle: Oracle
    persons: int
    singletons: int
    largest_cluster: int
    cluster_sizes: dict[str, int]
    overflow: list[int]
    households: dict[str, float] | None = None
    seconds: dict[str, float]
    cpu_seconds: float
    peak_rss_mb: float
    model_id: str
    norm: str
    seed: int
    thresholds: dict[str, int]
    recipes: list[str]
    tool_version: str


class Stages:
    """Wall time per stage, in the order they ran."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.seconds: dict[str, float] = {}
        self.started = self.last = time.perf_counter()

    def done(self, stage: str) -> None:
        """Note the end of a stage."""
        now = time.perf_counter()
        self.seconds[stage] = round(now - self.last, 3)
        self.last = now
        self.report(f"{stage}: {self.seconds[stage]} s")

    def all(self) -> dict[str, float]:
        """Every stage, and the total."""
        return {**self.seconds, "total": round(time.perf_counter() - self.started, 3)}


def evaluate(
    dataset: Path, truth: str, mapping: Path, household_truth: str | None, report: Report
) -> Evaluation:
    """Link the file and judge the outcome. Raises InvalidInput for a file or mapping that cannot be used."""
    described = read_mapping(mapping)
    stages = Stages(report)
    members = read_members(read_table(dataset), described, truth, household_truth)
    if not members.values:
        raise InvalidInput(f"{dataset} holds no rows.", code="FILE_EMPTY", path="--dataset")
    columns = build_columns(members.values, members.sources, list(members.records), described.extra)
    stages.done("normalise")
    recipes = choose_recipes(columns)
    left, right = candidate_pairs(columns, recipes)
    stages.done("block")
    model, weighed = train(columns, recipes, left, right)
    stages.done("train")
    scores = score(model, weighed)
    scorer = Scorer(columns, model)
    stages.done("score")
    found = graph(scorer, left, right, scores)
    groups = persons(columns.size, found, cut_of(model))
    stages.done("cluster")
    houses = _households(columns, members, groups)
    stages.done("households")
    return _judged(dataset, members, model, (left, right, scores), groups, found.overflow, houses, stages)


def _households(columns: Columns, members: Members, groups: Ints) -> dict[str, float] | None:
    """Agreement over pairs of records (a source's own households; members without one are records of their own)."""
    if members.household_truth is None:
        return None
    records = record_codes(columns)
    found = households(columns, records, record_pairs(columns, records, groups))
    label = metrics.labels(members.household_truth)
    truth = np.full(len(found), -1, np.int64)
    truth[records[::-1]] = label[::-1]
    result = metrics.cluster_pairs(found, truth)
    rows = metrics.cluster_pairs(found[records], label)
    return {
        **msgspec.to_builtins(result),
        "rows_f1": rows.f1,
        "records": len(np.unique(records)),
        "found": len(np.unique(found[records])),
        "largest": int(np.bincount(found).max(initial=0)),
    }


def _judged(
    dataset: Path,
    members: Members,
    model: LinkModel,
    scored: tuple[Ints, Ints, Ints],
    groups: Ints,
    overflow: list[int],
    houses: dict[str, float] | None,
    stages: Stages,
) -> Evaluation:
    left, right, scores = scored
    truth = metrics.labels(members.truth)
    linked = scores >= model.link
    sizes = np.bincount(np.unique(groups, return_inverse=True)[1])
    best, cut = metrics.best_over_cuts(left, right, scores, truth)
    histogram = np.bincount(sizes)
    return Evaluation(
        dataset=dataset.name,
        rows=len(truth),
        rows_with_truth=int((truth >= 0).sum()),
        true_pairs=metrics.pair_count(truth[truth >= 0]),
        candidates=len(left),
        candidate_recall=metrics.accepted_pairs(left, right, truth).recall,
        clusters=metrics.cluster_pairs(groups, truth),
        pairs=metrics.accepted_pairs(left[linked], right[linked], truth),
        bcubed=metrics.b_cubed(groups, truth),
        oracle=Oracle(best, cut),
        persons=len(sizes),
        singletons=int((sizes == 1).sum()),
        largest_cluster=int(sizes.max(initial=0)),
        cluster_sizes={str(size): int(count) for size, count in enumerate(histogram) if count},
        overflow=overflow,
        households=houses,
        seconds=stages.all(),
        cpu_seconds=round(time.process_time(), 3),
        peak_rss_mb=_peak_rss_mb(),
        model_id=model.model_id,
        norm=model.norm,
        seed=model.seed,
        thresholds={"link": model.link, "review": model.review},
        recipes=["+".join(recipe) for recipe in model.recipes],
        tool_version=version("poverty-hub"),
    )


def _peak_rss_mb() -> float:
    """Of this process and those it started; macOS counts bytes, Linux kibibytes."""
    peak = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return round(peak / (1024 * 1024 if sys.platform == "darwin" else 1024), 1)
