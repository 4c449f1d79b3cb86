"""Images of engines: described by what the engine tells, exported only when a layer is read."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial

from hullcheck.errors import ImageError
from hullcheck.model.layer import Image
from hullcheck.model.progress import Progress
from hullcheck.net.endpoint import NoConnection, NotListening, NotPermitted
from hullcheck.sources.engines.api import EngineApi, NoSuchImage, connected
from hullcheck.sources.engines.engine import Engine, endpoints
from hullcheck.sources.engines.export import Export
from hullcheck.sources.engines.faults import EngineAbsent, EngineUnavailable
from hullcheck.sources.engines.inspection import Inspected, check_name, read_inspected
from hullcheck.sources.faults import told_as
from hullcheck.sources.image import ConfigFile, LayerBlob, describe, trees
from hullcheck.sources.layer import LayerTree, transferred
from hullcheck.sources.oci_layout import is_called
from hullcheck.sources.options import SourceOptions
from hullcheck.sources.platforms import is_several, parse_platform

# Engines export layers as they were built.
_PLAIN = "application/vnd.docker.image.rootfs.diff.tar"

Opened = tuple[Image, tuple[LayerTree, ...]]


@dataclass(frozen=True, slots=True)
class EngineRequest:
    """An image that is looked for: `name` is a name or id.

    `alone` says that nowhere else is looked for it: then what the engine takes the name for is meant. Else it is the
    image of just this name and of the platform that is asked for, or none.
    """

    name: str
    alone: bool
    timeout: float
    options: SourceOptions
    progress: Progress


def open_engine_image(engine: Engine, request: EngineRequest, stack: ExitStack) -> Opened | None:
    """Return the image and its layers, which can be read until `stack` is left; None if `engine` does not have it.

    Raises `EngineUnavailable` where the engine cannot be asked.
    """
    check_name(request.name)
    addresses = engine.addresses(request.options.environment or {}, request.options.docker_config)
    problems: list[EngineUnavailable] = []
    asked = endpoints(engine, addresses, request.options.insecure)
    for endpoint in asked:
        try:
            with _told(engine, stated=bool(addresses.stated_by)):
                api = connected(endpoint, request.timeout)
                return _opened(api, _inspected(api, request), request, stack)
        except EngineUnavailable as error:
            problems.append(error)
        except _NotMeant:
            continue
        except _OnePlatform as error:
            # The image may have others where it is looked for next.
            hint = "name the engine, as in docker:NAME, to scan that one"
            raise EngineUnavailable(f"{engine.title}: has one platform of {request.name}", hint=hint) from error
    if len(problems) < len(asked):
        return None
    for problem in problems:
        if len(problems) == 1 or not isinstance(problem, EngineAbsent):
            raise problem
    raise EngineAbsent(f"{engine.title}: nobody listens at {' or '.join(map(str, asked))}", hint=engine.absent)


class _NotMeant(Exception):
    """The engine does not have the image that is looked for."""


class _OnePlatform(Exception):
    """The engine has one platform of the image, of which more are wanted."""


@contextmanager
def _told(engine: Engine, *, stated: bool) -> Iterator[None]:
    """Raise what goes wrong with `engine` in its terms."""
    try:
        with told_as(ImageError):
            yield
    except ImageError as error:
        message = f"{engine.title}: {error.message}"
        match error.__cause__:
            case NoSuchImage():
                raise _NotMeant from error
            case NotPermitted():
                raise EngineUnavailable(message, hint=engine.denied) from error
            case NotListening():
                kind = EngineUnavailable if stated else EngineAbsent
                raise kind(message, hint=engine.absent) from error
            case NoConnection():
                raise EngineUnavailable(message, hint=error.hint) from error
            case _:
                raise ImageError(message, hint=error.hint) from error


def _inspected(api: EngineApi, request: EngineRequest) -> Inspected:
    limit = request.options.limits.config
    found = read_inspected(api.inspect(request.name, limit), f"{request.name}, as the engine describes it")
    asked = request.options.platform
    fitting = is_several(asked) or not asked or not found.platform.os or parse_platform(asked).runs(found.platform)
    if request.alone or (fitting and found.is_called(request.name)):
        return found
    raise _NotMeant


def _opened(api: EngineApi, inspected: Inspected, request: EngineRequest, stack: ExitStack) -> Opened:
    options, progress = request.options, request.progress
    if is_several(options.platform) and not request.alone:
        raise _OnePlatform
    if is_several(options.platform) and not inspected.has_config_id:
        raise ImageError(
            f"{request.name}: may be there for more platforms than the one that the engine tells of",
            hint="name one with --platform, or read all from containerd (containerd:NAME) or a registry "
            "(registry:NAME)",
        )
    name = f"{request.name}, as the engine describes it"
    export = Export(api, inspected, f"{request.name}, as the engine saves it", options, progress)
    stack.callback(export.close)
    history = api.history(inspected.id, options.limits.config)
    content = inspected.configuration(history, name) if inspected.has_config_id else None
    tags = _tags(inspected, request.name)
    if content is None:
        image, layers = export.opened()
        # An image that has the id of its configuration has no manifest but what the export makes for it.
        digest = "" if inspected.has_config_id else image.digest
        return replace(image, tags=tags, digest=digest), tuple(
            replace(it, progress=progress, fault=ImageError) for it in layers
        )
    config = ConfigFile(content, inspected.id, name)
    blobs = [
        LayerBlob(diff_id, 0, _PLAIN, partial(export.layer, number), stamp=transferred)
        for number, diff_id in enumerate(inspected.diff_ids)
    ]
    image = describe(config, blobs, "", tags, options)
    return image, trees(image, blobs, options, progress, ImageError)


def _tags(inspected: Inspected, name: str) -> tuple[str, ...]:
    """Return the names of the image, those first that the user means; an image without a tag is known by its digest."""
    known = inspected.tags or inspected.digests
    return tuple(sorted(known, key=lambda tag: not is_called(tag, name)))
