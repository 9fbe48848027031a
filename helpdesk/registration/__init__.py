"""An application from its draft to the officer's decision."""

from helpdesk.registration.crosschecks import FLAG_TEXTS
from helpdesk.registration.deadlines import Deadlines
from helpdesk.registration.desk import CaseDesk
from helpdesk.registration.drafts import Registrations
from helpdesk.registration.model import PHOTO_FIELDS, CaseReference, CaseSummary, Registration, Status
from helpdesk.registration.store import RegistrationStore
from helpdesk.registration.view import FIELD_WORDS, fill, values_for

__all__ = [
    "FIELD_WORDS",
    "FLAG_TEXTS",
    "PHOTO_FIELDS",
    "CaseDesk",
    "CaseReference",
    "CaseSummary",
    "Deadlines",
    "Registration",
    "RegistrationStore",
    "Registrations",
    "Status",
    "fill",
    "values_for",
]
