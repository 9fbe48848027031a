"""Does a message hold someone's full name? A bare `Đỗ Minh Quân` is a value given, not a topic.

It needs a surname first and a usual second word; two words alone could be a place or a street, so they do not count.
"""

from __future__ import annotations

import re

from nlu.understanding.syllables import fold

_SURNAMES = (
    "nguyen tran le pham huynh hoang phan vu vo dang bui do ho ngo duong ly dinh truong lam doan dao mai trinh ha "
    "luong to thai cao ta chau luu tang phung quach kieu ton vuong nghiem lai la bach ong mac thach"
)
_SECOND = (
    "van thi minh ngoc thanh quoc duc huu xuan kim thuy hong hoai gia bao anh phuong thu my nhu quang tuan hoang "
    "dinh cong viet trong dang tran nguyen pham hai khanh thao bich cam dieu kieu lan mai nhat phuoc que quynh tam "
    "thien tien tung tu uyen yen trung chi ba hoa thai thuc bui vo le phan ngo ai mong tuyet the manh ich"
)
_SURNAME_WORDS = frozenset(_SURNAMES.split())
_SECOND_WORDS = frozenset(_SECOND.split())
_CAPITALISED = re.compile(r"[^\W\d_a-zà-ỹ][^\W\d_]*(?: [^\W\d_a-zà-ỹ][^\W\d_]*){2,4}")


def names_someone(text: str) -> bool:
    """`Em là Trần Thị Lan`: capitals tell, as long as not everything is in capitals."""
    if text.isupper():
        return False
    return any(is_name(tuple(fold(found.lower()).split())) for found in _CAPITALISED.findall(text))


def is_name(folded: tuple[str, ...]) -> bool:
    """Three to five words that begin like a full name and hold nothing else."""
    return (
        3 <= len(folded) <= 5
        and folded[0] in _SURNAME_WORDS
        and folded[1] in _SECOND_WORDS
        and all(len(word) > 1 or word == "y" for word in folded)
    )
