"""The codec against objects that a kube-apiserver wrote: full ones and sparse ones, both ways."""

import json
from pathlib import Path

import pytest
from pilothouse.server.meta.codec import codec_for

from tests.support.kubernetes import sample_class, sample_message, samples, without_zeros


@pytest.mark.parametrize("sample", list(samples()), ids=lambda path: f"{path.parent.name}/{path.stem}")
@pytest.mark.parametrize("strict", [True, False], ids=["strict", "lenient"])
def test_json_becomes_the_message_that_kubernetes_made_of_it(sample: Path, strict: bool) -> None:
    decoded, problems = codec_for(sample_class(sample)).decode(sample.read_bytes(), strict)
    assert problems == []
    returned = type(decoded).FromString(decoded.SerializeToString())
    assert without_zeros(returned) == without_zeros(sample_message(sample))


@pytest.mark.parametrize("sample", list(samples()), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_messages_become_the_json_that_kubernetes_made_of_them(sample: Path) -> None:
    expected = json.loads(sample.read_bytes())
    codec = codec_for(sample_class(sample))
    decoded, _ = codec.decode(sample.read_bytes())
    for message in (sample_message(sample), decoded, without_zeros(sample_message(sample))):
        assert json.loads(codec.encode(message, expected["apiVersion"], expected["kind"])) == expected
