"""A wheel carries the bundled scripts and styles, or it is not built."""

from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BundleHook(BuildHookInterface[BuilderConfig]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Refuse a wheel without the bundle; an editable install needs none yet."""
        del build_data
        manifest = Path(self.root) / "static" / "dist" / "manifest.json"
        if self.target_name == "wheel" and version != "editable" and not manifest.is_file():
            raise FileNotFoundError("static/dist is not built: run `node scripts/bundle.mjs` first")
