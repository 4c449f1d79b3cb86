"""Reading SARIF the way its consumers do: along paths."""

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """A value of a JSON document."""

    value: object

    def at(self, *path: str) -> "Item":
        here = self
        for key in path:
            assert isinstance(here.value, dict), (path, here.value)
            here = Item(here.value[key])
        return here

    def has(self, *path: str) -> bool:
        *start, last = path
        value = self.at(*start).value
        return isinstance(value, dict) and last in value

    def text(self, *path: str) -> str:
        value = self.at(*path).value
        assert isinstance(value, str)
        return value

    def texts(self, *path: str) -> list[str]:
        return [item.text() for item in self.nodes(*path)]

    def number(self, *path: str) -> int:
        value = self.at(*path).value
        assert isinstance(value, int)
        return value

    def flag(self, *path: str) -> bool:
        value = self.at(*path).value
        assert isinstance(value, bool)
        return value

    def nodes(self, *path: str) -> list["Item"]:
        value = self.at(*path).value
        assert isinstance(value, list)
        return [Item(each) for each in value]


@dataclass(frozen=True)
class Log:
    """The one run of a log."""

    run: Item

    @property
    def rules(self) -> list[Item]:
        return self.run.nodes("tool", "driver", "rules")

    @property
    def results(self) -> list[Item]:
        return self.run.nodes("results")


def read(text: str) -> Log:
    """Return the log that `text` holds."""
    (run,) = Item(json.loads(text)).nodes("runs")
    return Log(run)
