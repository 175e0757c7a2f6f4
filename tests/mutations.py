"""What can be changed in a registry within its models, field by field, and how it is written."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from trdreport.model import kinds
from trdreport.model.fields import Record
from trdreport.model.parts import _types, parts
from trdreport.records.places import replaced, value_at
from trdreport.records.yamlfile import Path_, dotted, read_yaml

Data = dict[str, Any]
"""The data of every record by path below the registry."""


class Raw(str):
    """A number as it is written."""


class Removed:
    """Stands for no value."""


ODD = "$x_1$ <b>\"&' {{ 7*7 }} \\ % | #Größe 🧠 ../up ;=1+1"
LONG = "W" * 2000
TEXTS = (ODD, LONG)
IDENTIFIERS = ("0", "x" * 64)
NUMBERS = (
    "0", "1", "-1", "0.0001", "100.00", "1e-20", "9999999", "-9999999", "1e400", "1e-400",
    "9" * 5000, f"0.{'3' * 5000}", ".nan", ".inf",
)  # fmt: skip
COSTLY = ("permutations", "other_permutations", "draws", "most")
"""More of these takes longer, and nothing else; only what is refused is tried."""
DATES = ("0001-01-01", "9999-12-31", "2018-01-01")
NAMES = ("task fMRI", "Größe", "hc", "all", "Hc2", ODD, "index", "con", "x" * 64, "0")


@dataclass(frozen=True)
class Mutation:
    """One change of a registry; where its place is gone already it changes nothing."""

    name: str
    apply: Callable[[Data], Data]
    file: str = ""
    loc: Path_ = ()

    def touches(self, other: "Mutation") -> bool:
        """Whether one of the two may undo the other."""
        if not (self.file and other.file):
            return True
        depth = min(len(self.loc), len(other.loc))
        return self.file == other.file and self.loc[:depth] == other.loc[:depth]


def read(root: Path) -> Data:
    """The data of every record of a registry."""
    return {
        path.relative_to(root).as_posix(): read_yaml(path).data
        for path in sorted(root.rglob("*.yaml"))
    }


def write(data: Data, root: Path, base: Data) -> None:
    """Write what differs from the data that stand there."""
    for name in base.keys() - data.keys():
        (root / name).unlink()
    for name, content in data.items():
        if base.get(name) != content or name not in base:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(as_yaml(content) + "\n")


def as_yaml(value: Any) -> str:
    """A value in one line of YAML."""
    if isinstance(value, dict):
        inner = ", ".join(f"{_text(key)}: {as_yaml(each)}" for key, each in value.items())
        return f"{{{inner}}}"
    if isinstance(value, tuple):
        return f"[{', '.join(map(as_yaml, value))}]"
    if isinstance(value, Raw | Decimal):
        return str(value)
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def mutations(base: Data) -> Iterator[Mutation]:
    """Every change of one thing."""
    for name in base:
        yield deleting(name)
    for name, data in base.items():
        if (kind := kinds.kind_of(name)) and name != "studies/beta2019.yaml":
            yield from _of_record(name, kind.model, data, ())
    yield from _renamings(base)
    yield from _twins(base)


def _deleted(name: str, data: Data) -> Data:
    return {path: each for path, each in data.items() if path != name}


def deleting(file: str) -> Mutation:
    """No such file."""
    return Mutation(f"{file} deleted", partial(_deleted, file), file)


def _set(name: str, loc: Path_, value: Any, data: Data) -> Data:
    """With another value at a place of a file, or without one."""
    try:
        inside = value_at(data[name], loc[:-1])
        if isinstance(loc[-1], int):
            inside[loc[-1]]
    except (KeyError, IndexError):
        return data
    if value is not Removed:
        if isinstance(inside, dict):
            return {**data, name: replaced(data[name], loc[:-1], {**inside, loc[-1]: value})}
        return {**data, name: replaced(data[name], loc, value)}
    if isinstance(inside, dict):
        rest: Any = {key: each for key, each in inside.items() if key != loc[-1]}
    else:
        rest = tuple(each for index, each in enumerate(inside) if index != loc[-1])
    return {**data, name: replaced(data[name], loc[:-1], rest)}


def shown(value: Any) -> str:
    """A value in the name of a mutation."""
    text = "removed" if value is Removed else f"= {as_yaml(value)}"
    return text if len(text) < 60 else f"{text[:40]}... ({len(text)})"


def setting(file: str, loc: Path_, value: Any) -> Mutation:
    """A value in a place of a file."""
    return Mutation(
        f"{file}: {dotted(loc)} {shown(value)}", partial(_set, file, loc, value), file, loc
    )


def _of_record(file: str, model: type[Record], data: Any, at: Path_) -> Iterator[Mutation]:
    if not isinstance(data, dict):
        return
    for name, info in model.model_fields.items():
        loc, part = (*at, name), parts(model)[name]
        types = tuple(_types(info.annotation))
        present = name in data
        if present and not part.required:
            yield setting(file, loc, Removed)
        if not present:
            for example in info.examples or ():
                yield setting(file, loc, _plain(example))
            continue
        if dict in types or tuple in types:
            yield from _of_many(file, loc, data[name], types)
        for value in _values(types, info):
            if name in COSTLY and isinstance(value, Raw) and not _refused(value):
                continue
            if value != data[name] or type(value) is not type(data[name]):
                yield setting(file, loc, value)
        if part.record and part.many and isinstance(data[name], dict | tuple):
            items = data[name].items() if isinstance(data[name], dict) else enumerate(data[name])
            for key, item in items:
                yield from _of_record(file, part.record, item, (*loc, key))
        elif part.record:
            yield from _of_record(file, part.record, data[name], loc)


def _of_many(file: str, loc: Path_, value: Any, types: tuple[Any, ...]) -> Iterator[Mutation]:
    empty: Any = {} if dict in types else ()
    yield setting(file, loc, empty)
    if not isinstance(value, dict | tuple):
        return
    for key in value if isinstance(value, dict) else range(len(value)):
        yield setting(file, (*loc, key), Removed)
        if not isinstance(value[key], dict):
            for inner in _values(tuple(t for t in types if t not in (dict, tuple)), None):
                yield setting(file, (*loc, key), inner)
    if isinstance(value, tuple) and value:
        yield setting(file, loc, (*value, value[0]))


def _values(types: tuple[Any, ...], info: Any) -> Iterator[Any]:
    many = info is not None and (dict in types or tuple in types)
    for each in dict.fromkeys(types):
        if each is bool:
            yield from (True, False)
        elif isinstance(each, str):
            yield each
        elif many:
            continue
        elif each is int or each is Decimal:
            yield from map(Raw, NUMBERS)
            yield from (Raw(str(limit)) for limit in _limits(info))
        elif each is str:
            yield from TEXTS
        elif each is date:
            yield from DATES


def _refused(number: Raw) -> bool:
    """Whether no count is so written."""
    return not (number.isdigit() and len(number) < 10 and int(number) > 0)


def _limits(info: Any) -> Iterator[Any]:
    for limit in info.metadata if info is not None else ():
        for name in ("ge", "gt", "le", "lt"):
            if hasattr(limit, name):
                yield getattr(limit, name)


def _plain(value: Any) -> Any:
    """An example as a record has it."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return tuple(map(_plain, value))
    return Raw(str(value)) if isinstance(value, float) else value


VOCABULARIES = (
    "groups", "modalities", "scales", "medication_classes", "treatments", "areas", "documents",
)  # fmt: skip


def _words(base: Data) -> Iterator[str]:
    review = base["review.yaml"]
    for vocabulary in VOCABULARIES:
        yield from review.get(vocabulary, {})
    for modality in review["modalities"].values():
        yield from modality["measures"]
    for analysis in base["analyses.yaml"]["analyses"]:
        yield analysis["id"]
    yield from base["analyses.yaml"]["profiles"]
    yield from ("both-more", "alpha2018", "gamma2021-4", "original", "Utopia", "E6", "Alpha 2018")


def _renamings(base: Data) -> Iterator[Mutation]:
    for word in dict.fromkeys(_words(base)):
        for name in NAMES:
            yield Mutation(f"{word} is called {name[:30]!r}", partial(renamed, word, name))


def renamed(word: str, name: str, data: Data) -> Data:
    """The registry with another name for one thing, wherever it is named."""
    return {
        path.replace(f"/{word}.yaml", f"/{name}.yaml") if "/" not in name else path: _renamed(
            each, word, name
        )
        for path, each in data.items()
    }


def _renamed(value: Any, word: str, name: str) -> Any:
    if isinstance(value, dict):
        return {_renamed(k, word, name): _renamed(v, word, name) for k, v in value.items()}
    if isinstance(value, tuple):
        return tuple(_renamed(each, word, name) for each in value)
    if isinstance(value, str) and not isinstance(value, Raw):
        for sign in (".", ">"):
            if word in value.split(sign):
                return sign.join(name if part == word else part for part in value.split(sign))
    return value


def _twins(base: Data) -> Iterator[Mutation]:
    """Two words that differ in case only, which file systems and anchors may not tell apart."""
    review = base["review.yaml"]
    for vocabulary in VOCABULARIES:
        for word, entry in review.get(vocabulary, {}).items():
            yield setting("review.yaml", (vocabulary, word.swapcase()), entry)
            yield setting("review.yaml", (vocabulary, "other"), entry)
