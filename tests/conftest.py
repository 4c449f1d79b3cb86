"""What holds for all tests."""

from hypothesis import settings

# Machines that run tests are shared: how long one example takes says nothing.
settings.register_profile("hullcheck", deadline=None)
settings.load_profile("hullcheck")
