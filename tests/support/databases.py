"""Fresh PostgreSQL databases on one server: empty, or copied from a migrated template in 0.1 s."""

from collections.abc import Callable
from typing import Self
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
from psycopg import sql


class TemplateDatabases:
    """Makes databases on the server at ``server_url``, and drops what it made on ``close``."""

    def __init__(self, server_url: str) -> None:
        self._server_url = server_url
        self._templates: dict[str, str] = {}
        self._names: list[str] = []

    def make_template(self, name: str, migrate: Callable[[str], None]) -> None:
        """Once per ``name``, make a database and let ``migrate`` fill it, given its URL.

        ``migrate`` must leave no connection open: PostgreSQL copies only what nobody uses.
        """
        if name not in self._templates:
            database = self._create(f"template_{name}")
            migrate(self._url(database))
            self._templates[name] = database

    def fresh_database(self, template: str | None = None) -> str:
        """Make a database, empty or as the template was left, and give its URL."""
        return self._url(self._create("fresh", self._templates[template] if template else None))

    def drop(self, url: str) -> None:
        """Drop a database, whoever is still connected to it."""
        database = urlsplit(url).path.removeprefix("/")
        self._execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
        )
        self._names.remove(database)

    def close(self) -> None:
        """Drop everything that was made."""
        for name in list(self._names):
            self.drop(self._url(name))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _create(self, prefix: str, template: str | None = None) -> str:
        name = f"ngoma_{prefix}_{uuid4().hex[:12]}"  # a shared server may hold others' as well
        self._execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template or "template0")
            )
        )
        self._names.append(name)
        return name

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self._server_url, autocommit=True, connect_timeout=5) as connection:
            connection.execute(statement)

    def _url(self, database: str) -> str:
        return urlunsplit(urlsplit(self._server_url)._replace(path=f"/{database}"))
