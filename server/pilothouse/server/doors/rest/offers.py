"""Every form of an answer: what content negotiation chooses from."""

from collections.abc import Mapping
from typing import NamedTuple

from ...meta.resource import ResourceType
from ...verbs.plane import Plane
from .encoders import Encoder, JsonEncoder, ProtobufEncoder, StreamEncoder, YamlEncoder
from .json_items import JsonItems
from .negotiation import JSON, PROTOBUF, YAML, Form, Transform, choose
from .options import Query, first
from .partial import PARTIAL, PARTIAL_LIST, Partial, PartialProtobuf, PartialShape
from .tables.printers import Printers
from .tables.shape import METADATA, NOTHING, OBJECT, TABLE, TableShape
from .transformed import TransformedJson

GROUP, VERSIONS = "meta.k8s.io", ("v1", "v1beta1")


class _Offers(NamedTuple):
    """The forms of answers, and those of watches."""

    answers: Mapping[Form, Encoder]
    streams: Mapping[Form, StreamEncoder]


def _of_custom(offers: _Offers) -> _Offers:
    """What custom objects have of it: no protobuf, which is named to who asks for it all the same."""
    lacking: dict[Form, None] = {(PROTOBUF, None): None}
    return _Offers({**offers.answers, **lacking}, {**offers.streams, **lacking})  # type: ignore[dict-item]


class Encoders:
    """offers: every form, the default first; plain: those in which nothing is turned into something else."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self._json, self._protobuf = JsonEncoder(plane, JsonItems(plane)), ProtobufEncoder()
        self._printers = Printers(plane)
        self._partial = self._with_partial()
        self._tables = {word: self._with_tables(word) for word in (METADATA, OBJECT, NOTHING)}
        self._custom_tables = {word: _of_custom(offers) for word, offers in self._tables.items()}
        self.default: Encoder = self._json
        self.plain: Mapping[Form, Encoder] = {f: e for f, e in self._partial.answers.items() if f[1] is None}
        self.offers = self._tables[METADATA].answers

    def answering(self, accept: str, query: Query, resource: ResourceType) -> Encoder:
        """The form that a request wants. Raises NotAcceptable."""
        return choose(accept, self._offered(query, resource).answers)

    def telling(self, accept: str) -> Encoder:
        """The form of what is told and never stored: nobody can list it, so there is no table of it. Raises
        NotAcceptable."""
        return choose(accept, self._partial.answers)

    def streaming(self, accept: str, query: Query, resource: ResourceType) -> StreamEncoder:
        """The form that a watch wants. Raises NotAcceptable."""
        return choose(accept, self._offered(query, resource).streams)

    def _offered(self, query: Query, resource: ResourceType) -> _Offers:
        word = first(query, "includeObject") or METADATA
        # One that means nothing is for its table to refuse.
        if word not in self._tables:
            offers = self._with_tables(word)
            return _of_custom(offers) if resource.definition else offers
        return (self._custom_tables if resource.definition else self._tables)[word]

    def _with_partial(self) -> _Offers:
        json, protobuf = self._json, self._protobuf
        answers: dict[Form, Encoder] = {(JSON, None): json, (YAML, None): YamlEncoder(json), (PROTOBUF, None): protobuf}
        streams: dict[Form, StreamEncoder] = {(JSON, None): json, (PROTOBUF, None): protobuf}
        for version in VERSIONS:
            for kind in (PARTIAL, PARTIAL_LIST):
                wanted = Transform(kind, GROUP, version)
                as_json, as_protobuf = TransformedJson(json, PartialShape(wanted)), PartialProtobuf(protobuf, wanted)
                answers[JSON, wanted], answers[PROTOBUF, wanted] = as_json, as_protobuf
                answers[YAML, wanted] = YamlEncoder(as_json)
                if kind == PARTIAL:
                    # An event is of one object.
                    streams[JSON, wanted], streams[PROTOBUF, wanted] = as_json, as_protobuf
        return _Offers(answers, streams)

    def _with_tables(self, include: str) -> _Offers:
        """All forms, the rows of tables with so much of their objects."""
        answers, streams = dict(self._partial.answers), dict(self._partial.streams)
        for version in VERSIONS:
            wanted = Transform(TABLE, GROUP, version)
            shape = TableShape(self._plane, self._printers, self._json, Partial(wanted), include)
            as_json = TransformedJson(self._json, shape)
            answers[JSON, wanted] = streams[JSON, wanted] = as_json
            answers[YAML, wanted] = YamlEncoder(as_json)
        return _Offers(answers, streams)
