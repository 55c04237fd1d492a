"""A hook command as an executable: it sends its command line to the running hook, and prints the answer.

This file is not imported. It is started under the name of each hook command by a bare Python interpreter, so it uses only
built-in modules to start fast. Like Juju's own commands, it reads its standard input only when it is asked to.

A message is a line with the lengths of its parts, and the parts. Request: where the command was called, ``1`` if the
standard input follows, that input, the name, the arguments. Answer: exit code, stdout, stderr; or no part at all, which
asks for the standard input.
"""

import posix
import sys
from _socket import AF_UNIX, SOCK_STREAM, socket

BLOCK = 65536


def main() -> int:
    """Run the command and return its exit code."""
    name, *arguments = [argument.encode('utf-8', 'surrogateescape') for argument in sys.argv]
    name = name.rpartition(b'/')[2]
    address = posix.environ.get(b'JUJU_AGENT_SOCKET_ADDRESS')
    if not address:
        return fail(name, b'it works only while a hook runs: JUJU_AGENT_SOCKET_ADDRESS not set')
    connection = socket(AF_UNIX, SOCK_STREAM)
    try:
        connection.connect(address)
        directory = posix.getcwdb()
        send(connection, [directory, b'', b'', name, *arguments])
        answer = receive(connection)
        if not answer:
            send(connection, [directory, b'1', read_stdin(), name, *arguments])
            answer = receive(connection)
    except OSError as error:
        return fail(name, b'the hook that called it has ended: ' + str(error).encode())
    finally:
        connection.close()
    exit_code, stdout, stderr = answer
    write(1, stdout)
    write(2, stderr)
    return int(exit_code)


def send(connection: socket, parts: list[bytes]) -> None:
    """Send a message."""
    connection.sendall(b' '.join(b'%d' % len(part) for part in parts) + b'\n' + b''.join(parts))


def receive(connection: socket) -> list[bytes]:
    """Wait for a message."""
    data = receive_more(connection)
    while b'\n' not in data:
        data += receive_more(connection)
    header, _, data = data.partition(b'\n')
    lengths = [int(length) for length in header.split()]
    while len(data) < sum(lengths):
        data += receive_more(connection)
    parts: list[bytes] = []
    for length in lengths:
        parts.append(data[:length])
        data = data[length:]
    return parts


def receive_more(connection: socket) -> bytes:
    """Wait for more of a message."""
    data = connection.recv(BLOCK)
    if not data:
        raise OSError('no answer')
    return data


def read_stdin() -> bytes:
    """Read the standard input to its end."""
    data = b''
    while block := posix.read(0, BLOCK):
        data += block
    return data


def write(descriptor: int, data: bytes) -> None:
    """Print something, even if the reader has closed the pipe."""
    try:
        while data:
            data = data[posix.write(descriptor, data) :]
    except OSError:
        pass


def fail(name: bytes, reason: bytes) -> int:
    """Print why the command did not run."""
    write(2, b'ERROR ' + name + b': ' + reason + b'\n')
    return 1


if __name__ == '__main__':
    sys.exit(main())
