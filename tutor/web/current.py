"""The tutor that all visitors share, replaced as a whole when its index changes on disk."""

from __future__ import annotations

import logging
from threading import Lock

from tutor.errors import StoreError
from tutor.retrieval.store import MANIFEST
from tutor.settings import Settings
from tutor.tutor import Tutor

_log = logging.getLogger(__name__)


class CurrentTutor:
    """Gives the tutor of the newest index. A conversation in flight keeps the one it began with."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._lock = Lock()
        self._stamp = self._now()
        self._tutor = Tutor.open(settings=settings)

    def get(self) -> Tutor:
        """The tutor of the index as it is now, also after `tutor ingest` in another process.

        The old one is not closed: others may be reading from it, and it goes when the last of them does.
        """
        stamp = self._now()
        if stamp != self._stamp:
            with self._lock:
                if stamp != self._stamp:
                    try:
                        self._tutor, self._stamp = Tutor.open(settings=self.settings), stamp
                    except StoreError as error:
                        # A damaged new index must not take away the good one in memory.
                        _log.warning("the index changed and cannot be opened, the old one stays in use: %s", error)
                        self._stamp = stamp
        return self._tutor

    def _now(self) -> tuple[int, int]:
        try:
            status = (self.settings.index / MANIFEST).stat()
        except OSError:
            return 0, 0
        return status.st_mtime_ns, status.st_ino
