"""Puts the repository's own texts into the site, so that figures stand in one place only.

The pages under docs/ link to README, model cards and benchmarks as files do, by `../`. This hook of
mkdocs adds the files that are linked so, and those that these link to, and turns the links to where
the files stand in the site.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

DOCS = Path(__file__).parent
ROOT = DOCS.parent
FAVICON = ROOT / "colorgan" / "ui" / "favicon.svg"
LINK = re.compile(r"\]\(([^)#:\s]+)")


def on_files(files: Files, config: MkDocsConfig, **_: Any) -> Files:
    """Add the texts; README under another name, since the site's start is docs/index.md."""
    for path in linked():
        uri = path.relative_to(ROOT).as_posix()
        uri = "readme.md" if uri == "README.md" else uri
        files.append(File.generated(config, uri, abs_src_path=str(path)))
    return files


def linked() -> list[Path]:
    """List the files outside docs/ that its pages lead to, in one step or in several."""
    found, left = {FAVICON}, sorted(DOCS.glob("*.md"))
    while left:
        page = left.pop()
        for link in LINK.findall(page.read_text()):
            path = (page.parent / link).resolve()
            if path.is_file() and DOCS not in path.parents and path not in found:
                found.add(path)
                left += [path] if path.suffix == ".md" else []
    return sorted(found)


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Turn links out of docs/, and those of README into it."""
    if page.file.src_uri == "readme.md":
        return markdown.replace("](docs/", "](")
    if page.file.generated_by is None:
        return markdown.replace("](../README.md", "](readme.md").replace("](../", "](")
    return markdown
