"""Everything that crosses a process boundary. These unions are the allow-lists: what is not in them cannot be said."""

from typing import Any, get_args

from msgspec import Struct

from . import accounts, base, chats, connection, internal, messages, people, presence, settings
from .base import Command, Event, Fact, Failure, tag_of

PublicCommand = accounts.RegisterAccount | accounts.OpenSession | accounts.RefreshSession | accounts.UseRecoveryKey
"""Answered without an access token, over HTTP only."""

SocketCommand = connection.Connect | connection.Ping | accounts.RenewSession
"""Answered by the gateway itself, on a socket only."""

RoutedCommand = (
    accounts.ListSessions
    | accounts.RevokeSession
    | accounts.CloseSession
    | accounts.ChangePassword
    | accounts.EditProfile
    | accounts.FindUser
    | chats.CreateChat
    | chats.OpenDirect
    | chats.GetChat
    | chats.ChatChanges
    | chats.Sync
    | chats.GetPeople
    | chats.LeaveChat
    | chats.AddMember
    | chats.RemoveMember
    | messages.SendMessage
    | messages.EditMessage
    | messages.DeleteMessage
    | messages.MessageHistory
    | presence.GetPresence
    | people.ListPeople
    | people.RequestFriend
    | people.AcceptFriend
    | people.DeclineFriend
    | people.CancelFriend
    | people.RemoveFriend
    | people.AddBlock
    | people.RemoveBlock
    | settings.GetSettings
    | settings.EditSettings
)
"""Answered by a service for somebody signed in, over a socket or HTTP."""

ClientCommand = SocketCommand | RoutedCommand
"""What a client may say on a socket."""

InternalCommand = (
    internal.GetSigningKeys
    | internal.GetUsers
    | internal.GetStandings
    | internal.GetRevokedSessions
    | internal.GetGroupIds
    | internal.GetEpoch
    | internal.GetDirectPartners
    | internal.ReportSessions
    | internal.ApplyPair
)
"""What only services may ask of each other."""

ServerEvent = (
    accounts.MeChanged
    | accounts.SessionRevoked
    | chats.ChatJoined
    | chats.ChatLeft
    | chats.MemberChanged
    | messages.MessagePosted
    | messages.MessageChanged
    | presence.PresenceChanged
    | people.RelationChanged
    | people.ProfileChanged
    | settings.SettingsEdited
    | connection.Draining
    | connection.Resync
    | connection.ChatsBehind
)
"""What a client may hear."""

AnyFact = accounts.UserChanged | internal.PairChanged | settings.SettingsChanged
"""What services tell each other."""

AnyFailure = (
    base.Invalid
    | base.Unauthenticated
    | base.NotFound
    | base.Forbidden
    | base.TooManyRequests
    | base.TooLarge
    | base.Unavailable
    | base.Internal
    | accounts.UsernameRefused
    | accounts.UsernameTaken
    | accounts.DisplayNameRefused
    | accounts.PasswordRefused
    | accounts.AgeNotConfirmed
    | accounts.PolicyOutdated
    | accounts.BadCredentials
    | accounts.SessionEnded
    | chats.NotAGroup
    | chats.GroupFull
    | chats.TooManyChats
    | chats.TitleRefused
    | chats.MayNotAdd
    | people.BlockedByYou
    | messages.NotAccepting
    | messages.TextRefused
    | messages.TextTooLong
    | messages.ReplyRefused
    | messages.EditWindowOver
    | connection.TooManySockets
)


def members(union: Any) -> tuple[type[Struct], ...]:
    """The types in a union, or the one type it is."""
    return get_args(union) or (union,)


COMMANDS: dict[str, type[Command[Any]]] = {
    tag_of(kind): kind  # pyright: ignore[reportAssignmentType]
    for kind in members(PublicCommand | ClientCommand | InternalCommand)
}
EVENTS: dict[str, type[Event]] = {tag_of(kind): kind for kind in members(ServerEvent)}  # pyright: ignore[reportAssignmentType]
FACTS: dict[str, type[Fact]] = {tag_of(kind): kind for kind in members(AnyFact)}  # pyright: ignore[reportAssignmentType]
FAILURES: dict[str, type[Failure]] = {tag_of(kind): kind for kind in members(AnyFailure)}  # pyright: ignore[reportAssignmentType]
EPHEMERAL = frozenset(tag for tag, kind in EVENTS.items() if kind.ephemeral)
