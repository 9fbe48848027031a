"""The YAML that officers write, as they mean it: words stay words, a field written twice is a mistake.

Owns the two parsers, the fast one for sound files and PyYAML's own for telling of mistakes. Refuses to word a mistake.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import yaml

# What libyaml forgives and PyYAML doesn't: tabs, byte order marks inside, a comment that sticks to a block's bar.
_LET_PASS = re.compile(r"\t|\ufeff|[|>][-+\d]*#")


class BadField(Exception):
    """Trường ghi hai lần hoặc tên trường không phải chữ."""


def _construct_mapping(loader: Any, node: yaml.MappingNode) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node)
        if not isinstance(key, str):
            raise BadField(f"dòng {key_node.start_mark.line + 1}: tên trường phải là chữ.")
        if key in mapping:
            raise BadField(
                f"dòng {key_node.start_mark.line + 1}: trường '{key}' ghi hai lần trong một câu trả lời. "
                "Bỏ bớt một chỗ, hoặc thêm '- id:' nếu đó là câu trả lời mới."
            )
        mapping[key] = loader.construct_object(value_node, deep=True)
    return mapping


def _construct_text(loader: Any, node: yaml.ScalarNode) -> str:
    return unicodedata.normalize("NFC", str(loader.construct_scalar(node))).strip()


class PatientLoader(yaml.SafeLoader):
    """Scalars stay text (an officer's `2026-02` or `Không` means itself), only true and false are more."""


class FastLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The same on libyaml, ten times as fast; where PyYAML was built without it, the same once more."""


for _loader in (PatientLoader, FastLoader):
    _loader.yaml_implicit_resolvers = {}
    _loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), ["t", "f"])
    _loader.add_constructor("tag:yaml.org,2002:map", _construct_mapping)
    _loader.add_constructor("tag:yaml.org,2002:str", _construct_text)


def parse(text: str) -> tuple[yaml.Node | None, Any]:
    """The document and what it says; raises YAMLError and BadField. PyYAML's own parser has the last word on mistakes.

    libyaml counts bytes and sees some mistakes a line later.
    """
    if _LET_PASS.search(text):
        return parse_with(PatientLoader, text)
    try:
        return parse_with(FastLoader, text)
    except (yaml.YAMLError, BadField):
        return parse_with(PatientLoader, text)


def parse_with(kind: type[PatientLoader | FastLoader], text: str) -> tuple[yaml.Node | None, Any]:
    loader = kind(text)
    node = loader.get_single_node()
    return node, loader.construct_document(node) if isinstance(node, yaml.SequenceNode) else None
