"""HTML that cannot be injected into: whatever is not markup already is escaped, wherever it goes."""

from __future__ import annotations

from html import escape

_EMPTY = frozenset({"br", "img", "col", "link"})


class Markup(str):
    """Text that is HTML. Everything else is text from somewhere."""

    __slots__ = ()


def element(name: str, *children: str | Markup | None, **attributes: str | float | bool | None) -> Markup:
    """`<name …>children</name>`; `class_` is the attribute class, `data_t` is data-t; an attribute that is None is left out."""
    parts = [f"<{name}"]
    for attribute, value in attributes.items():
        if value is None or value is False:
            continue
        parts.append(f" {attribute.rstrip('_').replace('_', '-')}")
        if value is not True:
            parts.append(f'="{escape(str(value))}"')
    parts.append(">")
    if name not in _EMPTY:
        parts.append(joined(*children))
        parts.append(f"</{name}>")
    return Markup("".join(parts))


def joined(*children: str | Markup | None) -> Markup:
    """One after the other; None is nothing."""
    return Markup("".join(child if isinstance(child, Markup) else escape(child) for child in children if child is not None))
