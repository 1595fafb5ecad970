"""The webhook output: alerts, each stored until it has been taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dms.errors import reason
from dms.outputs.forwarding.forwarder import Forwarder
from dms.outputs.forwarding.link import LinkError, link_waits_s
from dms.outputs.forwarding.message import MessageMaker
from dms.outputs.listener import Listener, Step
from dms.outputs.plugin import Output
from dms.outputs.run_identity import RunIdentity
from dms.outputs.webhook.options import WebhookOptions, check
from dms.outputs.webhook.posting import Webhook


class WebhookOutput(Listener):
    """Posts alerts. Each arrives at least once; a repetition has the `id` of the first."""

    def __init__(self, options: WebhookOptions, session: str, *, waits_s: Callable[[], Iterator[float]] = link_waits_s) -> None:
        self._least = options.least_level.rank
        self._maker = MessageMaker(session)
        self.forwarder = Forwarder(
            "webhook",
            options.peer,
            lambda: Webhook(options),
            self._maker,
            path=options.store_path("webhook"),
            keep_mib=options.keep_mib,
            waits_s=waits_s,
        )

    def what_is_wrong(self) -> str | None:
        """What is wrong with the other side or the store."""
        return self.forwarder.problem

    def on_step(self, step: Step) -> None:
        """Store the alerts of the levels that are wanted."""
        for alert in step.alerts:
            if alert.level.rank >= self._least:
                self.forwarder.accept(self._maker.alert(alert))

    def close(self) -> None:
        """What is not taken by now is posted after the next start."""
        self.forwarder.close()


def open_webhook(options: WebhookOptions, run: RunIdentity) -> Listener:
    """The output of one run of the service; raises DmsError."""
    return WebhookOutput(options, run.session)


def reach(options: WebhookOptions) -> str:
    """Whether it takes connections; nothing is posted. Raises LinkError."""
    try:
        Webhook(options).close()
    except OSError as error:
        raise LinkError(f"{options.peer}: {reason(error)}") from error
    return f"{options.peer} takes connections"


OUTPUT = Output(WebhookOptions, open_webhook, check, reach)
