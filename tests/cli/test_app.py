"""What every command line is expected to have: a version, help, completion, hints at what was meant, and known exit codes."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dms import __version__
from dms.cli.app import COMMANDS, GROUPS, app, main
from dms.errors import EXIT_CONFIGURATION, EXIT_DONE, EXIT_FAILED, EXIT_USAGE
from tests.drives.drive_making import story, write_jsonl

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def test_the_version_is_that_of_the_package() -> None:
    answer = run("--version")
    assert (answer.exit_code, answer.stdout) == (0, f"dms {__version__}\n")


@pytest.mark.parametrize(
    "command", [(), *((name,) for name in COMMANDS), ("rules",), ("rules", "explain"), ("calibration", "show")]
)
def test_help_has_a_short_name_everywhere(command: tuple[str, ...]) -> None:
    short, long = run(*command, "-h"), run(*command, "--help")
    assert short.exit_code == 0
    assert "usage: " in short.stdout.lower()
    assert short.stdout == long.stdout


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["repaly", "x"], "Did you mean 'replay'?"),
        (["rules", "explian", "default"], "Did you mean 'explain'?"),
        (["run", "--sorce", "x"], "--source"),
        (["events", "--drive"], "--drives"),
    ],
)
def test_a_slip_is_told_with_what_was_meant(words: list[str], hint: str) -> None:
    answer = run(*words)
    assert answer.exit_code == 2
    assert hint in " ".join(answer.stderr.replace("│", " ").split())


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["rules", "explain", "defualt"], "did you mean 'default'?"),
        (["replay", "x.jsonl", "--rules", "atend"], "did you mean 'attend'?"),
        (["replay", "x.jsonl", "--cabin", "left-hand-drive"], "did you mean 'left_hand_drive'?"),
        (["tune", "x.jsonl", "--space", "defalt"], "did you mean 'default'?"),
        (["tune", "x.jsonl", "--sampler", "tpi"], "did you mean 'tpe'?"),
        (["events", "--kind", "fatigue.micro"], "did you mean 'fatigue.microsleep'?"),
        (["listen", "--topic", "alerts"], "did you mean 'alert'?"),
        (["label", "x.mp4", "--from", "1", "--to", "2", "--kind", "microsleep"], "did you mean 'fatigue.microsleep'?"),
    ],
)
def test_a_misspelt_name_is_told_with_the_nearest(
    words: list[str], hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.jsonl").touch()
    assert hint in str(run(*words).exception)


def asked_by_a_shell(request: str, **environment: str) -> str:
    """What a shell is answered."""
    return CliRunner().invoke(app, [], env={"_DMS_COMPLETE": request, **environment}, prog_name="dms").stdout


def offered(*typed: str) -> list[str]:
    """What bash is given when TAB is pressed at the end of what was typed."""
    return asked_by_a_shell("complete_bash", COMP_WORDS=" ".join(typed), COMP_CWORD=str(len(typed) - 1)).split()


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (("dms", "re"), ["replay", "report"]),
        (("dms", "replay", "--ru"), ["--rules"]),
        (("dms", "replay", "--rules", "eu-"), ["eu-addw-inspired", "eu-ddaw-inspired"]),
        (("dms", "run", "--rules", "./my"), []),
        (("dms", "events", "--level", "u"), ["urgent"]),
        (("dms", "rules", "explain", "att"), ["attend"]),
    ],
)
def test_tab_offers_commands_options_and_names(typed: tuple[str, ...], expected: list[str]) -> None:
    assert offered(*typed) == expected


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_there_for_the_shells_that_people_use(shell: str) -> None:
    assert f"_DMS_COMPLETE=complete_{shell}" in asked_by_a_shell(f"source_{shell}")


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes_with_what_show_completion_prints(tmp_path: Path) -> None:
    (tmp_path / "dms").write_text(f'#!/bin/sh\nexec {sys.executable} -m dms "$@"\n')
    (tmp_path / "dms").chmod(0o755)
    script = (
        'eval "$(_DMS_COMPLETE=source_bash dms)"; COMP_WORDS=(dms events --kind fatigue.m); COMP_CWORD=3; '
        '$(complete -p dms | sed -E "s/.*-F ([^ ]+).*/\\1/") dms; echo "${COMPREPLY[@]}"'
    )
    environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["fatigue.microsleep"], done.stderr


def test_python_m_dms_calls_itself_dms(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["/usr/lib/python3/dms/__main__.py", "--version"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"dms {__version__}\n"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["rules", "list"], 0),
        (["check"], 0),
        (["replay", "missing.jsonl"], 1),
        (["events", "--db", "missing.db"], 1),
        (["report", "missing.jsonl", "-o", "missing.html"], 1),
        ([], 2),
        (["replay"], 2),
        (["events", "--level", "loud"], 2),
        (["score", "drives", "--processes", "0"], 2),
        (["rules", "explain", "missing"], 78),
        (["check", "missing.yaml"], 78),
        (["run", "--config", "missing.yaml"], 78),
        (["run"], 78),
    ],
)
def test_exit_codes_are_those_that_are_documented(
    words: list[str], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["dms", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == code
    assert "Traceback" not in capsys.readouterr().err


HEAVY = (
    "torch", "scipy", "cv2", "onnxruntime", "sqlalchemy", "zmq", "starlette", "uvicorn", "optuna", "distributed", "moderngl",
    "can", "grpc", "paho", "prometheus_client",
)  # fmt: skip


def test_no_command_loads_a_heavy_library_before_it_knows_what_is_asked() -> None:
    """Help, a completion or a slip comes at once: what cameras, networks, servers and databases need comes with the work."""
    modules = [f"dms.cli.{name}" for name in (*COMMANDS, *GROUPS)]
    program = (
        f"import sys, importlib\nfor name in {modules!r}: importlib.import_module(name)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_ctrl_c_is_an_exit_code_of_its_own(tmp_path: Path) -> None:
    drive = tmp_path / "drive.jsonl"
    drive.write_text("".join(f'{{"topic":"observation","t":{t / 30:.3f},"frame":{t},"camera":"dark"}}\n' for t in range(300_000)))
    command = [sys.executable, "-m", "dms", "replay", "--processes", "1", str(drive)]
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE) as replaying:
        while not _has_open(replaying.pid, drive):
            assert replaying.poll() is None, "ended before it was interrupted"
        replaying.send_signal(signal.SIGINT)
        _, said = replaying.communicate(timeout=120)
    assert replaying.returncode == 130, said
    assert b"Traceback" not in said


def _has_open(process: int, path: Path) -> bool:
    """Whether the process is reading a file."""
    for descriptor in Path(f"/proc/{process}/fd").iterdir():
        with suppress(OSError):  # closed meanwhile
            if descriptor.readlink() == path:
                return True
    return False


def test_the_table_of_exit_codes_has_those_that_there_are() -> None:
    page = (ROOT / "docs" / "command_line.md").read_text()
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)}
    assert documented == {EXIT_DONE, EXIT_FAILED, EXIT_USAGE, EXIT_CONFIGURATION, 130}


@pytest.mark.parametrize("words", ["rules list", "--help", "replay drive.jsonl --json", "replay drive.jsonl --jsonl -"])
def test_a_full_disk_behind_standard_output_is_one_message(words: str, tmp_path: Path) -> None:
    write_jsonl(tmp_path / "drive.jsonl", story(60, turned=[(40, 44)]))
    with Path("/dev/full").open("wb") as full:
        command, environment = [sys.executable, "-m", "dms", *words.split()], {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, env=environment, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.stderr.splitlines()[-1] == "dms: what comes out cannot be written: No space left on device"
    assert "Traceback" not in done.stderr
    assert done.returncode == EXIT_FAILED


def test_a_program_that_is_started_without_standard_streams_writes_none_of_its_words_into_its_files(tmp_path: Path) -> None:
    """As some supervisors do. The next file that is opened gets the number of what is closed."""
    drive = write_jsonl(tmp_path / "drive.jsonl", story(60, turned=[(40, 44)]))
    words = (sys.executable, "-m", "dms", "replay", str(drive), "--jsonl", str(tmp_path / "alerts.jsonl"))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *words], env=environment, check=False)
    assert done.returncode == EXIT_DONE
    lines = (tmp_path / "alerts.jsonl").read_text().splitlines()
    assert lines
    assert all(json.loads(line)["topic"] == "alert" for line in lines)


@pytest.mark.parametrize("words", ["doctor", "rules explain default", "run --help"])
def test_a_locale_that_lacks_a_letter_is_no_reason_to_end(words: str, tmp_path: Path) -> None:
    """Latin-1 has no `…`."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "dms", *words.split()], env=environment, cwd=tmp_path, capture_output=True, check=False
    )
    assert b"Traceback" not in done.stderr
    assert done.stdout


@pytest.mark.parametrize(
    "words",
    [
        "replay {}.jsonl",
        "observe {}.png",
        "label {}.mp4 --list",
        "replay drive.jsonl --report {}.html",
        "run --source {}",
        "events --db {}",
    ],
)
def test_a_name_that_is_too_long_is_one_message(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_jsonl(tmp_path / "drive.jsonl", story(60))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["dms", *words.format("x" * 300).split()])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == EXIT_FAILED
    assert re.search("x{60}.*(File name too long|no file has one of more than 255)", capsys.readouterr().err)
