"""The generated messages are those of the .proto beside them."""

from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from grpc_tools import protoc
from pilothouse.server.cel import syntax_pb2


def test_generated_code_has_not_drifted(tmp_path: Path) -> None:
    name = syntax_pb2.DESCRIPTOR.name
    root = Path(syntax_pb2.__file__).parents[len(Path(name).parents) - 1]
    out = tmp_path / "set.pb"
    assert protoc.main(["protoc", f"-I{root}", f"--descriptor_set_out={out}", str(root / name)]) == 0
    compiled = FileDescriptorSet.FromString(out.read_bytes()).file[0]
    committed = FileDescriptorProto()
    syntax_pb2.DESCRIPTOR.CopyToProto(committed)
    # The compiler spells out JSON names, which the committed form leaves to their default.
    pending = list(compiled.message_type)
    while pending:
        message = pending.pop()
        pending += message.nested_type
        for field in message.field:
            field.ClearField("json_name")
    assert compiled == committed
