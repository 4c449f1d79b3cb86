"""`hullcheck image`, `repo`, `rootfs` and `sbom`."""

import gc
import os
import sys
from contextlib import ExitStack
from dataclasses import replace
from functools import partial

from hullcheck.advisories.at_hand import Provision, at_hand
from hullcheck.advisories.sources import OSV_BUCKET, source_at
from hullcheck.cli import clock, exits
from hullcheck.cli.delivery import deliver, plan
from hullcheck.cli.messages import Messages
from hullcheck.cli.password import password_on_stdin
from hullcheck.cli.progress import watched
from hullcheck.config.assemble import cache_directory, database_directory, http_options, scan_options, source_options
from hullcheck.config.settings import Settings
from hullcheck.ecosystems.table import schemes
from hullcheck.errors import concerning
from hullcheck.inventory.layer_cache import LayerCache
from hullcheck.inventory.take import finish, take, take_each
from hullcheck.model.inventory import Inventory
from hullcheck.model.layer import BaseEvidence, Image
from hullcheck.model.platforms import platform_names
from hullcheck.model.target import Target, TargetKind
from hullcheck.net.http import Http
from hullcheck.pipeline import assess, assess_platforms
from hullcheck.sources.base_image import found_base, given_base, name_to_remember, options_for_base
from hullcheck.sources.known_images import KnownImages
from hullcheck.sources.open import OpenedTarget, open_target
from hullcheck.sources.options import SourceOptions

# New records before a search for garbage; Python's own 700 cost a tenth of the time.
_MOST_GARBAGE = 100_000


def scan(kind: TargetKind, reference: str, settings: Settings) -> int:
    """Scan `reference`, deliver the result, and return the exit code of its verdict."""
    # Records refer to each other in one direction: hardly anything is garbage that is not freed at once.
    gc.set_threshold(_MOST_GARBAGE)
    messages = Messages(sys.stderr, quiet=settings.flag("quiet"))
    wanted = plan(settings)
    now = clock.now(os.environ)
    if settings.flag("skip-verify-tls"):
        messages.warn("certificates are not verified: whoever is in between can change what is read")
    password = password_on_stdin(settings, reference, sys.stdin)
    with ExitStack() as opened:
        progress = opened.enter_context(watched(sys.stderr, quiet=messages.quiet))
        http = opened.enter_context(Http(http_options(settings, os.environ), os.environ))
        options = source_options(settings, os.environ, password)
        target = opened.enter_context(open_target(kind, reference, http, options, progress, messages.note))
        place = settings.text("db-source") or OSV_BUCKET
        provision = Provision(
            directory=database_directory(settings),
            source=None if settings.flag("offline") else source_at(place, http),
            schemes=schemes(),
            now=now,
            progress=progress,
            warn=messages.warn,
        )
        open_advisories = partial(at_hand, provision=provision)
        known = _known_images(settings)
        scanned = _with_bases(target.target, reference, settings, known, http, options)
        _warn_of_other_bases(scanned, messages)
        inventories = _inventories(target, kind, _cache(settings))
        if known:
            for image in scanned.every_image:
                known.remember(image, name_to_remember(scanned))
        if scanned.images:
            result = assess_platforms(scanned, inventories, open_advisories, now, scan_options(settings))
        else:
            result = assess(scanned, inventories[0], open_advisories, now, scan_options(settings))
    deliver(wanted, result, os.environ, messages)
    return exits.of_verdict(result.decision.verdict)


def _inventories(target: OpenedTarget, kind: TargetKind, cache: LayerCache | None) -> tuple[Inventory, ...]:
    """Return what is in `target`, or in it for each platform; what is not there of it is a gap of all."""
    if target.inventory is not None:
        return (finish(target.inventory),)
    if target.platforms:
        names = platform_names(target.target.images)
        found = take_each(dict(zip(names, target.platforms, strict=True)), kind, cache)
    else:
        found = (take(target.trees, kind, cache),)
    return tuple(replace(it, gaps=(*it.gaps, *target.absent)) for it in found)


def _known_images(settings: Settings) -> KnownImages | None:
    directory = cache_directory(settings) if "cache" in settings.values else None
    return KnownImages(directory / "images") if directory else None


def _with_bases(
    target: Target, reference: str, settings: Settings, known: KnownImages | None, http: Http, options: SourceOptions
) -> Target:
    """Return `target`, which the user calls `reference`, with what each of its images is built on, if that is known."""
    given, name = settings.text("base-image") if target.every_image else "", name_to_remember(target)
    options = options_for_base(options, reference) if given else options

    def with_base(image: Image, wanted: SourceOptions) -> Image:
        return replace(image, base=given_base(given, image, http, wanted) if given else found_base(image, name, known))

    if target.image:
        return replace(target, image=with_base(target.image, options))
    each = zip(target.images, platform_names(target.images), strict=True)
    based = []
    for image, platform in each:
        with concerning(platform):
            based.append(with_base(image, replace(options, platform=image.platform)))
    return replace(target, images=tuple(based))


def _warn_of_other_bases(target: Target, messages: Messages) -> None:
    for image, platform in zip(target.every_image, platform_names(target.every_image), strict=True):
        if image.base and image.base.evidence is BaseEvidence.GIVEN and not image.base.layers:
            messages.warn(
                f"{image.base.name} is not the base of {target.name}{platform and f' for {platform}'}, whose lowest "
                "layers are others: nothing is told to come from it (the tag may have moved since the image was built: "
                "name the base by its digest)"
            )


def _cache(settings: Settings) -> LayerCache | None:
    directory = cache_directory(settings) if "cache" in settings.values else None
    return LayerCache(directory / "layers") if directory else None
