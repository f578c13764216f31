"""Vectors in Milvus: a server or cluster by URL, or Milvus Lite by the path of a `.db` folder.

Every build makes a collection of its own, named in `vectors.json` of its generation, so that readers of the generation before go
on undisturbed. A server's token or `user:password` is taken from MILVUS_TOKEN, never from a file of the index.
"""

from __future__ import annotations

import json
import logging
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from tutor.errors import InputError, StoreError, TutorError

FILE = "vectors.json"
#: Up to this many vectors the collection is searched exhaustively, beyond it through an HNSW graph.
EXACT_UP_TO = 50_000
_BATCH = 4096
#: Seconds to wait for a server.
_TIMEOUT = 30.0

Vectors = npt.NDArray[np.float32]


class MilvusIndex:
    """The collection of one generation."""

    def __init__(self, client: Any, place: dict[str, Any]) -> None:
        self._client = client
        self._uri: str = place["uri"]
        self._collection: str = place["collection"]
        self._count: int = place["count"]
        self._dimensions: int = place["dimensions"]

    @classmethod
    def build(cls, uri: str, generation: Path, vectors: Vectors) -> None:
        """Put `vectors` into a new collection and note in `generation` where it is."""
        uri = _checked(uri)
        place = {"uri": uri, "collection": f"tutor_{uuid.uuid4().hex}", "count": len(vectors), "dimensions": vectors.shape[1]}
        # Noted first: what a killed build leaves in Milvus is dropped along with its generation.
        (generation / FILE).write_text(json.dumps(place, ensure_ascii=False), encoding="utf-8")
        client = _connect(uri)
        with _reported(uri):
            _fill(client, place["collection"], vectors)
            client.close()

    @classmethod
    def open(cls, generation: Path) -> MilvusIndex:
        place = json.loads((generation / FILE).read_text(encoding="utf-8"))
        client = _connect(place["uri"])
        with _reported(place["uri"]):
            there = client.has_collection(place["collection"])
            found = int(client.get_collection_stats(place["collection"])["row_count"]) if there else 0
            if found == place["count"]:
                client.load_collection(place["collection"])
        if found != place["count"]:
            raise StoreError(
                f"Milvus at {place['uri']}: {found} vectors of this index instead of {place['count']}",
                remedy="rebuild it: tutor ingest --fresh PATH...",
            )
        return cls(client, place)

    @classmethod
    def drop(cls, generation: Path) -> None:
        """Remove the collection of a generation nobody reads any more; one that cannot be reached stays."""
        with suppress(TutorError, OSError, ValueError, KeyError):
            place = json.loads((generation / FILE).read_text(encoding="utf-8"))
            client = _connect(place["uri"])
            with _reported(place["uri"]):
                client.drop_collection(place["collection"])
                client.close()

    def __len__(self) -> int:
        return self._count

    def vectors(self) -> Vectors:
        vectors = np.zeros((self._count, self._dimensions), dtype=np.float32)
        for start in range(0, self._count, _BATCH):
            with _reported(self._uri):
                rows = self._client.query(
                    self._collection, filter=f"id >= {start} and id < {start + _BATCH}", output_fields=["id", "vector"], limit=_BATCH
                )
            vectors[[row["id"] for row in rows]] = [row["vector"] for row in rows]
        return vectors

    def search(self, query: Vectors, k: int) -> tuple[npt.NDArray[np.int64], Vectors]:
        limit = min(k, self._count)
        if not limit:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        with _reported(self._uri):
            (found,) = self._client.search(
                self._collection,
                data=[query.ravel().tolist()],
                limit=limit,
                output_fields=["id"],
                search_params={"params": {"ef": max(2 * limit, 256)} if self._count > EXACT_UP_TO else {}},
            )
        return np.array([hit["id"] for hit in found], np.int64), np.array([hit["distance"] for hit in found], np.float32)

    def close(self) -> None:
        self._client.close()


def _fill(client: Any, collection: str, vectors: Vectors) -> None:
    from pymilvus import DataType

    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=vectors.shape[1])
    how = client.prepare_index_params()
    if len(vectors) > EXACT_UP_TO:
        how.add_index("vector", index_type="HNSW", metric_type="IP", params={"M": 32, "efConstruction": 200})
    else:
        how.add_index("vector", index_type="FLAT", metric_type="IP", params={})
    client.create_collection(collection, schema=schema, index_params=how)
    for start in range(0, len(vectors), _BATCH):
        rows = vectors[start : start + _BATCH]
        client.insert(collection, [{"id": start + number, "vector": row} for number, row in enumerate(rows)])
    # Unflushed rows are counted late and searched slowly.
    client.flush(collection)


def _checked(uri: str) -> str:
    """An address, or the absolute path of a Milvus Lite folder. Raises InputError for anything else."""
    if "://" not in uri:
        if not uri.endswith(".db"):
            raise InputError(f"setting vectors: {uri!r} is neither a URL nor a path that ends in .db", remedy="milvus:http://HOST:19530")
        return str(Path(uri).expanduser().resolve())
    parts = urlsplit(uri)
    if parts.username or parts.password:
        raise InputError("setting vectors: the address holds a password, and would be stored", remedy="set MILVUS_TOKEN=user:password")
    return uri


def _connect(uri: str) -> Any:
    try:
        from pymilvus import MilvusClient
    except ImportError as error:
        raise StoreError(f"vectors in Milvus ({uri}) need pymilvus", remedy="pip install 'interview-tutor[milvus]'") from error
    for name in ("pymilvus", "milvus_lite"):
        # Both log tracebacks of what they also raise.
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with _reported(uri):
        if "://" not in uri:
            Path(uri).parent.mkdir(parents=True, exist_ok=True)
        return MilvusClient(uri, token=os.environ.get("MILVUS_TOKEN", ""), timeout=_TIMEOUT)


@contextmanager
def _reported(uri: str) -> Iterator[None]:
    """Errors of the client as ours, with what mends them."""
    from grpc import RpcError
    from pymilvus.exceptions import MilvusException

    try:
        yield
    except (MilvusException, RpcError, OSError) as error:
        why = str(getattr(error, "message", "") or error).splitlines()[0]
        remedy = (
            "start it or check the address and MILVUS_TOKEN"
            if "://" in uri
            else "only one process at a time can open it: close the other one, or run a server and set TUTOR_VECTORS=milvus:http://HOST:19530"
        )
        raise StoreError(f"Milvus at {uri}: {why}", remedy=f"{remedy}; without Milvus: TUTOR_VECTORS=faiss tutor ingest --fresh") from error
