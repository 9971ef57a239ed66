"""What readiness and the metrics say of the read models while they are being built anew."""

from pathlib import Path

from tests.support.system import create_account, running_system


def test_readiness_says_rebuilding_and_the_metric_says_how_far_off_they_are(tmp_path: Path) -> None:
    with running_system(tmp_path) as system:
        create_account(system, credits=3)
        head = system.store.head()
    for path in tmp_path.glob("read.db*"):
        path.unlink()
    with running_system(tmp_path, follows=False) as system:
        names = [status.name for status in system.queries.projections()]
        assert system.readiness().checks["projections"] == f"rebuilding: {', '.join(names)}"
        assert not system.readiness().is_ready
        lag = f'ngoma_read_model_lag{{read_model="balances"}} {head}.0'
        assert lag in system.metrics.render()[0].decode()
        assert system.follower.catch_up(timeout_s=5)
        assert system.readiness().is_ready
        lag = 'ngoma_read_model_lag{read_model="balances"} 0.0'
        assert lag in system.metrics.render()[0].decode()
