"""Writes the annotated dumps of docs/formats from the tiny files that make_format_samples.py made. Standard library only.

usage: format_pages.py   (from the repository's root)
A block of a page that stands under `<!-- hex FILE PART -->` is replaced. The build checks that the bytes of a dump are the file's.
"""
import pathlib
import pickletools
import re
import struct
import tarfile
import zipfile

SAMPLES = pathlib.Path("core/src/test/resources/formats")
PAGES = pathlib.Path("docs/formats")
WIDTH = 16


def runs(data):
    """Hexadecimal pairs; four and more equal ones as one with their number."""
    words, at = [], 0
    while at < len(data):
        end = at
        while end < len(data) and data[end] == data[at]:
            end += 1
        words += [f"{data[at]:02x} ×{end - at}"] if end - at > 3 else [f"{data[at]:02x}"] * (end - at)
        at = end
    return words


def span(offset, data, label):
    """Lines of at most WIDTH pairs' length; the label stands on the first."""
    lines, at = [(offset, "")], offset
    for word in runs(data):
        start, line = lines[-1]
        if line and len(line) + 1 + len(word) > 3 * WIDTH - 1:
            lines.append((at, word))
        else:
            lines[-1] = (start, (line + " " + word).strip())
        at += int(word.split("×")[1]) if "×" in word else 1
    labels = [label] + [""] * len(lines)
    return [f"{start:08x}  {line:<{3 * WIDTH - 1}}  {text}".rstrip() for (start, line), text in zip(lines, labels)]


def fields(data, offset, layout):
    """Spans one after another: (length, label)*."""
    text = []
    for length, label in layout:
        text += span(offset, data[offset : offset + length], label)
        offset += length
    return text, offset


def pickle_ops(data, offset, length):
    text = []
    body = data[offset : offset + length]
    ops = list(pickletools.genops(body)) + [(None, None, length)]
    for (op, arg, at), (_, _, after) in zip(ops, ops[1:]):
        label = op.name + ("" if arg is None else " " + str(arg).replace("\n", " "))
        text.append((op.name, arg, span(offset + at, body[at:after], label)))
    return text


def zip_dump(data, pickle_label):
    archive = zipfile.ZipFile(SAMPLES / "tiny.pt")
    text, offset = [], 0
    for info in archive.infolist():
        name, extra = struct.unpack_from("<HH", data, offset + 26)
        start = offset + 30 + name + extra
        layout = [(30, f"local header: flags 0808, no sizes, no time, name of {name} bytes, extra of {extra}")]
        layout += [(name, info.filename), (extra, "extra field FB: padding to a multiple of 64")]
        label = pickle_label if info.filename.endswith("data.pkl") else "the record"
        layout += [(info.file_size, label), (16, "descriptor: PK 07 08, CRC-32, sizes")]
        lines, offset = fields(data, offset, layout)
        text += lines
    for info in archive.infolist():
        lines, offset = fields(data, offset, [(46 + len(info.filename), "directory entry of " + info.filename)])
        text += lines
    layout = [(56, "zip64 end of directory"), (20, "zip64 locator"), (22, "end of directory")]
    return text + fields(data, offset, layout)[0]


def pickle_dump(data):
    start = data.index(b"\x80\x02")
    size = zipfile.ZipFile(SAMPLES / "tiny.pt").getinfo("tiny/data.pkl").file_size
    text = ["..."]
    for _, _, lines in pickle_ops(data, start, size):
        text += lines
    return text + ["..."]


def training_dump(data):
    name = zipfile.ZipFile(SAMPLES / "tiny--step=1.ckpt").infolist()[0]
    size, extra = struct.unpack_from("<HH", data, name.header_offset + 26)
    start = name.header_offset + 30 + size + extra
    text, shown = span(0, data[:30], "local header of data.pkl, as in every torch zip") + ["..."], True
    last = ""
    for op, arg, lines in pickle_ops(data, start, name.file_size):
        key = op == "BINUNICODE"
        wanted = key and arg in KEYS or op in ("PROTO", "EMPTY_DICT") and len(text) < 6 or last in VALUES and not op.endswith("PUT")
        if wanted:
            text += lines
            shown = True
        elif shown:
            text.append("...")
            shown = False
        last = last if op.endswith("PUT") else arg if key else ""
    return text + ([] if text[-1] == "..." else ["..."])


KEYS = {
    "epoch", "global_step", "pytorch-lightning_version", "state_dict", "loops", "callbacks", "optimizer_states",
    "lr_schedulers", "hparams_name", "hyper_parameters", "layer.weight", "state", "param_groups", "exp_avg", "exp_avg_sq",
    "params", "cfg", "hidden_size",
}  # fmt: skip
VALUES = {"epoch", "global_step", "hidden_size"}


def safetensors_dump(data):
    (size,) = struct.unpack_from("<Q", data)
    layout = [(8, f"length of the header: {size}"), (size, "header: JSON, padded with spaces")]
    layout += [(16, "weight: 1.0 2.0 3.0 4.0 as F32"), (4, "bias: 0.5 -0.5 as BF16")]
    return fields(data, 0, layout)[0]


def metadata_dump(data):
    """Every operation up to storage_meta; one that numbers a value for the memo stands with what made the value."""
    starts, text = [], []
    for op, arg, at in pickletools.genops(data):
        if op.name == "MEMOIZE":
            continue
        if arg == "storage_meta":
            break
        starts.append((at, op.name + ("" if arg is None else " " + str(arg))))
    for (at, label), (end, _) in zip(starts, starts[1:] + [(at, "")]):
        text += span(at, data[at:end], label)
    return text + ["..."]


def chunk_dump(data):
    return fields(data, 0, [(4, f"{value}") for value in struct.unpack("<4f", data)])[0]


def tar_header(data, offset, what):
    layout = [(100, what), (24, "mode, owner, group: octal"), (12, "size: octal"), (12, "time"), (8, "checksum")]
    layout += [(1, "type"), (100, "no link"), (8, "ustar, version 00"), (64, "owner and group"), (16, "no device")]
    return fields(data, offset, layout + [(155, "no prefix"), (12, "to 512")])


def tar_dump(data):
    text, offset, seen = [], 0, False
    for member in tarfile.open(SAMPLES / "tiny.nemo"):
        while offset < member.offset_data:
            kind = data[offset + 156 : offset + 157]
            size = int(data[offset + 124 : offset + 135], 8)
            if kind == b"x" and seen:
                text.append("... (a pax header and its record as above)")
                offset += 512 + size + -size % 512
                continue
            seen = seen or kind == b"x"
            lines, offset = tar_header(data, offset, "pax header" if kind == b"x" else member.name + "/" * member.isdir())
            text += lines
            if kind == b"x":
                lines, offset = fields(data, offset, [(size, "pax record"), (-size % 512, "to 512")])
                text += lines
        if member.size and "yaml" in member.name:
            lines, offset = fields(data, offset, [(member.size, "the configuration"), (-member.size % 512, "to 512")])
            text += lines
        elif member.size:
            text += span(offset, data[offset : offset + 30], "a torch zip: torch-zip.md") + ["..."]
            offset += member.size + -member.size % 512
    return text + span(offset, data[offset:], "end: zeros, to a multiple of 10,240")


DUMPS = {
    "tiny.pt": lambda data: zip_dump(data, "data.pkl: pickle.md has it opcode by opcode"),
    "tiny.pt data.pkl": pickle_dump,
    "tiny--step=1.ckpt": training_dump,
    "tiny.safetensors": safetensors_dump,
    "tiny.nemo": tar_dump,
    "tiny-dcp/.metadata": metadata_dump,
    "tiny-mcore/model_weights/model.decoder.layers.mlp.linear_fc2.weight/1.0.0": chunk_dump,
}
BLOCK = re.compile(r"(<!-- hex (.+?) -->\n```text\n).*?(```)", re.S)

if __name__ == "__main__":
    for page in sorted(PAGES.glob("*.md")):
        text = page.read_text()
        dump = lambda found: found[1] + "\n".join(DUMPS[found[2]]((SAMPLES / found[2].split()[0]).read_bytes())) + "\n" + found[3]
        page.write_text(BLOCK.sub(dump, text))
