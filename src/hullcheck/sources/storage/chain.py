"""Chain IDs: what engines call a layer upon those below it (OCI image specification, config.md, "Layer ChainID")."""

from collections.abc import Iterator, Sequence

from hullcheck.net.digest import digest_of


def chain_ids(diff_ids: Sequence[str]) -> Iterator[str]:
    """Yield the chain ID of each layer, lowest first."""
    chain = ""
    for diff_id in diff_ids:
        chain = digest_of(f"{chain} {diff_id}".encode()) if chain else diff_id
        yield chain
