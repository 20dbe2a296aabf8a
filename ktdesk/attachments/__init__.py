# SPDX-License-Identifier: Apache-2.0
"""Files that go with a question: text, code, the text of PDFs, folders of them, and images.

`read_paths` reads what was chosen; `compose` puts it into a message in a form that models know
and `split` takes apart again. Knows neither the engine nor a user interface.
"""

from __future__ import annotations

from ktdesk.attachments.message import compose as compose
from ktdesk.attachments.message import split as split
from ktdesk.attachments.reading import Attachment as Attachment
from ktdesk.attachments.reading import Reading as Reading
from ktdesk.attachments.reading import read_paths as read_paths
