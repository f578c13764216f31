"""JSON lines in, JSON lines out, in order; a bad line fails alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from tutor.errors import InputError, TutorError

Handler = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def run_batch(lines: Iterable[str], handle: Handler) -> Iterator[dict[str, Any]]:
    """`handle` of each line's object, with its `id`; {"id", "error"} where that fails."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        identity: Any = None
        try:
            request = json.loads(line)
            if not isinstance(request, dict):
                raise InputError(f"line {number}: not a JSON object")
            identity = request.get("id")
            yield {"id": identity, **handle(request)}
        except TutorError as error:
            yield {"id": identity, "error": str(error)}
        except json.JSONDecodeError as error:
            yield {"id": identity, "error": f"line {number}: not valid JSON: {error.msg}"}
        except KeyError as error:
            yield {"id": identity, "error": f"line {number}: field {error} is missing"}
        except Exception as error:
            # One request must never take the rest of the batch with it.
            yield {"id": identity, "error": f"line {number}: {type(error).__name__}: {error}"}
