"""Figures for `/metrics` in Prometheus' text form. Owns their names; labels never hold anything of a citizen."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from helpdesk.conversations import MessageStore
from helpdesk.mail import MailQueue


class Metrics:
    """One registry per process, passed down; no module state."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.received = Counter(
            "vssid_messages_received_total", "Messages accepted", ["channel", "kind"], registry=self.registry
        )
        self.duplicates = Counter(
            "vssid_messages_duplicate_total", "Repeats dropped", ["channel"], registry=self.registry
        )
        self.answers = Counter("vssid_answers_total", "Answers given", ["answer"], registry=self.registry)
        self.turn_seconds = Histogram(
            "vssid_turn_seconds",
            "From acceptance to the committed answer",
            buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
            registry=self.registry,
        )
        self.retries = Counter(
            "vssid_retries_total", "Tries that failed and were put off", ["service"], registry=self.registry
        )
        self.slowed = Counter("vssid_floods_slowed_total", "Senders slowed down", registry=self.registry)
        self._mails = Counter(
            "vssid_mails_total", "What became of a try to send", ["kind", "outcome"], registry=self.registry
        )
        self._queues = Gauge("vssid_queue_messages", "Messages waiting", ["queue"], registry=self.registry)

    def observe_mail(self, kind: str, outcome: str) -> None:
        """One step in a mail's life: sent, put_off, ended or failed."""
        self._mails.labels(kind, outcome).inc()

    async def render(self, store: MessageStore, mails: MailQueue | None = None) -> bytes:
        """The exposition text, with the queues as they are now."""
        for queue, size in (await store.queue_sizes()).items():
            self._queues.labels(queue).set(size)
        if mails is not None:
            self._queues.labels("mails").set(await mails.waiting())
        return generate_latest(self.registry)
