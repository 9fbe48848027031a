"""The insurance registry: who takes part. The one port for a connection to the central system."""

from helpdesk.registry.demo import settle_demo
from helpdesk.registry.importing import ImportReport, import_members
from helpdesk.registry.member import Member
from helpdesk.registry.registry import EmbeddedRegistry, Registry

__all__ = ["EmbeddedRegistry", "ImportReport", "Member", "Registry", "import_members", "settle_demo"]
