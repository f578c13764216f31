"""Engines that hold and search the vectors of an index; `tutor.retrieval.vectors` chooses one."""
