"""A real SMTP server on loopback that behaves as a test tells it, and a clock that a test moves."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class MovedClock:
    """The time, as far as the parts under test know."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class PostOffice:
    """Keeps what it gets. `rcpt` and `data` are its replies; `gate` holds back the reply to DATA while it is unset."""

    rcpt: str = "250 OK"
    data: str = "250 OK"
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    got: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    tls: list[bool] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        self.raw.append(content)
        await self.gate.wait()
        if self.data.startswith("250"):
            message = message_from_bytes(content, policy=default)
            assert isinstance(message, EmailMessage)
            self.got.append(message)
            self.recipients += envelope.rcpt_tos
            self.tls.append(session.ssl is not None)
        return self.data

    def authenticate(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        good = (data.login, data.password) == (b"tro-ly", b"mat-khau-smtp")
        if good:
            self.users.append(data.login.decode())
        return AuthResult(success=good, handled=False)

    async def until(self, count: int, seconds: float = 10) -> None:
        """Wait until so many mails are here."""
        async with asyncio.timeout(seconds):
            while len(self.got) < count:
                await asyncio.sleep(0.01)


@asynccontextmanager
async def post_office(port: int = 0, office: PostOffice | None = None, **options: Any) -> AsyncIterator[PostOffice]:
    """The server, open; `options` are aiosmtpd's."""
    kept = office or PostOffice()
    if office is None:
        kept.gate.set()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(kept, hostname="localhost", loop=loop, **options), "127.0.0.1", port)
    kept.port = server.sockets[0].getsockname()[1]
    try:
        yield kept
    finally:
        server.close()


def self_signed(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The server's side and the side of a client that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "mail.crt", folder / "mail.key"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(*paths)
    return server, ssl.create_default_context(cafile=str(paths[0]))
