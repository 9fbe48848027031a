"""Vietnamese text made comparable: lower case, without accents and signs, words one space apart."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """`Trần Thị  Đào!` → `tran thi dao`."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    kept = (c if c.isalnum() else " " for c in plain if unicodedata.category(c) != "Mn")
    return " ".join("".join(kept).split())
