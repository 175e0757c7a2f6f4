"""The code behind a result, as a digest: the definitions that a function reaches, and libraries.

From the definition of a function every name is followed that it uses, in its body, decorators,
defaults and annotations, through imports into other modules of the package; a class counts with all
its methods. Where a name may mean two things both count. Docstrings, comments and layout do not. A
library counts with its version and the versions of what it requires.

What a program only finds as it runs is not seen, but for two forms that are: a string
`package.module:name`, and a module named in a call of `find_spec` or `import_module`.
"""

import hashlib
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from types import FunctionType

from trdreport.work.syntax import ALL, REST, Code, Module, Reference, read_code, read_module

PACKAGE = Path(__file__).parent.parent

DISTRIBUTIONS = {"PIL": "pillow", "yaml": "pyyaml"}
"""Distributions that are not called what is imported from them."""


def fingerprint(work: object) -> str:
    """SHA-256 of all code of this package that `work` reaches; the same until it is edited.

    `work` is a function of a module's top level, a partial of one, a callable dataclass, or
    `module:name`; such things among its arguments or fields count as well. Raises ValueError for
    what cannot be found again by its name, and ModuleNotFoundError where a library is missing.
    """
    return _installed().fingerprint(work)


@cache
def _installed() -> "Sources":
    return Sources(PACKAGE)


class Sources:
    """The source of a package in the folder `root`; each module is read once, when it is reached.

    What is edited later is not seen.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._modules: dict[str, Module] = {}
        self._codes: dict[Reference, tuple[str, frozenset[Reference]]] = {}
        self._fingerprints: dict[frozenset[Reference], str] = {}

    def fingerprint(self, work: object) -> str:
        """As the function of this name, of the package in this folder."""
        roots = frozenset(self._roots(work))
        if roots not in self._fingerprints:
            definitions, libraries = self._closure(roots)
            lines = [f"python {sys.version_info.major}.{sys.version_info.minor}"]
            lines += [f"{module}:{name}" for module, name in sorted(roots)]
            lines += [f"{module}:{name} {self._code((module, name))[0]}"
                      for module, name in sorted(definitions)]  # fmt: skip
            lines += [_versions(library) for library in sorted(libraries)]
            self._fingerprints[roots] = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        return self._fingerprints[roots]

    def reached(self, work: object) -> tuple[set[str], set[str]]:
        """The definitions that `work` reaches, as `module:name`, and the libraries."""
        definitions, libraries = self._closure(self._roots(work))
        return {f"{module}:{name}" for module, name in definitions if name != ALL}, libraries

    def _roots(self, work: object) -> Iterator[Reference]:
        parts: Iterable[object] = ()
        if isinstance(work, partial):
            yield from self._roots(work.func)
            parts = (*work.args, *work.keywords.values())
        elif isinstance(work, str):
            module, _, name = work.partition(":")
            yield module, name
        elif is_dataclass(work) and not isinstance(work, type):
            yield from self._roots(type(work))
            parts = [getattr(work, field.name) for field in fields(work)]
        else:
            name = getattr(work, "__qualname__", "")
            if not (name.isidentifier() and getattr(work, "__module__", None)):
                raise ValueError(
                    f"{work!r} cannot be found by its name: give a function of a module's top"
                    " level, or a functools.partial of one with what else it needs"
                )
            yield str(work.__module__), name
        for part in parts:
            if isinstance(part, partial | FunctionType) or self._is_door(part):
                yield from self._roots(part)

    def _is_door(self, value: object) -> bool:
        package = re.escape(self.root.name)
        return isinstance(value, str) and bool(re.fullmatch(rf"{package}[.\w]*:\w+", value))

    def _closure(self, roots: Iterable[Reference]) -> tuple[set[Reference], set[str]]:
        definitions: set[Reference] = set()
        libraries: set[str] = set()
        waiting = set(roots)
        while waiting:
            reference = waiting.pop()
            top = reference[0].partition(".")[0]
            if top == self.root.name:
                definitions.add(reference)
                waiting |= self._code(reference)[1] - definitions
            elif top not in sys.stdlib_module_names:
                libraries.add(top)
        return definitions, libraries

    def _code(self, reference: Reference) -> tuple[str, frozenset[Reference]]:
        """Digest of a definition, and what it refers to."""
        if reference not in self._codes:
            self._codes[reference] = self._read(*reference)
        return self._codes[reference]

    def _read(self, name: str, own: str) -> tuple[str, frozenset[Reference]]:
        module = self._module(name)
        if own == ALL:
            return "", frozenset((name, each) for each in (*module.definitions, *module.imports))
        if own in module.definitions:
            code = read_code(module.definitions[own])
            return code.digest, frozenset({(name, REST), *self._references(name, module, code)})
        if own in module.imports:
            return "", module.imports[own]
        if self._path(f"{name}.{own}"):
            return "", frozenset({(f"{name}.{own}", ALL)})
        raise ValueError(f"the module {name} has no {own}")

    def _references(self, name: str, module: Module, code: Code) -> Iterator[Reference]:
        for used in code.names:
            yield from code.imports.get(used, module.imports.get(used, frozenset()))
            if used in module.definitions:
                yield name, used
        for found in code.modules:
            yield found, ALL
        for door in filter(self._is_door, code.doors):
            yield from self._roots(door)

    def _module(self, name: str) -> Module:
        if name not in self._modules:
            path = self._path(name)
            if path is None:
                raise ValueError(f"there is no module {name}")
            self._modules[name] = read_module(path.read_bytes())
        return self._modules[name]

    def _path(self, module: str) -> Path | None:
        base = self.root.parent.joinpath(*module.split("."))
        paths = (base.with_name(f"{base.name}.py"), base / "__init__.py")
        return next((path for path in paths if path.is_file()), None)


@cache
def _versions(library: str) -> str:
    """A library with its version, and those of what it requires itself."""
    name = DISTRIBUTIONS.get(library, library)
    headers = _headers(name)
    found = [f"{name} {_version(headers)}"]
    for each in sorted(set(re.findall(r"^Requires-Dist: ([\w.-]+)(?!.*extra ==)", headers, re.M))):
        try:
            found.append(f"{each} {_version(_headers(each))}")
        except PackageNotFoundError:  # for another system
            continue
    return " ".join(found)


@cache
def _headers(name: str) -> str:
    """Metadata of a distribution as text: to parse them takes longer than to follow the code."""
    here = distribution(name)
    return (here.read_text("METADATA") or here.read_text("PKG-INFO") or "").partition("\n\n")[0]


def _version(headers: str) -> str:
    return headers.partition("\nVersion: ")[2].partition("\n")[0]
