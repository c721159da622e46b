"""The Lease by which others know that this server is there, and which one it is; and the end of those of servers that
are gone."""

import socket
from base64 import b32encode
from contextlib import suppress
from hashlib import sha256
from typing import Any

from google.protobuf.message import Message
from pilothouse.api.coordination.v1.coordination_pb2 import Lease
from pilothouse.api.meta.v1 import meta_pb2 as meta

from ..errors import Conflict, NotFound
from ..meta.context import RequestContext
from ..meta.times import format_micro_time
from ..meta.uids import new_uid
from ..verbs.delete import delete
from ..verbs.plane import Plane
from .laying import SERVER, Piece

NAMESPACE = "kube-system"
SERVERS = "kube-apiserver"
COMPONENT, HOST = "apiserver.kubernetes.io/identity", "kubernetes.io/hostname"
LEASE_SECONDS = 3600


class Identity:
    """One for each run of a server. port: tells servers of one host apart."""

    def __init__(self, port: int) -> None:
        self._host = socket.gethostname()
        digest = sha256(f"{self._host}:{port}".encode()).digest()
        self.name = "apiserver-" + b32encode(digest[:16]).decode().rstrip("=").lower()
        self._holder = f"{self.name}_{new_uid()}"

    def lease(self, now: float) -> Piece:
        """The lease, renewed. now: seconds since the epoch."""
        seconds = int(now)
        renewed = format_micro_time(seconds, int((now - seconds) * 1e9))

        def renew(existing: Any, default: Any) -> Message | None:
            for key, value in default.metadata.labels.items():
                existing.metadata.labels[key] = value
            if existing.spec.holder_identity != default.spec.holder_identity:
                existing.spec.acquire_time.CopyFrom(default.spec.acquire_time)
            for name in ("holder_identity", "lease_duration_seconds"):
                setattr(existing.spec, name, getattr(default.spec, name))
            existing.spec.renew_time.CopyFrom(default.spec.renew_time)
            mended: Message = existing
            return mended

        labels = {COMPONENT: SERVERS, HOST: self._host}
        spec = {
            "holderIdentity": self._holder,
            "leaseDurationSeconds": LEASE_SECONDS,
            "acquireTime": renewed,
            "renewTime": renewed,
        }
        metadata = {"name": self.name, "namespace": NAMESPACE, "labels": labels}
        return Piece(
            {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec}, renew
        )


async def forget_expired(plane: Plane, now: float) -> None:
    """Deletes the leases of servers that have not renewed them. now: seconds since the epoch. Raises ApiError."""
    resource = plane.registry.get("coordination.k8s.io", "v1", "leases")
    for item in plane.cache.collection(resource).under(resource.prefix(NAMESPACE)):
        if item.labels.get(COMPONENT) != SERVERS:
            continue
        spec = Lease.FromString(item.body).spec
        if spec.renew_time.seconds + spec.lease_duration_seconds >= now:
            continue
        context = RequestContext(SERVER, "delete", resource, item.namespace, item.name)
        # It is left where it was renewed after all.
        unchanged = meta.DeleteOptions(preconditions=meta.Preconditions(resource_version=str(item.revision)))
        with suppress(Conflict, NotFound):
            await delete(plane, context, unchanged)
