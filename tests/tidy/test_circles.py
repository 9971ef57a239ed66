"""No file and no folder imports itself by way of others."""

import pytest

from tests.tidy import circles
from tests.tidy.sources import ROOMS, Source, sources


@pytest.mark.slow
def test_no_files_import_one_another_in_a_circle() -> None:
    assert circles.of_files(sources(*ROOMS)) == []


def test_no_folders_import_one_another_in_a_circle() -> None:
    assert circles.of_folders(sources(*ROOMS)) == []


def test_a_circle_of_three_files_is_found() -> None:
    files = [
        Source("domain/a.py", "from domain import b"),
        Source("domain/b.py", "def f():\n    import domain.c"),
        Source("domain/c.py", "from domain.a import x"),
        Source("domain/d.py", "from domain.a import x"),
    ]
    assert circles.of_files(files) == [["domain/a.py", "domain/b.py", "domain/c.py"]]


@pytest.mark.parametrize("back", ["from api.one.b import x", "from api.one import b"])
def test_a_circle_of_folders_without_a_circle_of_files_is_found(back: str) -> None:
    files = [
        Source("api/one/a.py", "from api.two.a import x"),
        Source("api/two/b.py", back),
        Source("api/one/b.py", ""),
        Source("api/two/a.py", ""),
    ]
    assert circles.of_files(files) == []
    assert circles.of_folders(files) == [["api/one", "api/two"]]


def test_folders_that_import_one_way_make_no_circle() -> None:
    files = [
        Source("api/one/__init__.py", "from api.one.a import x"),
        Source("api/one/a.py", "from api.two.a import x"),
        Source("api/two/a.py", "from domain import y"),
        Source("domain/y.py", ""),
    ]
    assert circles.of_files(files) == circles.of_folders(files) == []
