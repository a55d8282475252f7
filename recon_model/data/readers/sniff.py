"""What a file really is: its first bytes decide, its name only where they say nothing."""

from collections.abc import Callable
from importlib import import_module

from recon_model.data.readers import obj, off, pcd, stl, text
from recon_model.data.readers.found import Found, Source

Reader = Callable[[Source], Found]

EXTENSIONS = {
    "ply": "ply",
    "pcd": "pcd",
    **dict.fromkeys(("xyz", "txt", "asc", "csv", "pts", "xyzn", "xyzrgb", "xyzrgba", "tsv", "dat", "neu"), "text"),
    "npy": "npy",
    "npz": "npz",
    "off": "off",
    "obj": "obj",
    "stl": "stl",
    "glb": "glb",
    "gltf": "gltf",
    "las": "las",
    "laz": "las",
    "e57": "e57",
    **dict.fromkeys(("h5", "hdf5", "hdf", "he5"), "hdf5"),
}
"""Extensions of files that open, and what each is expected to be."""

_MODULES = {"npy": "arrays", "npz": "arrays", "glb": "gltf"}
_TEXT_KINDS = ("off", "obj", "text")
_HDF5 = b"\x89HDF\r\n\x1a\n"
_MAGIC = (
    (b"\x93NUMPY", "npy"),
    (b"LASF", "las"),
    (b"ASTM-E57", "e57"),
    (b"glTF", "glb"),
    (_HDF5, "hdf5"),
    (b"PK\x03\x04", "npz"),
    (b"PK\x05\x06", "npz"),
)
_FOREIGN = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a Windows program"),
    (b"\x1f\x8b", "a gzip archive; unpack it and open what is inside"),
    (b"BZh", "a bzip2 archive; unpack it and open what is inside"),
    (b"\xfd7zXZ", "an xz archive; unpack it and open what is inside"),
    (b"7z\xbc\xaf", "a 7z archive; unpack it and open what is inside"),
    (b"(\xb5/\xfd", "a zstd archive; unpack it and open what is inside"),
    (b"Rar!", "a RAR archive; unpack it and open what is inside"),
    (b"Kaydara FBX", "an FBX scene; export it as GLB or OBJ"),
    (b"SQLite format 3", "a database"),
    (b"version https://git-lfs", "only a Git LFS pointer; fetch the real file with 'git lfs pull'"),
)


def reader_of(source: Source) -> Reader:
    """Returns the reader for a file, noting where its content and its name disagree.

    Raises:
        InputError: neither says what the file is, or it is something that holds no cloud.
    """
    extension = source.path.suffix.lower().lstrip(".")
    expected = EXTENSIONS.get(extension)
    kind = _by_content(source)
    if kind is None:
        kind = _by_guess(source, expected)
    if expected is not None and kind != expected:
        source.notes.append(f"The name ends in .{extension}, but the content is {_shown(kind)} and was read as that.")
    module = import_module(f"recon_model.data.readers.{_MODULES.get(kind, kind)}")
    reader: Reader = module.read
    return reader


def _shown(kind: str) -> str:
    return "a plain table of numbers" if kind == "text" else kind.upper()


def _by_content(source: Source) -> str | None:
    head = bytes(source.data[:4096])
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            raise source.refuse(f"this is {what}, not a point cloud.")
    if head[:3] == b"ply" and head[3:4] in (b"\n", b"\r", b" ", b"\t"):
        return "ply"
    if pcd.looks_like_pcd(head):
        return "pcd"
    if head.lstrip()[:1] == b"{" and b'"asset"' in bytes(source.data[:1_000_000]):
        return "gltf"
    if off.looks_like_off(head):
        return "off"
    if stl.looks_like_text(head) or stl.binary_triangles(source.data):
        return "stl"
    return "hdf5" if _has_user_block(source) else None


def _has_user_block(source: Source) -> bool:
    """HDF5 may begin at 512, 1024, 2048, …, behind anything a user put there."""
    at = 512
    while at + len(_HDF5) <= len(source.data):
        if source.data[at : at + len(_HDF5)] == _HDF5:
            return True
        at *= 2
    return False


def _by_guess(source: Source, expected: str | None) -> str:
    head = bytes(source.data[:65536])
    if expected == "stl" or (expected in _TEXT_KINDS and expected != "text"):
        if expected != "obj" and text.looks_like_table(head) and b"\x00" not in head:
            return "text"
        return expected
    if obj.looks_like_obj(head) and b"\x00" not in head:
        return "obj"
    if expected == "text" or (text.looks_like_table(head) and b"\x00" not in head):
        return "text"
    if expected is not None:
        raise source.refuse(
            f"the name ends in {source.path.suffix}, but the content does not begin as {_shown(expected)} does; "
            "it is damaged or another format."
        )
    raise source.refuse("it is no point cloud format known here; save it as PLY, PCD, XYZ, NPY, OBJ, OFF, STL, GLB, LAS or E57.")
