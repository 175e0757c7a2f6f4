"""Editions: record one, publish what each has, and set two revisions side by side."""

import base64
import csv
import io
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from trdreport.engine.lock import (
    LOCK_FILE,
    Lock,
    differences,
    read_lock,
    stale,
)
from trdreport.engine.results import AnalysisResult
from trdreport.engine.versions import Version, compare, to_plain, version_of, with_maps
from trdreport.errors import DataError, Problem, file_problem
from trdreport.exchange.delimited import to_csv
from trdreport.model.edition import Edition
from trdreport.publish.assembling import data_files, numbered
from trdreport.publish.computing import Step, compute
from trdreport.publish.drawing import drawn
from trdreport.publish.rendering import assets, environment
from trdreport.records.checkout import HistoryError, texts_at, uncommitted
from trdreport.records.editions import FOLDER, FORMAT, frozen_file, frozen_text, sha256, told
from trdreport.records.loading import Registry, load_registry
from trdreport.records.schema import schema_line
from trdreport.records.yamlfile import read_text
from trdreport.sections.changes import (
    changed,
    comparison_figures,
    comparison_tables,
    feed,
    head_counts,
)
from trdreport.sections.facts.clusters import address, as_of_name, kind_of
from trdreport.sections.facts.computed import Computed
from trdreport.sections.section import Item
from trdreport.work.scheduling import Scheduler
from trdreport.work.store import Store

TABLES = ("clusters.csv", "analyses.csv", "claims.csv", "studies.csv")
"""Files of data/ whose rows an edition keeps; of clusters those in which studies meet."""

UPDATE = "run trdreport build --update-lock, look at the results, and commit"


@dataclass(frozen=True)
class Announced:
    """An edition as a person asks for it."""

    name: str
    day: date
    note: str = ""


def check_recordable(registry: Registry, announced: Announced) -> None:
    """Raise DataError with every reason for which an edition cannot be recorded."""
    problems = list(_reasons(registry, announced))
    if problems:
        raise DataError(problems)


def _reasons(registry: Registry, announced: Announced) -> Iterator[Problem]:
    root = _root(registry)
    if any(each.edition.id == announced.name for each in registry.editions):
        path = root / FOLDER / f"{announced.name}.yaml"
        yield file_problem(path, "is there already; choose another name")
    if registry.editions:
        newest = registry.editions[-1].edition
        file = registry.files[f"{FOLDER}{newest.id}.yaml"]
        if announced.day <= newest.date:
            message = f"{announced.day} is not after this newest edition; give a later --date"
            yield file.problem(("date",), message)
        if newest.digest == registry.digest:
            message = (
                "nothing changed in the records since this edition; there is nothing to record"
            )
            yield file.problem(("digest",), message)
    for name in uncommitted(root):
        yield file_problem(root / name, "is not committed as it is; commit it first")
    yield from _of_lock(registry, root / LOCK_FILE)


def _of_lock(registry: Registry, path: Path) -> Iterator[Problem]:
    if not path.is_file():
        yield file_problem(path, f"is missing; {UPDATE}")
        return
    runs = stale(registry, read_lock(read_text(path), str(path)))
    if runs:
        which = ", ".join(runs[:3]) + (f" and {len(runs) - 3} more" if len(runs) > 3 else "")
        yield file_problem(path, f"is not of these records ({which}); {UPDATE}")


def _root(registry: Registry) -> Path:
    if registry.root is None:
        raise ValueError("a registry without a folder has no editions")
    return registry.root


def record(
    registry: Registry,
    announced: Announced,
    templates: Path,
    store: Store,
    scheduler: Scheduler,
    step: Step = lambda *_: None,
) -> dict[Path, str]:
    """The two files of a new edition of a registry that `check_recordable` lets pass.

    Its numbers are those of a build, most of them from the store. Raises DataError when they are
    not those of the lock.
    """
    root = _root(registry)
    locked = read_lock(read_text(root / LOCK_FILE), str(root / LOCK_FILE))

    def accept(lock: Lock) -> None:
        found = differences(locked, lock)
        if found:
            raise DataError(file_problem(root / LOCK_FILE, f"{w}; {UPDATE}") for w in found)

    computed = compute(
        registry, templates, store, scheduler=scheduler, quick=True, accept=accept, step=step
    )
    now = version_of(registry, locked, f"edition {announced.name}", announced.day)
    edition = Edition(
        id=announced.name,
        after=registry.editions[-1].edition.id if registry.editions else None,
        date=announced.day,
        version=version("trdreport"),
        digest=registry.digest,
        frozen="0" * 64,
        note=announced.note or None,
        studies=len(now.studies),
        participants=now.participants,
        foci=now.foci,
        clusters=tuple(f"{run}: {c.where}, p FWE {c.p_fwe:g}" for run, c in now.significant),
        verdicts=now.verdicts,
    )
    frozen = frozen_text(
        {
            "format": FORMAT,
            "edition": told(edition),
            "version": to_plain(now),
            "anchors": _anchors(computed),
            "tables": {
                file.name: _table(file.make(store))
                for file in data_files(computed)
                if file.name in TABLES
            },
        }
    )
    content = {**told(edition), "frozen": sha256(frozen)}
    text = yaml.safe_dump(
        {name: _plain(content[name]) for name in Edition.model_fields if name in content},
        sort_keys=False, allow_unicode=True, width=100,
    )  # fmt: skip
    text = text.replace(f"date: '{edition.date}'", f"date: {edition.date}")
    return {
        root / FOLDER / f"{edition.id}.yaml": f"{schema_line('edition', 1)}\n{text}",
        frozen_file(root, edition.id): frozen,
    }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _anchors(computed: Computed) -> dict[str, dict[str, dict[str, list[float]]]]:
    """The numbers in the addresses of all clusters, with their peaks, by run and readout."""
    found: dict[str, dict[str, dict[str, list[float]]]] = {}
    for state in computed.states:
        as_of = "" if state.as_of == computed.registry.newest else state.as_of
        for run, result in ((run, state.results[run.id]) for run in state.runs):
            if isinstance(result, AnalysisResult):
                name = as_of_name(run.id, as_of)
                found[name] = {
                    kind_of(readout): {
                        str(numbers[c.number]): [float(v) for v in c.peak] for c in readout.clusters
                    }
                    for readout in result.readouts
                    if (numbers := address(computed.registry, name, readout))
                }
    return found


def _table(content: bytes) -> dict[str, Any]:
    """The rows of a file; of clusters, most of which are spots of one study, the others."""
    columns, *rows = csv.reader(io.StringIO(content.decode()))
    if "contributing" in columns:
        rows = [row for row in rows if ";" in row[columns.index("contributing")]]
    return {"columns": columns, "rows": rows}


def edition_files(computed: Computed) -> dict[str, bytes]:
    """What each edition has at its address, from its frozen data alone, and the feed."""
    files: dict[str, bytes] = {}
    for each in computed.registry.editions:
        folder = f"{FOLDER}{each.edition.id}"
        files[f"{folder}/edition.json"] = each.text.encode()
        for name, table in each.data["tables"].items():
            files[f"{folder}/{name}"] = to_csv(table["columns"], table["rows"]).encode()
            as_json = {"columns": table["columns"], "rows": table["rows"]}
            text = json.dumps(as_json, indent=1, ensure_ascii=False) + "\n"
            files[f"{folder}/{name.removesuffix('.csv')}.json"] = text.encode()
    entries = feed(computed)
    return files | ({"feed.xml": entries} if entries else {})


def version_at(root: Path, revision: str | None) -> Version:
    """The review at a revision of its checkout, or in the working tree.

    Raises HistoryError for a revision that today's models cannot read or that has no lock, and
    DataError when these are the working tree's faults.
    """
    if revision is None:
        registry, name = load_registry(root), "the working tree"
        lock = read_text(root / LOCK_FILE) if (root / LOCK_FILE).is_file() else None
    else:
        name = f"revision {revision}"
        with tempfile.TemporaryDirectory() as folder:
            texts = texts_at(root, revision, lambda name: not name.startswith("schema/"))
            for file, text in texts.items():
                path = Path(folder, file)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8", newline="")
            try:
                registry = load_registry(Path(folder))
            except DataError as error:
                first = str(error.problems[0]).replace(f"{folder}/", "")
                message = f"the registry at '{revision}' cannot be read: {first}"
                raise HistoryError(message) from error
            lock = texts.get(LOCK_FILE)
    if lock is None:
        raise HistoryError(f"{name} has no {LOCK_FILE}")
    return version_of(registry, read_lock(lock, f"{name}:{LOCK_FILE}"), name)


def diff_page(
    old: Version,
    new: Version,
    templates: Path,
    store: Store,
    scheduler: Scheduler,
    step: Step = lambda *_: None,
) -> str:
    """Two versions side by side as one page of HTML with its style and pictures inside."""
    told_by = lambda *counts: step("analyses that changed", *counts)  # noqa: E731
    (found,) = with_maps([compare(old, new)], store, scheduler=scheduler, tell=told_by)
    tables = [head_counts([new, old]), *comparison_tables(found)]
    sketches = list(comparison_figures(found))
    env, style = environment(templates), assets(templates)
    gallery = drawn(sketches, env, templates, style, store, scheduler)
    figures = {
        id_: replace(figure, file=_inlined(gallery.files[figure.file]))
        for id_, figure in gallery.figures.items()
    }
    page = Item("diff.html", "diff.html", changed(found), tuple(tables), tuple(sketches))
    return env.get_template(page.template).render(
        view=page.view,
        tables={table.id: table for table in tables},
        figures=figures,
        numbers=numbered([page], ()),
        style=style["assets/report.css"].decode(),
        root="",
        files="",
        printed=True,
    )


def _inlined(image: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(image).decode()}"
