"""The application, and the options that several commands share."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

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
SearchIdOption = Annotated[
    str | None,
    typer.Option("--search", metavar="ID", help="Search that found it; else the newest."),
]
ReferenceOption = Annotated[
    Path | None,
    typer.Option(
        "--reference", metavar="FILE",
        help="Its reference, for references.bib: BibTeX, RIS, CSL-JSON or DOI metadata.",
    ),
]  # fmt: skip
CountOption = Annotated[
    bool, typer.Option("--count", help="Raise the search's counts in search.yaml.")
]
DaskOption = Annotated[
    str | None,
    typer.Option(
        "--dask", metavar="ADDRESS", help="Compute on the workers of this Dask scheduler."
    ),
]


@app.callback()
def _root() -> None:
    """Study records in, published report out."""


@contextmanager
def cluster_at(address: str | None) -> Iterator["Scheduler | None"]:
    """The Dask cluster at an address; None without one."""
    if address is None:
        yield None
        return
    from trdreport.errors import WorkError
    from trdreport.work.scheduling import dask_cluster

    with ExitStack() as stack:
        try:
            cluster = stack.enter_context(dask_cluster(address))
        except WorkError as error:
            raise typer.BadParameter(f"{error}.", param_hint="--dask") from error
        yield cluster


def one_of(names: Sequence[str]) -> Callable[[str], str]:
    """A check of an argument against names that are known when the command runs."""

    def check(value: str) -> str:
        if value not in names:
            raise typer.BadParameter(f"'{value}' is not one of {', '.join(names)}.")
        return value

    return check
