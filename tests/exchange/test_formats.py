"""Foci go to other tools and come back; what is malformed is told line by line."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nimare.io import convert_sleuth_to_dict

from trdreport.errors import DataError
from trdreport.exchange import foci_csv, nimads, nimare, sleuth
from trdreport.exchange.experiments import Exchanged, of_registry
from trdreport.exchange.formats import FORMATS, READ
from trdreport.model.fields import fault_of
from trdreport.records.loading import Registry

NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True).filter(lambda n: not fault_of(n))
COORDINATES = st.decimals(-90, 90, places=2).map(lambda d: d + Decimal(0))
FOCI = st.lists(st.tuples(COORDINATES, COORDINATES, COORDINATES), min_size=1, max_size=6)


@st.composite
def experiments(draw: st.DrawFn) -> list[Exchanged]:
    space = draw(st.sampled_from(["MNI", "TAL"]))
    names = draw(st.lists(NAMES, min_size=1, max_size=5, unique=True))
    return [
        Exchanged(
            name,
            draw(st.sampled_from(["TRD>HC", "HC>TRD"])),
            space,
            tuple(draw(st.lists(st.integers(1, 500), min_size=2, max_size=2))),
            tuple(draw(FOCI)),
        )
        for name in names
    ]


@given(experiments())
def test_sleuth_keeps_every_focus_and_the_sum_of_people(given_: list[Exchanged]) -> None:
    back = sleuth.read(sleuth.write_sleuth(given_), "x.txt")
    assert [(e.study, e.contrast, e.space, e.foci) for e in back] == [
        (e.study, e.contrast, e.space, e.foci) for e in given_
    ]
    assert [e.sizes for e in back] == [(sum(e.sizes),) for e in given_]


@given(experiments())
def test_csv_keeps_everything(given_: list[Exchanged]) -> None:
    assert list(foci_csv.read(foci_csv.table(given_), "x.csv")) == given_


def test_nimads_keeps_everything(miola: Registry) -> None:
    back = nimads.read(json.dumps(nimads.studyset(miola)), "x.json")
    assert sorted(back, key=lambda e: (e.study, e.contrast)) == sorted(
        of_registry(miola), key=lambda e: (e.study, e.contrast)
    )


def test_nimare_reads_our_sleuth_text(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("sleuth") / "foci.txt"
    focus = (Decimal("-18.5"), Decimal(-12), Decimal(72))
    path.write_text(
        sleuth.write_sleuth([Exchanged("wu2011", "TRD>HC", "TAL", (22, 26), (focus, focus))])
    )
    read = convert_sleuth_to_dict(str(path))
    (contrast,) = next(iter(read.values()))["contrasts"].values()
    assert contrast["coords"]["x"] == [-18.5, -18.5]
    assert contrast["coords"]["space"] == "Talairach"
    assert contrast["metadata"]["sample_sizes"] == [48]


def test_nimares_older_data_sets_are_read() -> None:
    data = {
        "wu2011": {
            "contrasts": {
                "1": {
                    "coords": {"space": "MNI", "x": [1, 2.5], "y": [3, 4], "z": [5, 6]},
                    "metadata": {"sample_sizes": [22, 26]},
                }
            }
        }
    }
    (found,) = nimare.read(json.dumps(data), "x.json")
    assert found.sizes == (22, 26)
    assert found.foci == (
        (Decimal(1), Decimal(3), Decimal(5)),
        (Decimal("2.5"), Decimal(4), Decimal(6)),
    )


def test_sleuth_as_people_write_it() -> None:
    text = "// Reference = TAL\n// Wu et al., 2011:\n// TRD > HC\n// Subjects = 48\n1, 2, 3\n"
    with pytest.raises(DataError):
        sleuth.read(text, "x")  # the key has no space in GingerALE's own files
    (found,) = sleuth.read(text.replace(" = ", "="), "x")
    assert (found.study, found.contrast, found.space) == ("Wu et al., 2011", "TRD > HC", "TAL")


def problems(form: str, text: str) -> list[str]:
    with pytest.raises(DataError) as caught:
        FORMATS[form].load().read(text, "x")
    return [str(problem) for problem in caught.value.problems]


def test_every_mistake_of_a_sleuth_file_is_told() -> None:
    text = (
        "//Reference=Mars\n1 2 3\n//Wu: TRD>HC\n//Subjects=many\n1 2\n1 2 nan\n"
        "//Ma: HC>TRD\n4 5 6\n"
    )
    assert problems("sleuth", text) == [
        "x:1:1: 'Mars' is no space; write MNI or Talairach",
        "x:2:1: a focus before any experiment; name the experiment first",
        "x:4:1: 'many' is no number of people",
        "x:5:1: '1 2' is no focus; write x y z in mm",
        "x:6:1: '1 2 nan' is no focus; write x y z in mm",
        "x:7:1: 'Ma: HC>TRD' has no line //Subjects=",
    ]


def test_every_mistake_of_a_table_is_told() -> None:
    head = "study,contrast,x,y,z,space,n_more\n"
    assert problems("csv", head + "wu,TRD>HC,1,2,q,MNI,22\n,TRD>HC,1,2,3,Mars,0\n") == [
        "x:2:1: '1 2 q' is no focus; write x y z in mm",
        "x:3:1: '0' is no number of people",
        "x:3:1: 'Mars' is no space; write MNI or Talairach",
        "x:3:1: names no study or no contrast",
    ]
    assert problems("csv", "a,b\n1,2\n") == [
        "x:1:1: lacks the columns study, contrast, x, y, z, space, n_more"
    ]


@pytest.mark.parametrize("form", READ)
@pytest.mark.parametrize("text", ["", "[]", "{", "{}", "null", "\x00", "//"])
def test_what_is_none_of_it_is_refused(form: str, text: str) -> None:
    assert problems(form, text)


def test_two_spaces_do_not_fit_one_sleuth_file() -> None:
    focus = ((Decimal(1), Decimal(2), Decimal(3)),)
    two = [Exchanged("a", "TRD>HC", space, (1, 1), focus) for space in ("MNI", "TAL")]
    with pytest.raises(ValueError, match="one space"):
        sleuth.write_sleuth(two)
