# SPDX-License-Identifier: Apache-2.0
"""One order on its way, on a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from ktdesk.errors import Cancelled, DownloadError, KTDeskError
from ktdesk.library.downloads.item import Failure, is_waiting
from ktdesk.library.downloads.transport import Transport
from ktdesk.library.fetch.order import Order, Progress

log = logging.getLogger(__name__)


class Transfer:
    """Begins at once. on_end is called on its thread, as the last thing.

    progress: the last one reported. error: what ended it; None if it is complete or was stopped.
    """

    def __init__(
        self,
        order: Order,
        transport: Transport,
        progress: Progress,
        on_end: Callable[[], None],
        monotonic_s: Callable[[], float],
    ) -> None:
        self.order = order
        self.progress = progress
        self.error: DownloadError | None = None
        self.is_complete = False
        self.begun_at_bytes = progress.done_bytes
        self._transport, self._on_end, self._monotonic_s = transport, on_end, monotonic_s
        self._waits_since_s: float | None = None
        self._stop = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"download-{order.id}")
        self._thread.start()

    @property
    def is_stopping(self) -> bool:
        """Whether it was told to stop."""
        return self._stop.is_set()

    @property
    def has_ended(self) -> bool:
        """Whether nothing more happens."""
        return self._ended.is_set()

    def waits_s(self, now_s: float) -> float:
        """Return for how long it has waited for something; 0 if it does not wait."""
        since_s = self._waits_since_s
        return 0.0 if since_s is None else now_s - since_s

    def stop(self) -> None:
        """Let it end soon, with all that has come kept."""
        self._stop.set()

    def wait(self) -> None:
        """Return when it has ended."""
        self._thread.join()

    def _run(self) -> None:
        try:
            self._transport.fetch(self.order, self._stop, self._report)
            self.is_complete = True
        except Cancelled:
            pass
        except DownloadError as error:
            self.error = error
        except KTDeskError as error:
            self.error = DownloadError(str(error), hint=error.hint)
        except Exception:
            log.exception("KTDesk has a fault")
            self.error = DownloadError(
                "KTDesk has a fault; it is not your doing.", hint="Report it with the log."
            )
        self._ended.set()
        self._on_end()

    def _report(self, progress: Progress) -> None:
        self.progress = progress
        if not is_waiting(progress):
            self._waits_since_s = None
        elif self._waits_since_s is None:
            self._waits_since_s = self._monotonic_s()


def failure_of(error: DownloadError) -> Failure:
    """Return what is told of an error."""
    may_help = error.is_retryable or error.kind in ("damaged", "broken")
    return Failure(error.kind, may_help, str(error), error.hint)
