"""`dms listen`: a subscriber to look at, to script with, and to copy from."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from dms.client.reception import STRANGE, Reception
from dms.config.problems import suggestion
from dms.console import completions
from dms.console.connecting import Keys, given_keys
from dms.console.foxglove_serving import serve_foxglove
from dms.console.message_text import alert_line, health_change_line, health_line, observation_line, state_line, summary_line
from dms.console.terminal_text import row
from dms.errors import EXIT_DONE, EXIT_FAILED, UsageError, one_line
from dms.locations import endpoint_to_hear
from dms.outputs.bus.messages import Topic

if TYPE_CHECKING:
    from dms.client.subscriber import Message, Subscriber

_LINES = {
    Topic.ALERT: alert_line,
    Topic.HEALTH: health_line,
    Topic.STATE: state_line,
    Topic.OBSERVATION: observation_line,
    Topic.SUMMARY: summary_line,
}
_FOR_SCRIPTS = (Topic.ALERT, Topic.HEALTH)
_FOR_PEOPLE = (Topic.ALERT, Topic.HEALTH, Topic.STATE, Topic.SUMMARY)
_POLL_S = 0.25


def command(
    topic: Annotated[
        list[str] | None,
        typer.Option(
            help="state, alert, health, observation or summary; may be given again. Default: alert, health.",
            autocompletion=completions.one_of(one.short for one in Topic),
        ),
    ] = None,
    endpoint: Annotated[str | None, typer.Option(help="Where the service publishes. Default: its default address.")] = None,
    keys: Keys = None,
    json: Annotated[
        bool, typer.Option("--json", help="Messages as JSON lines on standard output, remarks on standard error.")
    ] = False,
    count: Annotated[int | None, typer.Option(min=1, help="Stop after this many messages were shown.")] = None,
    timeout: Annotated[float | None, typer.Option(min=0.0, help="Stop after this many seconds.")] = None,
    foxglove: Annotated[
        str | None,
        typer.Option(metavar="[HOST:]PORT", help="Serve it to Foxglove, such as at 8765; without HOST to this machine only."),
    ] = None,
) -> None:
    """Show what the service publishes: alerts with their reasons, changes of health, trip summaries, gaps, silence.

    Exit code 0 if --count was reached or, without it, if any message came; 1 if --timeout ended it first.
    """
    from dms.client.subscriber import Subscriber

    topics = _topics(topic) or (_FOR_SCRIPTS if json else ())
    if foxglove is not None:
        if topics or count is not None:
            raise UsageError("--foxglove serves every topic, until --timeout or Ctrl-C: leave --topic, --json and --count out")
        raise typer.Exit(serve_foxglove(foxglove, endpoint or endpoint_to_hear(), given_keys(keys), timeout))
    with Subscriber(endpoint or endpoint_to_hear(), {*(topics or _FOR_PEOPLE), Topic.HEALTH}, given_keys(keys)) as subscriber:
        listener = _Listener(subscriber, topics, json=json, count=count)
        try:
            listener.listen(timeout)
        except KeyboardInterrupt:
            typer.echo(err=True)
        listener.summarize()
    raise typer.Exit(EXIT_DONE if listener.satisfied else EXIT_FAILED)


class _Listener:
    """Receives until it has shown enough.

    Without chosen topics: alerts, changes of health, the summaries of what is over, and what is active at first.
    """

    def __init__(self, subscriber: Subscriber, topics: tuple[Topic, ...], *, json: bool, count: int | None) -> None:
        self._subscriber = subscriber
        self._topics = topics
        self._json = json
        self._count = count
        self._shown = 0
        self._last_status: str | None = None
        self._silence_is_told = self._strange_is_told = False
        self._reception = Reception(time.monotonic())

    @property
    def satisfied(self) -> bool:
        """Whether what was asked for came."""
        return self._shown >= self._count if self._count else self._reception.session is not None

    def listen(self, timeout_s: float | None) -> None:
        """Until enough was shown or the time is over."""
        end = None if timeout_s is None else time.monotonic() + timeout_s
        while not (self._count and self.satisfied):
            pause_s = _POLL_S if end is None else min(_POLL_S, end - time.monotonic())
            if pause_s < 0:
                return
            message = self._subscriber.receive(pause_s)
            if message:
                self._take(message)
            self._warn_of_silence()

    def summarize(self) -> None:
        """One line per topic, or one that nothing came."""
        if not self._reception.topics and not self._silence_is_told:
            reason = self._subscriber.why_silent()
            _remark(f"nothing came{f' ({reason})' if reason else ''}")
        for topic, reception in self._reception.topics.items():
            _remark(f"{topic.short}: {reception.summary()}")

    def _take(self, message: Message) -> None:
        for remark in self._reception.note(message.topic, message.fields, time.monotonic(), time.time_ns()):
            _remark(remark)
        try:
            line = self._shown_of(message)
        except STRANGE as error:
            if not self._strange_is_told:
                self._strange_is_told = True
                _remark(f"{message.topic.short}: not a message of this dms ({type(error).__name__}: {one_line(str(error))})")
            return
        if line is not None:
            typer.echo(line)
            self._shown += 1

    def _shown_of(self, message: Message) -> str | None:
        """What is shown of a message, None for nothing."""
        if not self._is_asked_for(message):
            return None
        return message.text if self._json else row(self._line(message))

    def _line(self, message: Message) -> str:
        if message.topic is Topic.HEALTH and not self._topics:
            return health_change_line(message.fields)
        return _LINES[message.topic](message.fields)

    def _is_asked_for(self, message: Message) -> bool:
        if self._topics:
            return message.topic in self._topics
        if message.topic is Topic.STATE:
            self._show_active_at_first(message)
            return False
        if message.topic is Topic.HEALTH:
            before, self._last_status = self._last_status, message.fields.get("status")
            return before != self._last_status
        if message.topic is Topic.SUMMARY:
            return bool(message.fields.get("complete")) and not message.fields.get("snapshot")
        return True

    def _show_active_at_first(self, message: Message) -> None:
        """Alerts that were raised before this subscriber came."""
        self._subscriber.unsubscribe(Topic.STATE)
        for alert in message.fields.get("active", ()):
            _remark(f"already active: {alert_line(alert)}")

    def _warn_of_silence(self) -> None:
        silence = self._reception.silence(time.monotonic())
        if silence:
            self._silence_is_told = True
            reason = self._subscriber.why_silent()
            _remark(f"{silence} ({reason})" if reason else silence)


def _remark(text: str) -> None:
    typer.echo(row(f"dms listen: {text}"), err=True)


def _topics(names: list[str] | None) -> tuple[Topic, ...]:
    known = {name: topic for topic in Topic for name in (topic.short, topic.value)}
    unknown = [name for name in names or () if name not in known]
    if unknown:
        raise UsageError(f"--topic '{unknown[0]}': unknown{suggestion(unknown[0], [topic.short for topic in Topic])}")
    return tuple(known[name] for name in names or ())
