"""The page of a report as a file: whole in itself, safe whatever stands in the drive, the same each time, and small."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from pathlib import Path

import pytest

from dms.drives.report.markup import Markup, element, joined
from dms.drives.report.pictures import MOST_BYTES, MOST_PICTURES, Picture, within_limits
from dms.types import DriverInput, Label
from tests.drives.drive_making import PACK, story, write_jsonl
from tests.drives.report.report_making import Parsed, pack_at, report_of, report_on

HOSTILE = "</script><script>document.title='taken'</script><img src=x onerror=alert(1)> \"' & <!-- ]]>"
PICTURE = Picture(5.0, b"\xff\xd8 not really a JPEG file \xff\xd9", 200, 150)


def test_the_page_asks_for_nothing_from_anywhere(tmp_path: Path) -> None:
    page = report_on(tmp_path, story(20)).page([PICTURE])
    parsed = Parsed(page)
    addresses = [
        value for _, attributes in parsed.elements for name, value in attributes.items() if name in ("src", "href", "action")
    ]
    assert addresses == ["data:,"]
    written = page.replace(parsed.scripts[0], "")
    assert re.findall(r"\w+://|//\w+\.|url\(|@import|\bfetch\(|XMLHttpRequest|WebSocket|sendBeacon|\bimport\(", written) == []


def test_the_browser_is_told_to_run_this_script_and_nothing_else(tmp_path: Path) -> None:
    parsed = Parsed(report_on(tmp_path, story(5)).page())
    policy = next(attributes["content"] for tag, attributes in parsed.elements if attributes.get("http-equiv"))
    script, style = (
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in (parsed.scripts[1], parsed.styles[0])
    )
    assert policy == f"default-src 'none'; img-src data:; style-src {style}; script-src {script}"
    handlers = [name for _, attributes in parsed.elements for name in attributes if name.startswith("on") or name == "style"]
    assert handlers == []


def test_texts_from_files_stay_texts(tmp_path: Path) -> None:
    """Notes, the title of a pack, the name of a drive: whatever they hold, the page has the same elements."""

    def page_with(note: str, name: str, title: str) -> Parsed:
        folder = tmp_path / str(len(note))
        folder.mkdir()
        records = [
            *story(60, turned=[(40, 44)]),
            Label(50, 52, "fatigue.microsleep", note),
            Label(1, 2, note or "nothing"),
            Label(0, 60, "kss", note, 7.0),
            DriverInput(3.0, "mark", note),
        ]
        drive = write_jsonl(folder / f"{name}.jsonl", iter(records))
        text = PACK.replace("title: For stories in tests", f"title: {title!r}")
        return Parsed(report_of(drive, pack_at(folder / "story.yaml", text)).page())

    plain = page_with("", "drive", "plain")
    hostile = page_with(HOSTILE, "<b onclick=x>drive", "<i>hostile</i>")
    assert Counter(tag for tag, _ in hostile.elements) - Counter(tag for tag, _ in plain.elements) == Counter({"small": 1})
    assert [attributes for _, attributes in hostile.elements if "onerror" in attributes or "onclick" in attributes] == []
    assert len(hostile.scripts) == 2
    assert hostile.scripts[1] == plain.scripts[1]
    assert HOSTILE in hostile.text
    assert hostile.data["labels"][-1]["note"] == HOSTILE
    assert "<i>hostile</i>" in hostile.text


def test_a_page_says_what_it_was_made_from(tmp_path: Path) -> None:
    report = report_on(tmp_path, story(20))
    text = Parsed(report.page()).text
    drive = hashlib.sha256((tmp_path / "drive.jsonl").read_bytes()).hexdigest()
    pack = hashlib.sha256((tmp_path / "story.yaml").read_bytes()).hexdigest()
    assert drive in text
    assert pack in text
    assert f"dms report {tmp_path / 'drive.jsonl'} --rules story --cabin left_hand_drive -o PAGE.html" in text


def test_the_same_drive_gives_the_same_page(tmp_path: Path) -> None:
    first, second = (report_on(tmp_path, story(20, turned=[(10, 13)])).page([PICTURE]) for _ in range(2))
    assert first == second


def test_an_hour_with_pictures_stays_below_five_megabytes(tmp_path: Path) -> None:
    """Every observation costs the same, so two drives tell what an hour at 30 Hz weighs."""
    short, longer = (len(report_on(tmp_path, story(seconds)).page()) for seconds in (30, 60))
    an_hour = short + (longer - short) / 30 * 3600
    with_pictures = an_hour + MOST_BYTES * 4 / 3
    assert 1e6 < an_hour < with_pictures < 5e6


def test_only_as_many_pictures_as_a_page_may_carry() -> None:
    large = [Picture(float(t), bytes(60_000), 200, 150) for t in range(60)]
    kept = within_limits(large)
    assert len(kept) >= 8
    assert sum(len(picture.jpeg) for picture in kept) <= MOST_BYTES
    assert [picture.t for picture in kept] == sorted(picture.t for picture in kept)
    assert within_limits(large[:5]) == tuple(large[:5])


def test_pictures_are_asked_for_where_something_happened(tmp_path: Path) -> None:
    records = [*story(600, turned=[(200 + 4 * k, 203 + 4 * k) for k in range(90)]), Label(100, 103, "fatigue.microsleep")]
    report = report_on(tmp_path, records)
    assert len(report.moments) == MOST_PICTURES
    assert report.moments == sorted(report.moments)
    assert any(abs(t - 101.5) < 0.01 for t in report.moments)  # the label that was missed comes first


def test_a_drive_without_alerts_or_labels_has_a_page_too(tmp_path: Path) -> None:
    text = Parsed(report_on(tmp_path, story(5)).page()).text
    assert "No alert was raised, and there are no labels." in text
    assert "there is nothing to compare the alerts to" in text


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (element("p", "a < b"), "<p>a &lt; b</p>"),
        (element("td", element("b", "x"), None, "&"), "<td><b>x</b>&amp;</td>"),
        (element("a", title='"><script>', class_="x"), '<a title="&quot;&gt;&lt;script&gt;" class="x"></a>'),
        (element("tr", data_t=1.5, hidden=True, id=None), '<tr data-t="1.5" hidden></tr>'),
        (joined("<", Markup("<br>")), "&lt;<br>"),
    ],
)
def test_markup_is_the_only_thing_that_is_not_escaped(made: Markup, expected: str) -> None:
    assert made == expected
