"""The errors a person may see.

TutorError             a failed job                 exit 1
├── InputError         wrong usage or wrong input   exit 2
├── StoreError         the index cannot be used     exit 1
└── ModelError         a language model failed      exit 1

Each carries one clear line: what happened, where, and what mends it.
"""

from __future__ import annotations


class TutorError(Exception):
    """A job that failed for a reason worth one line; `remedy` says what to do about it."""

    exit_code = 1

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} ({self.remedy})" if self.remedy else self.message


class InputError(TutorError):
    """Wrong usage or unusable input: a missing path, an unreadable file, an empty question."""

    exit_code = 2


class StoreError(TutorError):
    """The index is missing, damaged, foreign or busy."""


class ModelError(TutorError):
    """A language or embedding model could not be loaded or did not answer."""
