"""Names and codes proposed for a new cohort, so that nothing need be typed."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.launch import SEASONS, season_of
from accelerator.storage.tables import Cohort


def propose_name(opens_on: date) -> Bilingual:
    """Return the season and year of a start, in both languages."""
    _, japanese, english = SEASONS[season_of(opens_on)]
    return Bilingual(f"{opens_on.year}年{japanese}", f"{english} {opens_on.year}")


def propose_code(session: Session, opens_on: date) -> str:
    """Return the first free code: S27 for spring 2027, then S27B and on."""
    stem = f"{SEASONS[season_of(opens_on)][0]}{opens_on.year % 100:02d}"
    taken = set(session.scalars(select(Cohort.code).where(Cohort.code.startswith(stem))))
    endings = ["", *map(chr, range(ord("B"), ord("Z") + 1)), *map(str, range(100, 1000))]
    return next(stem + ending for ending in endings if stem + ending not in taken)
