"""Chat as a follower: `python -m tests.wechat_platform --webhook http://127.0.0.1:5000/wechat`."""

from __future__ import annotations

import sys

from tests.wechat_platform.terminal import main

sys.exit(main())
