#!/usr/bin/python3
"""
The image of a folder, as a container program would take it: each blob has the digest and the size that name it, the layer is
unpacked, and fmferry runs in it as the configuration says: as its own user without any right, on a root that cannot be
written, in its own folder. There it moves a migration from a fmsim outside, and verifies it. As root.
    oci.py FOLDER
"""

import gzip
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tarfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import Bench, main  # noqa: E402

DOCUMENTS = 60
# Root and folder of the container; then what it is to run. Nothing that is done here is seen outside.
ENTER = """set -eu
root=$1 folder=$2 user=$3
shift 3
mount --bind "$root" "$root"
mount -o remount,ro,bind "$root"
mount --bind "$folder" "$root/var/lib/fmferry"
mount -t proc proc "$root/proc"
for device in null urandom; do mount --bind /dev/$device "$root/dev/$device"; done
mount -t tmpfs tmpfs "$root/tmp"
cd "$root/var/lib/fmferry"
exec /usr/sbin/chroot "$root" /usr/bin/setpriv --reuid "$user" --regid "$user" --clear-groups --no-new-privs --bounding-set=-all \\
    --inh-caps=-all /usr/bin/env -C /var/lib/fmferry "$@"
"""


class Image:
    def __init__(self, folder):
        self.folder = folder

    def blob(self, told):
        return (self.folder / "blobs" / "sha256" / told["digest"].partition(":")[2]).read_bytes()

    def is_whole(self, told):
        data = self.blob(told)
        return told["digest"] == "sha256:" + hashlib.sha256(data).hexdigest() and told["size"] == len(data)


def unpacked(tap, archive, folder):
    """The image's configuration, and its file system in `folder`."""
    with tarfile.open(archive) as packed:
        packed.extractall(folder / "image")
    image = Image(folder / "image")
    index = json.loads((image.folder / "index.json").read_text())
    manifest = json.loads(image.blob(index["manifests"][0]))
    layer, = manifest["layers"]
    config = json.loads(image.blob(manifest["config"]))
    tap.ok(all(image.is_whole(told) for told in (index["manifests"][0], manifest["config"], layer)),
           "manifest, configuration and layer have the digests that name them")
    data = gzip.decompress(image.blob(layer))
    tap.same(config["rootfs"]["diff_ids"], ["sha256:" + hashlib.sha256(data).hexdigest()], "so has what is in the layer")
    (folder / "tree.tar").write_bytes(data)
    (folder / "root").mkdir()
    subprocess.run(["tar", "-xpf", folder / "tree.tar", "-C", folder / "root", "--numeric-owner"], check=True)
    return config["config"], folder / "root"


def contained(config, root, folder, *words):
    command = [*config["Entrypoint"], *words]
    return subprocess.run(["unshare", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child", "sh", "-c", ENTER, "sh", root,
                           folder, config["User"], *command], capture_output=True, text=True, timeout=300, check=False,
                          env=dict(value.split("=", 1) for value in config["Env"]))


def owner_of(root, user):
    line = next(line for line in (root / "etc" / "passwd").read_text().splitlines() if line.startswith(user + ":"))
    return tuple(map(int, line.split(":")[2:4]))


def test(tap):
    archive, = pathlib.Path(sys.argv[1]).glob("fmferry_*.oci.tar")
    with Bench(tap, "oci") as bench:
        (bench.folder / "laid").mkdir()
        config, root = unpacked(tap, archive, bench.folder / "laid")
        work = bench.folder / "work"
        work.mkdir()
        bench.serve(f"generate:{DOCUMENTS},4000")
        (work / "fmferry.ini").write_text(bench.config.read_text().replace(str(bench.folder / "certs"), "."))
        (work / "ca.pem").write_bytes((bench.folder / "certs" / "ca.pem").read_bytes())
        for path in (work, *work.iterdir()):
            os.chown(path, *owner_of(root, config["User"]))
            path.chmod(0o700 if path.is_dir() else 0o600)
        config["Env"] += [f"{name}={value}" for name, value in bench.environment().items() if name == "FMP"]
        run = lambda *words: contained(config, root, work, *words)  # noqa: E731
        told = run("version", "--json")
        tap.ok(told.returncode == 0 and "version" in told.stdout, "the program says its version", told.stdout, told.stderr)
        tap.ok(not (root / "usr" / "bin" / "cc").exists() and not list((root / "var" / "lib" / "apt" / "lists").glob("*_*")),
               "there is no compiler, and no list of packages")
        for words in (("check",), ("patients", "import"), ("run",), ("verify", "--deep")):
            done = run(*words)
            tap.ok(done.returncode == 0, f"contained: fmferry {' '.join(words)}", done.returncode, done.stdout[-600:],
                   done.stderr[-600:])
        stored = [path for path in (work / "documents").rglob("*.pdf")]
        tap.same((len(stored), {path.stat().st_uid for path in stored}), (DOCUMENTS, {owner_of(root, config["User"])[0]}),
                 "the documents lie in the folder that outlives the container, and are its user's")


main(test)
