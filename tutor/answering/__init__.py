"""From hits to an answer with citations: composed without a model, or written by one and checked."""
