"""Data and versions: what can be taken away, and what the report was made with."""

from collections.abc import Iterator
from dataclasses import dataclass

from trdreport.engine.lock import LOCK_FILE
from trdreport.sections.facts.computed import Computed
from trdreport.sections.section import DataFile, Heading, Section, ready


@dataclass(frozen=True)
class DownloadsView:
    """The records' digest, versions of the software, and the seed of each profile in use."""

    digest: str
    versions: tuple[tuple[str, str], ...]
    seeds: tuple[tuple[str, int], ...]


def view(computed: Computed) -> DownloadsView:
    """What the section shows; the list of files is that of all sections."""
    profiles = {run.profile_id: run.profile for run in computed.registry.plan.runs}
    return DownloadsView(
        computed.registry.digest,
        tuple(computed.versions.items()),
        tuple((id_, profile.seed) for id_, profile in profiles.items()),
    )


def files(computed: Computed) -> Iterator[DataFile]:
    """The results' lock, and the records as parsed."""
    yield ready(LOCK_FILE, computed.lock, Heading.TABLES, "results in short, for comparison")
    for name, content in computed.registry.contents.items():
        yield ready(f"registry/{name}", content, Heading.RECORDS)


SECTION = Section(
    id="downloads",
    place="files",
    title="Data and versions",
    page="downloads.html",
    view=view,
    files=files,
)
