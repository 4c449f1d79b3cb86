"""Scripts of the project; what users run is in `hullcheck`."""
