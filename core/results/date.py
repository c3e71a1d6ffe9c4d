"""The date that results carry: now, or what the convention for reproducible results says."""

from __future__ import annotations

import os
import time
from datetime import datetime, timezone


def date_of_results() -> datetime:
    """The time in UTC; that of the variable SOURCE_DATE_EPOCH, in seconds since 1970, if set."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH", "")
    now = float(seconds) if seconds.isdecimal() else time.time()
    return datetime.fromtimestamp(now, timezone.utc)
