"""`trdreport new study` and `trdreport new candidate`."""

from pathlib import Path
from typing import Annotated

import typer

from trdreport.cli.options import RegistryOption, app

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
    from trdreport.records.new_study import Essentials, parse_groups, write_study

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
    path = write_study(
        loaded, registry, Essentials(study_id, label, year, country, modality, groups)
    )
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
