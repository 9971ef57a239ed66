"""What is known of a receipt: what its events change."""

from typing import Any


class Progress:
    """What a receipt's events change."""

    said_ngwee: int | None
    """What the API said; None when it has said nothing."""
    statement: str | None
    line: int | None
    happened_at: int | None
    """When, as the line says."""
    line_ngwee: int
    fee_ngwee: int
    payment: str | None
    account: int | None
    """Whose wallet it credited."""
    credits: int
    value_ngwee: int
    vat_ngwee: int
    held: str | None
    """Why a person must look at it; None when it does not wait for one."""
    is_held_posted: bool
    """Whether it stands in Unallocated."""
    was_held_posted: bool
    """Whether it stood in Unallocated, and left for a wallet or for good: its line is posted."""
    clearing_ngwee: int
    """What stands in Clearing for it: confirmed, and not shown by a line."""
    parts: dict[str, list[Any]]
    """The matches of its line that are in force: amount, fee, source and the receipts covered."""
    next_part: int
    reversed_ngwee: int
    is_settled: bool

    def begin(self) -> None:
        """Nothing is known yet."""
        self.said_ngwee = None
        self.statement = None
        self.line = None
        self.happened_at = None
        self.line_ngwee = 0
        self.fee_ngwee = 0
        self.payment = None
        self.account = None
        self.credits = 0
        self.value_ngwee = 0
        self.vat_ngwee = 0
        self.held = None
        self.is_held_posted = False
        self.was_held_posted = False
        self.clearing_ngwee = 0
        self.parts = {}
        self.next_part = 1
        self.reversed_ngwee = 0
        self.is_settled = False
