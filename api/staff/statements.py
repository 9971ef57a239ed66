"""Statements of providers over HTTP: a file is read, and its new lines are taken."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from api.http.credentials import session_token
from api.http.fields import read_file
from api.http.presence import missing, read_text, require
from api.http.wire import Answer, Call, answer
from api.routing.front import Front
from api.schemas import statements as schemas
from api.staff.door import admit_staff, require_staff
from api.staff.fields import read_choice
from application.books.actors import Actor
from application.money.imported import ImportedFile
from application.money.statements import import_statement
from domain.provider_account import provider_account
from domain.public_ids import iso_time
from domain.roles import Duty

WALLET: Final = "main"


async def admit(front: Front, call: Call) -> None:
    """Refuse who may not reconcile, before their file is read.

    Raises:
        RateLimited: the address's limit is used up.
        InvalidKey: there is no session token, or its session is over.
        NotPermitted: no role of the account reconciles.
    """
    actor = await admit_staff(front, call)
    await require_staff(front, actor, Duty.RECONCILE)


async def take_statement(front: Front, call: Call) -> Answer:
    """Import a provider's file; one at a time in a process, in a thread of its own."""
    _, actor = await front.door.admit_staff(front.caller(call, session_token(call)))
    fields, file = await front.read(actor.account, partial(read_file, call, "file"))
    return await take_file(front, actor, fields, file)


async def take_file(front: Front, actor: Actor, fields: Mapping[str, Any], file: bytes) -> Answer:
    """Import a file that was read already, by the fields of the endpoint.

    Raises:
        NotPermitted: no role of the actor's account reconciles.
        InvalidRequest: the file cannot be read, or a field is wrong.
        Overloaded: another is under way, and one waits.
    """
    require(fields, "provider")
    imported = await front.run_long(partial(_take, front, actor, fields, file))
    return answer(schemas.ImportAnswer(data=_shown(imported)))


def _take(front: Front, actor: Actor, fields: Mapping[str, Any], file: bytes) -> ImportedFile:
    system = front.system
    words = {
        name: None if missing(fields, name) else read_text(fields, name)
        for name in ("wallet", "template", "date_format")
    }
    account = provider_account(read_text(fields, "provider"), words["wallet"] or WALLET)
    is_dry = read_choice({"dry_run": "false", **fields}, "dry_run", ("true", "false")) == "true"
    with TemporaryDirectory(prefix="ngoma-statement-") as folder:
        path = Path(folder, "statement")
        path.write_bytes(file)
        read = system.open_statement(
            str(path),
            provider=read_text(fields, "provider"),
            template=words["template"],
            order=words["date_format"],
        )
        return import_statement(
            read,
            account,
            execute=system.committer.execute,
            clock=system.clock,
            actor=actor,
            is_dry=is_dry,
        )


def _shown(imported: ImportedFile) -> schemas.ImportedStatement:
    told = imported.summary
    return schemas.ImportedStatement(
        statement_id=None if imported.statement is None else f"stm_{imported.statement}",
        template=told.template,
        lines=told.lines,
        added=imported.added,
        known=imported.known,
        refused=[schemas.RefusedRow(row=one.row, reason=one.reason) for one in imported.refused],
        refused_count=imported.refused_count,
        opening_ngwee=told.opening_ngwee,
        total_ngwee=told.total_ngwee,
        closing_ngwee=told.closing_ngwee,
        balanced=imported.is_balanced,
        contiguous=imported.is_contiguous,
        first_at=iso_time(told.first_at),
        last_at=iso_time(told.last_at),
        gaps=[
            schemas.StatementGap(after=iso_time(gap.after), before=iso_time(gap.before))
            for gap in imported.gaps
        ],
        notes=list(told.notes),
    )
