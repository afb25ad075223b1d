"""What can go wrong at the desk, one module per subject: the word in brackets names it from there on down.

DeskError
├── StoreError                  (store)
│   ├── StoreBusy               another writer held the database longer than we wait; try again
│   ├── StoreReadOnly           the database takes no writes
│   ├── StoreConflict           a constraint refused the rows
│   └── StoreUnavailable        cannot be reached, opened or understood
│       └── StoreFull           the disk is full
├── NotFound                    (each with its subject)
│   ├── ConversationNotFound
│   ├── DeliveryNotFound        no such message out, or none that can be sent again
│   ├── TicketNotFound          unknown number or wrong code: never told apart
│   ├── NoticeNotFound          no such letter about that ticket
│   ├── EvidenceNotFound
│   ├── StaffNotFound
│   ├── InvitationNotFound      unknown, used, withdrawn or expired: never told apart
│   ├── GroupNotFound
│   ├── ConsultationNotFound
│   ├── CannedNotFound
│   ├── ViewNotFound
│   ├── UnansweredNotFound
│   ├── QuestionGroupNotFound   nothing of this group of questions is open any more
│   ├── RunNotFound             no such hit test
│   ├── ImportNotFound          no such import, or it has been taken in
│   ├── DraftNotFound
│   ├── ReleaseNotFound
│   ├── UtteranceNotFound
│   ├── ModelRunNotFound
│   └── LawWorkNotFound
├── NotOwner                    (talk) someone else may speak in this conversation now
├── MessageRefused              unknown author, empty, or too large
├── OfferClosed                 a conversation is not, or no longer, on offer to you
├── RosterRefused               hours, a day or limits that cannot be; `rule` says which
├── ClaimLost                   (channel) another process handles this message now
├── ProofReused                 a signature came a second time with another message
├── TokenUnavailable            no access token of the channel can be had now
├── TransitionRefused           (tickets) a ticket cannot go there from where it is
├── GroundRefused               the step needs a ground in law, or names one that does not fit
├── DraftIncomplete             required material is missing; `findings` says which
├── NoteRefused                 a supplement or reminder is empty, too long or too late
├── TooManyTries                too many wrong ticket codes
├── ReopenRefused               no rule lets this ticket be taken up again
├── LinkRefused                 two tickets cannot be linked, merged or parted so; `rule` says why
├── SplitRefused                a ticket cannot be split so; `rule` says why
├── NoticeRefused               a letter with an unfilled place, or one that does not fit; `rule` says why
├── QuestionRefused             a question about a ticket is empty, too long or one too many
├── RatingRefused               a rating outside one to five, or of a stage not reached
├── EvidenceError               (evidence)
│   ├── UnsupportedEvidence     not a type we take, or damaged
│   │   └── EvidenceEmpty
│   ├── EvidenceTooLarge        bytes, pixels or frames
│   ├── EvidenceTooMany         the conversation holds all the files it may; `limit` says how many
│   └── EvidenceNotStored       the disk refused it
├── RequestRefused              nothing asked for, or of a ticket that has come to its end
├── StaffError                  (accounts)
│   ├── LoginRefused            unknown, wrong or switched off: never told apart
│   ├── AccountLocked
│   ├── PasswordRefused         `rule` names the broken rule
│   ├── StaffRefused            the account as asked for cannot be
│   ├── UsernameTaken
│   └── SecondFactorRefused     `rule`: wrong, missing, present
├── RolesRefused                roles.yml says what cannot be
├── OfficeRefused               an office entered into the directory cannot be; `field` says which part
├── DispatchRefused             a ticket cannot go to that office, or a dispute not be opened or closed
├── WorkRefused                 (teamwork) a rule of working together on tickets; `rule` names it
│   └── CannedUnfilled          a text still has places nobody filled
├── TicketHeld                  a colleague is working on this ticket now
├── ThumbRefused                (curation) not an answer of this conversation
├── SheetRefused                a sheet of questions that cannot be tried
├── DraftError
│   ├── DraftRefused            no id, not JSON or too large
│   ├── DraftExists             the case has an open draft already
│   ├── DraftClosed             the step does not fit its state
│   ├── DraftConflict           somebody saved meanwhile
│   └── ReviewRefused           `rule` names the broken rule, such as four eyes
├── UtteranceRefused            no lines, or too many at once
├── LabelRefused                `rule`: act, topic, entities, closed, own
├── ModelRefused                `rule` says why no model is trained or put in use
├── ReleaseRefused              `rule` says why the library stays as it is
├── PersonalDataUnreadable      (privacy) sealed with another key, or altered
├── KeysRefused                 the keys of sealed fields cannot be used
├── RetentionRefused            retention.yml says what cannot be
├── ErasureRefused              `rule`: open, a complaint is still under way
├── EventRefused                (records) a history event with an unfit name or detail
└── WordingMissing              no sentence for that key
"""

from __future__ import annotations

from .accounts import (
    AccountLocked,
    InvitationNotFound,
    LoginRefused,
    PasswordRefused,
    RolesRefused,
    SecondFactorRefused,
    StaffError,
    StaffNotFound,
    StaffRefused,
    UsernameTaken,
)
from .base import DeskError, NotFound
from .channel import ClaimLost, DeliveryNotFound, ProofReused, TokenUnavailable
from .curation import (
    DraftClosed,
    DraftConflict,
    DraftError,
    DraftExists,
    DraftNotFound,
    DraftRefused,
    ImportNotFound,
    LabelRefused,
    LawWorkNotFound,
    ModelRefused,
    ModelRunNotFound,
    QuestionGroupNotFound,
    ReleaseNotFound,
    ReleaseRefused,
    ReviewRefused,
    RunNotFound,
    SheetRefused,
    ThumbRefused,
    UnansweredNotFound,
    UtteranceNotFound,
    UtteranceRefused,
)
from .evidence import (
    EvidenceEmpty,
    EvidenceError,
    EvidenceNotFound,
    EvidenceNotStored,
    EvidenceTooLarge,
    EvidenceTooMany,
    RequestRefused,
    UnsupportedEvidence,
)
from .offices import DispatchRefused, OfficeRefused
from .privacy import ErasureRefused, KeysRefused, PersonalDataUnreadable, RetentionRefused
from .records import EventRefused, WordingMissing
from .store import StoreBusy, StoreConflict, StoreError, StoreFull, StoreReadOnly, StoreUnavailable
from .talk import ConversationNotFound, MessageRefused, NotOwner, OfferClosed, RosterRefused
from .teamwork import (
    CannedNotFound,
    CannedUnfilled,
    ConsultationNotFound,
    GroupNotFound,
    TicketHeld,
    ViewNotFound,
    WorkRefused,
)
from .tickets import (
    DraftIncomplete,
    GroundRefused,
    LinkRefused,
    NoteRefused,
    NoticeNotFound,
    NoticeRefused,
    QuestionRefused,
    RatingRefused,
    ReopenRefused,
    SplitRefused,
    TicketNotFound,
    TooManyTries,
    TransitionRefused,
)

__all__ = [
    "AccountLocked",
    "CannedNotFound",
    "CannedUnfilled",
    "ClaimLost",
    "ConsultationNotFound",
    "ConversationNotFound",
    "DeliveryNotFound",
    "DeskError",
    "DispatchRefused",
    "DraftClosed",
    "DraftConflict",
    "DraftError",
    "DraftExists",
    "DraftIncomplete",
    "DraftNotFound",
    "DraftRefused",
    "ErasureRefused",
    "EventRefused",
    "EvidenceEmpty",
    "EvidenceError",
    "EvidenceNotFound",
    "EvidenceNotStored",
    "EvidenceTooLarge",
    "EvidenceTooMany",
    "GroundRefused",
    "GroupNotFound",
    "ImportNotFound",
    "InvitationNotFound",
    "KeysRefused",
    "LabelRefused",
    "LawWorkNotFound",
    "LinkRefused",
    "LoginRefused",
    "MessageRefused",
    "ModelRefused",
    "ModelRunNotFound",
    "NotFound",
    "NotOwner",
    "NoteRefused",
    "NoticeNotFound",
    "NoticeRefused",
    "OfferClosed",
    "OfficeRefused",
    "PasswordRefused",
    "PersonalDataUnreadable",
    "ProofReused",
    "QuestionGroupNotFound",
    "QuestionRefused",
    "RatingRefused",
    "ReleaseNotFound",
    "ReleaseRefused",
    "ReopenRefused",
    "RequestRefused",
    "RetentionRefused",
    "ReviewRefused",
    "RolesRefused",
    "RosterRefused",
    "RunNotFound",
    "SecondFactorRefused",
    "SheetRefused",
    "SplitRefused",
    "StaffError",
    "StaffNotFound",
    "StaffRefused",
    "StoreBusy",
    "StoreConflict",
    "StoreError",
    "StoreFull",
    "StoreReadOnly",
    "StoreUnavailable",
    "ThumbRefused",
    "TicketHeld",
    "TicketNotFound",
    "TokenUnavailable",
    "TooManyTries",
    "TransitionRefused",
    "UnansweredNotFound",
    "UnsupportedEvidence",
    "UsernameTaken",
    "UtteranceNotFound",
    "UtteranceRefused",
    "ViewNotFound",
    "WordingMissing",
    "WorkRefused",
]
