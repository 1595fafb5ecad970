"""Any record that its declaration allows, for what must hold of all of them."""

from __future__ import annotations

from enum import Enum
from functools import reduce
from operator import or_
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import strategies as st

Strategy = st.SearchStrategy[Any]

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
WHOLE_NUMBERS = st.integers(-(2**63 - 1), 2**63 - 1)
PLAIN: dict[Any, Strategy] = {
    float: NUMBERS,
    int: WHOLE_NUMBERS,
    bool: st.booleans(),
    str: st.text(max_size=8),
    type(None): st.none(),
    Any: st.text(max_size=3) | st.lists(NUMBERS, max_size=2) | st.none(),
}


def records(record_type: type[msgspec.Struct]) -> Strategy:
    """Records of one type, with every field of every kind that its declaration names."""
    hints = get_type_hints(record_type, include_extras=True)
    return st.builds(record_type, **{name: _values(hint) for name, hint in hints.items()})


def _within(hint: Any, meta: msgspec.Meta) -> Strategy:
    """The values of a type within the bounds that its declaration sets, if any."""
    if meta.ge is None:
        return _values(hint)
    return st.floats(meta.ge, meta.le, allow_nan=False)


def _values(hint: Any) -> Strategy:
    if hint in PLAIN:
        return PLAIN[hint]
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _within(parts[0], parts[1])
    if origin is Literal or (isinstance(hint, type) and issubclass(hint, Enum)):
        return st.sampled_from(parts or list(hint))
    if origin in (Union, UnionType):
        return reduce(or_, map(_values, parts))
    if origin is tuple:
        one = _values(parts[0])
        return st.lists(one, max_size=3).map(tuple) if parts[-1] is ... else st.tuples(*map(_values, parts))
    if origin is not None:
        return st.dictionaries(_values(parts[0]), _values(parts[1]), max_size=3)
    return records(hint)
