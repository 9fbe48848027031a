"""An application from its draft to the officer's decision."""

from helpdesk.registration.crosschecks import FLAG_TEXTS
from helpdesk.registration.deadlines import Deadlines
from helpdesk.registration.desk import CaseDesk
from helpdesk.registration.drafts import Registrations
from helpdesk.registration.keeping import RegistrationKeeping
from helpdesk.registration.model import PHOTO_FIELDS, CaseSummary, QueueState, Registration, Status
from helpdesk.registration.store import RegistrationStore
from helpdesk.registration.view import FIELD_WORDS, fill, placeholders

__all__ = [
    "FIELD_WORDS",
    "FLAG_TEXTS",
    "PHOTO_FIELDS",
    "CaseDesk",
    "CaseSummary",
    "Deadlines",
    "QueueState",
    "Registration",
    "RegistrationKeeping",
    "RegistrationStore",
    "Registrations",
    "Status",
    "fill",
    "placeholders",
]
