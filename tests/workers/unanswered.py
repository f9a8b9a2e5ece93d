# SPDX-License-Identifier: LGPL-2.1-or-later
# unanswered.py serve FOLDER: mounts a file system there in which every name is a file, and answers whatever is asked but
# what is to be written to one, which it tells by "held", until standard input ends.
# unanswered.py hold FILE BYTES: takes so many bytes, and then the lock of its own memory for as long as that
# is not answered: what shows the memory or the command line of this process waits as long.
import ctypes
import os
import select
import struct
import sys

LOOKUP, FORGET, GETATTR, OPEN, READ, WRITE, RELEASE, FLUSH, INIT = 1, 2, 3, 14, 15, 16, 18, 25, 26
PAGE = 4096
ROOT = 1
VALID = 1000  # seconds
QUEUE = 100  # writes that the kernel asks for at a time
PROT_READ_WRITE, MAP_SHARED, MAP_PRIVATE_FIXED_ANONYMOUS = 3, 1, 0x32

libc = ctypes.CDLL(None, use_errno=True)
nodes = {}


def attributes(node):
    mode, size = (0o40755, 0) if node == ROOT else (0o100666, PAGE)
    return struct.pack("<6Q10I", node, size, 8, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, PAGE, 0)


def answer(operation, node, name):
    """The body of the answer; None: there is no such thing."""
    if operation == INIT:
        return struct.pack("<4I2H2I2H8I", 7, 31, 0, 0, QUEUE, QUEUE, PAGE, 1, 1, 0, *[0] * 8)
    if operation == LOOKUP:
        node = nodes.setdefault(name, ROOT + 1 + len(nodes))
        return struct.pack("<4Q2I", node, 0, VALID, VALID, 0, 0) + attributes(node)
    if operation == GETATTR:
        return struct.pack("<Q2I", VALID, 0, 0) + attributes(node)
    if operation == OPEN:
        return struct.pack("<Q2I", 1, 0, 0)
    if operation == READ:
        return bytes(PAGE)
    return b"" if operation in (RELEASE, FLUSH) else None


def serve(folder):
    device = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={device},rootmode=40000,user_id=0,group_id=0"
    if libc.mount(b"unanswered", folder.encode(), b"fuse", 0, options.encode()):
        sys.exit(f"mount: {os.strerror(ctypes.get_errno())}")
    print("mounted", flush=True)
    while 0 not in select.select([device, 0], [], [])[0]:
        request = os.read(device, 1 << 20)
        operation, unique, node = struct.unpack_from("<4xIQQ", request)
        if operation == WRITE:
            print("held", flush=True)
        if operation in (WRITE, FORGET):
            continue
        body = answer(operation, node, request[40:])
        head = struct.pack("<IiQ", 16 + len(body or b""), -38 if body is None else 0, unique)
        os.write(device, head + (body or b""))
    libc.umount2(folder.encode(), 2)


def hold(file, size):
    held = b"x" * size  # noqa: F841
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
    page = libc.mmap(None, PAGE, PROT_READ_WRITE, MAP_SHARED, os.open(file, os.O_RDWR), 0)
    ctypes.memset(page, 65, 1)
    libc.mmap(page, PAGE, PROT_READ_WRITE, MAP_PRIVATE_FIXED_ANONYMOUS, -1, 0)


if sys.argv[1] == "serve":
    serve(sys.argv[2])
else:
    hold(sys.argv[2], int(sys.argv[3]))
