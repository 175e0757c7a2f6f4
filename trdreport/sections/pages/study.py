"""The page of a study: its record with sources, its part in the results, doubts about it."""

from collections.abc import Iterator
from dataclasses import dataclass

from trdreport.checks.doubt import Doubt
from trdreport.engine.claims import findings
from trdreport.model.correction import Correction
from trdreport.model.fields import Source
from trdreport.model.study import Study
from trdreport.records.bibliography import Reference
from trdreport.sections.facts.computed import Computed
from trdreport.sections.pages.study_record import Block, blocks, lettered
from trdreport.sections.section import Item
from trdreport.sections.tables import Table
from trdreport.sections.tables.studies import study_foci_table
from trdreport.sections.words import coordinates, readout_name


@dataclass(frozen=True)
class StudyView:
    """One study's page."""

    study: Study
    reference: Reference
    roles: tuple[str, ...]
    doubts: tuple[Doubt, ...]
    corrections: tuple[Correction, ...]
    foci: Table
    blocks: tuple[Block, ...]
    sources: tuple[tuple[str, Source], ...]
    edit: str


def study_pages(computed: Computed) -> Iterator[Item]:
    """A page for each study."""
    for study in computed.registry.studies:
        view = study_view(computed, study)
        tables = (view.foci,) if view.foci.rows else ()
        yield Item(f"studies/{study.id}.html", "study.html", view, tables)


def study_view(computed: Computed, study: Study) -> StudyView:
    """The view of one study."""
    registry, repository = computed.registry, computed.repository
    return StudyView(
        study,
        registry.references[study.citation],
        tuple(_roles(computed, study)),
        tuple(doubt for doubt in computed.doubts if study.id in doubt.studies),
        tuple(c for c in registry.corrections if c.study == study.id),
        study_foci_table(registry, study),
        blocks(registry.review, study),
        lettered(study),
        f"{repository}/edit/main/registry/studies/{study.id}.yaml" if repository else "",
    )


def _roles(computed: Computed, study: Study) -> Iterator[str]:
    """Its shares of the findings under leading profiles."""
    for run in computed.leading:
        result = computed.done(run)
        for readout in result.readouts if result else ():
            for cluster in findings(readout):
                for part in cluster.contributions:
                    if study.id in part.studies and part.inside:
                        where = ", ".join(coordinates(cluster.peak))
                        yield (
                            f"{run.analysis.title}: {part.share:.0%} of the cluster at {where}"
                            f" ({readout_name(readout.readout)})"
                        )
