"""The results lock says in words how one build's results differ from another's."""

import pytest

from trdreport.engine.lock import Lock, LockedCluster, LockedRun, differences, read_lock
from trdreport.errors import DataError


def cluster(peak: tuple[int, int, int], **update: object) -> LockedCluster:
    start = LockedCluster(
        readout="cluster-fwe", peak=peak, volume_mm3=576, p_fwe=0.02, region="left gyrus",
        studies=("alpha2018", "beta2019"),
    )  # fmt: skip
    return start.model_copy(update=update)


def lock(*clusters: LockedCluster, inputs: str = "aa", **verdicts: str) -> Lock:
    run = LockedRun(inputs=inputs, status="run", experiments=7, foci=42, findings=clusters)
    return Lock(runs={"all": run}, verdicts=verdicts)


HERE = cluster((-12, -16, 62))


def test_nothing_changed() -> None:
    assert differences(lock(HERE), lock(HERE)) == []


def test_a_cluster_gone_and_one_appeared() -> None:
    far = cluster((40, 0, 0))
    assert differences(lock(HERE), lock(far, inputs="bb")) == [
        "all: no longer significant: left gyrus (-12, -16, 62), p FWE 0.02 before",
        "all: significant cluster appeared: left gyrus (40, 0, 0)",
    ]


def test_runs_on_other_inputs_that_found_the_same_share_a_line() -> None:
    assert differences(lock(HERE), lock(HERE, inputs="bb")) == [
        "other foci, sample sizes or choices, and the same clusters: all runs"
    ]


def test_a_cluster_that_moves_is_the_same_one() -> None:
    (told,) = differences(lock(HERE), lock(cluster((-12, -16, 66), p_fwe=0.031)))
    assert told == (
        "all: significant cluster at left gyrus (-12, -16, 62): moved 4 mm to left gyrus"
        " (-12, -16, 66); p FWE 0.02 before, 0.031 now"
    )


def test_a_meeting_point_is_not_a_significant_cluster() -> None:
    meeting = cluster((-12, -16, 62), readout="uncorrected-0.0001", p_fwe=None)
    told = differences(lock(HERE), lock(meeting))
    assert told == [
        "all: no longer significant: left gyrus (-12, -16, 62), p FWE 0.02 before",
        "all: meeting point appeared: left gyrus (-12, -16, 62)",
    ]


def test_a_lock_of_another_hand_is_compared_too() -> None:
    """A readout with a p on one side only; a place beyond any number is no lock."""
    (told,) = differences(lock(HERE), lock(cluster((-12, -16, 62), p_fwe=None)))
    assert told.endswith("p FWE 0.02 before, none now")
    text = lock(HERE).text().replace("-12", "1" + "0" * 400)
    with pytest.raises(DataError, match="is no results lock"):
        read_lock(text, "results.lock.json")


def test_a_verdict_that_turns() -> None:
    old, new = lock(claim="reproduced"), lock(claim="not reproduced")
    assert differences(old, new) == ["published value claim: reproduced before, not reproduced now"]


def test_a_lock_survives_its_file() -> None:
    made = lock(HERE, claim="reproduced")
    assert read_lock(made.text(), "x") == made


def test_what_is_no_lock_is_refused() -> None:
    with pytest.raises(DataError, match="is no results lock"):
        read_lock("{}", "registry/results.lock.json")
