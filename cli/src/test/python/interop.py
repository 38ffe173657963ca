"""Makes a Python environment at pinned versions, once, and runs a check in it.

usage: interop.py CHECK.py ARGS…   (CHECK.py beside this file or relative to it)
A check in a folder with requirements of its own gets an environment of its own.
The environment is kept in $XDG_CACHE_HOME/shardwright (default ~/.cache/shardwright), named after its requirements.
"""
import hashlib
import os
import pathlib
import subprocess
import sys
import venv

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLE = HERE.parents[3] / "examples/hunyuan/src/test/python"
REQUIREMENTS = [folder / "requirements.txt" for folder in (EXAMPLE, HERE)]


def environment(check):
    own = check.parent / "requirements.txt"
    files = REQUIREMENTS if check.parent == HERE or not own.exists() else [own]
    pins = b"".join(file.read_bytes() for file in files)
    name = hashlib.sha256(pins + sys.version.encode()).hexdigest()[:12]
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    folder = cache / "shardwright" / f"interop-{name}"
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        venv.create(folder, with_pip=True, clear=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *(part for file in files for part in ("-r", file))], check=True)
        (folder / "complete").touch()
    return python


if __name__ == "__main__":
    check = HERE / sys.argv[1]
    sys.exit(subprocess.run([environment(check), check, *sys.argv[2:]]).returncode)
