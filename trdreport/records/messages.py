"""Turn a pydantic error into a located problem that says how to mend it."""

import difflib
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from trdreport.errors import Problem
from trdreport.model.fields import TODO, UNKNOWN_WORDS
from trdreport.records.yamlfile import YamlFile

_UNKNOWN_HINT = " or ".join(UNKNOWN_WORDS)


def explain(error: ValidationError, file: YamlFile, model: type[BaseModel]) -> list[Problem]:
    """One problem for each thing that pydantic found."""
    fields = _fields(model)
    return [
        _problem(detail, file, fields)
        for detail in error.errors(include_url=False)
        if not _follows(detail)
    ]


def _follows(detail: ErrorDetails) -> bool:
    """Whether a list counts as too short only because its items are wrong, which is said too."""
    given = detail.get("input")
    least = detail.get("ctx", {}).get("min_length", 0)
    return detail["type"] == "too_short" and isinstance(given, tuple) and len(given) >= least


def suggest(word: str, candidates: Iterable[str]) -> str:
    """`; did you mean 'x'?`, or nothing when no candidate is near."""
    near = difflib.get_close_matches(word, sorted(candidates), n=1, cutoff=0.6)
    return f"; did you mean '{near[0]}'?" if near else ""


def _problem(detail: ErrorDetails, file: YamlFile, fields: dict[str, bool]) -> Problem:
    kind, loc = detail["type"], detail["loc"]
    word = str(loc[-1]) if loc else ""
    if kind == "missing" and word.isdigit():
        return file.problem(loc[:-1], f"has {word} items and needs more; add what is missing")
    if kind == "missing":
        hint = f", with {_UNKNOWN_HINT} if it is unknown" if fields.get(word) else ""
        return file.problem(loc[:-1], f"the key '{word}' is missing; add it{hint}")
    if kind == "extra_forbidden":
        if word in fields:
            message = f"the key '{word}' does not belong here; move or remove it"
            return file.problem(loc, message, at_key=True)
        near = suggest(word, fields)
        return file.problem(loc, f"unknown key '{word}'{near or '; remove it'}", at_key=True)
    return file.problem(loc, _message(detail))


def _message(detail: ErrorDetails) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if detail.get("input") == TODO:
        return "is still to be written"
    got = _shown(detail.get("input"))
    messages = {
        "string_type": f"expected text, got {got}"
        + ("" if isinstance(detail.get("input"), dict | tuple) else "; put it in quotes"),
        "int_type": f"expected a whole number, got {got}",
        "bool_type": f"expected true or false, got {got}",
        "is_instance_of": f"expected a number, got {got}",
        "decimal_type": f"expected a number, got {got}",
        "finite_number": f"expected a finite number, got {got}",
        "dict_type": f"expected keys with values, got {got}",
        "model_type": f"expected keys with values, got {got}",
        "tuple_type": f"expected a list, got {got}; start each item with '- '",
        "date_type": f"expected a date such as 2022-04-23, got {got}",
        "greater_than": f"must be more than {context.get('gt')}, got {got}",
        "greater_than_equal": f"must be at least {context.get('ge')}, got {got}",
        "less_than": f"must be less than {context.get('lt')}, got {got}",
        "less_than_equal": f"must be at most {context.get('le')}, got {got}",
        "string_too_short": "must not be empty",
        "string_too_long": f"is longer than {context.get('max_length')} characters; shorten it",
        "too_long": f"has more than {context.get('max_length')} items; remove the rest",
        "too_short": f"needs at least {context.get('min_length')} item(s), has {_length(detail)}",
        "string_pattern_mismatch": _pattern_message(got, str(context.get("pattern", ""))),
        "literal_error": _literal_message(detail),
        "value_error": str(context.get("error", detail["msg"])),
    }
    message = messages.get(kind, f"{detail['msg']}, got {got}")
    optional = kind.endswith("_type") and "known" in detail["loc"]
    return f"{message}; write {_UNKNOWN_HINT} if it is unknown" if optional else message


def _pattern_message(got: str, pattern: str) -> str:
    if ">" in pattern:
        return f"{got} is not a contrast; write the group with more first, such as TRD>HC"
    if "E[" in pattern:
        return f"{got} is not a criterion id; write E1, E2, ..."
    return f"{got} is not an id; use small letters, digits and hyphens, at most 64"


def _literal_message(detail: ErrorDetails) -> str:
    expected = str(detail.get("ctx", {}).get("expected", ""))
    words = [word.strip(" '\"") for word in expected.replace(" or ", ",").split(",")]
    given = detail.get("input")
    return f"{_shown(given)} is not one of {', '.join(words)}{suggest(str(given), words)}"


def _length(detail: ErrorDetails) -> int:
    return int(detail.get("ctx", {}).get("actual_length", 0))


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "keys with values"
    if isinstance(value, tuple):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    text = text if len(text) <= 60 else text[:57] + "..."
    return f"'{text}'" if isinstance(value, str) else text


def _fields(model: type[BaseModel]) -> dict[str, bool]:
    """Every field name in a model and the models inside it, and whether it may be unknown."""
    fields: dict[str, bool] = {}
    stack = [model.model_json_schema()]
    while stack:
        schema = stack.pop()
        for name, field in schema.get("properties", {}).items():
            fields[name] = UNKNOWN_WORDS[0] in str(field)
        stack += list(schema.get("$defs", {}).values())
    return fields
