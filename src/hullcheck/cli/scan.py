"""`hullcheck image`, `repo`, `rootfs` and `sbom`."""

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
from hullcheck.inventory.layer_cache import LayerCache
from hullcheck.inventory.take import finish, take
from hullcheck.model.inventory import Inventory
from hullcheck.model.layer import BaseEvidence
from hullcheck.model.target import Target, TargetKind
from hullcheck.net.http import Http
from hullcheck.pipeline import assess
from hullcheck.sources.base_image import found_base, given_base, name_to_remember
from hullcheck.sources.known_images import KnownImages
from hullcheck.sources.open import OpenedTarget, open_target
from hullcheck.sources.options import SourceOptions


def scan(kind: TargetKind, reference: str, settings: Settings) -> int:
    """Scan `reference`, deliver the result, and return the exit code of its verdict."""
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
        scanned = _with_base(target.target, settings, known, http, options)
        _warn_of_other_base(scanned, messages)
        inventory = _inventory(target, kind, _cache(settings))
        if scanned.image and known:
            known.remember(scanned.image, name_to_remember(scanned))
        result = assess(scanned, inventory, open_advisories, now, scan_options(settings))
    deliver(wanted, result, os.environ, messages)
    return exits.of_verdict(result.decision.verdict)


def _inventory(target: OpenedTarget, kind: TargetKind, cache: LayerCache | None) -> Inventory:
    return take(target.trees, kind, cache) if target.inventory is None else finish(target.inventory)


def _known_images(settings: Settings) -> KnownImages | None:
    directory = cache_directory(settings) if "cache" in settings.values else None
    return KnownImages(directory / "images") if directory else None


def _with_base(
    target: Target, settings: Settings, known: KnownImages | None, http: Http, options: SourceOptions
) -> Target:
    """Return `target` with what its image is built on, as far as that is known."""
    if target.image is None:
        return target
    given = settings.text("base-image")
    base = (
        given_base(given, target.image, http, options)
        if given
        else found_base(target.image, name_to_remember(target), known)
    )
    return replace(target, image=replace(target.image, base=base))


def _warn_of_other_base(target: Target, messages: Messages) -> None:
    base = target.image.base if target.image else None
    if base and base.evidence is BaseEvidence.GIVEN and not base.layers:
        messages.warn(
            f"{base.name} is not the base of {target.name}, whose lowest layers are others: nothing is told to come "
            "from it (the tag may have moved since the image was built: name the base by its digest)"
        )


def _cache(settings: Settings) -> LayerCache | None:
    directory = cache_directory(settings) if "cache" in settings.values else None
    return LayerCache(directory / "layers") if directory else None
