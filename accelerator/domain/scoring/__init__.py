"""Fair scores: what reviews say about ideas when reviewers are not equally severe.

`collapse` each review to one mark, `rank` the marks of a stage. The rest answers one question each:
`adjust` (means and severities alone), `beats`, `crossings` (robustness at the cut line),
`next_reviews` (where one more helps most), `krippendorff` and `intraclass` (agreement).

Needs NumPy, so it is imported where it is used.
"""

from accelerator.domain.scoring.agreement import Scale, intraclass, krippendorff
from accelerator.domain.scoring.collapse import collapse
from accelerator.domain.scoring.gain import knowledge_gain
from accelerator.domain.scoring.policy import DEFAULT_POLICY, Scored, ScoringPolicy
from accelerator.domain.scoring.posterior import (
    Posterior,
    Zone,
    beats,
    chance_of_top,
    posterior,
    spread_of_ideas,
    zone,
)
from accelerator.domain.scoring.ranking import RankedIdea, Ranking, next_reviews, rank
from accelerator.domain.scoring.robustness import Crossing, Marked, crossings
from accelerator.domain.scoring.severity import Adjusted, adjust

__all__ = [
    "DEFAULT_POLICY",
    "Adjusted",
    "Crossing",
    "Marked",
    "Posterior",
    "RankedIdea",
    "Ranking",
    "Scale",
    "Scored",
    "ScoringPolicy",
    "Zone",
    "adjust",
    "beats",
    "chance_of_top",
    "collapse",
    "crossings",
    "intraclass",
    "knowledge_gain",
    "krippendorff",
    "next_reviews",
    "posterior",
    "rank",
    "spread_of_ideas",
    "zone",
]
