"""Files to entries: one reader a format, and the splitter they share."""
