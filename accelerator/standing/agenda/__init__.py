"""What stands in somebody's calendar: their own dates, or a cohort's as they may see them."""

from accelerator.standing.agenda.cohorts import MILESTONES, of_cohort
from accelerator.standing.agenda.feeds import Read, read_feed
from accelerator.standing.agenda.mails import of_mail
from accelerator.standing.agenda.people import actor_now, of_person

__all__ = ["MILESTONES", "Read", "actor_now", "of_cohort", "of_mail", "of_person", "read_feed"]
