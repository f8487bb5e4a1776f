"""A text people write in two languages."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Bilingual:
    """Japanese and English side by side; an absent side falls back to the other and says so.

    >>> Bilingual("審査", "Review").pick("ja")
    '審査'
    >>> Bilingual(en="Review").pick("ja"), Bilingual(en="Review").shown("ja")
    ('Review', 'en')
    """

    ja: str = ""
    en: str = ""

    def __composite_values__(self) -> tuple[str, str]:
        return self.ja, self.en

    def __bool__(self) -> bool:
        return bool(self.ja or self.en)

    def shown(self, language: str) -> str:
        """Return the language in which `pick` answers: the wanted one, else the other."""
        wanted, other = (self.ja, "en") if language == "ja" else (self.en, "ja")
        return language if wanted or not self else other

    def pick(self, language: str) -> str:
        """Return the text in a language, else in the other one."""
        return (self.ja or self.en) if language == "ja" else (self.en or self.ja)

    def side(self, language: str) -> str:
        """Return exactly one side, empty when nobody wrote it."""
        return self.ja if language == "ja" else self.en

    def with_side(self, language: str, text: str) -> "Bilingual":
        """Return a copy with one side replaced."""
        return Bilingual(text, self.en) if language == "ja" else Bilingual(self.ja, text)

    def as_dict(self) -> dict[str, str]:
        """Return the JSON form."""
        return {"ja": self.ja, "en": self.en}

    @classmethod
    def of(cls, value: "dict[str, str] | Bilingual | None") -> Self:
        """Read the JSON form."""
        if isinstance(value, Bilingual):
            return cls(value.ja, value.en)
        return cls((value or {}).get("ja", ""), (value or {}).get("en", ""))


def language_of(text: str) -> str:
    """Say in which of the two languages somebody wrote: Japanese when any letter of it is.

    >>> language_of("量産原価が半分になること"), language_of("Unit cost halved")
    ('ja', 'en')
    """
    return "ja" if any("\u3040" <= char <= "\u9fff" for char in text) else "en"
