"""Django's PostgreSQL, with a health check that costs a healthy connection nothing.

Django asks `SELECT 1` before each request's first statement, a round trip of its own. A server that ends a
connection says so on its socket: one with nothing to read while it rests is as good as it was.
"""

from __future__ import annotations

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def close_if_health_check_failed(self) -> None:
        if self.connection is not None and self._has_no_news():
            self.health_check_done = True
        super().close_if_health_check_failed()

    def _has_no_news(self) -> bool:
        if self.connection.closed:  # on our side
            return False
        news = select.poll()
        news.register(self.connection.fileno(), select.POLLIN)
        return not news.poll(0)
