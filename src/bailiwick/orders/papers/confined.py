"""A program of its own: takes everything away from itself, then becomes the renderer.

    python -I -S confined.py PROGRAM ARGUMENT...

Standard library only, since it runs without ours. What a document makes the renderer do must lead nowhere
(docs/decisions/pictures-of-documents.md): another user where we are root; no file written, and with Landlock
(Linux 5.13) none read but programs and libraries; no socket, no other process, not much time or memory. Ends
with CANNOT where one of the first two, or the filter of system calls, cannot be had: then nothing is run.
"""

import ctypes
import os
import platform
import resource
import struct
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

CANNOT: Final = 97
"""Exit code: this machine has no way to confine the renderer."""
NOBODY: Final = 65534
MEMORY: Final = 1 << 30
CPU_SECONDS: Final = 40
LIMITS: Final = (
    (resource.RLIMIT_AS, MEMORY),
    (resource.RLIMIT_CPU, CPU_SECONDS),
    (resource.RLIMIT_FSIZE, 0),
    (resource.RLIMIT_CORE, 0),
    (resource.RLIMIT_NOFILE, 32),
    (resource.RLIMIT_MEMLOCK, 0),
)
READABLE: Final = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache")
"""All that a program needs to start. The document itself is a descriptor, and has no name to be opened by."""

_OOM: Final = Path("/proc/self/oom_score_adj")
_PDEATHSIG, _NO_NEW_PRIVS, _SECCOMP, _KILL = 1, 38, 22, 9
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_READ_FILE, _READ_DIR, _EXECUTE = 1 << 2, 1 << 3, 1 << 0
_RIGHTS: Final = ((1, 13), (2, 14), (3, 15), (5, 16))
"""By version of Landlock, how many rights over files it knows."""

# Numbers of the calls that are refused, from the kernel's tables (arch/x86/entry/syscalls/syscall_64.tbl,
# include/uapi/asm-generic/unistd.h): sockets; other processes; files and names changed; namespaces, mounts,
# keys, kernel interfaces with a history.
_X86_64: Final = (
    *range(41, 51), 53, 288, 299, 307,
    56, 57, 58, 62, 101, 200, 234, 310, 311, 424, 434, 435, 438, 440,
    76, 77, *range(82, 89), *range(90, 95), 133, *range(258, 262), *range(263, 267), 268, 316, 452,
    155, 161, 165, 166, 272, 308, *range(428, 434), 442,
    248, 249, 250, 298, 304, 321, 323, 425, 426, 427,
)  # fmt: skip
_AARCH64: Final = (
    *range(198, 213), 242, 243, 269,
    117, *range(129, 132), 220, 270, 271, 424, 434, 435, 438, 440,
    *range(33, 39), 45, 46, *range(52, 56), 276, 452,
    39, 40, 41, 51, 97, 268, *range(428, 434), 442,
    217, 218, 219, 241, 265, 280, 282, 425, 426, 427,
)  # fmt: skip
MACHINES: Final = {"x86_64": (0xC000003E, _X86_64), "aarch64": (0xC00000B7, _AARCH64)}

_libc: Final = ctypes.CDLL(None, use_errno=True)


class Unconfined(Exception):  # noqa: N818 - a state of the machine
    """Something could not be taken away."""


def main(arguments: Sequence[str]) -> None:
    try:
        confine()
    except (Unconfined, OSError, ValueError):
        sys.exit(CANNOT)
    os.execve(arguments[0], list(arguments), {"LC_ALL": "C.UTF-8", "PATH": "/usr/bin"})  # noqa: S606


def confine() -> None:
    """Take away what a renderer does not need; the order matters. Unconfined, OSError, ValueError."""
    _stand_back()
    was_root = os.geteuid() == 0
    if was_root:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    _prctl(_PDEATHSIG, _KILL)
    _prctl(_NO_NEW_PRIVS, 1)
    if not _landlock() and not was_root:
        raise Unconfined("the renderer could read what this user can")
    for kind, most in LIMITS:
        resource.setrlimit(kind, (most, most))
    _filter()


def _stand_back() -> None:
    """Meetings go first: the others' turn before ours, and ours is the first to be ended when memory is
    short. Before anything is dropped: afterwards /proc/self is not ours any more."""
    os.nice(10)
    if os.access(_OOM, os.W_OK):
        _OOM.write_text("1000")


def _prctl(option: int, value: int) -> None:
    if _libc.prctl(option, value, 0, 0, 0) != 0:
        raise Unconfined(f"prctl {option}")


def _landlock() -> bool:
    """No file but READABLE from now on; False: this kernel has no Landlock (man 7 landlock)."""
    version = _libc.syscall(_CREATE_RULESET, None, 0, 1)
    if version < 1:
        return False
    rights = max(count for since, count in _RIGHTS if since <= version)
    handled = ctypes.create_string_buffer(struct.pack("=Q", (1 << rights) - 1), 8)
    rules = _checked(_libc.syscall(_CREATE_RULESET, handled, 8, 0))
    for path in READABLE:
        if Path(path).exists():
            _allow(rules, path)
    _checked(_libc.syscall(_RESTRICT_SELF, rules, 0))
    os.close(rules)
    return True


def _allow(rules: int, path: str) -> None:
    opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    rights = _READ_FILE | _EXECUTE | (_READ_DIR if Path(path).is_dir() else 0)
    rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, opened), 12)
    _checked(_libc.syscall(_ADD_RULE, rules, 1, rule, 0))
    os.close(opened)


def _checked(result: int) -> int:
    if result < 0:
        raise Unconfined("landlock")
    return result


class _Program(ctypes.Structure):
    """struct sock_fprog"""

    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def _filter() -> None:
    """Refuse the calls above with EPERM, and end whatever speaks another machine's dialect (seccomp(2))."""
    if platform.machine() not in MACHINES:
        raise Unconfined("unknown machine")
    code = _bpf(*MACHINES[platform.machine()])
    held = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.cast(held, ctypes.c_void_p).value)
    if _libc.prctl(_SECCOMP, 2, ctypes.byref(program), 0, 0) != 0:
        raise Unconfined("seccomp")


def _bpf(machine: int, refused: Sequence[int]) -> bytes:
    """The filter's instructions, eight bytes each (linux/filter.h): load, compare, return."""
    load, equal, at_least, give = 0x20, 0x15, 0x35, 0x06
    allow, refuse, kill = 0x7FFF0000, 0x00050001, 0x80000000
    said = [(load, 0, 0, 4), (equal, 1, 0, machine), (give, 0, 0, kill)]
    said += [(load, 0, 0, 0), (at_least, 0, 1, 0x40000000), (give, 0, 0, kill)]
    for number in sorted(set(refused)):
        said += [(equal, 0, 1, number), (give, 0, 0, refuse)]
    said.append((give, 0, 0, allow))
    return b"".join(struct.pack("=HBBI", *each) for each in said)


if __name__ == "__main__":
    main(sys.argv[1:])
