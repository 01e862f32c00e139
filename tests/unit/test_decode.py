"""Each odd file has one defined answer: the right pixels, or the verdict that names what is wrong."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from tasks.decode.imaging import render
from tasks.decode.verdicts import BadImage, Limits, Rendered, Sizes
from tests.unit import pictures
from tests.unit.pictures import BLUE, GREEN, RED, WHITE, encode

Colour = tuple[int, int, int]


def rendered(data: bytes, **limits: int) -> Rendered:
    return render(data, limits=Limits(**limits), sizes=Sizes())


def verdict(data: bytes, **limits: int) -> str:
    with pytest.raises(BadImage) as caught:
        rendered(data, **limits)
    return caught.value.verdict


def screen(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(rendered(data).screen))
    assert image.format == "WEBP"
    assert image.mode == "RGB"
    return image


def near(found: Colour, wanted: Colour, tolerance: int = 12) -> bool:
    return all(abs(a - b) <= tolerance for a, b in zip(found, wanted, strict=True))


def middle(image: Image.Image, across: float = 0.5, down: float = 0.5) -> Colour:
    return image.getpixel((int(image.width * across), int(image.height * down)))


def assert_quarters(image: Image.Image) -> None:
    places = ((0.25, 0.25, RED), (0.75, 0.25, GREEN), (0.75, 0.75, BLUE), (0.25, 0.75, WHITE))
    for across, down, colour in places:
        assert near(middle(image, across, down), colour, 20), (across, down)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF"])
def test_each_accepted_format_becomes_a_webp_of_the_same_picture(kind: str) -> None:
    done = rendered(encode(pictures.quarters(), kind))
    assert (done.format, done.width, done.height) == (kind, 320, 160)
    assert_quarters(Image.open(io.BytesIO(done.screen)))
    assert Image.open(io.BytesIO(done.grid)).size == (144, 72)


def test_large_picture_is_shrunk_to_the_long_side_and_keeps_its_own_dimensions() -> None:
    done = rendered(encode(pictures.quarters(4032, 3024), "JPEG"))
    assert (done.width, done.height) == (4032, 3024)
    assert Image.open(io.BytesIO(done.screen)).size == (1280, 960)
    assert Image.open(io.BytesIO(done.grid)).size == (144, 108)


def test_small_picture_is_never_enlarged() -> None:
    assert screen(encode(Image.new("RGB", (3, 2), RED), "PNG")).size == (3, 2)


def test_very_long_picture_keeps_at_least_one_pixel_across() -> None:
    assert screen(encode(Image.new("RGB", (9000, 1), RED), "PNG")).size == (1280, 1)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_turned_upright(orientation: int, kind: str) -> None:
    done = rendered(pictures.oriented(orientation, kind))
    assert (done.width, done.height) == (320, 160)
    assert_quarters(Image.open(io.BytesIO(done.screen)))


def test_orientation_outside_the_standard_means_upright() -> None:
    exif = Image.Exif()
    exif[274] = 99
    done = rendered(encode(pictures.quarters(), "JPEG", exif=exif))
    assert (done.width, done.height) == (320, 160)


def test_broken_exif_means_upright() -> None:
    data = encode(pictures.quarters(), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")
    assert (rendered(data).width, rendered(data).height) == (320, 160)


def test_renditions_carry_no_exif_no_place_no_profile() -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    exif[271] = "SecretCam"
    data = encode(
        pictures.noise(),
        "JPEG",
        exif=exif,
        icc_profile=pictures.srgb_profile(),
        xmp=b"<x:xmpmeta/>",
        comment=b"me",
    )
    done = rendered(data)
    for rendition in (done.screen, done.grid):
        image = Image.open(io.BytesIO(rendition))
        assert not set(image.info) & {"exif", "icc_profile", "xmp", "comment"}
        assert b"SecretCam" not in rendition
        assert rendition[12:16] == b"VP8 "  # the simple container, which has no room for metadata


def test_palette_is_expanded() -> None:
    assert_quarters(screen(encode(pictures.quarters().quantize(8), "PNG")))


def test_transparent_palette_lies_on_white() -> None:
    image = Image.new("P", (40, 40), 1)
    image.putpalette([0, 0, 0, *RED, *BLUE])
    image.paste(0, (0, 0, 20, 40))
    shown = screen(encode(image, "PNG", transparency=0))
    assert near(middle(shown, 0.2), WHITE)
    assert near(middle(shown, 0.8), RED, 30)


def test_hidden_colour_under_full_transparency_does_not_bleed() -> None:
    image = Image.new("RGBA", (2000, 2000), (0, 0, 0, 0))
    image.paste((255, 255, 255, 255), (1000, 0, 2000, 2000))
    darkest, _ = screen(encode(image, "PNG")).convert("L").getextrema()
    assert darkest == 255


def test_half_transparent_red_on_white_is_pink() -> None:
    assert near(
        middle(screen(encode(Image.new("RGBA", (30, 30), (255, 0, 0, 128)), "PNG"))), (255, 127, 127), 16
    )


def test_grey_with_alpha_lies_on_white() -> None:
    assert near(middle(screen(encode(Image.new("LA", (30, 30), (0, 0)), "PNG"))), WHITE)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bit_grey_is_scaled_not_clipped(kind: str) -> None:
    image = Image.new("I;16", (60, 20))
    for x in range(60):
        for y in range(20):
            image.putpixel((x, y), (0, 32768, 65535)[x // 20])
    shown = screen(encode(image, kind))
    assert [middle(shown, at)[0] for at in (0.15, 0.5, 0.85)] == pytest.approx([0, 128, 255], abs=4)


def test_cmyk_jpeg_shows_its_colours() -> None:
    image = pictures.quarters().convert("CMYK")
    assert_quarters(screen(encode(image, "JPEG", quality=95)))


def test_cmyk_without_the_adobe_mark_is_not_inverted() -> None:
    """Adobe stores ink upside down and says so in an APP14 segment; without the segment 0 means no ink."""
    data = encode(Image.new("CMYK", (64, 64), (0, 255, 255, 0)), "JPEG", quality=95)
    at = data.find(b"\xff\xee\x00\x0eAdobe")
    assert at > 0
    assert near(middle(screen(data)), (255, 0, 0), 30)
    plain = data[:at] + data[at + 16 :]
    assert near(middle(screen(plain)), (0, 0, 0), 30)  # the same samples now mean cyan and black ink


def test_cmyk_tiff_shows_its_colours() -> None:
    assert_quarters(screen(encode(pictures.quarters().convert("CMYK"), "TIFF")))


def test_one_bit_scan_is_black_and_white() -> None:
    image = Image.new("1", (400, 300), 1)
    image.paste(0, (200, 0, 400, 300))
    shown = screen(encode(image, "TIFF", compression="group4"))
    assert near(middle(shown, 0.2), WHITE)
    assert near(middle(shown, 0.8), (0, 0, 0))


def test_wide_gamut_colour_moves_into_srgb() -> None:
    """(200, 100, 100) of Display P3's primaries is a stronger red in sRGB's."""
    image = Image.new("RGB", (64, 64), (200, 100, 100))
    tagged = middle(screen(encode(image, "PNG", icc_profile=pictures.wide_gamut_profile())))
    assert near(tagged, (214, 95, 96), 6)
    assert near(middle(screen(encode(image, "PNG"))), (200, 100, 100), 4)


def test_srgb_profile_changes_nothing() -> None:
    image = Image.new("RGB", (64, 64), (200, 100, 100))
    assert near(middle(screen(encode(image, "PNG", icc_profile=pictures.srgb_profile()))), (200, 100, 100), 4)


@pytest.mark.parametrize("profile", [b"nonsense", b"\0" * 200, pictures.wide_gamut_profile()[:150]])
def test_broken_profile_is_ignored(profile: bytes) -> None:
    image = Image.new("RGB", (64, 64), (200, 100, 100))
    assert near(middle(screen(encode(image, "PNG", icc_profile=profile))), (200, 100, 100), 4)


def test_profile_for_other_channels_is_ignored() -> None:
    data = encode(Image.new("L", (64, 64), 100), "PNG", icc_profile=pictures.wide_gamut_profile())
    assert near(middle(screen(data)), (100, 100, 100), 4)


def test_phone_picture_with_a_second_picture_behind_it_is_the_first() -> None:
    data = encode(pictures.quarters(), "MPO", save_all=True, append_images=[Image.new("RGB", (320, 160))])
    done = rendered(data)
    assert done.format == "JPEG"
    assert_quarters(Image.open(io.BytesIO(done.screen)))


def test_picture_that_is_also_a_web_page_is_only_a_picture() -> None:
    data = (
        encode(pictures.quarters(), "JPEG", comment=b"<script>alert(1)</script>")
        + b"<html><script>1</script>"
    )
    done = rendered(data)
    assert b"script" not in done.screen + done.grid


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF"])
@pytest.mark.parametrize("share", [0.9, 0.5])
def test_file_cut_short_is_truncated(kind: str, share: float) -> None:
    data = encode(pictures.noise(), kind)
    assert verdict(data[: int(len(data) * share)]) == "truncated"


def test_avif_cut_short_is_corrupt() -> None:
    data = encode(pictures.noise(), "AVIF")
    assert verdict(data[: len(data) // 2]) == "corrupt"


@pytest.mark.parametrize("data", [pictures.png_with_flipped_bit(), pictures.png_with_wrong_checksum()])
def test_png_whose_checksum_disagrees_is_corrupt(data: bytes) -> None:
    assert verdict(data) == "corrupt"


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_several_frames_are_refused(kind: str) -> None:
    assert verdict(pictures.animation(kind)) == "animated"


def test_zero_bytes_are_empty() -> None:
    assert verdict(b"") == "empty"


@pytest.mark.parametrize(
    "data",
    [b"just a text that somebody renamed to photo.jpg", b"<html><body>hello</body></html>", b"\0" * 5000],
)
def test_no_picture_is_named_so(data: bytes) -> None:
    assert verdict(data) == "not_an_image"


@pytest.mark.parametrize(
    "data",
    [
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        pictures.heic_head(),
        b"%PDF-1.7 ...",
        encode(Image.new("RGB", (32, 32)), "ICO"),
        encode(Image.new("RGB", (32, 32)), "JPEG2000"),
        b"8BPS\0\1" + b"\0" * 100,
    ],
)
def test_pictures_of_other_kinds_are_unsupported(data: bytes) -> None:
    assert verdict(data) == "unsupported_format"


@pytest.mark.parametrize("mode", ["I", "F"])
def test_pixels_without_a_defined_brightness_are_refused(mode: str) -> None:
    assert verdict(encode(Image.new(mode, (30, 30)), "TIFF")) == "unsupported_pixels"


def test_header_that_claims_a_huge_picture_is_refused_before_decoding() -> None:
    assert verdict(pictures.png_claiming(50_000, 50_000)) == "too_many_pixels"
    assert verdict(pictures.png_claiming(12_000, 11_000)) == "too_many_pixels"


def test_real_bomb_is_refused_by_its_pixels() -> None:
    assert verdict(encode(Image.new("1", (12_000, 12_000)), "PNG")) == "too_many_pixels"


def test_more_bytes_than_allowed_are_refused() -> None:
    assert verdict(encode(pictures.noise(), "BMP"), file_bytes=1000) == "too_large"


def test_preview_page_behind_a_tiff_is_no_second_page() -> None:
    small = pictures.quarters(160, 80)
    small.encoderinfo = {"tiffinfo": {254: 1}}
    data = encode(pictures.quarters(), "TIFF", save_all=True, append_images=[small])
    assert Image.open(io.BytesIO(data)).n_frames == 2
    assert rendered(data).width == 320
