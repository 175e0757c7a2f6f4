"""What a fingerprint sees of a program, shown on small ones."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.conftest import ROOT
from trdreport.work.fingerprints import PACKAGE, Sources, fingerprint
from trdreport.work.scheduling import Spread, one_by_one
from trdreport.work.store import Store

MAIN = "from pack.other import helper\n\ndef main():\n    return helper()\n"


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., str]:
    """Fingerprint of `main` in a package of these modules."""
    packages: Iterator[int] = iter(range(100))

    def write(main: str, /, **modules: str) -> str:
        root = tmp_path / str(next(packages)) / "pack"
        texts = {"__init__": "", "main": main, **modules}
        for name, text in texts.items():
            path = root.joinpath(*name.split("__")) if not name.startswith("__") else root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_name(f"{path.name}.py").write_text(text)
        return Sources(root).fingerprint("pack.main:main")

    return write


@pytest.mark.parametrize(
    "main",
    [
        MAIN,
        "def main():\n    from pack.other import helper\n    return helper()\n",
        "def main():\n    from pack import other\n    return other.helper()\n",
        "import pack.other\n\ndef main():\n    return pack.other.helper()\n",
        "from pack.handed import again as helper\n\ndef main():\n    return helper()\n",
        "from pack.other import helper\n\nclass Base:\n    x = helper\n\n"
        "class main(Base):\n    pass\n",
        "from pack.other import helper\n\n@helper\ndef main():\n    pass\n",
        "from pack.other import helper\n\ndef main(x=helper):\n    pass\n",
        "from pack.other import helper\n\ndef main(x: 'list[helper]'):\n    pass\n",
        "from pack.other import helper\n\ndef main() -> 'helper':\n    pass\n",
        "DOORS = {'a': 'pack.other:helper'}\n\ndef main():\n    return DOORS\n",
        "import importlib\n\ndef main():\n    return importlib.import_module('pack.other')\n",
        "from pack.other import helper\n\nX = {}\nX['x'] = helper\n\ndef main():\n    pass\n",
        "from pack.other import helper\n\nif 1:\n    own = helper\n\ndef main():\n    pass\n",
        "try:\n    from pack.other import helper\nexcept ImportError:\n    pass\n\n"
        "def main():\n    return helper\n",
        "from pack.other import helper\n\nALL = []\n\ndef entered(f):\n    ALL.append(f)\n\n"
        "@entered\ndef one():\n    return helper\n\ndef main():\n    return ALL\n",
    ],
)  # fmt: skip
def test_a_reference_is_followed(written: Callable[..., str], main: str) -> None:
    handed = "from pack.other import helper as again\n"
    before = written(main, other="def helper():\n    return 1\n", handed=handed)
    assert written(main, other="def helper():\n    return 1\n", handed=handed) == before
    assert written(main, other="def helper():\n    return 2\n", handed=handed) != before


def test_what_is_not_reached_does_not_count(written: Callable[..., str]) -> None:
    helper = "def helper():\n    return 1\n"
    before = written(MAIN, other=helper)
    for same in (
        f'"""Words."""\n{helper}',
        f"# words\n\n\n{helper}\ndef more():\n    return 2\n",
        'def helper():\n    """Words."""\n    return (1)\n',
        f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import numpy\n{helper}",
        f"X = 1\n{helper}class Y:\n    pass\n",
    ):
        assert written(MAIN, other=same) == before


@pytest.mark.parametrize(
    "other",
    [
        "print()\ndef helper():\n    return 1\n",
        "def helper():\n    return 1\nhelper.x = 2\n",
        "def helper():\n    return 1\nhelper = helper()\n",
        "def helper():\n    return 1.0\n",
        "def helper():\n    return '1'\n",
        "import numpy\ndef helper():\n    return 1\nif numpy:\n    pass\n",
        "class helper:\n    x = 1\n",
    ],
)
def test_what_is_reached_counts(written: Callable[..., str], other: str) -> None:
    assert written(MAIN, other="def helper():\n    return 1\n") != written(MAIN, other=other)


def test_what_the_source_lacks_is_named(written: Callable[..., str]) -> None:
    with pytest.raises(ValueError, match=r"the module pack\.other has no helper"):
        written(MAIN, other="")
    with pytest.raises(ValueError, match=r"there is no module pack\.other"):
        written(MAIN)
    with pytest.raises(ValueError, match="line 1: a relative import is not followed"):
        written("from .other import helper\n\ndef main():\n    return helper()\n")


@dataclass(frozen=True)
class Drawing:
    """A callable that says by name what it calls."""

    door: str

    def __call__(self) -> bytes:
        return self.door.encode()


def test_a_callable_dataclass_counts_with_its_fields() -> None:
    sources = Sources(ROOT / "tests")
    one, other = "tests.conftest:ROOT", "tests.conftest:REGISTRIES"
    definitions, _ = sources.reached(Drawing(one))
    assert {f"{__name__}:Drawing", one} <= definitions
    assert sources.fingerprint(Drawing(one)) != sources.fingerprint(Drawing(other))
    assert sources.fingerprint(Drawing("one")) == sources.fingerprint(Drawing("other"))


def test_functions_among_the_arguments_count() -> None:
    sources = Sources(PACKAGE)
    analysis, loops = "trdreport.engine.run:_run", "trdreport.engine.null_loops:maxima"
    alone = sources.fingerprint(partial(bytes, b"x"))
    assert sources.fingerprint(partial(bytes, b"y")) == alone
    assert sources.fingerprint(partial(bytes, loops)) not in (alone, sources.fingerprint(loops))
    assert sources.fingerprint(partial(bytes, key=fingerprint)) != alone
    assert sources.fingerprint(partial(bytes, partial(fingerprint, 1))) != alone
    assert sources.fingerprint(analysis) != sources.fingerprint(loops)


def test_what_has_no_name_to_be_found_by_is_refused(tmp_path: Path) -> None:
    def nested() -> bytes:
        return b""

    for work in (lambda: b"", nested, partial(nested), Spread(one_by_one).__call__, b"bytes", 1):
        with pytest.raises(ValueError, match=r"cannot be found by its name: give a function of a"):
            fingerprint(work)
    with pytest.raises(ValueError, match="cannot be found by its name"):
        Store(tmp_path).remember("map", ("a",), lambda: b"", bytes)
