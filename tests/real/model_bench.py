"""A migration whose store is the model server."""

import json
import sys

sys.dont_write_bytecode = True

import model_s3
from harness import Bench


class ModelBench(Bench):
    """`more`: of the model; `settings`: of the store, in the configuration."""

    bucket = "clinic"

    def __init__(self, tap, name, quirks, more, settings):
        super().__init__(tap, name)
        self.effects = self.folder / "effects.jsonl"
        self.server = model_s3.Server(self.bucket, self.effects, quirks=quirks, **more)
        self.in_store = {"url": f"s3://{self.bucket}", "endpoint": self.server.url, "silence_s": 2,
                         "region": model_s3.REGION, "access_key": model_s3.ACCESS_KEY,
                         "secret_key_env": "S3_SECRET", **settings}

    def configure(self, **sections):
        sections["store"] = {**self.in_store, **sections.get("store", {})}
        return super().configure(**sections)

    def environment(self, **more):
        return super().environment(S3_SECRET=model_s3.SECRET_KEY, **more)

    def journaled(self):
        return [line for line in map(json.loads, self.effects.read_text().splitlines())
                if "fmferry-probe" not in line["key"]]
