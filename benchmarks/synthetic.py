"""Write registries of studies that never were.

`python -m benchmarks.synthetic DIR --studies 1000`: one comparison, one analysis, foci around two
centres, with noise. `python -m benchmarks.synthetic DIR --review` writes one as rich as a real
review: two modalities, both directions, shared cohorts, two profiles, published claims, and all
that the robustness analyses ask for. The same numbers and seed give the same files.
"""

import argparse
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trdreport.brain.extent import mni_brain
from trdreport.brain.spaces import Coordinate, convert
from trdreport.engine.simulation import Truth, simulated_foci, voxel_tree

CENTRES = ((-44.0, 24.0, 30.0), (4.0, 30.0, 28.0))

PLANTED: Mapping[str, tuple[Coordinate, ...]] = {
    "TRD>HC": ((-44.0, 24.0, 30.0), (4.0, 30.0, 28.0), (30.0, -60.0, 46.0)),
    "HC>TRD": ((-12.0, -18.0, 66.0), (24.0, -6.0, -18.0), (-50.0, -68.0, 6.0)),
}
"""Centres (MNI mm) in the two directions of the review; a third of its studies report each."""

REPORTED = 0.35

MODALITIES = (("VBM", "GMV"), ("rs-fMRI", "ReHo"))

REVIEW = """\
title: Synthetic studies
short_title: Synthetic studies
citation: synthetic
authors: [A generator of random numbers]
question: Are the planted centres found again?
population: Nobody
protocol: none
groups:
  TRD: {label: treatment-resistant depression, patients: true}
  HC: {label: healthy controls, patients: false}
modalities:
  VBM: {label: structural MRI, measures: {GMV: grey matter volume}}
  rs-fMRI: {label: functional MRI, measures: {ReHo: regional homogeneity}}
scales:
  MADRS: {label: Montgomery-Åsberg Depression Rating Scale, minimum: 0, maximum: 60}
medication_classes:
  ssri: {short: SSRI, label: selective serotonin reuptake inhibitors}
eligibility:
  - {id: E1, text: Simulated.}
excluded: [real studies]
screeners: not_reported
extractors: not_reported
quality_raters: not_reported
agreement: not_reported
authors_contacted: not_reported
funding: None.
competing_interests: None.
sources:
  - {covers: [question], document: synthetic, place: none, page: not_reported}
"""

SEARCH = """\
searches:
  - id: original
    date: 2020-12-31
    databases:
      - {{name: Generator, records: {n}}}
    query: none
    other_methods: [none]
    prisma:
      records_identified: {n}
      duplicates_removed: 0
      records_screened: {n}
      records_excluded: 0
      reports_sought: {n}
      reports_not_retrieved: 0
      reports_assessed: {n}
      reports_excluded: 0
      exclusion_reasons: []
      studies_included: {n}
      reports_included: {n}
    sources:
      - {{covers: [prisma], document: synthetic, place: none, page: not_reported}}
"""

PLAN = """\
profiles:
  mni:
    title: Synthetic
    method: ALE
    space: MNI
    transform: icbm_spm2tal
    foci: exact
    sample_size: sum
    unit: study
    mask: {{source: mni152-2mm, dilate_voxels: 0}}
    permutations: {permutations}
    seed: 1
    cluster_forming_p: 0.001
    cluster_fwe_p: 0.05
    exploratory_p: 0.0001
analyses:
  - id: increases
    title: Grey matter, TRD > HC
    question: Are the planted centres found again?
    profile: mni
    modalities: [VBM]
    contrasts: [TRD>HC]
    pools_directions: false
    post_hoc: false
"""

REVIEW_PLAN = """\
profiles:
  talairach:
    title: As published
    method: ALE
    space: TAL
    transform: icbm_spm2tal
    foci: exact
    sample_size: sum
    unit: study
    mask: {source: mni152-2mm, dilate_voxels: 3}
    permutations: 1000
    seed: 1
    cluster_forming_p: 0.001
    cluster_fwe_p: 0.05
    exploratory_p: 0.0001
  mni:
    title: As done today
    method: ALE
    space: MNI
    transform: icbm_spm2tal
    foci: exact
    sample_size: sum
    unit: cohort
    mask: {source: mni152-2mm, dilate_voxels: 0}
    permutations: 10000
    seed: 2
    cluster_forming_p: 0.001
    cluster_fwe_p: 0.05
    exploratory_p: 0.0001
analyses:
  - {id: all-trd-hc, title: All effects, question: Do all effects converge?,
     profile: talairach, also_under: [mni], modalities: [VBM, rs-fMRI],
     contrasts: [TRD>HC, HC>TRD], pools_directions: true, post_hoc: false, reason: A trial.}
  - {id: vbm-trd-hc, title: Grey matter volume, question: Do effects on grey matter converge?,
     profile: talairach, also_under: [mni], modalities: [VBM],
     contrasts: [TRD>HC, HC>TRD], pools_directions: true, post_hoc: false, reason: A trial.}
  - {id: fmri-trd-hc, title: Resting-state activity, question: Do effects on activity converge?,
     profile: talairach, also_under: [mni], modalities: [rs-fMRI],
     contrasts: [TRD>HC, HC>TRD], pools_directions: true, post_hoc: false, reason: A trial.}
  - {id: all-hc-gt-trd, title: "All effects, HC > TRD", question: Do decreases converge?,
     profile: talairach, also_under: [mni], modalities: [VBM, rs-fMRI],
     contrasts: [HC>TRD], pools_directions: false, post_hoc: true, reason: A trial.}
multiverse:
  spaces:
    - {space: TAL, transform: icbm_spm2tal}
    - {space: TAL, transform: icbm_fsl2tal}
    - {space: TAL, transform: icbm_other2tal}
    - {space: MNI, transform: icbm_spm2tal}
  foci: [exact, voxel]
  sample_size: [sum, patients, smaller_group]
  unit: [study, cohort]
  mask:
    - {source: mni152-2mm, dilate_voxels: 0}
    - {source: mni152-2mm, dilate_voxels: 3}
    - {source: mni152-gm-2mm, dilate_voxels: 0}
  cluster_forming_p: [0.005, 0.001, 0.0001]
  permutations: 500
  other_estimators: [MKDADensity, KDA]
  other_permutations: 200
fail_safe: {draws: 20, permutations: 1000, seed: 2018, most: 10}
comparisons:
  - {id: modalities, title: Grey matter volume and resting-state activity,
     first: vbm-trd-hc, second: fmri-trd-hc, permutations: 2000, threshold_p: 0.01}
"""

PUBLISHED = """\
document: synthetic
as_of: original
totals: []
results:
{results}"""

STUDY = """\
id: {id}
citation: {id}
search: original
label: Study {number}
year: 2020
country: Utopia
cohort: {cohort}
design: cross_sectional
diagnosis: {{criteria: DSM-IV, polarity: unipolar, comorbidity: Excluded.}}
trd_definition:
  failed_trials: 2
  different_classes: true
  weeks: 6
  staging: not_reported
  as_printed: 2 AD
  summary: Two failed trials.
groups:
  TRD:
    n: {patients}
    age_years: {{mean: 40.5, sd: 9.1}}
    female_percent: not_reported
    clinical:
      onset_age_years: not_reported
      illness_duration_months: {{mean: 30, sd: 12}}
      severity: {{scale: MADRS, mean: 31.2, sd: 4.0}}
      medication_status: medicated
      medication_percent: {{ssri: not_reported}}
  HC:
    n: {controls}
    age_years: not_available
    female_percent: not_reported
imaging:
  modality: {modality}
  measure: {measure}
  field_strength_tesla: 3
  scanner: not_reported
  sequence: not_reported
  software: not_reported
  smoothing_fwhm_mm: 8
  whole_brain: true
  height_threshold_p: 0.001
  extent_threshold: not_reported
  correction: FWE
  covariates: [age]
quality: {{instrument: Checklist, score: 9, maximum: 12, items: not_available}}
contrasts:
{contrasts}
sources:
  - {{covers: [groups, contrasts], document: {id}, place: Table 1, page: 1}}
"""

CONTRAST = """\
  - contrast: {contrast}
    space: MNI
    foci:
{foci}"""

FOCUS = "      - {{x: {:.1f}, y: {:.1f}, z: {:.1f}}}"

ENTRY = """\
@article{{{id},
  author = {{Generator, A.}}, title = {{Study {number}}}, journal = {{None}}, year = {{2020}}
}}
"""


@dataclass(frozen=True)
class _Study:
    """What tells one study from the next; foci (n, 3) in MNI mm by contrast."""

    number: int
    cohort: int
    modality: str
    measure: str
    foci: Mapping[str, NDArray[np.float64]]

    @property
    def id(self) -> str:
        return name_of(self.number)


def name_of(number: int) -> str:
    """Id of a study or cohort."""
    return f"study-{number:05d}"


def write_registry(
    root: Path, studies: int, *, foci: int = 10, permutations: int = 1000, seed: int = 1
) -> None:
    """A registry of `studies` studies with `foci` foci each, in the empty or new folder `root`."""
    brain = voxel_tree(*mni_brain())
    truth = Truth(foci, CENTRES)
    modality, measure = MODALITIES[0]
    _write(
        root,
        [
            _Study(
                number,
                number,
                modality,
                measure,
                {"TRD>HC": simulated_foci(truth, brain, seed + 1, number)},
            )
            for number in range(1, studies + 1)
        ],
        plan=PLAN.format(permutations=permutations),
        published="document: synthetic\nas_of: original\ntotals: []\nresults: []\n",
        seed=seed,
    )


def write_review(
    root: Path, studies: int = 50, *, foci: int = 14, profiles: int = 2, seed: int = 1
) -> None:
    """A review with `foci` foci a study, half in each direction, in the empty or new `root`.

    The modalities take turns, and every tenth study shares the cohort of the one two before it,
    which has the same modality. With one profile the analyses are not run under another one too.
    """
    brain = voxel_tree(*mni_brain())
    made = []
    for number in range(1, studies + 1):
        modality, measure = MODALITIES[number % 2]
        found = {
            contrast: simulated_foci(
                Truth(foci // 2, centres, REPORTED, 5.0), brain, seed + direction, number
            )
            for direction, (contrast, centres) in enumerate(PLANTED.items(), start=1)
        }
        cohort = number - 2 if number % 10 == 0 else number
        made.append(_Study(number, cohort, modality, measure, found))
    plan = REVIEW_PLAN if profiles == 2 else REVIEW_PLAN.replace(", also_under: [mni]", "")
    _write(root, made, plan=plan, published=_published(made), seed=seed)


def _published(studies: Sequence[_Study]) -> str:
    """Claims: the centres of all effects in each direction, and none at two other readouts."""
    results = [
        "  - {analysis: vbm-trd-hc, readout: cluster-fwe, place: none, clusters: []}",
        "  - {analysis: all-hc-gt-trd, readout: uncorrected-0.0001, place: none, clusters: []}",
    ]
    for analysis, contrasts in (("all-trd-hc", tuple(PLANTED)), ("all-hc-gt-trd", ("HC>TRD",))):
        results.append(
            f"  - analysis: {analysis}\n    readout: cluster-fwe\n    place: none\n    clusters:"
        )
        for contrast in contrasts:
            for centre in PLANTED[contrast]:
                (peak,) = convert(np.array([centre]), "MNI", "TAL", "icbm_spm2tal").round()
                near = [
                    study.id
                    for study in studies
                    if np.linalg.norm(study.foci[contrast] - centre, axis=1).min() < 10
                ]
                results.append(
                    f"      - {{peak: [{', '.join(f'{value + 0.0:.0f}' for value in peak)}],"
                    f" volume_mm3: 800, ale: 0.03, p_uncorrected: 0.000001, significant: true,"
                    f" contributing: [{', '.join(near or [studies[0].id])}]}}"
                )
    return PUBLISHED.format(results="".join(f"{line}\n" for line in results))


def _write(root: Path, studies: Sequence[_Study], *, plan: str, published: str, seed: int) -> None:
    """The files of a registry."""
    (root / "studies").mkdir(parents=True)
    entries = [ENTRY.format(id="synthetic", number=0)]
    for study in studies:
        # Studies of one cohort have the same people.
        key = np.array([seed, study.cohort], np.uint64)
        generator = np.random.Generator(np.random.Philox(key=key))
        patients, controls = (int(n) for n in generator.integers(12, 60, 2))
        record = STUDY.format(
            id=study.id,
            cohort=name_of(study.cohort),
            number=study.number,
            patients=patients,
            controls=controls,
            modality=study.modality,
            measure=study.measure,
            contrasts="\n".join(
                CONTRAST.format(
                    contrast=contrast,
                    foci="\n".join(FOCUS.format(*(position + 0.0)) for position in foci),
                )
                for contrast, foci in study.foci.items()
            ),
        )
        (root / "studies" / f"{study.id}.yaml").write_text(record)
        entries.append(ENTRY.format(id=study.id, number=study.number))
    (root / "review.yaml").write_text(REVIEW)
    (root / "search.yaml").write_text(SEARCH.format(n=len(studies)))
    (root / "analyses.yaml").write_text(plan)
    (root / "published.yaml").write_text(published)
    (root / "references.bib").write_text("".join(entries))


def main() -> None:
    """Parse the command line and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--review", action="store_true", help="one as rich as a real review")
    parser.add_argument("--studies", type=int, help="1000; 50 of a review")
    parser.add_argument("--foci", type=int, help="foci of each study: 10; 14 of a review's")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    shutil.rmtree(asked.folder, ignore_errors=True)
    if asked.review:
        write_review(asked.folder, asked.studies or 50, foci=asked.foci or 14, seed=asked.seed)
    else:
        write_registry(asked.folder, asked.studies or 1000, foci=asked.foci or 10, seed=asked.seed)


if __name__ == "__main__":
    main()
