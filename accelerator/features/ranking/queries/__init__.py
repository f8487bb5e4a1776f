"""What the pages of a ranking show."""

from accelerator.features.ranking.queries.export import criterion_names, ranked_with_reviews
from accelerator.features.ranking.queries.firmness import firmness_page
from accelerator.features.ranking.queries.helped import helped_page
from accelerator.features.ranking.queries.listed import reviews_page
from accelerator.features.ranking.queries.page import capacity_at, ranking_page
from accelerator.features.ranking.queries.panel import panel_page

__all__ = [
    "capacity_at",
    "criterion_names",
    "firmness_page",
    "helped_page",
    "panel_page",
    "ranked_with_reviews",
    "ranking_page",
    "reviews_page",
]
