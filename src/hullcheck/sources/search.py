"""Where an image is looked for that is no file: in engines, then in its registry, or where the user says."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType

from hullcheck.errors import ImageError, StorageError
from hullcheck.model.progress import Progress
from hullcheck.net.http import Http
from hullcheck.net.reference import parse_reference
from hullcheck.sources.engines.engine import ENGINES
from hullcheck.sources.engines.faults import EngineAbsent, EngineUnavailable
from hullcheck.sources.engines.image import EngineRequest, open_engine_image
from hullcheck.sources.faults import told_as
from hullcheck.sources.image import Images
from hullcheck.sources.options import SourceOptions
from hullcheck.sources.providers import CONTAINERD, DOCKER, PODMAN, REGISTRY
from hullcheck.sources.registry_image import open_registry_image


@dataclass(frozen=True, slots=True)
class Wanted:
    """An image that is looked for by its `name`; `alone` says that it is looked for in one place only.

    `note` is told what the user should know of the way there.
    """

    name: str
    http: Http
    options: SourceOptions
    progress: Progress
    alone: bool = False
    note: Callable[[str], None] = lambda _: None


# Finds an image whose layers can be read until the stack is left, None where it is not there.
Finder = Callable[[Wanted, ExitStack], Images | None]


def find(wanted: Wanted, order: tuple[str, ...], note: Callable[[str], None], stack: ExitStack) -> tuple[str, Images]:
    """Return where in `order` (() is that of the options, else the usual one) the image is found first, and the image.

    What could not be asked is passed over, of which `note` is told, unless it is an engine that just is not there and
    that nobody named.
    """
    named = order or wanted.options.image_sources
    places = named or _usual(wanted.options)
    wanted = replace(wanted, alone=len(places) == 1, note=note)
    problems: list[ImageError] = []
    for place in places:
        try:
            found = FINDERS[place](wanted, stack)
        except ImageError as error:
            if not _may_be_passed_over(place, error):
                raise
            if place != places[-1] and (named or not isinstance(error, EngineAbsent)):
                note(f"{error.message}: it is passed over" + (f" ({error.hint})" if error.hint else ""))
            problems.append(error)
        else:
            if found:
                return place, found
            problems.append(ImageError(f"{place} has no image {wanted.name}", hint=_NOT_THERE))
    # Engines that were passed over are no news where the registry tells what is wrong.
    raise problems[-1] if places[-1] == REGISTRY else _nowhere(wanted.name, problems)


def _usual(options: SourceOptions) -> tuple[str, ...]:
    return (REGISTRY,) if options.environment is None else tuple(FINDERS)


def _may_be_passed_over(place: str, error: ImageError) -> bool:
    """Say whether the image may be elsewhere: an engine that answers with an error may well have it."""
    return isinstance(error, EngineUnavailable) or place == REGISTRY


def _nowhere(name: str, problems: Sequence[ImageError]) -> ImageError:
    if len(problems) == 1:
        return problems[0]
    told = "; ".join(problem.message for problem in problems)
    return ImageError(f"{name} was not found: {told}", hint=problems[-1].hint)


def _find_in_engine(engine: str, wanted: Wanted, stack: ExitStack) -> Images | None:
    timeout = wanted.http.options.timeout
    request = EngineRequest(wanted.name, wanted.alone, timeout, wanted.options, wanted.progress)
    found = open_engine_image(ENGINES[engine], request, stack)
    return Images((found,)) if found else None


def _find_in_containerd(wanted: Wanted, _: ExitStack) -> Images | None:
    from hullcheck.sources.storage.containerd import open_content
    from hullcheck.sources.storage.names import NotStored
    from hullcheck.sources.storage.places import NoStorage

    try:
        with told_as(StorageError):
            found = open_content(wanted.name, wanted.options, wanted.progress, ids=wanted.alone)
    except StorageError as error:
        if wanted.alone:
            raise
        if isinstance(error, NotStored):
            return None
        # What containerd has may lack layers that it unpacked.
        kind = EngineAbsent if isinstance(error, NoStorage) else EngineUnavailable
        raise kind(error.message, hint=error.hint) from error
    if found.absent and not wanted.alone:
        missing = ", ".join(gap.subject for gap in found.absent)
        raise EngineUnavailable(
            f"containerd: has {wanted.name}, but not for {missing}", hint=f"containerd:{wanted.name} is what it has"
        )
    return found


def _find_in_registry(wanted: Wanted, _: ExitStack) -> Images:
    reference = parse_reference(wanted.name)
    with told_as(ImageError):
        return open_registry_image(reference, wanted.http, wanted.options, wanted.progress, wanted.note)


# In the usual order.
FINDERS: Mapping[str, Finder] = MappingProxyType(
    {
        DOCKER: partial(_find_in_engine, DOCKER),
        PODMAN: partial(_find_in_engine, PODMAN),
        CONTAINERD: _find_in_containerd,
        REGISTRY: _find_in_registry,
    }
)

_NOT_THERE = "pull or build it first, or call it registry:NAME if it is to be read from its registry"
