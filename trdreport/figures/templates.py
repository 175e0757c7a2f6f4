"""Where the templates are, and how they are read."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def default_templates() -> Path:
    """The templates folder: beside the package in a checkout, inside it in a wheel."""
    package = Path(__file__).resolve().parent.parent
    shipped = package / "templates"
    return shipped if shipped.is_dir() else package.parent / "templates"


def strict(templates: Path) -> Environment:
    """Templates of a folder: everything escaped, an undefined name is an error."""
    return Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
