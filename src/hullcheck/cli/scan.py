"""`hullcheck image`, `repo`, `rootfs` and `sbom`."""

import os
import sys
from contextlib import ExitStack
from functools import partial

from hullcheck.advisories.at_hand import Provision, at_hand
from hullcheck.advisories.sources import OSV_BUCKET, source_at
from hullcheck.cli import clock, exits
from hullcheck.cli.delivery import deliver, plan
from hullcheck.cli.messages import Messages
from hullcheck.cli.progress import watched
from hullcheck.config.assemble import cache_directory, database_directory, http_options, scan_options, source_options
from hullcheck.config.settings import Settings
from hullcheck.ecosystems.table import schemes
from hullcheck.inventory.layer_cache import LayerCache
from hullcheck.inventory.take import finish, take
from hullcheck.model.inventory import Inventory
from hullcheck.model.target import TargetKind
from hullcheck.net.http import Http
from hullcheck.pipeline import assess
from hullcheck.sources.open import OpenedTarget, open_target


def scan(kind: TargetKind, reference: str, settings: Settings) -> int:
    """Scan `reference`, deliver the result, and return the exit code of its verdict."""
    messages = Messages(sys.stderr, quiet=settings.flag("quiet"))
    wanted = plan(settings)
    now = clock.now(os.environ)
    if settings.flag("skip-verify-tls"):
        messages.warn("certificates are not verified: whoever is in between can change what is read")
    with ExitStack() as opened:
        progress = opened.enter_context(watched(sys.stderr, quiet=messages.quiet))
        http = opened.enter_context(Http(http_options(settings), os.environ))
        options = source_options(settings, os.environ)
        target = opened.enter_context(open_target(kind, reference, http, options, progress))
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
        inventory = _inventory(target, kind, _cache(settings))
        result = assess(target.target, inventory, open_advisories, now, scan_options(settings))
    deliver(wanted, result, os.environ, messages)
    return exits.of_verdict(result.decision.verdict)


def _inventory(target: OpenedTarget, kind: TargetKind, cache: LayerCache | None) -> Inventory:
    return take(target.trees, kind, cache) if target.inventory is None else finish(target.inventory)


def _cache(settings: Settings) -> LayerCache | None:
    directory = cache_directory(settings) if "cache" in settings.values else None
    return LayerCache(directory / "layers") if directory else None
