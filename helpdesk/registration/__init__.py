"""An application from its draft to the officer's decision."""

from helpdesk.registration.crosschecks import FLAG_TEXTS
from helpdesk.registration.deadlines import Deadlines
from helpdesk.registration.desk import CaseDesk
from helpdesk.registration.drafts import Registrations
from helpdesk.registration.fields import FIELD_WORDS, FIELDS, PHOTO_FIELDS, YES
from helpdesk.registration.keeping import RegistrationKeeping
from helpdesk.registration.model import (
    CaseReference,
    CaseSummary,
    QueueState,
    Registration,
    Status,
    stands_for_bhxh,
    without_copies,
)
from helpdesk.registration.progress import CONFIRM, Doubt, Notes, Progress, ReadCard
from helpdesk.registration.store import RegistrationStore
from helpdesk.registration.view import fill, values_for

__all__ = [
    "CONFIRM",
    "FIELDS",
    "FIELD_WORDS",
    "FLAG_TEXTS",
    "PHOTO_FIELDS",
    "YES",
    "CaseDesk",
    "CaseReference",
    "CaseSummary",
    "Deadlines",
    "Doubt",
    "Notes",
    "Progress",
    "QueueState",
    "ReadCard",
    "Registration",
    "RegistrationKeeping",
    "RegistrationStore",
    "Registrations",
    "Status",
    "fill",
    "stands_for_bhxh",
    "values_for",
    "without_copies",
]
