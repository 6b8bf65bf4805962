"""What the tests against a real cluster share with those against a real server."""

from tests.integration.conftest import data_dir, template_data_dir

__all__ = ["data_dir", "template_data_dir"]
