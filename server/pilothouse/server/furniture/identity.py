"""The Lease by which others know that this server is there, and which one it is."""

import socket
from base64 import b32encode
from hashlib import sha256
from typing import Any

from google.protobuf.message import Message

from ..meta.times import format_micro_time
from ..meta.uids import new_uid
from .laying import Piece

NAMESPACE = "kube-system"
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

        labels = {COMPONENT: "kube-apiserver", HOST: self._host}
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
