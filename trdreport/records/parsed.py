"""A file of the registry after parsing, before the rules."""

from dataclasses import dataclass
from typing import Any

from trdreport.records.yamlfile import YamlFile


@dataclass(frozen=True)
class Parsed:
    """A record with the file it came from; `record` is None when the file is wrong."""

    file: YamlFile
    record: Any
