"""The generated messages are those of the .proto beside them."""

from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from grpc_tools import protoc
from pilothouse.server.store import etcd_wire_pb2


def test_generated_code_has_not_drifted(tmp_path: Path) -> None:
    name = etcd_wire_pb2.DESCRIPTOR.name
    root = Path(etcd_wire_pb2.__file__).parents[len(Path(name).parents) - 1]
    out = tmp_path / "set.pb"
    assert protoc.main(["protoc", f"-I{root}", f"--descriptor_set_out={out}", str(root / name)]) == 0
    (compiled,) = FileDescriptorSet.FromString(out.read_bytes()).file
    committed = FileDescriptorProto()
    etcd_wire_pb2.DESCRIPTOR.CopyToProto(committed)
    # The compiler spells out JSON names, which the committed form leaves to their default.
    for message in compiled.message_type:
        for field in message.field:
            field.ClearField("json_name")
    assert compiled == committed
