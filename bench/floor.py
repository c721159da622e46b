"""The floor: a bare grpc.aio server that does the least an API server must, to know what the rest costs.

`python -m bench.floor PORT ETCD_PORT CERTIFICATES`. A read answers prebuilt bytes, a write makes one etcd transaction.
A request is as long as the API's own: 4 bytes that give the answer's length, of a write 44 bytes of key, then filling.
What is written is as long as what is answered, as it is in the API.
"""

import asyncio
import sys
from functools import partial
from pathlib import Path

import grpc
import grpc.aio
import uvloop

from bench.wire import field, integer

HEAD, KEY_END = 4, 48
EQUAL, GREATER, CREATE_REVISION = 0, 1, 1


def transaction(key: bytes, value: bytes, result: int) -> bytes:
    """An etcd TxnRequest: put, if the key's creation revision is equal to (or greater than) 0."""
    compare = integer(1, result) + integer(2, CREATE_REVISION) + field(3, key) + integer(5, 0)
    return field(1, compare) + field(2, field(2, field(1, key) + field(2, value)))


async def serve(port: int, etcd_port: int, certificates: Path) -> None:
    commit = grpc.aio.insecure_channel(f"127.0.0.1:{etcd_port}").unary_unary("/etcdserverpb.KV/Txn", None, None)
    answers: dict[bytes, bytes] = {}

    def answer(request: bytes) -> bytes:
        head = request[:HEAD]
        return answers.get(head) or answers.setdefault(head, bytes(int.from_bytes(head, "big")))

    async def read(request: bytes, _: object) -> bytes:
        return answer(request)

    async def write(result: int, request: bytes, _: object) -> bytes:
        written = answer(request)
        reply = await commit(transaction(request[HEAD:KEY_END], written, result))
        if not reply.startswith(b"\x10\x01", 2 + reply[1]):
            raise ValueError("the transaction's condition did not hold")
        return written

    unary = grpc.unary_unary_rpc_method_handler
    methods = {"Read": unary(read), "Create": unary(partial(write, EQUAL)), "Update": unary(partial(write, GREATER))}
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("floor.Floor", methods)])
    own = (certificates / "server.key").read_bytes(), (certificates / "server.crt").read_bytes()
    credentials = grpc.ssl_server_credentials([own], (certificates / "ca.crt").read_bytes(), require_client_auth=True)
    server.add_secure_port(f"127.0.0.1:{port}", credentials)
    await server.start()
    await server.wait_for_termination()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
