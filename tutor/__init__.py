"""An interview tutor for LLM and machine-learning engineer interviews, in Chinese and English."""
