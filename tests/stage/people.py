"""The people of the dialogues: members of the made-up registry, their cards, and photos of them."""

from __future__ import annotations

import functools
import io
import itertools
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import segno
from PIL import Image

from helpdesk.registry.demo import demo_members
from helpdesk.registry.member import Member
from samples.cards import people as cards
from samples.cards.camera import Shot, flat, photograph
from samples.cards.drawing import citizen_back, citizen_front, insurance_card
from samples.cards.faces import portrait

# The first ones are the personas of data/demo, which some dialogues name.
_FIRST_UNKNOWN = 100


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the registry with a card and a CCCD, a telephone and a mailbox of their own."""

    member: Member
    phone: str
    email: str

    @classmethod
    def of(cls, member: Member) -> Person:
        number = member.bhxh_code[-5:]
        return cls(member, f"09050{number}", f"nguoi{number}@example.com")

    @property
    def name(self) -> str:
        return self.member.full_name

    @property
    def birth_date(self) -> str:
        return self.member.birth_date.shown

    @property
    def code(self) -> str:
        return self.member.bhxh_code

    @property
    def card(self) -> str:
        return self.member.card or ""

    @property
    def national_id(self) -> str:
        return self.member.national_id or ""

    @property
    def address(self) -> str:
        return self.member.address or ""

    @property
    def cards(self) -> cards.Person:
        """The same person as the drawn cards know them."""
        sex = "" if self.member.sex is None else self.member.sex.value
        return cards.Person(
            self.name, sex, self.birth_date, self.address, self.national_id, "", self.code, self.card, "15/04/2021"
        )


@functools.cache
def _members() -> tuple[Member, ...]:
    return demo_members()


def persona(number: int) -> Person:
    """The persona of this place in data/demo/personas.yml."""
    return Person.of(_members()[number])


def grown_ups() -> Iterator[Person]:
    """People who have all that a registration asks for, nobody twice."""
    for member in itertools.islice(_members(), _FIRST_UNKNOWN, None):
        born = member.birth_date
        if member.card and len(member.national_id or "") == 12 and born.day and born.year < 2005:
            yield Person.of(member)


# Photos: no larger than needed, since each is looked at for as long as it is large.


def _near(seed: int) -> Shot:
    return Shot(size=(1000, 750), module=2.8, turn=1.5 - seed % 4, seed=seed)


@functools.cache
def front(person: Person, code: str | None = None) -> bytes:
    """A good photo of the CCCD's front, with its QR or one that says `code`."""
    return photograph(citizen_front(_with_code(person, code)), _near(int(person.code)))


@functools.cache
def plain_front() -> bytes:
    """A front without a QR, as CMND and older cards are: nothing can be read from it."""
    return photograph(citizen_front(cards.invent(1), with_qr=False), _near(1))


@functools.cache
def back() -> bytes:
    return photograph(citizen_back(cards.invent(1)), _near(2))


@functools.cache
def insurance(person: Person, code: str | None = None) -> bytes:
    """A good photo of the BHYT card, with its QR or one that says `code`."""
    return photograph(insurance_card(_with_code(person, code), code128=False), _near(int(person.code)))


def _with_code(person: Person, code: str | None) -> cards.Person:
    return person.cards if code is None else _Forged(**asdict(person.cards), code=code)


@dataclass(frozen=True)
class _Forged(cards.Person):
    """A person on whose cards the codes say something else."""

    code: str = ""

    @property
    def citizen_qr(self) -> str:
        return self.code

    @property
    def insurance_qr(self) -> str:
        return self.code


@functools.cache
def face(people: int = 1) -> bytes:
    return flat(portrait(7, (600 * people, 800), people))


@functools.cache
def blurred_back() -> bytes:
    """What nobody can read."""
    return photograph(citizen_back(cards.invent(1)), Shot(size=(1000, 750), module=2.8, blur=2.2, seed=4))


@functools.cache
def large_front(person: Person) -> bytes:
    """Twelve megapixels with the card far away."""
    return photograph(citizen_front(person.cards), Shot(size=(4000, 3000), module=3.0, turn=20, noise=6, seed=5))


def code_alone(text: str) -> bytes:
    """A QR of anything on a white sheet."""
    file = io.BytesIO()
    segno.make(text, error="m", micro=False).save(file, kind="png", scale=8, border=8)
    sheet = Image.new("RGB", (1000, 750), "white")
    sheet.paste(Image.open(file).convert("RGB"), (120, 40))
    return flat(sheet)
