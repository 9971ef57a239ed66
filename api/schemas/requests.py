"""What requests hold, for the reference only: bodies are read by ``api/fields.py``."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

To = Annotated[
    str | int,
    Meta(
        description="A Zambian mobile number in any written form, or a JSON number.",
        examples=["260977000000", "+260977000000", "0977000000"],
    ),
]
Text = Annotated[str, Meta(description="At most 1,600 characters and 11 segments.")]
SenderName = Annotated[
    str, Meta(description="At most 11 of A-Z, a-z, 0-9 and space.", examples=["MyBusiness"])
]


class SendRequest(Struct, kw_only=True):
    """One message."""

    to: To
    message: Text
    sender_id: SenderName | UnsetType = UNSET


class SendRequestWithKey(Struct, kw_only=True):
    """One message, with the key beside it."""

    api_key: str
    to: To
    message: Text
    sender_id: SenderName | UnsetType = UNSET


class BulkRequestWithKey(Struct, kw_only=True):
    """One text for many, with the key beside it."""

    api_key: str
    recipients: Annotated[list[To], Meta(min_length=1, max_length=500)]
    message: Text
    sender_id: SenderName | UnsetType = UNSET


class BulkRequest(Struct, kw_only=True):
    """One text for many."""

    to: Annotated[list[To], Meta(min_length=1, max_length=500)]
    message: Text
    sender_id: SenderName | UnsetType = UNSET


class NewSenderId(Struct, kw_only=True):
    """A sender ID that the account asks for."""

    name: SenderName
    use_case: Annotated[str, Meta(max_length=1000)]


class PreviewRequest(Struct, kw_only=True):
    """A text, and for whom it is, if that should be looked at too."""

    message: Text
    to: To | UnsetType = UNSET
