"""The command line: parse, call, print."""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trdreport.errors import DataError

if TYPE_CHECKING:
    from trdreport.work.scheduling import Scheduler

app = typer.Typer(
    help="Study records in, published report out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

RegistryOption = Annotated[
    Path, typer.Option("--registry", metavar="DIR", help="Folder of the records.")
]
SiteOption = Annotated[Path, typer.Option("--site", metavar="DIR", help="Folder of the site.")]

TemplatesOption = Annotated[
    Path | None, typer.Option("--templates", metavar="DIR", help="Folder of the templates.")
]
QuickOption = Annotated[bool, typer.Option("--quick", help="Leave the robustness analyses out.")]
CacheOption = Annotated[Path, typer.Option("--cache", metavar="DIR", help="Folder of the store.")]


@app.callback()
def _root() -> None:
    """Study records in, published report out."""


@app.command()
def validate(registry: RegistryOption = Path("registry")) -> None:
    """Check every record and report every mistake at once.

    Example: trdreport validate --registry registry
    """
    from trdreport.records.loading import load_registry

    loaded = load_registry(registry)
    print(
        f"{registry}: {len(loaded.studies)} studies, {loaded.participants} participants,"
        f" {len(loaded.plan.analyses)} analyses: no mistakes found"
    )


class CheckFormat(StrEnum):
    """How findings are printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


@app.command()
def check(
    registry: RegistryOption = Path("registry"),
    form: Annotated[
        CheckFormat, typer.Option("--format", help="For a terminal, a program or a pull request.")
    ] = CheckFormat.TEXT,
    rules: Annotated[
        bool, typer.Option("--rules", help="List the checks and their codes instead.")
    ] = False,
) -> None:
    """Look for values that cannot be right, or that disagree between places.

    Findings are not mistakes of the records: values stay as printed, and the exit status is 0.

    Example: trdreport check --format json
    """
    from trdreport.checks import check as check_registry
    from trdreport.checks import formats, rules_table
    from trdreport.records.loading import load_registry

    if rules:
        print(rules_table())
        return
    loaded = load_registry(registry)
    found = check_registry(loaded)
    shown = {
        CheckFormat.TEXT: formats.as_text,
        CheckFormat.JSON: formats.as_json,
        CheckFormat.GITHUB: formats.as_github,
    }[form](loaded, found)
    if shown:
        print(shown)
    if form is CheckFormat.TEXT:
        count = len(found)
        told = sum(bool(finding.acknowledged) for finding in found)
        print(f"{count} finding{'s' * (count != 1)}, {told} acknowledged")


@app.command()
def build(
    registry: RegistryOption = Path("registry"),
    site: SiteOption = Path("site"),
    templates: TemplatesOption = None,
    cache: CacheOption = Path(".trdreport-cache"),
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Compute everything anew and keep nothing.")
    ] = False,
    quick: QuickOption = False,
    locked: Annotated[
        bool, typer.Option("--locked", help="Fail when results differ from results.lock.json.")
    ] = False,
    update_lock: Annotated[
        bool, typer.Option("--update-lock", help="Write the results into results.lock.json.")
    ] = False,
    dask: Annotated[
        str | None,
        typer.Option(
            "--dask", metavar="ADDRESS", help="Send the permutations to this Dask scheduler."
        ),
    ] = None,
    repository: Annotated[
        str,
        typer.Option(
            metavar="URL", help="Where the records can be edited, such as https://github.com/me/it."
        ),
    ] = "",
) -> None:
    """Check the records, run every analysis, and write the site.

    Example: trdreport build --registry registry --site site
    """
    from trdreport.records.loading import load_registry

    if repository and not repository.startswith("https://"):
        raise typer.BadParameter("give an address with https://", param_hint="--repository")
    loaded = load_registry(registry)  # fast: says what is wrong before the heavy imports
    logging.disable(logging.INFO)  # libraries report each of their steps
    from trdreport.cli.progress import progress
    from trdreport.cli.summary import summary
    from trdreport.figures.templates import default_templates
    from trdreport.publish.build import build as build_site
    from trdreport.publish.build import steps_of
    from trdreport.publish.locking import LockKeeper

    keeper = LockKeeper(registry, locked=locked)
    with _scheduler(dask) as scheduler, progress(steps_of(loaded, quick=quick)) as step:
        built = build_site(
            loaded,
            site,
            templates or default_templates(),
            cache=None if no_cache else cache,
            scheduler=scheduler,
            quick=quick,
            repository=repository.rstrip("/"),
            accept=keeper.accept,
            step=step,
        )
    print(summary(built))
    print(keeper.settle(update=update_lock))


@contextmanager
def _scheduler(dask: str | None) -> Iterator["Scheduler | None"]:
    """The Dask cluster at an address; None, the threads of this process, without one."""
    if dask is None:
        yield None
        return
    from trdreport.work.scheduling import ClusterError, dask_cluster

    try:
        with dask_cluster(dask) as cluster:
            yield cluster
    except ClusterError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--dask") from error


@app.command()
def serve(
    registry: RegistryOption = Path("registry"),
    site: SiteOption = Path("site"),
    templates: TemplatesOption = None,
    cache: CacheOption = Path(".trdreport-cache"),
    quick: QuickOption = False,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port on 127.0.0.1; 0 for a free one.")
    ] = 8000,
) -> None:
    """Show the site in a browser, and build it again whenever a record or a template changes.

    Mistakes are shown in the page, above the last good site. Ctrl-C ends it.

    Example: trdreport serve --quick --port 8000
    """
    logging.disable(logging.INFO)  # libraries report each of their steps
    from trdreport.figures.templates import default_templates
    from trdreport.publish.serving import PortError
    from trdreport.publish.serving import serve as serve_site

    folder = templates or default_templates()

    def rebuild() -> None:
        from trdreport.cli.progress import progress
        from trdreport.publish.build import build as build_site
        from trdreport.publish.build import steps_of
        from trdreport.records.loading import load_registry

        loaded = load_registry(registry)
        with progress(steps_of(loaded, quick=quick)) as step:
            build_site(loaded, site, folder, cache=cache, quick=quick, step=step)

    say = partial(print, flush=True)  # the address is needed at once, also through a pipe
    try:
        serve_site(rebuild, site, [registry, folder], port=port, tell=say)
    except PortError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--port") from error


@app.command()
def calibrate(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="Run to imitate, such as all-trd-hc.mni2026.")
    ],
    registry: RegistryOption = Path("registry"),
    studies: Annotated[
        list[int], typer.Option("--studies", min=2, help="Number of studies; may be repeated.")
    ] = [5, 8, 17, 30],  # noqa: B006 (typer reads it and never changes it)
    reviews: Annotated[
        int,
        typer.Option(
            "--reviews",
            min=20,
            help="Simulated reviews with each effect; four times as many without.",
        ),
    ] = 100,
    permutations: Annotated[int, typer.Option("--permutations", min=100)] = 1000,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 1,
) -> None:
    """Simulate reviews with and without convergence; write calibration.yaml into the registry.

    Example: trdreport calibrate all-trd-hc.mni2026 --reviews 100
    """
    from trdreport.records.loading import load_registry

    loaded = load_registry(registry)
    runs = {each.id for each in loaded.plan.runs}
    if run not in runs:
        raise typer.BadParameter(f"'{run}' is not a run; there are {', '.join(sorted(runs))}.")
    logging.disable(logging.INFO)
    from trdreport.cli.progress import progress
    from trdreport.engine.calibration import Asked, calibration_text, pieces
    from trdreport.engine.selection import experiment_table

    asked = Asked(tuple(studies), reviews, permutations, seed)
    chosen = loaded.run(run)
    with progress(pieces(studies, reviews)) as step:
        text = calibration_text(
            experiment_table(loaded, chosen), chosen, asked, done=lambda: step("simulated reviews")
        )
    target = registry / "calibration.yaml"
    new = target.with_suffix(".new")
    new.write_text(text)
    new.replace(target)
    print(f"{target} written")


@app.command()
def schema(
    registry: RegistryOption = Path("registry"),
    reference: Annotated[
        bool, typer.Option("--reference", help="Print the field reference instead.")
    ] = False,
) -> None:
    """Write the JSON Schemas of the records, by which editors complete and explain fields.

    Example: trdreport schema
    """
    from trdreport.records.schema import FOLDER, field_reference, schema_files

    if reference:
        print(field_reference(), end="")
        return
    folder = registry / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in schema_files().items():
        (folder / name).write_text(text)
    print(f"{len(schema_files())} schemas written to {folder}")


@app.command("format")
def format_records(
    registry: RegistryOption = Path("registry"),
    check_only: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit status 1 when a record would.")
    ] = False,
) -> None:
    """Put the records into canonical form: fields in order, comments kept.

    Example: trdreport format --check
    """
    from trdreport.records.formatting import format_registry

    changed = format_registry(registry, write=not check_only)
    for path in changed:
        print(f"{path}: {'is not canonical' if check_only else 'rewritten'}")
    if check_only and changed:
        print(f"{len(changed)} to format; run trdreport format", file=sys.stderr)
        raise typer.Exit(1)


new = typer.Typer(help="Begin a record.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(new, name="new")


@new.command("study")
def new_study(
    study_id: Annotated[
        str, typer.Option("--id", prompt="Id, such as wu2011", help="Name of the file.")
    ],
    label: Annotated[
        str, typer.Option("--label", prompt="Label, such as Wu 2011", help="Short name.")
    ],
    year: Annotated[int, typer.Option("--year", prompt="Year", help="Year of publication.")],
    country: Annotated[
        str, typer.Option("--country", prompt="Country", help="Where people were recruited.")
    ],
    modality: Annotated[
        str, typer.Option("--modality", prompt="Modality, such as VBM", help="As in review.yaml.")
    ],
    group: Annotated[
        str,
        typer.Option(
            "--groups", prompt="Groups, such as TRD=22,HC=26", help="Groups and their sizes."
        ),
    ],
    registry: RegistryOption = Path("registry"),
) -> None:
    """Ask for the essentials and write a record with every field; nothing is overwritten.

    Example: trdreport new study --id wu2011 --label "Wu 2011" --year 2011 --country China
    --modality rs-fMRI --groups TRD=22,TSD=22,HC=26
    """
    from trdreport.records.loading import load_registry
    from trdreport.records.new_study import Essentials, parse_groups, write_new

    loaded = load_registry(registry)
    try:
        groups = parse_groups([part.strip() for part in group.split(",")])
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--groups") from error
    for given, known, option in (
        ([modality], loaded.review.modalities, "--modality"),
        (list(groups), loaded.review.groups, "--groups"),
    ):
        for word in given:
            if word not in known:
                message = f"'{word}' is not in review.yaml; known are {', '.join(known)}."
                raise typer.BadParameter(message, param_hint=option)
    path = write_new(loaded, registry, Essentials(study_id, label, year, country, modality, groups))
    print(f"{path} written; fill in what says TODO, then run trdreport validate")


@new.command("candidate")
def new_candidate(
    candidate_id: Annotated[
        str,
        typer.Option(
            "--id", prompt="Id, such as zhang2026", help="Name of the file and citation key."
        ),
    ],
    label: Annotated[
        str, typer.Option("--label", prompt="Label, such as Zhang 2026", help="Short name.")
    ],
    found_by: Annotated[
        str, typer.Option("--found-by", prompt="Found by", help="How it came to us.")
    ],
    registry: RegistryOption = Path("registry"),
) -> None:
    """Put a work on the living list, still to be screened; nothing is overwritten.

    Example: trdreport new candidate --id zhang2026 --label "Zhang 2026" --found-by "PubMed alert"
    """
    from trdreport.records.loading import load_registry
    from trdreport.records.new_candidate import write_candidate

    loaded = load_registry(registry)
    path = write_candidate(loaded, registry, candidate_id, label, found_by)
    hint = "" if candidate_id in loaded.references else f"; add {candidate_id} to references.bib"
    print(f"{path} written{hint}; screen it, then run trdreport validate")


class ImportFormat(StrEnum):
    """Files that can be read."""

    SLEUTH = "sleuth"
    NIMADS = "nimads"
    NIMARE = "nimare"
    CSV = "csv"


@app.command("import")
def import_records(
    form: Annotated[ImportFormat, typer.Argument(metavar="FORMAT", help="Format of the file.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file.")],
    registry: RegistryOption = Path("registry"),
    contrast: Annotated[
        str | None,
        typer.Option("--contrast", help="Contrast of experiments that do not name theirs."),
    ] = None,
) -> None:
    """Begin a record for each study of another tool's file: sleuth, nimads, nimare or csv.

    Foci and sample sizes are taken over; the rest says TODO. Nothing is overwritten, and nothing is
    written when anything is wrong.

    Example: trdreport import sleuth foci.txt --contrast "TRD>HC"
    """
    from trdreport.exchange.importing import import_file
    from trdreport.records.loading import load_registry

    for path in import_file(load_registry(registry), registry, file, form.value, contrast):
        print(f"{path} written; fill in what says TODO")


class ExportFormat(StrEnum):
    """Files that can be written."""

    SLEUTH = "sleuth"
    NIMADS = "nimads"
    CSV = "csv"
    BIBTEX = "bibtex"
    CSL = "csl-json"
    PRISMA = "prisma"


@app.command("export")
def export_records(
    form: Annotated[ExportFormat, typer.Argument(metavar="FORMAT", help="Format of the file.")],
    registry: RegistryOption = Path("registry"),
    run: Annotated[
        str | None, typer.Option("--run", help="For sleuth: the run, such as all-trd-hc.")
    ] = None,
) -> None:
    """Print the registry for another tool: sleuth, nimads, csv, bibtex, csl-json or prisma.

    What the format cannot say is listed on standard error.

    Example: trdreport export sleuth --run all-trd-hc > all-trd-hc.txt
    """
    from trdreport.exchange import exporting as export
    from trdreport.records.loading import load_registry

    loaded = load_registry(registry)
    if form is ExportFormat.SLEUTH:
        runs = [each.id for each in loaded.plan.runs]
        if run not in runs:
            message = f"name a run: {', '.join(runs)}."
            raise typer.BadParameter(message, param_hint="--run")
        made = export.export_sleuth(loaded, run)
    else:
        made = {
            ExportFormat.NIMADS: lambda: export.export_nimads(loaded),
            ExportFormat.CSV: lambda: export.export_csv(loaded),
            ExportFormat.BIBTEX: lambda: export.export_bibtex(loaded, registry),
            ExportFormat.CSL: lambda: export.export_csl(loaded),
            ExportFormat.PRISMA: lambda: export.export_prisma(loaded),
        }[form]()
    print(made.text, end="")
    for lost in made.lost:
        print(f"not carried over: {lost}", file=sys.stderr)


class DiffFormat(StrEnum):
    """How a difference is printed."""

    TEXT = "text"
    MARKDOWN = "markdown"


@app.command()
def diff(
    old: Annotated[str, typer.Argument(metavar="REV", help="Revision to compare with.")],
    new: Annotated[
        str | None, typer.Argument(metavar="[REV]", help="The other one; else the working tree.")
    ] = None,
    registry: RegistryOption = Path("registry"),
    form: Annotated[
        DiffFormat, typer.Option("--format", help="For a terminal or a pull request.")
    ] = DiffFormat.TEXT,
) -> None:
    """Say what changed in the records and, by results.lock.json, in the results.

    Example: trdreport diff main --format markdown
    """
    from trdreport.engine.diff import diff as compare
    from trdreport.records.history import HistoryError

    try:
        found = compare(registry, old, new)
    except HistoryError as error:
        raise typer.BadParameter(f"{error}.") from error
    print(found.text() if form is DiffFormat.TEXT else found.markdown())


@app.command()
def store(
    cache: CacheOption = Path(".trdreport-cache"),
    prune_days: Annotated[
        int | None,
        typer.Option(
            "--prune", min=0, metavar="DAYS", help="Delete what was not used for so long."
        ),
    ] = None,
) -> None:
    """Show what the result store keeps, or prune it.

    Example: trdreport store --prune 30
    """
    from trdreport.work.store import open_store

    with open_store(cache if cache.is_dir() else None) as opened:
        if prune_days is not None:
            count = opened.prune(time.time() - prune_days * 86_400)
            print(f"{count} entries deleted")
        for kind, (number, size) in opened.entries().items():
            print(f"{kind}: {number} entries, {size / 1e6:.1f} MB")


def main() -> None:
    """Run the command line; mistakes in the user's data go to standard error, exit status 1."""
    try:
        app()
    except DataError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        count = len(error.problems)
        print(f"{count} mistake{'s' if count != 1 else ''}; nothing was built", file=sys.stderr)
        sys.exit(1)
