"""Atom 1.0 feeds (RFC 4287), from data alone."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from xml.etree import ElementTree as ET  # only written here, never read

NAMESPACE = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True)
class Entry:
    """One entry: `key` is what its id is made of, `link` an address relative to the feed."""

    key: str
    title: str
    day: date
    link: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Feed:
    """A feed; `key` is what its id is made of, the same for ever."""

    key: str
    title: str
    day: date
    authors: tuple[str, ...]
    entries: tuple[Entry, ...]


def atom(feed: Feed) -> bytes:
    """A feed as XML.

    Ids are names made of the keys (RFC 4122, version 5): a feed does not know its own address, and
    an id must stay the same when it moves. Relative links are resolved against that address.
    """
    root = ET.Element("feed", xmlns=NAMESPACE)
    _head(root, feed.key, feed.title, feed.day)
    for name in feed.authors:
        ET.SubElement(ET.SubElement(root, "author"), "name").text = name
    ET.SubElement(root, "link", rel="self", type="application/atom+xml", href="feed.xml")
    ET.SubElement(root, "link", rel="alternate", type="text/html", href="changes.html")
    for entry in feed.entries:
        node = ET.SubElement(root, "entry")
        _head(node, entry.key, entry.title, entry.day)
        ET.SubElement(node, "link", rel="alternate", type="text/html", href=entry.link)
        ET.SubElement(node, "content", type="html").text = _html(entry.lines)
    ET.indent(root, " ")
    text: str = ET.tostring(root, "unicode", xml_declaration=False)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _head(node: ET.Element, key: str, title: str, day: date) -> None:
    ET.SubElement(node, "id").text = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, key)}"
    ET.SubElement(node, "title").text = title
    ET.SubElement(node, "updated").text = f"{day}T00:00:00Z"


def _html(lines: Iterable[str]) -> str:
    """Paragraphs; the text of each is escaped, and the whole again as XML."""
    paragraphs = []
    for line in lines:
        paragraph = ET.Element("p")
        paragraph.text = line
        paragraphs.append(ET.tostring(paragraph, "unicode"))
    return "".join(paragraphs)
