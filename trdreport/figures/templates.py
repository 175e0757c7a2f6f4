"""Where the templates are."""

from pathlib import Path


def default_templates() -> Path:
    """The templates folder: beside the package in a checkout, inside it in a wheel."""
    package = Path(__file__).resolve().parent.parent
    shipped = package / "templates"
    return shipped if shipped.is_dir() else package.parent / "templates"
