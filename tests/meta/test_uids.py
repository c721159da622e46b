import uuid

from pilothouse.server.meta.uids import new_uid


def test_uids_are_random_uuids_that_never_repeat() -> None:
    uids = [new_uid() for _ in range(2_000)]
    assert len(set(uids)) == len(uids)
    assert all(str(uuid.UUID(uid)) == uid and uuid.UUID(uid).version == 4 for uid in uids)
