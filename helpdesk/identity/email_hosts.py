"""Mail hosts that people write wrongly: `gmial.com` was meant to be `gmail.com`.

Owns the hosts that are known and the nearest of them to a slip. Refuses to touch a host that exists: `mail.com` and
`ymail.com` are no slips, and a suggestion is only ever a question to the person.
"""

from __future__ import annotations

from collections.abc import Mapping

# Slips are looked for near these.
_COMMON = ("gmail", "yahoo", "outlook", "hotmail", "icloud")
_GOOD: Mapping[str, tuple[str, ...]] = {
    "gmail": ("com",),
    "yahoo": ("com", "com.vn"),
    "outlook": ("com", "com.vn"),
    "hotmail": ("com",),
    "icloud": ("com",),
}
_SLIPS: Mapping[str, str] = {
    "vss.gov": "vss.gov.vn", "vss.gov.v": "vss.gov.vn", "vss.go.vn": "vss.gov.vn", "vss.gov.vm": "vss.gov.vn",
    "vss.gov.com": "vss.gov.vn", "vss.gov.cn": "vss.gov.vn", "vss.gv.vn": "vss.gov.vn", "vss.gob.vn": "vss.gov.vn",
    "gmail.com.com": "gmail.com", "gmailcom.com": "gmail.com", "googlemail.con": "googlemail.com",
    "gmailcom": "gmail.com", "yahoocom": "yahoo.com", "gmall.com": "gmail.com", "gnail.com": "gmail.com",
    "g.mail.com": "gmail.com", "google.com": "gmail.com", "icoud.com": "icloud.com", "yahoo.vn": "yahoo.com.vn",
}  # fmt: skip
_REAL = frozenset(
    "gmail.com googlemail.com mail.com email.com ymail.com gmx.com gmx.net gmx.de rocketmail.com live.com msn.com"
    " me.com mac.com aol.com proton.me protonmail.com pm.me zoho.com zohomail.com yandex.com yandex.ru mail.ru"
    " inbox.com fastmail.com hey.com tutanota.com qq.com 163.com naver.com daum.net hanmail.net live.cn"
    " yahoo.com yahoo.com.vn yahoo.co.uk yahoo.co.jp yahoo.co.in yahoo.co.kr yahoo.co.id yahoo.co.th yahoo.com.au"
    " yahoo.com.sg yahoo.com.tw yahoo.com.hk yahoo.com.ph yahoo.com.my yahoo.com.br yahoo.com.mx yahoo.fr yahoo.de"
    " yahoo.it yahoo.es yahoo.ca yahoo.in yahoo.ie yahoo.se yahoo.no yahoo.pl yahoo.ro yahoo.gr"
    " outlook.com outlook.com.vn outlook.vn outlook.fr outlook.de outlook.jp outlook.it outlook.es outlook.kr"
    " outlook.sg outlook.com.au hotmail.com hotmail.fr hotmail.co.uk hotmail.de hotmail.it hotmail.es hotmail.co.jp"
    " hotmail.co.th hotmail.com.vn hotmail.com.tw hotmail.ca hotmail.nl hotmail.be hotmail.se hotmail.no"
    " icloud.com vss.gov.vn fpt.vn vnn.vn viettel.com.vn vnpt.vn danang.gov.vn".split()
)
_ENDINGS: Mapping[str, str] = {
    "con": "com", "cm": "com", "co": "com", "om": "com", "vom": "com", "xom": "com", "cpm": "com", "ocm": "com",
    "cmo": "com", "comm": "com", "coom": "com", "cim": "com", "cok": "com", "com.": "com", "c": "com", "coml": "com",
    "con.vn": "com.vn", "cm.vn": "com.vn", "com.v": "com.vn", "com.cn": "com.vn", "com.nv": "com.vn", "comvn": "com.vn",
    "com.vm": "com.vn", "cim.vn": "com.vn", "co.vn": "com.vn", "vn": "com", "net": "com", "org": "com", "comcom": "com",
}  # fmt: skip
# Endings that exist are slips only behind a name that is known not to have them.
_NEVER = frozenset(
    ["con", "vom", "xom", "cpm", "ocm", "cmo", "comm", "coom", "cok", "coml", "con.vn", "com.v", "com.nv"]
)


def likely_host(host: str) -> str | None:
    """The host that was probably meant, or None when this one may well be right. `host` is in small letters."""
    if host in _REAL:
        return None
    if host in _SLIPS:
        return _SLIPS[host]
    name, _, ending = host.partition(".")
    known = name if name in _COMMON else None
    near = known or next((common for common in _COMMON if _one_slip(name, common)), None)
    mended = _ENDINGS.get(ending, ending)
    if near and not (known is None and f"{name}.com" in _REAL):
        if mended in _GOOD[near]:
            return f"{near}.{mended}"
        if near == "gmail" and mended == "com.vn":
            return "gmail.com"
        if known is None or "." not in host:
            return f"{near}.com" if ending in ("", "com") or ending in _ENDINGS else None
        return None
    if ending in _NEVER:
        return f"{name}.{mended}"
    return None


def _one_slip(written: str, meant: str) -> bool:
    """One letter missing, added, wrong, or two neighbours swapped; also one of each kind in a long name."""
    if written == meant or abs(len(written) - len(meant)) > 1:
        return False
    if len(written) == len(meant):
        wrong = [i for i, (a, b) in enumerate(zip(written, meant, strict=True)) if a != b]
        if len(wrong) == 2 and wrong[1] == wrong[0] + 1:
            return written[wrong[0]] == meant[wrong[1]] and written[wrong[1]] == meant[wrong[0]]
        return len(wrong) == 1
    short, long = sorted((written, meant), key=len)
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))
