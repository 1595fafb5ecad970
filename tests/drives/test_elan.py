"""Labels to ELAN and back."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dms.drives.labels.elan import eaf_text, read_eaf
from dms.drives.labels.labels import LABEL_KINDS, LARGEST_BYTES
from dms.errors import DriveError
from dms.types import KSS, Label

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LABELS = [
    Label(0.0, 300.0, KSS, "yawned & said <so so>", 7.0),
    Label(36.0, 40.6, "distraction.head_away", "left mirror"),
    Label(36.0, 40.6, "distraction.long"),
    Label(40.6, 41.25, "distraction.long", "again"),
]

# What a person draws in ELAN: tiers of their own beside ours, one that is not aligned, and one that hangs on another.
BY_HAND = """\
<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT AUTHOR="Ada" DATE="2026-11-20T10:00:00+01:00" FORMAT="3.0" VERSION="3.0"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="http://www.mpi.nl/tools/elan/EAFv3.0.xsd">
    <HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">
        <MEDIA_DESCRIPTOR MEDIA_URL="file:///trial/drive.mp4" MIME_TYPE="video/mp4" RELATIVE_MEDIA_URL="./drive.mp4"{origin}/>
        <PROPERTY NAME="lastUsedAnnotationId">4</PROPERTY>
    </HEADER>
    <TIME_ORDER>
        <TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="1000"/>
        <TIME_SLOT TIME_SLOT_ID="ts2" TIME_VALUE="2500"/>
        <TIME_SLOT TIME_SLOT_ID="ts3"/>
        <TIME_SLOT TIME_SLOT_ID="ts4" TIME_VALUE="4000"/>
    </TIME_ORDER>
    <TIER LINGUISTIC_TYPE_REF="default-lt" TIER_ID="fatigue.microsleep">
        <ANNOTATION>
            <ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts2">
                <ANNOTATION_VALUE>nods</ANNOTATION_VALUE>
            </ALIGNABLE_ANNOTATION>
        </ANNOTATION>
    </TIER>
    <TIER LINGUISTIC_TYPE_REF="default-lt" TIER_ID="Augen zu">
        <ANNOTATION>
            <ALIGNABLE_ANNOTATION ANNOTATION_ID="a2" TIME_SLOT_REF1="ts2" TIME_SLOT_REF2="ts4">
                <ANNOTATION_VALUE></ANNOTATION_VALUE>
            </ALIGNABLE_ANNOTATION>
        </ANNOTATION>
    </TIER>
    <TIER LINGUISTIC_TYPE_REF="default-lt" TIER_ID="unaligned">
        <ANNOTATION>
            <ALIGNABLE_ANNOTATION ANNOTATION_ID="a3" TIME_SLOT_REF1="ts2" TIME_SLOT_REF2="ts3">
                <ANNOTATION_VALUE>half</ANNOTATION_VALUE>
            </ALIGNABLE_ANNOTATION>
        </ANNOTATION>
    </TIER>
    <TIER LINGUISTIC_TYPE_REF="note" PARENT_REF="fatigue.microsleep" TIER_ID="remark">
        <ANNOTATION>
            <REF_ANNOTATION ANNOTATION_ID="a4" ANNOTATION_REF="a1">
                <ANNOTATION_VALUE>head down</ANNOTATION_VALUE>
            </REF_ANNOTATION>
        </ANNOTATION>
    </TIER>
    <TIER LINGUISTIC_TYPE_REF="default-lt" TIER_ID="empty"/>
    <LINGUISTIC_TYPE GRAPHIC_REFERENCES="false" LINGUISTIC_TYPE_ID="default-lt" TIME_ALIGNABLE="true"/>
</ANNOTATION_DOCUMENT>
"""


def text_of(labels: list[Label], path: Path, video: Path | None = None) -> str:
    return eaf_text(labels, path, drive=Path("trial/drive.mcap"), video=video, now=NOW)


def drawn(tmp_path: Path, text: str = BY_HAND.format(origin="")) -> Path:
    path = tmp_path / "drawn.eaf"
    path.write_text(text)
    return path


def test_labels_come_back(tmp_path: Path) -> None:
    path = tmp_path / "drive.eaf"
    path.write_text(text_of(LABELS, path))
    document = read_eaf(path)
    assert document.labels == tuple(LABELS)
    assert (document.left_out, document.drive) == ({}, "drive.mcap")


KIND_AND_VALUE = st.sampled_from([kind for kind in LABEL_KINDS if kind != KSS]).map(lambda kind: (kind, None)) | st.tuples(
    st.just(KSS), st.floats(1.0, 9.0)
)
NOTE = st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\ufffe\uffff") | st.sampled_from("\t\n\r"))


@st.composite
def labels_of_a_drive(draw: st.DrawFn) -> list[Label]:
    """Labels that last a millisecond at least, one after the other."""
    labels, t = [], 0.0
    for pause_s, lasts_s in draw(st.lists(st.tuples(st.floats(0.001, 600.0), st.floats(0.002, 600.0)), max_size=5)):
        t += pause_s
        kind, value = draw(KIND_AND_VALUE)
        labels.append(Label(t, t + lasts_s, kind, draw(NOTE), value))
        t += lasts_s
    return labels


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(labels=labels_of_a_drive())
def test_nothing_but_fractions_of_a_millisecond_is_lost(tmp_path: Path, labels: list[Label]) -> None:
    path = tmp_path / "drive.eaf"
    path.write_text(text_of(labels, path), encoding="utf-8", newline="")
    rounded = [Label(round(label.t, 3), round(label.end, 3), label.kind, label.note, label.value) for label in labels]
    assert list(read_eaf(path).labels) == rounded
    assert_is_eaf(path)


def assert_is_eaf(path: Path) -> None:
    """The rules of EAFv3.0.xsd for what we write, and what ELAN wants beyond them: slots in order, no overlap on a tier."""
    root = ElementTree.parse(path).getroot()
    order = ["HEADER", "TIME_ORDER", "TIER", "LINGUISTIC_TYPE"]
    places = [order.index(child.tag) for child in root]
    assert root.tag == "ANNOTATION_DOCUMENT"
    assert places == sorted(places)
    assert (places.count(0), places.count(1)) == (1, 1)
    assert {"AUTHOR", "DATE", "VERSION"} <= set(root.attrib)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", root.attrib["DATE"])
    header = [child.tag for child in root[0]]
    assert header == sorted(header, key=["MEDIA_DESCRIPTOR", "PROPERTY"].index)
    assert all({"MEDIA_URL", "MIME_TYPE"} <= set(media.attrib) for media in root.iter("MEDIA_DESCRIPTOR"))
    ids = [slot.attrib["TIME_SLOT_ID"] for slot in root.iter("TIME_SLOT")]
    ids += [annotation.attrib["ANNOTATION_ID"] for annotation in root.iter("ALIGNABLE_ANNOTATION")]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[A-Za-z_][\w.-]*", name) for name in ids)
    times = {slot.attrib["TIME_SLOT_ID"]: int(slot.attrib["TIME_VALUE"]) for slot in root.iter("TIME_SLOT")}
    assert list(times.values()) == sorted(times.values())
    assert all(0 <= at_ms < 2**32 for at_ms in times.values())
    types = {kind.attrib["LINGUISTIC_TYPE_ID"] for kind in root.iter("LINGUISTIC_TYPE")}
    tiers = [tier.attrib["TIER_ID"] for tier in root.iter("TIER")]
    assert len(set(tiers)) == len(tiers)
    for tier in root.iter("TIER"):
        assert tier.attrib["LINGUISTIC_TYPE_REF"] in types
        drawn = list(tier.iter("ALIGNABLE_ANNOTATION"))
        spans = [(times[one.attrib["TIME_SLOT_REF1"]], times[one.attrib["TIME_SLOT_REF2"]]) for one in drawn]
        assert all(begin < end for begin, end in spans)
        assert all(first[1] <= second[0] for first, second in pairwise(spans))
        assert all([child.tag for child in one] == ["ANNOTATION_VALUE"] for one in drawn)


def test_there_is_a_tier_to_draw_on_for_every_kind(tmp_path: Path) -> None:
    root = ElementTree.fromstring(text_of([], tmp_path / "drive.eaf"))
    assert [tier.attrib["TIER_ID"] for tier in root.iter("TIER")] == list(LABEL_KINDS)


def test_the_video_is_found_from_where_the_document_is(tmp_path: Path) -> None:
    video = tmp_path / "videos" / "drive 1.mp4"
    (media,) = ElementTree.fromstring(text_of(LABELS, tmp_path / "labels" / "x.eaf", video)).iter("MEDIA_DESCRIPTOR")
    assert media.attrib == {
        "MEDIA_URL": f"file://{video}",
        "MIME_TYPE": "video/mp4",
        "RELATIVE_MEDIA_URL": "../videos/drive 1.mp4",
    }
    (beside,) = ElementTree.fromstring(text_of(LABELS, video.with_suffix(".eaf"), video)).iter("MEDIA_DESCRIPTOR")
    assert beside.attrib["RELATIVE_MEDIA_URL"] == "./drive 1.mp4"


def test_an_instant_becomes_a_millisecond(tmp_path: Path) -> None:
    path = tmp_path / "drive.eaf"
    path.write_text(text_of([Label(5.0, 5.0, KSS, value=6.5)], path))
    assert read_eaf(path).labels == (Label(5.0, 5.001, KSS, value=6.5),)


def test_tiers_with_other_names_are_left_out_and_named(tmp_path: Path) -> None:
    document = read_eaf(drawn(tmp_path))
    assert document.labels == (Label(1.0, 2.5, "fatigue.microsleep", "nods"),)
    assert document.left_out == {"Augen zu": 1, "unaligned": 1, "remark": 1}
    assert document.drive is None


def test_a_tier_with_another_name_can_be_taken_in(tmp_path: Path) -> None:
    document = read_eaf(drawn(tmp_path), {"Augen zu": "fatigue.sleep"})
    assert document.labels[1:] == (Label(2.5, 4.0, "fatigue.sleep"),)
    assert document.left_out == {"unaligned": 1, "remark": 1}


@pytest.mark.parametrize(
    ("text", "tiers", "message"),
    [
        ("no XML", {}, r"drawn\.eaf: not an ELAN document: syntax error: line 1"),
        (BY_HAND[:1000].format(origin=""), {}, r"drawn\.eaf: not an ELAN document: unclosed token"),
        ("<trackers/>", {}, r"its root is 'trackers'"),
        ('<?xml version="1.0" encoding="klingon"?><a/>', {}, r"not an ELAN document: .*encoding"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><ANNOTATION_DOCUMENT/>', {}, r"has a DOCTYPE"),
        ('<ANNOTATION_DOCUMENT FORMAT="4.1"/>', {}, r"written in EAF 4\.1; this dms reads EAF 2 and 3"),
        ('<ANNOTATION_DOCUMENT><HEADER TIME_UNITS="PAL-frames"/></ANNOTATION_DOCUMENT>', {}, "its times are in PAL-frames"),
        (BY_HAND.format(origin=' TIME_ORIGIN="1200"'), {}, r"drive\.mp4 is shifted by 1200 ms against the times"),
        (
            BY_HAND.format(origin=' TIME_ORIGIN="0"'),
            {"augen zu": "fatigue.sleep"},
            r"no tier is called 'augen zu'; did you mean 'Augen zu'",
        ),
        (BY_HAND.format(origin=""), {"remark": "fatigue.sleep"}, r"tier 'remark': annotation a4 hangs on another tier's"),
        (BY_HAND.format(origin=""), {"unaligned": "fatigue.sleep"}, r"tier 'unaligned': annotation a3 is not aligned"),
        (BY_HAND.format(origin=""), {"Augen zu": KSS}, r"tier 'Augen zu': '' at 2\.5 s: a rating from 1 to 9 is wanted"),
        (
            BY_HAND.replace('"Augen zu"', '"fatigue.microsleep"').format(origin=""),
            {},
            r"two .* TIER have the TIER_ID 'fatigue\.m",
        ),
        (BY_HAND.replace('"ts3"/', '"ts2"/').format(origin=""), {}, r"two elements TIME_SLOT have the TIME_SLOT_ID 'ts2'"),
        (BY_HAND.replace('"2500"', '"2.5 s"').format(origin=""), {}, r"annotation a1 is not aligned"),
    ],
)
def test_what_cannot_be_taken_over_is_one_clear_message(tmp_path: Path, text: str, tiers: dict[str, str], message: str) -> None:
    with pytest.raises(DriveError, match=message):
        read_eaf(drawn(tmp_path, text), tiers)


@pytest.mark.parametrize(
    ("label", "message"),
    [
        (Label(-0.5, 1.0, "fatigue.sleep"), r"label fatigue\.sleep at -0\.5 s: begins before 0 s"),
        (Label(0.5, 1.0, "fatigue.sleep", "bell\a"), r"label fatigue\.sleep at 0\.5 s: its note has a control character"),
    ],
)
def test_what_elan_cannot_hold_is_not_bent(tmp_path: Path, label: Label, message: str) -> None:
    with pytest.raises(DriveError, match=message):
        text_of([label], tmp_path / "x.eaf")


def test_a_document_without_a_tier_of_ours_is_refused_with_the_tiers_that_it_has(tmp_path: Path) -> None:
    """Taken for one without labels, it would replace the labels that are there by none."""
    path = tmp_path / "drive.eaf"
    path.write_text(BY_HAND.format(origin="").replace("fatigue.microsleep", "Sekundenschlaf"))
    with pytest.raises(DriveError, match="no tier is named like a kind of label") as refusal:
        read_eaf(path)
    assert "'Sekundenschlaf', 'Augen zu'" in str(refusal.value)
    assert read_eaf(path, {"Sekundenschlaf": "fatigue.microsleep"}).labels == (Label(1.0, 2.5, "fatigue.microsleep", "nods"),)


def test_a_document_of_any_size_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.eaf"
    with path.open("wb") as file:
        file.truncate(LARGEST_BYTES + 1)
    with pytest.raises(DriveError, match=rf"huge\.eaf: larger than {LARGEST_BYTES} bytes"):
        read_eaf(path)
