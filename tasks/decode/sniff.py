"""Names a file by its first bytes, only to tell its sender what it was."""

# What Pillow is allowed to open.
ACCEPTED = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF")

_ACCEPTED_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (8, b"WEBP", "WEBP"),
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
    (0, b"GIF8", "GIF"),
    (4, b"ftypavif", "AVIF"),
)
_OTHER_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (4, b"ftypavis", "AVIF sequence"),
    (4, b"ftyphe", "HEIC"),
    (4, b"ftypmif1", "HEIF"),
    (4, b"ftypcrx", "camera raw"),
    (8, b"CR\x02", "camera raw"),
    (0, b"FUJIFILMCCD-RAW", "camera raw"),
    (0, b"8BPS", "Photoshop"),
    (0, b"%PDF", "PDF"),
    (0, b"%!PS", "PostScript"),
    (0, b"\0\0\1\0", "icon"),
    (4, b"jP  ", "JPEG 2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
    (0, b"\xff\x0a", "JPEG XL"),
    (4, b"JXL ", "JPEG XL"),
    (0, b"\x76\x2f\x31\x01", "OpenEXR"),
    (0, b"#?RADIANCE", "Radiance HDR"),
    (0, b"II+\0", "BigTIFF"),
    (0, b"MM\0+", "BigTIFF"),
    (4, b"ftyp", "video"),
    (0, b"\x1aE\xdf\xa3", "video"),
    (128, b"DICM", "DICOM"),
)


def accepted_kind(data: bytes) -> str | None:
    """The accepted format whose mark the bytes bear, whether or not the rest can be read."""
    return _match(data, _ACCEPTED_MAGIC)


def other_kind(data: bytes) -> str | None:
    """The known kind of picture, drawing or film that is not accepted."""
    found = _match(data, _OTHER_MAGIC)
    if found is None and b"<svg" in data[:1024].lower():
        return "SVG"
    return found


def _match(data: bytes, magic: tuple[tuple[int, bytes, str], ...]) -> str | None:
    return next((name for at, mark, name in magic if data[at : at + len(mark)] == mark), None)
