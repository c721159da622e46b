"""Bearer tokens of every kind: the one place that a token is shown to."""

from collections.abc import Sequence
from dataclasses import dataclass

from pilothouse.server.authentication.account_keys import VerifyingKey
from pilothouse.server.authentication.account_tokens import AccountTokens
from pilothouse.server.authentication.token_file import TokenFile
from pilothouse.server.errors import Unauthorized
from pilothouse.server.meta.user import User

UNKNOWN = "invalid bearer token"
# Longer ones are refused unread.
TOKEN_BYTES = 16 << 10


class InvalidToken(Unauthorized):
    """A token that is not accepted. What a caller at a door is told is that he is not known, and no more; `why` is for
    who asks about the token of another."""

    def __init__(self, why: str = "") -> None:
        super().__init__("Unauthorized")
        self.why = f"[{UNKNOWN}, {why}]" if why else UNKNOWN


@dataclass(frozen=True, slots=True)
class Verified:
    """Whose a token is, and for which of the audiences that were asked about; none where the server has no audience of
    its own and was asked about none."""

    user: User
    audiences: tuple[str, ...]


class BearerTokens:
    """file: static tokens; accounts: tokens of service accounts; audiences: what the server itself answers to."""

    def __init__(
        self, file: TokenFile | None = None, accounts: AccountTokens | None = None, audiences: Sequence[str] = ()
    ) -> None:
        self._file = file
        self._accounts = accounts
        self._audiences = tuple(audiences)

    @property
    def keys(self) -> tuple[VerifyingKey, ...]:
        """Those that prove tokens of service accounts."""
        return self._accounts.keys if self._accounts is not None else ()

    @property
    def known(self) -> bool:
        """Whether there is any token that would be taken."""
        return self._file is not None or self._accounts is not None

    async def authenticate(self, token: str) -> User:
        """The user of a token that is meant for this server. Raises InvalidToken."""
        return (await self.verify(token)).user

    async def verify(self, token: str, audiences: Sequence[str] = ()) -> Verified:
        """audiences: of which the token must be meant for one; without them, for the server. Raises InvalidToken."""
        wanted = tuple(audiences) or self._audiences
        if not token or len(token) > TOKEN_BYTES:
            raise InvalidToken
        user = self._file.authenticate(token) if self._file is not None else None
        if user is not None:
            # Such a token says nothing of audiences: it is meant for the server.
            shared = tuple(audience for audience in self._audiences if audience in wanted)
            if not shared and wanted:
                raise InvalidToken
            return Verified(user, shared)
        if self._accounts is None:
            raise InvalidToken
        try:
            found = await self._accounts.verify(token, wanted)
        except ValueError as error:
            raise InvalidToken(str(error)) from None
        if found is None:
            raise InvalidToken
        return Verified(*found)
