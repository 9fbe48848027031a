"""What must not be kept: secrets typed into a chat, data past its time, data whose owner wants it gone."""

from helpdesk.privacy.erasure import Erasure
from helpdesk.privacy.retention import Retention
from helpdesk.privacy.typed_secrets import find_secrets

__all__ = ["Erasure", "Retention", "find_secrets"]
