"""Users' files for commands: read one after another by the reader process, the bad ones named on stderr."""

import sys
from collections.abc import Iterator, Sequence

from recon_model.cli.output import DONE, USAGE
from recon_model.counts import counted
from recon_model.data.clouds import Cloud
from recon_model.errors import InputError
from recon_model.serve.client import ReaderProcess


class CloudFiles:
    """Iterates over the files that can be read; of the others it says on stderr, in one sentence each, what is wrong.

    Nothing from outside is parsed in this process: a file that crashes its parser costs a sentence.
    """

    def __init__(self, paths: Sequence[str], member: int = 0) -> None:
        """Reads the files ``paths``; ``member`` says which cloud of those that hold several."""
        self._paths = paths
        self._member = member
        self.outcome = DONE
        """Exit status: 0 while every file could be read, 2 otherwise."""

    def __iter__(self) -> Iterator[tuple[str, Cloud]]:
        """Yields each readable file's path, as given, and what it holds."""
        with ReaderProcess() as reader:
            for path in self._paths:
                try:
                    cloud = reader.read(path, member=self._member)
                except InputError as error:
                    self.outcome = USAGE
                    print(str(error), file=sys.stderr)
                    continue
                yield path, cloud


def tell_of_others(path: str, cloud: Cloud) -> None:
    """Says on stderr where a file holds more clouds than the first, which was taken."""
    if cloud.clouds > 1:
        print(f"{path}: it holds {counted(cloud.clouds, 'cloud')}; only the first was taken.", file=sys.stderr)
