"""What we lean on inside NiMARE; a new version that moves it must fail here, by name."""

from importlib.metadata import version


def test_the_minor_version_is_the_one_that_was_read() -> None:
    assert version("nimare").startswith("0.22.")
