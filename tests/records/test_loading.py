"""What is loaded are the bytes that were parsed, and nothing hidden."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from trdreport.records.loading import load_registry


def test_the_bytes_that_were_parsed_are_kept(overlaid: Callable[[str], Path]) -> None:
    root = overlaid("valid")
    study = root / "studies" / "alpha2018.yaml"
    study.write_bytes(study.read_bytes().replace(b"\n", b"\r\n"))
    registry = load_registry(root)
    paths = sorted((*root.rglob("*.yaml"), *root.glob("*.bib")))
    there = {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}
    assert dict(registry.contents) == there
    digest = hashlib.sha256()
    for name, content in there.items():
        digest.update(name.encode() + b"\0" + content + b"\0")
    assert registry.digest == digest.hexdigest()


def test_hidden_files_are_not_records(overlaid: Callable[[str], Path]) -> None:
    root = overlaid("valid")
    before = load_registry(root)
    secret = root.parent / "secret"
    secret.write_text("password")
    (root / ".x.bib").symlink_to(secret)
    for folder in ("studies", "evidence", "corrections", "screened", "extractions/.hidden"):
        (root / folder).mkdir(parents=True, exist_ok=True)
        (root / folder / ".swap.yaml").write_text("not: a record")
    after = load_registry(root)
    assert after.digest == before.digest
    assert after.contents == before.contents
