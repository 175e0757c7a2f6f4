"""`trdreport new study` and `trdreport new candidate`."""

from pathlib import Path
from typing import Annotated

import typer

from trdreport.cli.options import CountOption, ReferenceOption, RegistryOption, SearchIdOption, app

new = typer.Typer(help="Begin a record.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(new, name="new")


@new.command("study")
def new_study(
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
    study_id: Annotated[str | None, typer.Option("--id", help="Name of the file.")] = None,
    label: Annotated[str | None, typer.Option("--label", help="Short name.")] = None,
    year: Annotated[int | None, typer.Option("--year", help="Year of publication.")] = None,
    search: SearchIdOption = None,
    reference: ReferenceOption = None,
    count: CountOption = False,
    registry: RegistryOption = Path("registry"),
) -> None:
    """Ask for the essentials and write a record with every field; nothing is overwritten.

    Id, label and year come from the reference where one is given. What is left to do in other files
    is said with its lines.

    Example: trdreport new study --reference wu2011.bib --country China --modality rs-fMRI
    --groups TRD=22,TSD=22,HC=26 --count
    """
    from trdreport.records.begun import begin
    from trdreport.records.new_reference import read_work
    from trdreport.records.new_study import Essentials, parse_groups, write_studies

    begun = begin(registry)
    work = read_work(reference) if reference else None
    label = label or (work.label if work else typer.prompt("Label, such as Wu 2011"))
    year = year or (work.year if work else None) or typer.prompt("Year", type=int)
    study_id = study_id or (work.id if work else typer.prompt("Id, such as wu2011"))
    try:
        groups = parse_groups([part.strip() for part in group.split(",")])
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--groups") from error
    for given, known, option in (
        ([modality], begun.review.modalities, "--modality"),
        (list(groups), begun.review.groups, "--groups"),
    ):
        for word in given:
            if word not in known:
                message = f"'{word}' is not in review.yaml; known are {', '.join(known)}."
                raise typer.BadParameter(message, param_hint=option)
    found = begun.chosen(search)
    study = Essentials(study_id, label, year, country, modality, groups, found)
    (path,), left = write_studies(begun, registry, [study], work=work, count=count)
    print(f"{path} written; fill in what says TODO, then run trdreport validate")
    for lines in left:
        print(lines)


@new.command("search")
def new_search(
    search_id: Annotated[
        str, typer.Option("--id", prompt="Id, such as update-2026", help="Name of the search.")
    ],
    day: Annotated[
        str,
        typer.Option("--date", prompt="Last day covered, such as 2026-06-30", help="YYYY-MM-DD."),
    ],
    database: Annotated[
        list[str],
        typer.Option(
            "--database", metavar="NAME=RECORDS", help="A source and its records; may be repeated."
        ),
    ],
    by: Annotated[str, typer.Option("--by", help="Who searched.")] = "",
    registry: RegistryOption = Path("registry"),
) -> None:
    """Put an update search at the end of search.yaml; its counts say TODO.

    Example: trdreport new search --id update-2026 --date 2026-06-30 --database PubMed=120
    """
    from datetime import date

    from trdreport.records.begun import begin
    from trdreport.records.new_search import NewSearch, write_search

    try:
        until = date.fromisoformat(day)
    except ValueError as error:
        message = f"'{day}' is not a date; write it as 2026-06-30."
        raise typer.BadParameter(message, param_hint="--date") from error
    counts: dict[str, int | str] = {}
    for given in database:
        name, _, records = given.partition("=")
        if records and not records.isdigit():
            message = f"'{given}' is no source with its records; write it as PubMed=120."
            raise typer.BadParameter(message, param_hint="--database")
        counts[name.strip()] = int(records) if records else "not_reported"
    path = write_search(begin(registry), registry, NewSearch(search_id, until, counts, by))
    print(f"{path}: {search_id} added; fill in what says TODO, then begin the studies it found")


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
