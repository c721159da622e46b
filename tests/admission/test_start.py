"""Admission plugins as a server is told of them."""

from pathlib import Path

from tests.support.server import ServerProcess


def test_a_server_does_not_start_with_a_plugin_that_is_told_nonsense(tmp_path: Path) -> None:
    file = tmp_path / "admission.yaml"
    file.write_text(
        "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\n"
        "plugins: [{name: EventRateLimit, configuration: {limits: [{type: Server, qps: much, burst: 1}]}}]\n"
    )
    flags = ("--enable-admission-plugins", "EventRateLimit", "--admission-control-config-file", str(file))
    server = ServerProcess(tmp_path, flags)
    server.launch()
    assert server.exit_code() == 1
    assert "EventRateLimit: limits[0].qps must be a whole number above 0, not 'much'" in server.log
    assert "Traceback" not in server.log
