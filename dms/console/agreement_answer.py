"""What `dms label --agreement` answers with `--json`."""

from __future__ import annotations

import msgspec

from dms.drives.labels.agreement import Agreement


class AgreementAnswer(msgspec.Struct, frozen=True):
    """The answer of `dms label --agreement A B --json`: how far two people agree on a drive. `a` and `b` are where theirs are."""

    drive: str
    a: str
    b: str
    agreement: Agreement
