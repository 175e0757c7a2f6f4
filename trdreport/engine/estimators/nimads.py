"""An experiment table as NiMARE takes it, and NiMARE without its messages."""

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator

import nibabel as nib
from nimare.studyset import Studyset

from trdreport.engine.results import Experiment, ExperimentTable


def studyset(table: ExperimentTable, space: str, mask: nib.Nifti1Image) -> Studyset:
    """One NIMADS study with one analysis for each experiment: contrasts are pooled already."""
    studies = [_study(experiment, space) for experiment in table.experiments]
    return Studyset({"id": "table", "name": "", "studies": studies}, target=None, mask=mask)


def _study(experiment: Experiment, space: str) -> dict[str, object]:
    size = {"sample_sizes": [experiment.sample_size]}
    points = [
        {"coordinates": [float(v) for v in position], "space": space}
        for position in experiment.positions()
    ]
    analysis = {"id": "1", "name": "", "metadata": size, "points": points}
    return {
        "id": experiment.unit,
        "name": experiment.unit,
        "metadata": size,
        "analyses": [analysis],
    }


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """No warnings, log lines or progress bars of NiMARE's own; a build has its own messages."""
    with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        logging.getLogger("nimare").setLevel(logging.ERROR)
        yield
