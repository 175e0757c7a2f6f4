"""Render the templates."""

from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from trdreport.report.result_tables import listed
from trdreport.report.tables import MISSING, shown
from trdreport.report.views import Report


def environment(templates: Path) -> Environment:
    """Templates of a folder: everything escaped, an undefined name is an error."""
    env = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["shown"] = shown
    env.filters["listed"] = lambda items: listed(list(items))
    env.globals["missing"] = MISSING
    return env


def render_pages(templates: Path, report: Report) -> dict[str, bytes]:
    """Every HTML page by its path in the site."""
    env = environment(templates)

    def page(template: str, root: str, **context: object) -> bytes:
        text = env.get_template(template).render(report=report, root=root, files=root, **context)
        return text.encode()

    pages = {"index.html": page("index.html", "")}
    for view in report.studies:
        pages[f"studies/{view.study.id}.html"] = page("study.html", "../", view=view)
    for analysis in report.analyses:
        pages[f"analyses/{analysis.id}.html"] = page("analysis.html", "../", view=analysis)
    return pages


def render_print(templates: Path, report: Report, files: str) -> str:
    """The main page for the PDF: its links stay relative, its images and styles are at `files`."""
    template = environment(templates).get_template("index.html")
    return template.render(report=report, root="", files=files)


def assets(templates: Path) -> Mapping[str, bytes]:
    """Style, script and fonts by their path in the site."""
    return {
        f"{folder}/{path.name}": path.read_bytes()
        for folder in ("assets", "fonts")
        for path in sorted((templates / folder).iterdir())
        if path.is_file()
    }


def default_templates() -> Path:
    """The templates folder: beside the package in a checkout, inside it in a wheel."""
    package = Path(__file__).resolve().parent.parent
    shipped = package / "templates"
    return shipped if shipped.is_dir() else package.parent / "templates"
