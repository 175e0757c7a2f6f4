"""Write a registry of studies that never were: `python -m benchmarks.synthetic DIR --studies 1000`.

The same numbers and seed give the same files. Foci are planted around two centres, with noise.
"""

import argparse
import shutil
from pathlib import Path

import numpy as np

from trdreport.brain.extent import mni_brain
from trdreport.engine.simulation import Truth, simulated_foci, voxel_tree

CENTRES = ((-44.0, 24.0, 30.0), (4.0, 30.0, 28.0))

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

STUDY = """\
id: {id}
citation: {id}
label: Study {number}
year: 2020
country: Utopia
cohort: {id}
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
  modality: VBM
  measure: GMV
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
  - contrast: TRD>HC
    space: MNI
    foci:
{foci}
sources:
  - {{covers: [groups, contrasts], document: {id}, place: Table 1, page: 1}}
"""

FOCUS = "      - {{x: {:.1f}, y: {:.1f}, z: {:.1f}}}"

ENTRY = """\
@article{{{id},
  author = {{Generator, A.}}, title = {{Study {number}}}, journal = {{None}}, year = {{2020}}
}}
"""


def write_registry(
    root: Path, studies: int, *, foci: int = 10, permutations: int = 1000, seed: int = 1
) -> None:
    """A registry of `studies` studies with `foci` foci each, in the empty or new folder `root`."""
    brain = voxel_tree(*mni_brain())
    truth = Truth(foci, CENTRES)
    (root / "studies").mkdir(parents=True)
    entries = [ENTRY.format(id="synthetic", number=0)]
    for number in range(1, studies + 1):
        name = f"study-{number:05d}"
        generator = np.random.Generator(np.random.Philox(key=np.array([seed, number], np.uint64)))
        patients, controls = (int(n) for n in generator.integers(12, 60, 2))
        positions = simulated_foci(truth, brain, seed + 1, number)
        record = STUDY.format(
            id=name,
            number=number,
            patients=patients,
            controls=controls,
            foci="\n".join(FOCUS.format(*(position + 0.0)) for position in positions),
        )
        (root / "studies" / f"{name}.yaml").write_text(record)
        entries.append(ENTRY.format(id=name, number=number))
    (root / "review.yaml").write_text(REVIEW)
    (root / "search.yaml").write_text(SEARCH.format(n=studies))
    (root / "analyses.yaml").write_text(PLAN.format(permutations=permutations))
    (root / "published.yaml").write_text("document: synthetic\ntotals: []\nresults: []\n")
    (root / "references.bib").write_text("".join(entries))


def main() -> None:
    """Parse the command line and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--studies", type=int, default=1000)
    parser.add_argument("--foci", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    shutil.rmtree(asked.folder, ignore_errors=True)
    write_registry(asked.folder, asked.studies, foci=asked.foci, seed=asked.seed)


if __name__ == "__main__":
    main()
