# SPDX-License-Identifier: Apache-2.0
"""A web server on this machine that does wrong what it is told to, and writes down all."""

from tests.faulty_server.faults import Fault as Fault
from tests.faulty_server.faults import Reply as Reply
from tests.faulty_server.faults import Request as Request
from tests.faulty_server.faults import Served as Served
from tests.faulty_server.proxy import Proxy as Proxy
from tests.faulty_server.server import FaultyServer as FaultyServer
