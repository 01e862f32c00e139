"""One picture from its bytes to small upright sRGB WebP renditions without any metadata.

What is odd about a file is settled here, once: see docs/decisions on ingest. Runs in the child process.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageChops,
    ImageCms,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from tasks.decode.sniff import ACCEPTED, accepted_kind, other_kind
from tasks.decode.verdicts import BadImage, Limits, Rendered, Sizes, Tile

# Named so that they are loaded before the child gives up its rights: Pillow would load them at first use.
PLUGINS = (AvifImagePlugin, BmpImagePlugin, GifImagePlugin, JpegImagePlugin, MpoImagePlugin, PngImagePlugin,
           TiffImagePlugin, WebPImagePlugin)  # fmt: skip

# The worker runs one child a core: a decoder's own threads would only fight over it.
AvifImagePlugin.DEFAULT_MAX_THREADS = 1

_EXIF_ORIENTATION = 274
_TIFF_SUBFILE_TYPE, _TIFF_REDUCED = 254, 1
_TIFF_DNG_VERSION = 50706
# There are hundreds of tiles: half the time for a tenth more bytes.
_TILE_METHOD = 2
# Sixty of them are looked at together, each as small as a stamp; a tenth fewer bytes for twice the 2 ms.
_GRID_QUALITY, _GRID_METHOD = 60, 6
_SIDEWAYS = (5, 6, 7, 8)
_TURN = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def render(data: bytes, *, limits: Limits, sizes: Sizes) -> Rendered:
    """Decode, or raise BadImage. Width and height are those of the upright original."""
    if not data:
        raise BadImage("empty")
    if len(data) > limits.file_bytes:
        raise BadImage("too_large", f"{len(data)} bytes, at most {limits.file_bytes}")
    with judging(data, limits=limits):
        return _render(data, limits, sizes)


@contextmanager
def judging(data: bytes, *, limits: Limits) -> Iterator[None]:
    """Whatever a decoder makes of the bytes is a verdict on them."""
    # Ours, in upright_of, is exact; Pillow's own guard refuses at twice this while it reads a header.
    Image.MAX_IMAGE_PIXELS = limits.pixels
    try:
        yield
    except BadImage:
        raise
    except MemoryError as error:
        raise BadImage("too_much_memory") from error
    except Image.DecompressionBombError as error:
        raise BadImage("too_many_pixels", f"at most {limits.pixels} pixels") from error
    except UnidentifiedImageError as error:
        raise _unidentified(data) from error
    except Exception as error:  # decoders raise nearly every type there is over bytes that make no sense
        raise _broken(error, data) from error


def _render(data: bytes, limits: Limits, sizes: Sizes) -> Rendered:
    upright, kind, (width, height) = upright_of(data, limits=limits, within=0 if sizes.tile else sizes.screen)
    tiles = tuple(cut(upright, sizes)) if sizes.tile else ()
    screen = _shrink(upright, _fit(upright.size, sizes.screen))
    grid = screen.resize(_fit(screen.size, sizes.grid), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return Rendered(
        format=kind,
        width=width,
        height=height,
        screen=_webp(screen, sizes.quality),
        grid=_webp(grid, min(sizes.quality, _GRID_QUALITY), method=_GRID_METHOD),
        tiles=tiles,
    )


def upright_of(data: bytes, *, limits: Limits, within: int = 0) -> tuple[Image.Image, str, tuple[int, int]]:
    """The picture upright in sRGB, shrunk to a long side of `within` if that is not 0; its format, and the
    size of the upright original. To be called under `judging`."""
    image: Image.Image = Image.open(io.BytesIO(data), formats=ACCEPTED)
    kind, size = str(image.format), image.size
    if size[0] * size[1] > limits.pixels:
        raise BadImage("too_many_pixels", f"{size[0]} x {size[1]}, at most {limits.pixels} pixels")
    _check_single(image)
    if kind in ("JPEG", "MPO") and within:
        # MPO is a phone's JPEG with a second picture behind the first. libjpeg scales by 1/2, 1/4 or 1/8
        # while it decodes, never below what is asked for.
        image.draft(None, _fit(size, within))
    image.load()
    if kind == "PNG":
        # Pillow does not compare the checksums of pixel data while decoding; a flipped bit could pass.
        Image.open(io.BytesIO(data), formats=("PNG",)).verify()
    turn = _orientation(image)
    if kind == "JPEG" and image.mode == "CMYK" and "adobe" not in image.info:
        # Only Adobe stores ink upside down; Pillow takes every CMYK JPEG for Adobe's.
        image = ImageChops.invert(image)
    upright = _srgb(_shrink(image, _fit(size, within) if within else size))
    del image  # of a large picture there is room for two copies, not for three
    if turn in _TURN:
        upright = upright.transpose(_TURN[turn])
    return upright, "JPEG" if kind == "MPO" else kind, size[::-1] if turn in _SIDEWAYS else size


def cut(upright: Image.Image, sizes: Sizes) -> Iterator[Tile]:
    """Tiles of the picture at its own resolution, at half of it, and so on down to the screen rendition."""
    level = 0
    while level == 0 or max(upright.size) > sizes.screen:
        for row, top in enumerate(range(0, upright.height, sizes.tile)):
            for column, left in enumerate(range(0, upright.width, sizes.tile)):
                right, foot = min(left + sizes.tile, upright.width), min(top + sizes.tile, upright.height)
                webp = _webp(upright.crop((left, top, right, foot)), sizes.quality, method=_TILE_METHOD)
                yield Tile(level, column, row, webp)
        upright = upright.reduce(2)
        level += 1


def _check_single(image: Image.Image) -> None:
    """Refuse what holds several pictures of equal rank, and camera raw that poses as TIFF."""
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        _check_tiff(image)
    elif image.format != "MPO" and (frames := getattr(image, "n_frames", 1)) > 1:
        raise BadImage("animated", f"{frames} frames")


def _check_tiff(image: TiffImagePlugin.TiffImageFile) -> None:
    """A second page that declares itself a reduced copy of the first is a preview, not a page."""
    if _TIFF_DNG_VERSION in image.tag_v2 or _is_reduced(image):
        raise BadImage("unsupported_format", "camera raw")
    for page in range(1, image.n_frames):
        image.seek(page)
        if not _is_reduced(image):
            raise BadImage("animated", f"{image.n_frames} pages")
    image.seek(0)


def _is_reduced(image: TiffImagePlugin.TiffImageFile) -> bool:
    return bool(image.tag_v2.get(_TIFF_SUBFILE_TYPE, 0) & _TIFF_REDUCED)


def _unidentified(data: bytes) -> BadImage:
    if accepted_kind(data) is not None:
        return BadImage("corrupt")
    known = other_kind(data)
    return BadImage("not_an_image") if known is None else BadImage("unsupported_format", known)


def _broken(error: Exception, data: bytes) -> BadImage:
    """Truncated when the decoder says so, or when a RIFF header promises more bytes than there are."""
    words = str(error)[:200]
    short_riff = data[:4] == b"RIFF" and int.from_bytes(data[4:8], "little") + 8 > len(data)
    if short_riff or "truncated" in words.lower() or isinstance(error, EOFError):
        return BadImage("truncated", words)
    return BadImage("corrupt", words)


def _orientation(image: Image.Image) -> int:
    """EXIF orientation 1..8 after loading (a TIFF is upright by then). Broken EXIF means upright."""
    with suppress(Exception):
        return int(image.getexif().get(_EXIF_ORIENTATION, 1))
    return 1


def _fit(size: tuple[int, int], long_side: int) -> tuple[int, int]:
    """The size scaled down, never up, to a long side."""
    scale = min(1.0, long_side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _shrink(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Shrink before colour is converted (fewer pixels), in a mode that may be averaged."""
    image = _averageable(image)
    if image.size == size:
        return image
    # LANCZOS on RGBA weighs colours by alpha; a plain average would bring a halo of hidden colours.
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _averageable(image: Image.Image) -> Image.Image:
    """Palette indices, bits and 16-bit greys as 8-bit samples; transparency as an alpha channel."""
    if image.mode.startswith("I;16"):
        # convert("L") would clip everything above 255 to white.
        return image.point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in ("I", "F"):
        raise BadImage("unsupported_pixels", f"mode {image.mode}")
    if image.has_transparency_data:
        return image if image.mode in ("RGBA", "LA") else image.convert("RGBA")
    if image.mode in ("P", "PA", "RGBX", "YCbCr", "HSV"):
        return image.convert("RGB")
    if image.mode == "1":
        return image.convert("L")
    return image


def _srgb(image: Image.Image) -> Image.Image:
    """Colours into sRGB by the embedded profile where it fits the pixels, then onto white paper."""
    profile = image.info.get("icc_profile")
    alpha = image.getchannel("A") if image.mode in ("RGBA", "LA") else None
    if alpha is not None:
        image = image.convert(image.mode[:-1])
    transform = _transform(profile, image.mode) if profile or image.mode == "LAB" else None
    if transform is not None:
        image = ImageCms.applyTransform(image, transform) or image
    if image.mode != "RGB":
        image = image.convert("RGB")
    if alpha is None:
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=alpha)
    return paper


@lru_cache(maxsize=32)
def _transform(profile: bytes | None, mode: str) -> ImageCms.ImageCmsTransform | None:
    """None when the profile is already sRGB, is broken, or describes other channels than the pixels have."""
    with suppress(Exception):
        source = (
            ImageCms.createProfile("LAB") if profile is None else ImageCms.getOpenProfile(io.BytesIO(profile))
        )
        facts = source.profile if isinstance(source, ImageCms.ImageCmsProfile) else source
        space = {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK", "LAB": "Lab"}.get(mode)
        if facts.xcolor_space.strip() == space and "sRGB" not in (facts.profile_description or ""):
            return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
    return None


def _webp(image: Image.Image, quality: int, *, method: int = 4) -> bytes:
    """Encode without what Pillow would otherwise copy from the source: ICC, EXIF (with GPS), XMP."""
    image.info = {}
    out = io.BytesIO()
    image.save(out, "WEBP", quality=quality, method=method)
    return out.getvalue()
