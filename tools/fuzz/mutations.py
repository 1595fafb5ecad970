"""Making bytes that are nearly right: a seed with a few of the changes that break readers."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

LARGEST_CASE_BYTES = 1 << 18

TOKENS: tuple[bytes, ...] = (
    b"9" * 310,
    b"-" + b"9" * 310,
    b"9" * 5000,
    b"1e999",
    b"-1e-999",
    b"NaN",
    b"Infinity",
    b"18446744073709551616",
    b"[" * 3000,
    b'{"a":' * 3000,
    b"a" * 5000,
    b"\xff",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xc3",
    b"\x00",
    b"\\u0000",
    b'"\\ud800"',
    b'"\\udfff\\ud800"',
    "١٢".encode(),
    b"null",
    b"true",
    b"[]",
    b"{}",
    b'""',
    b"-1",
    b"0.0",
    b"\n",
    b"\r",
    b"\t",
    b";",
    b'"',
    b"'",
    b"&a",
    b"*a",
    b"!!python/object:os.system",
    b"---\n",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"\xff\xff\xff\xff\xff\xff\xff\x7f",
    b"\x00\x00\x00\x00\x00\x00\x00\x80",
)
"""What readers have stumbled over: numbers that no float holds, nesting, half characters, other encodings, lengths of 2^63."""


def _flip(case: bytearray, chance: random.Random) -> None:
    if case:
        case[chance.randrange(len(case))] ^= 1 << chance.randrange(8)


def _cut(case: bytearray, chance: random.Random) -> None:
    del case[chance.randrange(len(case) + 1) :]


def _drop(case: bytearray, chance: random.Random) -> None:
    begin = chance.randrange(len(case) + 1)
    del case[begin : begin + chance.randrange(1, 64)]


def _repeat(case: bytearray, chance: random.Random) -> None:
    begin = chance.randrange(len(case) + 1)
    part = bytes(case[begin : begin + chance.randrange(1, 256)])
    case[begin:begin] = part * chance.choice((1, 2, 100))


def _insert(case: bytearray, chance: random.Random) -> None:
    begin = chance.randrange(len(case) + 1)
    case[begin:begin] = chance.choice(TOKENS)


def _in_place_of_a_number(case: bytearray, chance: random.Random) -> None:
    """The change that finds most: a value of the right kind and an impossible size, exactly where a number stood."""
    digits = [place for place, byte in enumerate(case) if byte in b"0123456789"]
    if digits:
        begin = end = chance.choice(digits)
        while end < len(case) and case[end] in b"0123456789.":
            end += 1
        case[begin:end] = chance.choice(TOKENS)


def _in_place_of_a_word(case: bytearray, chance: random.Random) -> None:
    quotes = [place for place, byte in enumerate(case) if byte in b'"<:,']
    if quotes:
        begin = chance.choice(quotes) + 1
        case[begin : begin + chance.randrange(1, 12)] = chance.choice(TOKENS)


_CHANGES: Sequence[Callable[[bytearray, random.Random], None]] = (
    _flip,
    _cut,
    _drop,
    _repeat,
    _insert,
    _in_place_of_a_number,
    _in_place_of_a_number,
    _in_place_of_a_word,
)


def mutated(seed: bytes, chance: random.Random) -> bytes:
    """`seed` with one to four changes, at most `LARGEST_CASE_BYTES` long."""
    case = bytearray(seed)
    for _ in range(chance.choice((1, 1, 2, 4))):
        chance.choice(_CHANGES)(case, chance)
    return bytes(case[:LARGEST_CASE_BYTES])
