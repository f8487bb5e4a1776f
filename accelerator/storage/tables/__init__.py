"""All tables, together: they are one connected whole."""

from accelerator.storage.base import Base
from accelerator.storage.tables.activity import (
    Delivery,
    Event,
    JobRun,
    Lease,
    OncePost,
    Seal,
    Throttle,
)
from accelerator.storage.tables.batches import Batch, BatchItem
from accelerator.storage.tables.ideas import (
    Answer,
    Attachment,
    Conflict,
    FormerMember,
    Idea,
    Passage,
    TeamMember,
    Version,
)
from accelerator.storage.tables.meetings import InformationRequest, Meeting, MeetingItem, Vote
from accelerator.storage.tables.milestones import (
    Milestone,
    MilestoneDependency,
    MilestoneHelper,
    MilestoneProof,
)
from accelerator.storage.tables.people import MailedLink, Membership, Person, SignIn
from accelerator.storage.tables.programmes import (
    Cohort,
    CohortStage,
    Criterion,
    Decider,
    LateEntry,
    MilestoneTemplate,
    Programme,
    Question,
    Rubric,
    Stage,
)
from accelerator.storage.tables.proposals import Capacity, Interest, Proposal, ProposedPair
from accelerator.storage.tables.readiness import (
    Claim,
    Evidence,
    ExpertRequest,
    ReadinessModel,
    ReadinessScore,
    ReadinessTrend,
    Verification,
)
from accelerator.storage.tables.reminding import Absence, Feed, Hook, Ladder, Preference
from accelerator.storage.tables.reviews import Assignment, Decision, Inquiry, Review
from accelerator.storage.tables.rounds import Anchor, Final, FinalIdea, FinalJudge, Pick

__all__ = [
    "Absence", "Anchor", "Answer", "Assignment", "Attachment", "Base", "Batch", "BatchItem",
    "Capacity", "Claim", "Cohort", "CohortStage", "Conflict", "Criterion", "Decider", "Decision",
    "Delivery", "Event", "Evidence", "ExpertRequest", "Feed", "Final", "FinalIdea", "FinalJudge",
    "FormerMember", "Hook", "Idea", "InformationRequest", "Inquiry", "Interest", "JobRun", "Ladder",
    "LateEntry", "Lease", "MailedLink", "Meeting", "MeetingItem", "Membership", "Milestone",
    "MilestoneDependency", "MilestoneHelper", "MilestoneProof", "MilestoneTemplate", "OncePost",
    "Passage", "Person", "Pick", "Preference", "Programme", "Proposal", "ProposedPair", "Question",
    "ReadinessModel", "ReadinessScore", "ReadinessTrend", "Review", "Rubric", "Seal", "SignIn",
    "Stage", "TeamMember", "Throttle", "Verification", "Version", "Vote",
]  # fmt: skip
