"""Which Janus is used, and with which secrets: one supervised by us, or the operator's own."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bailiwick.config import keys
from bailiwick.media.janus.process import JanusSettings, unprivileged_user
from bailiwick.media.janus.secrets import JanusSecrets


def secrets(settings: Mapping[str, Any]) -> JanusSecrets:
    """From JANUS_SECRET, else from the secret that DATA keeps. Nodes that share a Janus must share it."""
    text: str = settings["JANUS_SECRET"] or keys.secret(settings["DATA"], "media")
    return JanusSecrets(text.encode())


@dataclass(frozen=True, slots=True)
class Place:
    """Where our own Janus listens, for as long as we run: it comes back on the same ports after a crash."""

    api_port: int
    admin_port: int

    @property
    def environ(self) -> dict[str, str]:
        """What tells a web process where it is."""
        return {
            "BAILIWICK_JANUS_URL": f"ws://127.0.0.1:{self.api_port}",
            "BAILIWICK_JANUS_ADMIN_URL": f"ws://127.0.0.1:{self.admin_port}",
        }


def free_place() -> Place:
    """Two ports on loopback that nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        return Place(one.getsockname()[1], two.getsockname()[1])


def janus_settings(settings: Mapping[str, Any], place: Place) -> JanusSettings:
    public = settings["MEDIA_ADDRESS"]
    return JanusSettings(
        api_port=place.api_port,
        admin_port=place.admin_port,
        rtp_ports=settings["RTP_PORTS"],
        secrets=secrets(settings),
        event_loops=os.cpu_count() or 1,
        public_addresses=(public,) if public else (),
        ipv6=_has_ipv6(),
    )


def configuration_folder(data: Path) -> Path:
    """Where Janus' configuration is written. Started by root it runs as another user, who may not be able to
    reach DATA; /run is there for such things, and empty after a reboot."""
    if unprivileged_user() is None:
        return data / "janus"
    return Path("/run") / f"bailiwick-{data.stat().st_dev:x}-{data.stat().st_ino:x}"


def _has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False
