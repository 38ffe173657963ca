"""Makes a Python environment at pinned versions, once, and runs a check in it.

usage: interop.py CHECK.py ARGS…
The environment is kept in $XDG_CACHE_HOME/shardwright (default ~/.cache/shardwright), named after its requirements.
"""
import hashlib
import os
import pathlib
import subprocess
import sys
import venv

HERE = pathlib.Path(__file__).resolve().parent


def environment():
    requirements = HERE / "requirements.txt"
    name = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:12]
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    folder = cache / "shardwright" / f"interop-{name}"
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        venv.create(folder, with_pip=True, clear=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", requirements], check=True)
        (folder / "complete").touch()
    return python


if __name__ == "__main__":
    sys.exit(subprocess.run([environment(), HERE / sys.argv[1], *sys.argv[2:]]).returncode)
