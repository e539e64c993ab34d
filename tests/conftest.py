"""What every test gets: its own data folder and keys, the services, armed guards, the cast."""

pytest_plugins = ["tests.services", "tests.guards", "tests.cast", "tests.browser"]
