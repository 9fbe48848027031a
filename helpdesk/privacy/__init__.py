"""What must not be kept: secrets typed into a chat, data past its time, data whose owner wants it gone."""

from helpdesk.privacy.erasure import Erasure
from helpdesk.privacy.guard import find_secrets
from helpdesk.privacy.retention import Retention

__all__ = ["Erasure", "Retention", "find_secrets"]
