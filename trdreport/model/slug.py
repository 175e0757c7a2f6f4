"""Names from data as parts of file names and anchors."""

import hashlib
import re
import unicodedata

LONGEST = 40
"""Characters of a name that are kept; with a few parts around it, every file system takes it."""

_PLAIN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_HASHED = re.compile(r".*-[0-9a-f]{8}")


def slug(name: str) -> str:
    """A name in small letters, digits and single hyphens; two names never share a slug.

    A name that is one already stays as it is. Any other is followed by eight digits of its
    SHA-256, so that `VBM` and `vbm` differ also where a file system takes them for one.
    """
    if _PLAIN.fullmatch(name) and not _HASHED.fullmatch(name) and len(name) <= LONGEST:
        return name
    letters = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", letters)[:LONGEST].strip("-")
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{words}-{digest}" if words else f"x-{digest}"
