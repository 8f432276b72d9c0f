"""Runs a command whose standard error is a terminal of so many columns, and prints what it showed."""

import fcntl
import os
import pty
import struct
import sys
import termios

columns, command = int(sys.argv[1]), sys.argv[2:]
ours, theirs = pty.openpty()
fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
child = os.fork()
if child == 0:
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.dup2(theirs, 2)
    os.execv(command[0], command)
os.close(theirs)
while True:
    try:
        shown = os.read(ours, 65536)
    except OSError:  # Linux says so that nobody can write any more.
        break
    if not shown:
        break
    sys.stdout.buffer.write(shown)
_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status))
