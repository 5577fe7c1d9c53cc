# SPDX-License-Identifier: Apache-2.0
"""A control group that limits the memory of a program, of version 1 or 2."""

import os
import pathlib
import re

from harness import Skip


class MemoryGroup:
    """Below the group of this process. Skips where none can be made. Sockets count in both
    versions: in version 1 they have a limit of their own."""

    def __init__(self, limit):
        self.limit = limit
        parent, self.version = self.parent()
        self.path = parent / f"catena-test-{os.getpid()}"
        try:
            self.path.mkdir()
            if self.version == 1:
                self.write("memory.limit_in_bytes", limit)
                self.write("memory.kmem.tcp.limit_in_bytes", limit)
            else:
                self.write("memory.max", limit)
        except OSError as error:
            self.remove()
            raise Skip(f"no control group for memory can be made: {error}") from None

    @staticmethod
    def parent():
        own = {}
        for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            own[controllers] = path
        for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
            fields, kind = line.split(" - ")
            point = pathlib.Path(fields.split()[4])
            if kind.startswith("cgroup ") and "memory" in re.split("[ ,]", kind):
                return point / own["memory"].lstrip("/"), 1
            if kind.startswith("cgroup2 ") and "" in own:
                group = point / own[""].lstrip("/")
                if "memory" in (group / "cgroup.subtree_control").read_text().split():
                    return group, 2
        raise Skip("no control group for memory here")

    def write(self, name, value):
        (self.path / name).write_text(str(value))

    def read(self, name):
        return (self.path / name).read_text()

    def numbers(self, name):
        return {line.split()[0]: int(line.split()[1]) for line in self.read(name).splitlines()}

    def wrapper(self):
        """Starts a program inside."""
        return ["sh", "-c", f'echo $$ > {self.path}/cgroup.procs; exec "$@"', "sh"]

    def used(self):
        """Bytes that cannot be taken back at any time: without the pages of files."""
        stat = self.numbers("memory.stat")
        if self.version == 2:
            return int(self.read("memory.current")) - stat["inactive_file"] - stat["active_file"]
        files = stat["total_inactive_file"] + stat["total_active_file"]
        sockets = int(self.read("memory.kmem.tcp.usage_in_bytes"))
        return int(self.read("memory.usage_in_bytes")) - files + sockets

    def kills(self):
        name = "memory.oom_control" if self.version == 1 else "memory.events"
        return self.numbers(name).get("oom_kill", 0)

    def remove(self):
        """When nothing runs inside any more."""
        if self.path.is_dir():
            self.path.rmdir()
