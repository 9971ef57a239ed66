"""``ngoma phone enrol``: what an operator reads and points a phone's camera at."""

from tests.worker.cli.commands import Cli


def test_enrolling_says_the_code_on_its_own_and_draws_it_with_the_address(cli: Cli) -> None:
    cli.migrate()
    done = cli.run("phone", "enrol", "--network-of", "1=mtn")
    assert done.stdout.startswith("Code: ")
    assert done.stdout.count("\n") == 1
    assert "the address for the phone's camera:" in done.stderr
    assert "the code for the phone's camera:" in done.stderr
    assert done.stderr.count("▄▄▄▄▄ █") >= 4, "corners of two QR codes"
    assert "▄" not in cli.run("phone", "enrol", "--network-of", "1=mtn", "--json").output
