"""`trdreport validate` starts fast because heavy libraries stay out."""

import subprocess
import sys

from tests.conftest import ROOT


def test_validation_imports_nothing_heavy() -> None:
    code = (
        "import sys; from pathlib import Path; import trdreport.cli;"
        "from trdreport.records.loading import load_registry;"
        "load_registry(Path('tests/registries/valid'));"
        "heavy = {'nimare', 'nilearn', 'matplotlib', 'weasyprint', 'numba', 'scipy', 'nibabel',"
        " 'pandas', 'rich', 'jinja2'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert run.stdout.strip() == "[]"
