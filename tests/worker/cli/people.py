"""Several people at one machine, each with a session file of their own."""

from dataclasses import dataclass

from domain.roles import Role
from tests.support.staff import change_role, hire, open_session
from tests.support.system import running_system
from tests.worker.cli.commands import Cli


@dataclass(frozen=True)
class Person(Cli):
    """The command line as somebody who is logged in has it."""

    number: int = 0
    """Of their account."""

    @property
    def name(self) -> str:
        """How events name them."""
        return f"account:{self.number}"


def team(cli: Cli, **roles: Role | tuple[Role, ...]) -> list[Person]:
    """Hire people by name and log them in; the first one must be an admin."""
    people: list[Person] = []
    with running_system(cli.folder) as system:
        admin = None
        for name, given in roles.items():
            wanted = (given,) if isinstance(given, Role) else given
            member = hire(system, name, *wanted, admin=admin)
            admin = admin or member.account
            people.append(seat(cli, name, member.account, member.token))
    return people


def seat(cli: Cli, name: str, account: int, token: str) -> Person:
    """Give somebody the command line, with a session."""
    file = cli.folder.parent / f"session-{name}"
    file.write_text(token)
    file.chmod(0o600)
    environment: dict[str, str | None] = {**cli.environment, "NGOMA_SESSION_FILE": str(file)}
    return Person(cli.folder, environment, account)


def log_in(cli: Cli, account: int, *, has_second_factor: bool = True) -> Person:
    """Open a session, or another one, of an account."""
    with running_system(cli.folder) as system:
        token = open_session(system, account, has_second_factor=has_second_factor)
    return seat(cli, f"of-{account}-{token[4:12]}", account, token)


def dismiss(cli: Cli, person: Person, role: Role, *, by: Person) -> None:
    """Take a role from somebody, as it must be taken."""
    with running_system(cli.folder) as system:
        change_role(system, person.number, role, is_grant=False, admin=by.number)
