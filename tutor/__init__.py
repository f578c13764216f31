"""An interview tutor for LLM and machine-learning engineer interviews, in Chinese and English.

from tutor import Tutor
tutor = Tutor.open()
print(tutor.ask("What is the KV cache?").answer)
"""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"
__all__ = ["Tutor", "__version__"]


def __getattr__(name: str) -> Any:
    """`Tutor` is loaded when it is asked for: importing the package stays light."""
    if name == "Tutor":
        from tutor.tutor import Tutor

        return Tutor
    raise AttributeError(f"module 'tutor' has no attribute {name!r}")
