"""The start page's files: read once, kept in memory, known by name, so that no path is ever made from a request."""

from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Final

INDEX: Final = "index.html"
TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}


@dataclass(frozen=True, slots=True)
class PageFile:
    """A file as it is served."""

    body: bytes
    content_type: str


def load_page(folder: Traversable) -> dict[str, PageFile]:
    """The files of a folder by name; what has no known type is not served."""
    return {
        entry.name: PageFile(entry.read_bytes(), TYPES[suffix])
        for entry in folder.iterdir()
        if entry.is_file() and (suffix := "." + entry.name.rpartition(".")[2]) in TYPES
    }
