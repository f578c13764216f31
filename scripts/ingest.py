"""Read a Q&A corpus, chunk and embed it into the FAISS index: `python scripts/ingest.py [PATH...]` is `tutor ingest`."""

import sys

from tutor.cli import main

if __name__ == "__main__":
    sys.argv.insert(1, "ingest")
    main()
