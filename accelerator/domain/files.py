"""Which files may be attached, and what they may be called."""

import re
import unicodedata
from typing import Final

LONGEST_NAME: Final = 255
# The bidirectional controls can make a name read backwards: "gpj.exe" shown as "exe.jpg".
_TURNING = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)
_REFUSED_IN_NAMES = frozenset('<>:"|?*')

PDF = "application/pdf"
PNG = "image/png"
JPEG = "image/jpeg"
_OFFICE = "application/vnd.openxmlformats-officedocument."
BY_SUFFIX: Final[dict[str, str]] = {
    "pdf": PDF,
    "png": PNG,
    "jpg": JPEG,
    "jpeg": JPEG,
    "docx": f"{_OFFICE}wordprocessingml.document",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet",
    "pptx": f"{_OFFICE}presentationml.presentation",
    "txt": "text/plain",
    "csv": "text/csv",
    "md": "text/markdown",
}
OFFICE_FOLDERS: Final = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/"}
TEXTS: Final = frozenset({"txt", "csv", "md"})


def suffix(name: str) -> str:
    """Return what stands after the last dot, in small letters, or nothing.

    >>> suffix("Plan.PDF"), suffix("README")
    ('pdf', '')
    """
    stem, dot, end = name.rpartition(".")
    return end.lower() if dot and stem else ""


def clean_name(given: str) -> str:
    """Return a name without path, control or turning characters, of at most 255 characters.

    >>> clean_name("../../etc/plan.pdf"), clean_name("C:a|b.md"), clean_name("...")
    ('plan.pdf', 'C_a_b.md', 'file')
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    kept = "".join(
        "_" if char in _REFUSED_IN_NAMES else char
        for char in last
        if char not in _TURNING
        and (char.isspace() or unicodedata.category(char) not in ("Cc", "Cs"))
    )
    name = " ".join(kept.split()).strip(". ") or "file"
    if len(name) <= LONGEST_NAME:
        return name
    end = suffix(name)
    if not end or len(end) > len(max(BY_SUFFIX, key=len)):
        return name[:LONGEST_NAME]
    return f"{name[: LONGEST_NAME - len(end) - 1]}.{end}"
