"""What is generated from the .proto files is what the files say."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROTOS = ROOT / "protos"
GENERATED = ("rpc.proto", "_pb2.py", "_pb2.pyi", "comments.json")


def generated(root: Path) -> dict[str, bytes]:
    files = (f for f in root.rglob("*") if f.name.endswith(GENERATED))
    return {str(f.relative_to(root)): f.read_bytes() for f in files}


def test_nothing_has_drifted_from_the_protos(tmp_path: Path) -> None:
    subprocess.run([sys.executable, PROTOS / "build.py", "--into", tmp_path], check=True)
    fresh, committed = generated(tmp_path), generated(PROTOS)
    assert sorted(fresh) == sorted(committed)
    assert [name for name in fresh if fresh[name] != committed[name]] == []


def test_the_namespace_package_has_no_init_file() -> None:
    roots = (ROOT / "server", ROOT / "client", ROOT / "protos")
    assert [r for r in roots if (r / "pilothouse" / "__init__.py").exists()] == []


def test_every_message_has_a_comment() -> None:
    bare = []
    for file in sorted(PROTOS.rglob("*.proto")):
        lines = file.read_text().splitlines()
        bare += [
            f"{file.name}: {line}"
            for before, line in zip(["", *lines], lines, strict=False)
            if line.lstrip().startswith("message ") and not before.lstrip().startswith("//")
        ]
    assert bare == []
