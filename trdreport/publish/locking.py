"""Compare a build with the registry's results lock, and write the lock when asked."""

from pathlib import Path

from trdreport.engine.lock import LOCK_FILE, Lock, differences, read_lock
from trdreport.errors import ResultsDifferError, file_problem, visible
from trdreport.records.yamlfile import read_text
from trdreport.work.files import rewrite

UPDATE = "if that is meant, accept it with trdreport build --update-lock"


class LockKeeper:
    """What a build does with the lock in a registry."""

    def __init__(self, registry: Path, *, locked: bool) -> None:
        self.path, self.locked = registry / LOCK_FILE, locked
        self.old = read_lock(read_text(self.path), str(self.path)) if self.path.is_file() else None
        self.new: Lock | None = None

    def accept(self, new: Lock) -> None:
        """Take the results of a build; raises ResultsDifferError where they may not."""
        self.new = new
        if not self.locked:
            return
        if self.old is None:
            raise ResultsDifferError([file_problem(self.path, f"is missing; {UPDATE}")])
        changed = differences(self.old, new)
        if changed:
            raise ResultsDifferError(
                [file_problem(self.path, f"{what}; {UPDATE}") for what in changed]
            )

    def settle(self, *, update: bool) -> str:
        """A sentence on how the results compare with the lock, which is written on `update`."""
        if self.new is None:
            return ""
        changed = differences(self.old, self.new) if self.old else None
        if update:
            rewrite({self.path: self.new.text()})
            return f"{self.path} written"
        if changed is None:
            return f"there is no {self.path}; trdreport build --update-lock writes it"
        if not changed:
            return f"results are those of {self.path}"
        return "\n".join(
            [
                f"results differ from {self.path} ({UPDATE}):",
                *(f"  {visible(what)}" for what in changed),
            ]
        )
