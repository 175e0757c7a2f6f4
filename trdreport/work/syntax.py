"""What a module's source says without being run: what its top level binds, and what that uses."""

import ast
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

Reference = tuple[str, str]
"""A module and a name of its top level."""

REST = ""
"""In the place of a name: the statements of a module's top level that may do more than bind."""

ALL = "*"
"""In the place of a name: everything in a module."""

LOOKED_UP = ("find_spec", "import_module")
"""Functions whose first argument names a module."""

SILENT = ("ctx", "kind", "type_comment")
"""Fields of a syntax tree that say nothing about what it does."""

Function = ast.FunctionDef | ast.AsyncFunctionDef
Import = ast.Import | ast.ImportFrom


@dataclass(frozen=True)
class Module:
    """The statements of a module's top level by the names that they bind, and its imports."""

    imports: Mapping[str, frozenset[Reference]]
    definitions: Mapping[str, tuple[ast.stmt, ...]]


@dataclass(frozen=True)
class Code:
    """What statements say, as a digest without docstrings, comments and layout; and what they use.

    `names` are looked up where the statements are, but for those in `imports`; `doors` are strings
    with a colon, which may be `module:name`.
    """

    digest: str
    names: frozenset[str]
    imports: Mapping[str, frozenset[Reference]]
    modules: frozenset[str]
    doors: frozenset[str]


def read_module(source: bytes) -> Module:
    """Parse a module; imports that are there for types only are left out."""
    imports: dict[str, frozenset[Reference]] = {}
    definitions: dict[str, list[ast.stmt]] = {REST: []}
    for statement in ast.parse(source).body:
        if _is_text(statement) or _is_for_types(statement):
            continue
        imported = imported_by(ast.walk(statement) if _is_compound(statement) else [statement])
        imports |= imported
        bound = set(_bound(statement))
        for name in bound:
            definitions.setdefault(name, []).append(statement)
        if _is_compound(statement) or not (bound or imported):
            definitions[REST].append(statement)
    for name, statements in list(definitions.items()):
        # a decorator of the project's own may enter what it decorates in a list
        definitions[REST] += [
            each
            for each in statements
            if name != REST and any(_root(d) in definitions for d in _decorators(each))
        ]
    return Module(imports, {name: tuple(own) for name, own in definitions.items()})


def imported_by(nodes: Iterable[ast.AST]) -> dict[str, frozenset[Reference]]:
    """What names stand for after these imports; raises ValueError for a relative one."""
    found: dict[str, frozenset[Reference]] = {}
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            if node.level or node.module is None:
                raise ValueError(f"line {node.lineno}: a relative import is not followed")
            for each in node.names:
                found[each.asname or each.name] = frozenset({(node.module, each.name)})
        elif isinstance(node, ast.Import):
            for each in node.names:
                name = each.asname or each.name.partition(".")[0]
                found[name] = found.get(name, frozenset()) | {(each.name, ALL)}
    return found


def _bound(statement: ast.stmt) -> Iterator[str]:
    """Names of the top level that a statement gives a meaning."""
    if isinstance(statement, Function | ast.ClassDef):
        yield statement.name
        return
    targets = getattr(statement, "targets", None) or [getattr(statement, "target", statement)]
    for node in chain.from_iterable(map(ast.walk, targets)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, Function | ast.ClassDef):
            yield node.name


def _decorators(statement: ast.stmt) -> list[ast.expr]:
    return statement.decorator_list if isinstance(statement, Function | ast.ClassDef) else []


def _root(node: ast.AST) -> str:
    """`app` of `app.command("name")`."""
    while not isinstance(node, ast.Name):
        inner = getattr(node, "func", None) or getattr(node, "value", None)
        if inner is None:
            return ""
        node = inner
    return node.id


def _is_text(node: object) -> bool:
    """A docstring, of whatever it is."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _is_for_types(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and ast.unparse(statement.test).endswith("TYPE_CHECKING")


def _is_compound(statement: ast.stmt) -> bool:
    return hasattr(statement, "body") and not isinstance(statement, Function | ast.ClassDef)


def read_code(statements: Iterable[ast.stmt]) -> Code:
    """What statements say and use."""
    reader = _Reader()
    for statement in statements:
        reader.visit(statement)
    text = "".join(reader.text).encode("utf-8", "surrogatepass")
    return Code(
        hashlib.sha256(text).hexdigest(),
        frozenset(reader.names),
        imported_by(reader.imports),
        frozenset(reader.modules),
        frozenset(reader.doors),
    )


class _Reader:
    """Goes through a syntax tree once, which is most of the time that a fingerprint takes."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.names: set[str] = set()
        self.imports: list[Import] = []
        self.modules: set[str] = set()
        self.doors: set[str] = set()

    def visit(self, node: ast.AST) -> None:
        """Write down a node, and what it refers to."""
        write, kind = self.text.append, type(node)
        write(f"({kind.__name__}")
        if kind in NOTED:
            self._note(node)
        for field in FIELDS[kind]:
            value = getattr(node, field, None)
            if isinstance(value, ast.AST):
                self.visit(value)
            elif isinstance(value, list):
                write("[")
                for each in value:
                    if not isinstance(each, ast.AST):
                        write(f" {each!r}")
                    elif not _is_text(each):
                        self.visit(each)
                write("]")
            else:
                write(f" {value!r}")
        write(")")

    def _note(self, node: ast.AST) -> None:
        match node:
            case ast.Name():
                if not isinstance(node.ctx, ast.Store):
                    self.names.add(node.id)
            case ast.Constant(value=str(text)):
                if ":" in text:
                    self.doors.add(text)
            case ast.Import() | ast.ImportFrom():
                self.imports.append(node)
            case ast.Global():
                self.names.update(node.names)
            case ast.Call(func=called, args=[ast.Constant(value=str(module)), *_]):
                if isinstance(called, ast.Name | ast.Attribute) and _last(called) in LOOKED_UP:
                    self.modules.add(module)
            case ast.arg(annotation=annotation) | ast.AnnAssign(annotation=annotation):
                self._note_quoted(annotation)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._note_quoted(node.returns)

    def _note_quoted(self, annotation: ast.expr | None) -> None:
        """Names in the parts of an annotation that are in quotes."""
        if annotation is None or isinstance(annotation, ast.Name):
            return
        for node in ast.walk(annotation):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                try:
                    inner = ast.parse(node.value, mode="eval")
                except SyntaxError:  # of a Literal or a Field, not a type
                    continue
                self.names.update(n.id for n in ast.walk(inner) if isinstance(n, ast.Name))


NOTED = frozenset(
    {ast.Name, ast.Constant, ast.Import, ast.ImportFrom, ast.Global, ast.Call, ast.arg,
     ast.AnnAssign, ast.FunctionDef, ast.AsyncFunctionDef}
)  # fmt: skip
"""Nodes that may refer to something."""


FIELDS = {
    kind: tuple(field for field in kind._fields if field not in SILENT)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}
"""What is written down of each kind of node."""


def _last(called: ast.Name | ast.Attribute) -> str:
    """`find_spec` of `util.find_spec`."""
    return called.attr if isinstance(called, ast.Attribute) else called.id
