"""What is asked of etcd directly, past the server: to fill it, to thin it, to compact it."""

from collections.abc import Iterable

import grpc.aio
from pilothouse.server.store import etcd_wire_pb2 as wire

from bench.stand import unary

PUTS_PER_TRANSACTION = 100
BYTES_PER_TRANSACTION = 1 << 20


class EtcdClient:
    """A client of one member without TLS."""

    def __init__(self, port: int) -> None:
        self.channel = grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=[("grpc.use_local_subchannel_pool", 1)])
        self._range = unary(self.channel, "/etcdserverpb.KV/Range")
        self._txn = unary(self.channel, "/etcdserverpb.KV/Txn")
        self._compact = unary(self.channel, "/etcdserverpb.KV/Compact")

    async def close(self) -> None:
        await self.channel.close(None)

    async def get(self, key: bytes) -> bytes:
        """The value under `key`. Raises KeyError."""
        answer = wire.RangeResponse.FromString(
            await self._range(wire.RangeRequest(key=key).SerializeToString(), wait_for_ready=True, timeout=10)
        )
        if not answer.kvs:
            raise KeyError(key.decode())
        return answer.kvs[0].value

    async def revision(self) -> int:
        answer = await self._range(wire.RangeRequest(key=b"\0", count_only=True).SerializeToString())
        return wire.RangeResponse.FromString(answer).header.revision

    async def compact(self, revision: int) -> None:
        await self._compact(wire.CompactionRequest(revision=revision).SerializeToString())

    async def fill(self, pairs: Iterable[tuple[bytes, bytes]]) -> None:
        """Puts all pairs of key and value, many in a transaction."""
        request, size = wire.TxnRequest(), 0
        for key, value in pairs:
            request.success.add().request_put.CopyFrom(wire.PutRequest(key=key, value=value))
            size += len(value)
            if len(request.success) == PUTS_PER_TRANSACTION or size > BYTES_PER_TRANSACTION:
                await self._txn(request.SerializeToString())
                request, size = wire.TxnRequest(), 0
        if request.success:
            await self._txn(request.SerializeToString())

    async def remove(self, keys: Iterable[bytes]) -> None:
        """Deletes all keys, many in a transaction."""
        request = wire.TxnRequest()
        for key in keys:
            request.success.add().request_delete_range.CopyFrom(wire.DeleteRangeRequest(key=key))
            if len(request.success) == PUTS_PER_TRANSACTION:
                await self._txn(request.SerializeToString())
                request = wire.TxnRequest()
        if request.success:
            await self._txn(request.SerializeToString())
