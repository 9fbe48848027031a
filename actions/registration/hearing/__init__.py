"""What values a message of the form holds: one listener for each kind, one `hear` over them."""

from actions.registration.hearing.corrections import corrected, wishes_correction
from actions.registration.hearing.hear import hear
from actions.registration.hearing.heard import Heard

__all__ = ["Heard", "corrected", "hear", "wishes_correction"]
