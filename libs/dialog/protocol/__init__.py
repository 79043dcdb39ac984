"""Everything that crosses a process boundary. These unions are the allow-lists: what is not in them cannot be said."""

from typing import Any, get_args

from msgspec import Struct

from . import (
    accounts,
    bans,
    base,
    chats,
    connection,
    internal,
    invites,
    messages,
    moderation,
    people,
    preferences,
    presence,
    reactions,
    receipts,
    reports,
    scheduled,
    search,
    settings,
    warnings,
)
from .base import Command, Event, Fact, Failure, tag_of

PublicCommand = (
    accounts.RegisterAccount
    | accounts.CheckUsername
    | accounts.OpenSession
    | accounts.RefreshSession
    | accounts.UseRecoveryKey
)
"""Answered without an access token, over HTTP only."""

SocketCommand = (
    connection.Connect | connection.Ping | accounts.RenewSession | presence.FocusSession | presence.StartTyping
)
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
    | chats.OpenSaved
    | chats.EditChat
    | chats.EditMember
    | bans.BanMember
    | bans.UnbanMember
    | bans.ListBans
    | invites.CreateInvite
    | invites.ListInvites
    | invites.RevokeInvite
    | invites.LookAtInvite
    | invites.UseInvite
    | invites.ListJoinRequests
    | invites.ApproveJoin
    | invites.DeclineJoin
    | messages.SendMessage
    | messages.EditMessage
    | messages.DeleteMessage
    | messages.MessageHistory
    | presence.GetPresence
    | messages.ForwardMessages
    | messages.ListEdits
    | messages.PurgeEdits
    | messages.HideMessages
    | messages.PinMessage
    | messages.UnpinMessage
    | messages.ListPins
    | reactions.AddReaction
    | reactions.RemoveReaction
    | reactions.ListReactions
    | scheduled.ScheduleMessage
    | scheduled.ListScheduled
    | scheduled.UnscheduleMessage
    | chats.ClearChat
    | chats.DeleteChat
    | chats.SetDisappearing
    | presence.GetStatus
    | presence.SetStatus
    | receipts.ReadReceipt
    | receipts.DeliveredReceipt
    | receipts.ListReceipts
    | preferences.SetPreferences
    | preferences.SetDraft
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
    | search.SearchMessages
    | reports.ReportUser
    | reports.ReportMessage
    | warnings.DismissWarning
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
    | internal.GetFriendIds
    | internal.ReportSessions
    | internal.GetStatuses
    | internal.GetChatCircle
    | internal.ApplyStatus
    | internal.ApplyPair
    | moderation.FileReport
    | moderation.ListReports
    | moderation.ReadReport
    | moderation.FindAccount
    | moderation.DismissReport
    | moderation.WarnUser
    | moderation.SuspendUser
    | moderation.LiftSuspension
    | moderation.RemoveMessage
    | moderation.RemoveContent
    | moderation.ReadAudit
    | moderation.TakeDown
    | moderation.TakeDownAll
    | moderation.StopScheduled
)
"""What only services may ask of each other."""

ServerEvent = (
    accounts.MeChanged
    | accounts.SessionRevoked
    | chats.ChatJoined
    | chats.ChatLeft
    | chats.MemberChanged
    | invites.JoinRequested
    | invites.JoinDeclined
    | messages.MessagePosted
    | messages.MessageChanged
    | presence.PresenceChanged
    | presence.StatusChanged
    | presence.Typing
    | receipts.ReceiptMoved
    | receipts.ChatRead
    | preferences.PrefsChanged
    | people.RelationChanged
    | people.ProfileChanged
    | settings.SettingsEdited
    | connection.Draining
    | connection.Resync
    | connection.ChatsBehind
    | chats.ChatCleared
    | chats.ChatChanged
    | messages.MessagesHidden
    | scheduled.ScheduledChanged
    | scheduled.ScheduledGone
    | warnings.WarningGiven
    | warnings.WarningGone
    | receipts.ReceiptsSwitched
    | receipts.ChatsRecounted
)
"""What a client may hear."""

AnyFact = (
    accounts.UserChanged
    | presence.UserStatusesChanged
    | presence.UserVisibilityChanged
    | chats.DirectOpened
    | receipts.ReceiptsUntold
    | internal.PairChanged
    | settings.SettingsChanged
    | receipts.SwitchUntold
    | moderation.UserSuspended
)
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
    | chats.SlowMode
    | bans.Banned
    | invites.InviteOver
    | chats.MayNotAdd
    | people.BlockedByYou
    | messages.NotAccepting
    | messages.TextRefused
    | messages.TextTooLong
    | messages.LinksRefused
    | messages.ReplyRefused
    | messages.EditWindowOver
    | connection.TooManySockets
    | messages.EditConflict
    | messages.TooManyPins
    | reactions.EmojiRefused
    | reactions.TooManyReactions
    | scheduled.TimeRefused
    | scheduled.ScheduleFull
    | scheduled.AlreadySent
    | presence.UntilRefused
    | presence.ChatNotOpen
    | preferences.TooManyPinned
    | search.SearchEmpty
    | accounts.Suspended
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
DROPPABLE = frozenset(tag for tag in EPHEMERAL if not EVENTS[tag].synced)
"""What a client that does not keep up is left without."""
